#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "result.h"

/* For each address libpq tries; under 2 it would take 2. The URL may say otherwise. */
#define CONNECT_SECONDS "2"

#define SESSION_MS 3000

/* Between statements of a pipeline the server does not count as idle; this ends what a bug left open. */
#define IDLE_IN_TRANSACTION "10s"

/*
 * How soon a statement whose client has gone is ended by the server: closing
 * the connection is how a late statement is cancelled, for PQcancel() may
 * itself block for minutes.
 */
#define CLIENT_CHECK "1s"

/*
 * Read-only is the default, so that only what is called as a write can write:
 * a read that breaks is sent again.
 */
static const char session_sql[] =
	"select pg_catalog.set_config('search_path', 'kstthc, pg_temp', false),"
	" pg_catalog.set_config('timezone', 'UTC', false),"
	" pg_catalog.set_config('datestyle', 'ISO, YMD', false),"
	" pg_catalog.set_config('statement_timeout', $1, false),"
	" pg_catalog.set_config('lock_timeout', $2, false),"
	" pg_catalog.set_config('idle_in_transaction_session_timeout', '" IDLE_IN_TRANSACTION "', false),"
	/* A host that is gone holds its locks for half a minute, not for hours. */
	" pg_catalog.set_config('tcp_keepalives_idle', '10', false),"
	" pg_catalog.set_config('tcp_keepalives_interval', '5', false),"
	" pg_catalog.set_config('tcp_keepalives_count', '3', false),"
	" pg_catalog.set_config('tcp_user_timeout', '25000', false),"
	" pg_catalog.set_config('client_connection_check_interval', '" CLIENT_CHECK "', false),"
	" pg_catalog.set_config('default_transaction_isolation', 'read committed', false),"
	" pg_catalog.set_config('default_transaction_read_only', 'on', false),"
	" pg_catalog.set_config('jit', 'off', false),"
	" pg_catalog.set_config('role', $3, false)";

int64_t connection_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct connection *connection_new(const struct db_options *options, size_t slots)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->options = options;
	connection->slots = slots;
	connection->prepared = calloc(slots, sizeof(*connection->prepared));
	if (!connection->prepared) {
		free(connection);
		return NULL;
	}
	return connection;
}

void connection_free(struct connection *connection)
{
	if (!connection)
		return;
	connection_close(connection);
	free(connection->prepared);
	free(connection);
}

void connection_close(struct connection *connection)
{
	PQfinish(connection->pg);
	connection->pg = NULL;
}

/* A server that shuts down tells an idle connection so in a message that belongs to no statement. */
static void take_notice(void *data, const PGresult *notice)
{
	struct connection *connection = data;
	const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity && (!strcmp(severity, "FATAL") || !strcmp(severity, "PANIC")))
		connection->doomed = true;
}

/* What stands before dbname can be set otherwise in the URL, what stands after it cannot. */
static PGconn *dial(const struct db_options *options)
{
	const char *names[] = { "connect_timeout", "dbname", "application_name", "client_encoding", NULL };
	const char *values[] = { CONNECT_SECONDS, options->url, options->application_name, "UTF8", NULL };

	return PQconnectdbParams(names, values, 1);
}

enum connection_wait connection_wait(struct connection *connection, int64_t deadline_ms, bool *unsent)
{
	for (;;) {
		struct pollfd fd = { .fd = PQsocket(connection->pg), .events = POLLIN };
		int64_t left;
		int rc;

		if (*unsent) {
			rc = PQflush(connection->pg);
			if (rc < 0)
				return CONNECTION_BROKEN;
			*unsent = rc > 0;
		}
		if (!PQisBusy(connection->pg))
			return CONNECTION_READY;
		left = deadline_ms - connection_now_ms();
		if (left <= 0)
			return CONNECTION_LATE;
		if (*unsent)
			fd.events |= POLLOUT;
		rc = poll(&fd, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (rc < 0 && errno != EINTR)
			return CONNECTION_BROKEN;
		if (rc > 0 && fd.revents & ~POLLOUT && !PQconsumeInput(connection->pg))
			return CONNECTION_BROKEN;
	}
}

static bool send_session(struct connection *connection)
{
	const struct db_options *options = connection->options;
	char statement_timeout[24], lock_timeout[24];
	const char *params[] = { statement_timeout, lock_timeout, options->role ? options->role : "none" };
	PGconn *pg = connection->pg;

	snprintf(statement_timeout, sizeof(statement_timeout), "%lld", (long long)options->read_timeout_ms);
	snprintf(lock_timeout, sizeof(lock_timeout), "%lld", (long long)options->lock_timeout_ms);
	return !PQsetnonblocking(pg, 1) && PQenterPipelineMode(pg) &&
	       PQsendQueryParams(pg, session_sql, 3, NULL, params, NULL, NULL, 0) && PQpipelineSync(pg);
}

/* Rows, NULL, the end of the pipeline: more than a few results would be a protocol gone wrong. */
static enum err start_session(struct connection *connection, struct db_result *result)
{
	int64_t deadline = connection_now_ms() + SESSION_MS;
	bool unsent = true, done = false;

	if (!send_session(connection)) {
		result_take_failure(result, NULL, PQerrorMessage(connection->pg));
		return ERR_UNAVAILABLE;
	}
	for (int i = 0; i < 4 && connection_wait(connection, deadline, &unsent) == CONNECTION_READY; i++) {
		PGresult *answer = PQgetResult(connection->pg);
		ExecStatusType status = PQresultStatus(answer);

		if (answer && status == PGRES_FATAL_ERROR) {
			result_take_failure(result, answer, "");
			return ERR_UNAVAILABLE;
		}
		PQclear(answer);
		if (status == PGRES_PIPELINE_SYNC && done)
			return ERR_OK;
		done = done || status == PGRES_TUPLES_OK;
	}
	result_take_failure(result, NULL, "no answer from the server to the session's settings");
	return ERR_UNAVAILABLE;
}

enum err connection_open(struct connection *connection, struct db_result *result)
{
	enum err err;

	memset(connection->prepared, 0, connection->slots * sizeof(*connection->prepared));
	connection->as_public = false;
	connection->doomed = false;
	connection->pg = dial(connection->options);
	if (!connection->pg) {
		result_take_failure(result, NULL, "no memory for a connection");
		return ERR_NO_MEMORY;
	}
	PQsetNoticeReceiver(connection->pg, take_notice, connection);
	if (PQstatus(connection->pg) != CONNECTION_OK) {
		result_take_failure(result, NULL, PQerrorMessage(connection->pg));
		connection_close(connection);
		return ERR_UNAVAILABLE;
	}
	err = start_session(connection, result);
	if (err)
		connection_close(connection);
	return err;
}

bool connection_alive(struct connection *connection)
{
	if (!connection->pg)
		return false;
	/* What the server sends unasked is little; a connection that never falls silent is not one to trust. */
	for (int i = 0; i < 16; i++) {
		struct pollfd fd = { .fd = PQsocket(connection->pg), .events = POLLIN };

		if (connection->doomed || PQstatus(connection->pg) != CONNECTION_OK)
			return false;
		if (poll(&fd, 1, 0) == 0)
			return true;
		if (!PQconsumeInput(connection->pg))
			return false;
		PQisBusy(connection->pg); /* reads the messages */
	}
	return false;
}
