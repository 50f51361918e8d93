#include "ical.h"

#include <string.h>

#include "ical_lines.h"

struct day {
	int year;
	int month;
	int day;
};

static void put_line(struct ical_lines *lines, const char *line)
{
	ical_lines_puts(lines, line);
	ical_lines_end(lines);
}

/* Readers take a property without a value for an error: there is none. */
static void put_text(struct ical_lines *lines, const char *name, const char *text)
{
	if (ical_text_is_empty(text))
		return;
	ical_lines_puts(lines, name);
	ical_lines_put_text(lines, text);
	ical_lines_end(lines);
}

static void put_uri(struct ical_lines *lines, const char *name, const char *uri)
{
	if (ical_text_is_empty(uri))
		return;
	ical_lines_puts(lines, name);
	ical_lines_put_uri(lines, uri);
	ical_lines_end(lines);
}

static void put_number(struct ical_lines *lines, uint32_t number)
{
	char digits[10];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	ical_lines_put(lines, digits + at, sizeof(digits) - at);
}

/* In one unit: not every reader adds up "PT1H30M". */
static void put_duration(struct ical_lines *lines, const char *name, uint32_t seconds)
{
	ical_lines_puts(lines, name);
	ical_lines_puts(lines, "PT");
	if (seconds % 3600 == 0) {
		put_number(lines, seconds / 3600);
		ical_lines_puts(lines, "H");
	} else if (seconds % 60 == 0) {
		put_number(lines, seconds / 60);
		ical_lines_puts(lines, "M");
	} else {
		put_number(lines, seconds);
		ical_lines_puts(lines, "S");
	}
	ical_lines_end(lines);
}

/* "#" is a digit, anything else itself. */
static bool has_form(const char *value, const char *form)
{
	if (!value || strlen(value) != strlen(form))
		return false;
	for (; *form; form++, value++) {
		if (*form == '#' ? *value < '0' || *value > '9' : *value != *form)
			return false;
	}
	return true;
}

static int read_digits(const char *digits, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++)
		number = number * 10 + (digits[i] - '0');
	return number;
}

static int days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	return month >= 1 && month <= 12 ? days[month - 1] + (month == 2 && is_leap) : 0;
}

static bool read_day(const char *digits, struct day *ret_date)
{
	struct day date = { read_digits(digits, 4), read_digits(digits + 4, 2), read_digits(digits + 6, 2) };

	if (date.day < 1 || date.day > days_of_month(date.year, date.month))
		return false;
	*ret_date = date;
	return true;
}

static bool is_time(const char *time)
{
	struct day date;

	/* 60 is a leap second. */
	return has_form(time, "########T######Z") && read_day(time, &date) && read_digits(time + 9, 2) < 24 &&
	       read_digits(time + 11, 2) < 60 && read_digits(time + 13, 2) <= 60;
}

static bool read_date(const char *text, struct day *ret_date)
{
	char digits[8];

	if (!has_form(text, "####-##-##"))
		return false;
	memcpy(digits, text, 4);
	memcpy(digits + 4, text + 5, 2);
	memcpy(digits + 6, text + 8, 2);
	return read_day(digits, ret_date);
}

static struct day date_after(struct day date)
{
	date.day++;
	if (date.day > days_of_month(date.year, date.month)) {
		date.day = 1;
		date.month++;
	}
	if (date.month > 12) {
		date.month = 1;
		date.year++;
	}
	return date;
}

static void put_date(struct ical_lines *lines, const char *name, struct day date)
{
	int number = date.year * 10000 + date.month * 100 + date.day;
	char digits[8];

	for (size_t at = sizeof(digits); at; number /= 10)
		digits[--at] = (char)('0' + number % 10);
	ical_lines_puts(lines, name);
	ical_lines_put(lines, digits, sizeof(digits));
	ical_lines_end(lines);
}

static void put_time(struct ical_lines *lines, const char *name, const char *time)
{
	ical_lines_puts(lines, name);
	put_line(lines, time);
}

static void put_alarm(struct ical_lines *lines, const struct ical_event *event, const char *time)
{
	const char *text = event->alarm_text;

	/* An alarm that is shown must say something. */
	if (ical_text_is_empty(text))
		text = ical_text_is_empty(event->summary) ? event->uid : event->summary;
	put_line(lines, "BEGIN:VALARM");
	/* RFC 9074: named by its time, so a reminder put off is a new one to those who dismissed the old. */
	ical_lines_puts(lines, "UID:");
	ical_lines_puts(lines, time);
	ical_lines_puts(lines, "-");
	ical_lines_put_text(lines, event->uid);
	ical_lines_end(lines);
	put_line(lines, "ACTION:DISPLAY");
	put_text(lines, "DESCRIPTION:", text);
	put_time(lines, "TRIGGER;VALUE=DATE-TIME:", time);
	put_line(lines, "END:VALARM");
}

static uint32_t sequence_of(const struct ical_event *event)
{
	if (event->sequence < 0)
		return 0;
	return event->sequence > INT32_MAX ? INT32_MAX : (uint32_t)event->sequence;
}

static void put_event(struct ical_lines *lines, const struct ical_event *event)
{
	struct day date = { 0 };

	(void)read_date(event->date, &date); /* event_is_sound() has seen it succeed */
	put_line(lines, "BEGIN:VEVENT");
	put_text(lines, "UID:", event->uid);
	put_time(lines, "DTSTAMP:", event->stamp);
	put_time(lines, "LAST-MODIFIED:", event->stamp);
	put_date(lines, "DTSTART;VALUE=DATE:", date);
	put_date(lines, "DTEND;VALUE=DATE:", date_after(date));
	ical_lines_puts(lines, "SEQUENCE:");
	put_number(lines, sequence_of(event));
	ical_lines_end(lines);
	put_line(lines, event->cancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED");
	put_line(lines, event->transparent ? "TRANSP:TRANSPARENT" : "TRANSP:OPAQUE");
	put_text(lines, "SUMMARY:", event->summary);
	put_text(lines, "DESCRIPTION:", event->description);
	put_text(lines, "CATEGORIES:", event->category);
	put_uri(lines, "URL:", event->url);
	for (size_t i = 0; i < event->alarm_count && !event->cancelled; i++)
		put_alarm(lines, event, event->alarms[i]);
	put_line(lines, "END:VEVENT");
}

/* A calendar without a component is not one (RFC 5545, 3.6): with this it may lack events. */
static void put_zone(struct ical_lines *lines)
{
	put_line(lines, "BEGIN:VTIMEZONE");
	put_line(lines, "TZID:Asia/Ho_Chi_Minh");
	put_line(lines, "BEGIN:STANDARD");
	put_line(lines, "DTSTART:19750613T000000");
	put_line(lines, "TZOFFSETFROM:+0800");
	put_line(lines, "TZOFFSETTO:+0700");
	put_line(lines, "TZNAME:+07");
	put_line(lines, "END:STANDARD");
	put_line(lines, "END:VTIMEZONE");
}

static void put_calendar(struct ical_lines *lines, const struct ical_calendar *calendar,
			 const struct ical_event *events, size_t count)
{
	put_line(lines, "BEGIN:VCALENDAR");
	put_line(lines, "VERSION:2.0");
	put_text(lines, "PRODID:", calendar->prodid);
	put_line(lines, "CALSCALE:GREGORIAN");
	put_line(lines, "METHOD:PUBLISH");
	put_text(lines, "NAME:", calendar->name);
	put_text(lines, "X-WR-CALNAME:", calendar->name);
	put_line(lines, "X-WR-TIMEZONE:Asia/Ho_Chi_Minh");
	if (calendar->refresh_secs) {
		put_duration(lines, "REFRESH-INTERVAL;VALUE=DURATION:", calendar->refresh_secs);
		put_duration(lines, "X-PUBLISHED-TTL:", calendar->refresh_secs);
	}
	put_zone(lines);
	for (size_t i = 0; i < count; i++)
		put_event(lines, &events[i]);
	put_line(lines, "END:VCALENDAR");
}

static bool event_is_sound(const struct ical_event *event)
{
	struct day date;

	if (ical_text_is_empty(event->uid) || !is_time(event->stamp) || !read_date(event->date, &date))
		return false;
	/* The day after the last of 9999 has five digits. */
	if (date_after(date).year > 9999)
		return false;
	for (size_t i = 0; i < event->alarm_count; i++) {
		if (!is_time(event->alarms[i]))
			return false;
	}
	return true;
}

enum err ical_write(struct arena *arena, const struct ical_calendar *calendar,
		    const struct ical_event *events, size_t count, const char **ret_text, size_t *ret_length)
{
	struct ical_lines lines = { 0 };
	char *text;

	if (ical_text_is_empty(calendar->prodid))
		return ERR_INTERNAL;
	for (size_t i = 0; i < count; i++) {
		if (!event_is_sound(&events[i]))
			return ERR_INTERNAL;
	}
	put_calendar(&lines, calendar, events, count);
	text = arena_alloc(arena, lines.length + 1);
	if (!text)
		return ERR_NO_MEMORY;
	lines = (struct ical_lines){ .text = text };
	put_calendar(&lines, calendar, events, count);
	*ret_text = text;
	*ret_length = lines.length;
	return ERR_OK;
}
