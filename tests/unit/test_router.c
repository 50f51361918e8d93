#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/router.h"
#include "../../api/routes.h"

Suite *router_suite(void);

static const struct route rows[] = {
	{ "GET", "/v1/tasks", "listTasks", EVERYONE, .list = false },
	{ "POST", "/v1/tasks", "createTask", OFFICE, .list = false },
	{ "GET", "/v1/tasks/:task", "getTask", EVERYONE, .list = false },
	{ "POST", "/v1/plans/parse", "parsePlan", OFFICE, .door = DOOR_BACK },
	{ "GET", "/v1/plans/:plan", "getPlan", EVERYONE, .list = false },
	{ "POST", "/v1/plans/:plan/issue", "issuePlan", OFFICE, .list = false },
	{ "GET", "/v1/plans/:plan/tasks/:task", "getPlanTask", EVERYONE, .list = false },
	{ 0 },
};
static const struct route *const tables[] = { rows, NULL };

static struct router *router;
static const char *variables[ROUTER_VARIABLES];

static void set_up(void)
{
	ck_assert_int_eq(router_new(tables, &router), ERR_OK);
}

static void tear_down(void)
{
	router_free(router);
}

/* Looks up at most four segments, ended by NULL. */
static const struct router_node *find(const char *a, const char *b, const char *c, const char *d)
{
	const char *segments[] = { "v1", a, b, c, d };
	size_t count = 1;

	while (count < 5 && segments[count])
		count++;
	return router_find(router, segments, count, variables);
}

static const char *operation(const struct router_node *node, enum method method)
{
	const struct route *route = node ? router_route(node, method) : NULL;

	return route ? route->operation : "none";
}

START_TEST(finds_literal_and_variable)
{
	ck_assert_str_eq(operation(find("tasks", NULL, NULL, NULL), METHOD_GET), "listTasks");
	ck_assert_str_eq(operation(find("tasks", NULL, NULL, NULL), METHOD_POST), "createTask");
	ck_assert_str_eq(operation(find("tasks", "kstthc-2025.29", NULL, NULL), METHOD_GET), "getTask");
	ck_assert_str_eq(variables[0], "kstthc-2025.29");
	ck_assert_str_eq(operation(find("plans", "p", "tasks", "t"), METHOD_GET), "getPlanTask");
	ck_assert_str_eq(variables[0], "p");
	ck_assert_str_eq(variables[1], "t");
}
END_TEST

START_TEST(literal_wins_and_goes_back)
{
	ck_assert_str_eq(operation(find("plans", "parse", NULL, NULL), METHOD_POST), "parsePlan");
	ck_assert_ptr_null(variables[0]);
	/* "parse" leads nowhere here: it is a plan's code. */
	ck_assert_str_eq(operation(find("plans", "parse", "issue", NULL), METHOD_POST), "issuePlan");
	ck_assert_str_eq(variables[0], "parse");
}
END_TEST

START_TEST(knows_404_from_405)
{
	ck_assert_ptr_null(find("nothing", NULL, NULL, NULL));
	ck_assert_ptr_null(find("tasks", "a", "b", NULL));
	ck_assert_ptr_null(find("tasks", "", NULL, NULL));
	ck_assert_ptr_null(find(NULL, NULL, NULL, NULL));
	ck_assert_ptr_null(find("Tasks", NULL, NULL, NULL));
	ck_assert_ptr_null(find("plans", NULL, NULL, NULL));
	ck_assert_ptr_nonnull(find("tasks", NULL, NULL, NULL));
	ck_assert_ptr_null(router_route(find("tasks", NULL, NULL, NULL), METHOD_DELETE));
	ck_assert_ptr_null(router_route(find("tasks", NULL, NULL, NULL), METHOD_OTHER));
}
END_TEST

START_TEST(a_slash_in_a_segment_is_data)
{
	ck_assert_str_eq(operation(find("tasks", "a/b", NULL, NULL), METHOD_GET), "getTask");
	ck_assert_str_eq(variables[0], "a/b");
	ck_assert_ptr_null(find("tasks/x", NULL, NULL, NULL));
}
END_TEST

START_TEST(allow_and_head)
{
	char allow[ROUTER_ALLOW_SIZE];

	router_allow(find("tasks", NULL, NULL, NULL), allow);
	ck_assert_str_eq(allow, "GET, HEAD, POST, OPTIONS");
	router_allow(find("plans", "parse", NULL, NULL), allow);
	ck_assert_str_eq(allow, "POST, OPTIONS");
	router_allow(NULL, allow);
	ck_assert_str_eq(allow, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
	ck_assert_str_eq(operation(find("tasks", NULL, NULL, NULL), METHOD_HEAD), "listTasks");
	ck_assert_str_eq(operation(find("plans", "parse", NULL, NULL), METHOD_HEAD), "none");
}
END_TEST

START_TEST(methods_are_case_sensitive)
{
	ck_assert_int_eq(method_find("GET"), METHOD_GET);
	ck_assert_int_eq(method_find("PATCH"), METHOD_PATCH);
	ck_assert_int_eq(method_find("get"), METHOD_OTHER);
	ck_assert_int_eq(method_find(""), METHOD_OTHER);
	ck_assert_int_eq(method_find("TRACE"), METHOD_OTHER);
}
END_TEST

START_TEST(refuses_bad_tables)
{
	static const struct route twice[] = {
		{ "GET", "/a/:x", "one", EVERYONE, .list = false },
		{ "GET", "/a/:y", "two", EVERYONE, .list = false },
		{ 0 },
	};
	static const struct route three[] = { { "GET", "/:a/:b/:c", "one", EVERYONE, .list = false }, { 0 } };
	static const struct route method[] = { { "HEAD", "/a", "one", EVERYONE, .list = false }, { 0 } };
	const struct route *const bad[][2] = { { twice, NULL }, { three, NULL }, { method, NULL } };
	struct router *other = NULL;

	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(router_new(bad[i], &other), ERR_INTERNAL);
	ck_assert_ptr_null(other);
}
END_TEST

START_TEST(every_row_is_found)
{
	struct router *all;

	ck_assert_int_eq(router_new(route_tables, &all), ERR_OK);
	for (size_t t = 0; route_tables[t]; t++) {
		for (const struct route *route = route_tables[t]; route->method; route++) {
			const char *segments[8];
			size_t count = 0;
			char *path = strdup(route->path);
			char *rest = path;
			char *segment;
			const struct router_node *node;

			strsep(&rest, "/");
			while ((segment = strsep(&rest, "/")))
				segments[count++] = *segment == ':' ? "some-code" : segment;
			node = router_find(all, segments, count, variables);
			ck_assert_msg(node && router_route(node, method_find(route->method)) == route,
				      "%s %s", route->method, route->path);
			ck_assert_msg(route->roles != 0, "%s has no roles", route->operation);
			ck_assert_msg((route->sql == SQL_NONE) != (route->handler == NULL),
				      "%s: statement or handler", route->operation);
			free(path);
		}
	}
	router_free(all);
}
END_TEST

Suite *router_suite(void)
{
	Suite *suite = suite_create("router");
	TCase *tcase = tcase_create("router");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, finds_literal_and_variable);
	tcase_add_test(tcase, literal_wins_and_goes_back);
	tcase_add_test(tcase, knows_404_from_405);
	tcase_add_test(tcase, a_slash_in_a_segment_is_data);
	tcase_add_test(tcase, allow_and_head);
	tcase_add_test(tcase, methods_are_case_sensitive);
	tcase_add_test(tcase, refuses_bad_tables);
	tcase_add_test(tcase, every_row_is_found);
	suite_add_tcase(suite, tcase);
	return suite;
}
