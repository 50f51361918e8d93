#include <string.h>

#include "../service/plan.h"
#include "../service/text.h"
#include "call.h"
#include "plan_json.h"
#include "plan_parties.h"
#include "routes.h"

static const char *const statuses[] = { "draft", "issued", NULL };
static const char *const comparisons[] = { "eq", "ge", "le", NULL };

static const struct field parse_query[] = {
	{ "year", FIELD_INTEGER, .min = 2000, .max = 2199 },
	{ 0 },
};

static const struct field list_query[] = {
	{ "year", FIELD_INTEGER, .min = 2000, .max = 2199 },
	{ "status", FIELD_ENUM, .values = statuses },
	{ 0 },
};

static const struct field issue_body[] = {
	{ "number", FIELD_TEXT, .nullable = true, .min = 1, .max = 100 },
	{ "date", FIELD_DATE, .nullable = true },
	{ 0 },
};

static const struct field plan_patch[] = {
	{ "publish_progress", .type = FIELD_BOOLEAN },
	{ 0 },
};

static const struct field renumbering_fields[] = {
	{ "from", FIELD_INTEGER, .required = true, .min = 1, .max = 9999 },
	{ "to", FIELD_INTEGER, .required = true, .min = 1, .max = 9999 },
	{ 0 },
};
static const struct field renumbering = { "", FIELD_OBJECT, .fields = renumbering_fields };
static const struct field task_number = { "", FIELD_INTEGER, .min = 1, .max = 9999 };

static const struct field amend_body[] = {
	{ "draft", FIELD_CODE, .required = true },
	{ "renumbered", FIELD_LIST, .max = 200, .fields = &renumbering },
	{ "dropped", FIELD_LIST, .max = 200, .fields = &task_number },
	{ "number", FIELD_TEXT, .min = 1, .max = 100 },
	{ "date", .type = FIELD_DATE },
	{ "confirm", FIELD_TEXT, .min = 1, .max = 200 },
	{ 0 },
};

static const struct field decision[] = {
	{ "number", FIELD_TEXT, .nullable = true, .min = 1, .max = 100 },
	{ "date", FIELD_DATE, .nullable = true },
	{ "issuer", FIELD_TEXT, .nullable = true, .min = 1, .max = 300 },
	{ 0 },
};

static const struct field ancestor_fields[] = {
	{ "label", FIELD_TEXT, .required = true, .max = 20 },
	{ "title", FIELD_TEXT, .required = true, .min = 1, .max = 1000 },
	{ 0 },
};
static const struct field ancestor = { "", FIELD_OBJECT, .fields = ancestor_fields };

static const struct field section_fields[] = {
	{ "ordinal", FIELD_INTEGER, .required = true, .min = 1, .max = 9999 },
	{ "label", FIELD_TEXT, .required = true, .max = 20 },
	{ "title", FIELD_TEXT, .required = true, .min = 1, .max = 1000 },
	{ "ancestors", FIELD_LIST, .max = 10, .fields = &ancestor },
	{ 0 },
};
static const struct field section = { "", FIELD_OBJECT, .fields = section_fields };

static const struct field part = { "", FIELD_OBJECT, .fields = part_fields };
static const struct field task_fields[] = {
	{ "number", FIELD_INTEGER, .required = true, .min = 1, .max = 9999 },
	{ "label", FIELD_TEXT, .nullable = true, .min = 1, .max = 20 },
	{ "section", FIELD_INTEGER, .required = true, .min = 1, .max = 9999 },
	{ "title", FIELD_TEXT, .required = true, .min = 1, .max = 4000 },
	{ "parts", FIELD_LIST, .required = true, .min = 1, .max = 20, .fields = &part },
	{ 0 },
};
static const struct field task = { "", FIELD_OBJECT, .fields = task_fields };

static const struct field target_rule[] = {
	{ "text", FIELD_TEXT, .required = true, .min = 1, .max = 4000 },
	{ "below", FIELD_TEXT, .nullable = true, .min = 1, .max = 4000 },
	{ "at_or_above", FIELD_TEXT, .nullable = true, .min = 1, .max = 4000 },
	{ "stretch_percent", FIELD_NUMBER, .nullable = true, .max = 1000 },
	{ 0 },
};

static const struct field target[] = {
	{ "comparison", FIELD_ENUM, .required = true, .values = comparisons },
	{ "value", FIELD_NUMBER, .required = true, .max = 1000000000 },
	{ "text", FIELD_TEXT, .min = 1, .max = 500 },
	{ 0 },
};

static const struct field assignment = { "", FIELD_OBJECT, .fields = assignment_fields };
static const struct field indicator_fields[] = {
	{ "code", FIELD_CODE, .required = true, .max = 10 },
	{ "name", FIELD_TEXT, .required = true, .min = 1, .max = 1000 },
	{ "unit", FIELD_TEXT, .required = true, .min = 1, .max = 50 },
	{ "target", FIELD_OBJECT, .required = true, .fields = target },
	{ "scope", FIELD_LIST, .max = 100, .fields = &assignment },
	{ 0 },
};
static const struct field indicator = { "", FIELD_OBJECT, .fields = indicator_fields };

/* What parsePlan gives under "plan". */
static const struct field plan_new[] = {
	{ "code", FIELD_CODE, .required = true, .max = 40 },
	{ "year", FIELD_INTEGER, .required = true, .min = 2000, .max = 2199 },
	{ "title", FIELD_TEXT, .required = true, .min = 1, .max = 1000 },
	{ "decision", FIELD_OBJECT, .nullable = true, .fields = decision },
	{ "sections", FIELD_LIST, .required = true, .min = 1, .max = 500, .fields = &section },
	{ "tasks", FIELD_LIST, .required = true, .min = 1, .max = 5000, .fields = &task },
	{ "target_rule", FIELD_OBJECT, .nullable = true, .fields = target_rule },
	{ "indicators", FIELD_LIST, .max = 200, .fields = &indicator },
	{ 0 },
};

static enum err read_directory(struct call *call, struct plan_directory *ret_directory)
{
	enum err err = call_db(call, SQL_PLAN_DIRECTORY, NULL, 0);
	const char *text;

	if (err != ERR_OK)
		return err;
	text = db_rows(call->result) ? db_value(call->result, 0, "body") : NULL;
	return text ? plan_parties_read(text, db_value_length(call->result, 0, "body"), &call->arena,
					ret_directory)
		    : ERR_INTERNAL;
}

static enum err parse_plan(struct call *call)
{
	const char *text = call->request_body;
	size_t length = call->request_length;
	struct plan_directory directory = { 0 };
	struct plan plan = { 0 };
	int year = (int)json_integer_value(json_object_get(call->query, "year"));
	json_t *json;
	enum err err;

	if (!length || !text_valid(text, length)) {
		call_error(call, PLACE_POINTER, "", length ? "bad_utf8" : "required", NULL);
		return call_problem(call, PROBLEM_INVALID);
	}
	err = read_directory(call, &directory);
	if (err != ERR_OK)
		return err;
	if (plan_parse(text, length, &directory, year, &call->arena, &plan) != 0)
		return call_problem(call, PROBLEM_BODY_TOO_LARGE);
	json = plan_json(&plan, language_name(call->language));
	if (!json)
		return ERR_NO_MEMORY;
	call_header(call, "Content-Language", language_name(call->language));
	return call_reply_json(call, 200, json);
}

const struct route plan_routes[] = {
	{ "POST", "/v1/plans/parse", "parsePlan", OFFICE, .query = parse_query, .consumes = "text/plain",
	  .door = DOOR_BACK, .handler = parse_plan },
	{ "POST", "/v1/plans", "createPlan", OFFICE, .body = plan_new, .door = DOOR_BACK,
	  .sql = SQL_PLAN_CREATE, .args = { ARG_BODY, ARG_VERSIONS }, .status = 201, .idempotent = true },
	{ "GET", "/v1/plans", "listPlans", EVERYONE, .query = list_query, .list = true, .sql = SQL_PLAN_LIST,
	  .args = { ARG_QUERY, ARG_LIMIT, ARG_AFTER, ARG_ROLES } },
	{ "GET", "/v1/plans/:plan", "getPlan", EVERYONE, .sql = SQL_PLAN_GET,
	  .args = { ARG_PATH, ARG_ROLES } },
	{ "POST", "/v1/plans/:plan/issue", "issuePlan", OFFICE, .body = issue_body, .sql = SQL_PLAN_ISSUE,
	  .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS, ARG_TODAY }, .slow = true },
	{ "PATCH", "/v1/plans/:plan", "patchPlan", OFFICE, .body = plan_patch, .sql = SQL_PLAN_PATCH,
	  .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS } },
	{ "POST", "/v1/plans/:plan/amend", "amendPlan", OFFICE, .body = amend_body, .sql = SQL_PLAN_AMEND,
	  .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS, ARG_TODAY }, .slow = true },
	{ 0 },
};
