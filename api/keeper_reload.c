#include <stdlib.h>
#include <string.h>

#include "../service/log.h"
#include "keeper_internal.h"

#define SENTENCES_SIZE ((size_t)4096)

static void log_sentences(char *text)
{
	char *rest = text;
	char *line;

	while ((line = strsep(&rest, "\n")))
		log_say(LOG_ERROR, "keys", "the issuers stay as they were: %s", line);
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static struct source *find_same(const struct keeper *keeper, const struct issuer *issuer)
{
	for (size_t i = 1; i < keeper->count; i++) {
		if (strcmp(keeper->sources[i]->issuer->definition, issuer->definition) == 0)
			return keeper->sources[i];
	}
	return NULL;
}

/*
 * An entry that was only edited begins with the keys it had, so that its
 * tokens go on when the issuer is down just now; not when it is another issuer
 * or its keys come from elsewhere. Only this thread changes the list.
 */
static enum err inherit(struct keeper *keeper, struct source *source)
{
	const struct issuer *issuer = source->issuer;
	enum err err = ERR_OK;

	pthread_mutex_lock(&keeper->lock);
	for (size_t i = 1; i < keeper->count && !err; i++) {
		const struct issuer *old = keeper->sources[i]->issuer;

		if (same(old->profile.issuer, issuer->profile.issuer) &&
		    same(old->jwks_uri, issuer->jwks_uri) && same(old->jwks_file, issuer->jwks_file) &&
		    same(old->ca_file, issuer->ca_file))
			err = keyring_copy(&keeper->sources[i]->keyring, &source->keyring);
	}
	pthread_mutex_unlock(&keeper->lock);
	return err;
}

/* The sources for these issuers: those that are there already, and new ones. Takes the issuers. */
static enum err plan_sources(struct keeper *keeper, struct issuers *issuers, struct source **next,
			     size_t *count)
{
	enum err err = ERR_OK;

	next[0] = keeper->sources[0];
	*count = 1;
	for (size_t i = 0; i < issuers->count && !err; i++) {
		struct source *there = find_same(keeper, issuers->list[i]);
		struct issuer *issuer = issuers->list[i];

		if (there) {
			next[(*count)++] = there;
			continue;
		}
		issuers->list[i] = NULL;
		err = source_new(keeper, issuer, &next[*count]);
		if (!err)
			err = inherit(keeper, next[(*count)++]);
	}
	issuers_release(issuers);
	return err;
}

/* Ends those of one list that are not in the other one. */
static void stop_others(struct source *const *list, size_t count, struct source *const *kept,
			size_t kept_count)
{
	for (size_t i = 0; i < count; i++) {
		bool keep = false;

		for (size_t k = 0; k < kept_count; k++)
			keep = keep || kept[k] == list[i];
		if (keep)
			continue;
		source_stop(list[i]);
		source_join(list[i]);
		source_free(list[i]);
	}
}

/* Those that are new, and those whose thread could not be started before. */
static void start_others(struct keeper *keeper)
{
	for (size_t i = 0; i < keeper->count; i++) {
		if (!keeper->sources[i]->started && source_start(keeper->sources[i]))
			log_say(LOG_ERROR, "keys", "%s: its thread cannot be started",
				source_name(keeper->sources[i]));
	}
}

static void replace(struct keeper *keeper, struct issuers *issuers)
{
	struct source *old[KEEPER_SOURCES];
	struct source *next[KEEPER_SOURCES];
	char message[KEEPER_MESSAGE] = "no memory";
	size_t old_count = keeper->count;
	size_t count = 0;
	enum err err;

	memcpy(old, keeper->sources, old_count * sizeof(*old));
	err = plan_sources(keeper, issuers, next, &count);
	if (!err && count == old_count && memcmp(old, next, count * sizeof(*old)) == 0)
		return;
	if (!err)
		err = keeper_install(keeper, next, count, message, sizeof(message));
	if (err) {
		log_sentences(message);
		stop_others(next, count, old, old_count);
		return;
	}
	start_others(keeper);
	stop_others(old, old_count, next, count);
	log_say(LOG_INFO, "keys", "the issuers' file was read again: %zu issuers", count - 1);
}

void keeper_reload(struct keeper *keeper)
{
	struct issuers issuers = { 0 };
	char sentences[SENTENCES_SIZE] = "";
	enum err err;

	start_others(keeper);
	err = issuers_read(keeper->config->issuers, keeper->config->token_issuer, &issuers, sentences,
			   sizeof(sentences));
	if (err)
		log_sentences(sentences);
	else
		replace(keeper, &issuers);
	for (size_t i = 0; i < keeper->count; i++)
		source_wake(keeper->sources[i]);
}
