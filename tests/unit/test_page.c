#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/page.h"

Suite *page_suite(void);

static struct arena arena;
static const char *key;

static void set_up(void)
{
	arena_init(&arena, (size_t)1 << 20);
	key = NULL;
}

static void tear_down(void)
{
	arena_release(&arena);
}

static const char *const keys[] = { "[5]", "[\"Ủy ban\", 7]", "[\"x\"]", "[1]", "[12]", "[123]" };

START_TEST(comes_back)
{
	char *token = page_token_make(&arena, "listTasks", "{}", keys[_i]);

	ck_assert_ptr_nonnull(token);
	ck_assert_uint_eq(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			  strlen(token));
	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", token, &key), ERR_OK);
	ck_assert_str_eq(key, keys[_i]);
}
END_TEST

START_TEST(is_bound_to_its_query)
{
	char *token = page_token_make(&arena, "listTasks", "{\"q\":\"a\"}", "[5]");

	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{\"q\":\"b\"}", token, &key), ERR_INVALID);
	ck_assert_int_eq(page_token_read(&arena, "listPlans", "{\"q\":\"a\"}", token, &key), ERR_INVALID);
	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{\"q\":\"a\"}", token, &key), ERR_OK);
}
END_TEST

START_TEST(refuses_junk)
{
	char *token = page_token_make(&arena, "listTasks", "{}", "[\"a\", 1]");
	char *json = page_token_make(&arena, "listTasks", "{}", "[\"a\": ");
	size_t length = strlen(token);
	char *longer = arena_printf(&arena, "%sA", token);

	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", "", &key), ERR_INVALID);
	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", "%%", &key), ERR_INVALID);
	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", longer, &key), ERR_INVALID);
	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", json, &key), ERR_INVALID);
	for (size_t cut = 0; cut < length; cut++) {
		char *shorter = arena_strndup(&arena, token, cut);

		ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", shorter, &key), ERR_INVALID);
	}
	ck_assert_ptr_null(key);
}
END_TEST

/* Its bytes are the client's: only what a statement makes of a row goes on to one. */
START_TEST(refuses_what_is_no_key)
{
	static const char *const foreign[] = { "5",     "{}",    "null",  "[]", "[null]", "[\"p\", null]",
					       "[[1]]", "[1.5]", "[true]" };
	char *token = page_token_make(&arena, "listTasks", "{}", foreign[_i]);

	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", token, &key), ERR_INVALID);
	ck_assert_ptr_null(key);
}
END_TEST

/* 16 bytes of hash and 3 of key: the last digit has four bits to spare. */
START_TEST(has_one_spelling)
{
	char *token = page_token_make(&arena, "listTasks", "{}", "[7]");
	size_t last = strlen(token) - 1;

	ck_assert_uint_eq(strlen(token) % 4, 2);
	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", token, &key), ERR_OK);
	token[last]++;
	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", token, &key), ERR_INVALID);
}
END_TEST

START_TEST(is_bounded)
{
	char *large = calloc(1, PAGE_KEY_MAX * 3);

	memset(large, '1', PAGE_KEY_MAX + 1);
	ck_assert_ptr_null(page_token_make(&arena, "listTasks", "{}", large));
	memset(large, 'A', PAGE_KEY_MAX * 2);
	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}", large, &key), ERR_INVALID);
	memset(large, 0, PAGE_KEY_MAX * 3);
	memset(large, '1', PAGE_KEY_MAX - 2);
	memcpy(large, "[\"", 2);
	memcpy(large + PAGE_KEY_MAX - 2, "\"]", 2);
	ck_assert_int_eq(page_token_read(&arena, "listTasks", "{}",
					 page_token_make(&arena, "listTasks", "{}", large), &key),
			 ERR_OK);
	free(large);
}
END_TEST

Suite *page_suite(void)
{
	Suite *suite = suite_create("page");
	TCase *tcase = tcase_create("page");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, comes_back, 0, (int)(sizeof(keys) / sizeof(keys[0])));
	tcase_add_test(tcase, is_bound_to_its_query);
	tcase_add_test(tcase, refuses_junk);
	tcase_add_loop_test(tcase, refuses_what_is_no_key, 0, 9);
	tcase_add_test(tcase, has_one_spelling);
	tcase_add_test(tcase, is_bounded);
	suite_add_tcase(suite, tcase);
	return suite;
}
