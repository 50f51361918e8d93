#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "test_token_forge.h"

Suite *token_race_suite(void);

#define THREADS 16
#define REPLACEMENTS 60
#define RACE_TOKENS 16

static void set_keys(struct token_verifier *verifier, const struct token_key *keys, size_t count)
{
	char message[200] = "";

	ck_assert_msg(forge_set(verifier, keys, count, message, sizeof(message)) == ERR_OK, "%s", message);
}

START_TEST(times_are_checked_at_each_hit)
{
	struct token_verifier *verifier = forge_verifier();
	struct caller caller;
	char token[FORGE_MAX];
	size_t length;

	forge_token(&forge_keys()->signing[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	length = strlen(token);
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW, false, &caller), TOKEN_OK);
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW + 629, false, &caller), TOKEN_OK);
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW + 630, false, &caller),
			 TOKEN_EXPIRED);
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW - 41, false, &caller),
			 TOKEN_NOT_YET_VALID);
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW - 40, false, &caller), TOKEN_OK);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(a_refused_token_leaves_the_caller_alone)
{
	struct token_verifier *verifier = forge_verifier();
	struct caller caller;
	struct caller before;
	char token[FORGE_MAX];

	memset(&caller, 'x', sizeof(caller));
	memcpy(&before, &caller, sizeof(caller));
	forge_token(&forge_keys()->foreign[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	ck_assert_int_eq(token_verify(verifier, token, strlen(token), FORGE_NOW, false, &caller),
			 TOKEN_BAD_SIGNATURE);
	ck_assert_mem_eq(&caller, &before, sizeof(caller));
	token_verifier_free(verifier);
}
END_TEST

START_TEST(new_keys_forget_tokens)
{
	const struct forge_keys *keys = forge_keys();
	struct token_verifier *verifier = forge_verifier();
	char token[FORGE_MAX];
	char foreign[FORGE_MAX];

	forge_token(&keys->signing[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	forge_token(&keys->foreign[_i], FORGE_HEADER, FORGE_CLAIMS, foreign);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_OK);
	set_keys(verifier, keys->foreign, FORGE_ALGORITHMS);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_BAD_SIGNATURE);
	ck_assert_int_eq(forge_verify(verifier, foreign), TOKEN_OK);
	set_keys(verifier, NULL, 0);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_UNKNOWN_KEY);
	ck_assert_int_eq(forge_verify(verifier, foreign), TOKEN_UNKNOWN_KEY);
	set_keys(verifier, keys->verifying, FORGE_ALGORITHMS);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_OK);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(unfit_keys_leave_the_old_set)
{
	const struct token_key unfit = { "short", TOKEN_HS256, "secret", 6, 0 };
	struct token_verifier *verifier = forge_verifier();
	char message[200] = "";
	char token[FORGE_MAX];

	forge_token(&forge_keys()->signing[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	ck_assert_int_eq(forge_set(verifier, &unfit, 1, message, sizeof(message)), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(message, "short"));
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_OK);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(works_without_a_table)
{
	struct token_options options = forge_options;
	struct token_verifier *verifier;
	char token[FORGE_MAX];

	options.cache_entries = 0;
	ck_assert_int_eq(token_verifier_new(&options, &verifier), ERR_OK);
	forge_token(&forge_keys()->signing[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_UNKNOWN_KEY);
	set_keys(verifier, forge_keys()->verifying, FORGE_ALGORITHMS);
	forge_expect(verifier, _i, "without a table", token, TOKEN_OK);
	token_verifier_free(verifier);
}
END_TEST

static int64_t spent(struct token_verifier *verifier, const char *token)
{
	struct timespec before;
	struct timespec after;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	for (int i = 0; i < 200; i++)
		ck_assert_int_eq(forge_verify(verifier, token), TOKEN_OK);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	return (after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec;
}

/* Nothing but its cost tells a hit from a verification: about a thousandth, of which a lot is allowed for. */
START_TEST(a_hit_is_cheap)
{
	struct token_options options = forge_options;
	struct token_verifier *remembers = forge_verifier();
	struct token_verifier *forgets;
	char token[FORGE_MAX];

	options.cache_entries = 0;
	ck_assert_int_eq(token_verifier_new(&options, &forgets), ERR_OK);
	set_keys(forgets, forge_keys()->verifying, FORGE_ALGORITHMS);
	forge_token(&forge_keys()->signing[TOKEN_ES256], FORGE_HEADER, FORGE_CLAIMS, token);
	ck_assert_int_eq(forge_verify(remembers, token), TOKEN_OK);
	ck_assert_int_lt(spent(remembers, token) * 4, spent(forgets, token));
	token_verifier_free(remembers);
	token_verifier_free(forgets);
}
END_TEST

START_TEST(options_are_checked)
{
	struct token_options options = forge_options;
	struct token_verifier *verifier;

	options.leeway_seconds = _i ? -1 : 3601;
	ck_assert_int_eq(token_verifier_new(&options, &verifier), ERR_CONFIG);
	token_verifier_free(NULL);
}
END_TEST

/*
 * Sixteen verify while the keys change between two sets with the same kids.
 * There are more tokens than places in the table, so that some thread is
 * always verifying, not only looking up, when the keys change.
 */
struct race {
	struct token_verifier *verifier;
	char good[2][RACE_TOKENS][1024]; /* by set */
	char bad[1024];
	atomic_bool done;
	atomic_uint accepted;
	atomic_uint wrong;
};

static void *race_work(void *argument)
{
	struct race *race = argument;

	for (unsigned i = 0; !race->done; i++) {
		const char *token = race->good[i / RACE_TOKENS & 1][i % RACE_TOKENS];
		enum token_status status;
		struct caller caller;

		status = token_verify(race->verifier, token, strlen(token), FORGE_NOW, false, &caller);
		if (status == TOKEN_OK)
			race->accepted++;
		if (status != TOKEN_OK && status != TOKEN_BAD_SIGNATURE)
			race->wrong++;
		if (status == TOKEN_OK && strcmp(caller.subject, "u1") != 0)
			race->wrong++;
		status = token_verify(race->verifier, race->bad, strlen(race->bad), FORGE_NOW, false,
				      &caller);
		if (status != TOKEN_BAD_SIGNATURE)
			race->wrong++;
	}
	return NULL;
}

static void forge_race(struct race *race)
{
	const struct token_options options = {
		.cache_entries = RACE_TOKENS / 2,
	};
	char claims[256];
	char token[FORGE_MAX];

	ck_assert_int_eq(token_verifier_new(&options, &race->verifier), ERR_OK);
	set_keys(race->verifier, forge_keys()->verifying, FORGE_ALGORITHMS);
	for (int i = 0; i < RACE_TOKENS; i++) {
		int algorithm = i % 4 ? TOKEN_ES256 : i % 8 ? TOKEN_RS256 : TOKEN_HS256;

		snprintf(claims, sizeof(claims), "%.*s,'jti':%d}", (int)strlen(FORGE_CLAIMS) - 1,
			 FORGE_CLAIMS, i);
		forge_token(&forge_keys()->signing[algorithm], FORGE_HEADER, claims, token);
		memcpy(race->good[0][i], token, sizeof(race->good[0][i]));
		forge_token(&forge_keys()->foreign[algorithm], FORGE_HEADER, claims, token);
		memcpy(race->good[1][i], token, sizeof(race->good[1][i]));
	}
	memcpy(race->bad, race->good[0][0], sizeof(race->bad));
	memset(strrchr(race->bad, '.') + 1, 'A', 43);
}

/* Once the new set is in force nothing of the old one passes, whatever the others put into the table. */
static void replace(struct race *race, int set)
{
	set_keys(race->verifier, set ? forge_keys()->foreign : forge_keys()->verifying, FORGE_ALGORITHMS);
	for (int i = 0; i < RACE_TOKENS; i++) {
		ck_assert_int_eq(forge_verify(race->verifier, race->good[!set][i]), TOKEN_BAD_SIGNATURE);
		ck_assert_int_eq(forge_verify(race->verifier, race->good[set][i]), TOKEN_OK);
	}
}

START_TEST(keys_change_under_way)
{
	struct race race = { 0 };
	pthread_t threads[THREADS];

	forge_race(&race);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, race_work, &race), 0);
	for (int i = 0; i < REPLACEMENTS; i++)
		replace(&race, ~i & 1);
	race.done = true;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(race.wrong, 0);
	ck_assert_uint_gt(race.accepted, 0);
	token_verifier_free(race.verifier);
}
END_TEST

Suite *token_race_suite(void)
{
	Suite *suite = suite_create("token_race");
	TCase *tcase = tcase_create("verifier");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, times_are_checked_at_each_hit, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, a_refused_token_leaves_the_caller_alone, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, new_keys_forget_tokens, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, unfit_keys_leave_the_old_set, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, works_without_a_table, 0, FORGE_ALGORITHMS);
	tcase_add_test(tcase, a_hit_is_cheap);
	tcase_add_loop_test(tcase, options_are_checked, 0, 2);
	tcase_add_test(tcase, keys_change_under_way);
	suite_add_tcase(suite, tcase);
	return suite;
}
