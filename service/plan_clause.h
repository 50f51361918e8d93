#ifndef KSTTHC_PLAN_CLAUSE_H
#define KSTTHC_PLAN_CLAUSE_H

#include "plan_duty.h"

/*
 * A cell of people is clauses: names, then what they do. "A và B chủ trì",
 * "A chủ trì, phối hợp với B tổ chức thực hiện", "A (có ý kiến)".
 */
struct plan_clause {
	struct plan_reader *reader;
	struct plan_where where;
	const struct plan_words *words;
	struct plan_list *out;
	enum plan_role role; /* of names without a duty */
	size_t end;
	size_t first; /* the first assignment of this clause */
};

int plan_clause_find(struct plan_clause *clause, const char *code, struct plan_slice text) PLAN_MUST_CHECK;

/* Whether the name of an agency, or a word that opens one, stands there. */
int plan_clause_party_starts(const struct plan_clause *clause, size_t at);

/* The next word that is no comma, "và" or the like. */
size_t plan_clause_skip_joiners(const struct plan_clause *clause, size_t at);

/* The parenthesis that closes the one before at, or the last word. */
size_t plan_clause_closing(const struct plan_clause *clause, size_t at);

/* A verb in small letters; those with capitals are parts of names. */
int plan_clause_verb_at(const struct plan_clause *clause, size_t at);

/* A parenthesis at that place that says what is done: "(chủ trì)", "(p/h)". */
int plan_clause_role_in(const struct plan_clause *clause, size_t at);

/* Whether the mark or "và" there ends a duty, and another agency's follows. */
int plan_split_at(const struct plan_clause *clause, size_t from, size_t at);

/* Whether a duty's words from at to end seem to hold another agency's duty. */
int plan_split_missed(const struct plan_clause *clause, size_t at, size_t end);

/* Reads one name into an assignment; at moves behind it. */
int plan_name_read(struct plan_clause *clause, size_t *at) PLAN_MUST_CHECK;

#endif
