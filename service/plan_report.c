#include <string.h>

#include "plan_timing.h"

/* Whose report it is, over which days, and on which day of the week. */

struct weekday {
	const char *pattern;
	const char *day;
};

static const struct weekday weekdays[] = {
	{ "thu hai|2", "MO" }, { "thu ba|3", "TU" },  { "thu tu|4", "WE" },
	{ "thu nam|5", "TH" }, { "thu sau|6", "FR" }, { "thu bay|7", "SA" },
	{ "chu nhat", "SU" },  { "t2", "MO" },        { "t3", "TU" },
	{ "t4", "WE" },        { "t5", "TH" },        { "t6", "FR" },
	{ "t7", "SA" },        { "cn", "SU" },        { 0 },
};

static size_t weekday_at(const struct plan_timer *timer, size_t at, const char **ret_day)
{
	for (const struct weekday *row = weekdays; row->pattern; row++) {
		size_t taken = plan_words_match(timer->words, at, timer->to, row->pattern, NULL);

		if (taken) {
			*ret_day = row->day;
			return taken;
		}
	}
	return 0;
}

static int add_weekdays(struct plan_timer *timer, const char *const *days, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *rrule = arena_printf(timer->reader->arena, PLAN_WEEKLY ";BYDAY=%s", days[i]);

		if (!rrule || plan_timer_add(timer, PLAN_RECURRING, rrule))
			return -1;
	}
	return 0;
}

/* "thứ Hai đầu tiên hàng tháng" */
static long read_of_month(struct plan_timer *timer, size_t at, size_t end, const char *day)
{
	size_t first = plan_words_match(timer->words, end, timer->to,
					"dau tien cua? cac|hang|moi|tung? thang", NULL);
	size_t last = plan_words_match(timer->words, end, timer->to,
				       "cuoi cung cua? cac|hang|moi|tung? thang", NULL);
	char *rrule;

	if (!first && !last)
		return 0;
	end += first + last;
	if (plan_timer_has_value(timer, end) ||
	    plan_words_match(timer->words, end, timer->to, "sau|ke|tiep", NULL))
		return plan_timer_unknown(timer, "timing_ambiguous") ? -1 : (long)(end - at);
	rrule = arena_printf(timer->reader->arena, PLAN_MONTHLY ";BYDAY=%s%s", first ? "1" : "-1", day);
	return rrule && !plan_timer_add(timer, PLAN_RECURRING, rrule) ? (long)(end - at) : -1;
}

enum { WEEKDAYS_MAX = 7 };

struct weekday_list {
	const char *days[WEEKDAYS_MAX];
	size_t count;
	size_t end;
};

/* "thứ Ba, thứ Năm" */
static void read_weekdays(const struct plan_timer *timer, struct weekday_list *list)
{
	size_t joint = 0, taken;

	while (list->count < WEEKDAYS_MAX &&
	       (taken = weekday_at(timer, list->end + joint, &list->days[list->count]))) {
		list->count++;
		list->end += joint + taken;
		joint = plan_words_match(timer->words, list->end, timer->to, ",|va|/ va?", NULL);
		if (!joint)
			break;
	}
}

/* A range of days is none of them, and "thứ Sáu tuần đầu" is not of each week. */
static int is_one_day(const struct plan_timer *timer, size_t at, size_t end, enum plan_bound bound)
{
	if (bound == PLAN_BOUND_START || bound == PLAN_BOUND_VAGUE)
		return 0;
	if (at > timer->from && plan_words_match(timer->words, at - 1, at, "-|den|toi", NULL))
		return 0;
	return !plan_words_match(timer->words, end, timer->to, "-|den|toi|tuan|dau|cuoi|cua", NULL);
}

long plan_weekday_read(struct plan_timer *timer, size_t at)
{
	size_t week = plan_words_match(timer->words, at, timer->to,
				       "hang|moi|tung tuan ,|(|:? truoc|vao? ngay|sang|chieu|cuoi? ngay?",
				       NULL);
	struct weekday_list list = { .end = at + week };
	enum plan_bound bound = plan_timer_bound(timer, at);
	size_t taken;
	long of_month;

	read_weekdays(timer, &list);
	if (!list.count)
		return 0;
	of_month = week ? 0 : read_of_month(timer, at, list.end, list.days[0]);
	if (of_month)
		return of_month;
	taken = plan_words_match(timer->words, list.end, timer->to, "cua? cac|hang|moi|tung tuan", NULL);
	if (!week && !taken)
		return 0;
	list.end += taken;
	if (!is_one_day(timer, at, list.end, bound))
		return plan_timer_open(timer, "timing_ambiguous") ? -1 : (long)(list.end - at);
	if (bound == PLAN_BOUND_BEFORE && plan_timer_find(timer, "timing_before_date"))
		return -1;
	return add_weekdays(timer, list.days, list.count) ? -1 : (long)(list.end - at);
}

/* "09/2019/NĐ-CP" */
int plan_cites_decree(const struct plan_timer *timer, size_t at, size_t end)
{
	for (; at < end; at++) {
		int numbers[4] = { 0 };

		if (plan_words_match(timer->words, at, timer->to, "# / # / nd - cp", numbers) &&
		    numbers[0] == 9 && numbers[1] == 2019)
			return 1;
		if (plan_words_match(timer->words, at, timer->to, "nghi? dinh|nd so? # / #", numbers) &&
		    numbers[0] == 9 && numbers[1] == 2019)
			return 1;
	}
	return 0;
}

static size_t end_of_words(const struct plan_timer *timer, size_t at)
{
	while (at < timer->to && timer->words->items[at].kind != PLAN_MARK &&
	       !plan_words_match(timer->words, at, timer->to, "truoc|cham|gui|hoan", NULL))
		at++;
	return at;
}

/* "số liệu chốt đến ngày 14" */
static long read_cut_off(struct plan_timer *timer, size_t at)
{
	static const char *const patterns[] = {
		"so lieu duoc? chot|tinh|lay|khoa so? lieu? den|vao|tai|het? het? ngay #",
		"chot so? lieu? den|vao|tai|het? het? ngay #",
		NULL,
	};

	for (const char *const *pattern = patterns; *pattern; pattern++) {
		int numbers[4] = { 0 };
		size_t end = at + plan_words_match(timer->words, at, timer->to, *pattern, numbers);

		if (end == at || numbers[0] != 14)
			continue;
		timer->is_statutory = 1;
		end += plan_words_match(timer->words, end, timer->to, "hang thang", NULL);
		/* "ngày 14/3, 14/6" */
		while (plan_words_match(timer->words, end, timer->to, "/ #", NULL)) {
			end += 2;
			end += plan_words_match(timer->words, end, timer->to, ",|va va? ngay? 14", NULL);
		}
		return (long)(end_of_words(timer, end) - at);
	}
	return 0;
}

/* "từ 15/11/2025": the decree's year begins in December. */
static int names_month(const struct plan_timer *timer, size_t at, size_t end)
{
	for (; at < end; at++) {
		int numbers[4] = { 0 };

		if (plan_words_match(timer->words, at, end, "15 / #", numbers) && numbers[0] != 12)
			return 1;
	}
	return 0;
}

/* "từ ngày 15 tháng trước kỳ báo cáo đến ngày 14 của tháng cuối kỳ"; other days make no known period. */
static long read_cut(struct plan_timer *timer, size_t at)
{
	static const char *const patterns[] = { "tinh? tu ngay # cua? thang truoc|lien",
						"so lieu duoc? tinh|lay|chot? tu ngay? #", NULL };
	int first[4] = { 0 }, last[4] = { 0 };
	size_t end = at;

	for (const char *const *pattern = patterns; *pattern && end == at; pattern++)
		end = at + plan_words_match(timer->words, at, timer->to, *pattern, first);
	if (end == at)
		return 0;
	while (end < timer->to &&
	       !plan_words_match(timer->words, end, timer->to, "den|toi het? ngay? #", last))
		end++;
	if (end == timer->to)
		return 0;
	if (first[0] == 15 && last[0] == 14 && !names_month(timer, at, end))
		timer->is_statutory = 1;
	else
		timer->has_doubt = 1;
	while (end < timer->to && !plan_words_match(timer->words, end, timer->to, ",|(|)", NULL) &&
	       !plan_words_match(timer->words, end, timer->to, "truoc|cham|gui|hoan", NULL))
		end++;
	return (long)(end - at);
}

/* "theo kỳ báo cáo quy định tại Nghị định số 09/2019/NĐ-CP" */
static long read_decree(struct plan_timer *timer, size_t at)
{
	size_t end = at + plan_words_match(
				  timer->words, at, timer->to,
				  "theo|tai? ky? bao? cao? tai|theo? quy? dinh? tai|cua? khoan? #? dieu? 12?",
				  NULL);

	if (!plan_cites_decree(timer, end, end + 1))
		end = at;
	if (!plan_cites_decree(timer, end, end + 1))
		return 0;
	timer->is_statutory = 1;
	timer->cites_decree = 1;
	while (end < timer->to && !plan_words_match(timer->words, end, end + 1, ",|(|)", NULL) &&
	       !plan_words_match(timer->words, end, timer->to, "truoc|cham|gui|hoan", NULL))
		end++;
	return (long)(end - at);
}

/* "Báo cáo quý III trước 20/9": the quarter is what the report is about, not when it is due. */
static long read_subject(const struct plan_timer *timer, size_t at)
{
	static const char *const years[] = { "/ #", "nam #", "- #", NULL };
	size_t end = at + plan_words_match(timer->words, at, timer->to, "bao cao quy|qui|thang|nam", NULL);
	size_t taken = 0;

	if (end == at || !plan_timer_has_value(timer, end))
		return 0;
	end++;
	for (const char *const *year = years; *year && !taken; year++)
		taken = plan_words_match(timer->words, end, timer->to, *year, NULL);
	end += taken;
	if (!plan_words_match(timer->words, end, timer->to, ":|(|,? truoc|cham|muon|xong|ngay|hoan", NULL))
		return 0;
	return (long)(end - at);
}

/* "báo cáo tháng, quý, năm": each of them recurs; the words taken after the first. */
static long read_names(struct plan_timer *timer, size_t at, const char *rrule)
{
	struct plan_offset period = { 0 };
	size_t end = at, joint, name;

	for (;;) {
		joint = plan_words_match(timer->words, end, timer->to, ",|/|va va? bao? cao?", NULL);
		name = joint ? plan_period_name(timer, end + joint, &period) : 0;
		if (!name || !period.rrule)
			break;
		if (end == at && plan_timer_add(timer, PLAN_RECURRING, rrule))
			return -1;
		if (plan_timer_add(timer, PLAN_RECURRING, period.rrule))
			return -1;
		end += joint + name;
	}
	return (long)(end - at);
}

static long read_other(struct plan_timer *timer, size_t at)
{
	long taken = read_subject(timer, at);

	if (!taken)
		taken = read_decree(timer, at);
	if (!taken)
		taken = read_cut_off(timer, at);
	return taken ? taken : read_cut(timer, at);
}

static int set_period(struct plan_timer *timer, const char *rrule)
{
	struct plan_offset pending = timer->pending;

	timer->period = rrule;
	if (!pending.span.unit)
		return 0;
	timer->pending = (struct plan_offset){ 0 };
	return plan_offset_add(timer, &pending);
}

long plan_report_read(struct plan_timer *timer, size_t at)
{
	size_t trailing = plan_words_match(timer->words, at, timer->to, "doi voi|cho ky?", NULL);
	size_t opening = plan_words_match(timer->words, at + trailing, timer->to,
					  "ky? bao cao dinh? ky? cua?", NULL);
	struct plan_offset period;
	size_t end = at + trailing + opening;
	size_t name = opening ? plan_period_name(timer, end, &period) : 0;
	long further;

	if (!name)
		return read_other(timer, at);
	end += name;
	if (!period.rrule || (trailing && timer->added && !timer->pending.span.unit))
		return (long)(end - at);
	further = read_names(timer, end, period.rrule);
	if (further)
		return further < 0 ? -1 : (long)(end - at) + further;
	return set_period(timer, period.rrule) ? -1 : (long)(end - at);
}
