#include <string.h>

#include "plan_timing.h"
#include "text.h"

#define NAME_OF(name, text) [PLAN_##name] = text,

const char *plan_timing_name(enum plan_timing_kind kind)
{
	static const char *const names[] = { PLAN_TIMINGS(NAME_OF) };

	return names[kind];
}

/* Words that say nothing of their own about when. */
static const char *const filler_words[] = {
	"trong", "truoc", "vao",   "den", "toi", "het", "ngay", "va", "hoac", "tu", "xong", "cuoi", "la",
	"lan",   "cac",   "thang", "nay", ",",   "(",   ")",    ".",  ";",    "-",  ":",    "/",    NULL,
};

/* Words that leave a recurrence open where they are not understood: "hàng tuần, vào thứ 6 đầu tháng". */
static const char *const doubt_words[] = {
	"dau", "giua", "thu", "chu", "tuan", "quy",  "qui",  "nam",   "khoang", "nua",
	"tet", "sau",  "hai", "bay", "tam",  "chin", "muoi", "gieng", "chap",   NULL,
};

struct bound_word {
	const char *fold;
	enum plan_bound bound;
};

static const struct bound_word bound_words[] = {
	{ "truoc", PLAN_BOUND_BEFORE }, { "tu", PLAN_BOUND_START },   { "sau", PLAN_BOUND_START },
	{ "dau", PLAN_BOUND_VAGUE },    { "giua", PLAN_BOUND_VAGUE }, { "khoang", PLAN_BOUND_VAGUE },
	{ "qua", PLAN_BOUND_VAGUE },    { "tuan", PLAN_BOUND_VAGUE }, { "thu", PLAN_BOUND_VAGUE },
	{ "dot", PLAN_BOUND_VAGUE },    { "nua", PLAN_BOUND_VAGUE },  { 0 },
};

int plan_timer_find(struct plan_timer *timer, const char *code)
{
	return plan_find_kept(timer->reader, timer->where, code, timer->text);
}

int plan_timer_add(struct plan_timer *timer, enum plan_timing_kind kind, const char *rrule)
{
	struct plan_timing *timing;

	if (timer->timings->count >= PLAN_ITEMS_MAX)
		return timer->added++ ? 0 : plan_timer_find(timer, "too_many_items");
	timing = plan_list_add(timer->reader->arena, timer->timings);
	if (!timing)
		return -1;
	timing->kind = kind;
	timing->text = timer->text;
	timing->rrule = rrule;
	timer->added++;
	if (kind == PLAN_RECURRING)
		timer->is_periodic = 0;
	return 0;
}

int plan_timer_unknown(struct plan_timer *timer, const char *code)
{
	if (plan_timer_find(timer, code))
		return -1;
	return plan_timer_add(timer, PLAN_UNKNOWN, NULL);
}

int plan_timer_open(struct plan_timer *timer, const char *code)
{
	if (plan_timer_find(timer, code))
		return -1;
	return plan_timer_add(timer, PLAN_RECURRING, NULL);
}

int plan_timer_unruled(struct plan_timer *timer, size_t at, size_t end)
{
	for (; at < end; at++) {
		if (plan_timer_has_value(timer, at))
			return plan_timer_unknown(timer, "timing_ambiguous");
	}
	return plan_timer_open(timer, "recurrence_unknown");
}

int plan_word_is_bare(const struct plan_words *words, size_t at)
{
	return words->items[at].at.length == strlen(words->items[at].fold);
}

int plan_timer_has_value(const struct plan_timer *timer, size_t at)
{
	return at < timer->to &&
	       (timer->words->items[at].kind == PLAN_NUMBER || plan_roman(timer->words->items[at].fold));
}

int plan_timer_is_fraction(const struct plan_timer *timer, size_t at)
{
	const struct plan_word *word = timer->words->items + at;

	return at >= timer->from + 2 && word->is_glued && word[-1].is_glued && word[-2].kind == PLAN_NUMBER &&
	       plan_words_match(timer->words, at - 1, at, ",|.", NULL);
}

static enum plan_bound bound_at(const struct plan_timer *timer, size_t at)
{
	for (const struct bound_word *word = bound_words; word->fold; word++) {
		if (plan_word_is(timer->words, at, word->fold))
			return word->bound;
	}
	return PLAN_BOUND_NONE;
}

/* "trước kỳ họp tháng 7": what came before is about something unknown, and so is the time. */
static enum plan_bound bound_of_unread(const struct plan_timer *timer, size_t at)
{
	while (at > timer->from && timer->words->items[at - 1].kind == PLAN_WORD) {
		at--;
		if (plan_word_is(timer->words, at, "truoc") ||
		    (plan_word_is(timer->words, at, "sau") && plan_word_is_bare(timer->words, at)))
			return PLAN_BOUND_VAGUE;
	}
	return PLAN_BOUND_NONE;
}

enum plan_bound plan_timer_bound(const struct plan_timer *timer, size_t at)
{
	while (at > timer->from &&
	       plan_words_match(timer->words, at - 1, at, "ngay|het|thoi|diem|nam|cua|cuoi|cac", NULL))
		at--;
	if (at == timer->from)
		return PLAN_BOUND_NONE;
	if (timer->unread == at && bound_at(timer, at - 1) == PLAN_BOUND_NONE)
		return bound_of_unread(timer, at);
	return bound_at(timer, at - 1);
}

/* "1/9 - 30/9", "tháng 6 đến tháng 8": an end follows. "quý II trở đi": none does. */
static int is_start(const struct plan_timer *timer, size_t end)
{
	return plan_words_match(timer->words, end, timer->to, "tro di", NULL) ||
	       plan_words_match(timer->words, end, timer->to, "-|den|toi het? ngay|thang|quy|qui|nam|cuoi",
				NULL) ||
	       plan_words_match(timer->words, end, timer->to, "-|den|toi het? #", NULL);
}

static int find_about_due(struct plan_timer *timer, struct plan_date due, enum plan_bound bound)
{
	int year = timer->reader->plan->year;

	if (bound == PLAN_BOUND_BEFORE && plan_timer_find(timer, "timing_before_date"))
		return -1;
	if (timer->has_start && plan_timer_find(timer, "timing_range_end"))
		return -1;
	timer->has_start = 0;
	if (year && due.year && due.year != year)
		return plan_timer_find(timer, "timing_other_year");
	return 0;
}

int plan_timer_due(struct plan_timer *timer, const struct plan_phrase *phrase, enum plan_timing_kind kind,
		   struct plan_date due)
{
	enum plan_bound bound = plan_timer_bound(timer, phrase->at);
	struct plan_timing *timings;
	size_t before = timer->timings->count;

	/* Without a year in the words or the plan the kind is known, not the day. */
	if (due.year && !plan_date_is_real(due))
		return plan_timer_unknown(timer, "date_impossible");
	if ((bound == PLAN_BOUND_START && !phrase->is_range) || is_start(timer, phrase->end)) {
		timer->has_start = 1;
		return 0;
	}
	if (bound == PLAN_BOUND_VAGUE || (bound == PLAN_BOUND_BEFORE && kind != PLAN_ON_DATE) ||
	    (bound == PLAN_BOUND_BEFORE &&
	     plan_words_match(timer->words, phrase->at, phrase->end, "thang #", NULL)))
		return plan_timer_unknown(timer, "timing_ambiguous");
	if (find_about_due(timer, due, bound) || plan_timer_add(timer, kind, NULL))
		return -1;
	timings = timer->timings->items;
	if (timer->timings->count > before && due.year) {
		timings[before].due_on = due;
		timings[before].is_month = phrase->is_month;
		timer->is_due = 1;
	}
	return 0;
}

typedef long phrase_reader(struct plan_timer *timer, size_t at);

/* The longer come first: "hàng tháng, trước ngày 20" is more than "hàng tháng". */
static phrase_reader *const phrase_readers[] = {
	plan_report_read,      plan_weekday_read, plan_end_read,
	plan_offset_read,      plan_term_read,    plan_phrase_read,
	plan_recurrences_read, plan_periods_read, NULL,
};

static long read_at(struct plan_timer *timer, size_t at)
{
	long taken = 0;

	for (phrase_reader *const *read = phrase_readers; *read && !taken; read++)
		taken = (*read)(timer, at);
	return taken;
}

static int is_one_of(const struct plan_timer *timer, size_t at, const char *const *words)
{
	for (; *words; words++) {
		if (plan_word_is(timer->words, at, *words))
			return 1;
	}
	return 0;
}

static void leave_word(struct plan_timer *timer, size_t at)
{
	if (timer->is_absorbing || is_one_of(timer, at, filler_words))
		return;
	timer->left++;
	timer->unread = at + 1;
	timer->has_doubt |= timer->words->items[at].kind == PLAN_NUMBER || is_one_of(timer, at, doubt_words);
}

static int finish_item(struct plan_timer *timer)
{
	if (timer->has_start && plan_timer_unknown(timer, "timing_start_only"))
		return -1;
	if (plan_item_settle(timer))
		return -1;
	if (timer->is_periodic && plan_timer_open(timer, "recurrence_unknown"))
		return -1;
	if (!timer->added)
		return plan_timer_unknown(timer, "timing_unknown");
	if (!timer->left)
		return 0;
	return plan_timer_find(timer, timer->is_due ? "timing_words_left" : "timing_words_kept");
}

static void begin_item(struct plan_timer *timer)
{
	*timer = (struct plan_timer){
		.reader = timer->reader,
		.where = timer->where,
		.words = timer->words,
		.timings = timer->timings,
		.text = timer->text,
		.from = timer->from,
		.to = timer->to,
		.first = timer->timings->count,
	};
}

static int read_item(struct plan_timer *timer)
{
	struct plan_slice text = plan_words_slice(timer->words, timer->from, timer->to);

	text = plan_trim(text, " .;,");
	if (!text.length)
		return 0;
	timer->text = plan_copy(timer->reader, text);
	if (!timer->text)
		return -1;
	begin_item(timer);
	for (size_t at = timer->from; at < timer->to;) {
		long taken = read_at(timer, at);

		if (taken < 0)
			return -1;
		if (!taken)
			leave_word(timer, at);
		at += taken ? (size_t)taken : 1;
	}
	return finish_item(timer);
}

/* An item ends at a semicolon, or a full stop before a capital. */
static int ends_item(const struct plan_words *words, size_t at)
{
	if (plan_word_is(words, at, ";"))
		return 1;
	return plan_word_is(words, at, ".") && at + 1 < words->count &&
	       words->items[at + 1].kind == PLAN_WORD && !words->items[at + 1].is_lower &&
	       !words->items[at + 1].is_glued;
}

static int read_slice(struct plan_timer *timer, struct plan_slice slice)
{
	struct plan_words *words = &timer->reader->words;

	if (plan_words_read(timer->reader->arena, words, slice))
		return -1;
	timer->words = words;
	timer->from = 0;
	for (size_t at = 0; at < words->count; at++) {
		if (!ends_item(words, at))
			continue;
		timer->to = at;
		if (read_item(timer))
			return -1;
		timer->from = at + 1;
	}
	timer->to = words->count;
	return timer->from < timer->to ? read_item(timer) : 0;
}

int plan_timings_read(struct plan_reader *reader, struct plan_where where, const char *cell,
		      struct plan_list *timings)
{
	struct plan_timer timer = { .reader = reader, .where = where, .timings = timings, .text = cell };
	struct plan_list items = { .size = sizeof(struct plan_slice) };
	const struct plan_slice *slices;

	if (strlen(cell) > PLAN_CELL_BYTES_MAX)
		return plan_timer_unknown(&timer, "cell_too_long");
	if (plan_items(reader, cell, &items))
		return -1;
	slices = items.items;
	for (size_t i = 0; i < items.count; i++) {
		if (read_slice(&timer, slices[i]))
			return -1;
	}
	return 0;
}

enum { OUTPUT_BYTES = 120 };

int plan_timings_of_output(struct plan_reader *reader, struct plan_where where, const char *output,
			   struct plan_list *timings)
{
	struct plan_timer timer = { .reader = reader, .where = where, .timings = timings, .text = output };
	size_t length = strlen(output);
	size_t before = timings->count;
	size_t opening;
	long taken;

	/* The beginning is enough; a letter cut in two at its end is not looked at. */
	length = length < OUTPUT_BYTES ? length : OUTPUT_BYTES;
	if (plan_words_read(reader->arena, &reader->words, (struct plan_slice){ output, length }))
		return -1;
	timer.words = &reader->words;
	timer.to = timer.words->count;
	opening = plan_words_match(timer.words, 0, timer.to, "dinh ky", NULL);
	taken = plan_recurrences_read(&timer, opening);
	if (taken <= 0)
		return (int)taken;
	timer.text = plan_copy(reader, plan_words_slice(timer.words, 0, opening + (size_t)taken));
	if (!timer.text || plan_timer_find(&timer, "timing_from_output"))
		return -1;
	for (size_t i = before; i < timings->count; i++) {
		struct plan_timing *timing = (struct plan_timing *)timings->items + i;

		timing->text = timer.text;
		timing->from_output = 1;
	}
	return 0;
}
