#ifndef KSTTHC_TEST_SCRATCH_H
#define KSTTHC_TEST_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "../../db/db_internal.h"

/*
 * The scratch database of KSTTHC_TEST_URL (a superuser's) and what the tests of
 * db/ put there: the schema db_test, made by scratch_create(), with statements
 * of their own in the place of db/sql.
 */
enum scratch_sql {
	T_NONE,
	T_ECHO,     /* $1 as value, null as nothing */
	T_WHO,      /* pid, who, the session's settings */
	T_ITEM,     /* the note of item $1 */
	T_INSERT,   /* item $1 with note $2 */
	T_FIRST,    /* item 1000, for before */
	T_APPEND,   /* a line to the note of item $1 */
	T_SECRET,   /* reads what only the service may read */
	T_CHILD,    /* refers to item $1, looked at when committing */
	T_SLEEP,    /* $1 seconds */
	T_FAIL,     /* raises SQLSTATE $1 */
	T_NOTICE,   /* sends a notice and a row */
	T_LOCK_TWO, /* changes item $1, then item $2 */
	T_SHAPE,    /* select * from a table whose columns change */
	T_CUSTOM,   /* custom plan */
	T_PREPARED, /* how often $1 is prepared here */
	T_SETTINGS, /* the call's settings, as a row of a table */
	T_WAIT,     /* takes advisory lock 42 */
	T_BEGIN,    /* leaves a transaction open */
	T_COPY,     /* what the protocol has no place for */
	T_SYNTAX,   /* wrong */
	T_LONG,     /* 3 MB */
	T_ONE,      /* chore one: what tests/db/test_chore.c tells it */
	T_TWO,      /* chore two */
	T_DAY,      /* chore day, with $1 */
	T_COUNT
};

/* For db_open_table(). */
extern const struct sql_text scratch_table[T_COUNT];

const char *scratch_url(void);

/* The same server with another database or socket directory (NULL: the same), as a connection string. */
void scratch_url_with(char *ret_url, size_t size, const char *database, const char *host);

/* The server's unix socket directory and port; false when it is reached otherwise. */
bool scratch_socket(char *ret_path, size_t size, char *ret_port, size_t port_size);

/* Runs SQL as the superuser on a connection of its own. */
void scratch_run(const char *sql);

/* SQL that runs meanwhile on a connection of its own; scratch_end() waits for it. */
struct scratch_job;
struct scratch_job *scratch_start(const char *sql);
void scratch_end(struct scratch_job *job);

/* The first value of a query as a number, 0 without one. */
long scratch_number(const char *sql);

/* Until the query gives a number other than 0, 10 s at most; false when it did not. */
bool scratch_until(const char *sql);

void scratch_create(void);
void scratch_drop(void);

/* Timeouts 1000, 1500, 3000 and lock 300 ms; role kstthc_service. */
struct db *scratch_open(const char *url, const char *application_name);

/* Runs statement as class with up to two parameters. */
enum err scratch_call(struct db *db, enum db_class class, enum scratch_sql statement, const char *one,
		      const char *two, struct db_result **ret_result);

/* The same, without the rows. */
enum err scratch_do(struct db *db, enum db_class class, enum scratch_sql statement, const char *one,
		    const char *two);

/* A read must give this value in its first row. */
void scratch_check(struct db *db, enum scratch_sql statement, const char *param, const char *column,
		   const char *want);

/* The backend this thread's connection has; 0 without one. */
long scratch_pid(struct db *db);

void scratch_sleep_ms(long ms);
long scratch_now_ms(void);

#endif
