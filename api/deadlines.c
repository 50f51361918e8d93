#include "../service/deadline.h"
#include "routes.h"

static const char *const roles[] = { "lead", "implement", NULL };
static const char *const statuses[] = { "open", "reported", "done", "cancelled", NULL };
static const char *const sorts[] = { "due_on", "-due_on", NULL };

static const struct field list_query[] = {
	{ "plan", .type = FIELD_CODE },
	{ "task", .type = FIELD_CODE },
	{ "agency", .type = FIELD_CODE },
	{ "role", FIELD_ENUM, .values = roles },
	{ "status", FIELD_ENUM, .values = statuses },
	{ "from", .type = FIELD_DATE },
	{ "to", .type = FIELD_DATE },
	{ "overdue", .type = FIELD_BOOLEAN },
	{ "period", FIELD_TEXT, .min = 4, .max = 20 },
	{ "sort", FIELD_ENUM, .values = sorts },
	{ 0 },
};

static const struct field summary_query[] = {
	{ "agency", .type = FIELD_CODE },
	{ "plan", .type = FIELD_CODE },
	{ 0 },
};

static const struct field document = { "", FIELD_OBJECT, .fields = document_fields };

static const struct field report_body[] = {
	{ "percent", FIELD_INTEGER, .required = true, .max = 100 },
	{ "note", FIELD_TEXT, .min = 1, .max = 4000 },
	{ "documents", FIELD_LIST, .max = 20, .fields = &document },
	{ "done", .type = FIELD_BOOLEAN },
	{ 0 },
};

static const struct field verify_body[] = {
	{ "note", FIELD_TEXT, .min = 1, .max = 4000 },
	{ 0 },
};

static const struct field return_body[] = {
	{ "reason", FIELD_TEXT, .required = true, .min = 1, .max = 4000 },
	{ 0 },
};

static const struct field extend_body[] = {
	{ "due_on", FIELD_DATE, .required = true },
	{ "reason", FIELD_TEXT, .required = true, .min = 1, .max = 4000 },
	{ "document", FIELD_OBJECT, .required = true, .fields = document_fields },
	{ 0 },
};

static const struct field remind_body[] = {
	{ "message", FIELD_TEXT, .required = true, .min = 1, .max = 4000 },
	{ 0 },
};

static const struct field cancel_body[] = {
	{ "reason", FIELD_TEXT, .required = true, .min = 1, .max = 4000 },
	{ "document", FIELD_OBJECT, .fields = document_fields },
	{ 0 },
};

#define MOVE(name)                                                                                 \
	.varies = VARY_TODAY | VARY_ROLE, .sql = SQL_DEADLINE_MOVE, .workflow = deadline_workflow, \
	.move = (name), .args = { ARG_PATH,  ARG_MOVE,  ARG_BODY,   ARG_VERSIONS,                  \
				  ARG_TODAY, ARG_ROLES, ARG_AGENCY, ARG_ACTIONS }

/* What a caller gets of a deadline depends on the day and on who asks; so does what a move gives. */
const struct route deadline_routes[] = {
	{ "GET", "/v1/deadlines", "listDeadlines", EVERYONE, .query = list_query, .list = true,
	  .varies = VARY_TODAY | VARY_ROLE, .sql = SQL_DEADLINE_LIST, .workflow = deadline_workflow,
	  .args = { ARG_QUERY, ARG_LIMIT, ARG_AFTER, ARG_TODAY, ARG_ROLES, ARG_AGENCY, ARG_ACTIONS } },
	{ "GET", "/v1/deadlines/summary", "getDeadlineSummary", EVERYONE, .query = summary_query,
	  .varies = VARY_TODAY | VARY_ROLE, .sql = SQL_DEADLINE_SUMMARY,
	  .args = { ARG_QUERY, ARG_TODAY, ARG_ROLES, ARG_AGENCY } },
	{ "GET", "/v1/deadlines/:id", "getDeadline", EVERYONE, .varies = VARY_TODAY | VARY_ROLE,
	  .sql = SQL_DEADLINE_GET, .workflow = deadline_workflow,
	  .args = { ARG_PATH, ARG_TODAY, ARG_ROLES, ARG_AGENCY, ARG_ACTIONS } },
	{ "GET", "/v1/deadlines/:id/reports", "listReports", STAFF, .list = true, .sql = SQL_REPORT_LIST,
	  .args = { ARG_PATH, ARG_LIMIT, ARG_AFTER, ARG_ROLES, ARG_AGENCY } },
	{ "GET", "/v1/deadlines/:id/history", "getDeadlineHistory", STAFF, .list = true,
	  .sql = SQL_HISTORY_LIST, .args = { ARG_PATH, ARG_LIMIT, ARG_AFTER, ARG_ROLES, ARG_AGENCY } },
	{ "POST", "/v1/deadlines/:id/reports", "createReport", ROLE_AGENCY, .body = report_body,
	  MOVE("report"), .status = 201, .idempotent = true },
	{ "POST", "/v1/deadlines/:id/verify", "verifyDeadline", OFFICE, .body = verify_body, MOVE("verify") },
	{ "POST", "/v1/deadlines/:id/return", "returnDeadline", OFFICE, .body = return_body, MOVE("return") },
	{ "POST", "/v1/deadlines/:id/extend", "extendDeadline", OFFICE, .body = extend_body, MOVE("extend") },
	{ "POST", "/v1/deadlines/:id/remind", "remindDeadline", OFFICE, .body = remind_body, MOVE("remind") },
	{ "POST", "/v1/deadlines/:id/cancel", "cancelDeadline", OFFICE, .body = cancel_body, MOVE("cancel") },
	{ 0 },
};
