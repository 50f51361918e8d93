#ifndef KSTTHC_TOKEN_CLAIMS_H
#define KSTTHC_TOKEN_CLAIMS_H

#include <stddef.h>
#include <time.h>

#include "token.h"

/* What a token's claims give: a caller, for from <= now < until (leeway included). */
struct token_grant {
	struct caller caller;
	time_t from;
	time_t until;
};

/*
 * Checks the payload of a token whose signature has been verified, in the
 * order: one JSON object, iss, aud, exp nbf iat, sub, roles, agency.
 * - A claim of the wrong type is TOKEN_BAD_CLAIM; so is a missing exp or sub.
 * - exp, nbf, iat: integers, 1970 to 9999; an iat in the future is like an nbf.
 * - sub: 1 to 127 bytes of letters, marks, digits, punctuation, symbols, spaces.
 * - roles: an array of names or one text with spaces between them; unknown
 *   names are passed over, no claim is no role.
 * - agency: [a-z0-9.-]{1,64}; role agency needs it, null is as if absent.
 */
enum token_status token_claims_check(const unsigned char *payload, size_t length,
				     const struct token_options *options, time_t now,
				     struct token_grant *ret_grant) MUST_CHECK;

#endif
