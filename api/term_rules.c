#include "routes.h"

/* Those of all rules; which of them a rule has is in its row. */
static const char *const choices[] = { "count", "skip", "next", "stay", NULL };

static const struct field rule_patch[] = {
	{ "value", FIELD_ENUM, .values = choices },
	{ "legal_basis", FIELD_TEXT, .nullable = true, .min = 1, .max = 1000 },
	{ 0 },
};

const struct route term_rule_routes[] = {
	{ "GET", "/v1/term-rules", "listTermRules", EVERYONE, .list = true, .sql = SQL_TERM_RULE_LIST,
	  .args = { ARG_LIMIT, ARG_AFTER } },
	{ "GET", "/v1/term-rules/:rule", "getTermRule", EVERYONE, .sql = SQL_TERM_RULE_GET,
	  .args = { ARG_PATH } },
	{ "PATCH", "/v1/term-rules/:rule", "patchTermRule", OFFICE, .body = rule_patch,
	  .sql = SQL_TERM_RULE_PATCH, .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS } },
	{ 0 },
};
