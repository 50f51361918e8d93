#include <limits.h>
#include <string.h>

#include "plan_reader.h"

struct comparison {
	const char *words;
	enum plan_comparison comparison;
};

/* The first that fits decides. */
static const struct comparison comparisons[] = {
	{ "khong thap|nho|duoi hon?", PLAN_GE },
	{ "khong qua|vuot", PLAN_LE },
	{ "khong cao|lon hon", PLAN_LE },
	{ "toi thieu", PLAN_GE },
	{ "it nhat", PLAN_GE },
	{ "tro len", PLAN_GE },
	{ "tu", PLAN_GE },
	{ "≥", PLAN_GE },
	{ "> =", PLAN_GE },
	{ "toi da", PLAN_LE },
	{ "tro xuong", PLAN_LE },
	{ "nhieu nhat", PLAN_LE },
	{ "≤", PLAN_LE },
	{ "< =", PLAN_LE },
	{ 0 },
};

/* Bounds that leave out the value itself cannot be kept as they are. */
static const char *const strict_words[] = { "tren", "duoi", "hon", ">", "<", "khoang", "den", NULL };

/* Words that say nothing of their own. */
static const char *const plain_words[] = { "dat", "la", "bang", "=", "%", ".", ";", ",", "-", NULL };

struct target {
	const struct plan_words *words;
	size_t numbers;
	size_t left; /* words that say something else */
	int is_compared;
	int is_strict;
	int is_negative;
	int is_too_long; /* digits that an int does not hold */
};

static size_t match_any(const struct plan_words *words, size_t at, const char *const *patterns)
{
	size_t taken = 0;

	for (; *patterns && !taken; patterns++)
		taken = plan_words_match(words, at, words->count, *patterns, NULL);
	return taken;
}

static int is_glued_mark(const struct plan_words *words, size_t at, const char *mark)
{
	return plan_words_match(words, at, words->count, mark, NULL) == 2 && words->items[at].is_glued &&
	       words->items[at + 1].is_glued;
}

/* "1.250" and "1.250.000" are whole, "98,5" and "80.5" are not. */
static double read_number(const struct plan_words *words, size_t at, size_t *ret_end)
{
	double value = words->items[at].number;
	double place = 1;

	at++;
	while (is_glued_mark(words, at, ". #") && words->items[at + 1].at.length == 3) {
		value = value * 1000 + words->items[at + 1].number;
		at += 2;
	}
	if (is_glued_mark(words, at, ",|. #")) {
		for (size_t i = 0; i < words->items[at + 1].at.length; i++)
			place *= 10;
		value += words->items[at + 1].number / place;
		at += 2;
	}
	*ret_end = at;
	return value;
}

/* A minus stands right before its number; "80-90" has a hyphen, "- 90" a bullet. */
static int is_minus(const struct plan_words *words, size_t at)
{
	return plan_words_match(words, at, words->count, "- #", NULL) && words->items[at + 1].is_glued &&
	       !(at && words->items[at].is_glued);
}

static size_t match_comparison(struct target *target, size_t at, struct plan_indicator *indicator)
{
	for (const struct comparison *row = comparisons; row->words; row++) {
		size_t taken = plan_words_match(target->words, at, target->words->count, row->words, NULL);

		if (!taken)
			continue;
		if (!target->is_compared)
			indicator->comparison = row->comparison;
		target->is_compared = 1;
		return taken;
	}
	return 0;
}

/* Bytes of the unit the text opens with, 0 when it is another. */
static int opens_unit(const struct plan_words *words, size_t at, const char *unit)
{
	const char *text = words->items[at].at.text;
	size_t length = strlen(unit);

	return length && !strncmp(text, unit, length);
}

static void read_word(struct target *target, size_t *at, struct plan_indicator *indicator)
{
	const struct plan_words *words = target->words;
	size_t taken = match_comparison(target, *at, indicator);

	if (taken) {
		*at += taken;
	} else if (words->items[*at].kind == PLAN_NUMBER) {
		size_t first = *at;

		indicator->value = read_number(words, first, at);
		target->numbers++;
		for (; first < *at; first++)
			target->is_too_long |= words->items[first].number == INT_MAX;
	} else if (opens_unit(words, *at, indicator->unit)) {
		const char *end = words->items[*at].at.text + strlen(indicator->unit);

		while (*at < words->count && words->items[*at].at.text < end)
			++*at;
	} else {
		target->is_negative |= is_minus(words, *at);
		target->is_strict |= match_any(words, *at, strict_words) > 0;
		target->left += !match_any(words, *at, plain_words);
		++*at;
	}
}

int plan_target_read(struct plan_reader *reader, struct plan_where where, const char *plain,
		     struct plan_indicator *indicator)
{
	struct target target = { .words = &reader->words };

	if (plan_words_read(reader->arena, &reader->words, plan_slice_of(plain)))
		return -1;
	indicator->target_text = plain;
	indicator->comparison = PLAN_EQ;
	for (size_t at = 0; at < target.words->count;)
		read_word(&target, &at, indicator);
	indicator->has_value = target.numbers == 1 && !target.is_negative && !target.is_too_long &&
			       (target.is_compared || !target.is_strict);
	if (!indicator->has_value) {
		indicator->value = 0;
		indicator->comparison = PLAN_EQ;
		return plan_find(reader, where, "target_unreadable", plan_slice_of(plain));
	}
	indicator->has_words = target.left > 0;
	if (indicator->has_words && plan_find(reader, where, "target_words_left", plan_slice_of(plain)))
		return -1;
	if ((*indicator->unit == '%' || (!*indicator->unit && strchr(plain, '%'))) && indicator->value > 100)
		return plan_find(reader, where, "target_above_100", plan_slice_of(plain));
	return 0;
}
