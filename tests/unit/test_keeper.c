#define _GNU_SOURCE /* pthread_setattr_default_np */

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../api/keeper.h"

Suite *keeper_suite(void);

/* A keeper of a signing key in a file: it needs no database. */
static char path[] = "/tmp/kstthc-keeper-XXXXXX";
static char setting[sizeof(path) + 16];
static struct config config = {
	.token_keys = "",
	.token_issuer = "kstthc",
	.token_audience = "kstthc",
	.token_role_claim = "roles",
	.token_agency_claim = "agency",
	.token_cache_entries = 64,
	.signing_key = setting,
	.issuers = "",
	.keys_seconds = 3600,
	.keys_pause_seconds = 5,
	.keys_stale_seconds = 86400,
	.fetch_timeout_ms = 500,
};
static struct keeper *keeper;
static char message[256];

static void write_key(void)
{
	char *pem = NULL;
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(token_make_key(&pem), ERR_OK);
	ck_assert_int_ge(fputs(pem, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	free(pem);
}

static void setup(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	/* A test may have set it, and all run in one process where CK_FORK=no. */
	config.issuers = "";
	snprintf(setting, sizeof(setting), "own=ES256:%s", path);
	write_key();
	ck_assert_msg(keeper_new(&config, NULL, &keeper, message, sizeof(message)) == ERR_OK, "%s", message);
}

static void teardown(void)
{
	keeper_free(keeper);
	unlink(path);
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
}

static char *sign(void)
{
	static const char *const roles[] = { "office", NULL };
	time_t now = time(NULL);
	const struct token_claims claims = {
		.issuer = "kstthc",
		.audience = "kstthc",
		.role_claim = "roles",
		.agency_claim = "agency",
		.subject = "s",
		.roles = roles,
		.issued = now,
		.expires = now + 60,
	};
	char *token = NULL;

	ck_assert_int_eq(keeper_sign(keeper, &claims, &token), ERR_OK);
	return token;
}

static enum token_status verify(const char *token)
{
	struct caller caller;

	return token_verify(keeper_verifier(keeper), token, strlen(token), time(NULL), false, &caller);
}

START_TEST(signs_what_it_verifies)
{
	struct arena arena;
	char *token = sign();
	const char *jwks;

	ck_assert_int_eq(verify(token), TOKEN_OK);
	free(token);
	arena_init(&arena, 65536);
	jwks = keeper_jwks(keeper, &arena);
	ck_assert_ptr_nonnull(jwks);
	ck_assert_ptr_nonnull(strstr(jwks, "\"kid\":\"own\""));
	ck_assert_ptr_null(strstr(jwks, "\"d\""));
	arena_release(&arena);
}
END_TEST

/* The kid stays, the key is another one: the old one's tokens end, remembered or not. */
START_TEST(reads_again_on_reload)
{
	const struct timespec pause = { 0, 10000000 };
	char *old = sign();
	char *new;
	unsigned left = 500;

	ck_assert_int_eq(verify(old), TOKEN_OK);
	write_key();
	keeper_reload(keeper);
	while (verify(old) == TOKEN_OK && --left)
		nanosleep(&pause, NULL);
	ck_assert_int_eq(verify(old), TOKEN_BAD_SIGNATURE);
	new = sign();
	ck_assert_int_eq(verify(new), TOKEN_OK);
	free(new);
	free(old);
}
END_TEST

START_TEST(knows_no_issuer)
{
	/* {"alg":"ES256","kid":"x"} and {"iss":"https://sso.example"}; then what is no token. */
	static const char *const tokens[] = {
		"eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJodHRwczovL3Nzby5leGFtcGxlIn0.AA",
		"eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOjF9.AA",
		"a.b.c",
		"",
	};

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		int64_t seconds = 0;

		ck_assert_int_eq(keeper_await(keeper, tokens[i], strlen(tokens[i]), &seconds),
				 KEEPER_UNKNOWN);
	}
}
END_TEST

/* {"alg":"ES256","kid":"x"} and {"iss":"https://sso.example"}. */
static enum keeper_answer await_unknown(void)
{
	static const char token[] =
		"eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJodHRwczovL3Nzby5leGFtcGxlIn0.AA";
	int64_t seconds = 0;

	return keeper_await(keeper, token, strlen(token), &seconds);
}

static void write_file(char *template, const char *text)
{
	int fd = mkstemp(template);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* No thread can be made with a stack that large. */
static void set_stack(size_t size)
{
	pthread_attr_t attributes;

	ck_assert_int_eq(pthread_attr_init(&attributes), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attributes, size), 0);
	ck_assert_int_eq(pthread_setattr_default_np(&attributes), 0);
	pthread_attr_destroy(&attributes);
}

START_TEST(a_thread_that_failed_is_tried_again)
{
	static const char set[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"y\","
				  "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
				  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";
	const struct timespec pause = { 0, 10000000 };
	char keys[] = "/tmp/kstthc-keeper-keys-XXXXXX";
	char list[] = "/tmp/kstthc-keeper-list-XXXXXX";
	char text[512];
	unsigned left = 300;

	write_file(keys, set);
	snprintf(text, sizeof(text),
		 "[{\"name\":\"sso\",\"issuer\":\"https://sso.example\",\"audience\":\"kstthc\","
		 "\"roles\":{\"claim\":[\"roles\"],\"map\":{\"a\":\"office\"}},\"jwks_file\":\"%s\"}]",
		 keys);
	write_file(list, text);
	config.issuers = list;
	set_stack((size_t)1 << 60);
	keeper_reload(keeper);
	ck_assert_int_eq(await_unknown(), KEEPER_UNAVAILABLE);
	set_stack((size_t)8 << 20);
	keeper_reload(keeper);
	while (await_unknown() != KEEPER_UNKNOWN && --left)
		nanosleep(&pause, NULL);
	ck_assert_uint_gt(left, 0);
	unlink(keys);
	unlink(list);
}
END_TEST

START_TEST(a_faulty_start_is_told)
{
	struct config wrong = config;
	struct keeper *none = NULL;

	wrong.signing_key = "own=ES256:/nowhere";
	ck_assert_int_eq(keeper_new(&wrong, NULL, &none, message, sizeof(message)), ERR_CONFIG);
	ck_assert_msg(strstr(message, "KSTTHC_SIGNING_KEY") != NULL, "%s", message);
	wrong.signing_key = setting;
	wrong.issuers = "/nowhere";
	ck_assert_int_eq(keeper_new(&wrong, NULL, &none, message, sizeof(message)), ERR_CONFIG);
	ck_assert_msg(strstr(message, "KSTTHC_ISSUERS") != NULL, "%s", message);
	wrong.issuers = "";
	wrong.token_keys = setting;
	ck_assert_int_eq(keeper_new(&wrong, NULL, &none, message, sizeof(message)), ERR_CONFIG);
	ck_assert_msg(strstr(message, "two of this kid") != NULL, "%s", message);
	ck_assert_ptr_null(none);
}
END_TEST

Suite *keeper_suite(void)
{
	Suite *suite = suite_create("keeper");
	TCase *tcase = tcase_create("keeper");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, signs_what_it_verifies);
	tcase_add_test(tcase, reads_again_on_reload);
	tcase_add_test(tcase, knows_no_issuer);
	tcase_add_test(tcase, a_thread_that_failed_is_tried_again);
	tcase_add_test(tcase, a_faulty_start_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}
