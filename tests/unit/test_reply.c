#include <check.h>
#include <jansson.h>
#include <string.h>

#include "../../api/reply.h"
#include "../../api/server.h"

Suite *reply_suite(void);

static const struct route rows[] = {
	{ "GET", "/v1/calendar-feeds/:feed", "getCalendarFeed", EVERYONE, .secret_path = true },
	{ "DELETE", "/v1/calendar-feeds/:id", "deleteCalendarFeed", STAFF, .status = 204 },
	{ "GET", "/v1/tasks/:task", "getTask", EVERYONE, .varies = VARY_ROLE },
	{ 0 },
};
static const struct route *const tables[] = { rows, NULL };

static const struct {
	const char *target;
	const char *instance;
} cases[] = {
	{ "/v1/tasks/a.1?q=1", "/v1/tasks/a.1" },
	{ "/v1/calendar-feeds/5ec2e7.ics", "/v1/calendar-feeds/:feed" },
	{ "/v1/calendar-feeds/5ec2e7.ics?x=1", "/v1/calendar-feeds/:feed" },
	{ "/v1/%63alendar-feeds/5ec2e7.ics", "/v1/calendar-feeds/:feed" },
	/* Malformed behind the path, and what leads nowhere. */
	{ "/v1/calendar-feeds/5ec2e7.ics?x=%", "/v1/calendar-feeds/:feed" },
	{ "/v1/calendar-feeds", "/v1/calendar-feeds" },
	{ "*", "*" },
};

/* Whatever the method and the row that was found for it. */
START_TEST(instance)
{
	struct router *router = NULL;
	struct server server = { 0 };
	struct call call = { .server = &server };
	const char *text;
	json_t *document;

	ck_assert_int_eq(router_new(tables, &router), ERR_OK);
	server.router = router;
	arena_init(&call.arena, 1 << 16);
	call.problem = uri_parse(cases[_i].target, &call.arena, &call.uri);
	if (call.problem == PROBLEM_NONE)
		call.problem = PROBLEM_NOT_FOUND;
	reply_problem(&call);
	document = json_loadb(call.reply, call.reply_length, 0, NULL);
	text = json_string_value(json_object_get(document, "instance"));
	ck_assert_str_eq(text, cases[_i].instance);
	json_decref(document);
	call_done(&call);
	router_free(router);
}
END_TEST

Suite *reply_suite(void)
{
	Suite *suite = suite_create("reply");
	TCase *tcase = tcase_create("reply");

	tcase_add_loop_test(tcase, instance, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	suite_add_tcase(suite, tcase);
	return suite;
}
