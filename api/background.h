#ifndef KSTTHC_BACKGROUND_H
#define KSTTHC_BACKGROUND_H

#include <stdbool.h>

#include "../db/db.h"
#include "../service/config.h"

/* How many database connections it holds. */
#define BACKGROUND_CONNECTIONS 2

/*
 * The chores of a copy that serves, in two threads, so that what takes long
 * does not hold up what is soon due: one numbers committed changes, so that the
 * inbox does not grow while nobody reads the feed, and takes expired answers to
 * requests with an Idempotency-Key away; the other does what each day brings.
 * While the database is away they try again; nothing is lost.
 */
struct background;

/* Borrows both until it has stopped. On error a thread may have been started and goes on: end the process. */
enum err background_start(const struct config *config, struct db *db,
			  struct background **ret_background) MUST_CHECK;

/* Nothing more is begun. Returns at once. */
void background_end(struct background *background);

/*
 * After background_end(): waits for what is running, until stop_seconds have
 * passed since then. False when that was not over: nothing was freed and the
 * process should end. What it had not committed is then not done, and is done
 * by another copy or after the next start.
 */
bool background_stop(struct background *background) MUST_CHECK;

#endif
