#include "routes.h"

/* Programs that may come in by a secret of their own: see oauth.c. */

static const char *const roles[] = { "viewer", "agency", "office", "sync", "admin", NULL };
static const char *const statuses[] = { "active", "disabled", NULL };

static const struct field role = { "", FIELD_ENUM, .values = roles };

static const struct field list_query[] = {
	{ "status", FIELD_ENUM, .values = statuses },
	{ "role", FIELD_ENUM, .values = roles },
	{ "agency", .type = FIELD_CODE },
	{ 0 },
};

static const struct field client_new[] = {
	{ "code", FIELD_CODE, .required = true },
	{ "name", FIELD_TEXT, .required = true, .min = 1, .max = 200 },
	{ "roles", FIELD_LIST, .required = true, .min = 1, .max = 5, .fields = &role },
	{ "agency", FIELD_CODE, .nullable = true },
	{ "note", FIELD_TEXT, .nullable = true, .min = 1, .max = 2000 },
	{ 0 },
};

static const struct field client_patch[] = {
	{ "name", FIELD_TEXT, .min = 1, .max = 200 },
	{ "roles", FIELD_LIST, .min = 1, .max = 5, .fields = &role },
	{ "agency", FIELD_CODE, .nullable = true },
	{ "note", FIELD_TEXT, .nullable = true, .min = 1, .max = 2000 },
	{ "status", FIELD_ENUM, .values = statuses },
	{ 0 },
};

/* A week at most: a secret that was changed because it leaked is not to stay. */
static const struct field rotate_body[] = {
	{ "keep_old_seconds", FIELD_INTEGER, .max = 604800 },
	{ 0 },
};

const struct route client_routes[] = {
	{ "GET", "/v1/clients", "listClients", ADMIN, .query = list_query, .list = true,
	  .sql = SQL_CLIENT_LIST, .args = { ARG_QUERY, ARG_LIMIT, ARG_AFTER } },
	{ "POST", "/v1/clients", "createClient", ADMIN, .body = client_new, .sql = SQL_CLIENT_CREATE,
	  .args = { ARG_BODY, ARG_SECRET }, .status = 201, .idempotent = true },
	{ "GET", "/v1/clients/:client", "getClient", ADMIN, .sql = SQL_CLIENT_GET, .args = { ARG_PATH } },
	{ "PATCH", "/v1/clients/:client", "patchClient", ADMIN, .body = client_patch, .sql = SQL_CLIENT_PATCH,
	  .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS } },
	{ "POST", "/v1/clients/:client/rotate", "rotateClient", ADMIN, .body = rotate_body,
	  .sql = SQL_CLIENT_ROTATE, .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS, ARG_SECRET },
	  .idempotent = true },
	{ 0 },
};
