#ifndef KSTTHC_CONNECTION_H
#define KSTTHC_CONNECTION_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "db.h"

/*
 * One connection to PostgreSQL, in pipeline mode and not blocking for all its
 * life. It belongs to one thread.
 */
struct connection {
	const struct db_options *options; /* borrowed */
	PGconn *pg;                       /* NULL while closed */
	bool *prepared;                   /* by slot, see trip.c */
	size_t slots;
	bool as_public; /* the role it has now */
	bool doomed;    /* the server said that it is closing it */

	/* Of struct db, which lists them to close them. */
	struct db *db;
	struct connection *next;
	struct connection **link;
};

/* NULL without memory. options is borrowed for the connection's life. */
struct connection *connection_new(const struct db_options *options, size_t slots)
	__attribute__((warn_unused_result));

void connection_free(struct connection *connection);

/*
 * Connects and makes the session's settings. On error, ERR_UNAVAILABLE or
 * ERR_NO_MEMORY, it is closed and the failure is in result.
 */
enum err connection_open(struct connection *connection, struct db_result *result) MUST_CHECK;

void connection_close(struct connection *connection);

/* Whether it is open and the server has not closed it as far as can be seen without asking. */
bool connection_alive(struct connection *connection);

/* CLOCK_MONOTONIC in milliseconds. */
int64_t connection_now_ms(void);

enum connection_wait { CONNECTION_READY, CONNECTION_BROKEN, CONNECTION_LATE };

/*
 * Sends what is still to be sent and waits until PQgetResult() will not block.
 * unsent is kept between calls, true at first.
 */
enum connection_wait connection_wait(struct connection *connection, int64_t deadline_ms, bool *unsent);

#endif
