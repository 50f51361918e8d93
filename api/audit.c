#include "routes.h"

static const struct field list_query[] = {
	{ "resource", .type = FIELD_CODE },
	{ "key", FIELD_TEXT, .min = 1, .max = 200 },
	{ "actor", FIELD_TEXT, .min = 1, .max = 200 },
	{ "request_id", FIELD_TEXT, .min = 1, .max = 64 },
	{ "from", .type = FIELD_DATE },
	{ "to", .type = FIELD_DATE },
	{ 0 },
};

const struct route audit_routes[] = {
	/* The statement before it numbers what has been committed since: hence a write. */
	{ "GET", "/v1/audit", "listAudit", ADMIN, .query = list_query, .list = true, .sql = SQL_AUDIT_LIST,
	  .before = SQL_LEDGER_NUMBER, .args = { ARG_QUERY, ARG_LIMIT, ARG_AFTER }, .writes = true },
	{ 0 },
};
