#include "token.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "token_cache.h"
#include "token_claims.h"
#include "token_jws.h"
#include "token_key.h"
#include "token_set.h"

#define LEEWAY_MAX_SECONDS 3600

/* A set in force. Who verifies holds a reference, so that it outlives its replacement. */
struct keyring {
	unsigned references; /* under the verifier's lock */
	uint64_t generation;
	struct token_set *set;
};

struct token_verifier {
	time_t leeway_seconds;
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
		[TOKEN_NOT_REMEMBERED] = "the token was not looked at",
		[TOKEN_FAILED] = "the token could not be verified",
	};

	return (size_t)status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : texts[TOKEN_FAILED];
}

static void keyring_free(struct keyring *keyring)
{
	token_set_free(keyring->set);
	free(keyring);
}

static enum err keyring_new(const struct token_key_set *set, const struct token_complaint *to,
			    struct keyring **ret_keyring)
{
	struct keyring *keyring = calloc(1, sizeof(*keyring));
	enum err err;

	if (!keyring)
		return ERR_NO_MEMORY;
	keyring->references = 1;
	err = token_set_new(set, to, &keyring->set);
	if (err) {
		free(keyring);
		return err;
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

enum err token_verifier_new(const struct token_options *options, struct token_verifier **ret)
{
	const struct token_complaint nowhere = { NULL, 0 };
	const struct token_key_set none = { 0 };
	struct token_verifier *verifier;
	enum err err;

	if (options->leeway_seconds < 0 || options->leeway_seconds > LEEWAY_MAX_SECONDS)
		return ERR_CONFIG;
	verifier = calloc(1, sizeof(*verifier));
	if (!verifier)
		return ERR_NO_MEMORY;
	pthread_mutex_init(&verifier->lock, NULL);
	atomic_init(&verifier->generation, 0);
	verifier->leeway_seconds = (time_t)options->leeway_seconds;
	err = keyring_new(&none, &nowhere, &verifier->keyring);
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
	free(verifier);
}

enum err token_verifier_set_keys(struct token_verifier *verifier, const struct token_key_set *set,
				 char *ret_message, size_t message_size)
{
	struct keyring *old;
	struct keyring *keyring;
	const struct token_complaint to = { ret_message, message_size };
	enum err err = keyring_new(set, &to, &keyring);

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

const char *token_profile_issuer(struct token_verifier *verifier, unsigned char profile, struct arena *arena)
{
	struct keyring *keyring = keyring_take(verifier);
	const char *issuer = token_set_issuer(keyring->set, profile);
	const char *copy = issuer ? arena_strdup(arena, issuer) : NULL;

	keyring_give_back(verifier, keyring);
	return copy;
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
	status = token_set_verify(keyring->set, &jws, verifier->leeway_seconds, now, &grant);
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
			       bool remembered_only, struct caller *ret_caller)
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
	if (remembered_only)
		return TOKEN_NOT_REMEMBERED;
	status = verify_anew(verifier, token, length, now, &item);
	if (status == TOKEN_OK)
		*ret_caller = item.caller;
	return status;
}
