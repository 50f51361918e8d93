#include "keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../service/log.h"
#include "fetch.h"
#include "keeper_internal.h"

/* What the first readings may take beyond the time-out of fetching. */
#define START_GRACE_MS 1000

int64_t keeper_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum err keeper_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;
	int rc = pthread_condattr_init(&attributes);

	if (rc)
		return ERR_NO_MEMORY;
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	rc = pthread_cond_init(cond, &attributes);
	pthread_condattr_destroy(&attributes);
	return rc ? ERR_NO_MEMORY : ERR_OK;
}

void keeper_wait(struct keeper *keeper, pthread_cond_t *cond, int64_t until_ms)
{
	const struct timespec until = { until_ms / 1000, until_ms % 1000 * 1000000 };

	pthread_cond_timedwait(cond, &keeper->lock, &until);
}

/* A source for each issuer behind what is ours in list[0]. Takes the issuers; what was made is in the list in any case. */
static enum err add_issuers(struct keeper *keeper, struct issuers *issuers, struct source **list,
			    size_t *count)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < issuers->count && !err; i++) {
		struct issuer *issuer = issuers->list[i];

		issuers->list[i] = NULL;
		err = source_new(keeper, issuer, &list[*count]);
		if (!err)
			(*count)++;
	}
	issuers_release(issuers);
	return err;
}

/* All sources, without keys yet. */
static enum err make_sources(struct keeper *keeper, char *ret_message, size_t message_size)
{
	struct source *list[KEEPER_SOURCES] = { NULL };
	struct issuers issuers = { 0 };
	size_t count = 1;
	enum err err = issuers_read(keeper->config->issuers, keeper->config->token_issuer, &issuers,
				    ret_message, message_size);

	if (!err) {
		snprintf(ret_message, message_size, "no memory for the keys");
		err = source_new(keeper, NULL, &list[0]);
	}
	if (err) {
		issuers_release(&issuers);
		return err;
	}
	err = add_issuers(keeper, &issuers, list, &count);
	if (!err)
		err = keeper_install(keeper, list, count, ret_message, message_size);
	for (size_t i = 0; err && i < count; i++)
		source_free(list[i]);
	return err;
}

static enum err read_own(struct keeper *keeper, char *ret_message, size_t message_size)
{
	struct keyring keyring = { 0 };
	enum err err = keyring_load(keeper->config, keeper->db, &keyring, ret_message, message_size);

	return err ? err : keeper_publish(keeper->sources[0], &keyring, ret_message, message_size);
}

static enum err start_sources(struct keeper *keeper, char *ret_message, size_t message_size)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < keeper->count && !err; i++)
		err = source_start(keeper->sources[i]);
	if (err)
		snprintf(ret_message, message_size, "the threads that read keys cannot be started");
	return err;
}

/* So that who finds the doors open finds the issuers' keys too. */
static void await_first(struct keeper *keeper)
{
	int64_t until = keeper_now_ms() + keeper->config->fetch_timeout_ms + START_GRACE_MS;

	pthread_mutex_lock(&keeper->lock);
	for (size_t i = 1; i < keeper->count; i++) {
		while (!keeper->sources[i]->ended && keeper_now_ms() < until)
			keeper_wait(keeper, &keeper->changed, until);
	}
	pthread_mutex_unlock(&keeper->lock);
}

enum err keeper_new(const struct config *config, struct db *db, struct keeper **ret_keeper, char *ret_message,
		    size_t message_size)
{
	const struct token_options options = {
		.leeway_seconds = config->token_leeway_seconds,
		.cache_entries = (size_t)config->token_cache_entries,
	};
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	enum err err;

	snprintf(ret_message, message_size, "no memory for the keys");
	if (!keeper || keeper_cond_init(&keeper->changed)) {
		free(keeper);
		return ERR_NO_MEMORY;
	}
	keeper->config = config;
	keeper->db = db;
	pthread_mutex_init(&keeper->lock, NULL);
	pthread_mutex_init(&keeper->publishing, NULL);
	err = token_verifier_new(&options, &keeper->verifier);
	if (!err)
		err = fetch_setup();
	if (!err)
		err = make_sources(keeper, ret_message, message_size);
	if (!err)
		err = read_own(keeper, ret_message, message_size);
	if (!err)
		err = start_sources(keeper, ret_message, message_size);
	if (err) {
		keeper_free(keeper);
		return err;
	}
	await_first(keeper);
	*ret_keeper = keeper;
	return ERR_OK;
}

void keeper_stop_waiting(struct keeper *keeper)
{
	pthread_mutex_lock(&keeper->lock);
	keeper->leaving = true;
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
}

void keeper_free(struct keeper *keeper)
{
	if (!keeper)
		return;
	for (size_t i = 0; i < keeper->count; i++)
		source_stop(keeper->sources[i]);
	for (size_t i = 0; i < keeper->count; i++)
		source_join(keeper->sources[i]);
	for (size_t i = 0; i < keeper->count; i++)
		source_free(keeper->sources[i]);
	token_verifier_free(keeper->verifier);
	pthread_cond_destroy(&keeper->changed);
	pthread_mutex_destroy(&keeper->lock);
	pthread_mutex_destroy(&keeper->publishing);
	free(keeper->jwks);
	free(keeper);
}

struct token_verifier *keeper_verifier(const struct keeper *keeper)
{
	return keeper->verifier;
}

enum err keeper_sign(struct keeper *keeper, const struct token_claims *claims, char **ret_token)
{
	struct keyring key = { 0 };
	enum err err = ERR_NOT_FOUND;

	/* A copy: signing takes too long for a lock. */
	pthread_mutex_lock(&keeper->lock);
	if (keeper->sources[0]->keyring.can_sign)
		err = keyring_copy_own(&keeper->sources[0]->keyring, &key);
	pthread_mutex_unlock(&keeper->lock);
	if (!err)
		err = token_sign(&key.keys[0], claims, ret_token);
	keyring_release(&key);
	return err;
}

const char *keeper_jwks(struct keeper *keeper, struct arena *arena)
{
	const char *text;

	pthread_mutex_lock(&keeper->lock);
	text = arena_strdup(arena, keeper->jwks);
	pthread_mutex_unlock(&keeper->lock);
	return text;
}
