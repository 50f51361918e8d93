#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "test_ical_read.h"

Suite *ical_suite(void);

enum { LONGEST = 400, PIECES = 16, MANY_EVENTS = 2000, MANY_BYTES = 3000, RANDOM_EVENTS = 3000 };

#define STAMP "20250815T093000Z"

static struct arena arena;
static const struct ical_calendar plain_calendar = { "Thời hạn; Sở Tư pháp, \"Quảng Ngãi\"", "-//KSTTHC//VI",
						     3600 };

static void set_up(void)
{
	arena_init(&arena, (size_t)1 << 26);
	icalerror_set_errors_are_fatal(0);
}

static void tear_down(void)
{
	arena_release(&arena);
	icalmemory_free_ring();
	icaltimezone_free_builtin_timezones();
}

static void expect_events(const struct ical_event *events, size_t count)
{
	ical_expect_events(&arena, &plain_calendar, events, count);
}

static icalcomponent *write_and_read(const struct ical_calendar *calendar, const struct ical_event *events,
				     size_t count)
{
	return ical_write_and_read(&arena, calendar, events, count);
}

START_TEST(test_calendar)
{
	const struct ical_calendar bare = { NULL, "-//KSTTHC//VI", 0 };
	icalcomponent *calendar = write_and_read(&plain_calendar, NULL, 0);
	icalproperty *interval;

	ical_expect_value(calendar, ICAL_VERSION_PROPERTY, "2.0");
	ical_expect_text(calendar, ICAL_PRODID_PROPERTY, "-//KSTTHC//VI");
	ical_expect_value(calendar, ICAL_CALSCALE_PROPERTY, "GREGORIAN");
	ical_expect_value(calendar, ICAL_METHOD_PROPERTY, "PUBLISH");
	ical_expect_text(calendar, ICAL_NAME_PROPERTY, plain_calendar.name);
	interval = icalcomponent_get_first_property(calendar, ICAL_REFRESHINTERVAL_PROPERTY);
	ck_assert_int_eq(icaldurationtype_as_int(icalproperty_get_refreshinterval(interval)), 3600);
	ck_assert_int_eq(icalcomponent_count_properties(calendar, ICAL_X_PROPERTY), 3);
	icalcomponent_free(calendar);

	calendar = write_and_read(&bare, NULL, 0);
	ck_assert_int_eq(icalcomponent_count_properties(calendar, ICAL_ANY_PROPERTY), 5);
	icalcomponent_free(calendar);
}
END_TEST

static const struct {
	uint32_t seconds;
	const char *text;
} intervals[] = {
	{ 1, "PT1S" },     { 59, "PT59S" },  { 60, "PT1M" },     { 3599, "PT3599S" },
	{ 5400, "PT90M" }, { 3600, "PT1H" }, { 86400, "PT24H" }, { 4294967295u, "PT4294967295S" },
};

START_TEST(test_interval)
{
	const struct ical_calendar calendar = { NULL, "x", intervals[_i].seconds };
	char wanted[80];
	const char *text = NULL;
	size_t length;

	ck_assert_int_eq(ical_write(&arena, &calendar, NULL, 0, &text, &length), ERR_OK);
	snprintf(wanted, sizeof(wanted), "\r\nREFRESH-INTERVAL;VALUE=DURATION:%s\r\n", intervals[_i].text);
	ck_assert_ptr_nonnull(strstr(text, wanted));
	snprintf(wanted, sizeof(wanted), "\r\nX-PUBLISHED-TTL:%s\r\n", intervals[_i].text);
	ck_assert_ptr_nonnull(strstr(text, wanted));
}
END_TEST

/* As RFC 5545 has it, to the byte. */
START_TEST(test_bytes)
{
	static const char *const alarms[] = { "20250812T010000Z" };
	const struct ical_event event = {
		.uid = "a@b",
		.stamp = STAMP,
		.date = "2025-12-31",
		.sequence = 7,
		.transparent = true,
		.summary = "Một; hai, ba\\bốn\r\nnăm",
		.url = "https://a.vn/?b=1;c,d\n",
		.alarms = alarms,
		.alarm_count = 1,
		.alarm_text = "\r",
	};
	static const char wanted[] =
		"BEGIN:VEVENT\r\nUID:a@b\r\nDTSTAMP:" STAMP "\r\nLAST-MODIFIED:" STAMP "\r\n"
		"DTSTART;VALUE=DATE:20251231\r\nDTEND;VALUE=DATE:20260101\r\nSEQUENCE:7\r\nSTATUS:CONFIRMED\r\n"
		"TRANSP:TRANSPARENT\r\nSUMMARY:Một\\; hai\\, ba\\\\bốn\\nnăm\r\nURL:https://a.vn/?b=1;c,d\r\n"
		"BEGIN:VALARM\r\nUID:20250812T010000Z-a@b\r\nACTION:DISPLAY\r\n"
		"DESCRIPTION:Một\\; hai\\, ba\\\\bốn\\nnăm\r\nTRIGGER;VALUE=DATE-TIME:20250812T010000Z\r\n"
		"END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
	const char *text = NULL;
	size_t length = 0;

	ck_assert_int_eq(ical_write(&arena, &plain_calendar, &event, 1, &text, &length), ERR_OK);
	ck_assert_ptr_nonnull(strstr(text, "BEGIN:VEVENT"));
	ck_assert_str_eq(strstr(text, "BEGIN:VEVENT"), wanted);
}
END_TEST

/* Pieces that texts are made of: one to four bytes, letters with marks, what is escaped, what is dropped. */
static const char *const alphabets[][PIECES] = {
	{ "a" },
	{ "đ" },
	{ "ệ" },
	{ "📅" },
	{ "e\u0323\u0302", "u\u031B\u0301", " " },
	{ ";", ",", "\\", "\n" },
	{ "👩‍👩‍👧‍👦", "🇻🇳", "👍🏽", "x" },
	{ "\x01", "\x7F", "\xC2\x85", "\r", "\r\n", "\t", "é", ";" },
	{ "Quyết định số 12/QĐ-UBND, ", "thủ tục;", "\n", "\\n", "Nghi\u0323\u0302 đi\u0323nh", "\"", ":",
	  "=", " ", "\nEND:VEVENT\n", "^n", "%0D%0A", "\r\nBEGIN:VALARM\r\n", "ﬁ\uFEFF",
	  "👩‍👩‍👧‍👦", "ệ" },
};
enum { ALPHABETS = sizeof(alphabets) / sizeof(alphabets[0]) };

static size_t random_below(uint64_t *seed, size_t bound)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(*seed >> 33) % bound;
}

/* Random pieces, then letters where none fits: exactly length bytes. */
static char *random_text(const char *const *pieces, size_t length, uint64_t *seed)
{
	char *text = arena_alloc(&arena, length + 1);
	size_t count = 0;
	size_t size = 0;

	ck_assert_ptr_nonnull(text);
	while (count < PIECES && pieces[count])
		count++;
	for (;;) {
		const char *piece = pieces[random_below(seed, count)];
		size_t width = strlen(piece);

		if (size + width > length)
			break;
		memcpy(text + size, piece, width);
		size += width;
	}
	memset(text + size, 'z', length - size);
	return text;
}

/* Every text from nothing to several lines: a fold falls at every place of every piece. */
START_TEST(test_every_length)
{
	struct ical_event events[LONGEST + 1] = { 0 };
	uint64_t seed = 20250815;

	for (size_t i = 0; i <= LONGEST; i++) {
		char *text = random_text(alphabets[_i], i, &seed);

		events[i] = (struct ical_event){ .uid = arena_printf(&arena, "%zu@kstthc", i),
						 .stamp = STAMP,
						 .date = "2025-08-15",
						 .sequence = (int64_t)i };
		events[i].summary = text;
		events[i].description = text;
		events[i].category = text;
	}
	expect_events(events, LONGEST + 1);
}
END_TEST

static const char *const dates[] = {
	"2025-01-31", "2025-02-28", "2024-02-28", "2024-02-29", "2000-02-28", "2000-02-29", "2100-02-28",
	"2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30", "2025-07-31", "2025-08-31", "2025-09-30",
	"2025-10-31", "2025-11-30", "2025-12-30", "2025-12-31", "2039-12-31", "2040-12-31", "2025-08-15",
};
static const char *const times[] = { "20250812T010000Z", "20241231T235959Z", "20240229T000000Z" };
enum { DATES = sizeof(dates) / sizeof(dates[0]), TIMES = sizeof(times) / sizeof(times[0]) };

START_TEST(test_dates)
{
	struct ical_event events[DATES] = { 0 };

	for (size_t i = 0; i < DATES; i++)
		events[i] = (struct ical_event){ .uid = dates[i], .stamp = STAMP, .date = dates[i] };
	expect_events(events, DATES);
}
END_TEST

static struct ical_event random_event(size_t number, size_t longest, uint64_t *seed)
{
	const char *const *pieces = alphabets[ALPHABETS - 1];
	struct ical_event event = {
		.uid = arena_printf(&arena, "viec-%zu@%s", number,
				    random_text(alphabets[5], random_below(seed, 90), seed)),
		.stamp = times[random_below(seed, TIMES)],
		.date = dates[random_below(seed, DATES)],
		.sequence = (int64_t)random_below(seed, INT32_MAX),
		.summary = random_text(pieces, random_below(seed, longest), seed),
		.description = random_text(pieces, random_below(seed, longest), seed),
		.category = random_text(alphabets[random_below(seed, ALPHABETS)], random_below(seed, 100),
					seed),
		.cancelled = random_below(seed, 4) == 0,
		.transparent = random_below(seed, 2) == 0,
		.alarms = times,
		.alarm_count = random_below(seed, TIMES + 1),
		.alarm_text = "Còn 3 ngày; chuẩn bị, nhé",
	};

	if (random_below(seed, 2))
		event.url = arena_printf(&arena, "https://kstthc.vn/%0*zu;a,b\\?c=đ",
					 (int)random_below(seed, 200), number);
	return event;
}

START_TEST(test_random)
{
	struct ical_event *events = arena_array(&arena, RANDOM_EVENTS, sizeof(*events));
	uint64_t seed = 5545;

	ck_assert_ptr_nonnull(events);
	for (size_t i = 0; i < RANDOM_EVENTS; i++)
		events[i] = random_event(i, 500, &seed);
	expect_events(events, RANDOM_EVENTS);
}
END_TEST

/* As many as a plan has, each as long as they come; the arena is charged for the text alone. */
START_TEST(test_many)
{
	struct ical_event *events = arena_array(&arena, MANY_EVENTS, sizeof(*events));
	uint64_t seed = 7986;
	const char *text = NULL;
	size_t length = 0;
	size_t before;

	ck_assert_ptr_nonnull(events);
	for (size_t i = 0; i < MANY_EVENTS; i++) {
		events[i] = random_event(i, 300, &seed);
		events[i].description = random_text(alphabets[ALPHABETS - 1], MANY_BYTES, &seed);
	}
	before = arena.used;
	ck_assert_int_eq(ical_write(&arena, &plain_calendar, events, MANY_EVENTS, &text, &length), ERR_OK);
	ck_assert_uint_ge(length, (size_t)MANY_EVENTS * MANY_BYTES);
	ck_assert_uint_le(arena.used - before, length + 32);
	expect_events(events, MANY_EVENTS);
}
END_TEST

/* A letter with more marks than a line holds is torn, but no mark is; and a megabyte takes no longer for it. */
START_TEST(test_marks)
{
	enum { MARKS = 1 << 19 };
	char *text = arena_alloc(&arena, 2 * MARKS + 2);
	struct ical_event event = { .uid = "a", .stamp = STAMP, .date = "2025-08-15", .summary = text };
	const char *written = NULL;
	size_t length = 0;
	icalcomponent *calendar;

	ck_assert_ptr_nonnull(text);
	text[0] = 'e';
	for (size_t i = 0; i < MARKS; i++)
		memcpy(text + 1 + 2 * i, "\u0323", 2);
	ck_assert_int_eq(ical_write(&arena, &plain_calendar, &event, 1, &written, &length), ERR_OK);
	for (const char *at = written; *at; at = strchr(at, '\n') + 1)
		ck_assert(strcspn(at, "\r") <= 75 && !u8_check((const uint8_t *)at, strcspn(at, "\r")));
	calendar = icalparser_parse_string(written);
	ck_assert_str_eq(icalcomponent_get_summary(icalcomponent_get_first_real_component(calendar)), text);
	icalcomponent_free(calendar);
}
END_TEST

/* Bytes that are no UTF-8 at all. */
START_TEST(test_malformed)
{
	struct ical_event events[400] = { 0 };
	uint64_t seed = 9074;
	icalcomponent *calendar;

	for (size_t i = 0; i < 400; i++) {
		char *text = arena_alloc(&arena, i + 1);

		ck_assert_ptr_nonnull(text);
		for (size_t at = 0; at < i; at++)
			text[at] = (char)(0x20 + random_below(&seed, 0xE0));
		events[i] = (struct ical_event){
			.uid = "a", .stamp = STAMP, .date = "2025-08-15", .summary = text
		};
	}
	calendar = write_and_read(&plain_calendar, events, 400);
	icalcomponent_free(calendar);
	events[0].summary = "a\xE1\xBBz\xFF";
	calendar = write_and_read(&plain_calendar, events, 1);
	ck_assert_str_eq(icalcomponent_get_summary(calendar), "a\uFFFDz\uFFFD");
	icalcomponent_free(calendar);
}
END_TEST

static const struct ical_event refused[] = {
	{ .uid = NULL, .stamp = STAMP, .date = "2025-08-15" },
	{ .uid = "\r", .stamp = STAMP, .date = "2025-08-15" },
	{ .uid = "a", .stamp = NULL, .date = "2025-08-15" },
	{ .uid = "a", .stamp = "20250815T093000", .date = "2025-08-15" },
	{ .uid = "a", .stamp = "20250815T240000Z", .date = "2025-08-15" },
	{ .uid = "a", .stamp = "20250815T093000Z\r\nX:", .date = "2025-08-15" },
	{ .uid = "a", .stamp = "20250229T093000Z", .date = "2025-08-15" },
	{ .uid = "a", .stamp = STAMP, .date = NULL },
	{ .uid = "a", .stamp = STAMP, .date = "20250815" },
	{ .uid = "a", .stamp = STAMP, .date = "2025-02-29" },
	{ .uid = "a", .stamp = STAMP, .date = "2025-13-01" },
	{ .uid = "a", .stamp = STAMP, .date = "2025-08-00" },
	{ .uid = "a", .stamp = STAMP, .date = "9999-12-31" },
	{ .uid = "a", .stamp = STAMP, .date = "2025-08-15", .alarm_count = 1, .alarms = &dates[0] },
};

START_TEST(test_refused)
{
	const char *text = "kept";
	size_t length = 4;

	ck_assert_int_eq(ical_write(&arena, &plain_calendar, &refused[_i], 1, &text, &length), ERR_INTERNAL);
	ck_assert_str_eq(text, "kept");
	ck_assert_uint_eq(length, 4);
}
END_TEST

START_TEST(test_limits)
{
	const struct ical_calendar nameless = { "a", NULL, 0 };
	struct ical_event event = { .uid = "a", .stamp = STAMP, .date = "2025-08-15", .sequence = INT64_MAX };
	const char *text = "kept";
	size_t length = 4;
	icalcomponent *calendar = write_and_read(&plain_calendar, &event, 1);

	ck_assert_int_eq(icalcomponent_get_sequence(icalcomponent_get_first_real_component(calendar)),
			 INT32_MAX);
	icalcomponent_free(calendar);
	event.sequence = -1;
	calendar = write_and_read(&plain_calendar, &event, 1);
	ical_expect_value(icalcomponent_get_first_real_component(calendar), ICAL_SEQUENCE_PROPERTY, "0");
	icalcomponent_free(calendar);
	ck_assert_int_eq(ical_write(&arena, &nameless, &event, 1, &text, &length), ERR_INTERNAL);
	arena_release(&arena);
	arena_init(&arena, 512);
	ck_assert_int_eq(ical_write(&arena, &plain_calendar, &event, 1, &text, &length), ERR_NO_MEMORY);
	ck_assert_str_eq(text, "kept");
	ck_assert_uint_eq(length, 4);
}
END_TEST

Suite *ical_suite(void)
{
	Suite *suite = suite_create("ical");
	TCase *tcase = tcase_create("write");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_calendar);
	tcase_add_loop_test(tcase, test_interval, 0, sizeof(intervals) / sizeof(intervals[0]));
	tcase_add_test(tcase, test_bytes);
	tcase_add_loop_test(tcase, test_every_length, 0, ALPHABETS);
	tcase_add_test(tcase, test_dates);
	tcase_add_test(tcase, test_random);
	tcase_add_test(tcase, test_many);
	tcase_add_test(tcase, test_marks);
	tcase_add_test(tcase, test_malformed);
	tcase_add_loop_test(tcase, test_refused, 0, sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tcase, test_limits);
	suite_add_tcase(suite, tcase);
	return suite;
}
