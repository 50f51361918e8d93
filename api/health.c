#include "call.h"
#include "openapi.h"
#include "routes.h"

static enum err get_liveness(struct call *call)
{
	static const char alive[] = "{\"status\":\"ok\"}";

	return call_reply_text(call, 200, "application/json", alive, sizeof(alive) - 1);
}

/* Whatever keeps it from its data, a schema that is not there too, is 503: not ready. */
static enum err get_readiness(struct call *call)
{
	enum err err = call_db(call, SQL_READY, NULL, 0);
	const char *body = err == ERR_OK && db_rows(call->result) ? db_value(call->result, 0, "body") : NULL;

	if (!body)
		return call_problem(call, PROBLEM_UNAVAILABLE);
	return call_reply_text(call, 200, "application/json", body, db_value_length(call->result, 0, "body"));
}

static enum err get_contract(struct call *call)
{
	return call_reply_text(call, 200, call->route->produces, openapi_yaml, openapi_yaml_length);
}

const struct route health_routes[] = {
	{ "GET", "/livez", "getLiveness", EVERYONE, .limit = LIMIT_NONE, .handler = get_liveness },
	{ "GET", "/readyz", "getReadiness", EVERYONE, .limit = LIMIT_NONE, .handler = get_readiness },
	{ "GET", "/openapi.yaml", "getContract", EVERYONE, .produces = "application/yaml",
	  .handler = get_contract },
	{ 0 },
};
