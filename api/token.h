#ifndef KSTTHC_TOKEN_H
#define KSTTHC_TOKEN_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

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

enum token_algorithm { TOKEN_HS256, TOKEN_RS256, TOKEN_ES256 };

/* The caller as a verified token states it. */
struct caller {
	unsigned roles;    /* ROLE_… of route.h; never ROLE_PUBLIC; 0 when the token has none of ours */
	char subject[128]; /* sub, for the ledger and the log */
	char agency[65];   /* code, "" when the token has none */
	time_t expires;
};

/* Why a token is not accepted; TOKEN_OK is 0. */
enum token_status {
	TOKEN_OK,
	TOKEN_MALFORMED,
	TOKEN_UNKNOWN_KEY,
	TOKEN_WRONG_ALGORITHM,
	TOKEN_BAD_SIGNATURE,
	TOKEN_EXPIRED,
	TOKEN_NOT_YET_VALID,
	TOKEN_WRONG_ISSUER,
	TOKEN_WRONG_AUDIENCE,
	TOKEN_BAD_CLAIM,
	TOKEN_FAILED, /* no memory: not the token's fault */
};

/* A short English phrase for error_description and the log; never quotes the token. */
const char *token_status_text(enum token_status status);

struct token_key {
	const char *kid;
	enum token_algorithm algorithm;
	const char *pem; /* PEM public (or private) key; for HS256 the secret bytes */
	size_t length;
};

struct token_options {
	const char *issuer;   /* iss must equal it */
	const char *audience; /* aud must be or contain it */
	const char *role_claim;
	const char *agency_claim;
	int64_t leeway_seconds; /* 0 to 3600, on exp, nbf and iat */
	size_t cache_entries;   /* bound of the table of verified tokens */
};

/* Thread-safe once made; keys can be replaced while it is in use. */
struct token_verifier;

/* Without keys yet. Options are copied. ERR_CONFIG for an empty text or a leeway out of bounds. */
enum err token_verifier_new(const struct token_options *options, struct token_verifier **ret) MUST_CHECK;
void token_verifier_free(struct token_verifier *verifier);

/*
 * Puts a new key set in force and forgets every remembered token. ERR_CONFIG
 * with a sentence when a key is unfit: an HMAC secret under 32 bytes, RSA
 * under 2048 bits, a curve other than P-256, a PEM where a secret is wanted or
 * the other way round, a kid twice, empty or over 64 bytes. The old set stays then.
 */
enum err token_verifier_set_keys(struct token_verifier *verifier, const struct token_key *keys, size_t count,
				 char *ret_message, size_t message_size) MUST_CHECK;

/*
 * Verifies a compact JWS of length bytes (the part after "Bearer "). A token
 * seen before is answered from the table keyed by its SHA-256, as long as it
 * is valid and the key set unchanged; times are checked each time.
 */
enum token_status token_verify(struct token_verifier *verifier, const char *token, size_t length, time_t now,
			       struct caller *ret_caller) MUST_CHECK;

struct token_claims {
	const char *issuer;
	const char *audience;
	const char *role_claim;
	const char *agency_claim;
	const char *subject;
	const char *const *roles; /* NULL-ended */
	const char *agency;       /* or NULL */
	time_t issued;
	time_t expires;
};

/*
 * Signs; *ret_token is to be freed with free(). ERR_CONFIG when the key is
 * unfit (as above) or not private, ERR_INVALID when a text is not UTF-8 or the
 * token would be longer than TOKEN_MAX_BYTES.
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
