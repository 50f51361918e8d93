#include "test_token_forge.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <jwt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_BYTES 32
#define P256_BYTES ((size_t)32)

Suite *token_forge_suite(void);

const struct token_options forge_options = { .leeway_seconds = 30, .cache_entries = 1024 };

static const char *const role_path[] = { "roles", NULL };
static const char *const agency_path[] = { "agency", NULL };

const struct token_profile forge_profile = {
	.name = "",
	.issuer = "https://idp.example",
	.audience = "kstthc",
	.role_path = role_path,
	.agency_path = agency_path,
	.agency_prefix = "",
};

static const char *const algorithms[FORGE_ALGORITHMS] = { "HS256", "RS256", "ES256" };
static const char *const kids[FORGE_ALGORITHMS] = { "hs.2025-1", "rs.2025-1", "es.2025-1" };

static void ok(int rc)
{
	ck_assert_msg(rc >= 0, "GnuTLS: %s", gnutls_strerror(rc));
}

static char *take(gnutls_datum_t pem, size_t *ret_length)
{
	char *text = strndup((const char *)pem.data, pem.size);

	ck_assert_ptr_nonnull(text);
	gnutls_free(pem.data);
	*ret_length = strlen(text);
	return text;
}

static void make_pair(enum token_algorithm algorithm, struct token_key *public_half,
		      struct token_key *private_half)
{
	bool rsa = algorithm == TOKEN_RS256;
	gnutls_x509_privkey_t x509;
	gnutls_privkey_t key;
	gnutls_pubkey_t public_key;
	gnutls_datum_t pem;

	ok(gnutls_x509_privkey_init(&x509));
	ok(gnutls_x509_privkey_generate(x509, rsa ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA,
					rsa ? 2048 : GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	ok(gnutls_x509_privkey_export2_pkcs8(x509, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem));
	private_half->pem = take(pem, &private_half->length);
	ok(gnutls_privkey_init(&key));
	ok(gnutls_privkey_import_x509(key, x509, 0));
	ok(gnutls_pubkey_init(&public_key));
	ok(gnutls_pubkey_import_privkey(public_key, key, 0, 0));
	ok(gnutls_pubkey_export2(public_key, GNUTLS_X509_FMT_PEM, &pem));
	public_half->pem = take(pem, &public_half->length);
	gnutls_pubkey_deinit(public_key);
	gnutls_privkey_deinit(key);
	gnutls_x509_privkey_deinit(x509);
}

static void make_secret(struct token_key *key)
{
	char *secret = malloc(SECRET_BYTES);

	ck_assert_ptr_nonnull(secret);
	ok(gnutls_rnd(GNUTLS_RND_KEY, secret, SECRET_BYTES));
	key->pem = secret;
	key->length = SECRET_BYTES;
}

static void make_key(enum token_algorithm algorithm, struct token_key *verifying, struct token_key *signing)
{
	verifying->algorithm = signing->algorithm = algorithm;
	verifying->kid = signing->kid = kids[algorithm];
	if (algorithm != TOKEN_HS256) {
		make_pair(algorithm, verifying, signing);
		return;
	}
	make_secret(verifying);
	signing->length = verifying->length;
	signing->pem = memcpy(malloc(SECRET_BYTES), verifying->pem, SECRET_BYTES);
}

static struct forge_keys made;

const struct forge_keys *forge_keys(void)
{
	struct token_key unused;

	if (made.verifying[0].kid)
		return &made;
	for (int i = 0; i < FORGE_ALGORITHMS; i++) {
		make_key((enum token_algorithm)i, &made.verifying[i], &made.signing[i]);
		make_key((enum token_algorithm)i, &unused, &made.foreign[i]);
		free((char *)unused.pem);
	}
	return &made;
}

void forge_setup(void)
{
	forge_keys();
}

void forge_teardown(void)
{
	for (int i = 0; i < FORGE_ALGORITHMS; i++) {
		free((char *)made.verifying[i].pem);
		free((char *)made.signing[i].pem);
		free((char *)made.foreign[i].pem);
	}
	made = (struct forge_keys){ 0 };
}

enum err forge_set(struct token_verifier *verifier, const struct token_key *keys, size_t count, char *message,
		   size_t size)
{
	const struct token_key_set set = {
		.profiles = &forge_profile, .profile_count = 1, .keys = keys, .key_count = count
	};

	return token_verifier_set_keys(verifier, &set, message, size);
}

struct token_verifier *forge_verifier(void)
{
	struct token_verifier *verifier;
	char message[200] = "";

	ck_assert_int_eq(token_verifier_new(&forge_options, &verifier), ERR_OK);
	ck_assert_msg(forge_set(verifier, forge_keys()->verifying, FORGE_ALGORITHMS, message,
				sizeof(message)) == ERR_OK,
		      "%s", message);
	return verifier;
}

static char *put(char *at, const char *text)
{
	size_t length = strlen(text);

	memcpy(at, text, length);
	return at + length;
}

static char *put_placeholder(char *at, char which, const struct token_key *key)
{
	const char *algorithm = algorithms[key->algorithm];

	switch (which) {
	case 'A':
		return put(at, algorithm);
	case 'a':
		*at++ = (char)(algorithm[0] + ('a' - 'A'));
		*at++ = 's';
		return put(at, "256");
	case 'K':
		return put(at, key->kid);
	case 'Q':
		return put(at, "'");
	case '0':
		*at = '\0';
		return at + 1;
	default:
		ck_abort_msg("no placeholder @%c", which);
	}
}

size_t forge_expand(const struct token_key *key, const char *template, char *out)
{
	char *at = out;

	for (; *template; template ++) {
		ck_assert_uint_lt((size_t)(at - out), FORGE_MAX / 2);
		if (*template == '@')
			at = put_placeholder(at, *++template, key);
		else
			*at++ = *template == '\'' ? '"' : *template;
	}
	return (size_t)(at - out);
}

size_t forge_encode(const void *bytes, size_t length, char *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *in = bytes;
	char *at = out;

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned bits = (unsigned)in[i] << 16;

		bits |= left > 1 ? (unsigned)in[i + 1] << 8 : 0;
		bits |= left > 2 ? in[i + 2] : 0;
		for (size_t j = 0; j < (left > 2 ? 4 : left + 1); j++)
			*at++ = alphabet[bits >> (18 - 6 * j) & 63];
	}
	*at = '\0';
	return (size_t)(at - out);
}

static void right_align(const gnutls_datum_t *number, unsigned char *out)
{
	size_t skip = number->size > P256_BYTES ? number->size - P256_BYTES : 0;
	size_t length = number->size - skip;

	memset(out, 0, P256_BYTES);
	memcpy(out + P256_BYTES - length, number->data + skip, length);
}

static size_t take_signature(enum token_algorithm algorithm, const gnutls_datum_t *signature,
			     unsigned char *out)
{
	gnutls_datum_t r;
	gnutls_datum_t s;

	if (algorithm == TOKEN_RS256) {
		memcpy(out, signature->data, signature->size);
		return signature->size;
	}
	ok(gnutls_decode_rs_value(signature, &r, &s));
	right_align(&r, out);
	right_align(&s, out + P256_BYTES);
	gnutls_free(r.data);
	gnutls_free(s.data);
	return P256_BYTES * 2;
}

size_t forge_sign(const struct token_key *signing, const char *text, size_t length, unsigned char *out)
{
	gnutls_datum_t data = { (unsigned char *)text, (unsigned)length };
	gnutls_datum_t pem = { (unsigned char *)signing->pem, (unsigned)signing->length };
	gnutls_datum_t signature;
	gnutls_privkey_t key;
	size_t made_bytes;

	if (signing->algorithm == TOKEN_HS256) {
		ok(gnutls_hmac_fast(GNUTLS_MAC_SHA256, signing->pem, signing->length, text, length, out));
		return 32;
	}
	ok(gnutls_privkey_init(&key));
	ok(gnutls_privkey_import_x509_raw(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0));
	ok(gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &data, &signature));
	made_bytes = take_signature(signing->algorithm, &signature, out);
	gnutls_free(signature.data);
	gnutls_privkey_deinit(key);
	return made_bytes;
}

void forge_token(const struct token_key *signing, const char *header, const char *claims, char *out)
{
	unsigned char signature[1024];
	char text[FORGE_MAX / 2 + 64];
	size_t length = forge_encode(text, forge_expand(signing, header, text), out);

	out[length++] = '.';
	length += forge_encode(text, forge_expand(signing, claims, text), out + length);
	ck_assert_uint_lt(length, FORGE_MAX - 2048);
	out[length] = '.';
	forge_encode(signature, forge_sign(signing, out, length, signature), out + length + 1);
}

enum token_status forge_verify(struct token_verifier *verifier, const char *token)
{
	struct caller caller;

	return token_verify(verifier, token, strlen(token), FORGE_NOW, false, &caller);
}

void forge_expect(struct token_verifier *verifier, int algorithm, const char *name, const char *token,
		  enum token_status expected)
{
	const char *which = forge_keys()->signing[algorithm].kid;
	char good[FORGE_MAX];

	for (int i = 0; i < 2; i++) {
		enum token_status status = forge_verify(verifier, token);

		ck_assert_msg(status == expected, "%s, %s: %s", which, name, token_status_text(status));
	}
	forge_token(&forge_keys()->signing[algorithm], FORGE_HEADER, FORGE_CLAIMS, good);
	ck_assert_msg(forge_verify(verifier, good) == TOKEN_OK, "%s, the good one after %s", which, name);
}

/* What is forged well is well signed in another library's eyes too. */
START_TEST(libjwt_agrees)
{
	const struct token_key *verifying = &forge_keys()->verifying[_i];
	const unsigned char *key = (const unsigned char *)verifying->pem;
	char token[FORGE_MAX];
	jwt_t *jwt;

	forge_token(&forge_keys()->signing[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	ck_assert_int_eq(jwt_decode(&jwt, token, key, (int)verifying->length), 0);
	ck_assert_str_eq(jwt_get_grant(jwt, "sub"), "u1");
	jwt_free(jwt);
	forge_token(&forge_keys()->foreign[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	ck_assert_int_ne(jwt_decode(&jwt, token, key, (int)verifying->length), 0);
}
END_TEST

START_TEST(encodes_as_rfc4648_says)
{
	static const char *const rows[][2] = { { "f", "Zg" },        { "fo", "Zm8" },       { "foo", "Zm9v" },
					       { "foob", "Zm9vYg" }, { "\xfb\xff", "-_8" }, { "", "" } };
	char out[16];

	forge_encode(rows[_i][0], strlen(rows[_i][0]), out);
	ck_assert_str_eq(out, rows[_i][1]);
}
END_TEST

Suite *token_forge_suite(void)
{
	Suite *suite = suite_create("token_forge");
	TCase *tcase = tcase_create("forge");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_add_loop_test(tcase, libjwt_agrees, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, encodes_as_rfc4648_says, 0, 6);
	suite_add_tcase(suite, tcase);
	return suite;
}
