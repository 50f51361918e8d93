#include <check.h>
#include <string.h>

#include "../../api/trace.h"

Suite *trace_suite(void);

static const char parent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

static struct trace trace;

START_TEST(takes_over_what_is_well_formed)
{
	ck_assert_int_eq(trace_read("portal-17.a_b", parent, &trace), ERR_OK);
	ck_assert_str_eq(trace.request_id, "portal-17.a_b");
	ck_assert_str_eq(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
	ck_assert_uint_eq(strlen(trace.traceparent), 55);
	ck_assert_int_eq(strncmp(trace.traceparent, parent, 36), 0);
	/* The span is ours, the sampling the caller's. */
	ck_assert_int_ne(strncmp(trace.traceparent + 36, parent + 36, 16), 0);
	ck_assert_str_eq(trace.traceparent + 52, "-01");
}
END_TEST

START_TEST(makes_up_what_is_not_sent)
{
	struct trace other;

	ck_assert_int_eq(trace_read(NULL, NULL, &trace), ERR_OK);
	ck_assert_int_eq(trace_read(NULL, NULL, &other), ERR_OK);
	ck_assert_uint_eq(strlen(trace.request_id), 32);
	ck_assert_uint_eq(strlen(trace.trace_id), 32);
	ck_assert_str_ne(trace.request_id, other.request_id);
	ck_assert_str_ne(trace.trace_id, other.trace_id);
	ck_assert_str_eq(trace.traceparent + 52, "-00");
}
END_TEST

static const char *const ids[] = {
	"",
	"a b",
	"a\"b",
	"a,b",
	"é",
	"a\n",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};

START_TEST(replaces_bad_request_ids)
{
	ck_assert_int_eq(trace_read(ids[_i], NULL, &trace), ERR_OK);
	ck_assert_str_ne(trace.request_id, ids[_i]);
	ck_assert_uint_eq(strlen(trace.request_id), 32);
}
END_TEST

static const char *const parents[] = {
	"",
	"00",
	"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
	"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
	"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
	"00-00000000000000000000000000000000-b7ad6b7169203331-01",
	"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
	"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
	"00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
};

START_TEST(ignores_bad_parents)
{
	ck_assert_int_eq(trace_read(NULL, parents[_i], &trace), ERR_OK);
	ck_assert_str_ne(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
}
END_TEST

START_TEST(takes_later_versions)
{
	ck_assert_int_eq(trace_read(NULL, "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
				    &trace),
			 ERR_OK);
	ck_assert_str_eq(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
	ck_assert_int_eq(strncmp(trace.traceparent, "00-", 3), 0);
}
END_TEST

Suite *trace_suite(void)
{
	Suite *suite = suite_create("trace");
	TCase *tcase = tcase_create("trace");

	tcase_add_test(tcase, takes_over_what_is_well_formed);
	tcase_add_test(tcase, makes_up_what_is_not_sent);
	tcase_add_loop_test(tcase, replaces_bad_request_ids, 0, (int)(sizeof(ids) / sizeof(ids[0])));
	tcase_add_loop_test(tcase, ignores_bad_parents, 0, (int)(sizeof(parents) / sizeof(parents[0])));
	tcase_add_test(tcase, takes_later_versions);
	suite_add_tcase(suite, tcase);
	return suite;
}
