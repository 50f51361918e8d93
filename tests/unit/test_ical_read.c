#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "test_ical_read.h"

static void expect_lines(const char *text, size_t length)
{
	const char *end = text + length;

	ck_assert_uint_eq(strlen(text), length);
	while (text < end) {
		const char *stop = memchr(text, '\r', (size_t)(end - text));
		const char *start = *text == ' ' ? text + 1 : text;
		ucs4_t first = 0;

		ck_assert_ptr_nonnull(stop);
		ck_assert_msg(stop - text <= 75, "%td octets: %.80s", stop - text, text);
		ck_assert_ptr_null(memchr(text, '\n', (size_t)(stop - text)));
		ck_assert_int_eq(stop[1], '\n');
		ck_assert_int_gt(stop - start, 0);
		ck_assert_msg(!u8_check((const uint8_t *)text, (size_t)(stop - text)), "%.80s", text);
		u8_strmbtouc(&first, (const uint8_t *)start);
		ck_assert_msg(!uc_combining_class(first), "a mark without its letter: %.80s", text);
		text = stop + 2;
	}
}

icalcomponent *ical_write_and_read(struct arena *arena, const struct ical_calendar *calendar,
				   const struct ical_event *events, size_t count)
{
	const char *text = NULL;
	size_t length = 0;
	icalcomponent *component;

	ck_assert_int_eq(ical_write(arena, calendar, events, count, &text, &length), ERR_OK);
	expect_lines(text, length);
	component = icalparser_parse_string(text);
	ck_assert_ptr_nonnull(component);
	ck_assert_int_eq(icalcomponent_isa(component), ICAL_VCALENDAR_COMPONENT);
	ck_assert_int_eq(icalcomponent_count_errors(component), 0);
	ck_assert_int_eq(icalcomponent_count_components(component, ICAL_VEVENT_COMPONENT), (int)count);
	ck_assert_int_eq(icalcomponent_count_components(component, ICAL_ANY_COMPONENT), (int)count + 1);
	return component;
}

static bool is_kept(const char *at)
{
	return *at == '\n' || *at == '\t' || (unsigned char)*at >= 0x80 || (*at >= 0x20 && *at != 0x7F);
}

/* What is left of a text, told byte by byte, not as the writer does. The caller frees it. */
static char *kept(const char *text)
{
	char *out = strdup(text ? text : "");
	size_t size = 0;

	ck_assert_ptr_nonnull(out);
	for (const char *at = out; *at; at++) {
		if ((unsigned char)at[0] == 0xC2 && (unsigned char)at[1] < 0xA0)
			at++;
		else if (is_kept(at) && (size || !strchr(" \t\n", *at)))
			out[size++] = *at;
	}
	while (size && strchr(" \t\n", out[size - 1]))
		size--;
	out[size] = 0;
	return out;
}

void ical_expect_text(icalcomponent *component, icalproperty_kind kind, const char *text)
{
	icalproperty *property = icalcomponent_get_first_property(component, kind);
	char *wanted = kept(text);

	ck_assert_int_eq(!property, !*wanted);
	if (property)
		ck_assert_str_eq(icalvalue_get_text(icalproperty_get_value(property)), wanted);
	ck_assert_ptr_null(icalcomponent_get_next_property(component, kind));
	free(wanted);
}

void ical_expect_value(icalcomponent *component, icalproperty_kind kind, const char *wanted)
{
	icalproperty *property = icalcomponent_get_first_property(component, kind);
	char *value;

	ck_assert_ptr_nonnull(property);
	value = icalproperty_get_value_as_string_r(property);
	ck_assert_str_eq(value, wanted);
	icalmemory_free_buffer(value);
	ck_assert_ptr_null(icalcomponent_get_next_property(component, kind));
}

/* By libical's calendar, not by ours. */
static void expect_days(icalcomponent *component, const char *date)
{
	struct icaltimetype start = icalcomponent_get_dtstart(component);
	struct icaltimetype end = icalcomponent_get_dtend(component);
	char digits[16];

	snprintf(digits, sizeof(digits), "%.4s%.2s%.2s", date, date + 5, date + 8);
	ical_expect_value(component, ICAL_DTSTART_PROPERTY, digits);
	ck_assert(start.is_date && end.is_date);
	icaltime_adjust(&start, 1, 0, 0, 0);
	ck_assert_int_eq(icaltime_compare(start, end), 0);
}

static void expect_alarm(icalcomponent *alarm, const struct ical_event *event, const char *time)
{
	size_t size = strlen(time) + 1 + strlen(event->uid) + 1;
	char *uid = malloc(size);

	ck_assert_ptr_nonnull(alarm);
	ck_assert_ptr_nonnull(uid);
	snprintf(uid, size, "%s-%s", time, event->uid);
	ical_expect_text(alarm, ICAL_UID_PROPERTY, uid);
	free(uid);
	ical_expect_value(alarm, ICAL_TRIGGER_PROPERTY, time);
	ical_expect_value(alarm, ICAL_ACTION_PROPERTY, "DISPLAY");
	ical_expect_text(alarm, ICAL_DESCRIPTION_PROPERTY, event->alarm_text);
}

static void expect_alarms(icalcomponent *component, const struct ical_event *event)
{
	size_t count = event->cancelled ? 0 : event->alarm_count;
	icalcomponent *alarm = icalcomponent_get_first_component(component, ICAL_VALARM_COMPONENT);

	ck_assert_int_eq(icalcomponent_count_components(component, ICAL_ANY_COMPONENT), (int)count);
	for (size_t i = 0; i < count; i++) {
		expect_alarm(alarm, event, event->alarms[i]);
		alarm = icalcomponent_get_next_component(component, ICAL_VALARM_COMPONENT);
	}
}

static void expect_event(icalcomponent *component, const struct ical_event *event)
{
	icalproperty *url = icalcomponent_get_first_property(component, ICAL_URL_PROPERTY);

	ical_expect_text(component, ICAL_UID_PROPERTY, event->uid);
	ical_expect_text(component, ICAL_SUMMARY_PROPERTY, event->summary);
	ical_expect_text(component, ICAL_DESCRIPTION_PROPERTY, event->description);
	ical_expect_text(component, ICAL_CATEGORIES_PROPERTY, event->category);
	ical_expect_value(component, ICAL_DTSTAMP_PROPERTY, event->stamp);
	ical_expect_value(component, ICAL_LASTMODIFIED_PROPERTY, event->stamp);
	ical_expect_value(component, ICAL_STATUS_PROPERTY, event->cancelled ? "CANCELLED" : "CONFIRMED");
	ical_expect_value(component, ICAL_TRANSP_PROPERTY, event->transparent ? "TRANSPARENT" : "OPAQUE");
	ck_assert_int_eq(icalcomponent_get_sequence(component), (int)event->sequence);
	ck_assert_int_eq(!url, !event->url);
	if (url)
		ck_assert_str_eq(icalproperty_get_url(url), event->url);
	expect_days(component, event->date);
	expect_alarms(component, event);
}

void ical_expect_events(struct arena *arena, const struct ical_calendar *wanted,
			const struct ical_event *events, size_t count)
{
	icalcomponent *calendar = ical_write_and_read(arena, wanted, events, count);
	icalcomponent *component = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);

	for (size_t i = 0; i < count; i++) {
		ck_assert_ptr_nonnull(component);
		expect_event(component, &events[i]);
		component = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT);
	}
	ck_assert_ptr_null(component);
	icalcomponent_free(calendar);
}
