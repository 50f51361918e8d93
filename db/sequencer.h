#ifndef KSTTHC_SEQUENCER_H
#define KSTTHC_SEQUENCER_H

#include "db.h"

/*
 * A background thread that numbers committed changes, so that the inbox does
 * not grow while nobody reads the feed. Any number of copies may run it: one
 * at a time numbers, by an advisory lock. While the database is away it tries
 * again; nothing is lost. At its start and once a minute it also takes away the
 * answers to requests with an Idempotency-Key that have expired.
 */
struct sequencer;

enum err sequencer_start(struct db *db, struct sequencer **ret_sequencer) MUST_CHECK;

/* Returns when the thread has ended. NULL is fine. */
void sequencer_stop(struct sequencer *sequencer);

#endif
