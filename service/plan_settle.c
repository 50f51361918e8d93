#include <string.h>

#include "plan_timing.h"

/* What an item's recurrences, offsets and bases come to when all its words are read. */

static struct plan_timing *timing_at(const struct plan_timer *timer, size_t index)
{
	return (struct plan_timing *)timer->timings->items + index;
}

/* Its occurrences are the ends of periods, not days that the rule names. */
static int has_periods(const struct plan_timing *timing)
{
	return timing->kind == PLAN_RECURRING && timing->rrule && !strstr(timing->rrule, "BYMONTHDAY") &&
	       !strstr(timing->rrule, "BYDAY") && strcmp(timing->rrule, "FREQ=DAILY") != 0;
}

static int is_open(const struct plan_timing *timing)
{
	return has_periods(timing) && !timing->due_offset.unit;
}

static struct plan_timing *find_rule(const struct plan_timer *timer, const char *rrule)
{
	for (size_t i = timer->first; i < timer->timings->count; i++) {
		struct plan_timing *timing = timing_at(timer, i);

		if (is_open(timing) && !strcmp(timing->rrule, rrule))
			return timing;
	}
	return NULL;
}

static size_t count_open(const struct plan_timer *timer)
{
	size_t count = 0;

	for (size_t i = timer->first; i < timer->timings->count; i++)
		count += (size_t)is_open(timing_at(timer, i));
	return count;
}

/* A rule that may be wrong is none: the words stay, and a finding says so. */
static int drop_open(struct plan_timer *timer)
{
	int dropped = 0;

	for (size_t i = timer->first; i < timer->timings->count; i++) {
		struct plan_timing *timing = timing_at(timer, i);

		if (is_open(timing)) {
			timing->rrule = NULL;
			timing->basis = PLAN_CALENDAR;
			dropped = 1;
		}
	}
	return dropped ? plan_timer_find(timer, "timing_ambiguous") : 0;
}

static void give_all(struct plan_timer *timer, const struct plan_span *span)
{
	for (size_t i = timer->first; i < timer->timings->count; i++) {
		if (is_open(timing_at(timer, i)))
			timing_at(timer, i)->due_offset = *span;
	}
}

static int give_rule(struct plan_timer *timer, const char *rrule, const struct plan_span *span)
{
	struct plan_timing *timing = find_rule(timer, rrule);
	size_t before = timer->timings->count;

	if (timing) {
		timing->due_offset = *span;
		return 0;
	}
	if (plan_timer_add(timer, PLAN_RECURRING, rrule))
		return -1;
	if (timer->timings->count > before)
		timing_at(timer, before)->due_offset = *span;
	return 0;
}

int plan_offset_add(struct plan_timer *timer, const struct plan_offset *offset)
{
	const char *rrule = offset->rrule ? offset->rrule : timer->period;
	size_t open = count_open(timer);

	if (rrule) {
		timer->period = NULL;
		return give_rule(timer, rrule, &offset->span);
	}
	if (open == 1 || (open && offset->is_each)) {
		give_all(timer, &offset->span);
		return 0;
	}
	if (open)
		return drop_open(timer);
	if (timer->pending.span.unit)
		return plan_timer_open(timer, "timing_ambiguous");
	timer->pending = *offset;
	timer->is_periodic = 0;
	return 0;
}

int plan_is_yearly(const struct plan_timer *timer)
{
	return (timer->period && !strcmp(timer->period, PLAN_YEARLY)) || find_rule(timer, PLAN_YEARLY);
}

int plan_has_kind(const struct plan_timer *timer, enum plan_timing_kind kind)
{
	for (size_t i = timer->first; i < timer->timings->count; i++) {
		if (timing_at(timer, i)->kind == kind)
			return 1;
	}
	return 0;
}

int plan_yearly_add(struct plan_timer *timer, const char *rrule)
{
	struct plan_timing *timing = find_rule(timer, PLAN_YEARLY);

	timer->period = NULL;
	if (timing) {
		timing->rrule = rrule;
		return 0;
	}
	return plan_timer_add(timer, PLAN_RECURRING, rrule);
}

static int settle_pending(struct plan_timer *timer)
{
	struct plan_offset pending = timer->pending;

	if (!pending.span.unit)
		return 0;
	timer->pending = (struct plan_offset){ 0 };
	if (!count_open(timer) && !timer->period)
		return plan_timer_open(timer, "recurrence_unknown");
	return plan_offset_add(timer, &pending);
}

/* The decree has months, quarters, halves and years; what recurs otherwise has no such periods. */
static int takes_decree(const struct plan_timing *timing)
{
	return !strcmp(timing->rrule, PLAN_MONTHLY) || !strcmp(timing->rrule, PLAN_QUARTERLY) ||
	       !strcmp(timing->rrule, PLAN_HALF_YEARLY) || !strcmp(timing->rrule, PLAN_YEARLY) ||
	       !strcmp(timing->rrule, "FREQ=YEARLY;BYMONTH=6,12");
}

static int settle_basis(struct plan_timer *timer)
{
	int is_used = 0;

	for (size_t i = timer->first; i < timer->timings->count; i++) {
		struct plan_timing *timing = timing_at(timer, i);

		if (!has_periods(timing))
			continue;
		if (!takes_decree(timing))
			return drop_open(timer);
		timing->basis = PLAN_STATUTORY;
		is_used = 1;
	}
	if (timer->cites_decree && !plan_has_kind(timer, PLAN_RECURRING))
		return plan_timer_add(timer, PLAN_BY_PLAN, NULL);
	return is_used ? plan_timer_find(timer, "timing_statutory") : 0;
}

/* "Hàng quý (30/3, 30/6)", "hàng quý trước ngày 20 tháng cuối quý, hàng năm": other days than the period's end. */
static int is_in_doubt(const struct plan_timer *timer)
{
	for (size_t i = timer->first; i < timer->timings->count; i++) {
		const struct plan_timing *timing = timing_at(timer, i);
		int is_dated = timing->due_on.year && timing->kind != PLAN_YEAR;

		int is_other = timing->kind == PLAN_RECURRING && !is_open(timing);

		if (is_dated || is_other || timing->kind == PLAN_UNKNOWN || timing->term.unit)
			return 1;
	}
	return timer->has_doubt;
}

/* Months of the period that ends with the due date; 0: it is a day. */
static int period_months(const struct plan_timing *timing)
{
	if (!timing->due_on.year)
		return 0;
	switch (timing->kind) {
	case PLAN_QUARTER:
		return 3;
	case PLAN_HALF_YEAR:
		return 6;
	case PLAN_YEAR:
		return 12;
	default:
		return timing->is_month;
	}
}

static int is_inside(const struct plan_timing *due, const struct plan_timing *period)
{
	int months = period_months(period);

	return due->due_on.year && months > period_months(due) && due->due_on.year == period->due_on.year &&
	       due->due_on.month <= period->due_on.month && due->due_on.month > period->due_on.month - months;
}

/* "Quý I, 6 tháng đầu năm" are two; a day in a quarter, and what follows a year, says when in it. */
static int is_part(const struct plan_timing *due, const struct plan_timing *period)
{
	return is_inside(due, period) && (due->kind == PLAN_ON_DATE || period->kind == PLAN_YEAR);
}

/* "Quý III (chậm nhất 25/9)": the quarter's end is not meant as well. */
static int is_narrowed(const struct plan_timer *timer, size_t period)
{
	for (size_t i = period + 1; i < timer->timings->count; i++) {
		if (is_part(timing_at(timer, i), timing_at(timer, period)))
			return 1;
	}
	return 0;
}

/* "Trước 25/9 (quý III)" */
static int is_repeated(const struct plan_timer *timer)
{
	for (size_t i = timer->first; i + 1 < timer->timings->count; i++) {
		if (is_part(timing_at(timer, i), timing_at(timer, i + 1)) &&
		    timing_at(timer, i + 1)->kind != PLAN_YEAR)
			return 1;
	}
	return 0;
}

static int narrow(struct plan_timer *timer)
{
	size_t kept = timer->first;

	for (size_t i = timer->first; i < timer->timings->count; i++) {
		if (!is_narrowed(timer, i))
			*timing_at(timer, kept++) = *timing_at(timer, i);
	}
	if (kept == timer->timings->count)
		return 0;
	/* What is added next is taken to be zeroed. */
	memset(timing_at(timer, kept), 0, (timer->timings->count - kept) * sizeof(struct plan_timing));
	timer->timings->count = kept;
	return plan_timer_find(timer, "timing_narrowed");
}

static int has_rule(const struct plan_timer *timer)
{
	for (size_t i = timer->first; i < timer->timings->count; i++) {
		if (timing_at(timer, i)->rrule)
			return 1;
	}
	return 0;
}

/* "Tháng 6 hoặc tháng 7", "trước 30/9/2026 05 ngày làm việc" */
static int find_choice(struct plan_timer *timer)
{
	size_t dated = 0, terms = 0, periods = 0;

	for (size_t i = timer->first; i < timer->timings->count; i++) {
		dated += timing_at(timer, i)->due_on.year != 0;
		terms += timing_at(timer, i)->term.unit != PLAN_NO_SPAN;
		periods += period_months(timing_at(timer, i)) > 0 && timing_at(timer, i)->kind != PLAN_YEAR;
	}
	if ((dated && terms) || (periods && has_rule(timer)) || is_repeated(timer))
		return plan_timer_find(timer, "timing_overlap");
	for (size_t at = timer->from; dated > 1 && at < timer->to; at++) {
		if (plan_word_is(timer->words, at, "hoac"))
			return plan_timer_find(timer, "timing_overlap");
	}
	return 0;
}

int plan_item_settle(struct plan_timer *timer)
{
	if (settle_pending(timer))
		return -1;
	if (timer->period && !timer->added && plan_timer_add(timer, PLAN_RECURRING, timer->period))
		return -1;
	if ((is_in_doubt(timer) && drop_open(timer)) || narrow(timer) || find_choice(timer))
		return -1;
	return timer->is_statutory ? settle_basis(timer) : 0;
}
