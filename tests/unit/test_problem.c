#include <check.h>
#include <stddef.h>
#include <string.h>

#include "../../api/problem.h"
#include "openapi.h"

Suite *problem_suite(void);

START_TEST(every_code_has_words)
{
	for (int i = PROBLEM_NONE + 1; i < PROBLEM_COUNT; i++) {
		enum problem problem = (enum problem)i;
		const char *code = problem_code(problem);

		ck_assert_int_eq(problem_find(code), problem);
		ck_assert_int_ge(problem_status(problem), 400);
		ck_assert_int_le(problem_status(problem), 599);
		for (int l = LANGUAGE_VI; l <= LANGUAGE_EN; l++) {
			ck_assert_msg(problem_title(problem, (enum language)l), "%s has no title", code);
			ck_assert_msg(problem_detail(problem, (enum language)l), "%s has no detail", code);
		}
		ck_assert_str_ne(problem_title(problem, LANGUAGE_VI), problem_title(problem, LANGUAGE_EN));
		ck_assert_str_ne(problem_detail(problem, LANGUAGE_VI), problem_detail(problem, LANGUAGE_EN));
	}
}
END_TEST

START_TEST(every_member_code_has_words)
{
	for (unsigned i = 0; problem_member_code(i); i++) {
		const char *vi = problem_member_detail(problem_member_code(i), LANGUAGE_VI);
		const char *en = problem_member_detail(problem_member_code(i), LANGUAGE_EN);

		ck_assert_ptr_nonnull(vi);
		ck_assert_ptr_nonnull(en);
		ck_assert_str_ne(vi, en);
		/* A bound or a value is put before the period. */
		ck_assert_int_eq(vi[strlen(vi) - 1], '.');
		ck_assert_int_eq(en[strlen(en) - 1], '.');
	}
	ck_assert_ptr_null(problem_member_detail("nonsense", LANGUAGE_VI));
}
END_TEST

/* Each code in the contract's list of them has words, and none is without a place there. */
START_TEST(member_codes_are_the_contracts)
{
	const char *at = strstr(openapi_yaml, "\n    FieldError:");
	const char *end;
	unsigned count = 0;

	ck_assert_ptr_nonnull(at);
	at = strstr(at, "enum: [");
	ck_assert_ptr_nonnull(at);
	at += strlen("enum: [");
	end = strchr(at, ']');
	ck_assert_ptr_nonnull(end);
	while (at < end) {
		char code[64];
		size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");

		ck_assert_uint_lt(length, sizeof(code));
		memcpy(code, at, length);
		code[length] = '\0';
		ck_assert_msg(problem_member_detail(code, LANGUAGE_VI), "%s has no words", code);
		count++;
		at += length;
		at += strspn(at, ", \n");
		ck_assert(length > 0);
	}
	/* As many, and each one's words found: the same. */
	ck_assert_ptr_nonnull(problem_member_code(count - 1));
	ck_assert_msg(!problem_member_code(count), "%u codes in the contract, more have words", count);
}
END_TEST

START_TEST(unknown_is_internal)
{
	ck_assert_int_eq(problem_find("nonsense"), PROBLEM_NONE);
	ck_assert_int_eq(problem_status(PROBLEM_NONE), 500);
	ck_assert_int_eq(problem_status(PROBLEM_COUNT), 500);
	ck_assert_str_eq(problem_code(PROBLEM_COUNT), "internal");
}
END_TEST

START_TEST(errors_below_become_problems)
{
	ck_assert_int_eq(problem_of_error(ERR_OK), PROBLEM_NONE);
	ck_assert_int_eq(problem_status(problem_of_error(ERR_UNAVAILABLE)), 503);
	ck_assert_int_eq(problem_status(problem_of_error(ERR_TIMEOUT)), 503);
	ck_assert_int_eq(problem_status(problem_of_error(ERR_BUSY)), 503);
	ck_assert_int_eq(problem_status(problem_of_error(ERR_CONFLICT)), 409);
	ck_assert_int_eq(problem_status(problem_of_error(ERR_INVALID)), 422);
	ck_assert_int_eq(problem_status(problem_of_error(ERR_DENIED)), 500);
	ck_assert_int_eq(problem_status(problem_of_error(ERR_INTERNAL)), 500);
}
END_TEST

Suite *problem_suite(void)
{
	Suite *suite = suite_create("problem");
	TCase *tcase = tcase_create("problem");

	tcase_add_test(tcase, every_code_has_words);
	tcase_add_test(tcase, every_member_code_has_words);
	tcase_add_test(tcase, member_codes_are_the_contracts);
	tcase_add_test(tcase, unknown_is_internal);
	tcase_add_test(tcase, errors_below_become_problems);
	suite_add_tcase(suite, tcase);
	return suite;
}
