#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../service/log.h"
#include "fetch.h"
#include "jwk.h"
#include "keeper_internal.h"
#include "trusted_file.h"

#define DISCOVERY "/.well-known/openid-configuration"
#define URL_SIZE ((size_t)1024)

const char *source_name(const struct source *source)
{
	return source->issuer ? source->issuer->profile.name : "own";
}

static enum err fetch(const struct source *source, const char *url, int64_t until_ms, char **ret_text,
		      size_t *ret_length, char *ret_message)
{
	int64_t left = until_ms - keeper_now_ms();
	const struct fetch_request request = {
		.url = url,
		.ca_file = source->issuer->ca_file,
		.timeout_ms = left > 0 ? left : 1,
		.stop = &source->stopping,
	};

	return fetch_get(&request, ret_text, ret_length, ret_message, KEEPER_MESSAGE);
}

/* What of a discovery document is wrong, NULL for nothing; *ret_uri is then to be freed with free(). */
static const char *read_discovery(const struct issuer *issuer, const char *text, size_t length,
				  char **ret_uri)
{
	json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(document, "issuer"));
	const char *uri = json_string_value(json_object_get(document, "jwks_uri"));
	enum fetch_url class = uri && strlen(uri) < URL_SIZE ? fetch_url_class(uri) : FETCH_URL_BAD;
	const char *fault = NULL;

	/* Discovery 1.0, 4.3: else whoever can put a document there could speak for another issuer. */
	if (!name || strcmp(name, issuer->profile.issuer) != 0)
		fault = "is of another issuer, or no discovery document";
	/* An issuer elsewhere has no say in what we ask on this machine. */
	else if (class != FETCH_URL_HTTPS && class != fetch_url_class(issuer->profile.issuer))
		fault = "has no jwks_uri that may be fetched";
	else if (!(*ret_uri = strdup(uri)))
		fault = "cannot be kept for want of memory";
	json_decref(document);
	return fault;
}

static enum err discover(struct source *source, int64_t until_ms, char *ret_message)
{
	const char *name = source->issuer->profile.issuer;
	size_t bare = strlen(name);
	char url[URL_SIZE];
	char *text = NULL;
	size_t length = 0;
	const char *fault;
	enum err err;

	while (bare && name[bare - 1] == '/')
		bare--;
	snprintf(url, sizeof(url), "%.*s" DISCOVERY, (int)bare, name);
	err = fetch(source, url, until_ms, &text, &length, ret_message);
	if (err)
		return err;
	free(source->jwks_uri);
	source->jwks_uri = NULL;
	fault = read_discovery(source->issuer, text, length, &source->jwks_uri);
	free(text);
	if (!fault)
		return ERR_OK;
	snprintf(ret_message, KEEPER_MESSAGE, "%.400s %s", url, fault);
	return ERR_UNAVAILABLE;
}

/* The text of an issuer's set of keys, from wherever it is. */
static enum err read_text(struct source *source, bool asked, char **ret_text, size_t *ret_length,
			  char *ret_message)
{
	const struct issuer *issuer = source->issuer;
	int64_t until_ms = keeper_now_ms() + source->keeper->config->fetch_timeout_ms;
	const char *uri = issuer->jwks_uri;

	if (issuer->jwks_file)
		return trusted_file_read(issuer->jwks_file, FETCH_MAX_BYTES, ret_text, ret_length,
					 ret_message, KEEPER_MESSAGE);
	if (!uri && (!asked || !source->jwks_uri)) {
		enum err err = discover(source, until_ms, ret_message);

		if (err)
			return err;
	}
	return fetch(source, uri ? uri : source->jwks_uri, until_ms, ret_text, ret_length, ret_message);
}

/* What is wrong with a set that is put in force nevertheless; said once, until it is another thing. */
static void tell_set(struct source *source, const struct jwk_set *set)
{
	char fault[sizeof(source->fault)] = "";

	if (set->count == 0)
		snprintf(fault, sizeof(fault),
			 "its set has no key fit for us, so none of its tokens is good%s%s",
			 set->unfit ? ": " : "", set->fault);
	else if (set->unfit)
		snprintf(fault, sizeof(fault), "%zu passed over: %s", set->unfit, set->fault);
	if (*fault && strcmp(fault, source->fault) != 0)
		log_say(LOG_WARNING, "keys", "%s: %s", source_name(source), fault);
	memcpy(source->fault, fault, sizeof(fault));
}

static enum err read_issuer(struct source *source, bool asked, struct keyring *ret_keyring, char *ret_message)
{
	struct jwk_set set = { 0 };
	char sentence[256] = "";
	char *text = NULL;
	size_t length = 0;
	enum err err = read_text(source, asked, &text, &length, ret_message);

	if (err)
		return err;
	err = jwk_read_set(text, length, &set, sentence, sizeof(sentence));
	free(text);
	if (err) {
		snprintf(ret_message, KEEPER_MESSAGE, "%s", sentence);
		return err;
	}
	tell_set(source, &set);
	*ret_keyring = (struct keyring){ .keys = set.keys, .count = set.count, .own = set.count };
	return ERR_OK;
}

static enum err read_again(struct source *source, bool asked, char *ret_message)
{
	struct keeper *keeper = source->keeper;
	struct keyring keyring = { 0 };
	enum err err = source->issuer ? read_issuer(source, asked, &keyring, ret_message)
				      : keyring_load(keeper->config, keeper->db, &keyring, ret_message,
						     KEEPER_MESSAGE);

	return err ? err : keeper_publish(source, &keyring, ret_message, KEEPER_MESSAGE);
}

/* Once when it begins to fail, whenever an operator asks, and once when it works again. */
static void tell(const struct source *source, enum err err, bool failed_before, bool loud,
		 const char *message)
{
	if (err && (!failed_before || loud))
		log_say(LOG_WARNING, "keys", "%s: cannot be read, %s: %s", source_name(source),
			source->keyring.count ? "its last keys stay" : "and has no keys in force", message);
	else if (!err && failed_before)
		log_say(LOG_INFO, "keys", "%s: can be read again", source_name(source));
}

/*
 * A key that its issuer has withdrawn is not good for ever only because the
 * issuer cannot be asked. Counted from the first failure, not from the last
 * success: else one failure after a long pause were enough. What is ours
 * stays: without it nobody could come in.
 */
static void give_up(struct source *source)
{
	int64_t after = source->keeper->config->keys_stale_seconds;
	struct keyring none = { 0 };
	char message[KEEPER_MESSAGE] = "";

	if (!source->issuer || source->keyring.count == 0 ||
	    keeper_now_ms() - source->failing_since_ms < 1000 * after)
		return;
	if (keeper_publish(source, &none, message, sizeof(message)))
		log_say(LOG_ERROR, "keys", "%s: its last keys cannot be given up: %s", source_name(source),
			message);
	else
		log_say(LOG_WARNING, "keys",
			"%s: cannot be read for %lld s, its last keys are given up until it can",
			source_name(source), (long long)after);
}

/* Called with the lock, which it gives up meanwhile. */
static void read_once(struct source *source)
{
	struct keeper *keeper = source->keeper;
	char message[KEEPER_MESSAGE] = "";
	bool failed_before = source->failing;
	bool asked = source->asked;
	bool loud = source->loud;
	enum err err;

	source->asked_again = asked && source->after_asked;
	source->after_asked = asked;
	source->wanted = source->asked = source->loud = false;
	source->begun++;
	source->begun_ms = keeper_now_ms();
	pthread_mutex_unlock(&keeper->lock);
	err = read_again(source, asked, message);
	if (!err)
		source->failing_since_ms = 0;
	else if (!source->failing_since_ms)
		source->failing_since_ms = keeper_now_ms();
	if (!atomic_load(&source->stopping)) {
		tell(source, err, failed_before, loud, message);
		if (err)
			give_up(source);
	}
	pthread_mutex_lock(&keeper->lock);
	source->failing = err != ERR_OK;
	source->ended = source->begun;
	pthread_cond_broadcast(&keeper->changed);
}

static void *source_run(void *argument)
{
	struct source *source = argument;
	struct keeper *keeper = source->keeper;
	int64_t often = keeper->config->keys_seconds;
	int64_t soon = keeper->config->keys_pause_seconds < often ? keeper->config->keys_pause_seconds
								  : often;

	pthread_mutex_lock(&keeper->lock);
	while (!atomic_load(&source->stopping)) {
		int64_t due = keeper_now_ms() + 1000 * (source->failing ? soon : often);

		source->due_ms = due;
		while (!source->wanted && !atomic_load(&source->stopping) && keeper_now_ms() < due)
			keeper_wait(keeper, &source->wake, due);
		if (!atomic_load(&source->stopping))
			read_once(source);
	}
	pthread_mutex_unlock(&keeper->lock);
	return NULL;
}

enum err source_new(struct keeper *keeper, struct issuer *issuer, struct source **ret_source)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source || keeper_cond_init(&source->wake)) {
		issuer_free(issuer);
		free(source);
		return ERR_NO_MEMORY;
	}
	source->keeper = keeper;
	source->issuer = issuer;
	atomic_init(&source->stopping, 0);
	*ret_source = source;
	return ERR_OK;
}

enum err source_start(struct source *source)
{
	bool started;

	pthread_mutex_lock(&source->keeper->lock);
	/* What is ours has been read before, by who made the keeper. */
	source->wanted = source->issuer != NULL;
	source->begun_ms = keeper_now_ms();
	source->started = started = pthread_create(&source->thread, NULL, source_run, source) == 0;
	pthread_mutex_unlock(&source->keeper->lock);
	return started ? ERR_OK : ERR_SYSTEM;
}

void source_wake(struct source *source)
{
	pthread_mutex_lock(&source->keeper->lock);
	source->wanted = source->loud = true;
	source->begun_ms = keeper_now_ms();
	source->asked = false;
	pthread_cond_signal(&source->wake);
	pthread_mutex_unlock(&source->keeper->lock);
}

void source_stop(struct source *source)
{
	struct keeper *keeper = source->keeper;

	pthread_mutex_lock(&keeper->lock);
	atomic_store(&source->stopping, 1);
	pthread_cond_signal(&source->wake);
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
}

void source_join(struct source *source)
{
	struct keeper *keeper = source->keeper;

	pthread_mutex_lock(&keeper->lock);
	while (source->waiters)
		pthread_cond_wait(&keeper->changed, &keeper->lock);
	pthread_mutex_unlock(&keeper->lock);
	if (source->started)
		pthread_join(source->thread, NULL);
	source->started = false;
}

void source_free(struct source *source)
{
	if (!source)
		return;
	pthread_cond_destroy(&source->wake);
	keyring_release(&source->keyring);
	issuer_free(source->issuer);
	free(source->jwks_uri);
	free(source);
}
