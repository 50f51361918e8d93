#include <string.h>

#include "plan_timing.h"

enum { YEAR_MIN = 1900, VALUES_MAX = 12 };

/* Quarters and months are named in the same ways. */
struct unit {
	const char *word; /* alternatives, as plan_words_match() takes them */
	int count;        /* in a year */
	int months;       /* in one */
	enum plan_timing_kind kind;
};

static const struct unit units[] = {
	{ "quy|qui", 4, 3, PLAN_QUARTER },
	{ "thang", 12, 1, PLAN_ON_DATE },
	{ 0 },
};

struct period_list {
	const struct unit *unit;
	int values[VALUES_MAX];
	size_t count;
	int is_range;
	int year;      /* 0: not stated */
	int is_yearly; /* "hàng năm" */
	int is_other;  /* "năm trước": a year that is not known */
	struct plan_phrase phrase;
};

static int number_at(const struct plan_timer *timer, size_t at)
{
	if (at >= timer->to || timer->words->items[at].kind != PLAN_NUMBER)
		return 0;
	return timer->words->items[at].number;
}

static int value_at(const struct plan_timer *timer, const struct unit *unit, size_t at)
{
	int number = number_at(timer, at);

	if (at >= timer->to)
		return 0;
	if (!number && unit->count == 4)
		number = plan_roman(timer->words->items[at].fold);
	/* "tháng 1 lần" counts, it does not name a month. */
	if (plan_word_is(timer->words, at + 1, "lan"))
		return 0;
	return number <= unit->count ? number : 0;
}

/* A further value of the list after a joining word: "quý II và quý III", "I, II"; the words taken. */
static size_t read_next(const struct plan_timer *timer, struct period_list *list, size_t at)
{
	size_t end = at + plan_words_match(timer->words, at, timer->to, ",|va|-|+|den|toi", NULL);
	int numbers[4] = { 0 };
	size_t named;

	if (end == at)
		return 0;
	end += plan_words_match(timer->words, end, timer->to, "va|het", NULL);
	named = plan_words_match(timer->words, end, timer->to, list->unit->word, NULL);
	end += named;
	if (!value_at(timer, list->unit, end) || list->count >= VALUES_MAX)
		return 0;
	/* "tháng 6, 6 tháng cuối năm", "tháng 6, 9/9/2026", "tháng 2, 5/3" */
	if (!named &&
	    (plan_words_match(timer->words, end, timer->to, "# thang|ngay|lan", NULL) ||
	     plan_words_match(timer->words, end, timer->to, "# / # /", NULL) ||
	     (plan_words_match(timer->words, end, timer->to, "# / #", numbers) && numbers[1] < YEAR_MIN)))
		return 0;
	list->is_range = plan_words_match(timer->words, at, timer->to, "-|den|toi", NULL) > 0;
	list->values[list->count++] = value_at(timer, list->unit, end);
	return end + 1 - at;
}

static size_t read_year(const struct plan_timer *timer, struct period_list *list, size_t at)
{
	static const char *const patterns[] = { "/ #", "- #", ". #", ",? cua? nam #", "#", NULL };
	int numbers[4] = { 0 };
	size_t taken = plan_words_match(timer->words, at, timer->to, "hang|moi nam", NULL);

	list->is_yearly = taken > 0;
	if (taken)
		return taken;
	/* "Tháng 01 năm sau" */
	taken = plan_words_match(timer->words, at, timer->to,
				 "cua? nam sau|toi|ke|tiep|truoc|ngoai|hoc tiep|theo?", NULL);
	if (taken) {
		int is_next = plan_words_match(timer->words, at, at + taken, "cua? nam sau|toi|ke|tiep",
					       NULL) > 0 &&
			      timer->reader->plan->year;
		list->is_other = !is_next;
		list->year = is_next ? timer->reader->plan->year + 1 : 0;
		return taken;
	}
	for (const char *const *pattern = patterns; *pattern; pattern++) {
		taken = plan_words_match(timer->words, at, timer->to, *pattern, numbers);
		if (taken && numbers[0] >= YEAR_MIN) {
			list->year = numbers[0];
			return taken;
		}
	}
	return 0;
}

static int add_yearly(struct plan_timer *timer, const struct period_list *list)
{
	struct arena *arena = timer->reader->arena;
	char *rrule = arena_strdup(arena, "FREQ=YEARLY;BYMONTH=");

	for (size_t i = 0; rrule && i < list->count; i++)
		rrule = arena_printf(arena, "%s%s%d", rrule, i ? "," : "",
				     list->values[i] * list->unit->months);
	return rrule ? plan_timer_add(timer, PLAN_RECURRING, rrule) : -1;
}

static int add_dues(struct plan_timer *timer, struct period_list *list)
{
	size_t from = list->is_range ? list->count - 1 : 0;
	int year = list->year ? list->year : timer->reader->plan->year;

	if (list->is_other)
		return plan_timer_unknown(timer, "timing_ambiguous");
	list->phrase.is_range = list->is_range;
	list->phrase.is_month = list->unit->count == 12;
	if (list->is_range)
		timer->has_start = 1;
	for (size_t i = from; i < list->count; i++) {
		int month = list->values[i] * list->unit->months;
		struct plan_date due = { year, month, plan_days_of_month(year, month) };

		if (plan_timer_due(timer, &list->phrase, list->unit->kind, due))
			return -1;
	}
	return 0;
}

/* "QII/2026", "T6/2026": one word; without a year "T6" may be a Friday. */
static long read_compact(struct plan_timer *timer, size_t at)
{
	const char *fold = timer->words->items[at].fold;
	struct period_list list = { .unit = *fold == 'q' ? &units[0] : &units[1], .count = 1 };
	size_t year;

	if (*fold == 'q')
		list.values[0] = plan_roman(fold + 1);
	else if (*fold == 't' && strspn(fold + 1, "0123456789") == strlen(fold + 1) && strlen(fold) <= 3)
		list.values[0] = fold[1] ? (fold[2] ? (fold[1] - '0') * 10 + fold[2] - '0' : fold[1] - '0')
					 : 0;
	if (list.values[0] < 1 || list.values[0] > list.unit->count)
		return 0;
	year = read_year(timer, &list, at + 1);
	if (!list.year)
		return 0;
	list.phrase.at = at;
	list.phrase.end = at + 1 + year;
	return add_dues(timer, &list) ? -1 : (long)(1 + year);
}

long plan_periods_read(struct plan_timer *timer, size_t at)
{
	struct period_list list = { .unit = units, .phrase = { .at = at } };
	size_t end, taken;

	while (list.unit->word && !plan_words_match(timer->words, at, timer->to, list.unit->word, NULL))
		list.unit++;
	if (!list.unit->word)
		return read_compact(timer, at);
	if (list.unit->count == 12 && number_at(timer, at + 1) > 12)
		return plan_timer_unknown(timer, "date_impossible") ? -1 : 2;
	list.values[0] = value_at(timer, list.unit, at + 1);
	if (!list.values[0])
		return 0;
	list.count = 1;
	end = at + 2;
	do {
		taken = list.is_range ? 0 : read_next(timer, &list, end);
		end += taken;
	} while (taken);
	end += read_year(timer, &list, end);
	list.phrase.end = end;
	if (list.is_yearly ? add_yearly(timer, &list) : add_dues(timer, &list))
		return -1;
	return (long)(end - at);
}

struct frequency {
	const char *word;
	const char *rrule;
};

static const struct frequency frequencies[] = {
	{ "ngay", "FREQ=DAILY" },    { "tuan", "FREQ=WEEKLY" },
	{ "thang", "FREQ=MONTHLY" }, { "quy|qui", "FREQ=MONTHLY;INTERVAL=3" },
	{ "nam", "FREQ=YEARLY" },    { 0 },
};

/* "hàng tháng, ngày làm việc cuối cùng": not each day. */
static int is_further(const struct plan_timer *timer, size_t at)
{
	return !plan_words_match(timer->words, at, timer->to, "ngay|tuan", NULL) || at + 1 >= timer->to ||
	       timer->words->items[at + 1].kind == PLAN_MARK || plan_word_is(timer->words, at + 1, "va");
}

static const struct frequency *frequency_at(const struct plan_timer *timer, size_t at)
{
	const struct frequency *frequency = frequencies;

	while (frequency->word && !plan_words_match(timer->words, at, timer->to, frequency->word, NULL))
		frequency++;
	if (!frequency->word)
		return NULL;
	/* "quý III", "tháng 9", "năm 2026" name one. */
	if (at + 1 < timer->to && (number_at(timer, at + 1) || plan_roman(timer->words->items[at + 1].fold)))
		return NULL;
	return frequency;
}

long plan_recurrences_read(struct plan_timer *timer, size_t at)
{
	size_t end = at + plan_words_match(timer->words, at, timer->to, "hang|moi|tung", NULL);
	const struct frequency *frequency = end > at ? frequency_at(timer, end) : NULL;

	if (!frequency)
		return 0;
	if (plan_timer_bound(timer, at) != PLAN_BOUND_NONE)
		return plan_timer_open(timer, "timing_ambiguous") ? -1 : (long)(end + 1 - at);
	while (frequency) {
		size_t next = end + 1;

		if (plan_timer_add(timer, PLAN_RECURRING, frequency->rrule))
			return -1;
		end = next;
		next += plan_words_match(timer->words, next, timer->to, "/|,|va hang|moi|tung?", NULL);
		frequency = next > end && is_further(timer, next) ? frequency_at(timer, next) : NULL;
		end = frequency ? next : end;
	}
	return (long)(end - at);
}
