#include "routes.h"

static const char *const roles[] = { "lead", "implement", "cooperate", "monitor", "appraise", NULL };
static const char *const kinds[] = {
	"on_date", "quarter",    "half_year",   "year",    "recurring", "continuous",
	"by_plan", "on_request", "after_event", "unknown", NULL,
};

static const struct field list_query[] = {
	{ "plan", .type = FIELD_CODE },
	{ "section", FIELD_INTEGER, .min = 1, .max = 9999 },
	{ "agency", .type = FIELD_CODE },
	{ "role", FIELD_ENUM, .values = roles },
	{ "timing", FIELD_ENUM, .values = kinds },
	{ "q", FIELD_TEXT, .min = 1, .max = 200 },
	{ 0 },
};

static const struct field part = { "", FIELD_OBJECT, .fields = part_fields };

static const struct field task_new[] = {
	{ "plan", FIELD_CODE, .required = true },
	{ "number", FIELD_INTEGER, .required = true, .min = 1, .max = 9999 },
	{ "label", FIELD_TEXT, .nullable = true, .min = 1, .max = 20 },
	{ "section", FIELD_INTEGER, .required = true, .min = 1, .max = 9999 },
	{ "title", FIELD_TEXT, .required = true, .min = 1, .max = 4000 },
	{ "parts", FIELD_LIST, .required = true, .min = 1, .max = 20, .fields = &part },
	{ 0 },
};

static const struct field task_patch[] = {
	{ "label", FIELD_TEXT, .nullable = true, .min = 1, .max = 20 },
	{ "section", FIELD_INTEGER, .min = 1, .max = 9999 },
	{ "title", FIELD_TEXT, .min = 1, .max = 4000 },
	{ "parts", FIELD_LIST, .min = 1, .max = 20, .fields = &part },
	{ 0 },
};

const struct route task_routes[] = {
	{ "GET", "/v1/tasks", "listTasks", EVERYONE, .query = list_query, .list = true, .sql = SQL_TASK_LIST,
	  .args = { ARG_QUERY, ARG_LIMIT, ARG_AFTER, ARG_ROLES } },
	{ "GET", "/v1/tasks/:task", "getTask", EVERYONE, .sql = SQL_TASK_GET,
	  .args = { ARG_PATH, ARG_ROLES } },
	{ "POST", "/v1/tasks", "createTask", OFFICE, .body = task_new, .sql = SQL_TASK_CREATE,
	  .args = { ARG_BODY }, .status = 201, .idempotent = true },
	{ "PATCH", "/v1/tasks/:task", "patchTask", OFFICE, .body = task_patch, .sql = SQL_TASK_PATCH,
	  .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS } },
	{ "DELETE", "/v1/tasks/:task", "deleteTask", OFFICE, .sql = SQL_TASK_DELETE,
	  .args = { ARG_PATH, ARG_VERSIONS }, .status = 204 },
	{ 0 },
};
