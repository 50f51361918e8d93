#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/uri.h"

Suite *uri_suite(void);

static struct arena arena;
static struct uri uri;

static void set_up(void)
{
	arena_init(&arena, (size_t)1 << 20);
}

static void tear_down(void)
{
	arena_release(&arena);
}

START_TEST(splits_and_decodes)
{
	ck_assert_int_eq(uri_parse("/v1/t%61sks/a%2Fb%2fc?q=th%E1%BB%A7+t%E1%BB%A5c&x=%26&y&z=", &arena,
				   &uri),
			 PROBLEM_NONE);
	ck_assert_uint_eq(uri.segment_count, 3);
	ck_assert_str_eq(uri.segments[1], "tasks");
	ck_assert_str_eq(uri.segments[2], "a/b/c");
	ck_assert_uint_eq(uri.pair_count, 4);
	ck_assert_str_eq(uri.pairs[0].name, "q");
	ck_assert_str_eq(uri.pairs[0].value, "thủ tục");
	ck_assert_str_eq(uri.pairs[1].value, "&");
	ck_assert_str_eq(uri.pairs[2].name, "y");
	ck_assert_str_eq(uri.pairs[2].value, "");
	ck_assert_str_eq(uri.path, "/v1/t%61sks/a%2Fb%2fc");
}
END_TEST

START_TEST(plus_is_no_space_in_a_path)
{
	ck_assert_int_eq(uri_parse("/a+b", &arena, &uri), PROBLEM_NONE);
	ck_assert_str_eq(uri.segments[0], "a+b");
}
END_TEST

START_TEST(doubled_parameters_stay_two)
{
	ck_assert_int_eq(uri_parse("/a?x=1&x=2&%78=3", &arena, &uri), PROBLEM_NONE);
	ck_assert_uint_eq(uri.pair_count, 3);
	ck_assert_str_eq(uri.pairs[1].value, "2");
	ck_assert_str_eq(uri.pairs[2].name, "x");
}
END_TEST

START_TEST(other_forms)
{
	ck_assert_int_eq(uri_parse("*", &arena, &uri), PROBLEM_NONE);
	ck_assert_int_eq(uri.asterisk, 1);
	ck_assert_int_eq(uri_parse("http://host:8080/livez?a=b", &arena, &uri), PROBLEM_NONE);
	ck_assert_str_eq(uri.segments[0], "livez");
	ck_assert_uint_eq(uri.pair_count, 1);
	ck_assert_int_eq(uri_parse("http://host", &arena, &uri), PROBLEM_NONE);
	ck_assert_uint_eq(uri.segment_count, 0);
	ck_assert_int_eq(uri_parse("/v1/tasks/", &arena, &uri), PROBLEM_NONE);
	ck_assert_uint_eq(uri.segment_count, 3);
	ck_assert_str_eq(uri.segments[2], "");
}
END_TEST

static const char *const malformed[] = {
	"/a%00b", "/a%",         "/a%2", "/a%zz",  "/a%2g",  "/%ff",  "/\xc3",    "/a?x=%ff", "/a?x=%00",
	"/a?%=1", "/a?x=%e1%bb", "/a b", "/a\x01", "/a\x7f", "livez", "//%C0%AF", "/a#b",     "/%ED%A0%80",
};

START_TEST(refuses_malformed)
{
	ck_assert_msg(uri_parse(malformed[_i], &arena, &uri) == PROBLEM_MALFORMED_REQUEST, "%s",
		      malformed[_i]);
	ck_assert_ptr_nonnull(uri.path);
	for (const char *c = uri.path; *c; c++)
		ck_assert_msg(*c > ' ' && *c < 0x7f, "%s", uri.path);
}
END_TEST

START_TEST(has_limits)
{
	size_t size = URI_MAX_BYTES + 2;
	char *target = calloc(1, size);

	memset(target, 'a', size - 1);
	target[0] = '/';
	ck_assert_int_eq(uri_parse(target, &arena, &uri), PROBLEM_URI_TOO_LONG);
	target[size - 2] = '\0';
	ck_assert_int_eq(uri_parse(target, &arena, &uri), PROBLEM_NONE);
	free(target);
	ck_assert_int_eq(uri_parse("/1/2/3/4/5/6/7/8/9/10/11", &arena, &uri), PROBLEM_NONE);
	ck_assert_uint_eq(uri.segment_count, URI_MAX_SEGMENTS + 1);
	ck_assert_int_eq(
		uri_parse("/a?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17&18&19&20&21&22&23&24&25&26&27&28&29"
			  "&30&31&32&&",
			  &arena, &uri),
		PROBLEM_NONE);
	ck_assert_uint_eq(uri.pair_count, URI_MAX_PAIRS);
	ck_assert_int_eq(
		uri_parse("/a?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17&18&19&20&21&22&23&24&25&26&27&28&29"
			  "&30&31&32&33",
			  &arena, &uri),
		PROBLEM_URI_TOO_LONG);
}
END_TEST

START_TEST(says_no_memory)
{
	struct arena small;

	for (size_t limit = 1; limit < 48; limit++) {
		arena_init(&small, limit);
		ck_assert_int_ne(uri_parse("/v1/tasks/abc?q=abc", &small, &uri), PROBLEM_MALFORMED_REQUEST);
		ck_assert_ptr_nonnull(uri.path);
		arena_release(&small);
	}
}
END_TEST

START_TEST(escapes)
{
	ck_assert_str_eq(uri_escape(&arena, "a-Z_0.~ é&=+>\"\n"), "a-Z_0.~%20%C3%A9%26%3D%2B%3E%22%0A");
}
END_TEST

Suite *uri_suite(void)
{
	Suite *suite = suite_create("uri");
	TCase *tcase = tcase_create("uri");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, splits_and_decodes);
	tcase_add_test(tcase, plus_is_no_space_in_a_path);
	tcase_add_test(tcase, doubled_parameters_stay_two);
	tcase_add_test(tcase, other_forms);
	tcase_add_loop_test(tcase, refuses_malformed, 0, (int)(sizeof(malformed) / sizeof(malformed[0])));
	tcase_add_test(tcase, has_limits);
	tcase_add_test(tcase, says_no_memory);
	tcase_add_test(tcase, escapes);
	suite_add_tcase(suite, tcase);
	return suite;
}
