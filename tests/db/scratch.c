#include "scratch.h"

#include <check.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct sql_text scratch_table[T_COUNT] = {
	[T_ECHO] = { "echo", "select $1::text as value, null::text as nothing", false },
	[T_WHO] = { "who",
		    "select pg_backend_pid() as pid, current_user as who, current_setting('search_path') as path,"
		    " current_setting('timezone') as zone, current_setting('statement_timeout') as timeout,"
		    " current_setting('lock_timeout') as lock, current_setting('jit') as jit,"
		    " current_setting('application_name') as application,"
		    " current_setting('client_encoding') as encoding",
		    false },
	[T_ITEM] = { "item", "select note from db_test.item where id = $1::int", false },
	[T_INSERT] = { "insert", "insert into db_test.item values ($1::int, $2) returning id", false },
	[T_FIRST] = { "first", "insert into db_test.item values (1000, 'first') returning id", false },
	[T_APPEND] = { "append",
		       "update db_test.item set note = note || '+' where id = $1::int returning note",
		       false },
	[T_SECRET] = { "secret", "select count(*) as n from db_test.secret", false },
	[T_CHILD] = { "child", "insert into db_test.child values ($1::int) returning item", false },
	[T_SLEEP] = { "sleep", "select pg_sleep($1::float8)", false },
	[T_FAIL] = { "fail", "select db_test.fail($1)", false },
	[T_NOTICE] = { "notice", "select db_test.notice() as value", false },
	[T_LOCK_TWO] = { "lock_two", "select db_test.lock_two($1::int, $2::int)", false },
	[T_SHAPE] = { "shape", "select * from db_test.shape", false },
	[T_CUSTOM] = { "custom", "select $1::int + 1 as value", true },
	[T_PREPARED] = { "prepared", "select count(*) as n from pg_prepared_statements where name = $1",
			 false },
	[T_SETTINGS] = { "settings",
			 "insert into db_test.log values (current_setting('kstthc.actor'),"
			 " current_setting('kstthc.request_id'), current_setting('kstthc.today'),"
			 " current_setting('statement_timeout'), current_user) returning *",
			 false },
	[T_WAIT] = { "wait", "select pg_advisory_xact_lock(42)", false },
	[T_BEGIN] = { "begin", "begin", false },
	[T_COPY] = { "copy", "copy db_test.item to stdout", false },
	[T_SYNTAX] = { "syntax", "selekt 1", false },
	[T_LONG] = { "long", "select repeat('x', 3000000) as value, length($1) as length", false },
	[T_ONE] = { "chore_one", "select db_test.chore('one', null) as more", false },
	[T_TWO] = { "chore_two", "select db_test.chore('two', null) as more", false },
	[T_DAY] = { "chore_day", "select db_test.chore('day', $1) as more", false },
};

static const char create_sql[] =
	"drop schema if exists db_test cascade;"
	"do $$ begin create role kstthc_service; exception when duplicate_object then null; end $$;"
	"do $$ begin create role kstthc_public; exception when duplicate_object then null; end $$;"
	"create schema db_test; grant usage on schema db_test to kstthc_service, kstthc_public;"
	"create table db_test.item (id int primary key, note text);"
	"create table db_test.child (item int references db_test.item deferrable initially deferred);"
	"create table db_test.secret (person text);"
	"create table db_test.shape (a int); insert into db_test.shape values (1);"
	"create table db_test.log (actor text, request_id text, today text, timeout text, who text);"
	"insert into db_test.item values (1, 'một'), (2, 'hai'), (3, 'ba');"
	"grant select, insert, update, delete on all tables in schema db_test to kstthc_service;"
	"grant select on db_test.item to kstthc_public; grant insert on db_test.log, db_test.item to kstthc_public;"
	"grant select on db_test.log to kstthc_public;"
	"create function db_test.fail(text) returns int language plpgsql as"
	" $$ begin raise exception using errcode = $1, message = 'failed as told: \"value\"'; end $$;"
	"create function db_test.notice() returns int language plpgsql as"
	" $$ begin raise notice 'by the way'; raise warning 'again'; return 7; end $$;"
	"create function db_test.lock_two(int, int) returns void language plpgsql as"
	" $$ begin update db_test.item set note = note || '*' where id = $1; perform pg_sleep(0.1);"
	" update db_test.item set note = note || '*' where id = $2; end $$;";

const char *scratch_url(void)
{
	const char *url = getenv("KSTTHC_TEST_URL");

	if (!url)
		ck_abort_msg("KSTTHC_TEST_URL is not set");
	return url;
}

/* One setting of a connection string, quoted as libpq wants it. */
static void add_setting(char *url, size_t size, const char *name, const char *value)
{
	size_t length = strlen(url);

	length += (size_t)snprintf(url + length, size - length, "%s='", name);
	for (; *value && length + 4 < size; value++) {
		if (*value == '\'' || *value == '\\')
			url[length++] = '\\';
		url[length++] = *value;
	}
	snprintf(url + length, size - length, "' ");
}

void scratch_url_with(char *ret_url, size_t size, const char *database, const char *host)
{
	PQconninfoOption *options = PQconninfoParse(scratch_url(), NULL);

	ck_assert_ptr_nonnull(options);
	ret_url[0] = '\0';
	for (PQconninfoOption *o = options; o->keyword; o++) {
		const char *value = o->val;

		if (database && !strcmp(o->keyword, "dbname"))
			value = database;
		if (host && !strcmp(o->keyword, "host"))
			value = host;
		if (value)
			add_setting(ret_url, size, o->keyword, value);
	}
	PQconninfoFree(options);
}

static void ignore_notice(void *data, const PGresult *notice)
{
	(void)data;
	(void)notice;
}

static PGconn *connect_as_superuser(void)
{
	PGconn *pg = PQconnectdb(scratch_url());

	if (PQstatus(pg) != CONNECTION_OK)
		ck_abort_msg("%s", PQerrorMessage(pg));
	PQsetNoticeReceiver(pg, ignore_notice, NULL);
	return pg;
}

bool scratch_socket(char *ret_path, size_t size, char *ret_port, size_t port_size)
{
	PGconn *pg = connect_as_superuser();
	bool local = PQhost(pg)[0] == '/';

	snprintf(ret_path, size, "%s", PQhost(pg));
	snprintf(ret_port, port_size, "%s", PQport(pg));
	PQfinish(pg);
	return local;
}

static PGresult *run(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		ck_abort_msg("%s: %s", sql, PQerrorMessage(pg));
	return result;
}

void scratch_run(const char *sql)
{
	PGconn *pg = connect_as_superuser();

	PQclear(run(pg, sql));
	PQfinish(pg);
}

/* A libpq connection under another name, for tests without libpq-fe.h. */
struct scratch_job *scratch_start(const char *sql)
{
	PGconn *pg = connect_as_superuser();

	ck_assert_int_eq(PQsendQuery(pg, sql), 1);
	return (struct scratch_job *)pg;
}

void scratch_end(struct scratch_job *job)
{
	PGconn *pg = (PGconn *)job;
	PGresult *result;

	while ((result = PQgetResult(pg)))
		PQclear(result);
	PQfinish(pg);
}

long scratch_number(const char *sql)
{
	PGconn *pg = connect_as_superuser();
	PGresult *result = run(pg, sql);
	int64_t number = 0;

	if (PQntuples(result) && !db_parse_int(PQgetvalue(result, 0, 0), &number))
		ck_abort_msg("%s: not a number", sql);
	PQclear(result);
	PQfinish(pg);
	return (long)number;
}

bool scratch_until(const char *sql)
{
	for (int i = 0; i < 500; i++) {
		if (scratch_number(sql))
			return true;
		scratch_sleep_ms(20);
	}
	return false;
}

void scratch_create(void)
{
	scratch_run(create_sql);
}

void scratch_drop(void)
{
	scratch_run("drop schema db_test cascade");
}

struct db *scratch_open(const char *url, const char *application_name)
{
	const struct db_options options = {
		.url = url,
		.application_name = application_name,
		.role = "kstthc_service",
		.read_timeout_ms = 1000,
		.write_timeout_ms = 1500,
		.bulk_timeout_ms = 3000,
		.lock_timeout_ms = 300,
	};
	struct db *db;

	ck_assert_int_eq(db_open_table(&options, scratch_table, T_COUNT, &db), ERR_OK);
	return db;
}

enum err scratch_call(struct db *db, enum db_class class, enum scratch_sql statement, const char *one,
		      const char *two, struct db_result **ret_result)
{
	const char *params[] = { one, two };
	const struct db_call call = {
		.statement = (enum sql)statement,
		.class = class,
		.params = params,
		.param_count = two   ? 2
			       : one ? 1
				     : 0,
	};

	return db_run(db, &call, ret_result);
}

enum err scratch_do(struct db *db, enum db_class class, enum scratch_sql statement, const char *one,
		    const char *two)
{
	struct db_result *result;
	enum err err = scratch_call(db, class, statement, one, two, &result);

	db_result_free(result);
	return err;
}

void scratch_check(struct db *db, enum scratch_sql statement, const char *param, const char *column,
		   const char *want)
{
	struct db_result *result;

	ck_assert_int_eq(scratch_call(db, DB_READ, statement, param, NULL, &result), ERR_OK);
	ck_assert_pstr_eq(db_value(result, 0, column), want);
	db_result_free(result);
}

long scratch_pid(struct db *db)
{
	struct db_result *result;
	enum err err = scratch_call(db, DB_READ, T_WHO, NULL, NULL, &result);
	int64_t pid = 0;

	if (!err)
		db_parse_int(db_value(result, 0, "pid"), &pid);
	db_result_free(result);
	return (long)pid;
}

void scratch_sleep_ms(long ms)
{
	struct timespec wait = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&wait, NULL);
}

long scratch_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
