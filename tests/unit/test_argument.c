#include <check.h>
#include <string.h>

#include "../../api/argument.h"
#include "../../api/query.h"
#include "../../api/routes.h"
#include "../../service/deadline.h"

Suite *argument_suite(void);

static struct call call;
static struct route route;

static void set_up(void)
{
	memset(&call, 0, sizeof(call));
	memset(&route, 0, sizeof(route));
	arena_init(&call.arena, (size_t)1 << 16);
	call.route = &route;
	memcpy(call.today, "2025-08-15", sizeof("2025-08-15"));
}

static void tear_down(void)
{
	arena_release(&call.arena);
}

static const char *text_of(enum arg arg)
{
	const char *text = "not set";

	ck_assert_int_eq(argument_text(&call, arg, &text), ERR_OK);
	return text;
}

START_TEST(a_row_s_move)
{
	route.workflow = deadline_workflow;
	route.move = "verify";
	ck_assert_str_eq(text_of(ARG_MOVE),
			 "{\"move\":\"verify\",\"from\":[\"reported\"],\"to\":\"done\",\"role\":\"office\"}");
}
END_TEST

START_TEST(a_move_that_is_not_there)
{
	const char *text;

	route.workflow = deadline_workflow;
	route.move = "verifi";
	ck_assert_int_eq(argument_text(&call, ARG_MOVE, &text), ERR_INTERNAL);
}
END_TEST

START_TEST(actions_of_the_caller)
{
	static const struct move moves[] = {
		{ "rate", "public", { "answered" }, NULL },
		{ "answer", "agency", { "accepted" }, "answered" },
		{ "approve", "office", { "answered" }, NULL },
		{ 0 },
	};

	route.workflow = moves;
	ck_assert_str_eq(text_of(ARG_ACTIONS), "{\"answered\":[\"rate\"]}");
	/* Roles of a token that was not taken are none. */
	call.caller.roles = ROLE_AGENCY;
	ck_assert_str_eq(text_of(ARG_ACTIONS), "{\"answered\":[\"rate\"]}");
	call.authenticated = true;
	ck_assert_str_eq(text_of(ARG_ACTIONS), "{\"answered\":[\"rate\"],\"accepted\":[\"answer\"]}");
	call.caller.roles = ROLE_AGENCY | ROLE_OFFICE;
	ck_assert_str_eq(text_of(ARG_ACTIONS),
			 "{\"answered\":[\"rate\",\"approve\"],\"accepted\":[\"answer\"]}");
	route.workflow = deadline_workflow;
	call.caller.roles = ROLE_VIEWER | ROLE_SYNC | ROLE_ADMIN;
	ck_assert_str_eq(text_of(ARG_ACTIONS), "{}");
}
END_TEST

START_TEST(secret_of_a_path)
{
	static const struct {
		const char *variable;
		const char *hash;
	} cases[] = {
		{ "abc.ics", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abc.ics.ics", "4ca696feec7c38f136e9fab29ca27389b5d99f58d82e3e4aefda9a560ba27150" },
		{ "abc", NULL },
		{ "abc.ICS", NULL },
		{ "ics", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *hash;

		call.variables[0] = cases[i].variable;
		hash = text_of(ARG_PATH_SECRET_HASH);
		if (cases[i].hash)
			ck_assert_str_eq(hash, cases[i].hash);
		else
			ck_assert_ptr_null(hash);
	}
}
END_TEST

/* The statement gets the hash of what the caller is told, in the form of the row. */
START_TEST(made_secrets)
{
	static const struct {
		enum arg arg;
		size_t length;
	} cases[] = { { ARG_SECRET, 43 }, { ARG_SECRET_HEX, 64 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char hash[SECRET_HASH_SIZE];
		const char *text;

		route.args[0] = ARG_BODY;
		route.args[1] = cases[i].arg;
		text = text_of(cases[i].arg);
		ck_assert_int_eq(secret_hash(call.secret, strlen(call.secret), hash), ERR_OK);
		ck_assert_str_eq(text, hash);
		ck_assert_uint_eq(strlen(call.secret), cases[i].length);
	}
	ck_assert_uint_eq(strspn(call.secret, "0123456789abcdef"), 64);
}
END_TEST

/* Only there is a variable that is no code let through, and errors name no value. */
START_TEST(variables_by_row)
{
	static const char feed[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.ics";
	static const char *const others[] = { "A", "x y", "", "../../etc", "đ" };

	route.path = "/v1/calendar-feeds/:feed";
	route.operation = "getCalendarFeed";
	call.variables[0] = feed;
	ck_assert_int_eq(query_read(&call), ERR_INVALID);
	ck_assert_uint_eq(call.error_count, 1);
	ck_assert_str_eq(call.errors[0].where, "feed");
	ck_assert_ptr_null(call.errors[0].note);
	route.secret_path = true;
	call.problem = PROBLEM_NONE;
	call.error_count = 0;
	ck_assert_int_eq(query_read(&call), ERR_OK);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		call.variables[0] = others[i];
		ck_assert_int_eq(query_read(&call), ERR_OK);
	}
	route.path = "/v1/x/:feed/y/:y";
	call.variables[1] = feed;
	ck_assert_int_eq(query_read(&call), ERR_INVALID);
	ck_assert_str_eq(call.errors[0].where, "y");
}
END_TEST

/* What the rows say of their moves and secrets holds together. */
START_TEST(all_rows)
{
	for (size_t i = 0; route_tables[i]; i++) {
		for (const struct route *row = route_tables[i]; row->method; row++) {
			const char *name = row->operation;
			const struct move *move = NULL;

			ck_assert_msg(!row->render || row->sql, "%s: render without sql", name);
			ck_assert_msg(!row->handler || !row->render, "%s: handler and render", name);
			ck_assert_msg(argument_taken(row, ARG_MOVE) == (row->move != NULL), "%s", name);
			ck_assert_msg(!argument_taken(row, ARG_ACTIONS) || row->workflow, "%s", name);
			ck_assert_msg(!row->probe || !strcmp(row->method, "GET"), "%s", name);
			/* What an agency may do, and not everyone, is bound to it. */
			ck_assert_msg(!row->sql || !(row->roles & ROLE_AGENCY) ||
					      (row->roles & ROLE_PUBLIC) || argument_taken(row, ARG_AGENCY),
				      "%s", name);
			/* A next page's address would tell it. */
			ck_assert_msg(!row->secret_path || (!row->list && !row->idempotent), "%s", name);
			if (!row->move)
				continue;
			ck_assert_msg(row->workflow != NULL, "%s", name);
			move = workflow_find(row->workflow, row->move);
			ck_assert_msg(move != NULL, "%s: no move %s", name, row->move);
			/* Who is told that it is open may do it, and nobody else. */
			if (strcmp(move->role, "public") == 0)
				ck_assert_msg(row->roles & ROLE_PUBLIC, "%s", name);
			else
				ck_assert_msg(row->roles == role_find(move->role, strlen(move->role)), "%s",
					      name);
		}
	}
}
END_TEST

Suite *argument_suite(void)
{
	Suite *suite = suite_create("argument");
	TCase *tcase = tcase_create("argument");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_row_s_move);
	tcase_add_test(tcase, a_move_that_is_not_there);
	tcase_add_test(tcase, actions_of_the_caller);
	tcase_add_test(tcase, secret_of_a_path);
	tcase_add_test(tcase, made_secrets);
	tcase_add_test(tcase, variables_by_row);
	tcase_add_test(tcase, all_rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
