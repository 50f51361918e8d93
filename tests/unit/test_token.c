#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/token_jws.h"
#include "test_token_forge.h"

Suite *token_suite(void);

/* Changes of a good token's text; each must make another text of it. */

static void insert(char *at, const char *text)
{
	memmove(at + strlen(text), at, strlen(at) + 1);
	memcpy(at, text, strlen(text));
}

static char *payload_of(char *token)
{
	return strchr(token, '.') + 1;
}

static char *signature_of(char *token)
{
	return strrchr(token, '.') + 1;
}

static void pad_header(char *token)
{
	insert(payload_of(token) - 1, "=");
}

static void pad_payload(char *token)
{
	insert(signature_of(token) - 1, "==");
}

static void pad_signature(char *token)
{
	insert(token + strlen(token), "=");
}

static void space_before(char *token)
{
	insert(token, " ");
}

static void newline_after(char *token)
{
	insert(token + strlen(token), "\n");
}

static void newline_within(char *token)
{
	insert(payload_of(token) + 4, "\r\n");
}

static void plain_base64(char *token)
{
	for (char *at = token; *at; at++)
		*at = (char)(*at == '-' ? '+' : *at == '_' ? '/' : *at);
}

static void stray_bits(char *token)
{
	char *last = token + strlen(token) - 1;

	/* The last character has spare bits, all zero: the next one decodes to the same bytes. */
	++*last;
}

/* To a length that no bytes encode to. */
static void cut_signature(char *token)
{
	size_t length = strlen(signature_of(token)) - 1;

	while (length % 4 != 1)
		length--;
	signature_of(token)[length] = '\0';
}

static void cut_payload(char *token)
{
	payload_of(token)[40] = '\0';
}

static void no_signature(char *token)
{
	*signature_of(token) = '\0';
}

static void two_parts(char *token)
{
	signature_of(token)[-1] = '\0';
}

static void one_part(char *token)
{
	payload_of(token)[-1] = '\0';
}

static void empty(char *token)
{
	*token = '\0';
}

static void dots_only(char *token)
{
	snprintf(token, FORGE_MAX, "..");
}

static void no_header(char *token)
{
	memmove(token, payload_of(token) - 1, strlen(payload_of(token) - 1) + 1);
}

static void no_payload(char *token)
{
	memmove(payload_of(token), signature_of(token) - 1, strlen(signature_of(token) - 1) + 1);
}

static void dot_before(char *token)
{
	insert(token, ".");
}

static void dot_after(char *token)
{
	insert(token + strlen(token), ".");
}

static void dot_within(char *token)
{
	insert(payload_of(token), ".");
}

static void five_parts(char *token)
{
	insert(token + strlen(token), ".AAAA.AAAA");
}

static void not_ascii(char *token)
{
	insert(payload_of(token) + 4, "\xc3\xa1");
}

static void flip_signature(char *token)
{
	*signature_of(token) = *signature_of(token) == 'A' ? 'B' : 'A';
}

static void flip_payload(char *token)
{
	payload_of(token)[3] ^= 1;
}

static void signature_zero(char *token)
{
	memset(signature_of(token), 'A', strlen(signature_of(token)));
}

static void admin_payload(char *token)
{
	char claims[1024];
	char encoded[2048];
	char *signature = strdup(signature_of(token));

	forge_encode(claims,
		     forge_expand(&forge_keys()->signing[0],
				  "{'iss':'https://idp.example','aud':'kstthc','sub':'u1','roles':['admin'],"
				  "'exp':1750000600}",
				  claims),
		     encoded);
	snprintf(payload_of(token), FORGE_MAX / 2, "%s.%s", encoded, signature);
	free(signature);
}

static const struct text_row {
	const char *name;
	void (*change)(char *token);
	enum token_status status;
} text_rows[] = {
	{ "padding of the header", pad_header, TOKEN_MALFORMED },
	{ "padding of the payload", pad_payload, TOKEN_MALFORMED },
	{ "padding of the signature", pad_signature, TOKEN_MALFORMED },
	{ "space before", space_before, TOKEN_MALFORMED },
	{ "newline after", newline_after, TOKEN_MALFORMED },
	{ "newline within", newline_within, TOKEN_MALFORMED },
	{ "the other base64", plain_base64, TOKEN_MALFORMED },
	{ "stray bits", stray_bits, TOKEN_MALFORMED },
	{ "signature cut off", cut_signature, TOKEN_MALFORMED },
	{ "payload cut off", cut_payload, TOKEN_MALFORMED },
	{ "empty signature", no_signature, TOKEN_MALFORMED },
	{ "two parts", two_parts, TOKEN_MALFORMED },
	{ "one part", one_part, TOKEN_MALFORMED },
	{ "no part", empty, TOKEN_MALFORMED },
	{ "dots", dots_only, TOKEN_MALFORMED },
	{ "empty header", no_header, TOKEN_MALFORMED },
	{ "empty payload", no_payload, TOKEN_MALFORMED },
	{ "dot before", dot_before, TOKEN_MALFORMED },
	{ "dot after", dot_after, TOKEN_MALFORMED },
	{ "dot within", dot_within, TOKEN_MALFORMED },
	{ "five parts", five_parts, TOKEN_MALFORMED },
	{ "not ASCII", not_ascii, TOKEN_MALFORMED },
	{ "signature changed", flip_signature, TOKEN_BAD_SIGNATURE },
	{ "payload changed", flip_payload, TOKEN_BAD_SIGNATURE },
	{ "signature of zeros", signature_zero, TOKEN_BAD_SIGNATURE },
	{ "payload of another", admin_payload, TOKEN_BAD_SIGNATURE },
	{ 0 },
};

START_TEST(texts_are_strict)
{
	/* The member makes - and _ of base64url stand in the header. */
	static const char header[] = "{'alg':'@A','kid':'@K','x':'~~~?~>?~>~~~>>>'}";
	struct token_verifier *verifier = forge_verifier();
	char token[FORGE_MAX];
	char changed[FORGE_MAX];

	forge_token(&forge_keys()->signing[_i], header, FORGE_CLAIMS, token);
	forge_expect(verifier, _i, "the good one", token, TOKEN_OK);
	for (const struct text_row *row = text_rows; row->name; row++) {
		memcpy(changed, token, sizeof(token));
		row->change(changed);
		ck_assert_msg(strcmp(changed, token) != 0, "%s changes nothing", row->name);
		forge_expect(verifier, _i, row->name, changed, row->status);
	}
	token_verifier_free(verifier);
}
END_TEST

/* A quantum of one character says six bits, so no byte: it must not be read as nothing. */
START_TEST(no_part_has_a_character_over)
{
	static const char good[] = "eyJhbGciOiJ4Iiwia2lkIjoiayJ9.e30.AAAA";
	struct token_jws jws;

	ck_assert_int_eq(token_jws_parse(good, strlen(good), &jws), TOKEN_OK);
	ck_assert_str_eq(jws.kid, "k");
	ck_assert_str_eq(jws.algorithm, "x");
	ck_assert_uint_eq(jws.payload_length, 2);
	ck_assert_uint_eq(jws.signature_length, 3);
	ck_assert_uint_eq(jws.signed_length, strlen(good) - 5);
	ck_assert_int_eq(token_jws_parse("eyJhbGciOiJ4Iiwia2lkIjoiayJ9.e30.AAAAA", strlen(good) + 1, &jws),
			 TOKEN_MALFORMED);
	ck_assert_int_eq(token_jws_parse("eyJhbGciOiJ4Iiwia2lkIjoiayJ9.AAAAA.AAAA", strlen(good) + 2, &jws),
			 TOKEN_MALFORMED);
}
END_TEST

/* Longer by a lot, then by little: past the bound a byte at a time. */
static size_t next_fill(size_t fill, size_t length)
{
	if (length + 1000 < TOKEN_MAX_BYTES)
		return fill + 400;
	return fill + (length + 60 < TOKEN_MAX_BYTES ? 20 : 1);
}

START_TEST(length_is_bounded)
{
	struct token_verifier *verifier = forge_verifier();
	char claims[FORGE_MAX / 2];
	char token[FORGE_MAX];
	size_t fill = 1;
	size_t length;

	do {
		snprintf(claims, sizeof(claims), "%.*s,'x':'%0*d'}", (int)strlen(FORGE_CLAIMS) - 1,
			 FORGE_CLAIMS, (int)fill, 0);
		forge_token(&forge_keys()->signing[_i], FORGE_HEADER, claims, token);
		length = strlen(token);
		ck_assert_int_eq(forge_verify(verifier, token),
				 length > TOKEN_MAX_BYTES ? TOKEN_MALFORMED : TOKEN_OK);
		fill = next_fill(fill, length);
	} while (length <= TOKEN_MAX_BYTES);
	ck_assert_uint_le(length, TOKEN_MAX_BYTES + 4);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(length_counts_not_the_nul)
{
	struct token_verifier *verifier = forge_verifier();
	char token[FORGE_MAX];
	struct caller caller;

	forge_token(&forge_keys()->signing[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	ck_assert_int_eq(token_verify(verifier, token, strlen(token) + 1, FORGE_NOW, false, &caller),
			 TOKEN_MALFORMED);
	ck_assert_int_eq(token_verify(verifier, token, 0, FORGE_NOW, false, &caller), TOKEN_MALFORMED);
	ck_assert_int_eq(token_verify(verifier, token, SIZE_MAX, FORGE_NOW, false, &caller), TOKEN_MALFORMED);
	ck_assert_int_eq(token_verify(verifier, token, strlen(token), FORGE_NOW, false, &caller), TOKEN_OK);
	token_verifier_free(verifier);
}
END_TEST

Suite *token_suite(void)
{
	Suite *suite = suite_create("token");
	TCase *tcase = tcase_create("form");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, texts_are_strict, 0, FORGE_ALGORITHMS);
	tcase_add_test(tcase, no_part_has_a_character_over);
	tcase_add_loop_test(tcase, length_is_bounded, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, length_counts_not_the_nul, 0, FORGE_ALGORITHMS);
	suite_add_tcase(suite, tcase);
	return suite;
}
