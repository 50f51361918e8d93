#include "db.h"

#include <assert.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connection.h"
#include "db_internal.h"
#include "result.h"
#include "state.h"
#include "trip.h"

/* How long nobody connects after an attempt failed. */
#define RECONNECT_MS 200

/*
 * Sent again at once, the loser of a deadlock takes the row that it just gave
 * up before the winner, which waits for it, has woken: the same deadlock again.
 */
#define BUSY_PAUSE_NS 10000000

struct db {
	struct db_options options;
	const struct sql_text *table;
	size_t table_count;
	pthread_key_t key; /* this thread's struct connection */

	pthread_mutex_t lock; /* of all below */
	struct connection *connections;
	bool down;        /* the last attempt to connect failed */
	bool probing;     /* and one thread is trying again; the others do not wait for it */
	int64_t retry_at; /* or may from this time on */
};

static void unlink_connection(struct connection *connection)
{
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
}

/* At the end of a thread. */
static void drop_connection(void *data)
{
	struct connection *connection = data;

	pthread_mutex_lock(&connection->db->lock);
	unlink_connection(connection);
	pthread_mutex_unlock(&connection->db->lock);
	connection_free(connection);
}

enum err db_open(const struct db_options *options, struct db **ret_db)
{
	return db_open_table(options, sql_table, SQL_COUNT, ret_db);
}

enum err db_open_table(const struct db_options *options, const struct sql_text *table, size_t count,
		       struct db **ret_db)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db)
		return ERR_NO_MEMORY;
	db->options = *options;
	db->table = table;
	db->table_count = count;
	if (pthread_mutex_init(&db->lock, NULL)) {
		free(db);
		return ERR_SYSTEM;
	}
	if (pthread_key_create(&db->key, drop_connection)) {
		pthread_mutex_destroy(&db->lock);
		free(db);
		return ERR_SYSTEM;
	}
	*ret_db = db;
	return ERR_OK;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	pthread_key_delete(db->key);
	while (db->connections) {
		struct connection *connection = db->connections;

		unlink_connection(connection);
		connection_free(connection);
	}
	pthread_mutex_destroy(&db->lock);
	free(db);
}

static struct connection *own_connection(struct db *db)
{
	struct connection *connection = pthread_getspecific(db->key);

	if (connection)
		return connection;
	connection = connection_new(&db->options, TRIP_FRAMES + db->table_count);
	if (!connection)
		return NULL;
	connection->db = db;
	if (pthread_setspecific(db->key, connection)) {
		connection_free(connection);
		return NULL;
	}
	pthread_mutex_lock(&db->lock);
	connection->next = db->connections;
	connection->link = &db->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	db->connections = connection;
	pthread_mutex_unlock(&db->lock);
	return connection;
}

/* Whether this thread may try to connect now: while the database is down one does, now and then. */
static bool may_connect(struct db *db, bool *ret_probing)
{
	bool may = true;

	pthread_mutex_lock(&db->lock);
	if (db->down) {
		may = !db->probing && connection_now_ms() >= db->retry_at;
		db->probing = db->probing || may;
	}
	*ret_probing = db->down && may;
	pthread_mutex_unlock(&db->lock);
	return may;
}

static void has_connected(struct db *db, bool probing, bool ok)
{
	pthread_mutex_lock(&db->lock);
	if (probing)
		db->probing = false;
	db->down = !ok;
	db->retry_at = connection_now_ms() + RECONNECT_MS;
	pthread_mutex_unlock(&db->lock);
}

static enum err make_ready(struct db *db, struct connection *connection, struct db_result *result)
{
	enum err err;
	bool probing;

	if (connection_alive(connection))
		return ERR_OK;
	connection_close(connection);
	if (!may_connect(db, &probing)) {
		result_take_failure(result, NULL, "no connection: the last attempt failed a moment ago");
		return ERR_UNAVAILABLE;
	}
	err = connection_open(connection, result);
	/* Ended while it began, with all others, by an administrator: that is no reason to think the server down. */
	if (err && !strcmp(db_sqlstate(result), "57P01"))
		err = connection_open(connection, result);
	has_connected(db, probing, !err);
	return err;
}

/* Each is a reason to run a call once more, once. */
enum { RETRY_BROKEN = 1, RETRY_STALE = 2, RETRY_BUSY = 4, RETRY_OVERTAKEN = 8 };

/* A foreign key or unique constraint: what a statement had checked changed before its write. */
static bool is_overtaken(const char *sqlstate)
{
	return !strcmp(sqlstate, "23503") || !strcmp(sqlstate, "23505");
}

static unsigned reason_to_retry(const struct trip *trip, enum trip_end end, enum db_class class)
{
	if (end == TRIP_BROKEN && (class == DB_READ || trip->uncommitted))
		return RETRY_BROKEN;
	if (end != TRIP_FAILED)
		return 0;
	if (trip_is_stale(trip))
		return RETRY_STALE;
	/* The second time its check sees what the other one committed, and can name the field. */
	if (class != DB_READ && is_overtaken(trip_sqlstate(trip)))
		return RETRY_OVERTAKEN;
	return state_error(trip_sqlstate(trip)) == ERR_BUSY ? RETRY_BUSY : 0;
}

static enum err error_of_failure(const struct trip *trip, enum db_class class)
{
	/* A role that cannot be taken is not the caller's fault; a server that does not let write is a standby. */
	if (trip_failed_in(trip, TRIP_ROLE))
		return ERR_INTERNAL;
	if (trip_failed_in(trip, TRIP_READ_WRITE))
		return ERR_UNAVAILABLE;
	if (class == DB_READ && !strcmp(trip_sqlstate(trip), "25006"))
		return ERR_INTERNAL;
	return state_error(trip_sqlstate(trip));
}

static enum err error_of(const struct trip *trip, enum trip_end end, enum db_class class)
{
	switch (end) {
	case TRIP_OK:
		return ERR_OK;
	case TRIP_FAILED:
		return error_of_failure(trip, class);
	case TRIP_BROKEN:
		return ERR_UNAVAILABLE;
	case TRIP_LATE:
		return class == DB_READ || trip->uncommitted ? ERR_TIMEOUT : ERR_UNAVAILABLE;
	case TRIP_STRANGE:
		break;
	}
	return ERR_INTERNAL;
}

/* Hands the trip's rows or failure over to result. */
static void take_result(struct db_result *result, struct trip *trip, enum trip_end end, PGconn *pg)
{
	if (end == TRIP_OK) {
		result_take_rows(result, trip->rows);
		trip->rows = NULL;
		return;
	}
	if (end == TRIP_LATE)
		result_take_failure(result, trip->failure, "no answer from the server in time");
	else if (end == TRIP_STRANGE)
		result_take_failure(result, trip->failure, "an answer from the server that does not fit");
	else
		result_take_failure(result, trip->failure, PQerrorMessage(pg));
	trip->failure = NULL;
}

static enum err run_order(struct db *db, const struct trip_order *order, struct db_result *result)
{
	struct connection *connection = own_connection(db);
	enum db_class class = order->call->class;
	unsigned tried = 0, reason;
	enum err err;

	if (!connection)
		return ERR_NO_MEMORY;
	for (;;) {
		struct trip trip;
		enum trip_end end;

		err = make_ready(db, connection, result);
		if (err)
			return err;
		end = trip_run(connection, order, &trip);
		err = error_of(&trip, end, class);
		reason = reason_to_retry(&trip, end, class) & ~tried;
		take_result(result, &trip, end, connection->pg);
		trip_clear(&trip);
		/* Also a stale connection: what else it prepared will be as stale. */
		if ((end != TRIP_OK && end != TRIP_FAILED) || reason == RETRY_STALE || err == ERR_UNAVAILABLE)
			connection_close(connection);
		if (!reason)
			return err;
		if (reason == RETRY_BUSY)
			nanosleep(&(struct timespec){ .tv_nsec = BUSY_PAUSE_NS }, NULL);
		tried |= reason;
	}
}

enum err db_run_steps(struct db *db, const struct db_call *call, const struct db_step *steps, size_t count,
		      struct db_result **ret_result)
{
	struct trip_order order = { call, db->table, steps, count };

	*ret_result = result_new();
	if (!*ret_result)
		return ERR_NO_MEMORY;
	return run_order(db, &order, *ret_result);
}

enum err db_run(struct db *db, const struct db_call *call, struct db_result **ret_result)
{
	struct db_step steps[2];
	size_t count = 0;

	if (call->before.statement != SQL_NONE)
		steps[count++] = call->before;
	steps[count++] = (struct db_step){
		.statement = call->statement,
		.params = call->params,
		.param_count = call->param_count,
	};
	return db_run_steps(db, call, steps, count, ret_result);
}

bool db_parse_int(const char *text, int64_t *ret_value)
{
	int64_t value = 0;

	if (!text || !*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || value > (INT64_MAX - 9) / 10)
			return false;
		value = value * 10 + (*text - '0');
	}
	*ret_value = value;
	return true;
}

enum err db_capacity(struct db *db, int64_t *ret_connections)
{
	const struct db_call call = { .class = DB_READ };
	const struct db_step step = {
		.text = "select current_setting('max_connections')::int"
			" - current_setting('superuser_reserved_connections')::int as free",
	};
	struct db_result *result;
	enum err err = db_run_steps(db, &call, &step, 1, &result);

	if (!err && !db_parse_int(db_value(result, 0, "free"), ret_connections))
		err = ERR_INTERNAL;
	db_result_free(result);
	return err;
}
