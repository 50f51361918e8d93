#ifndef KSTTHC_TOKEN_H
#define KSTTHC_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "../service/arena.h"
#include "../service/error.h"

/*
 * Verification of bearer tokens (RFC 7519, RFC 8725). Nothing in a token
 * chooses how it is verified: its kid finds the key in our own table, the key
 * has its one algorithm, and the token's alg must be that. See traps.md of the
 * design notes for what libjwt 1.10 lets through by itself.
 *
 * libjwt signs; GnuTLS verifies, over the bytes as they were sent. libjwt
 * cannot: it refuses typ at+jwt (RFC 9068) whatever the signature, and were it
 * to verify only the others, a token's typ would choose who verifies it.
 */

#define TOKEN_MAX_BYTES ((size_t)8192)
#define TOKEN_NAME_MAX 32      /* of a profile */
#define TOKEN_PROFILES_MAX 64  /* in force at once */
#define TOKEN_SUBJECT_MAX 127  /* of sub */
#define TOKEN_ENTRIES_MAX 1000 /* of an array in a token */

enum token_algorithm { TOKEN_HS256, TOKEN_RS256, TOKEN_ES256 };

/* The caller as a verified token states it. */
struct caller {
	unsigned roles; /* ROLE_… of route.h; never ROLE_PUBLIC; 0 when the token has none of ours */
	char subject[TOKEN_NAME_MAX + 1 + TOKEN_SUBJECT_MAX + 1]; /* for the ledger: see token_profile */
	char agency[65];                                          /* code, "" when the token has none */
	unsigned char profile;                                    /* for token_profile_issuer() */
	time_t expires;
};

/* Why a token is not accepted; TOKEN_OK is 0. */
enum token_status {
	TOKEN_OK,
	TOKEN_MALFORMED,
	/* These three from the least said to the most: of several keys of a kid the greatest is answered. */
	TOKEN_UNKNOWN_KEY,
	TOKEN_WRONG_ALGORITHM,
	TOKEN_BAD_SIGNATURE,
	TOKEN_EXPIRED,
	TOKEN_NOT_YET_VALID,
	TOKEN_WRONG_ISSUER,
	TOKEN_WRONG_AUDIENCE,
	TOKEN_BAD_CLAIM,
	TOKEN_NOT_REMEMBERED, /* only when no other was asked for */
	TOKEN_FAILED,         /* no memory: not the token's fault */
};

/* A short English phrase for error_description and the log; never quotes the token. */
const char *token_status_text(enum token_status status);

struct token_mapping {
	const char *from; /* what the issuer says */
	const char *to;   /* what it is to us; tables end with { NULL, NULL } */
};

/*
 * An issuer whose tokens are accepted, and what of its claims we read. A key
 * belongs to one profile: a token that it signed is held against that profile
 * alone, so an issuer can never speak for another one.
 *
 * Nor can a subject be taken for another issuer's: a profile with a name puts
 * it and a colon before sub ("sso:ab12"), and where ours have no name before
 * them, none may begin with one of the set's.
 */
struct token_profile {
	const char *name;                  /* 1 to TOKEN_NAME_MAX of [A-Za-z0-9._-]; "": sub as it is */
	const char *issuer;                /* iss must equal it */
	const char *audience;              /* aud must be or contain it */
	const char *const *role_path;      /* claims from the outside in: "realm_access", "roles", NULL */
	const struct token_mapping *roles; /* their names to ours, several may lead to one; NULL: ours */
	const char *const *agency_path;    /* likewise; the value is a text or an array of texts */
	bool agency_single;                /* of an agency, no array is accepted, as none of ours has one */
	const char *agency_prefix;         /* only values that begin so name an agency, without it; "" */
	const struct token_mapping *agencies; /* their names (less the prefix) to our codes; NULL: ours */
	const struct token_mapping *required; /* top-level claims that must be just this text; NULL: none */
};

struct token_key {
	const char *kid;
	enum token_algorithm algorithm;
	const char *pem; /* PEM public (or private) key; for HS256 the secret bytes */
	size_t length;
	size_t profile; /* index into the set's profiles */
};

/* What is in force at a time; borrowed by those who are given it. */
struct token_key_set {
	const struct token_profile *profiles;
	size_t profile_count;
	const struct token_key *keys;
	size_t key_count;
};

struct token_options {
	int64_t leeway_seconds; /* 0 to 3600, on exp, nbf and iat */
	size_t cache_entries;   /* bound of the table of verified tokens */
};

/* Thread-safe once made; keys can be replaced while it is in use. */
struct token_verifier;

/* Without keys yet. ERR_CONFIG for a leeway out of bounds. */
enum err token_verifier_new(const struct token_options *options, struct token_verifier **ret) MUST_CHECK;
void token_verifier_free(struct token_verifier *verifier);

/*
 * Puts copies of profiles and keys in force, all at once, and forgets every
 * remembered token. ERR_CONFIG with a sentence, and the old set stays, when
 * - a key is unfit: an HMAC secret under 32 bytes, RSA under 2048 bits, a curve
 *   other than P-256, a PEM where a secret is wanted or the other way round, a
 *   kid empty, over 64 bytes or twice in a profile, a profile that is not there;
 * - a profile is: a name that is not as above or there twice, no issuer,
 *   audience or path, a mapping to what is no role or no agency's code, an
 *   agency's name mapped to two codes, more than TOKEN_PROFILES_MAX of them.
 */
enum err token_verifier_set_keys(struct token_verifier *verifier, const struct token_key_set *set,
				 char *ret_message, size_t message_size) MUST_CHECK;

/*
 * Verifies a compact JWS of length bytes (the part after "Bearer "). A token
 * seen before is answered from the table keyed by its SHA-256, as long as it
 * is valid and the key set unchanged; times are checked each time.
 *
 * Of several profiles' keys with the token's kid, each that has its algorithm
 * is tried; the first that verifies is the token's, and its profile alone
 * decides on the claims.
 *
 * remembered_only: a token that is not in the table is TOKEN_NOT_REMEMBERED,
 * for no more work than its SHA-256.
 */
enum token_status token_verify(struct token_verifier *verifier, const char *token, size_t length, time_t now,
			       bool remembered_only, struct caller *ret_caller) MUST_CHECK;

/*
 * The issuer of a caller's profile, copied into the arena. NULL without memory,
 * or when the set now in force has no such profile; while the order of
 * profiles stays the same in each set, it is the one that signed.
 */
const char *token_profile_issuer(struct token_verifier *verifier, unsigned char profile,
				 struct arena *arena) MUST_CHECK;

struct token_claims {
	const char *issuer;
	const char *audience;
	const char *role_claim;
	const char *agency_claim;
	const char *subject;
	const char *const *roles; /* NULL-ended */
	const char *agency;       /* or NULL */
	const char *client_id;    /* RFC 9068, 2.2; or NULL */
	const char *id;           /* jti; or NULL */
	time_t issued;
	time_t expires;
};

/*
 * Signs; *ret_token is to be freed with free(). ERR_CONFIG when the key is
 * unfit (as above) or not private, ERR_INVALID when a text is not UTF-8 or the
 * token would be longer than TOKEN_MAX_BYTES.
 *
 * typ is JWT, whatever the claims: libjwt 1.10 puts that in the place of any
 * other, so RFC 9068's at+jwt is not to be had from it.
 */
enum err token_sign(const struct token_key *key, const struct token_claims *claims,
		    char **ret_token) MUST_CHECK;

/* A new P-256 private key as PKCS #8 PEM; *ret_pem is to be freed with free(). */
enum err token_make_key(char **ret_pem) MUST_CHECK;

/*
 * Reads KSTTHC_TOKEN_KEYS: "kid=ALG:file,kid=ALG:file"; "" is no key. A secret
 * is the file's bytes without one newline at the end. Files are at most 64 kB;
 * those with a secret or a private key must not be accessible to group or
 * others in any way, the others not writable by them. *ret_keys and what it
 * points to are one allocation set, wiped and freed by token_keys_free().
 * ERR_CONFIG with a sentence, which never quotes what a file holds.
 */
enum err token_keys_read(const char *setting, struct token_key **ret_keys, size_t *ret_count,
			 char *ret_message, size_t message_size) MUST_CHECK;
void token_keys_free(struct token_key *keys, size_t count);

#endif
