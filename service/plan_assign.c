#include <string.h>

#include "plan_clause.h"

/* Names up to a duty; at stops at its verb, at "(" before one, or at the end. */
static int read_names(struct plan_clause *clause, size_t *at)
{
	*at = plan_clause_skip_joiners(clause, *at);
	while (*at < clause->end) {
		int is_duty = plan_word_is(clause->words, *at, "(") || plan_clause_verb_at(clause, *at);

		if (clause->out->count >= PLAN_ITEMS_MAX) {
			*at = clause->end;
			return plan_clause_find(clause, "too_many_items", (struct plan_slice){ "", 0 });
		}
		/* A small word that no name opens with, after names, begins a duty. */
		is_duty |= clause->out->count > clause->first && clause->words->items[*at].is_lower &&
			   !plan_clause_party_starts(clause, *at);
		if (is_duty)
			return 0;
		if (plan_name_read(clause, at))
			return -1;
		if (*at < clause->end &&
		    !plan_words_match(clause->words, *at, clause->end, ",|;|va|cung|.|-|+", NULL))
			return 0;
		*at = plan_clause_skip_joiners(clause, *at);
	}
	return 0;
}

/* "không phối hợp", "không phải thực hiện" */
static int is_negated(const struct plan_clause *clause, size_t at, size_t end)
{
	for (; at < end; at++) {
		size_t taken = plan_words_match(clause->words, at, end, "khong phai|duoc|can|tham|lam?",
						NULL);

		if (taken && (taken > 1 || plan_verb_at(clause->words, at + taken, end)))
			return 1;
	}
	return 0;
}

static int find_about_duty(struct plan_clause *clause, size_t at, size_t end, struct plan_slice text)
{
	if (is_negated(clause, at, end) && plan_clause_find(clause, "duty_negated", text))
		return -1;
	return plan_split_missed(clause, at, end) ? plan_clause_find(clause, "duty_holds_party", text) : 0;
}

/* Gives a duty to the assignments from first on. */
static int give_duty(struct plan_clause *clause, size_t first, size_t at, size_t end)
{
	struct plan_assignment *assignments = clause->out->items;
	struct plan_slice text = plan_trim(plan_words_slice(clause->words, at, end), " .;,:");
	char *duty;
	int known;
	enum plan_role role = plan_duty_role(clause->words, at, end, &known);

	if (!text.length)
		return 0;
	duty = plan_copy(clause->reader, text);
	if (!duty || (!known && plan_clause_find(clause, "duty_guess", text)) ||
	    find_about_duty(clause, at, end, text))
		return -1;
	for (size_t i = first; i < clause->out->count; i++) {
		assignments[i].duty = duty;
		assignments[i].role = role;
	}
	return 0;
}

/* Where "phối hợp với" and names stand in a duty; its words, 0 when there is none. */
static size_t find_cooperation(const struct plan_clause *clause, size_t *at)
{
	for (size_t i = *at; i < clause->end; i++) {
		size_t taken = plan_cooperation_at(clause->words, i, clause->end);

		if (taken && plan_clause_party_starts(clause, i + taken)) {
			*at = i;
			return taken;
		}
	}
	return 0;
}

/* "A phối hợp với B chủ trì": the duty is that of both. "A chủ trì, phối hợp với B làm": B does it with A. */
static int read_cooperation(struct plan_clause *clause, size_t duty, size_t at, size_t taken)
{
	size_t after = at + taken;
	size_t first = clause->out->count;
	int is_shared = at == duty;
	struct plan_assignment *assignments;

	if (!is_shared &&
	    give_duty(clause, clause->first, duty, plan_word_is(clause->words, at - 1, "va") ? at - 1 : at))
		return -1;
	if (read_names(clause, &after))
		return -1;
	if (after >= clause->end && is_shared &&
	    plan_clause_find(clause, "lead_unclear", plan_words_slice(clause->words, at, clause->end)))
		return -1;
	if (after >= clause->end)
		return give_duty(clause, is_shared ? clause->first : first, at, at + taken);
	if (is_shared) {
		if (plan_clause_find(clause, "duty_shared",
				     plan_words_slice(clause->words, after, clause->end)))
			return -1;
		return give_duty(clause, clause->first, after, clause->end);
	}
	if (give_duty(clause, first, after, clause->end))
		return -1;
	assignments = clause->out->items;
	for (size_t i = first; i < clause->out->count; i++)
		assignments[i].role = PLAN_COOPERATE;
	return 0;
}

static int read_duty(struct plan_clause *clause, size_t at)
{
	size_t cooperation = at;
	size_t taken;
	size_t end = clause->end;

	if (plan_word_is(clause->words, at, "(")) {
		/* "(có ý kiến)": without the parentheses where they hold all of it. */
		if (plan_clause_closing(clause, at) + 1 >= end || plan_word_is(clause->words, end - 1, "."))
			end = plan_clause_closing(clause, at);
		return give_duty(clause, clause->first, at + 1, end);
	}
	taken = find_cooperation(clause, &cooperation);
	if (taken)
		return read_cooperation(clause, at, cooperation, taken);
	return give_duty(clause, clause->first, at, end);
}

static int read_clause(struct plan_clause *clause, size_t at)
{
	size_t label = plan_role_label_at(clause->words, at, clause->end);
	size_t names = at + label;
	struct plan_slice text = plan_words_slice(clause->words, at, clause->end);

	clause->first = clause->out->count;
	if (!plan_trim(text, " .;,-+").length)
		return 0;
	if (plan_word_is(clause->words, names, "giao") && plan_clause_party_starts(clause, names + 1))
		names++;
	if (read_names(clause, &names))
		return -1;
	if (clause->out->count == clause->first) {
		struct plan_assignment *assignment = plan_list_add(clause->reader->arena, clause->out);

		if (!assignment || plan_clause_find(clause, "duty_without_party", text))
			return -1;
		assignment->role = clause->role;
		assignment->name = plan_copy(clause->reader, plan_trim(text, " .;,"));
		return assignment->name ? 0 : -1;
	}
	if (names < clause->end)
		return read_duty(clause, names);
	return label ? give_duty(clause, clause->first, at, at + label - 1) : 0;
}

/* "Sở A chủ trì, Sở B phối hợp": after a plain verb a comma may open the next clause. */
static int is_after_plain_verb(const struct plan_clause *clause, size_t from, size_t at)
{
	for (size_t words = 2; words <= 4 && from + words <= at; words += 2) {
		size_t start = at - words;

		if (plan_plain_verb_at(clause->words, start, at) == words)
			return 1;
	}
	return 0;
}

static int opens_clause(const struct plan_clause *clause, size_t from, size_t at, int *depth)
{
	const struct plan_words *words = clause->words;

	*depth += plan_word_is(words, at, "(") - plan_word_is(words, at, ")");
	if (*depth > 0 || at + 1 >= words->count)
		return 0;
	if (plan_word_is(words, at, ";") || plan_word_is(words, at, "."))
		return plan_clause_party_starts(clause, at + 1) ||
		       plan_role_label_at(words, at + 1, words->count);
	if (plan_words_match(words, at, words->count, "-|+", NULL))
		return !words->items[at].is_glued && plan_clause_party_starts(clause, at + 1);
	if (plan_word_is(words, at, ",") && is_after_plain_verb(clause, from, at) &&
	    plan_clause_party_starts(clause, at + 1) && !plan_clause_verb_at(clause, at + 1))
		return 1;
	if (plan_word_is(words, at, ",") && plan_role_label_at(words, at + 1, words->count))
		return 1;
	return plan_split_at(clause, from, at);
}

/* Looks for a duty in a clause word by word, each word once. */
struct duty_scan {
	size_t at;
	int in_clause;
	int is_known; /* a name of the directory was the last */
	int is_seen;
};

/* After a name of the directory any small word that joins nothing opens a duty. */
static int is_other_duty(const struct plan_clause *clause, const struct duty_scan *scan, size_t at)
{
	return scan->is_known && clause->words->items[at].is_lower &&
	       plan_clause_skip_joiners(clause, at) == at && !plan_clause_party_starts(clause, at);
}

/* Whether a duty was said before the mark: names alone run on over semicolons to the duty they share. */
static int has_duty(const struct plan_clause *clause, struct duty_scan *scan, size_t end)
{
	while (!scan->is_seen && scan->at < end) {
		size_t at = scan->at;
		struct plan_party_match match = plan_names_match(clause->reader->names, clause->words, at,
								 end);
		int is_clause = 0;

		scan->at += match.words ? match.words : 1;
		if (match.words) {
			scan->is_known = match.party != NULL;
			continue;
		}
		if (plan_restriction_at(clause->words, at, end, &is_clause))
			scan->in_clause |= is_clause;
		else if (!scan->in_clause)
			scan->is_seen = plan_clause_verb_at(clause, at) ||
					(plan_word_is(clause->words, at, "(") &&
					 plan_clause_role_in(clause, at)) ||
					is_other_duty(clause, scan, at);
		scan->is_known = 0;
	}
	return scan->is_seen;
}

static int read_item(struct plan_clause *clause)
{
	const struct plan_words *words = clause->words;
	struct duty_scan scan = { .is_seen = plan_role_label_at(words, 0, words->count) > 0 };
	size_t from = 0;
	int depth = 0;

	clause->end = words->count;
	for (size_t at = 0; at < words->count; at++) {
		if (!opens_clause(clause, from, at, &depth))
			continue;
		if (!plan_words_match(words, at, words->count, ".|)", NULL) && !has_duty(clause, &scan, at))
			continue;
		/* The parenthesis closes the clause, other marks only part it from the next. */
		clause->end = at + (size_t)plan_word_is(words, at, ")");
		if (read_clause(clause, from))
			return -1;
		clause->end = words->count;
		from = at + 1;
		scan = (struct duty_scan){ .at = from,
					   .is_seen = plan_role_label_at(words, from, words->count) > 0 };
	}
	return read_clause(clause, from);
}

static int keep_whole(struct plan_clause *clause, const char *cell)
{
	struct plan_assignment *assignment = plan_list_add(clause->reader->arena, clause->out);

	if (!assignment || plan_clause_find(clause, "cell_too_long", (struct plan_slice){ "", 0 }))
		return -1;
	assignment->name = cell;
	assignment->role = clause->role;
	return 0;
}

int plan_assignments_read(struct plan_reader *reader, struct plan_where where, const char *cell,
			  enum plan_role role, struct plan_list *assignments)
{
	struct plan_clause clause = { .reader = reader, .where = where, .out = assignments, .role = role };
	struct plan_list items = { .size = sizeof(struct plan_slice) };
	const struct plan_slice *slices;

	if (strlen(cell) > PLAN_CELL_BYTES_MAX)
		return keep_whole(&clause, cell);
	if (plan_items(reader, cell, &items))
		return -1;
	slices = items.items;
	clause.words = &reader->words;
	for (size_t i = 0; i < items.count; i++) {
		if (plan_words_read(reader->arena, &reader->words, slices[i]) || read_item(&clause))
			return -1;
	}
	return 0;
}
