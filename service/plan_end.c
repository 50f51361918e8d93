#include "plan_timing.h"

/* Days counted from the end of a period, and terms that run from an event. */

enum { DAYS_BEFORE_MAX = 31, DAYS_AFTER_MAX = 92, WORKING_DAYS_AFTER_MAX = 60 };

struct period_row {
	const char *pattern;
	struct plan_offset offset;
};

static const struct period_row period_rows[] = {
	{ "quy|qui bao? cao?", { .rrule = PLAN_QUARTERLY } },
	{ "thang bao? cao?", { .rrule = PLAN_MONTHLY } },
	{ "nam bao? cao?", { .rrule = PLAN_YEARLY } },
	{ "tuan bao? cao?", { .rrule = PLAN_WEEKLY } },
	{ "06|6 thang", { .rrule = PLAN_HALF_YEARLY } },
	{ "ky bao? cao?", { .is_each = 1 } },
	{ 0 },
};

/* "quý III", "6 tháng đầu năm", "quý trước" are one, not each. */
static int is_named(const struct plan_timer *timer, size_t at)
{
	if (plan_words_match(timer->words, at, timer->to, "truoc|sau ngay|khi|#", NULL) ||
	    plan_words_match(timer->words, at, timer->to, PLAN_COUNT "ngay", NULL))
		return 0;
	return plan_timer_has_value(timer, at) ||
	       plan_words_match(timer->words, at, timer->to, "dau|cuoi|sau|truoc|nay|/|hoc|tai|ngan|ke|tiep",
				NULL);
}

size_t plan_period_name(const struct plan_timer *timer, size_t at, struct plan_offset *offset)
{
	for (const struct period_row *row = period_rows; row->pattern; row++) {
		size_t taken = plan_words_match(timer->words, at, timer->to, row->pattern, NULL);

		if (!taken)
			continue;
		if (is_named(timer, at + taken))
			return 0;
		*offset = row->offset;
		return taken;
	}
	return 0;
}

struct day_count {
	int number;
	int is_working;
};

/* "05 (năm) ngày làm việc"; the words taken, or 0. */
static size_t read_count(const struct plan_timer *timer, size_t at, struct day_count *count)
{
	int numbers[4] = { 0 };
	size_t taken = plan_words_match(timer->words, at, timer->to, PLAN_COUNT "ngay", numbers);
	size_t working;

	if (!taken || plan_timer_is_fraction(timer, at))
		return 0;
	working = plan_words_match(timer->words, at + taken, timer->to, "(? lam viec )?", NULL);
	count->number = numbers[0];
	count->is_working = working > 0;
	return taken + working;
}

static int add_count(struct plan_timer *timer, struct plan_offset *offset, const struct day_count *count,
		     int is_before)
{
	int max = is_before ? DAYS_BEFORE_MAX : count->is_working ? WORKING_DAYS_AFTER_MAX : DAYS_AFTER_MAX;

	if (count->number < 1 || count->number > max || (is_before && count->is_working))
		return plan_timer_open(timer, "timing_ambiguous");
	offset->span.unit = count->is_working ? PLAN_WORKING_DAYS : PLAN_DAYS;
	offset->span.count = is_before ? -count->number : count->number;
	return plan_offset_add(timer, offset);
}

/* "sau khi kết thúc tháng, quý, năm": as many days after each; the words taken after the first, or -1. */
static long add_further(struct plan_timer *timer, size_t at, const struct day_count *count, int is_before)
{
	struct plan_offset offset;
	size_t end = at, joint, name;

	for (;;) {
		joint = plan_words_match(timer->words, end, timer->to, ",|va|/ va?", NULL);
		name = joint ? plan_period_name(timer, end + joint, &offset) : 0;
		if (!name)
			return (long)(end - at);
		if (add_count(timer, &offset, count, is_before))
			return -1;
		end += joint + name;
	}
}

#define OF_EACH "cua? cac|hang|moi|tung|mot? "

/* "05 ngày làm việc sau khi kết thúc quý" */
static long read_count_first(struct plan_timer *timer, size_t at)
{
	static const char *const openings[] = {
		"ke? tinh? tu|sau khi|ngay? ngay? ket|het|cuoi thuc|cung? " OF_EACH,
		"truoc khi|ngay? ngay? ket|het|cuoi thuc|cung? " OF_EACH
	};
	size_t end = at + plan_words_match(timer->words, at, timer->to, "trong vong? thoi? gian|han?", NULL);
	struct plan_offset offset;
	struct day_count count;
	size_t taken = read_count(timer, end, &count);

	if (!taken)
		return 0;
	end += taken;
	for (int is_before = 0; is_before < 2; is_before++) {
		size_t opening = plan_words_match(timer->words, end, timer->to, openings[is_before], NULL);
		size_t name = opening ? plan_period_name(timer, end + opening, &offset) : 0;

		long further;

		if (!name)
			continue;
		if (add_count(timer, &offset, &count, is_before))
			return -1;
		end += opening + name;
		further = add_further(timer, end, &count, is_before);
		return further < 0 ? -1 : (long)(end - at) + further;
	}
	return 0;
}

/* "sau khi kết thúc quý 05 ngày", "trước khi hết tháng 3 ngày" */
static long read_count_last(struct plan_timer *timer, size_t at)
{
	size_t end = at + plan_words_match(timer->words, at, timer->to,
					   "ke? truoc|sau|tu khi|ngay ngay? ket|het thuc? " OF_EACH, NULL);
	int is_before = plan_word_is(timer->words, at, "truoc");
	struct plan_offset offset;
	struct day_count count;
	size_t taken = end > at ? plan_period_name(timer, end, &offset) : 0;

	if (!taken)
		return 0;
	end += taken;
	end += plan_words_match(timer->words, end, timer->to, ",|la|cham|muon|trong|it la|nhat|vong? la?",
				NULL);
	taken = read_count(timer, end, &count);
	if (!taken)
		return 0;
	return add_count(timer, &offset, &count, is_before) ? -1 : (long)(end + taken - at);
}

/* "ngày làm việc thứ 5 của tháng sau"; the last one of a period has no rule that could be kept. */
static long read_working_day(struct plan_timer *timer, size_t at)
{
	int numbers[4] = { 1 };
	size_t first = plan_words_match(timer->words, at, timer->to,
					"ngay lam viec dau|thu tien? #? cua? thang|quy|qui|tuan|nam "
					"sau|ke|tiep|lien tiep|theo|ke?",
					numbers);
	struct plan_offset offset = { .span = { PLAN_WORKING_DAYS, numbers[0], 0 } };
	size_t unit, taken, named;

	for (unit = at;
	     first && !plan_words_match(timer->words, unit, at + first, "thang|quy|qui|tuan|nam", NULL);)
		unit++;
	if (first && numbers[0] >= 1 && numbers[0] <= WORKING_DAYS_AFTER_MAX) {
		offset.rrule = plan_word_is(timer->words, unit, "thang")  ? NULL
			       : plan_word_is(timer->words, unit, "tuan") ? PLAN_WEEKLY
			       : plan_word_is(timer->words, unit, "nam")  ? PLAN_YEARLY
									  : PLAN_QUARTERLY;
		return plan_offset_add(timer, &offset) ? -1 : (long)first;
	}
	taken = plan_words_match(
		timer->words, at, timer->to,
		"ngay lam viec dau|cuoi|thu|ke #? cung|tien? cua? cac|hang|moi|tung? thang|quy|qui|tuan|nam",
		NULL);
	if (!taken)
		return 0;
	named = at + taken;
	while (at + taken < timer->to &&
	       !plan_words_match(timer->words, at + taken, timer->to, ",|(|)", NULL))
		taken++;
	return plan_timer_unruled(timer, named, at + taken) ? -1 : (long)taken;
}

long plan_end_read(struct plan_timer *timer, size_t at)
{
	long taken = read_count_first(timer, at);

	if (!taken)
		taken = read_count_last(timer, at);
	return taken ? taken : read_working_day(timer, at);
}
