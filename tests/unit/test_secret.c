#include <check.h>
#include <string.h>

#include "../../api/secret.h"
#include "../../api/uri.h"

Suite *secret_suite(void);

static const struct secret_source source = { .key = "0123456789abcdef0123456789abcde" };

START_TEST(secrets_are_base64url_of_32_bytes)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char one[SECRET_SIZE];
	char two[SECRET_SIZE];

	ck_assert_int_eq(secret_make(one), ERR_OK);
	ck_assert_int_eq(secret_make(two), ERR_OK);
	ck_assert_uint_eq(strlen(one), SECRET_SIZE - 1);
	ck_assert_uint_eq(strspn(one, letters), SECRET_SIZE - 1);
	ck_assert_str_ne(one, two);
	/* 256 bits leave two of the last letter's six. */
	ck_assert_ptr_nonnull(strchr("AEIMQUYcgkosw048", one[SECRET_SIZE - 2]));
}
END_TEST

/* Of HMAC-SHA256 with the key above over "nonce\0context\0", as openssl makes it. */
START_TEST(derived_ones_are_the_hmac)
{
	char secret[SECRET_SIZE];

	ck_assert_int_eq(secret_derive(&source, "nonce", "context", secret), ERR_OK);
	ck_assert_str_eq(secret, "ApH_t_R0c6lJVIdb4x7b30NF-jc3tlhr3ZJFdU88f6I");
}
END_TEST

/* 256 bits, the same as hex. */
START_TEST(hex_ones)
{
	char one[SECRET_HEX_SIZE];
	char two[SECRET_HEX_SIZE];

	ck_assert_int_eq(secret_make_hex(one), ERR_OK);
	ck_assert_int_eq(secret_make_hex(two), ERR_OK);
	ck_assert_uint_eq(strlen(one), 64);
	ck_assert_uint_eq(strspn(one, "0123456789abcdef"), 64);
	ck_assert_str_ne(one, two);
	ck_assert_int_eq(secret_derive_hex(&source, "nonce", "context", one), ERR_OK);
	ck_assert_str_eq(one, "0291ffb7f47473a94954875be31edbdf4345fa3737b6586bdd9245754f3c7fa2");
}
END_TEST

START_TEST(derived_ones_differ)
{
	const struct secret_source other = { .key = "0123456789abcdef0123456789abcdE" };
	char secrets[5][SECRET_SIZE];

	ck_assert_int_eq(secret_derive(&source, "nonce", "context", secrets[0]), ERR_OK);
	ck_assert_int_eq(secret_derive(&source, "noncec", "ontext", secrets[1]), ERR_OK);
	ck_assert_int_eq(secret_derive(&source, "nonce", "contexT", secrets[2]), ERR_OK);
	ck_assert_int_eq(secret_derive(&other, "nonce", "context", secrets[3]), ERR_OK);
	ck_assert_int_eq(secret_derive(&source, "nonce", "context", secrets[4]), ERR_OK);
	ck_assert_str_eq(secrets[0], secrets[4]);
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(secrets[i], secrets[j]);
}
END_TEST

START_TEST(hash_is_sha256)
{
	char hash[SECRET_HASH_SIZE];
	char nonce[SECRET_NONCE_SIZE];

	ck_assert_int_eq(secret_hash("abc", 3, hash), ERR_OK);
	ck_assert_str_eq(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ck_assert_int_eq(secret_make_nonce(nonce), ERR_OK);
	ck_assert_uint_eq(strspn(nonce, "0123456789abcdef"), SECRET_NONCE_SIZE - 1);
}
END_TEST

static enum problem parse(struct arena *arena, const char *text, size_t length, struct uri *ret_form)
{
	return uri_parse_form(text, length, arena, ret_form);
}

START_TEST(forms_are_read)
{
	static const char text[] = "a=1+2%26&b=&c&a=x&d=%C4%91";
	struct arena arena;
	struct uri form;
	size_t count;

	arena_init(&arena, 1 << 16);
	ck_assert_int_eq(parse(&arena, text, sizeof(text) - 1, &form), PROBLEM_NONE);
	ck_assert_uint_eq(form.pair_count, 5);
	ck_assert_str_eq(form.pairs[0].value, "1 2&");
	ck_assert_ptr_null(uri_find(&form, "a", &count));
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(uri_find(&form, "b", &count), "");
	ck_assert_str_eq(uri_find(&form, "d", &count), "đ");
	ck_assert_uint_eq(count, 1);
	ck_assert_ptr_null(uri_find(&form, "x", &count));
	ck_assert_uint_eq(count, 0);
	ck_assert_int_eq(parse(&arena, NULL, 0, &form), PROBLEM_NONE);
	ck_assert_uint_eq(form.pair_count, 0);
	ck_assert_int_eq(parse(&arena, "a\0=1", 4, &form), PROBLEM_MALFORMED_REQUEST);
	ck_assert_int_eq(parse(&arena, "a=%00", 5, &form), PROBLEM_MALFORMED_REQUEST);
	ck_assert_int_eq(parse(&arena, "a=\xff", 3, &form), PROBLEM_MALFORMED_REQUEST);
	ck_assert_int_eq(parse(&arena, "a=%4", 4, &form), PROBLEM_MALFORMED_REQUEST);
	arena_release(&arena);
}
END_TEST

Suite *secret_suite(void)
{
	Suite *suite = suite_create("secret");
	TCase *tcase = tcase_create("secret");

	tcase_add_test(tcase, secrets_are_base64url_of_32_bytes);
	tcase_add_test(tcase, derived_ones_are_the_hmac);
	tcase_add_test(tcase, hex_ones);
	tcase_add_test(tcase, derived_ones_differ);
	tcase_add_test(tcase, hash_is_sha256);
	tcase_add_test(tcase, forms_are_read);
	suite_add_tcase(suite, tcase);
	return suite;
}
