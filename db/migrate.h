#ifndef KSTTHC_MIGRATE_H
#define KSTTHC_MIGRATE_H

#include "db.h"

/*
 * The schema's version is the number of the newest migration applied. Each
 * file of db/migrations is compiled in and applied once, in order, each in its
 * own transaction, all under one advisory lock, so that copies started at once
 * wait for each other. What was applied is kept in schema_migration with the
 * file's SHA-256: a file edited after it landed is an error.
 */

/* Brings the database at url to this binary's version; a sentence for the operator in ret_message on error. */
enum err migrate_run(const char *url, char *ret_message, size_t message_size) MUST_CHECK;

/* This binary's schema version. */
int migrate_target(void);

/*
 * Whether the database's schema is the binary's: ERR_OK, or ERR_CONFIG with a
 * sentence that says which is newer and what to do, or ERR_UNAVAILABLE.
 */
enum err migrate_check(struct db *db, char *ret_message, size_t message_size) MUST_CHECK;

#endif
