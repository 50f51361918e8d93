#ifndef KSTTHC_TOKEN_KEY_H
#define KSTTHC_TOKEN_KEY_H

#include <gnutls/abstract.h>
#include <stdbool.h>
#include <stddef.h>

#include "token.h"
#include "token_jws.h"

/*
 * A key found fit and made ready. GnuTLS verifies with it, over the bytes as
 * they were sent. libjwt 1.10 cannot be the one that verifies: it refuses
 * typ at+jwt, and using it for the other tokens would let the token's typ
 * choose who verifies it; besides, it reads the PEM anew for each token,
 * which is ten times the work of the verification itself. libjwt signs.
 *
 * Thread-safety: any number of threads may verify with one at once.
 */
struct token_ready_key {
	char kid[TOKEN_KID_MAX + 1];
	enum token_algorithm algorithm;
	size_t profile;
	unsigned char *secret; /* HS256 */
	size_t secret_length;
	gnutls_pubkey_t public_key; /* RS256, ES256 */
	size_t signature_length;    /* what every signature of this key is long */
};

/* Where the sentence of an ERR_CONFIG goes; a size of 0 for nowhere. */
struct token_complaint {
	char *message;
	size_t size;
};

enum token_key_use { TOKEN_KEY_VERIFIES, TOKEN_KEY_SIGNS };

/*
 * Checks a key as token_verifier_set_keys() says and copies what is needed of
 * it; TOKEN_KEY_SIGNS asks for the private part. To be released with
 * token_key_clear(). ERR_CONFIG with a sentence, ERR_NO_MEMORY.
 */
enum err token_key_prepare(const struct token_key *key, enum token_key_use use,
			   const struct token_complaint *to, struct token_ready_key *ret_key) MUST_CHECK;
void token_key_clear(struct token_ready_key *key);

/* TOKEN_OK, TOKEN_BAD_SIGNATURE or TOKEN_FAILED. */
enum token_status token_key_verify(const struct token_ready_key *key, const struct token_jws *jws) MUST_CHECK;

/* "HS256" ... */
const char *token_algorithm_name(enum token_algorithm algorithm);
bool token_algorithm_find(const char *name, size_t length, enum token_algorithm *ret_algorithm) MUST_CHECK;

/* Whether the text holds a PEM private key of any kind. */
bool token_key_is_private(const char *text, size_t length) MUST_CHECK;

/* Writes the sentence and returns ERR_CONFIG. */
enum err token_key_complain(const struct token_complaint *to, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
