#ifndef KSTTHC_DB_H
#define KSTTHC_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../service/error.h"
#include "sql.h" /* generated from db/sql: enum sql, SQL_NONE = 0, SQL_TASK_GET ... */

/*
 * The database: one connection per thread that uses it, opened when first
 * needed, again after it broke, closed when the thread ends. Statements are
 * the files of db/sql, prepared on a connection at first use.
 *
 * Thread-safety: a struct db is shared by all threads; a struct db_result
 * belongs to the caller.
 */
struct db;
struct db_result;

/* Decides the timeouts, and whether the statement may write. */
enum db_class { DB_READ, DB_WRITE, DB_BULK };

struct db_options {
	const char *url; /* libpq connection string or URI, borrowed for the life of db */
	const char *application_name;
	const char *role; /* SET ROLE at connect: "kstthc_service"; NULL to stay who the url says */
	int64_t read_timeout_ms;
	int64_t write_timeout_ms;
	int64_t bulk_timeout_ms;
	int64_t lock_timeout_ms;
};

/* A statement with its parameters in text format; a NULL element is SQL null. */
struct db_step {
	enum sql statement;
	const char *
		text; /* in place of a statement (SQL_NONE): sent with its parameters, not prepared; for db/ alone */
	const char *const *params;
	size_t param_count;
};

/* One request to the database: everything in it travels in one round trip, but for what then adds. */
struct db_call {
	enum sql statement;
	struct db_step before; /* run first in the same transaction, its rows ignored; or SQL_NONE */
	/*
	 * Asked, where it is there, when the statement's rows are: true with a further
	 * statement of the same transaction, which takes one more round trip, or false
	 * for none. What it hands over is valid until db_run() returns. May be asked
	 * again when the call is tried again.
	 */
	bool (*then)(void *context, const struct db_result *rows, struct db_step *ret_step);
	void *then_context;
	enum db_class class;
	bool as_public;            /* as role kstthc_public, which cannot read the tables of persons */
	const char *actor;         /* for the ledger (DB_WRITE, DB_BULK); NULL reads as "" */
	const char *request_id;    /* likewise */
	const char *today;         /* likewise, "2025-08-15" */
	const char *const *params; /* text format; a NULL element is SQL null */
	size_t param_count;
};

enum err db_open(const struct db_options *options, struct db **ret_db) MUST_CHECK;
void db_close(struct db *db);

/*
 * Runs a call on this thread's connection. A DB_READ statement is one
 * statement in autocommit; DB_WRITE and DB_BULK are settings (kstthc.actor,
 * kstthc.request_id, kstthc.today, timeouts), statement and commit pipelined
 * as one transaction: when ERR_OK comes back it is committed.
 *
 * A connection found broken before anything of the call can have been
 * executed is opened again and the call sent once more; so is a DB_READ that
 * broke midway. A write that broke midway returns ERR_UNAVAILABLE: it may or
 * may not have been committed. ERR_BUSY (deadlock, serialization) has been
 * retried once already, and so has a write that ran into a foreign key or a
 * unique constraint, so that its own checks see what overtook it.
 *
 * On error *ret_result may still carry SQLSTATE and message for the log: free
 * it in every case (NULL is fine).
 */
enum err db_run(struct db *db, const struct db_call *call, struct db_result **ret_result) MUST_CHECK;

void db_result_free(struct db_result *result);

/* How many rows came back. */
size_t db_rows(const struct db_result *result);

/* A value by column name; NULL when the column is absent or the value null. Valid until db_result_free(). */
const char *db_value(const struct db_result *result, size_t row, const char *column);

/* The length in bytes of what db_value() returns. */
size_t db_value_length(const struct db_result *result, size_t row, const char *column);

/* The five characters of the failed statement's SQLSTATE, "" without one. */
const char *db_sqlstate(const struct db_result *result);

/* PostgreSQL's primary message of the failure, for the log only: never values, never for clients. */
const char *db_message(const struct db_result *result);

/* The constraint a failed statement ran into, "" without one. */
const char *db_constraint(const struct db_result *result);

/* max_connections less the reserved ones, to hold workers against at start. */
enum err db_capacity(struct db *db, int64_t *ret_connections) MUST_CHECK;

#endif
