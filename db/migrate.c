#include "migrate.h"

#include <libpq-fe.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "db_internal.h"
#include "migrate_internal.h"
#include "state.h"

/* How long one copy waits for another, and a migration for a table: longer than the service runs a statement. */
#define LOCK_TIMEOUT "5min"

/* "kstthc.m" in ASCII: any number will do that no other program locks in this database. */
#define LOCK_KEY "7742660227696373357"

struct migration_run {
	PGconn *pg;
	const struct migration *table;
	size_t count;
	char *message;
	size_t message_size;
};

static void __attribute__((format(printf, 3, 4))) say(char *message, size_t size, const char *format, ...)
{
	va_list args;
	size_t length;

	if (!size)
		return;
	va_start(args, format);
	vsnprintf(message, size, format, args);
	va_end(args);
	length = strlen(message);
	while (length && message[length - 1] == '\n')
		message[--length] = '\0';
}

/* A failed statement as a sentence; what says what was being done. */
static enum err failed(struct migration_run *run, const PGresult *result, const char *what)
{
	const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (!primary) {
		say(run->message, run->message_size, "%s: %s", what, PQerrorMessage(run->pg));
		return ERR_UNAVAILABLE;
	}
	say(run->message, run->message_size, "%s: %s (SQLSTATE %s)", what, primary,
	    sqlstate ? sqlstate : "?");
	return state_error(sqlstate);
}

/* Runs one statement; ret_result may be NULL when its rows do not matter. */
static enum err ask(struct migration_run *run, const char *what, const char *sql, const char *const *params,
		    int count, PGresult **ret_result)
{
	PGresult *result = PQexecParams(run->pg, sql, count, NULL, params, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);
	enum err err = ERR_OK;

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		err = failed(run, result, what);
	if (err || !ret_result)
		PQclear(result);
	else
		*ret_result = result;
	return err;
}

static void ignore_notice(void *data, const PGresult *notice)
{
	(void)data;
	(void)notice;
}

static enum err dial(struct migration_run *run, const char *url)
{
	const char *names[] = { "connect_timeout", "dbname", "application_name", "client_encoding", NULL };
	const char *values[] = { "5", url, "kstthc migrate", "UTF8", NULL };

	run->pg = PQconnectdbParams(names, values, 1);
	if (!run->pg)
		return ERR_NO_MEMORY;
	if (PQstatus(run->pg) != CONNECTION_OK) {
		say(run->message, run->message_size, "the database cannot be reached: %s",
		    PQerrorMessage(run->pg));
		return ERR_UNAVAILABLE;
	}
	PQsetNoticeReceiver(run->pg, ignore_notice, NULL);
	return ask(run, "the session's settings",
		   "select pg_catalog.set_config('search_path', 'kstthc, pg_temp', false),"
		   " pg_catalog.set_config('timezone', 'UTC', false),"
		   " pg_catalog.set_config('statement_timeout', '0', false),"
		   " pg_catalog.set_config('lock_timeout', '" LOCK_TIMEOUT "', false),"
		   " pg_catalog.set_config('default_transaction_read_only', 'off', false),"
		   " pg_catalog.set_config('check_function_bodies', 'on', false)",
		   NULL, 0, NULL);
}

/* For the session, so it goes with the connection however that ends. */
static enum err take_lock(struct migration_run *run)
{
	enum err err = ask(run, "waiting for the lock on migrations", "select pg_advisory_lock(" LOCK_KEY ")",
			   NULL, 0, NULL);

	if (err == ERR_TIMEOUT)
		say(run->message, run->message_size,
		    "another migration of this database has held its lock for more than " LOCK_TIMEOUT);
	return err;
}

/* Looks first: an owner of the schema need not be allowed to create schemas. */
static enum err make_table(struct migration_run *run)
{
	PGresult *result;
	enum err err = ask(run, "looking for schema_migration",
			   "select 1 where to_regclass('kstthc.schema_migration') is not null", NULL, 0,
			   &result);
	int found;

	if (err)
		return err;
	found = PQntuples(result);
	PQclear(result);
	if (found)
		return ERR_OK;
	err = ask(run, "creating the schema kstthc", "create schema if not exists kstthc", NULL, 0, NULL);
	if (err)
		return err;
	/* Readable for whoever may use the schema: the service looks at it when it starts. */
	result = PQexec(run->pg, "begin; create table kstthc.schema_migration ("
				 " number integer primary key check (number > 0),"
				 " name text not null,"
				 " sha256 text not null,"
				 " applied_at timestamptz not null default clock_timestamp());"
				 " comment on table kstthc.schema_migration is"
				 " 'The migrations applied to this schema, with the SHA-256 of their text';"
				 " grant select on kstthc.schema_migration to public; commit");
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		err = failed(run, result, "creating schema_migration");
	PQclear(result);
	return err;
}

/* Whether what was applied, row by row, is what the table has. */
static enum err compare_row(struct migration_run *run, const PGresult *applied, int row)
{
	const struct migration *migration = &run->table[row];
	const char *number = PQgetvalue(applied, row, 0);
	const char *params[] = { migration->text, PQgetvalue(applied, row, 1) };
	char want[24];
	PGresult *same;
	enum err err;
	int count;

	snprintf(want, sizeof(want), "%d", migration->number);
	if (strcmp(number, want)) {
		say(run->message, run->message_size,
		    "migration %s is missing in the database although a newer one, %s, was applied:"
		    " schema_migration was changed by hand",
		    migration->name, number);
		return ERR_CONFIG;
	}
	err = ask(
		run, "comparing migrations",
		"select 1 where pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to($1, 'UTF8')), 'hex') = $2",
		params, 2, &same);
	if (err)
		return err;
	count = PQntuples(same);
	PQclear(same);
	if (count)
		return ERR_OK;
	say(run->message, run->message_size,
	    "migration %s was edited after it had been applied to this database:"
	    " restore the file and put the change into a new migration",
	    migration->name);
	return ERR_CONFIG;
}

/* How many are applied; the rest are to come. */
static enum err compare_all(struct migration_run *run, size_t *ret_applied)
{
	PGresult *applied;
	enum err err = ask(run, "reading schema_migration",
			   "select number, sha256 from kstthc.schema_migration order by number", NULL, 0,
			   &applied);
	int rows;

	if (err)
		return err;
	rows = PQntuples(applied);
	for (int row = 0; !err && row < rows && (size_t)row < run->count; row++)
		err = compare_row(run, applied, row);
	if (!err && (size_t)rows > run->count) {
		say(run->message, run->message_size,
		    "the database has schema version %s, newer than this program's %zu: run a newer program",
		    PQgetvalue(applied, rows - 1, 0), run->count);
		err = ERR_CONFIG;
	}
	PQclear(applied);
	if (!err)
		*ret_applied = (size_t)rows;
	return err;
}

/* The server counts characters of the text from 1; people count lines. */
static int line_of(const char *text, const PGresult *result)
{
	int64_t position;
	int line = 1;

	if (!db_parse_int(PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION), &position))
		return 0;
	for (; *text && position > 1; text++) {
		line += *text == '\n';
		position -= ((unsigned char)text[1] & 0xc0) != 0x80;
	}
	return line;
}

static enum err apply_text(struct migration_run *run, const struct migration *migration)
{
	PGresult *result = PQexec(run->pg, migration->text);
	ExecStatusType status = PQresultStatus(result);
	int line = line_of(migration->text, result);
	enum err err = ERR_OK;
	char what[160];

	if (line)
		snprintf(what, sizeof(what), "migration %s, line %d", migration->name, line);
	else
		snprintf(what, sizeof(what), "migration %s", migration->name);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
		err = failed(run, result, what);
	PQclear(result);
	if (err || PQtransactionStatus(run->pg) == PQTRANS_INTRANS)
		return err;
	say(run->message, run->message_size,
	    "%s ends the transaction it runs in: take out its begin or commit", what);
	return ERR_CONFIG;
}

static enum err apply(struct migration_run *run, const struct migration *migration)
{
	char number[24];
	const char *params[] = { number, migration->name, migration->text };
	enum err err = ask(run, migration->name, "begin", NULL, 0, NULL);

	snprintf(number, sizeof(number), "%d", migration->number);
	if (!err)
		err = apply_text(run, migration);
	if (!err)
		err = ask(run, migration->name,
			  "insert into kstthc.schema_migration (number, name, sha256)"
			  " values ($1::int, $2, pg_catalog.encode(pg_catalog.sha256("
			  "pg_catalog.convert_to($3, 'UTF8')), 'hex'))",
			  params, 3, NULL);
	if (!err)
		err = ask(run, migration->name, "commit", NULL, 0, NULL);
	return err;
}

enum err migrate_run_table(const char *url, const struct migration *table, size_t count, char *ret_message,
			   size_t message_size)
{
	struct migration_run run = {
		.table = table, .count = count, .message = ret_message, .message_size = message_size
	};
	size_t applied = 0;
	enum err err = dial(&run, url);

	if (!err)
		err = take_lock(&run);
	if (!err)
		err = make_table(&run);
	if (!err)
		err = compare_all(&run, &applied);
	for (size_t i = applied; !err && i < count; i++)
		err = apply(&run, &table[i]);
	PQfinish(run.pg);
	return err;
}

enum err migrate_run(const char *url, char *ret_message, size_t message_size)
{
	return migrate_run_table(url, migrations_table, migrations_table_count, ret_message, message_size);
}

int migrate_target(void)
{
	return (int)migrations_table_count;
}

enum err migrate_check(struct db *db, char *ret_message, size_t message_size)
{
	return migrate_check_target(db, migrate_target(), ret_message, message_size);
}

/* The database answers, but has no schema or no role yet, or they are not the service's. */
static bool is_unmigrated(const struct db_result *result)
{
	static const char *const states[] = { "42P01", "3F000", "42501", "22023" };

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(db_sqlstate(result), states[i]))
			return true;
	return false;
}

enum err migrate_check_target(struct db *db, int64_t target, char *ret_message, size_t message_size)
{
	const struct db_call call = { .class = DB_READ };
	const struct db_step step = {
		.text = "select coalesce(max(number), 0) as version from kstthc.schema_migration",
	};
	struct db_result *result;
	enum err err = db_run_steps(db, &call, &step, 1, &result);
	int64_t version = 0;

	if (err && is_unmigrated(result)) {
		say(ret_message, message_size, "the database is not migrated (%s): run kstthc migrate",
		    db_message(result));
		err = ERR_CONFIG;
	} else if (err) {
		say(ret_message, message_size, "the database's schema cannot be read: %s",
		    db_message(result));
		err = ERR_UNAVAILABLE;
	} else if (!db_parse_int(db_value(result, 0, "version"), &version)) {
		say(ret_message, message_size, "the database's schema version is not a number");
		err = ERR_INTERNAL;
	}
	db_result_free(result);
	if (err || version == target)
		return err;
	if (version < target)
		say(ret_message, message_size,
		    "the database has schema version %lld, this program needs %lld: run kstthc migrate",
		    (long long)version, (long long)target);
	else
		say(ret_message, message_size,
		    "the database has schema version %lld, newer than this program's %lld: run a newer program",
		    (long long)version, (long long)target);
	return ERR_CONFIG;
}
