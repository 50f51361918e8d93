#include <string.h>

#include "plan_timing.h"

/* "ngày 20 tháng cuối quý": days of a month that is named by its place in a period. */

#define NEXT "thang ke|tiep|lien|sau tiep|theo|ke|sau? "

struct month_row {
	const char *pattern;
	struct plan_offset offset; /* the day is the phrase's */
	const char *months;        /* or the months that the words name: no offset */
	int needs_day;             /* "6 tháng cuối năm" is no day */
};

#define IN_MONTHS(n, rule, each) \
	.offset = { .span = { .unit = PLAN_MONTHS, .count = n }, .rrule = rule, .is_each = each }

/* The longer stand before the shorter. */
static const struct month_row month_rows[] = {
	{ "thang cuoi cung? cua? cac|moi|hang|tung? quy|qui", IN_MONTHS(0, PLAN_QUARTERLY, 0) },
	{ "thang cuoi cung? cua? moi|hang|tung? ky bao? cao?", IN_MONTHS(0, NULL, 1) },
	{ "thang cuoi cung? cua? moi|hang? nam bao? cao?", IN_MONTHS(0, PLAN_YEARLY, 0), .needs_day = 1 },
	{ "thang cuoi cung?", IN_MONTHS(0, NULL, 0) },
	{ "thang dau tien? cua? quy|qui ke|tiep|lien|sau tiep|theo|ke|sau?",
	  IN_MONTHS(1, PLAN_QUARTERLY, 0) },
	{ "thang dau tien? cua? ky bao? cao? ke|tiep|lien|sau tiep|theo|ke|sau?", IN_MONTHS(1, NULL, 1) },
	{ "thang dau tien? cua? nam ke|tiep|sau tiep|theo?", IN_MONTHS(1, PLAN_YEARLY, 0), .needs_day = 1 },
	{ "thang dau tien? cua? cac|moi|hang|tung? quy|qui", .months = "1,4,7,10" },
	{ "thang giua cua? cac|moi|hang|tung? quy|qui", .months = "2,5,8,11" },
	{ "thang thu hai cua? cac|moi|hang|tung? quy|qui", .months = "2,5,8,11" },
	{ "thang bao cao", IN_MONTHS(0, PLAN_MONTHLY, 0) },
	{ NEXT "cua|sau? khi|thang? ket|het? thuc? hang|moi|tung? quy|qui bao? cao?",
	  IN_MONTHS(1, PLAN_QUARTERLY, 0) },
	{ NEXT "cua|sau? khi? ket|het? thuc? ky bao? cao?", IN_MONTHS(1, NULL, 1) },
	{ NEXT "cua|sau? thang bao cao", IN_MONTHS(1, PLAN_MONTHLY, 0) },
	{ NEXT "cua|sau? khi ket|het thuc? thang", IN_MONTHS(1, PLAN_MONTHLY, 0) },
	{ NEXT, IN_MONTHS(1, NULL, 0) },
	{ 0 },
};

/* "tháng Sáu" is June, "tháng sau" the next one. */
static int is_spelt(const struct plan_timer *timer, size_t at, size_t end)
{
	for (; at < end; at++) {
		if (plan_word_is(timer->words, at, "sau") && !plan_word_is_bare(timer->words, at))
			return 0;
	}
	return 1;
}

static size_t match_month(const struct plan_timer *timer, size_t at, int has_day,
			  const struct month_row **row)
{
	for (*row = month_rows; (*row)->pattern; (*row)++) {
		size_t end = at + plan_words_match(timer->words, at, timer->to, (*row)->pattern, NULL);

		if (end == at || !is_spelt(timer, at, end) || ((*row)->needs_day && !has_day))
			continue;
		if (plan_words_match(timer->words, end, timer->to, "khi|nam|quy|qui|ky|sau|truoc|hoc", NULL))
			return 0;
		return end;
	}
	return 0;
}

/* 0: the day may stand; 1: it was dealt with; -1 */
static int check_day(struct plan_timer *timer, size_t at, int day)
{
	enum plan_bound bound = plan_timer_bound(timer, at);

	if (day < 1 || day > 31)
		return plan_timer_unknown(timer, "date_impossible") ? -1 : 1;
	if (bound == PLAN_BOUND_START || bound == PLAN_BOUND_VAGUE)
		return plan_timer_open(timer, "timing_ambiguous") ? -1 : 1;
	return bound == PLAN_BOUND_BEFORE && plan_timer_find(timer, "timing_before_date") ? -1 : 0;
}

static int add_months(struct plan_timer *timer, const char *months, int day)
{
	char *rrule;

	if (day > 28)
		return plan_timer_open(timer, "recurrence_unknown");
	rrule = arena_printf(timer->reader->arena, "FREQ=YEARLY;BYMONTH=%s;BYMONTHDAY=%d", months, day);
	return rrule ? plan_timer_add(timer, PLAN_RECURRING, rrule) : -1;
}

static int add_day(struct plan_timer *timer, size_t at, const struct month_row *row, int day)
{
	struct plan_offset offset = row->offset;
	int checked = check_day(timer, at, day);

	if (checked)
		return checked < 0 ? -1 : 0;
	if (row->months)
		return add_months(timer, row->months, day);
	offset.span.day = day;
	return plan_offset_add(timer, &offset);
}

/* "ngày 20 tháng cuối quý IV/2026": that quarter's, once. */
static long read_quarter(struct plan_timer *timer, size_t at, size_t end, int day)
{
	static const char *const years[] = { "/ #", "nam #", "cua nam #", "- #", NULL };
	int quarter = timer->words->items[end].kind == PLAN_NUMBER
			      ? timer->words->items[end].number
			      : plan_roman(timer->words->items[end].fold);
	struct plan_phrase phrase = { .at = at, .end = end + 1 };
	struct plan_date due = { timer->reader->plan->year, quarter * 3, day };
	int numbers[4] = { 0 };

	for (const char *const *year = years; *year && numbers[0] < 1900; year++)
		phrase.end = end + 1 + plan_words_match(timer->words, end + 1, timer->to, *year, numbers);
	if (quarter < 1 || quarter > 4)
		return plan_timer_unknown(timer, "date_impossible") ? -1 : (long)(end + 1 - at);
	if (numbers[0])
		due.year = numbers[0];
	return plan_timer_due(timer, &phrase, PLAN_ON_DATE, due) ? -1 : (long)(phrase.end - at);
}

/* "15/01 năm sau", "ngày 15 tháng 01 của năm tiếp theo" */
static long read_next_year(struct plan_timer *timer, size_t at)
{
	int numbers[4] = { 0 };
	size_t taken = plan_words_match(
		timer->words, at, timer->to,
		"ngay? # /|thang # cua? nam sau|toi|ke|tiep|lien|truoc|ngoai tiep|theo|sau?", numbers);
	size_t end = at + taken;
	struct plan_offset offset = { .span = { PLAN_MONTHS, numbers[1], numbers[0] }, .rrule = PLAN_YEARLY };
	int checked;

	if (!taken || !is_spelt(timer, at, end))
		return 0;
	if (plan_words_match(timer->words, end - 1, end, "truoc|ngoai|lien", NULL))
		return plan_timer_unknown(timer, "timing_ambiguous") ? -1 : (long)taken;
	if (numbers[0] > plan_days_of_month(2025, numbers[1]))
		return plan_timer_unknown(timer, "date_impossible") ? -1 : (long)taken;
	checked = check_day(timer, at, numbers[0]);
	if (checked < 0 || (!checked && plan_offset_add(timer, &offset)))
		return -1;
	return (long)taken;
}

/* "ngày 20 các tháng 3, 6, 9": further months of the same day; the words taken. */
static size_t read_further(const struct plan_timer *timer, size_t at, int *ret_month)
{
	int numbers[4] = { 0 };
	size_t taken = plan_words_match(timer->words, at, timer->to, ",|va|; va? thang? #", numbers);

	if (!taken || numbers[0] < 1 || numbers[0] > 12 ||
	    plan_words_match(timer->words, at + taken, timer->to, "/ # /", NULL) ||
	    plan_words_match(timer->words, at + taken, timer->to, "thang|ngay|lan|quy", NULL))
		return 0;
	*ret_month = numbers[0];
	return taken;
}

enum { LIST_MAX = 12 };

static int add_listed(struct plan_timer *timer, const struct plan_phrase *phrase, int day, const int *months,
		      size_t count, int year)
{
	for (size_t i = 0; i < count; i++) {
		struct plan_date due = { year ? year : timer->reader->plan->year, months[i], day };

		if (plan_timer_due(timer, phrase, PLAN_ON_DATE, due))
			return -1;
	}
	return year ? 0 : plan_timer_find(timer, "timing_year_assumed");
}

static int add_listed_yearly(struct plan_timer *timer, int day, const int *months, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *month = arena_printf(timer->reader->arena, "%d", months[i]);

		if (!month || add_months(timer, month, day))
			return -1;
	}
	return 0;
}

static long read_list(struct plan_timer *timer, size_t at)
{
	struct plan_phrase phrase = { .at = at };
	int months[LIST_MAX], numbers[4] = { 0 }, year[4] = { 0 };
	size_t count = 1, taken;
	int is_yearly;

	phrase.end = at + plan_words_match(timer->words, at, timer->to, "ngay # cua? cac? thang #", numbers);
	if (phrase.end == at)
		return 0;
	months[0] = numbers[1];
	while (count < LIST_MAX && (taken = read_further(timer, phrase.end, &months[count]))) {
		phrase.end += taken;
		count++;
	}
	if (count < 2)
		return 0;
	taken = plan_words_match(timer->words, phrase.end, timer->to,
				 "cua? nam sau|toi|ke|tiep|lien|truoc|ngoai", NULL);
	if (taken)
		return plan_timer_unknown(timer, "timing_ambiguous") ? -1 : (long)(phrase.end + taken - at);
	taken = plan_words_match(timer->words, phrase.end, timer->to, "hang|moi nam", NULL);
	is_yearly = taken > 0;
	if (!taken)
		taken = plan_words_match(timer->words, phrase.end, timer->to, "cua? /|nam #", year);
	phrase.end += taken;
	if (is_yearly ? add_listed_yearly(timer, numbers[0], months, count)
		      : add_listed(timer, &phrase, numbers[0], months, count, year[0]))
		return -1;
	return (long)(phrase.end - at);
}

static int add_month_day(struct plan_timer *timer, size_t at, int day)
{
	int checked = check_day(timer, at, day);
	char *rrule;

	if (checked)
		return checked < 0 ? -1 : 0;
	if (day > 28)
		return plan_timer_open(timer, "recurrence_unknown");
	rrule = arena_printf(timer->reader->arena, PLAN_MONTHLY ";BYMONTHDAY=%d", day);
	return rrule ? plan_timer_add(timer, PLAN_RECURRING, rrule) : -1;
}

/* "Ngày 10, 20 và 25 hàng tháng" */
static long read_month_days(struct plan_timer *timer, size_t at)
{
	int days[LIST_MAX], numbers[4] = { 0 };
	size_t end = at + plan_words_match(timer->words, at, timer->to, "ngay mung|mong? #", numbers);
	size_t count = 0, taken = end - at;

	while (taken && count < LIST_MAX) {
		days[count++] = numbers[0];
		taken = plan_words_match(timer->words, end, timer->to, ",|va|; va? ngay? #", numbers);
		end += taken;
	}
	taken = plan_words_match(timer->words, end, timer->to, "cua? hang|moi|tung thang", NULL);
	if (count < 2 || !taken)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (add_month_day(timer, at, days[i]))
			return -1;
	}
	return (long)(end + taken - at);
}

/* "trước 25 tháng cuối quý", "ngày 20 - 25 tháng cuối quý" */
static int is_day(const struct plan_timer *timer, size_t at)
{
	if (at > timer->from && plan_word_is(timer->words, at - 1, "truoc"))
		return 1;
	return at >= timer->from + 3 &&
	       plan_words_match(timer->words, at - 3, at, "ngay # -|den|toi", NULL) > 0;
}

static long read_day(struct plan_timer *timer, size_t at)
{
	int numbers[4] = { 0 };
	size_t end = at + plan_words_match(timer->words, at, timer->to, "ngay? mung|mong? # hang? cua? cac?",
					   numbers);
	int has_day = plan_word_is(timer->words, at, "ngay");
	const struct month_row *row;
	size_t month;

	if (end == at || (!has_day && !is_day(timer, at)))
		return 0;
	month = plan_words_match(timer->words, end, timer->to, "thang cuoi cung? cua? quy|qui", NULL);
	if (month && plan_timer_has_value(timer, end + month))
		return read_quarter(timer, at, end + month, numbers[0]);
	month = match_month(timer, end, has_day, &row);
	if (!month || plan_timer_has_value(timer, month))
		return 0;
	return add_day(timer, at, row, numbers[0]) ? -1 : (long)(month - at);
}

long plan_offset_read(struct plan_timer *timer, size_t at)
{
	long taken = read_next_year(timer, at);

	if (!taken)
		taken = read_list(timer, at);
	if (!taken)
		taken = read_month_days(timer, at);
	return taken ? taken : read_day(timer, at);
}
