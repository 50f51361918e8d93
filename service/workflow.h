#ifndef KSTTHC_WORKFLOW_H
#define KSTTHC_WORKFLOW_H

#include "arena.h"
#include "error.h"

/*
 * A workflow: who may do what in which state of a thing, as a table of moves
 * ended by { 0 }. It is the one place that says so: the statements that move a
 * thing, and those that tell a caller what may be done, are given rows of it.
 */

/* How many statuses a move may start from, and the NULL that ends them. */
#define WORKFLOW_FROM 8

/* Names, roles and statuses are of a-z and '_', so they stand in JSON as they are. */
struct move {
	const char *name;
	const char *role; /* who may: a role's name, "public" for everyone */
	const char *from[WORKFLOW_FROM];
	const char *to; /* NULL: the status stays, or what was sent decides */
};

/* NULL when the table has no such move. */
const struct move *workflow_find(const struct move *moves, const char *name);

/* {"move":"verify","from":["reported"],"to":"done","role":"office"}; to may be null. NULL without memory. */
char *workflow_move_json(struct arena *arena, const struct move *move) MUST_CHECK;

/*
 * The moves that roles (names, ended by NULL) open, by status, as
 * {"open":["report","remind"],"reported":["report"]}: statuses and moves in the
 * table's order, no status without a move. NULL without memory.
 */
char *workflow_actions_json(struct arena *arena, const struct move *moves,
			    const char *const *roles) MUST_CHECK;

#endif
