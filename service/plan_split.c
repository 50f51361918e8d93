#include "plan_clause.h"

/*
 * Where a cell of people goes on with the next agency's duty without a
 * semicolon: "A (chủ trì), B (phối hợp)", "A bố trí kinh phí, B, C phối hợp".
 * Agencies a duty names ("trình A, B phê duyệt") follow one another directly.
 */

/* What is looked at from one mark: a hostile cell has thousands of them. */
enum { NAMES_MAX = 16, NAME_WORDS_MAX = 40, DUTY_WORDS_MAX = 200 };

/* A name that stands for itself, not a small word that only begins like one ("báo cáo"). */
static size_t party_words(const struct plan_clause *clause, size_t at)
{
	struct plan_party_match match;

	if (at >= clause->end || plan_clause_verb_at(clause, at))
		return 0;
	match = plan_names_match(clause->reader->names, clause->words, at, clause->end);
	if (match.words)
		return match.words;
	return plan_head_at(clause->words, at, clause->end) && !clause->words->items[at].is_lower;
}

static int is_joiner(const struct plan_clause *clause, size_t at)
{
	return plan_words_match(clause->words, at, clause->end, ",|;|/|va|cung|voi|-|+|&", NULL) > 0;
}

/* Whether the duty's first word stands there. */
static int duty_at(const struct plan_clause *clause, size_t at)
{
	if (plan_word_is(clause->words, at, "("))
		return plan_clause_role_in(clause, at);
	return plan_clause_verb_at(clause, at);
}

/* The end of the name that begins at the words; what restricts it is part of it. */
static size_t name_end(const struct plan_clause *clause, size_t at)
{
	struct plan_party_match match = plan_names_match(clause->reader->names, clause->words, at,
							 clause->end);
	size_t end = clause->end;
	int is_clause = 0;

	at += match.words ? match.words : 1;
	if (end > at + NAME_WORDS_MAX)
		end = at + NAME_WORDS_MAX;
	while (at < end && !duty_at(clause, at) && !is_joiner(clause, at)) {
		size_t taken = plan_restriction_at(clause->words, at, clause->end, &is_clause);

		if (is_clause)
			return clause->end;
		if (plan_word_is(clause->words, at, "("))
			taken = plan_clause_closing(clause, at) + 1 - at;
		/* After a name of the directory a small word opens a duty. */
		if (!taken && match.party && clause->words->items[at].is_lower)
			return at;
		at += taken ? taken : 1;
	}
	return at;
}

/* Names from there on, and then what they do. */
static int names_have_duty(const struct plan_clause *clause, size_t at)
{
	for (int names = 0; names < NAMES_MAX && party_words(clause, at); names++) {
		at = name_end(clause, at);
		if (at >= clause->end || plan_words_match(clause->words, at, clause->end, ";|.", NULL))
			return 0;
		if (!is_joiner(clause, at))
			return 1;
		at = plan_clause_skip_joiners(clause, at);
		at += (size_t)plan_word_is(clause->words, at, "/");
	}
	return 0;
}

/* Whether the words from the clause's beginning to at end in a duty's words, not in a name. */
static int ends_in_duty(const struct plan_clause *clause, size_t from, size_t at)
{
	int in_duty = 0;

	while (from < at) {
		size_t taken = party_words(clause, from);

		if (taken) {
			from = name_end(clause, from);
			in_duty = 0;
			continue;
		}
		if (plan_word_is(clause->words, from, "(")) {
			in_duty |= plan_clause_role_in(clause, from);
			from = plan_clause_closing(clause, from) + 1;
			continue;
		}
		in_duty |= !is_joiner(clause, from);
		from++;
	}
	return in_duty && from == at;
}

int plan_split_at(const struct plan_clause *clause, size_t from, size_t at)
{
	size_t next = at + 1;

	if (at <= from || at - from > DUTY_WORDS_MAX)
		return 0;
	if (plan_words_match(clause->words, at, clause->end, ",|va|/", NULL))
		return ends_in_duty(clause, from, at) &&
		       names_have_duty(clause, plan_clause_skip_joiners(clause, next));
	return plan_word_is(clause->words, at, ")") && ends_in_duty(clause, from, next) &&
	       names_have_duty(clause, next);
}

int plan_split_missed(const struct plan_clause *clause, size_t at, size_t end)
{
	for (; at + 1 < end; at++) {
		if (plan_words_match(clause->words, at, end, ")|,|;|/|va", NULL) &&
		    names_have_duty(clause, at + 1))
			return 1;
	}
	return 0;
}
