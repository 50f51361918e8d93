#ifndef KSTTHC_CHORE_H
#define KSTTHC_CHORE_H

#include <stdbool.h>
#include <stdint.h>

#include "db.h"

#define CHORE_TODAY_SIZE 11 /* "2025-08-15" and its NUL */

/*
 * What is done beside requests, again and again. Any number of copies of the
 * program do it side by side: what may be done by one at a time only, its
 * statement has to see to.
 */
struct chore {
	const char *name;   /* its event in the log, and the request id of what it writes; NULL ends a list */
	enum sql statement; /* answers a row with a boolean, more: true to be run again at once */
	enum db_class class; /* DB_WRITE or DB_BULK */
	int64_t period_ms;   /* from the end of a run to the next one */
	bool takes_today;    /* as its only parameter; else it has none */
	const char *cannot;  /* what to say when it begins to fail: "changes cannot be numbered" */
	const char *again;   /* and when it works again */
};

/*
 * A thread that runs a list of chores, each at its start and then at its
 * period. One with more to do does not keep the others from their turn, nor
 * does one that fails; it is tried again when its period is over. A run that
 * lost against another transaction (deadlock, serialization, lock timeout) has
 * failed only when the next one loses too. What a chore writes is "system"'s in
 * the ledger.
 */
struct chores;

/*
 * rows are borrowed until the thread has ended. today is asked at each run of a
 * chore that takes it, by the thread; it may be NULL where none does.
 */
enum err chores_start(struct db *db, const struct chore *rows,
		      void (*today)(const void *context, char ret_today[CHORE_TODAY_SIZE]),
		      const void *context, struct chores **ret_chores) MUST_CHECK;

/* No chore is begun any more. Returns at once; chores_stop() is still to be called. NULL is fine. */
void chores_end(struct chores *chores);

/*
 * chores_end(), then waits for the thread's end until until_ms, milliseconds of
 * CLOCK_MONOTONIC. False when a run was not over by then: its thread still uses
 * all that was borrowed, so nothing was freed; call it again or end the process.
 * NULL is fine.
 */
bool chores_stop(struct chores *chores, int64_t until_ms) MUST_CHECK;

#endif
