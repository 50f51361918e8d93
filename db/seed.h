#ifndef KSTTHC_SEED_H
#define KSTTHC_SEED_H

#include <stddef.h>

#include "../service/error.h"

/*
 * Puts the reference data of db/seed into the database at url, as its owner:
 * days off, groups, agencies and the 2025 plan with its deadlines, all or
 * nothing. What is there already is left alone, so it may run at every start.
 * today is "2025-08-15". On error a sentence for the operator is in ret_message.
 */
enum err seed_run(const char *url, const char *today, char *ret_message, size_t message_size) MUST_CHECK;

/* The text of a file of db/seed, such as "groups.json"; NULL when this binary has none of that name. */
const char *seed_text(const char *name);

#endif
