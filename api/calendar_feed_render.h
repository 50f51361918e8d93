#ifndef KSTTHC_CALENDAR_FEED_RENDER_H
#define KSTTHC_CALENDAR_FEED_RENDER_H

#include "call.h"

/*
 * Makes text/calendar of what feed_get gave: {"name", "events": [{"uid",
 * "stamp", "date", "sequence", "summary", "description", "cancelled",
 * "alarms": [times]}]}, as ical.h has these.
 */
enum err calendar_feed_render(struct call *call) MUST_CHECK;

#endif
