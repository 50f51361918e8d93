#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/base64url.h"

Suite *base64url_suite(void);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* RFC 4648, 10, without the padding; and what tells the two alphabets apart. */
static const struct {
	const char *bytes;
	size_t length;
	const char *text;
} rows[] = {
	{ "", 0, "" },
	{ "f", 1, "Zg" },
	{ "fo", 2, "Zm8" },
	{ "foo", 3, "Zm9v" },
	{ "foob", 4, "Zm9vYg" },
	{ "fooba", 5, "Zm9vYmE" },
	{ "foobar", 6, "Zm9vYmFy" },
	{ "\xfb\xff\xbf", 3, "-_-_" },
	{ "\0\0", 2, "AAA" },
	{ "\xff\xff\xff\xff", 4, "_____w" },
};

START_TEST(encodes_and_decodes)
{
	char text[16];
	unsigned char bytes[16];
	size_t length;

	memset(text, 'x', sizeof(text));
	ck_assert_uint_eq(base64url_encode(rows[_i].bytes, rows[_i].length, text), strlen(rows[_i].text));
	ck_assert_str_eq(text, rows[_i].text);
	ck_assert_uint_eq(BASE64URL_LENGTH(rows[_i].length), strlen(rows[_i].text));
	ck_assert(base64url_decode(text, strlen(text), bytes, &length));
	ck_assert_uint_eq(length, rows[_i].length);
	ck_assert_mem_eq(bytes, rows[_i].bytes, length);
}
END_TEST

START_TEST(refuses_what_encodes_nothing)
{
	static const char *const texts[] = {
		"A",    "AAAAA", "Zg==", "Zm8=", "Zm9v=",       "=",  "Zm 9v", " Zm9v",  "Zm9v ", "Zm9v\n",
		"\r\n", "Zm9+",  "Zm9/", "Zm9.", "Zm\xc3\xa1v", "Zh", "Zm9",   "Zm9vYh", "_x",    "AAB"
	};
	unsigned char bytes[16];
	size_t length = 7;

	for (size_t i = 0; i < COUNT(texts); i++)
		ck_assert_msg(!base64url_decode(texts[i], strlen(texts[i]), bytes, &length), "\"%s\"",
			      texts[i]);
	ck_assert(!base64url_decode("Zm\0v", 4, bytes, &length));
	ck_assert_uint_eq(length, 7);
}
END_TEST

/* Of all texts of up to three characters there is one for each row of bytes. */
START_TEST(has_one_spelling)
{
	static unsigned char seen[1 << 16];
	unsigned made = 0;
	char text[3];
	unsigned char bytes[BASE64URL_BYTES(3)];
	size_t length;

	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < 256 * 256; i++) {
		text[0] = (char)(i >> 8);
		text[1] = (char)i;
		if (!base64url_decode(text, 2, bytes, &length))
			continue;
		ck_assert_uint_eq(length, 1);
		ck_assert_uint_eq(seen[bytes[0]]++, 0);
		made++;
	}
	ck_assert_uint_eq(made, 256);
	memset(seen, 0, sizeof(seen));
	made = 0;
	for (int i = 0; i < 64 * 64 * 64; i++) {
		text[0] = digits[i >> 12];
		text[1] = digits[i >> 6 & 63];
		text[2] = digits[i & 63];
		if (!base64url_decode(text, 3, bytes, &length))
			continue;
		ck_assert_uint_eq(length, 2);
		ck_assert_uint_eq(seen[bytes[0] << 8 | bytes[1]]++, 0);
		made++;
	}
	ck_assert_uint_eq(made, 65536);
}
END_TEST

/* Memory just large enough, so that the sanitizers see a byte too many. */
START_TEST(stays_within_its_buffers)
{
	for (size_t length = 0; length < 64; length++) {
		unsigned char *bytes = malloc(length ? length : 1);
		char *text = malloc(BASE64URL_LENGTH(length) + 1);
		unsigned char *back = malloc(BASE64URL_BYTES(BASE64URL_LENGTH(length)));
		size_t decoded;

		for (size_t i = 0; i < length; i++)
			bytes[i] = (unsigned char)(i * 151 + length * 89);
		ck_assert_uint_eq(base64url_encode(bytes, length, text), BASE64URL_LENGTH(length));
		ck_assert_uint_eq(strspn(text, digits), BASE64URL_LENGTH(length));
		ck_assert(base64url_decode(text, strlen(text), back, &decoded));
		ck_assert_uint_eq(decoded, length);
		ck_assert_int_eq(memcmp(bytes, back, length), 0);
		free(bytes);
		free(text);
		free(back);
	}
}
END_TEST

START_TEST(knows_its_digits)
{
	for (int c = -128; c < 128; c++)
		ck_assert_int_eq(base64url_is_digit((char)c), c && strchr(digits, c) != NULL);
}
END_TEST

Suite *base64url_suite(void)
{
	Suite *suite = suite_create("base64url");
	TCase *tcase = tcase_create("base64url");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, encodes_and_decodes, 0, (int)COUNT(rows));
	tcase_add_test(tcase, refuses_what_encodes_nothing);
	tcase_add_test(tcase, has_one_spelling);
	tcase_add_test(tcase, stays_within_its_buffers);
	tcase_add_test(tcase, knows_its_digits);
	suite_add_tcase(suite, tcase);
	return suite;
}
