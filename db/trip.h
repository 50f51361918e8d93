#ifndef KSTTHC_TRIP_H
#define KSTTHC_TRIP_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "connection.h"
#include "db_internal.h"

/*
 * One round trip: what a call needs around its statements, the statements and
 * one Sync, sent as a pipeline. PostgreSQL makes everything up to the Sync one
 * transaction: it commits at the Sync, or rolls back when anything fails.
 *
 * A call with then takes two: begin and the statements, then what it adds and
 * commit. A Sync ends the first one too, for only between pipelines does a
 * transaction count as idle: a copy that stops there holds its locks no longer
 * than idle_in_transaction_session_timeout.
 */
struct trip_order {
	const struct db_call *call;
	const struct sql_text *table;
	const struct db_step *steps;
	size_t count; /* 1 to DB_STEPS */
};

enum trip_end {
	TRIP_OK,     /* committed */
	TRIP_FAILED, /* rolled back; failure says why */
	TRIP_BROKEN, /* the connection broke */
	TRIP_LATE,   /* no answer by the deadline */
	TRIP_STRANGE /* an answer that does not fit, or no memory in libpq */
};

/* What goes ahead of a call's statements. Each has a slot of connection.prepared; the statements' follow. */
enum trip_frame {
	TRIP_READ_WRITE,
	TRIP_ROLE,
	TRIP_SETTINGS,
	TRIP_BEGIN, /* these of a call with then alone */
	TRIP_COMMIT,
	TRIP_ROLLBACK,
	TRIP_FRAMES
};

/* The one more is then's. */
#define TRIP_ENTRIES (2 * (TRIP_FRAMES + DB_STEPS + 1))

struct trip_entry {
	unsigned slot;
	bool prepare; /* it prepares the slot, otherwise runs it */
	bool named;   /* it runs what an earlier trip prepared */
};

struct trip {
	PGresult *rows;    /* the last statement's of the order */
	PGresult *failure; /* the first that failed, the server's or libpq's */
	size_t failed_at;  /* its entry; count when the commit failed */
	bool uncommitted;  /* when it did not end well: it is certain that nothing was committed */
	bool unsent;       /* not all of it has left */

	struct trip_entry entries[TRIP_ENTRIES];
	size_t count;
	size_t rows_at;  /* the entry whose rows are kept */
	size_t answered; /* entries whose answers have all come, and more when the Sync failed */
};

/* Runs it on an open connection. ret_trip is written in every case, to be given to trip_clear(). */
enum trip_end trip_run(struct connection *connection, const struct trip_order *order,
		       struct trip *ret_trip) MUST_CHECK;

void trip_clear(struct trip *trip);

/* The failure's SQLSTATE, "" without one. */
const char *trip_sqlstate(const struct trip *trip);

/* The failure is that of a statement which an earlier trip prepared and the server no longer has or takes. */
bool trip_is_stale(const struct trip *trip);

/* The failure is that of a frame, not of a statement of the order. */
bool trip_failed_in(const struct trip *trip, enum trip_frame frame);

#endif
