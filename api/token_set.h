#ifndef KSTTHC_TOKEN_SET_H
#define KSTTHC_TOKEN_SET_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "token.h"
#include "token_claims.h"
#include "token_jws.h"
#include "token_key.h"

/*
 * Profiles and keys that are in force together. It owns all that it holds and
 * never changes once made, so any number of threads may verify with one.
 */
struct token_set;

/* Copies the set, checked as token_verifier_set_keys() says. ERR_CONFIG with a sentence, ERR_NO_MEMORY. */
enum err token_set_new(const struct token_key_set *from, const struct token_complaint *to,
		       struct token_set **ret_set) MUST_CHECK;
void token_set_free(struct token_set *set);

/* Finds the key, verifies the signature with it, and checks the claims against the key's profile. */
enum token_status token_set_verify(const struct token_set *set, const struct token_jws *jws,
				   int64_t leeway_seconds, time_t now,
				   struct token_grant *ret_grant) MUST_CHECK;

/* NULL when there is no such profile. */
const char *token_set_issuer(const struct token_set *set, size_t profile);

#endif
