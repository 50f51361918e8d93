#include <time.h>

#include "call.h"
#include "routes.h"
#include "server.h"

/* Operations that one of the roles, or any token at all, opens. */
static json_t *operations_of(unsigned roles)
{
	json_t *names = json_array();

	for (size_t i = 0; route_tables[i]; i++)
		for (const struct route *route = route_tables[i]; route->method; route++)
			if (route->access == ACCESS_ANY_TOKEN || route->roles & (roles | ROLE_PUBLIC))
				json_array_append_new(names, json_string(route->operation));
	return names;
}

static json_t *roles_of(unsigned roles)
{
	json_t *names = json_array();

	for (unsigned role = ROLE_VIEWER; role <= ROLE_ADMIN; role <<= 1)
		if (roles & role)
			json_array_append_new(names, json_string(role_name(role)));
	return names;
}

/* Null for a caller of none; an agency that is not there has no name. */
static enum err agency_of(struct call *call, json_t **ret_agency)
{
	const char *params[] = { call->caller.agency };
	const char *body;
	enum err err;

	if (!*call->caller.agency) {
		*ret_agency = json_null();
		return ERR_OK;
	}
	err = call_db(call, SQL_ME_GET, params, 1);
	if (err)
		return err;
	body = db_value(call->result, 0, "body");
	*ret_agency = body ? json_loads(body, 0, NULL)
			   : json_pack("{s:s, s:n}", "code", call->caller.agency, "name");
	return *ret_agency ? ERR_OK : ERR_NO_MEMORY;
}

/* RFC 3339 at the offset of Asia/Ho_Chi_Minh, which has no other. */
static const char *time_text(struct call *call, time_t at)
{
	struct tm tm;

	at += 7 * 3600;
	if (!gmtime_r(&at, &tm))
		return NULL;
	return arena_printf(&call->arena, "%04d-%02d-%02dT%02d:%02d:%02d+07:00", tm.tm_year + 1900,
			    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static enum err get_me(struct call *call)
{
	const struct caller *caller = &call->caller;
	const char *issuer = token_profile_issuer(call->server->verifier, caller->profile, &call->arena);
	const char *expires = time_text(call, caller->expires);
	json_t *agency = NULL;
	json_t *document;
	enum err err;

	if (!expires)
		return ERR_NO_MEMORY;
	err = agency_of(call, &agency);
	if (err)
		return err;
	document = json_pack("{s:s, s:s?, s:o, s:o, s:s, s:o}", "subject", caller->subject, "issuer", issuer,
			     "roles", roles_of(caller->roles), "agency", agency, "expires_at", expires,
			     "operations", operations_of(caller->roles));
	return document ? call_reply_json(call, 200, document) : ERR_NO_MEMORY;
}

const struct route me_routes[] = {
	{ "GET", "/v1/me", "getMe", EVERYONE & ~(unsigned)ROLE_PUBLIC, ACCESS_ANY_TOKEN, .handler = get_me },
	{ 0 },
};
