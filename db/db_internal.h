#ifndef KSTTHC_DB_INTERNAL_H
#define KSTTHC_DB_INTERNAL_H

#include "db.h"
#include "sql_table.h" /* generated from db/sql */

/* What db/ and its tests use of db.c beyond db.h. */

#define DB_STEPS 8

/* Who an as_public call runs as. */
#define DB_PUBLIC_ROLE "kstthc_public"

/* db_open() with other statements than those of db/sql; the table is borrowed for the life of db. */
enum err db_open_table(const struct db_options *options, const struct sql_text *table, size_t count,
		       struct db **ret_db) MUST_CHECK;

/*
 * db_run() with 1 to DB_STEPS statements in one transaction and one round
 * trip; a DB_READ too is one transaction. Of call, before, statement and
 * params are not looked at, then is. The result is the last statement's.
 */
enum err db_run_steps(struct db *db, const struct db_call *call, const struct db_step *steps, size_t count,
		      struct db_result **ret_result) MUST_CHECK;

/* Digits only, for what the server answers; false when it is something else or too large. */
bool db_parse_int(const char *text, int64_t *ret_value);

#endif
