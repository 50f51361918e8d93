#include "plan_clause.h"

int plan_clause_find(struct plan_clause *clause, const char *code, struct plan_slice text)
{
	return plan_find(clause->reader, clause->where, code, text);
}

int plan_party_starts(const struct plan_reader *reader, const struct plan_words *words, size_t at, size_t end)
{
	return at < end &&
	       (plan_head_at(words, at, end) || plan_names_match(reader->names, words, at, end).words);
}

int plan_clause_party_starts(const struct plan_clause *clause, size_t at)
{
	return plan_party_starts(clause->reader, clause->words, at, clause->end);
}

size_t plan_clause_skip_joiners(const struct plan_clause *clause, size_t at)
{
	while (at < clause->end &&
	       plan_words_match(clause->words, at, clause->end, ",|;|va|cung|voi|-|&|.|+", NULL))
		at++;
	return at;
}

size_t plan_clause_closing(const struct plan_clause *clause, size_t at)
{
	while (at < clause->end && !plan_word_is(clause->words, at, ")"))
		at++;
	return at < clause->end ? at : clause->end - 1;
}

int plan_clause_verb_at(const struct plan_clause *clause, size_t at)
{
	return at < clause->end && clause->words->items[at].is_lower &&
	       plan_verb_at(clause->words, at, clause->end);
}

int plan_clause_role_in(const struct plan_clause *clause, size_t at)
{
	if (!plan_verb_at(clause->words, at + 1, clause->end))
		return 0;
	/* "(CT UBND tỉnh)" is a chairman. */
	return !plan_words_match(clause->words, at + 1, clause->end, "ct|ph", NULL) ||
	       plan_words_match(clause->words, at + 2, clause->end, ")|,|;", NULL);
}

struct name_scan {
	size_t at;    /* the next word */
	int has_role; /* a parenthesis with a word for a role was taken for a part of the name */
	int is_known;
	int in_clause;
	int is_foreign; /* a proper name after a known one: "Sở Y tế Bình Định" */
};

enum { SCAN_STOP, SCAN_ON };

/* A comma or "và" goes on with the name unless another one or a duty follows. */
static int scan_joiner(const struct plan_clause *clause, struct name_scan *scan)
{
	size_t next = plan_clause_skip_joiners(clause, scan->at);

	if (next >= clause->end || plan_clause_party_starts(clause, next) ||
	    (plan_clause_verb_at(clause, next) && !scan->in_clause))
		return SCAN_STOP;
	if (scan->is_known && !scan->in_clause)
		return SCAN_STOP;
	if (plan_word_is(clause->words, scan->at, ";"))
		return SCAN_STOP;
	scan->at = next;
	return SCAN_ON;
}

static int scan_parenthesis(const struct plan_clause *clause, struct name_scan *scan)
{
	size_t end = plan_clause_closing(clause, scan->at);

	if (plan_clause_role_in(clause, scan->at))
		return SCAN_STOP;
	for (size_t at = scan->at; at < end; at++)
		scan->has_role |= plan_words_match(clause->words, at, end, "chu|phoi tri|hop", NULL) > 0;
	scan->at = end + 1;
	return SCAN_ON;
}

static int scan_word(const struct plan_clause *clause, struct name_scan *scan)
{
	const struct plan_word *word = &clause->words->items[scan->at];
	int is_clause = 0;
	size_t taken = plan_restriction_at(clause->words, scan->at, clause->end, &is_clause);

	/* "Sở Y tế các tỉnh": not the one of the directory. */
	if (!taken && scan->is_known && plan_word_is(clause->words, scan->at, "cac")) {
		scan->is_foreign = 1;
		taken = 1;
	}
	if (taken) {
		scan->in_clause |= is_clause || scan->is_foreign;
		scan->at += taken;
		return SCAN_ON;
	}
	if (plan_clause_verb_at(clause, scan->at) &&
	    (!scan->in_clause || plan_plain_verb_at(clause->words, scan->at, clause->end)))
		return SCAN_STOP;
	/* After a name of the directory any other small word opens what it does. */
	if (scan->is_known && !scan->in_clause && word->is_lower)
		return SCAN_STOP;
	scan->is_foreign |= scan->is_known && !scan->in_clause && word->kind == PLAN_WORD;
	scan->at++;
	return SCAN_ON;
}

static void scan_name(const struct plan_clause *clause, struct name_scan *scan)
{
	int go_on = SCAN_ON;

	while (go_on && scan->at < clause->end) {
		if (plan_word_is(clause->words, scan->at, "("))
			go_on = scan_parenthesis(clause, scan);
		else if (plan_words_match(clause->words, scan->at, clause->end, ",|;|va|cung|.", NULL))
			go_on = scan_joiner(clause, scan);
		else if (plan_words_match(clause->words, scan->at, clause->end, "-|+", NULL) &&
			 plan_clause_party_starts(clause, scan->at + 1))
			go_on = SCAN_STOP;
		else
			go_on = scan_word(clause, scan);
	}
}

static const char *party_code(const struct plan_party_match *match, const struct name_scan *scan)
{
	if (!match->words)
		return "party_unknown";
	if (!match->party)
		return "party_open";
	if (scan->is_foreign)
		return "party_unknown";
	if (match->is_ambiguous)
		return "party_ambiguous";
	if (match->is_guess)
		return "party_guess";
	return match->is_head ? "party_head" : NULL;
}

static void resolve(struct plan_assignment *assignment, const struct plan_party_match *match,
		    const struct name_scan *scan)
{
	if (!match->party || scan->is_foreign || match->is_ambiguous)
		return;
	if (match->party->is_group)
		assignment->group = match->party->code;
	else
		assignment->agency = match->party->code;
}

int plan_name_read(struct plan_clause *clause, size_t *at)
{
	struct plan_party_match match = plan_names_match(clause->reader->names, clause->words, *at,
							 clause->end);
	struct name_scan scan = { .at = *at + (match.words ? match.words : 1), .is_known = match.words > 0 };
	struct plan_assignment *assignment;
	struct plan_slice name;
	const char *code;

	scan_name(clause, &scan);
	name = plan_trim(plan_words_slice(clause->words, *at, scan.at), " ,;.-");
	*at = scan.at;
	if (!name.length)
		return 0;
	code = party_code(&match, &scan);
	if (code && plan_clause_find(clause, code, name))
		return -1;
	if (scan.has_role && plan_clause_find(clause, "role_unread", name))
		return -1;
	assignment = plan_list_add(clause->reader->arena, clause->out);
	if (!assignment)
		return -1;
	resolve(assignment, &match, &scan);
	assignment->role = clause->role;
	assignment->name = plan_copy(clause->reader, name);
	return assignment->name ? 0 : -1;
}
