#include "routes.h"

static const char *const kinds[] = {
	"provincial_office", "service_centre", "department", "central_vertical", "media", "commune", "ward",
	"special_zone",      "other",          NULL,
};

static const struct field list_query[] = {
	{ "kind", FIELD_ENUM, .values = kinds },
	{ "parent", .type = FIELD_CODE },
	{ "group", .type = FIELD_CODE },
	{ "successor", .type = FIELD_CODE },
	{ "q", FIELD_TEXT, .min = 1, .max = 200 },
	{ "valid_on", .type = FIELD_DATE },
	{ 0 },
};

static const struct field contact[] = {
	{ "address", FIELD_TEXT, .nullable = true, .min = 1, .max = 500 },
	{ "phone", FIELD_PHONE, .nullable = true },
	{ "website", FIELD_URL, .nullable = true },
	{ "email", FIELD_EMAIL, .nullable = true },
	{ 0 },
};

static const struct field group = { "", .type = FIELD_CODE };
static const struct field alias = { "", FIELD_TEXT, .min = 1, .max = 300 };

/* PUT takes it whole, PATCH as a merge patch of it. */
static const struct field agency_body[] = {
	{ "name", FIELD_TEXT, .required = true, .min = 1, .max = 300 },
	{ "kind", FIELD_ENUM, .required = true, .values = kinds },
	{ "short_name", FIELD_TEXT, .nullable = true, .min = 1, .max = 100 },
	{ "parent", FIELD_CODE, .nullable = true },
	{ "official_code", FIELD_TEXT, .nullable = true, .min = 1, .max = 32 },
	{ "groups", FIELD_LIST, .max = 50, .fields = &group },
	{ "valid_from", FIELD_DATE, .nullable = true },
	{ "valid_to", FIELD_DATE, .nullable = true },
	{ "successor", FIELD_CODE, .nullable = true },
	{ "contact", FIELD_OBJECT, .fields = contact },
	{ "aliases", FIELD_LIST, .max = 50, .fields = &alias },
	{ 0 },
};

const struct route agency_routes[] = {
	{ "GET", "/v1/agencies", "listAgencies", EVERYONE, .query = list_query, .list = true,
	  .sql = SQL_AGENCY_LIST, .args = { ARG_QUERY, ARG_LIMIT, ARG_AFTER, ARG_TODAY } },
	{ "GET", "/v1/agencies/:code", "getAgency", EVERYONE, .sql = SQL_AGENCY_GET, .args = { ARG_PATH } },
	{ "PUT", "/v1/agencies/:code", "putAgency", OFFICE, .body = agency_body, .sql = SQL_AGENCY_PUT,
	  .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS } },
	{ "PATCH", "/v1/agencies/:code", "patchAgency", OFFICE, .body = agency_body, .sql = SQL_AGENCY_PATCH,
	  .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS } },
	{ 0 },
};
