#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "test_token_forge.h"

Suite *token_signature_suite(void);

#define P256_BYTES 32

/* The order of P-256 (FIPS 186-4, D.1.2.3). */
static const unsigned char p256_order[P256_BYTES] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/* A token's header and payload; what is signed. */
static size_t start(const struct token_key *key, const char *header, char *out)
{
	char text[FORGE_MAX / 2];
	size_t length = forge_encode(text, forge_expand(key, header, text), out);

	out[length++] = '.';
	return length + forge_encode(text, forge_expand(key, FORGE_CLAIMS, text), out + length);
}

static void finish(char *token, size_t length, const void *signature, size_t signature_length)
{
	token[length] = '.';
	forge_encode(signature, signature_length, token + length + 1);
}

static size_t mac(gnutls_mac_algorithm_t algorithm, const char *secret, size_t secret_length,
		  const char *text, size_t length, unsigned char *out)
{
	ck_assert_int_ge(gnutls_hmac_fast(algorithm, secret, secret_length, text, length, out), 0);
	return gnutls_hmac_get_len(algorithm);
}

START_TEST(foreign_keys_are_refused)
{
	struct token_verifier *verifier = forge_verifier();
	char token[FORGE_MAX];

	forge_token(&forge_keys()->foreign[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	forge_expect(verifier, _i, "another key", token, TOKEN_BAD_SIGNATURE);
	forge_token(
		&forge_keys()->foreign[_i],
		"{'alg':'@A','kid':'@K','jwk':{'kty':'EC','crv':'P-256','x':'AA','y':'AA'},'x5c':['AAAA']}",
		FORGE_CLAIMS, token);
	forge_expect(verifier, _i, "another key, sent along", token, TOKEN_BAD_SIGNATURE);
	token_verifier_free(verifier);
}
END_TEST

/* The MAC made with what everyone can know: nothing, or the public key. */
START_TEST(guessable_macs_are_refused)
{
	static const struct {
		const char *header;
		gnutls_mac_algorithm_t algorithm;
		enum token_status asymmetric;
		enum token_status symmetric;
	} rows[] = {
		{ "{'alg':'HS256','kid':'@K'}", GNUTLS_MAC_SHA256, TOKEN_WRONG_ALGORITHM,
		  TOKEN_BAD_SIGNATURE },
		{ "{'alg':'hs256','kid':'@K'}", GNUTLS_MAC_SHA256, TOKEN_WRONG_ALGORITHM,
		  TOKEN_WRONG_ALGORITHM },
		{ "{'alg':'HS512','kid':'@K'}", GNUTLS_MAC_SHA512, TOKEN_WRONG_ALGORITHM,
		  TOKEN_WRONG_ALGORITHM },
		{ "{'alg':'@A','kid':'@K'}", GNUTLS_MAC_SHA256, TOKEN_BAD_SIGNATURE, TOKEN_BAD_SIGNATURE },
		{ "{'alg':'@A','kid':'@K'}", GNUTLS_MAC_SHA512, TOKEN_BAD_SIGNATURE, TOKEN_BAD_SIGNATURE },
	};
	struct token_verifier *verifier = forge_verifier();
	unsigned char signature[64];
	char token[FORGE_MAX];

	for (int i = 0; i < FORGE_ALGORITHMS; i++) {
		const struct token_key *key = &forge_keys()->verifying[i];
		enum token_status expected = i == TOKEN_HS256 ? rows[_i].symmetric : rows[_i].asymmetric;
		size_t length = start(key, rows[_i].header, token);

		finish(token, length, signature, mac(rows[_i].algorithm, "", 0, token, length, signature));
		forge_expect(verifier, i, "MAC without a secret", token, expected);
		if (i == TOKEN_HS256)
			continue;
		finish(token, length, signature,
		       mac(rows[_i].algorithm, key->pem, key->length, token, length, signature));
		forge_expect(verifier, i, "MAC with the public key", token, expected);
	}
	token_verifier_free(verifier);
}
END_TEST

START_TEST(no_signature_is_none)
{
	struct token_verifier *verifier = forge_verifier();
	char token[FORGE_MAX];

	finish(token, start(&forge_keys()->verifying[_i], "{'alg':'none','kid':'@K'}", token), "", 0);
	forge_expect(verifier, _i, "alg none, no signature", token, TOKEN_MALFORMED);
	finish(token, start(&forge_keys()->verifying[_i], "{'alg':'none','kid':'@K'}", token), "x", 1);
	forge_expect(verifier, _i, "alg none, some signature", token, TOKEN_WRONG_ALGORITHM);
	finish(token, start(&forge_keys()->verifying[_i], "{'alg':'none'}", token), "x", 1);
	forge_expect(verifier, _i, "alg none, no kid", token, TOKEN_MALFORMED);
	token_verifier_free(verifier);
}
END_TEST

/* Every key's signature under every other key's kid and name. */
START_TEST(keys_are_not_mixed)
{
	struct token_verifier *verifier = forge_verifier();
	unsigned char signature[1024];
	char token[FORGE_MAX];

	for (int i = 0; i < FORGE_ALGORITHMS; i++) {
		size_t length;

		if (i == _i)
			continue;
		length = start(&forge_keys()->verifying[i], "{'alg':'@A','kid':'@K'}", token);
		finish(token, length, signature,
		       forge_sign(&forge_keys()->signing[_i], token, length, signature));
		forge_expect(verifier, i, "signed by a key of another kind", token, TOKEN_BAD_SIGNATURE);
	}
	token_verifier_free(verifier);
}
END_TEST

START_TEST(lengths_of_signatures_are_exact)
{
	struct token_verifier *verifier = forge_verifier();
	unsigned char signature[1024] = { 0 };
	char token[FORGE_MAX];
	size_t length = start(&forge_keys()->verifying[_i], FORGE_HEADER, token);
	size_t made = forge_sign(&forge_keys()->signing[_i], token, length, signature + 1);

	finish(token, length, signature, made + 1);
	forge_expect(verifier, _i, "zero before", token, TOKEN_BAD_SIGNATURE);
	finish(token, length, signature + 1, made + 1);
	forge_expect(verifier, _i, "zero after", token, TOKEN_BAD_SIGNATURE);
	finish(token, length, signature + 1, made - 1);
	forge_expect(verifier, _i, "a byte short", token, TOKEN_BAD_SIGNATURE);
	finish(token, length, signature + 1, made / 2);
	forge_expect(verifier, _i, "half", token, TOKEN_BAD_SIGNATURE);
	finish(token, length, signature + 1, 1);
	forge_expect(verifier, _i, "one byte", token, TOKEN_BAD_SIGNATURE);
	finish(token, length, signature + 1, made);
	forge_expect(verifier, _i, "as it was", token, TOKEN_OK);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(every_byte_of_a_signature_counts)
{
	struct token_verifier *verifier = forge_verifier();
	unsigned char signature[1024];
	char token[FORGE_MAX];
	size_t length = start(&forge_keys()->verifying[_i], FORGE_HEADER, token);
	size_t made = forge_sign(&forge_keys()->signing[_i], token, length, signature);

	for (size_t i = 0; i < made; i++) {
		signature[i] ^= 1;
		finish(token, length, signature, made);
		ck_assert_msg(forge_verify(verifier, token) == TOKEN_BAD_SIGNATURE, "byte %zu", i);
		signature[i] ^= 1;
	}
	finish(token, length, signature, made);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_OK);
	token_verifier_free(verifier);
}
END_TEST

/* r and s of a good signature changed, or out of 1 to n-1 (CVE-2022-21449). */
static void change_rs(int way, const unsigned char *good, unsigned char *out)
{
	memcpy(out, good, P256_BYTES * 2);
	switch (way) {
	case 0:
		memcpy(out, good + P256_BYTES, P256_BYTES);
		memcpy(out + P256_BYTES, good, P256_BYTES);
		break;
	case 1:
		memset(out, 0, P256_BYTES * 2);
		break;
	case 2:
		memset(out, 0, P256_BYTES);
		break;
	case 3:
		memset(out + P256_BYTES, 0, P256_BYTES);
		break;
	case 4:
		memcpy(out, p256_order, P256_BYTES);
		memcpy(out + P256_BYTES, p256_order, P256_BYTES);
		break;
	case 5:
		memset(out, 0xff, P256_BYTES * 2);
		break;
	case 6:
		memset(out, 0, P256_BYTES * 2);
		out[P256_BYTES - 1] = out[P256_BYTES * 2 - 1] = 1;
		break;
	default:
		ck_abort();
	}
}

START_TEST(es256_wants_r_and_s)
{
	struct token_verifier *verifier = forge_verifier();
	unsigned char good[P256_BYTES * 2];
	unsigned char changed[P256_BYTES * 2];
	char token[FORGE_MAX];
	size_t length = start(&forge_keys()->verifying[TOKEN_ES256], FORGE_HEADER, token);

	forge_sign(&forge_keys()->signing[TOKEN_ES256], token, length, good);
	change_rs(_i, good, changed);
	finish(token, length, changed, sizeof(changed));
	forge_expect(verifier, TOKEN_ES256, "r and s", token, TOKEN_BAD_SIGNATURE);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(es256_refuses_der)
{
	struct token_verifier *verifier = forge_verifier();
	unsigned char raw[P256_BYTES * 2];
	gnutls_datum_t r = { raw, P256_BYTES };
	gnutls_datum_t s = { raw + P256_BYTES, P256_BYTES };
	gnutls_datum_t der;
	char token[FORGE_MAX];
	size_t length = start(&forge_keys()->verifying[TOKEN_ES256], FORGE_HEADER, token);

	forge_sign(&forge_keys()->signing[TOKEN_ES256], token, length, raw);
	ck_assert_int_ge(gnutls_encode_rs_value(&der, &r, &s), 0);
	finish(token, length, der.data, der.size);
	forge_expect(verifier, TOKEN_ES256, "DER", token, TOKEN_BAD_SIGNATURE);
	gnutls_free(der.data);
	token_verifier_free(verifier);
}
END_TEST

/* One signature in 128 has an r or s that starts with a zero byte. */
START_TEST(es256_keeps_leading_zeros)
{
	struct token_verifier *verifier = forge_verifier();
	unsigned char signature[P256_BYTES * 2];
	char token[FORGE_MAX];
	size_t length = start(&forge_keys()->verifying[TOKEN_ES256], FORGE_HEADER, token);
	int found = 0;

	for (int i = 0; i < 20000 && found < 4; i++) {
		forge_sign(&forge_keys()->signing[TOKEN_ES256], token, length, signature);
		if (signature[0] && signature[P256_BYTES])
			continue;
		finish(token, length, signature, sizeof(signature));
		ck_assert_int_eq(forge_verify(verifier, token), TOKEN_OK);
		found++;
	}
	ck_assert_int_eq(found, 4);
	token_verifier_free(verifier);
}
END_TEST

static void sign_rsa(gnutls_sign_algorithm_t algorithm, const char *text, size_t length,
		     gnutls_datum_t *ret_signature)
{
	const struct token_key *signing = &forge_keys()->signing[TOKEN_RS256];
	gnutls_datum_t data = { (unsigned char *)text, (unsigned)length };
	gnutls_datum_t pem = { (unsigned char *)signing->pem, (unsigned)signing->length };
	gnutls_privkey_t key;

	ck_assert_int_ge(gnutls_privkey_init(&key), 0);
	ck_assert_int_ge(gnutls_privkey_import_x509_raw(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0), 0);
	ck_assert_int_ge(gnutls_privkey_sign_data2(key, algorithm, 0, &data, ret_signature), 0);
	gnutls_privkey_deinit(key);
}

START_TEST(rs256_is_pkcs1_with_sha256)
{
	static const struct {
		gnutls_sign_algorithm_t algorithm;
		enum token_status status;
	} rows[] = {
		{ GNUTLS_SIGN_RSA_SHA256, TOKEN_OK },
		{ GNUTLS_SIGN_RSA_SHA512, TOKEN_BAD_SIGNATURE },
		{ GNUTLS_SIGN_RSA_SHA1, TOKEN_BAD_SIGNATURE },
		{ GNUTLS_SIGN_RSA_PSS_SHA256, TOKEN_BAD_SIGNATURE },
	};
	struct token_verifier *verifier = forge_verifier();
	gnutls_datum_t signature;
	char token[FORGE_MAX];
	size_t length = start(&forge_keys()->verifying[TOKEN_RS256], FORGE_HEADER, token);

	sign_rsa(rows[_i].algorithm, token, length, &signature);
	finish(token, length, signature.data, signature.size);
	gnutls_free(signature.data);
	forge_expect(verifier, TOKEN_RS256, "RSA otherwise", token, rows[_i].status);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(rs256_refuses_numbers)
{
	static const unsigned char fills[] = { 0x00, 0xff, 0x01 };
	struct token_verifier *verifier = forge_verifier();
	unsigned char signature[256];
	char token[FORGE_MAX];
	size_t length = start(&forge_keys()->verifying[TOKEN_RS256], FORGE_HEADER, token);

	memset(signature, fills[_i], sizeof(signature));
	finish(token, length, signature, sizeof(signature));
	forge_expect(verifier, TOKEN_RS256, "a number", token, TOKEN_BAD_SIGNATURE);
	token_verifier_free(verifier);
}
END_TEST

Suite *token_signature_suite(void)
{
	Suite *suite = suite_create("token_signature");
	TCase *tcase = tcase_create("signature");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, foreign_keys_are_refused, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, guessable_macs_are_refused, 0, 5);
	tcase_add_loop_test(tcase, no_signature_is_none, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, keys_are_not_mixed, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, lengths_of_signatures_are_exact, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, every_byte_of_a_signature_counts, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, es256_wants_r_and_s, 0, 7);
	tcase_add_test(tcase, es256_refuses_der);
	tcase_add_test(tcase, es256_keeps_leading_zeros);
	tcase_add_loop_test(tcase, rs256_is_pkcs1_with_sha256, 0, 4);
	tcase_add_loop_test(tcase, rs256_refuses_numbers, 0, 3);
	suite_add_tcase(suite, tcase);
	return suite;
}
