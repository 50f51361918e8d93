#include <check.h>

#include "../../api/etag.h"

Suite *etag_suite(void);

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena, (size_t)1 << 16);
}

static void tear_down(void)
{
	arena_release(&arena);
}

START_TEST(makes)
{
	static const struct {
		struct etag_view view;
		const char *tag;
	} cases[] = {
		{ { NULL, NULL, NULL }, "\"7\"" },
		{ { NULL, "office", NULL }, "\"7.office\"" },
		{ { NULL, NULL, "2025-08-15" }, "\"7.20250815\"" },
		{ { NULL, "office", "2025-08-15" }, "\"7.office.20250815\"" },
		{ { "c12", NULL, NULL }, "\"7.c12\"" },
		{ { "c12", "office", NULL }, "\"7.c12.office\"" },
		{ { "c12", "office", "2025-08-15" }, "\"7.c12.office.20250815\"" },
		{ { NULL, "", NULL }, "\"7.\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_str_eq(etag_make(&arena, "7", &cases[i].view), cases[i].tag);
		/* Whatever else is in it, If-Match finds the version. */
		ck_assert_str_eq(etag_versions(&arena, cases[i].tag), "{7}");
	}
}
END_TEST

static const struct {
	const char *header;
	int well_formed;
	const char *versions;
} headers[] = {
	{ "\"7\"", 1, "{7}" },
	{ "\"7\", \"8\"", 1, "{7,8}" },
	{ ",\"7\" ,, \"8.office.20250815\",", 1, "{7,8}" },
	{ "W/\"7\"", 1, "{-1}" },
	{ "W/\"7\", \"9\"", 1, "{9}" },
	{ "\"abc\"", 1, "{-1}" },
	{ "\"\"", 1, "{-1}" },
	{ "\"7x\"", 1, "{-1}" },
	{ "\"1234567890123456789\"", 1, "{-1}" },
	{ "\"-7\"", 1, "{-1}" },
	{ "\"7}{\"", 1, "{-1}" },
	{ "7", 0, NULL },
	{ "", 0, NULL },
	{ " , ", 0, NULL },
	{ "\"7", 0, NULL },
	{ "\"7\"\"8\"", 0, NULL },
	{ "w/\"7\"", 0, NULL },
	{ "\"7\", *", 0, NULL },
	{ "\"7 8\"", 0, NULL },
};

START_TEST(reads_if_match)
{
	ck_assert_msg(etag_well_formed(headers[_i].header) == headers[_i].well_formed, "%s",
		      headers[_i].header);
	if (headers[_i].versions)
		ck_assert_str_eq(etag_versions(&arena, headers[_i].header), headers[_i].versions);
}
END_TEST

START_TEST(any)
{
	ck_assert_int_eq(etag_is_any(" * "), 1);
	ck_assert_int_eq(etag_is_any("*"), 1);
	ck_assert_int_eq(etag_is_any("\"*\""), 0);
	ck_assert_int_eq(etag_is_any("**"), 0);
	ck_assert_int_eq(etag_well_formed("*"), 1);
}
END_TEST

START_TEST(compares_weakly)
{
	ck_assert_int_eq(etag_matches("W/\"7\"", "\"7\""), 1);
	ck_assert_int_eq(etag_matches("\"6\", \"7\"", "\"7\""), 1);
	ck_assert_int_eq(etag_matches("*", "\"7\""), 1);
	ck_assert_int_eq(etag_matches("\"7\"", "\"7.office\""), 0);
	ck_assert_int_eq(etag_matches("\"77\"", "\"7\""), 0);
}
END_TEST

START_TEST(bounds_the_list)
{
	char header[4 * (ETAG_MAX + 1) + 1];
	size_t length = 0;

	for (int i = 0; i <= ETAG_MAX; i++) {
		header[length++] = '"';
		header[length++] = '1';
		header[length++] = '"';
		header[length++] = ',';
	}
	header[length] = '\0';
	ck_assert_int_eq(etag_well_formed(header), 0);
	header[length - 4] = '\0';
	ck_assert_int_eq(etag_well_formed(header), 1);
}
END_TEST

Suite *etag_suite(void)
{
	Suite *suite = suite_create("etag");
	TCase *tcase = tcase_create("etag");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, makes);
	tcase_add_loop_test(tcase, reads_if_match, 0, (int)(sizeof(headers) / sizeof(headers[0])));
	tcase_add_test(tcase, any);
	tcase_add_test(tcase, compares_weakly);
	tcase_add_test(tcase, bounds_the_list);
	suite_add_tcase(suite, tcase);
	return suite;
}
