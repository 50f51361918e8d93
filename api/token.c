#include "token.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token_cache.h"
#include "token_claims.h"
#include "token_jws.h"
#include "token_key.h"

#define LEEWAY_MAX_SECONDS 3600

/* A key set, never changed once in force. Who verifies holds a reference. */
struct keyring {
	unsigned references; /* under the verifier's lock */
	uint64_t generation;
	size_t count;
	struct token_ready_key keys[];
};

struct token_verifier {
	struct token_options options; /* its texts are our copies */
	struct token_cache *cache;
	pthread_mutex_t lock; /* of keyring, never held over work */
	struct keyring *keyring;
	_Atomic uint64_t generation; /* of keyring, for those who only look into the cache */
};

const char *token_status_text(enum token_status status)
{
	static const char *const texts[] = {
		[TOKEN_OK] = "the token is valid",
		[TOKEN_MALFORMED] = "the token is malformed",
		[TOKEN_UNKNOWN_KEY] = "the token's key is not known",
		[TOKEN_WRONG_ALGORITHM] = "the token's algorithm is not its key's",
		[TOKEN_BAD_SIGNATURE] = "the token's signature is wrong",
		[TOKEN_EXPIRED] = "the token has expired",
		[TOKEN_NOT_YET_VALID] = "the token is not yet valid",
		[TOKEN_WRONG_ISSUER] = "the token's issuer is not accepted",
		[TOKEN_WRONG_AUDIENCE] = "the token is meant for another audience",
		[TOKEN_BAD_CLAIM] = "a claim of the token is missing or wrong",
		[TOKEN_FAILED] = "the token could not be verified",
	};

	return (size_t)status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : texts[TOKEN_FAILED];
}

static void keyring_free(struct keyring *keyring)
{
	for (size_t i = 0; i < keyring->count; i++)
		token_key_clear(&keyring->keys[i]);
	free(keyring);
}

static const struct token_ready_key *keyring_find(const struct keyring *keyring, const char *kid)
{
	for (size_t i = 0; i < keyring->count; i++) {
		if (strcmp(keyring->keys[i].kid, kid) == 0)
			return &keyring->keys[i];
	}
	return NULL;
}

static enum err keyring_add(struct keyring *keyring, const struct token_key *key,
			    const struct token_complaint *to)
{
	struct token_ready_key ready;
	enum err err = token_key_prepare(key, TOKEN_KEY_VERIFIES, to, &ready);

	if (err)
		return err;
	if (keyring_find(keyring, ready.kid)) {
		token_key_clear(&ready);
		return token_key_complain(to, "token key %s: there are two of this kid", key->kid);
	}
	keyring->keys[keyring->count++] = ready;
	return ERR_OK;
}

static enum err keyring_new(const struct token_key *keys, size_t count, const struct token_complaint *to,
			    struct keyring **ret_keyring)
{
	struct keyring *keyring;

	if (count > SIZE_MAX / 2 / sizeof(keyring->keys[0]))
		return ERR_NO_MEMORY;
	keyring = calloc(1, sizeof(*keyring) + count * sizeof(keyring->keys[0]));
	if (!keyring)
		return ERR_NO_MEMORY;
	keyring->references = 1;
	for (size_t i = 0; i < count; i++) {
		enum err err = keyring_add(keyring, &keys[i], to);

		if (err) {
			keyring_free(keyring);
			return err;
		}
	}
	*ret_keyring = keyring;
	return ERR_OK;
}

static struct keyring *keyring_take(struct token_verifier *verifier)
{
	struct keyring *keyring;

	pthread_mutex_lock(&verifier->lock);
	keyring = verifier->keyring;
	keyring->references++;
	pthread_mutex_unlock(&verifier->lock);
	return keyring;
}

static void keyring_give_back(struct token_verifier *verifier, struct keyring *keyring)
{
	unsigned left;

	pthread_mutex_lock(&verifier->lock);
	left = --keyring->references;
	pthread_mutex_unlock(&verifier->lock);
	if (!left)
		keyring_free(keyring);
}

static bool copy_options(const struct token_options *from, struct token_options *to)
{
	to->leeway_seconds = from->leeway_seconds;
	to->cache_entries = from->cache_entries;
	to->issuer = strdup(from->issuer);
	to->audience = strdup(from->audience);
	to->role_claim = strdup(from->role_claim);
	to->agency_claim = strdup(from->agency_claim);
	return to->issuer && to->audience && to->role_claim && to->agency_claim;
}

static bool is_empty(const char *text)
{
	return !text || !*text;
}

enum err token_verifier_new(const struct token_options *options, struct token_verifier **ret)
{
	struct token_verifier *verifier;
	enum err err;

	if (is_empty(options->issuer) || is_empty(options->audience) || is_empty(options->role_claim) ||
	    is_empty(options->agency_claim) || options->leeway_seconds < 0 ||
	    options->leeway_seconds > LEEWAY_MAX_SECONDS)
		return ERR_CONFIG;
	verifier = calloc(1, sizeof(*verifier));
	if (!verifier)
		return ERR_NO_MEMORY;
	pthread_mutex_init(&verifier->lock, NULL);
	atomic_init(&verifier->generation, 0);
	err = copy_options(options, &verifier->options) ? ERR_OK : ERR_NO_MEMORY;
	if (!err)
		err = keyring_new(NULL, 0, NULL, &verifier->keyring);
	if (!err)
		err = token_cache_new(options->cache_entries, &verifier->cache);
	if (err) {
		token_verifier_free(verifier);
		return err;
	}
	*ret = verifier;
	return ERR_OK;
}

void token_verifier_free(struct token_verifier *verifier)
{
	if (!verifier)
		return;
	if (verifier->keyring)
		keyring_free(verifier->keyring);
	token_cache_free(verifier->cache);
	pthread_mutex_destroy(&verifier->lock);
	free((char *)verifier->options.issuer);
	free((char *)verifier->options.audience);
	free((char *)verifier->options.role_claim);
	free((char *)verifier->options.agency_claim);
	free(verifier);
}

enum err token_verifier_set_keys(struct token_verifier *verifier, const struct token_key *keys, size_t count,
				 char *ret_message, size_t message_size)
{
	struct keyring *old;
	struct keyring *keyring;
	const struct token_complaint to = { ret_message, message_size };
	enum err err = keyring_new(keys, count, &to, &keyring);

	if (err)
		return err;
	pthread_mutex_lock(&verifier->lock);
	old = verifier->keyring;
	keyring->generation = old->generation + 1;
	verifier->keyring = keyring;
	/* From here on nothing remembered under the old set is found. */
	atomic_store(&verifier->generation, keyring->generation);
	pthread_mutex_unlock(&verifier->lock);
	keyring_give_back(verifier, old);
	return ERR_OK;
}

static enum token_status verify_with(const struct keyring *keyring, const struct token_jws *jws,
				     const struct token_options *options, time_t now,
				     struct token_grant *ret_grant)
{
	const struct token_ready_key *key = keyring_find(keyring, jws->kid);
	enum token_status status;

	if (!key)
		return TOKEN_UNKNOWN_KEY;
	if (strcmp(jws->algorithm, token_algorithm_name(key->algorithm)) != 0)
		return TOKEN_WRONG_ALGORITHM;
	status = token_key_verify(key, jws);
	if (status != TOKEN_OK)
		return status;
	return token_claims_check(jws->payload, jws->payload_length, options, now, ret_grant);
}

static enum token_status verify_anew(struct token_verifier *verifier, const char *token, size_t length,
				     time_t now, struct token_cache_item *item)
{
	struct token_jws jws;
	struct token_grant grant;
	struct keyring *keyring;
	enum token_status status = token_jws_parse(token, length, &jws);

	if (status != TOKEN_OK)
		return status;
	keyring = keyring_take(verifier);
	/* That of the very keys that verify: were they replaced meanwhile, this is remembered in vain. */
	item->generation = keyring->generation;
	status = verify_with(keyring, &jws, &verifier->options, now, &grant);
	keyring_give_back(verifier, keyring);
	if (status != TOKEN_OK)
		return status;
	item->from = grant.from;
	item->until = grant.until;
	item->caller = grant.caller;
	token_cache_put(verifier->cache, item, now);
	return TOKEN_OK;
}

enum token_status token_verify(struct token_verifier *verifier, const char *token, size_t length, time_t now,
			       struct caller *ret_caller)
{
	struct token_cache_item item = { 0 };
	enum token_status status;

	if (length > TOKEN_MAX_BYTES)
		return TOKEN_MALFORMED;
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, token, length, item.digest) < 0)
		return TOKEN_FAILED;
	if (token_cache_get(verifier->cache, item.digest, atomic_load(&verifier->generation), now,
			    ret_caller))
		return TOKEN_OK;
	status = verify_anew(verifier, token, length, now, &item);
	if (status == TOKEN_OK)
		*ret_caller = item.caller;
	return status;
}
