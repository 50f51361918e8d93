#include "plan_timing.h"

/* "trong vòng 05 ngày làm việc kể từ ngày nhận": terms that run from an event. */

enum { WORKING_DAYS_MAX = 366, DAYS_MAX = 1000 };

struct term {
	int is_certain;
	int is_range; /* "05 - 10 ngày" */
	struct plan_span span;
	size_t count; /* the word its number stands at */
	size_t end;
};

struct term_row {
	const char *pattern;
	int is_before;
};

/* Up to the unit: with it the phrase is a term whatever follows, or needs what follows. */
static const struct term_row open_rows[] = {
	{ "trong vong? thoi? gian|han? khong? qua? " PLAN_COUNT "ngay|tuan|thang|gio", 0 },
	{ "sau " PLAN_COUNT "ngay|tuan|thang", 0 },
	{ "truoc " PLAN_COUNT "ngay|tuan|thang", 1 },
	{ PLAN_COUNT "ngay (? lam viec )?", 0 },
	{ 0 },
};

static const struct term_row tailed_rows[] = {
	{ PLAN_COUNT "ngay|tuan|thang|gio ke|tu|sau|tinh", 0 },
	{ PLAN_COUNT "ngay|tuan|thang|gio truoc", 1 },
	{ 0 },
};

static size_t match_row(const struct plan_timer *timer, const struct term_row *row, size_t at,
			int *ret_before)
{
	for (; row->pattern; row++) {
		size_t taken = plan_words_match(timer->words, at, timer->to, row->pattern, NULL);

		if (!taken)
			continue;
		*ret_before = row->is_before;
		return taken;
	}
	return 0;
}

static size_t range_at(const struct plan_timer *timer, size_t at)
{
	return plan_words_match(timer->words, at, timer->to, "tu? # -|den|toi", NULL);
}

/* A second number of days in the same phrase: whose it is cannot be told. */
static int has_other_count(const struct plan_timer *timer, size_t at, size_t end)
{
	for (; at < end; at++) {
		if (plan_words_match(timer->words, at, end, PLAN_COUNT "ngay|tuan|thang|gio", NULL) &&
		    !plan_words_match(timer->words, at, end, "# thang dau|cuoi", NULL))
			return 1;
	}
	return 0;
}

/* "05 ngày trước ngày 30/9": a date that is lost. */
static int has_number(const struct plan_timer *timer, size_t at, size_t end)
{
	while (at < end && timer->words->items[at].kind != PLAN_NUMBER)
		at++;
	return at < end;
}

static size_t end_of_phrase(const struct plan_timer *timer, size_t at)
{
	while (at < timer->to && !plan_words_match(timer->words, at, at + 1, ",|(|)", NULL))
		at++;
	return at;
}

/* "tối thiểu 10 ngày" and "quá 10 ngày" are no ends of a term. */
static int is_least(const struct plan_timer *timer, size_t at)
{
	if (at < timer->from + 1)
		return 0;
	if (plan_words_match(timer->words, at - 1, at, "qua|hon|tren", NULL))
		return at < timer->from + 2 || !plan_word_is(timer->words, at - 2, "khong");
	return at >= timer->from + 2 &&
	       plan_words_match(timer->words, at - 2, at, "it|toi nhat|thieu", NULL) > 0;
}

static void read_span(const struct plan_timer *timer, struct term *term, int is_before, size_t unit)
{
	int numbers[4] = { 0 };
	size_t taken = plan_words_match(timer->words, term->count, timer->to, PLAN_COUNT "ngay", numbers);
	size_t working = plan_words_match(timer->words, term->count + taken, timer->to, "(? lam viec )?",
					  NULL);
	int max = working ? WORKING_DAYS_MAX : DAYS_MAX;

	term->is_certain = !term->is_range && !has_other_count(timer, unit, term->end) &&
			   !plan_timer_is_fraction(timer, term->count) &&
			   !(is_before && has_number(timer, unit, term->end));
	if (!taken || is_before || !term->is_certain || is_least(timer, term->count) ||
	    plan_words_match(timer->words, unit + working, timer->to, "dau|cuoi|truoc|tet|nghi|le", NULL))
		return;
	if (numbers[0] < 1 || numbers[0] > max) {
		term->is_certain = 0;
		return;
	}
	term->span.unit = working ? PLAN_WORKING_DAYS : PLAN_DAYS;
	term->span.count = numbers[0];
}

/* The word after the unit: "ngày", "tuần". */
static size_t unit_end(const struct plan_timer *timer, size_t count)
{
	return count +
	       plan_words_match(timer->words, count, timer->to, PLAN_COUNT "ngay|tuan|thang|gio", NULL);
}

/* "6 tháng đầu năm", "trước 05 tháng sau", "trong 2 ngày 15/9 và 16/9" are none. */
static int is_other(const struct plan_timer *timer, size_t unit, int is_before)
{
	const char *next = is_before ? "cuoi|dau|giua|sau|ke|tiep|lien|bao" : "cuoi|dau|giua";

	if (unit < timer->to && timer->words->items[unit].kind == PLAN_NUMBER)
		return 1;
	if (plan_word_is(timer->words, unit - 1, "ngay") &&
	    plan_words_match(timer->words, unit, timer->to, "lam? viec? dau|cuoi", NULL))
		return 1;
	return plan_word_is(timer->words, unit - 1, "thang") &&
	       plan_words_match(timer->words, unit, timer->to, next, NULL);
}

/* "05 tháng Sáu" is a day of June. */
static int is_after(const struct plan_timer *timer, size_t at)
{
	return !plan_word_is(timer->words, at, "sau") || plan_word_is_bare(timer->words, at);
}

static int add_term(struct plan_timer *timer, const struct term *term)
{
	size_t before = timer->timings->count;

	timer->is_absorbing = 1;
	if (!term->is_certain && plan_timer_find(timer, "timing_ambiguous"))
		return -1;
	if (plan_timer_add(timer, PLAN_AFTER_EVENT, NULL))
		return -1;
	if (timer->timings->count > before)
		((struct plan_timing *)timer->timings->items + before)->term = term->span;
	return 0;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

long plan_term_read(struct plan_timer *timer, size_t at)
{
	size_t opening = plan_words_match(timer->words, at, timer->to, "trong? vong? tu? thoi? han?", NULL);
	size_t range = range_at(timer, at + opening);
	struct term term = { .is_range = range > 0 };
	size_t start = range ? at + opening + range : at;
	int is_before = 0;
	size_t taken = match_row(timer, open_rows, start, &is_before);
	size_t unit;

	if (!taken)
		taken = match_row(timer, tailed_rows, start, &is_before);
	if (!taken)
		return 0;
	for (term.count = start; timer->words->items[term.count].kind != PLAN_NUMBER;)
		term.count++;
	unit = unit_end(timer, term.count);
	/* "ngày 16 tháng trước" */
	if (term.count > timer->from && plan_word_is(timer->words, term.count - 1, "ngay"))
		return 0;
	if (is_other(timer, unit, is_before) || !is_after(timer, start) ||
	    !is_after(timer, start + taken - 1))
		return 0;
	/* The parenthesis of "05 ngày (làm việc)" ends nothing. */
	taken = larger(taken, unit + plan_words_match(timer->words, unit, timer->to, "(? lam viec )?", NULL) -
				      start);
	term.end = end_of_phrase(timer, start + taken);
	read_span(timer, &term, is_before, unit);
	return add_term(timer, &term) ? -1 : (long)(term.end - at);
}
