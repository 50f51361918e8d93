#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../service/log.h"
#include "jwk.h"
#include "keeper_internal.h"

#define KIDS_SIZE ((size_t)1024)

/* Sources, and the keys that one of them is to have from now on. */
struct plan {
	struct source *const *sources;
	size_t count;
	const struct source *source; /* or NULL */
	const struct keyring *keyring;
};

static const struct keyring *keyring_of(const struct plan *plan, size_t i)
{
	return plan->sources[i] == plan->source ? plan->keyring : &plan->sources[i]->keyring;
}

static struct token_key *gather_keys(const struct plan *plan, size_t *ret_count)
{
	size_t count = 0;
	struct token_key *keys;

	for (size_t i = 0; i < plan->count; i++)
		count += keyring_of(plan, i)->count;
	keys = calloc(count + 1, sizeof(*keys));
	count = 0;
	for (size_t i = 0; keys && i < plan->count; i++) {
		for (size_t k = 0; k < keyring_of(plan, i)->count; k++) {
			keys[count] = keyring_of(plan, i)->keys[k];
			keys[count++].profile = i;
		}
	}
	*ret_count = count;
	return keys;
}

static enum err enforce(struct keeper *keeper, const struct plan *plan, char *ret_message,
			size_t message_size)
{
	const struct config *config = keeper->config;
	const char *const role_path[] = { config->token_role_claim, NULL };
	const char *const agency_path[] = { config->token_agency_claim, NULL };
	const struct token_profile own = {
		.name = "",
		.issuer = config->token_issuer,
		.audience = config->token_audience,
		.role_path = role_path,
		.agency_path = agency_path,
		.agency_single = true,
		.agency_prefix = "",
	};
	struct token_profile profiles[KEEPER_SOURCES];
	struct token_key_set set = { .profiles = profiles, .profile_count = plan->count };
	struct token_key *keys = gather_keys(plan, &set.key_count);
	enum err err;

	snprintf(ret_message, message_size, "no memory for the keys");
	if (!keys)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < plan->count; i++)
		profiles[i] = plan->sources[i]->issuer ? plan->sources[i]->issuer->profile : own;
	set.keys = keys;
	err = token_verifier_set_keys(keeper->verifier, &set, ret_message, message_size);
	free(keys);
	return err;
}

static bool has_key(const struct keyring *keyring, const struct token_key *key)
{
	for (size_t i = 0; i < keyring->count; i++) {
		const struct token_key *other = &keyring->keys[i];

		if (strcmp(other->kid, key->kid) == 0 && other->algorithm == key->algorithm &&
		    other->length == key->length && memcmp(other->pem, key->pem, key->length) == 0)
			return true;
	}
	return false;
}

/* In any order: which of ours is signed with changes nothing for who verifies. */
static bool same_keys(const struct keyring *a, const struct keyring *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!has_key(b, &a->keys[i]))
			return false;
	}
	return true;
}

static void log_keys(const struct source *source, const struct keyring *keyring)
{
	char kids[KIDS_SIZE] = "none";
	size_t used = 0;

	for (size_t i = 0; i < keyring->count && used < sizeof(kids); i++) {
		int length = snprintf(kids + used, sizeof(kids) - used, "%s%s", i ? ", " : "",
				      keyring->keys[i].kid);

		used += length > 0 ? (size_t)length : 0;
	}
	log_say(LOG_INFO, "keys", "%s: in force are now %s", source_name(source), kids);
}

/* What both locks guard is changed here alone; the old ones come back in *keyring and *jwks. */
static void exchange(struct source *source, struct keyring *keyring, char **jwks)
{
	struct keeper *keeper = source->keeper;
	struct keyring old = source->keyring;
	char *text = keeper->jwks;

	pthread_mutex_lock(&keeper->lock);
	source->keyring = *keyring;
	if (*jwks) {
		keeper->jwks = *jwks;
		*jwks = text;
	}
	pthread_mutex_unlock(&keeper->lock);
	*keyring = old;
}

static enum err publish(struct source *source, struct keyring *keyring, char *ret_message,
			size_t message_size)
{
	struct keeper *keeper = source->keeper;
	const struct plan plan = { keeper->sources, keeper->count, source, keyring };
	bool same = same_keys(&source->keyring, keyring);
	char *jwks = NULL;
	enum err err = ERR_OK;

	snprintf(ret_message, message_size, "no memory for the keys");
	if (!source->issuer)
		err = jwk_write_set(keyring->keys + keyring->own, keyring->count - keyring->own, &jwks);
	/* It forgets all tokens that it remembers, so only when there is a reason to. */
	if (!err && !same)
		err = enforce(keeper, &plan, ret_message, message_size);
	if (!err && !same)
		log_keys(source, keyring);
	if (!err)
		exchange(source, keyring, &jwks);
	free(jwks);
	return err;
}

enum err keeper_publish(struct source *source, struct keyring *keyring, char *ret_message,
			size_t message_size)
{
	enum err err;

	pthread_mutex_lock(&source->keeper->publishing);
	err = publish(source, keyring, ret_message, message_size);
	pthread_mutex_unlock(&source->keeper->publishing);
	keyring_release(keyring);
	return err;
}

enum err keeper_install(struct keeper *keeper, struct source *const *sources, size_t count, char *ret_message,
			size_t message_size)
{
	const struct plan plan = { sources, count, NULL, NULL };
	enum err err;

	pthread_mutex_lock(&keeper->publishing);
	err = enforce(keeper, &plan, ret_message, message_size);
	if (!err) {
		pthread_mutex_lock(&keeper->lock);
		memcpy(keeper->sources, sources, count * sizeof(*sources));
		keeper->count = count;
		pthread_mutex_unlock(&keeper->lock);
	}
	pthread_mutex_unlock(&keeper->publishing);
	return err;
}
