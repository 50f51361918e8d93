#include "../service/deadline.h"
#include "routes.h"

static const struct field list_query[] = {
	{ "agency", .type = FIELD_CODE },
	{ 0 },
};

const struct route agenda_routes[] = {
	{ "GET", "/v1/agenda", "getAgenda", ROLE_AGENCY | ROLE_OFFICE, .query = list_query, .list = true,
	  .varies = VARY_TODAY | VARY_ROLE, .sql = SQL_AGENDA_LIST, .workflow = deadline_workflow,
	  .args = { ARG_QUERY, ARG_LIMIT, ARG_AFTER, ARG_TODAY, ARG_ROLES, ARG_AGENCY, ARG_ACTIONS },
	  .probe = SQL_AGENDA_VERSION, .probe_args = { ARG_QUERY, ARG_ROLES, ARG_AGENCY } },
	{ 0 },
};
