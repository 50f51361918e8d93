#ifndef KSTTHC_TOKEN_PROFILE_H
#define KSTTHC_TOKEN_PROFILE_H

#include <stdbool.h>

#include "../service/arena.h"
#include "token.h"
#include "token_key.h"

/*
 * Checks a profile as token_verifier_set_keys() says and copies it, with all
 * that it points to, into the arena. ERR_CONFIG with a sentence, ERR_NO_MEMORY.
 */
enum err token_profile_copy(const struct token_profile *from, struct arena *arena,
			    const struct token_complaint *to, struct token_profile *ret_profile) MUST_CHECK;

/* Whether it can be an agency's code: [a-z0-9.-]{1,64}. */
bool token_agency_valid(const char *code) MUST_CHECK;

#endif
