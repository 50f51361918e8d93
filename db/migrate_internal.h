#ifndef KSTTHC_MIGRATE_INTERNAL_H
#define KSTTHC_MIGRATE_INTERNAL_H

#include "migrate.h"
#include "migrations_table.h" /* generated from db/migrations */

/* migrate_run() and migrate_check() with other migrations, numbered from 1 without a gap, for tests. */
enum err migrate_run_table(const char *url, const struct migration *table, size_t count, char *ret_message,
			   size_t message_size) MUST_CHECK;
enum err migrate_check_target(struct db *db, int64_t target, char *ret_message,
			      size_t message_size) MUST_CHECK;

#endif
