#include "routes.h"

static const struct field list_query[] = {
	{ "after", FIELD_TEXT, .min = 1, .max = 200 }, /* "epoch.seq.hash", as next gave it */
	{ "resource", .type = FIELD_CODE },
	{ "limit", .type = FIELD_INTEGER },
	{ 0 },
};

const struct route change_routes[] = {
	/* The statement before it numbers what has been committed since: hence a write. */
	{ "GET", "/v1/changes", "listChanges", SYNC, .query = list_query, .sql = SQL_CHANGE_LIST,
	  .before = SQL_LEDGER_NUMBER, .args = { ARG_QUERY, ARG_LIMIT }, .writes = true },
	{ 0 },
};
