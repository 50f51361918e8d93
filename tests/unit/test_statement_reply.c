#include <check.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/statement.h"
#include "../../db/result.h"

Suite *statement_reply_suite(void);

static struct call call;
static struct route route;

static void set_up(void)
{
	memset(&call, 0, sizeof(call));
	memset(&route, 0, sizeof(route));
	arena_init(&call.arena, (size_t)1 << 16);
	call.route = &route;
	call.query_text = "{}";
	call.uri.path = "/v1/agenda";
	route.operation = "getAgenda";
	memcpy(call.today, "2025-08-15", sizeof("2025-08-15"));
}

static void tear_down(void)
{
	call_done(&call);
}

struct column {
	const char *name;
	const char *value; /* NULL: null */
};

/* One row, as a statement would give it. */
static void give(const struct column *columns, int count)
{
	PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc descriptions[8] = { { 0 } };

	ck_assert_int_le(count, 8);
	for (int i = 0; i < count; i++)
		descriptions[i].name = (char *)(uintptr_t)columns[i].name;
	ck_assert_int_ne(PQsetResultAttrs(rows, count, descriptions), 0);
	for (int i = 0; i < count; i++) {
		char *value = (char *)(uintptr_t)columns[i].value;

		ck_assert_int_ne(PQsetvalue(rows, 0, i, value, value ? (int)strlen(value) : -1), 0);
	}
	db_result_free(call.result);
	call.result = result_new();
	ck_assert_ptr_nonnull(call.result);
	result_take_rows(call.result, rows);
	call.reply_header_count = 0;
	call.status = 0;
	free(call.reply);
	call.reply = NULL;
}

#define GIVE(...)                                    \
	give((const struct column[]){ __VA_ARGS__ }, \
	     (int)(sizeof((const struct column[]){ __VA_ARGS__ }) / sizeof(struct column)))

static const char *header(const char *name)
{
	for (size_t i = 0; i < call.reply_header_count; i++)
		if (strcmp(call.reply_headers[i].name, name) == 0)
			return call.reply_headers[i].value;
	return NULL;
}

START_TEST(the_variant_is_in_the_tag)
{
	route.varies = VARY_ROLE | VARY_TODAY;
	GIVE({ "body", "{}" }, { "version", "7" }, { "variant", "c12" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 200);
	ck_assert_str_eq(header("ETag"), "\"7.c12.public.20250815\"");
	call.headers.if_none_match = "\"7.public.20250815\", \"7.c11.public.20250815\"";
	GIVE({ "body", "{}" }, { "version", "7" }, { "variant", "c12" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 200);
	call.headers.if_none_match = "\"7.c12.public.20250815\"";
	GIVE({ "body", "{}" }, { "version", "7" }, { "variant", "c12" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 304);
	/* Its length is told, the framework does not send it. */
	ck_assert_uint_eq(call.reply_length, 2);
	GIVE({ "body", "{}" }, { "version", "7" }, { "variant", NULL });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_str_eq(header("ETag"), "\"7.public.20250815\"");
}
END_TEST

START_TEST(no_variant_beside_a_probe_and_none_that_is_no_tag)
{
	GIVE({ "body", "{}" }, { "version", "7" }, { "variant", "c\"12" });
	ck_assert_int_eq(statement_reply(&call), ERR_INTERNAL);
	route.probe = SQL_READY;
	GIVE({ "body", "{}" }, { "version", "7" }, { "variant", "c12" });
	ck_assert_int_eq(statement_reply(&call), ERR_INTERNAL);
}
END_TEST

/* As the probe would have answered: without a length. */
START_TEST(same_beside_a_probe)
{
	route.probe = SQL_READY;
	call.headers.if_none_match = "*";
	GIVE({ "body", "{}" }, { "version", "7" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 304);
	ck_assert_ptr_null(call.reply);
}
END_TEST

START_TEST(lists_have_tags)
{
	static const char next[] = "\"next_page_token\":\"";

	route.list = true;
	GIVE({ "body", "[1]" }, { "next_key", "[1]" }, { "version", "7" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 200);
	ck_assert_str_eq(header("ETag"), "\"7\"");
	ck_assert_ptr_nonnull(header("Link"));
	ck_assert_ptr_nonnull(strstr(call.reply, next));
	call.headers.if_none_match = "\"7\"";
	GIVE({ "body", "[1]" }, { "next_key", "[1]" }, { "version", "7" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 304);
	ck_assert_uint_gt(call.reply_length, strlen(next));
	GIVE({ "body", "[]" }, { "version", "8" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 200);
	ck_assert_str_eq(call.reply, "{\"items\":[]}");
	/* Without a version there is no tag. */
	GIVE({ "body", "[]" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 200);
	ck_assert_ptr_null(header("ETag"));
}
END_TEST

static enum err render(struct call *one)
{
	const char *body = db_value(one->result, 0, "body");

	return call_reply_text(one, 200, "text/calendar", body, strlen(body));
}

START_TEST(rendered)
{
	route.render = render;
	GIVE({ "body", "BEGIN" }, { "version", "7" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 200);
	ck_assert_str_eq(call.reply, "BEGIN");
	ck_assert_str_eq(call.reply_type, "text/calendar");
	ck_assert_str_eq(header("ETag"), "\"7\"");
	/* What the caller has is not rendered. */
	call.headers.if_none_match = "\"7\"";
	GIVE({ "body", "BEGIN" }, { "version", "7" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 304);
	ck_assert_ptr_null(call.reply);
	ck_assert_str_eq(header("ETag"), "\"7\"");
}
END_TEST

/* What is kept for a request sent again has none. */
START_TEST(no_variant_under_a_key)
{
	struct idempotency own = { 0 };

	call.method = METHOD_POST;
	call.idempotency = &own;
	GIVE({ "body", "{}" }, { "version", "7" }, { "variant", "c12" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_str_eq(header("ETag"), "\"7\"");
}
END_TEST

START_TEST(secrets_are_told_once)
{
	route.status = 201;
	call.method = METHOD_POST;
	memcpy(call.secret, "5ec2e7", sizeof("5ec2e7"));
	GIVE({ "body", "{\"id\":\"1\"}" }, { "version", "1" }, { "location", "/v1/calendar-feeds/1" });
	ck_assert_int_eq(statement_reply(&call), ERR_OK);
	ck_assert_int_eq(call.status, 201);
	ck_assert_str_eq(call.reply, "{\"id\":\"1\",\"secret\":\"5ec2e7\"}");
	ck_assert_str_eq(header("Location"), "/v1/calendar-feeds/1");
}
END_TEST

Suite *statement_reply_suite(void)
{
	Suite *suite = suite_create("statement_reply");
	TCase *tcase = tcase_create("statement_reply");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, the_variant_is_in_the_tag);
	tcase_add_test(tcase, no_variant_beside_a_probe_and_none_that_is_no_tag);
	tcase_add_test(tcase, same_beside_a_probe);
	tcase_add_test(tcase, lists_have_tags);
	tcase_add_test(tcase, rendered);
	tcase_add_test(tcase, no_variant_under_a_key);
	tcase_add_test(tcase, secrets_are_told_once);
	suite_add_tcase(suite, tcase);
	return suite;
}
