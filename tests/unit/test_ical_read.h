#ifndef KSTTHC_TEST_ICAL_READ_H
#define KSTTHC_TEST_ICAL_READ_H

#include <libical/ical.h>
#include <stddef.h>

#include "../../service/ical.h"

/* What ical_write() has written, read back by libical. Each fails the test that finds it otherwise. */

/*
 * The calendar as libical reads it, without an error; its lines are looked at
 * as by a reader that knows nothing of folding. The caller frees it.
 */
icalcomponent *ical_write_and_read(struct arena *arena, const struct ical_calendar *calendar,
				   const struct ical_event *events, size_t count);

/* One text property, or none for a text of which nothing is kept. */
void ical_expect_text(icalcomponent *component, icalproperty_kind kind, const char *text);

/* One property, its value as the format has it. */
void ical_expect_value(icalcomponent *component, icalproperty_kind kind, const char *wanted);

/* Writes and reads them: the same, in the same order. */
void ical_expect_events(struct arena *arena, const struct ical_calendar *calendar,
			const struct ical_event *events, size_t count);

#endif
