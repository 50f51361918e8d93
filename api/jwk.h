#ifndef KSTTHC_JWK_H
#define KSTTHC_JWK_H

#include <stddef.h>

#include "token.h"

/*
 * Sets of public keys (JWKS, RFC 7517). Of an issuer's set only what verifies
 * our algorithms is taken: RSA keys of 2048 to 8192 bits and P-256 keys, for
 * signatures, with a kid. Nothing of an entry is followed or used but kty, kid, use,
 * key_ops, alg and the public numbers (RFC 8725, 3.10: x5u and jku lead where
 * the sender likes; x5c is another key beside the key).
 */
#define JWK_KEYS_MAX ((size_t)32)

struct jwk_set {
	struct token_key *keys; /* by kid, public PEM; profile is 0 */
	size_t count;           /* at most JWK_KEYS_MAX; 0 is an answer too: its owner has withdrawn all */
	size_t unfit;           /* entries passed over, those for encryption not counted */
	char fault[160];        /* why, of the first of them; "" */
};

/*
 * Reads a set. An entry that is not fit is passed over; of two with one kid
 * the first counts; beyond JWK_KEYS_MAX none does. ERR_INVALID with a sentence
 * when the text is no set; ERR_NO_MEMORY.
 */
enum err jwk_read_set(const char *text, size_t length, struct jwk_set *ret_set, char *ret_message,
		      size_t message_size) MUST_CHECK;
void jwk_set_release(struct jwk_set *set);

/*
 * The public halves of keys as a set's text, to be freed with free(). Secrets
 * (HS256) are not in it. ERR_CONFIG when a key is unfit.
 */
enum err jwk_write_set(const struct token_key *keys, size_t count, char **ret_text) MUST_CHECK;

#endif
