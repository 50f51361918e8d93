#ifndef KSTTHC_TOKEN_CLAIMS_H
#define KSTTHC_TOKEN_CLAIMS_H

#include <stddef.h>
#include <stdint.h>
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
 * order: one JSON object, iss, aud, exp nbf iat, what the profile requires,
 * sub, roles, agency.
 * - A claim of the wrong type is TOKEN_BAD_CLAIM; so is a missing exp or sub.
 * - exp, nbf, iat: integers, 1970 to 9999; an iat in the future is like an nbf.
 * - sub: 1 to TOKEN_SUBJECT_MAX bytes of letters, marks, digits, punctuation,
 *   symbols, spaces; the profile's name comes before it.
 * - An array has at most TOKEN_ENTRIES_MAX entries, else TOKEN_BAD_CLAIM.
 * - Of a path, a link that is missing is as if the claim were; one that is no
 *   object is TOKEN_BAD_CLAIM.
 * - roles: an array of names, or a text that is one name or several with spaces
 *   between them; unknown names are passed over, no claim is no role.
 * - agency: a text or, unless it is single, an array of texts; null is as if
 *   absent. What lacks the prefix or is not in the mapping is passed over,
 *   without a mapping the rest must be [a-z0-9.-]{1,64}. Two different agencies
 *   are TOKEN_BAD_CLAIM, and so is none with role agency.
 * The caller's profile is left at 0: only who chose it knows its number.
 */
enum token_status token_claims_check(const unsigned char *payload, size_t length,
				     const struct token_profile *profile, int64_t leeway_seconds, time_t now,
				     struct token_grant *ret_grant) MUST_CHECK;

#endif
