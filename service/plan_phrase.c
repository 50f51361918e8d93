#include "plan_phrase.h"

enum { YEAR_MIN = 1900 };

#define MONTHLY "FREQ=MONTHLY"

typedef int action_reader(struct plan_timer *timer, const struct plan_phrase_row *row,
			  const struct plan_phrase *phrase);

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
	if (row->action != ABSORB && row->action != CITED && row->action != OPEN)
		return end;
	while (end < timer->to && !plan_words_match(timer->words, end, end + 1, ",|(|)", NULL) &&
	       !(row->kind != PLAN_AFTER_EVENT && is_due_opening(timer, end)))
		end++;
	return end;
}

/* "đầu hàng quý", "sau mỗi quý": not the period's end. */
static int is_vague(const struct plan_timer *timer, size_t at)
{
	return plan_timer_bound(timer, at) != PLAN_BOUND_NONE;
}

static int read_add(struct plan_timer *timer, const struct plan_phrase_row *row,
		    const struct plan_phrase *phrase)
{
	size_t end = absorb_end(timer, row, phrase->end);

	if (row->kind == PLAN_RECURRING && row->rrule && is_vague(timer, phrase->at))
		return plan_timer_open(timer, "timing_ambiguous");
	/* A name of a month or quarter follows: "ngày cuối tháng 9". */
	if (row->kind == PLAN_RECURRING && plan_timer_has_value(timer, phrase->end))
		return PHRASE_OTHER;
	timer->is_absorbing = row->action == ABSORB;
	if (row->kind == PLAN_BY_PLAN && plan_cites_decree(timer, phrase->at, end)) {
		timer->is_statutory = 1;
		timer->cites_decree = 1;
		timer->is_absorbing = 0;
		return PHRASE_TAKEN;
	}
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

static int read_open(struct plan_timer *timer, const struct plan_phrase_row *row,
		     const struct plan_phrase *phrase)
{
	size_t end = absorb_end(timer, row, phrase->end);

	return plan_timer_unruled(timer, phrase->end, end);
}

/* "từ ngày 20 đến ngày 25 hàng tháng": the last day counts. */
static int read_range_day(struct plan_timer *timer, const struct plan_phrase_row *row,
			  const struct plan_phrase *phrase)
{
	(void)row;
	(void)phrase;
	return plan_timer_find(timer, "timing_range_end");
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

static int read_year_day(struct plan_timer *timer, const struct plan_phrase_row *row,
			 const struct plan_phrase *phrase)
{
	int is_second = row->action == YEAR_DAYS;
	int day = phrase->numbers[is_second ? 2 : 0];
	int month = phrase->numbers[is_second ? 3 : 1];
	enum plan_bound bound = plan_timer_bound(timer, phrase->at);
	char *rule;

	if (bound == PLAN_BOUND_START || bound == PLAN_BOUND_VAGUE ||
	    plan_words_match(timer->words, phrase->end, timer->to, "-|den|toi het? ngay? #", NULL))
		return plan_timer_open(timer, "timing_ambiguous");
	if (day < 1 || day > plan_days_of_month(2025, month))
		return plan_timer_unknown(timer, "date_impossible");
	rule = arena_printf(timer->reader->arena, "FREQ=YEARLY;BYMONTH=%d;BYMONTHDAY=%d", month, day);
	return rule ? plan_yearly_add(timer, rule) : PHRASE_FAILED;
}

static int read_day_and_month(struct plan_timer *timer, const struct plan_phrase_row *row,
			      const struct plan_phrase *phrase)
{
	int year = timer->reader->plan->year;
	struct plan_date due = { year, phrase->numbers[1], phrase->numbers[0] };

	if (plan_is_yearly(timer))
		return read_year_day(timer, row, phrase);
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

/* "cuối năm sau", "cuối năm học", and "trong năm ngày", which are five days. */
static int is_other_year(const struct plan_timer *timer, size_t at)
{
	return plan_words_match(timer->words, at, timer->to,
				"sau|toi|truoc|ngoai|hoc|ke|tiep|ngay|tuan|gio|tai|ngan", NULL) ||
	       plan_words_match(timer->words, at, timer->to, "thang ke|tu|tinh|sau", NULL);
}

/* "hàng quý đến hết năm 2026" */
static int is_span_of_rule(const struct plan_timer *timer, size_t at)
{
	if (!timer->added)
		return 0;
	if (plan_word_is(timer->words, at, "trong"))
		return 1;
	return (plan_has_kind(timer, PLAN_RECURRING) || plan_has_kind(timer, PLAN_CONTINUOUS)) &&
	       plan_words_match(timer->words, at - 1, at, "het|den|toi", NULL);
}

static int find_other_year(struct plan_timer *timer)
{
	timer->has_doubt = 1;
	return plan_timer_find(timer, "timing_other_year");
}

static int read_year(struct plan_timer *timer, const struct plan_phrase_row *row,
		     const struct plan_phrase *phrase)
{
	int is_range = row->action == YEARS;
	int year = row->action == THIS_YEAR ? timer->reader->plan->year : phrase->numbers[is_range];

	if (row->action != THIS_YEAR && (year < YEAR_MIN || phrase->numbers[0] < YEAR_MIN))
		return PHRASE_OTHER;
	if (row->action == THIS_YEAR && is_other_year(timer, phrase->end))
		return PHRASE_OTHER;
	/* "hàng tháng trong năm 2026" says nothing more of when; "Tết Nguyên đán năm 2026" is not its end. */
	if (is_span_of_rule(timer, phrase->at))
		return year == timer->reader->plan->year ? PHRASE_TAKEN : find_other_year(timer);
	/* "ngày 20 tháng cuối năm 2026" */
	if (phrase->at > timer->from && plan_word_is(timer->words, phrase->at - 1, "thang"))
		return plan_timer_unknown(timer, "timing_ambiguous");
	if (timer->unread == phrase->at && phrase->at > timer->from &&
	    !plan_word_is(timer->words, phrase->at, "trong"))
		return plan_timer_unknown(timer, "timing_ambiguous");
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
		return plan_timer_open(timer, "recurrence_unknown");
	if (months == 12)
		return plan_timer_add(timer, PLAN_RECURRING, "FREQ=YEARLY");
	if (months == 1)
		return plan_timer_add(timer, PLAN_RECURRING, MONTHLY);
	return add_rule(timer, MONTHLY ";INTERVAL=", months);
}

/* "hàng tháng, trước ngày 20 tháng sau"; "ngày 20 của tháng" is of each. */
static int is_other_month(const struct plan_timer *timer, size_t at)
{
	size_t taken = plan_words_match(timer->words, at, timer->to, "cua thang", NULL);

	if (!taken)
		return plan_words_match(timer->words, at, timer->to, "thang|cua|cac", NULL) > 0;
	return at + taken < timer->to && timer->words->items[at + taken].kind != PLAN_MARK;
}

/* Days not every month has are left open: a rule by them would skip months. */
static int read_day_rule(struct plan_timer *timer, const struct plan_phrase_row *row,
			 const struct plan_phrase *phrase)
{
	int day = phrase->numbers[0];
	enum plan_bound bound = plan_timer_bound(timer, phrase->at);

	(void)row;
	if (plan_word_is(timer->words, phrase->end, "/") || is_other_month(timer, phrase->end))
		return PHRASE_OTHER;
	if (day < 1 || day > 31)
		return plan_timer_unknown(timer, "date_impossible");
	if (bound == PLAN_BOUND_START || bound == PLAN_BOUND_VAGUE)
		return plan_timer_open(timer, "timing_ambiguous");
	if (day > 28)
		return plan_timer_open(timer, "recurrence_unknown");
	return add_rule(timer, MONTHLY ";BYMONTHDAY=", day);
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
	[OPEN] = read_open,
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
	[RANGE_DAY] = read_range_day,
	[YEAR_DAY] = read_year_day,
	[YEAR_DAYS] = read_year_days,
	[HALF_AND_END] = read_half_and_end,
	[FIRST_HALF] = read_half,
	[SECOND_HALF] = read_half,
};

long plan_phrase_read(struct plan_timer *timer, size_t at)
{
	for (const struct plan_phrase_row *row = plan_phrase_rows; row->pattern; row++) {
		struct plan_phrase phrase = { .at = at };
		size_t taken = plan_words_match(timer->words, at, timer->to, row->pattern, phrase.numbers);
		int result;

		if (!taken)
			continue;
		phrase.end = at + taken;
		phrase.is_month = row->action == MONTH_OF_YEAR;
		phrase.is_range = row->action == DAYS || row->action == YEARS;
		result = readers[row->action](timer, row, &phrase);
		if (result == PHRASE_FAILED)
			return -1;
		if (result == PHRASE_TAKEN && row->action == RANGE_DAY)
			return 2;
		if (result == PHRASE_TAKEN)
			return (long)(absorb_end(timer, row, phrase.end) - at);
	}
	return 0;
}
