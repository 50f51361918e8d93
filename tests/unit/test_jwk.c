#include <check.h>
#include <gnutls/abstract.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/jwk.h"
#include "../../api/token_key.h"

Suite *jwk_suite(void);

#define PEM_SIZE ((size_t)8192)

static char message[256];

/* A private key of GnuTLS as PEM. */
static void make_pem(gnutls_pk_algorithm_t algorithm, unsigned bits, char *pem)
{
	gnutls_x509_privkey_t key;
	gnutls_datum_t text;

	ck_assert_int_ge(gnutls_x509_privkey_init(&key), 0);
	ck_assert_int_ge(gnutls_x509_privkey_generate(key, algorithm, bits, 0), 0);
	ck_assert_int_ge(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
							   &text),
			 0);
	ck_assert_uint_lt(text.size, PEM_SIZE);
	memcpy(pem, text.data, text.size);
	pem[text.size] = '\0';
	gnutls_free(text.data);
	gnutls_x509_privkey_deinit(key);
}

static char rsa_pem[PEM_SIZE];
static char ec_pem[PEM_SIZE];
static json_t *rsa; /* entries of a set, as an issuer would publish them */
static json_t *ec;

static json_t *entry_of(const char *pem, enum token_algorithm algorithm, const char *kid)
{
	const struct token_key key = {
		.kid = kid, .algorithm = algorithm, .pem = pem, .length = strlen(pem)
	};
	char *text = NULL;
	json_t *document;
	json_t *entry;

	ck_assert_int_eq(jwk_write_set(&key, 1, &text), ERR_OK);
	document = json_loads(text, 0, NULL);
	entry = json_deep_copy(json_array_get(json_object_get(document, "keys"), 0));
	ck_assert_ptr_nonnull(entry);
	json_decref(document);
	free(text);
	return entry;
}

static void setup(void)
{
	make_pem(GNUTLS_PK_RSA, 2048, rsa_pem);
	make_pem(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), ec_pem);
	rsa = entry_of(rsa_pem, TOKEN_RS256, "r1");
	ec = entry_of(ec_pem, TOKEN_ES256, "e1");
}

static void teardown(void)
{
	json_decref(rsa);
	json_decref(ec);
}

/* A copy with members as json_pack() makes them; null takes one away. */
static json_t *with(const json_t *entry, json_t *changes)
{
	json_t *copy = json_deep_copy(entry);
	const char *name;
	json_t *value;

	ck_assert_ptr_nonnull(changes);
	json_object_foreach(changes, name, value) {
		if (json_is_null(value))
			json_object_del(copy, name);
		else
			json_object_set(copy, name, value);
	}
	json_decref(changes);
	return copy;
}

static enum err read_array(json_t *entries, struct jwk_set *set)
{
	json_t *document = json_pack("{s:o}", "keys", entries);
	char *text = json_dumps(document, 0);
	enum err err = jwk_read_set(text, strlen(text), set, message, sizeof(message));

	free(text);
	json_decref(document);
	return err;
}

START_TEST(reads_what_it_writes)
{
	struct jwk_set set;
	char *again = NULL;
	json_t *document;

	ck_assert_int_eq(read_array(json_pack("[O, O]", rsa, ec), &set), ERR_OK);
	ck_assert_uint_eq(set.count, 2);
	ck_assert_uint_eq(set.unfit, 0);
	ck_assert_str_eq(set.keys[0].kid, "e1");
	ck_assert_int_eq(set.keys[0].algorithm, TOKEN_ES256);
	ck_assert_str_eq(set.keys[1].kid, "r1");
	ck_assert_int_eq(set.keys[1].algorithm, TOKEN_RS256);
	ck_assert(!token_key_is_private(set.keys[0].pem, set.keys[0].length));
	ck_assert_int_eq(jwk_write_set(set.keys, set.count, &again), ERR_OK);
	document = json_loads(again, 0, NULL);
	ck_assert(json_equal(json_array_get(json_object_get(document, "keys"), 0), ec));
	ck_assert(json_equal(json_array_get(json_object_get(document, "keys"), 1), rsa));
	json_decref(document);
	free(again);
	jwk_set_release(&set);
}
END_TEST

/* Of the whole private key, only what is in the public one may be seen. */
START_TEST(writes_nothing_private)
{
	static const char secret[] = "a secret of more than 32 bytes, for HS256";
	const struct token_key keys[] = {
		{ .kid = "r1", .algorithm = TOKEN_RS256, .pem = rsa_pem, .length = strlen(rsa_pem) },
		{ .kid = "e1", .algorithm = TOKEN_ES256, .pem = ec_pem, .length = strlen(ec_pem) },
		{ .kid = "h1", .algorithm = TOKEN_HS256, .pem = secret, .length = sizeof(secret) - 1 },
	};
	static const char *const members[][8] = { { "kty", "kid", "use", "alg", "n", "e", NULL },
						  { "kty", "kid", "use", "alg", "crv", "x", "y", NULL } };
	char *text = NULL;
	json_t *document;
	const json_t *list;

	ck_assert_int_eq(jwk_write_set(keys, 3, &text), ERR_OK);
	document = json_loads(text, 0, NULL);
	list = json_object_get(document, "keys");
	ck_assert_uint_eq(json_array_size(list), 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *entry = json_array_get(list, i);
		size_t count = 0;

		while (members[i][count])
			ck_assert_ptr_nonnull(json_object_get(entry, members[i][count++]));
		ck_assert_uint_eq(json_object_size(entry), count);
	}
	json_decref(document);
	free(text);
	ck_assert_int_eq(jwk_write_set(keys, 0, &text), ERR_OK);
	ck_assert_str_eq(text, "{\"keys\":[]}");
	free(text);
}
END_TEST

/* One in 128 keys has a coordinate that begins with a zero byte. */
START_TEST(coordinates_keep_their_zeros)
{
	char pem[PEM_SIZE];
	unsigned zeros = 0;

	for (unsigned i = 0; i < 600; i++) {
		struct jwk_set set;
		json_t *entry;

		make_pem(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), pem);
		entry = entry_of(pem, TOKEN_ES256, "k");
		ck_assert_uint_eq(json_string_length(json_object_get(entry, "x")), 43);
		ck_assert_uint_eq(json_string_length(json_object_get(entry, "y")), 43);
		zeros += json_string_value(json_object_get(entry, "x"))[0] == 'A';
		ck_assert_int_eq(read_array(json_pack("[o]", entry), &set), ERR_OK);
		jwk_set_release(&set);
	}
	ck_assert_uint_gt(zeros, 0);
}
END_TEST

START_TEST(takes_what_may_be_left_out)
{
	json_t *entries = json_pack("[o, o]", with(rsa, json_pack("{s:n, s:n}", "use", "alg")),
				    with(ec, json_pack("{s:n, s:n, s:[s, s]}", "use", "alg", "key_ops",
						       "sign", "verify")));
	struct jwk_set set;

	ck_assert_int_eq(read_array(entries, &set), ERR_OK);
	ck_assert_uint_eq(set.count, 2);
	ck_assert_uint_eq(set.unfit, 0);
	jwk_set_release(&set);
}
END_TEST

/* Each of these is passed over, with a good one beside it and alone. */
static void expect_unfit(json_t *entry, const char *what)
{
	struct jwk_set set;

	ck_assert_ptr_nonnull(entry);
	ck_assert_msg(read_array(json_pack("[O, O]", entry, ec), &set) == ERR_OK, "%s", what);
	ck_assert_msg(set.count == 1 && set.unfit == 1, "%s: %zu taken", what, set.count);
	ck_assert_str_eq(set.keys[0].kid, "e1");
	ck_assert_msg(*set.fault, "%s: no reason", what);
	jwk_set_release(&set);
	ck_assert_msg(read_array(json_pack("[o]", entry), &set) == ERR_OK, "%s alone", what);
	ck_assert_msg(set.count == 0 && set.unfit == 1, "%s alone: %zu taken", what, set.count);
	jwk_set_release(&set);
}

START_TEST(passes_over_what_is_not_fit)
{
	static const char *const private_members[] = { "d", "p", "q", "dp", "dq", "qi", "k" };
	char kid[80];
	char modulus[1500];

	memset(kid, 'k', sizeof(kid));
	kid[65] = '\0';
	expect_unfit(
		json_pack(
			"{s:s, s:s, s:s}", "kty", "oct", "kid", "o1", "k",
			"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"),
		"oct");
	expect_unfit(json_pack("{s:s, s:s, s:s, s:s}", "kty", "OKP", "kid", "o2", "crv", "Ed25519", "x",
			       "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
		     "OKP");
	expect_unfit(json_pack("{s:s, s:s, s:s}", "kty", "RSA", "kid", "x1", "x5u",
			       "https://attacker.example/x"),
		     "x5u alone");
	expect_unfit(json_pack("{s:s, s:s, s:[s]}", "kty", "RSA", "kid", "x2", "x5c", "MIIB"), "x5c alone");
	expect_unfit(with(rsa, json_pack("{s:n}", "kid")), "no kid");
	expect_unfit(with(rsa, json_pack("{s:s}", "kid", "")), "empty kid");
	expect_unfit(with(rsa, json_pack("{s:s}", "kid", "a b")), "kid with a space");
	expect_unfit(with(rsa, json_pack("{s:s}", "kid", kid)), "kid of 65");
	expect_unfit(with(rsa, json_pack("{s:i}", "kid", 1)), "kid is a number");
	expect_unfit(with(rsa, json_pack("{s:s}", "alg", "RS512")), "RS512");
	expect_unfit(with(rsa, json_pack("{s:s}", "alg", "ES256")), "ES256 of an RSA key");
	expect_unfit(with(rsa, json_pack("{s:s}", "alg", "HS256")), "HS256 of an RSA key");
	expect_unfit(with(rsa, json_pack("{s:s}", "alg", "none")), "none");
	expect_unfit(with(rsa, json_pack("{s:i}", "alg", 256)), "alg is a number");
	expect_unfit(with(rsa, json_pack("{s:s}", "use", "tls")), "another use");
	expect_unfit(with(rsa, json_pack("{s:[s]}", "key_ops", "wrapKey")), "another operation");
	expect_unfit(with(rsa, json_pack("{s:s}", "e", "AQ")), "an exponent of 1");
	expect_unfit(with(rsa, json_pack("{s:s}", "e", "AQAA")), "an even exponent");
	expect_unfit(with(rsa, json_pack("{s:s}", "e", "")), "no exponent");
	expect_unfit(with(rsa, json_pack("{s:s}", "n", "AQAB")), "a small modulus");
	expect_unfit(with(rsa, json_pack("{s:s}", "n", "a+b/c=")), "not base64url");
	for (size_t i = 0; i < sizeof(private_members) / sizeof(private_members[0]); i++)
		expect_unfit(with(rsa, json_pack("{s:s}", private_members[i], "AQAB")), private_members[i]);
	expect_unfit(
		with(rsa,
		     json_pack(
			     "{s:s}", "n",
			     "wMSZoJ5Y1oA7JtddvSU-vG_dMQX285jPWkyYpTXfAPH8R3tPLxZL8rQIFgL2kkF2_pVRXRqefE_Nk2r872QRG"
			     "HZZtSYTfkfBfh8CBtTAreBAAEZIrKDNN4XuVe5difv3uOgnvBE1mYjUYpSWHj5i_6DR7NMhJByvmRLOcz5aGR0")),
		"1024 bits");
	memset(modulus, 'B', sizeof(modulus));
	modulus[sizeof(modulus) - 1] = '\0';
	expect_unfit(with(rsa, json_pack("{s:s}", "n", modulus)), "over 8192 bits");
	expect_unfit(json_array(), "a list");
	expect_unfit(json_null(), "null");
	expect_unfit(json_string("k"), "a text");
}
END_TEST

START_TEST(passes_over_other_curves_and_points)
{
	expect_unfit(with(ec, json_pack("{s:s, s:s}", "kid", "e2", "crv", "P-384")), "P-384 said of P-256");
	expect_unfit(with(ec, json_pack("{s:s, s:O}", "kid", "e3", "y", json_object_get(ec, "x"))),
		     "off the curve");
	expect_unfit(with(ec, json_pack("{s:s, s:s}", "kid", "e4", "x", "AA")), "a short x");
	expect_unfit(with(ec, json_pack("{s:s, s:n}", "kid", "e5", "y")), "no y");
	expect_unfit(json_pack("{s:s, s:s, s:s, s:s, s:s}", "kty", "EC", "kid", "e6", "crv", "P-384", "x",
			       "LOTrJ5dzpllIi0p3Y_JY0vAYtKm7a1FJyiYSjICUngHu5yn3g1ej7BcbV-1LhPNk", "y",
			       "AfbE9yYZtC43pgDKu3bnX1ZJjCcuh6rg934tc_AV_UVqYHROGDPZVioRcDIc6gHn"),
		     "P-384");
}
END_TEST

START_TEST(encryption_keys_are_nothing_to_speak_of)
{
	json_t *entries = json_pack("[o, O]",
				    with(rsa, json_pack("{s:s, s:s}", "use", "enc", "alg", "RSA-OAEP")), ec);
	struct jwk_set set;

	ck_assert_int_eq(read_array(entries, &set), ERR_OK);
	ck_assert_uint_eq(set.count, 1);
	ck_assert_uint_eq(set.unfit, 0);
	jwk_set_release(&set);
	/* A set may be empty. */
	ck_assert_int_eq(read_array(json_array(), &set), ERR_OK);
	ck_assert_uint_eq(set.count, 0);
	ck_assert_uint_eq(set.unfit, 0);
	jwk_set_release(&set);
}
END_TEST

START_TEST(the_first_of_a_kid_counts)
{
	struct jwk_set set;

	ck_assert_int_eq(
		read_array(json_pack("[O, o, O]", ec, with(rsa, json_pack("{s:s}", "kid", "e1")), ec), &set),
		ERR_OK);
	ck_assert_uint_eq(set.count, 1);
	ck_assert_uint_eq(set.unfit, 2);
	ck_assert_int_eq(set.keys[0].algorithm, TOKEN_ES256);
	jwk_set_release(&set);
}
END_TEST

/* x5u, x5c, jku beside a good key change nothing about it. */
START_TEST(leads_nowhere)
{
	json_t *entry = with(ec, json_pack("{s:s, s:[s], s:s, s:s}", "x5u", "http://127.0.0.1:1/x", "x5c",
					   "MIIB", "jku", "http://127.0.0.1:1/j", "x5t", "AAAA"));
	struct jwk_set plain;
	struct jwk_set set;

	ck_assert_int_eq(read_array(json_pack("[O]", ec), &plain), ERR_OK);
	ck_assert_int_eq(read_array(json_pack("[o]", entry), &set), ERR_OK);
	ck_assert_str_eq(set.keys[0].pem, plain.keys[0].pem);
	jwk_set_release(&set);
	jwk_set_release(&plain);
}
END_TEST

START_TEST(is_bounded)
{
	json_t *entries = json_array();
	struct jwk_set set;

	for (int i = 0; i < 10000; i++) {
		char kid[16];

		snprintf(kid, sizeof(kid), "k%d", i);
		json_array_append_new(entries, with(ec, json_pack("{s:s}", "kid", kid)));
	}
	ck_assert_int_eq(read_array(entries, &set), ERR_OK);
	ck_assert_uint_eq(set.count, JWK_KEYS_MAX);
	ck_assert_uint_eq(set.unfit, 10000 - JWK_KEYS_MAX);
	jwk_set_release(&set);
}
END_TEST

START_TEST(refuses_what_is_no_set)
{
	static const char *const texts[] = {
		"",
		"x",
		"{}",
		"[]",
		"null",
		"{\"keys\":{}}",
		"{\"keys\":[],\"keys\":[]}",
		"{\"keys\":\"\xff\xfe\"}",
		"{\"keys\":[{\"kid\":\"\xc3(\"}]}",
		"{\"keys\":[{}]} x",
		"{\"keys\":[{}]",
		"{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"EC\"}]}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct jwk_set set;

		*message = '\0';
		ck_assert_msg(jwk_read_set(texts[i], strlen(texts[i]), &set, message, sizeof(message)) ==
				      ERR_INVALID,
			      "%s", texts[i]);
		ck_assert_msg(*message, "%s: no sentence", texts[i]);
	}
}
END_TEST

Suite *jwk_suite(void)
{
	Suite *suite = suite_create("jwk");
	TCase *tcase = tcase_create("jwk");

	tcase_add_unchecked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, reads_what_it_writes);
	tcase_add_test(tcase, writes_nothing_private);
	tcase_add_test(tcase, coordinates_keep_their_zeros);
	tcase_add_test(tcase, takes_what_may_be_left_out);
	tcase_add_test(tcase, passes_over_what_is_not_fit);
	tcase_add_test(tcase, passes_over_other_curves_and_points);
	tcase_add_test(tcase, encryption_keys_are_nothing_to_speak_of);
	tcase_add_test(tcase, the_first_of_a_kid_counts);
	tcase_add_test(tcase, leads_nowhere);
	tcase_add_test(tcase, is_bounded);
	tcase_add_test(tcase, refuses_what_is_no_set);
	suite_add_tcase(suite, tcase);
	return suite;
}
