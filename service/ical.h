#ifndef KSTTHC_ICAL_H
#define KSTTHC_ICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"

/*
 * Writes calendars of whole-day events as iCalendar (RFC 5545, RFC 7986).
 *
 * Texts are UTF-8 of any length and content: they are escaped and folded, a
 * malformed sequence is written as U+FFFD, control characters but line feed
 * and tab are left out, and so is white space at the ends. A text that is
 * NULL, or of which nothing is left, has no property. Times are UTC as "20250815T093000Z".
 */
struct ical_event {
	const char *uid;   /* not empty, the same for ever */
	const char *stamp; /* when the event last changed */
	const char *date;  /* the day, "2025-08-15" */
	int64_t sequence;  /* written within 0..2147483647, all that an INTEGER holds */
	const char *summary;
	const char *description;
	const char *category;      /* one, commas are part of it */
	const char *url;           /* a URI: written as it is, but for control characters */
	bool cancelled;            /* such an event is written without alarms */
	bool transparent;          /* takes no time of its day */
	const char *const *alarms; /* when to remind, no two the same */
	size_t alarm_count;
	const char *alarm_text; /* the summary stands in for none */
};

struct ical_calendar {
	const char *name;
	const char *prodid;    /* not empty: RFC 5545, 3.7.3 */
	uint32_t refresh_secs; /* how often to ask again, 0 leaves it to the reader */
};

/*
 * The text is in the arena, ends with a NUL that is not counted in its length,
 * and takes of the arena no more than that. The same input gives the same text.
 *
 * Errors: NO_MEMORY; INTERNAL when a uid or the prodid is empty, or a date or a
 * time is not one.
 */
enum err ical_write(struct arena *arena, const struct ical_calendar *calendar,
		    const struct ical_event *events, size_t count, const char **ret_text,
		    size_t *ret_length) MUST_CHECK;

#endif
