#include "calendar_feed_render.h"
#include "routes.h"

static const struct field list_query[] = {
	{ "agency", .type = FIELD_CODE },
	{ 0 },
};

/* Who is bound to an agency may leave it out. */
static const struct field feed_new[] = {
	{ "agency", .type = FIELD_CODE },
	{ "name", FIELD_TEXT, .min = 1, .max = 200 },
	{ 0 },
};

const struct route calendar_feed_routes[] = {
	{ "GET", "/v1/calendar-feeds", "listCalendarFeeds", STAFF, .query = list_query, .list = true,
	  .sql = SQL_FEED_LIST, .args = { ARG_QUERY, ARG_LIMIT, ARG_AFTER, ARG_ROLES, ARG_AGENCY } },
	{ "POST", "/v1/calendar-feeds", "createCalendarFeed", STAFF, .body = feed_new, .sql = SQL_FEED_CREATE,
	  .args = { ARG_BODY, ARG_SECRET_HEX, ARG_TODAY, ARG_ROLES, ARG_AGENCY }, .status = 201,
	  .idempotent = true },
	/* One address, of two kinds: "{secret}.ics" is read, an id is revoked. */
	{ "GET", "/v1/calendar-feeds/:feed", "getCalendarFeed", EVERYONE, .produces = "text/calendar",
	  .varies = VARY_TODAY, .sql = SQL_FEED_GET, .secret_path = true,
	  .args = { ARG_PATH_SECRET_HASH, ARG_TODAY }, .probe = SQL_FEED_VERSION,
	  .probe_args = { ARG_PATH_SECRET_HASH }, .render = calendar_feed_render },
	{ "DELETE", "/v1/calendar-feeds/:feed", "deleteCalendarFeed", STAFF, .sql = SQL_FEED_DELETE,
	  .args = { ARG_PATH, ARG_VERSIONS, ARG_TODAY, ARG_ROLES, ARG_AGENCY }, .status = 204 },
	{ 0 },
};
