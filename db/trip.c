#include "trip.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "result.h"

/* The client waits longer than statement_timeout, so that it is the server which ends a statement. */
#define GRACE_MS 1000

/* Bind has a 16-bit count. */
#define PARAMS_MAX 65535

/* For what has no slot: text sent as it is. */
#define SLOT_NONE UINT32_MAX

static const struct sql_text frames[TRIP_FRAMES] = {
	/* No "local", which warns outside of BEGIN; it lasts for the transaction all the same. It must come before
	 * the transaction's first snapshot. */
	[TRIP_READ_WRITE] = { "db.read_write", "set transaction_read_only = off", false },
	[TRIP_ROLE] = { "db.role", "select pg_catalog.set_config('role', $1, false)", false },
	[TRIP_SETTINGS] = { "db.settings",
			    "select pg_catalog.set_config('kstthc.actor', $1, true),"
			    " pg_catalog.set_config('kstthc.request_id', $2, true),"
			    " pg_catalog.set_config('kstthc.today', $3, true),"
			    " pg_catalog.set_config('statement_timeout', $4, true)",
			    false },
	[TRIP_BEGIN] = { "db.begin", "begin", false },
	[TRIP_COMMIT] = { "db.commit", "commit", false },
	[TRIP_ROLLBACK] = { "db.rollback", "rollback", false },
};

static void add_entry(struct trip *trip, unsigned slot, bool prepare, bool named)
{
	assert(trip->count < TRIP_ENTRIES);
	trip->entries[trip->count++] = (struct trip_entry){ slot, prepare, named };
}

static bool send_text(struct connection *connection, struct trip *trip, unsigned slot, const char *text,
		      const char *const *params, size_t count)
{
	assert(count <= PARAMS_MAX);
	add_entry(trip, slot, false, false);
	return PQsendQueryParams(connection->pg, text, (int)count, NULL, params, NULL, NULL, 0);
}

/* A slot counts as prepared from when its preparing is queued; its answer takes that back when it fails. */
static bool send_statement(struct connection *connection, struct trip *trip, unsigned slot,
			   const struct sql_text *sql, const char *const *params, size_t count)
{
	bool known = connection->prepared[slot];

	assert(count <= PARAMS_MAX);
	if (sql->custom_plan)
		return send_text(connection, trip, slot, sql->text, params, count);
	if (!known) {
		add_entry(trip, slot, true, false);
		connection->prepared[slot] = true;
		if (!PQsendPrepare(connection->pg, sql->name, sql->text, 0, NULL))
			return false;
	}
	add_entry(trip, slot, false, known);
	return PQsendQueryPrepared(connection->pg, sql->name, (int)count, params, NULL, NULL, 0);
}

static bool send_frame(struct connection *connection, struct trip *trip, enum trip_frame frame,
		       const char *const *params, size_t count)
{
	return send_statement(connection, trip, frame, &frames[frame], params, count);
}

static int64_t timeout_ms(const struct connection *connection, enum db_class class)
{
	switch (class) {
	case DB_READ:
		return connection->options->read_timeout_ms;
	case DB_WRITE:
		return connection->options->write_timeout_ms;
	case DB_BULK:
		break;
	}
	return connection->options->bulk_timeout_ms;
}

static bool send_role(struct connection *connection, struct trip *trip, bool as_public)
{
	const char *own = connection->options->role ? connection->options->role : "none";
	const char *params[] = { as_public ? DB_PUBLIC_ROLE : own };

	if (connection->as_public == as_public)
		return true;
	return send_frame(connection, trip, TRIP_ROLE, params, 1);
}

static bool send_settings(struct connection *connection, struct trip *trip, const struct db_call *call)
{
	char timeout[24];
	const char *params[] = {
		call->actor ? call->actor : "",
		call->request_id ? call->request_id : "",
		call->today ? call->today : "",
		timeout,
	};

	snprintf(timeout, sizeof(timeout), "%lld", (long long)timeout_ms(connection, call->class));
	return send_frame(connection, trip, TRIP_SETTINGS, params, sizeof(params) / sizeof(params[0]));
}

static bool send_step(struct connection *connection, struct trip *trip, const struct trip_order *order,
		      const struct db_step *step)
{
	unsigned slot = TRIP_FRAMES + (unsigned)step->statement;

	if (step->text)
		return send_text(connection, trip, SLOT_NONE, step->text, step->params, step->param_count);
	assert(step->statement != SQL_NONE && slot < connection->slots);
	return send_statement(connection, trip, slot, &order->table[step->statement], step->params,
			      step->param_count);
}

/* All but the Sync. */
static bool send_order(struct connection *connection, struct trip *trip, const struct trip_order *order)
{
	const struct db_call *call = order->call;
	bool writes = call->class != DB_READ;

	if (call->then && !send_frame(connection, trip, TRIP_BEGIN, NULL, 0))
		return false;
	if (writes && !send_frame(connection, trip, TRIP_READ_WRITE, NULL, 0))
		return false;
	if (!send_role(connection, trip, call->as_public))
		return false;
	if (writes && !send_settings(connection, trip, call))
		return false;
	for (size_t i = 0; i < order->count; i++)
		if (!send_step(connection, trip, order, &order->steps[i]))
			return false;
	trip->rows_at = trip->count - 1;
	return true;
}

/*
 * The server says FATAL 57P01 or 57P05 before the last statement has been
 * answered: it gave the transaction up. Of any other end of a connection it
 * cannot be known whether the commit came first.
 */
static bool is_given_up(const struct trip *trip, size_t at)
{
	const char *severity = PQresultErrorField(trip->failure, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *sqlstate = trip_sqlstate(trip);

	return at < trip->count && severity && !strcmp(severity, "FATAL") &&
	       (!strcmp(sqlstate, "57P01") || !strcmp(sqlstate, "57P05"));
}

/* Takes one answer to entry number at; false when it does not fit there. */
static bool take_answer(struct connection *connection, struct trip *trip, size_t at, PGresult *answer)
{
	const struct trip_entry *entry = at < trip->count ? &trip->entries[at] : NULL;
	ExecStatusType status = PQresultStatus(answer);
	bool fits = true;

	if (entry && entry->prepare && status != PGRES_COMMAND_OK)
		connection->prepared[entry->slot] = false;
	if (status == PGRES_FATAL_ERROR && !trip->failure) {
		trip->failure = answer;
		trip->failed_at = at;
		return true;
	}
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		fits = entry && !trip->failure;
		if (fits && at == trip->rows_at) {
			trip->rows = answer;
			return true;
		}
	} else {
		fits = trip->failure && (status == PGRES_PIPELINE_ABORTED || status == PGRES_FATAL_ERROR);
	}
	PQclear(answer);
	return fits;
}

/* Takes the answers to all that was sent, up to its Sync. */
static enum trip_end receive(struct connection *connection, struct trip *trip, int64_t deadline)
{
	for (;;) {
		enum connection_wait wait = connection_wait(connection, deadline, &trip->unsent);
		PGresult *answer;

		if (wait != CONNECTION_READY)
			return wait == CONNECTION_LATE ? TRIP_LATE : TRIP_BROKEN;
		answer = PQgetResult(connection->pg);
		if (PQresultStatus(answer) == PGRES_PIPELINE_SYNC) {
			PQclear(answer);
			return TRIP_OK;
		}
		/* Each entry's answer is followed by NULL, and so is a failure of the commit. */
		if (!answer && ++trip->answered > trip->count + 1)
			return TRIP_STRANGE;
		if (answer && !take_answer(connection, trip, trip->answered, answer))
			return TRIP_STRANGE;
		if (is_given_up(trip, trip->answered))
			trip->uncommitted = true;
		if (PQstatus(connection->pg) == CONNECTION_BAD || trip->uncommitted)
			return TRIP_BROKEN;
	}
}

/* Sends what is queued with a Sync behind it. */
static enum trip_end send_and_receive(struct connection *connection, struct trip *trip, bool queued,
				      int64_t deadline)
{
	if (!queued || !PQpipelineSync(connection->pg))
		return PQstatus(connection->pg) == CONNECTION_BAD ? TRIP_BROKEN : TRIP_STRANGE;
	trip->unsent = true;
	return receive(connection, trip, deadline);
}

/* The call sees its rows while nothing is committed, and may add a statement. */
static enum trip_end run_then(struct connection *connection, const struct trip_order *order,
			      struct trip *trip, int64_t deadline)
{
	const struct db_call *call = order->call;
	struct db_step step = { 0 };
	/* Borrowed: they stay the trip's. */
	const struct db_result rows = { .pg = trip->rows };
	bool queued = true;

	if (call->then(call->then_context, &rows, &step))
		queued = send_step(connection, trip, order, &step);
	queued = queued && send_frame(connection, trip, TRIP_COMMIT, NULL, 0);
	return send_and_receive(connection, trip, queued, deadline);
}

/* Of a transaction that failed and waits for the word. What failed first stays the trip's failure. */
static enum trip_end roll_back(struct connection *connection, struct trip *trip, int64_t deadline)
{
	PGresult *failure = trip->failure;
	enum trip_end end;

	trip->failure = NULL;
	trip->answered = trip->count;
	end = send_and_receive(connection, trip, send_frame(connection, trip, TRIP_ROLLBACK, NULL, 0),
			       deadline);
	if (trip->failure)
		end = TRIP_STRANGE;
	PQclear(trip->failure);
	trip->failure = failure;
	return end;
}

static enum trip_end run(struct connection *connection, const struct trip_order *order, struct trip *trip,
			 int64_t deadline)
{
	bool then = order->call->then;
	enum trip_end end = send_and_receive(connection, trip, send_order(connection, trip, order), deadline);

	/* Without its Sync the server commits nothing; with then, nothing before the commit that comes only now. */
	trip->uncommitted = trip->uncommitted || trip->unsent || (then && end != TRIP_OK);
	if (end == TRIP_OK && then && !trip->failure)
		end = run_then(connection, order, trip, deadline);
	if (end == TRIP_OK && then && PQtransactionStatus(connection->pg) == PQTRANS_INERROR)
		end = roll_back(connection, trip, deadline);
	if (end != TRIP_OK)
		return end;
	if (PQtransactionStatus(connection->pg) != PQTRANS_IDLE)
		return TRIP_STRANGE;
	if (trip->failure)
		return TRIP_FAILED;
	return trip->rows ? TRIP_OK : TRIP_STRANGE;
}

enum trip_end trip_run(struct connection *connection, const struct trip_order *order, struct trip *ret_trip)
{
	const struct db_call *call = order->call;
	int64_t deadline = connection_now_ms() + timeout_ms(connection, call->class) + GRACE_MS;
	enum trip_end end;

	assert(order->count >= 1 && order->count <= DB_STEPS);
	memset(ret_trip, 0, sizeof(*ret_trip));
	ret_trip->unsent = true;
	end = run(connection, order, ret_trip, deadline);
	if (end == TRIP_FAILED)
		ret_trip->uncommitted = true;
	if (end == TRIP_OK)
		connection->as_public = call->as_public;
	return end;
}

void trip_clear(struct trip *trip)
{
	PQclear(trip->rows);
	PQclear(trip->failure);
	trip->rows = NULL;
	trip->failure = NULL;
}

const char *trip_sqlstate(const struct trip *trip)
{
	const char *sqlstate = PQresultErrorField(trip->failure, PG_DIAG_SQLSTATE);

	return sqlstate ? sqlstate : "";
}

bool trip_failed_in(const struct trip *trip, enum trip_frame frame)
{
	return trip->failure && trip->failed_at < trip->count && trip->entries[trip->failed_at].slot == frame;
}

bool trip_is_stale(const struct trip *trip)
{
	const char *sqlstate = trip_sqlstate(trip);

	if (!trip->failure || trip->failed_at >= trip->count)
		return false;
	if (trip->entries[trip->failed_at].prepare)
		return !strcmp(sqlstate, "42P05"); /* there already */
	return trip->entries[trip->failed_at].named &&
	       (!strcmp(sqlstate, "0A000") || !strcmp(sqlstate, "26000"));
}
