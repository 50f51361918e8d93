#include "routes.h"

static const char *const kinds[] = { "work", "off", NULL };

static const struct field list_query[] = {
	{ "from", .type = FIELD_DATE },
	{ "to", .type = FIELD_DATE },
	{ "kind", FIELD_ENUM, .values = kinds },
	{ "exceptional", .type = FIELD_BOOLEAN },
	{ 0 },
};

/* That there is one of the two, and only one, is for the statement to say. */
static const struct field term_query[] = {
	{ "from", FIELD_DATE, .required = true },
	{ "working_days", FIELD_INTEGER, .max = 366 },
	{ "days", FIELD_INTEGER, .max = 1000 },
	{ 0 },
};

static const struct field day_put[] = {
	{ "kind", FIELD_ENUM, .required = true, .values = kinds },
	{ "reason", FIELD_TEXT, .nullable = true, .min = 1, .max = 200 },
	{ "verified", .type = FIELD_BOOLEAN },
	{ 0 },
};

const struct route calendar_routes[] = {
	{ "GET", "/v1/calendar", "listCalendar", EVERYONE, .query = list_query, .list = true,
	  .sql = SQL_CALENDAR_LIST, .args = { ARG_QUERY, ARG_LIMIT, ARG_AFTER, ARG_TODAY } },
	{ "GET", "/v1/calendar/term", "getTerm", EVERYONE, .query = term_query, .sql = SQL_CALENDAR_TERM,
	  .args = { ARG_QUERY } },
	{ "GET", "/v1/calendar/:date", "getCalendarDay", EVERYONE, .sql = SQL_CALENDAR_GET,
	  .args = { ARG_PATH } },
	{ "PUT", "/v1/calendar/:date", "putCalendarDay", OFFICE, .body = day_put, .sql = SQL_CALENDAR_PUT,
	  .args = { ARG_PATH, ARG_BODY, ARG_VERSIONS } },
	{ 0 },
};
