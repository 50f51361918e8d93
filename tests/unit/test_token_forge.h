#ifndef KSTTHC_TEST_TOKEN_FORGE_H
#define KSTTHC_TEST_TOKEN_FORGE_H

#include <check.h>
#include <stddef.h>

#include "../../api/token.h"

/*
 * Makes tokens, good and bad, without the code under test: signatures are
 * GnuTLS's, keys are made when first asked for. Everything asserts on failure,
 * so call it from the test's own thread only.
 */

#define FORGE_ALGORITHMS 3
#define FORGE_MAX ((size_t)32768)
#define FORGE_NOW ((time_t)1750000000)

#define FORGE_HEADER "{'alg':'@A','kid':'@K','typ':'JWT'}"
#define FORGE_CLAIMS                                                                                  \
	"{'iss':'https://idp.example','aud':'kstthc','sub':'u1','roles':['viewer'],'iat':1749999990," \
	"'nbf':1749999990,'exp':1750000600}"

extern const struct token_options forge_options; /* leeway 30 s */
extern const struct token_profile forge_profile; /* without a name; claims "roles" and "agency" */

struct forge_keys {
	struct token_key verifying[FORGE_ALGORITHMS]; /* by enum token_algorithm: secret, public PEM */
	struct token_key signing[FORGE_ALGORITHMS];   /* the same kids with the private keys */
	struct token_key foreign[FORGE_ALGORITHMS];   /* the same kids, other private keys */
};

/* Made once in a process; call it from an unchecked fixture, before tests fork. */
const struct forge_keys *forge_keys(void);
void forge_setup(void);
void forge_teardown(void);

/* token_verifier_set_keys() with forge_profile alone. */
enum err forge_set(struct token_verifier *verifier, const struct token_key *keys, size_t count, char *message,
		   size_t size) MUST_CHECK;

/* A verifier with forge_options, forge_profile and the verifying keys. */
struct token_verifier *forge_verifier(void);

/*
 * What a template stands for; returns its length. ' is ", @A the key's algorithm, @a that in small letters,
 * @K its kid, @Q an apostrophe, @0 a NUL byte.
 */
size_t forge_expand(const struct token_key *key, const char *template, char *out);

/* base64url; returns the length, out ends with a NUL. */
size_t forge_encode(const void *bytes, size_t length, char *out);

/* The key's algorithm over the text; returns the signature's length. */
size_t forge_sign(const struct token_key *signing, const char *text, size_t length, unsigned char *out);

/* A whole token from two templates. */
void forge_token(const struct token_key *signing, const char *header, const char *claims, char *out);

/* token_verify() of a text at FORGE_NOW, the caller thrown away. */
enum token_status forge_verify(struct token_verifier *verifier, const char *token);

/*
 * Asserts what a token is answered with, twice, as what is refused must not be
 * remembered as good; and that a good one of the same key still passes.
 */
void forge_expect(struct token_verifier *verifier, int algorithm, const char *name, const char *token,
		  enum token_status expected);

#endif
