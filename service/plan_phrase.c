#include "plan_phrase.h"

enum { YEAR_MIN = 1900 };

#define MONTHLY "FREQ=MONTHLY"
#define QUARTER_ENDS "FREQ=YEARLY;BYMONTH=3,6,9,12"

typedef int action_reader(struct plan_timer *timer, const struct plan_phrase_row *row,
			  const struct plan_phrase *phrase);

static int read_add(struct plan_timer *timer, const struct plan_phrase_row *row,
		    const struct plan_phrase *phrase)
{
	/* "trước 30 tháng 9" is a date. */
	if (row->kind == PLAN_AFTER_EVENT && plan_word_is(timer->words, phrase->end - 1, "thang") &&
	    phrase->end < timer->to && timer->words->items[phrase->end].kind == PLAN_NUMBER)
		return PHRASE_OTHER;
	timer->is_absorbing = row->action == ABSORB;
	if (row->finding && plan_timer_find(timer, row->finding))
		return PHRASE_FAILED;
	return plan_timer_add(timer, row->kind, row->rrule);
}

static int read_fill(struct plan_timer *timer, const struct plan_phrase_row *row,
		     const struct plan_phrase *phrase)
{
	(void)phrase;
	timer->is_periodic |= row->action == PERIODIC;
	return PHRASE_TAKEN;
}

static int is_near(const struct plan_timer *timer, int year)
{
	int plan_year = timer->reader->plan->year;

	return plan_year && year >= plan_year && year <= plan_year + 1;
}

static int read_date(struct plan_timer *timer, const struct plan_phrase_row *row,
		     const struct plan_phrase *phrase)
{
	const int *numbers = phrase->numbers + (row->action == DAYS);
	int is_short = numbers[2] < 100;
	struct plan_date due = { numbers[2] + (is_short ? 2000 : 0), numbers[1], numbers[0] };

	/* "30/9/26" in a plan of 2026 or the year after; another two digits may be anything. */
	if (is_short && (!plan_date_is_real(due) || !is_near(timer, due.year)))
		return plan_timer_unknown(timer, "timing_ambiguous");
	if (is_short && plan_timer_find(timer, "timing_year_assumed"))
		return PHRASE_FAILED;
	timer->has_start |= row->action == DAYS;
	return plan_timer_due(timer, phrase, PLAN_ON_DATE, due);
}

static int read_day_and_month(struct plan_timer *timer, const struct plan_phrase_row *row,
			      const struct plan_phrase *phrase)
{
	int year = timer->reader->plan->year;
	struct plan_date due = { year, phrase->numbers[1], phrase->numbers[0] };

	(void)row;
	if (plan_date_is_real(due) && plan_timer_find(timer, "timing_year_assumed"))
		return PHRASE_FAILED;
	return plan_timer_due(timer, phrase, PLAN_ON_DATE, due);
}

static int read_month_of_year(struct plan_timer *timer, const struct plan_phrase_row *row,
			      const struct plan_phrase *phrase)
{
	int month = phrase->numbers[0];
	int year = phrase->numbers[1];
	struct plan_date due = { year, month, plan_days_of_month(year, month) };

	(void)row;
	return year < YEAR_MIN ? PHRASE_OTHER : plan_timer_due(timer, phrase, PLAN_ON_DATE, due);
}

static int read_year(struct plan_timer *timer, const struct plan_phrase_row *row,
		     const struct plan_phrase *phrase)
{
	int is_range = row->action == YEARS;
	int year = row->action == THIS_YEAR ? timer->reader->plan->year : phrase->numbers[is_range];

	if (row->action != THIS_YEAR && (year < YEAR_MIN || phrase->numbers[0] < YEAR_MIN))
		return PHRASE_OTHER;
	timer->has_start |= is_range;
	return plan_timer_due(timer, phrase, PLAN_YEAR, (struct plan_date){ year, 12, 31 });
}

static int read_months(struct plan_timer *timer, const struct plan_phrase_row *row,
		       const struct plan_phrase *phrase)
{
	int months = phrase->numbers[0];
	int year = phrase->numbers[1] ? phrase->numbers[1] : timer->reader->plan->year;
	int last = row->action == FIRST_MONTHS ? months : 12;
	enum plan_timing_kind kind = months == 6 ? PLAN_HALF_YEAR : months == 3 ? PLAN_QUARTER : PLAN_ON_DATE;

	if (months < 1 || months > 11)
		return PHRASE_OTHER;
	return plan_timer_due(timer, phrase, kind,
			      (struct plan_date){ year, last, plan_days_of_month(year, last) });
}

/* "Sáu tháng đầu năm" */
static int read_half(struct plan_timer *timer, const struct plan_phrase_row *row,
		     const struct plan_phrase *phrase)
{
	int year = phrase->numbers[0] ? phrase->numbers[0] : timer->reader->plan->year;
	int last = row->action == FIRST_HALF ? 6 : 12;

	return plan_timer_due(timer, phrase, PLAN_HALF_YEAR,
			      (struct plan_date){ year, last, plan_days_of_month(year, last) });
}

static int add_rule(struct plan_timer *timer, const char *rule, int number)
{
	char *rrule = arena_printf(timer->reader->arena, "%s%d", rule, number);

	return rrule ? plan_timer_add(timer, PLAN_RECURRING, rrule) : PHRASE_FAILED;
}

static int add_open_recurrence(struct plan_timer *timer)
{
	if (plan_timer_find(timer, "recurrence_unknown"))
		return PHRASE_FAILED;
	return plan_timer_add(timer, PLAN_RECURRING, NULL);
}

static int read_interval(struct plan_timer *timer, const struct plan_phrase_row *row,
			 const struct plan_phrase *phrase)
{
	int months = phrase->numbers[0];
	int times = phrase->end > phrase->at + 3 && phrase->numbers[1] ? phrase->numbers[1] : 1;

	if (row->action == TIMES_A_YEAR) {
		times = 1;
		months = months > 0 && 12 % months == 0 ? 12 / months : 0;
	}
	if (months < 1 || months > 60 || times != 1)
		return add_open_recurrence(timer);
	if (months == 12)
		return plan_timer_add(timer, PLAN_RECURRING, "FREQ=YEARLY");
	if (months == 1)
		return plan_timer_add(timer, PLAN_RECURRING, MONTHLY);
	return add_rule(timer, MONTHLY ";INTERVAL=", months);
}

/* Days not every month has are left open: a rule by them would skip months. */
static int read_day_rule(struct plan_timer *timer, const struct plan_phrase_row *row,
			 const struct plan_phrase *phrase)
{
	int is_quarter = row->action == QUARTER_DAY;
	int day = phrase->numbers[0];

	if (plan_word_is(timer->words, phrase->end, "/") || plan_word_is(timer->words, phrase->end, "thang"))
		return PHRASE_OTHER;
	if (day < 1 || day > 31)
		return plan_timer_unknown(timer, "date_impossible");
	if (day > 28)
		return add_open_recurrence(timer);
	return add_rule(timer, is_quarter ? QUARTER_ENDS ";BYMONTHDAY=" : MONTHLY ";BYMONTHDAY=", day);
}

static int read_year_day(struct plan_timer *timer, const struct plan_phrase_row *row,
			 const struct plan_phrase *phrase)
{
	int is_second = row->action == YEAR_DAYS;
	int day = phrase->numbers[is_second ? 2 : 0];
	int month = phrase->numbers[is_second ? 3 : 1];
	char *rule;

	if (day < 1 || day > plan_days_of_month(2025, month))
		return plan_timer_unknown(timer, "date_impossible");
	rule = arena_printf(timer->reader->arena, "FREQ=YEARLY;BYMONTH=%d;BYMONTHDAY=", month);
	return rule ? add_rule(timer, rule, day) : PHRASE_FAILED;
}

/* "Ngày 01/6 và 01/12 hàng năm" */
static int read_year_days(struct plan_timer *timer, const struct plan_phrase_row *row,
			  const struct plan_phrase *phrase)
{
	static const struct plan_phrase_row first = { .action = YEAR_DAY };

	return read_year_day(timer, &first, phrase) ? PHRASE_FAILED : read_year_day(timer, row, phrase);
}

/* "456/VPCP-KSTT": letters in capitals after the number. */
static int read_cited(struct plan_timer *timer, const struct plan_phrase_row *row,
		      const struct plan_phrase *phrase)
{
	const struct plan_word *word = &timer->words->items[phrase->end];

	(void)row;
	if (phrase->end >= timer->to || word->kind != PLAN_WORD || word->is_lower || !word->is_glued)
		return PHRASE_OTHER;
	return PHRASE_TAKEN;
}

static int read_half_and_end(struct plan_timer *timer, const struct plan_phrase_row *row,
			     const struct plan_phrase *phrase)
{
	(void)row;
	if (phrase->numbers[0] != 6)
		return PHRASE_OTHER;
	return plan_timer_add(timer, PLAN_RECURRING, "FREQ=YEARLY;BYMONTH=6,12");
}

static action_reader *const readers[] = {
	[ADD] = read_add,
	[ABSORB] = read_add,
	[CITED] = read_cited,
	[FILL] = read_fill,
	[PERIODIC] = read_fill,
	[DATE] = read_date,
	[DAYS] = read_date,
	[DAY_AND_MONTH] = read_day_and_month,
	[MONTH_OF_YEAR] = read_month_of_year,
	[YEAR] = read_year,
	[YEARS] = read_year,
	[THIS_YEAR] = read_year,
	[FIRST_MONTHS] = read_months,
	[LAST_MONTHS] = read_months,
	[EVERY_MONTHS] = read_interval,
	[TIMES_A_YEAR] = read_interval,
	[MONTH_DAY] = read_day_rule,
	[QUARTER_DAY] = read_day_rule,
	[YEAR_DAY] = read_year_day,
	[YEAR_DAYS] = read_year_days,
	[HALF_AND_END] = read_half_and_end,
	[FIRST_HALF] = read_half,
	[SECOND_HALF] = read_half,
};

/* "theo Công điện số 15 ngày 02/3 xong trước 30/6": the date is not the document's. */
static int is_due_opening(const struct plan_timer *timer, size_t at)
{
	return plan_words_match(timer->words, at, timer->to, "xong", NULL) ||
	       plan_words_match(timer->words, at, timer->to, "hoan thanh", NULL) ||
	       plan_words_match(timer->words, at, timer->to, "cham nhat", NULL) ||
	       plan_words_match(timer->words, at, timer->to, "truoc ngay? #", NULL);
}

/* Where a phrase that takes in words ends: at a comma or parenthesis. */
static size_t absorb_end(const struct plan_timer *timer, const struct plan_phrase_row *row, size_t end)
{
	if (row->action != ABSORB && row->action != CITED)
		return end;
	while (end < timer->to && !plan_words_match(timer->words, end, end + 1, ",|(|)", NULL) &&
	       !(row->kind != PLAN_AFTER_EVENT && is_due_opening(timer, end)))
		end++;
	return end;
}

long plan_phrase_read(struct plan_timer *timer, size_t at)
{
	for (const struct plan_phrase_row *row = plan_phrase_rows; row->pattern; row++) {
		struct plan_phrase phrase = { .at = at };
		size_t taken = plan_words_match(timer->words, at, timer->to, row->pattern, phrase.numbers);
		int result;

		if (!taken)
			continue;
		phrase.end = at + taken;
		phrase.is_range = row->action == DAYS || row->action == YEARS;
		result = readers[row->action](timer, row, &phrase);
		if (result == PHRASE_FAILED)
			return -1;
		if (result == PHRASE_TAKEN)
			return (long)(absorb_end(timer, row, phrase.end) - at);
	}
	return 0;
}
