#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../../service/deadline.h"

Suite *workflow_suite(void);

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena, (size_t)1 << 16);
}

static void tear_down(void)
{
	arena_release(&arena);
}

enum { MOVES = 6, STATUSES = 4, ROLES = 6 };

static const char *const move_names[MOVES] = { "report", "verify", "return", "extend", "remind", "cancel" };
static const char *const statuses[STATUSES] = { "open", "reported", "done", "cancelled" };
static const char *const role_names[ROLES] = { "public", "viewer", "agency", "office", "sync", "admin" };

/* What each move makes of each status: "-" not allowed, "=" stays or what is sent decides. */
static const struct {
	const char *role;
	const char *to[STATUSES];
} matrix[MOVES] = {
	{ "agency", { "=", "=", "-", "-" } },          { "office", { "-", "done", "-", "-" } },
	{ "office", { "-", "open", "open", "open" } }, { "office", { "=", "=", "-", "-" } },
	{ "office", { "=", "-", "-", "-" } },          { "office", { "cancelled", "cancelled", "-", "-" } },
};

static bool starts_from(const struct move *move, const char *status)
{
	unsigned times = 0;

	for (size_t i = 0; i < WORKFLOW_FROM && move->from[i]; i++)
		times += strcmp(move->from[i], status) == 0;
	ck_assert_uint_le(times, 1);
	return times;
}

START_TEST(deadline_moves)
{
	size_t count = 0;

	for (size_t m = 0; m < MOVES; m++) {
		const struct move *move = workflow_find(deadline_workflow, move_names[m]);
		size_t from = 0;

		ck_assert_msg(move != NULL, "%s", move_names[m]);
		ck_assert_str_eq(move->role, matrix[m].role);
		for (size_t s = 0; s < STATUSES; s++) {
			const char *to = matrix[m].to[s];

			ck_assert_msg(starts_from(move, statuses[s]) == (*to != '-'), "%s of %s",
				      move_names[m], statuses[s]);
			from += *to != '-';
			if (*to == '=')
				ck_assert_ptr_null(move->to);
			else if (*to != '-')
				ck_assert_str_eq(move->to, to);
		}
		/* And from no status beside those. */
		ck_assert_uint_lt(from, WORKFLOW_FROM);
		ck_assert_ptr_null(move->from[from]);
	}
	while (deadline_workflow[count].name)
		count++;
	ck_assert_uint_eq(count, MOVES);
	ck_assert_ptr_null(workflow_find(deadline_workflow, "repor"));
	ck_assert_ptr_null(workflow_find(deadline_workflow, ""));
}
END_TEST

START_TEST(a_move_as_json)
{
	static const char *const wanted[MOVES] = {
		"{\"move\":\"report\",\"from\":[\"open\",\"reported\"],\"to\":null,\"role\":\"agency\"}",
		"{\"move\":\"verify\",\"from\":[\"reported\"],\"to\":\"done\",\"role\":\"office\"}",
		"{\"move\":\"return\",\"from\":[\"reported\",\"done\",\"cancelled\"],\"to\":\"open\",\"role\":\"office\"}",
		"{\"move\":\"extend\",\"from\":[\"open\",\"reported\"],\"to\":null,\"role\":\"office\"}",
		"{\"move\":\"remind\",\"from\":[\"open\"],\"to\":null,\"role\":\"office\"}",
		"{\"move\":\"cancel\",\"from\":[\"open\",\"reported\"],\"to\":\"cancelled\",\"role\":\"office\"}",
	};

	for (size_t m = 0; m < MOVES; m++)
		ck_assert_str_eq(workflow_move_json(&arena, workflow_find(deadline_workflow, move_names[m])),
				 wanted[m]);
}
END_TEST

/* The matrix's row of a status for roles, written as the service should: "" when no move is open. */
static void append_status(char *json, size_t size, size_t status, unsigned roles)
{
	const char *comma = "";

	for (size_t m = 0; m < MOVES; m++) {
		bool opened = false;

		for (size_t r = 0; r < ROLES; r++)
			opened |= (roles >> r & 1) && strcmp(role_names[r], matrix[m].role) == 0;
		if (!opened || *matrix[m].to[status] == '-')
			continue;
		if (!*comma)
			snprintf(json + strlen(json), size - strlen(json), "%s\"%s\":[", json[1] ? "," : "",
				 statuses[status]);
		snprintf(json + strlen(json), size - strlen(json), "%s\"%s\"", comma, move_names[m]);
		comma = ",";
	}
	if (*comma)
		snprintf(json + strlen(json), size - strlen(json), "]");
}

START_TEST(actions_of_each_set_of_roles)
{
	for (unsigned set = 0; set < 1 << ROLES; set++) {
		const char *roles[ROLES + 1] = { NULL };
		char wanted[512] = "{";
		size_t count = 0;

		for (size_t r = 0; r < ROLES; r++)
			if (set >> r & 1)
				roles[count++] = role_names[r];
		for (size_t s = 0; s < STATUSES; s++)
			append_status(wanted, sizeof(wanted), s, set);
		snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), "}");
		ck_assert_str_eq(workflow_actions_json(&arena, deadline_workflow, roles), wanted);
	}
}
END_TEST

START_TEST(actions_in_words)
{
	static const char *const agency[] = { "public", "agency", NULL };
	static const char *const office[] = { "office", NULL };
	static const char *const none[] = { NULL };

	ck_assert_str_eq(workflow_actions_json(&arena, deadline_workflow, none), "{}");
	ck_assert_str_eq(workflow_actions_json(&arena, deadline_workflow, agency),
			 "{\"open\":[\"report\"],\"reported\":[\"report\"]}");
	ck_assert_str_eq(
		workflow_actions_json(&arena, deadline_workflow, office),
		"{\"open\":[\"extend\",\"remind\",\"cancel\"],"
		"\"reported\":[\"verify\",\"return\",\"extend\",\"cancel\"],\"done\":[\"return\"],\"cancelled\":[\"return\"]}");
}
END_TEST

/* A table may have a move of as many statuses as it has room for, and one of none. */
START_TEST(other_tables)
{
	static const struct move moves[] = {
		{ "ask", "public", { "a", "b", "c", "d", "e", "f", "g", NULL }, "h" },
		{ "end", "office", { "h", "a" }, NULL },
		{ "never", "office", { NULL }, "a" },
		{ 0 },
	};
	static const char *const both[] = { "office", "public", NULL };
	static const struct move empty[] = { { 0 } };

	ck_assert_str_eq(workflow_actions_json(&arena, moves, both),
			 "{\"a\":[\"ask\",\"end\"],\"b\":[\"ask\"],\"c\":[\"ask\"],\"d\":[\"ask\"],"
			 "\"e\":[\"ask\"],\"f\":[\"ask\"],\"g\":[\"ask\"],\"h\":[\"end\"]}");
	ck_assert_str_eq(workflow_move_json(&arena, &moves[2]),
			 "{\"move\":\"never\",\"from\":[],\"to\":\"a\",\"role\":\"office\"}");
	ck_assert_str_eq(workflow_actions_json(&arena, empty, both), "{}");
}
END_TEST

START_TEST(without_memory)
{
	static const char *const office[] = { "office", NULL };
	struct arena small;

	arena_init(&small, 1);
	ck_assert_ptr_null(workflow_move_json(&small, &deadline_workflow[0]));
	ck_assert_ptr_null(workflow_actions_json(&small, deadline_workflow, office));
	arena_release(&small);
}
END_TEST

Suite *workflow_suite(void)
{
	Suite *suite = suite_create("workflow");
	TCase *tcase = tcase_create("workflow");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, deadline_moves);
	tcase_add_test(tcase, a_move_as_json);
	tcase_add_test(tcase, actions_of_each_set_of_roles);
	tcase_add_test(tcase, actions_in_words);
	tcase_add_test(tcase, other_tables);
	tcase_add_test(tcase, without_memory);
	suite_add_tcase(suite, tcase);
	return suite;
}
