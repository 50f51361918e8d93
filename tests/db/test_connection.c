#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy.h"
#include "scratch.h"

Suite *connection_suite(void);

static struct db *db;
static struct proxy proxy;
static char proxy_url[512];

static void set_up(void)
{
	db = scratch_open(scratch_url(), "kstthc test");
}

static void tear_down(void)
{
	db_close(db);
}

/* The database through a proxy; without a unix socket these tests have nothing to stand between. */
static void set_up_proxy(void)
{
	if (!proxy_start(&proxy))
		ck_abort_msg("KSTTHC_TEST_URL must name a unix socket directory as its host");
	scratch_url_with(proxy_url, sizeof(proxy_url), NULL, proxy.directory);
	db = scratch_open(proxy_url, "kstthc proxied");
}

static void tear_down_proxy(void)
{
	db_close(db);
	proxy_stop(&proxy);
}

static void kill_backend(long pid)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "select pg_terminate_backend(%ld)", pid);
	scratch_run(sql);
	snprintf(sql, sizeof(sql), "select (not exists (select from pg_stat_activity where pid = %ld))::int",
		 pid);
	ck_assert(scratch_until(sql));
}

static int turns_of(enum db_class class, bool as_public, enum scratch_sql statement, const char *one,
		    const char *two)
{
	const char *params[] = { one, two };
	const struct db_call call = {
		.statement = (enum sql)statement,
		.class = class,
		.as_public = as_public,
		.params = params,
		.param_count = two   ? 2
			       : one ? 1
				     : 0,
	};
	int before = atomic_load(&proxy.turns);
	struct db_result *result;

	ck_assert_int_eq(db_run(db, &call, &result), ERR_OK);
	db_result_free(result);
	return atomic_load(&proxy.turns) - before;
}

START_TEST(one_round_trip)
{
	ck_assert_int_eq(turns_of(DB_READ, false, T_ITEM, "1", NULL), 3); /* start-up, session, call */
	ck_assert_int_eq(turns_of(DB_READ, false, T_ITEM, "1", NULL), 1);
	ck_assert_int_eq(turns_of(DB_READ, true, T_ECHO, "x", NULL), 1);
	ck_assert_int_eq(turns_of(DB_WRITE, false, T_INSERT, "30", "x"), 1);
	ck_assert_int_eq(turns_of(DB_WRITE, true, T_SETTINGS, NULL, NULL), 1);
	ck_assert_int_eq(turns_of(DB_BULK, false, T_CUSTOM, "1", NULL), 1);
	ck_assert_int_eq(atomic_load(&proxy.accepted), 1);
}
END_TEST

START_TEST(read_that_breaks_is_sent_again)
{
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "1", NULL), ERR_OK);
	atomic_store(&proxy.mode, PROXY_CUT);
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "1", NULL), ERR_OK);
	ck_assert_int_eq(atomic_load(&proxy.accepted), 2);
}
END_TEST

/* The answer is lost, the commit is not: sending it again would do it twice. */
START_TEST(write_that_breaks_is_not_sent_again)
{
	struct db_result *result;

	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_APPEND, "3", NULL), ERR_OK);
	atomic_store(&proxy.mode, PROXY_CUT);
	ck_assert_int_eq(scratch_call(db, DB_WRITE, T_APPEND, "3", NULL, &result), ERR_UNAVAILABLE);
	ck_assert_str_eq(db_sqlstate(result), "");
	ck_assert_str_ne(db_message(result), "");
	db_result_free(result);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.item where id = 3 and note = 'ba++'"),
			 1);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_APPEND, "3", NULL), ERR_OK);
}
END_TEST

/* Seen before anything is sent, so a write too goes to a new connection. */
START_TEST(dropped_while_idle)
{
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "34", "x"), ERR_OK);
	atomic_store(&proxy.mode, PROXY_DROP);
	while (atomic_load(&proxy.mode) == PROXY_DROP)
		scratch_sleep_ms(5);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "35", "x"), ERR_OK);
	ck_assert_int_eq(atomic_load(&proxy.accepted), 2);
}
END_TEST

START_TEST(stalled_server_is_left)
{
	long start;

	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "1", NULL), ERR_OK);
	atomic_store(&proxy.mode, PROXY_STALL);
	start = scratch_now_ms();
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "1", NULL), ERR_TIMEOUT);
	ck_assert_int_ge(scratch_now_ms() - start, 1950);
	ck_assert_int_lt(scratch_now_ms() - start, 2500);
	atomic_store(&proxy.mode, PROXY_PASS);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "31", "x"), ERR_OK);
	/* Nobody knows whether this one was committed. */
	atomic_store(&proxy.mode, PROXY_STALL);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "32", "x"), ERR_UNAVAILABLE);
	atomic_store(&proxy.mode, PROXY_PASS);
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "1", NULL), ERR_OK);
}
END_TEST

START_TEST(left_statement_is_ended_by_the_server)
{
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "1", NULL), ERR_OK);
	atomic_store(&proxy.mode, PROXY_STALL);
	ck_assert_int_eq(scratch_do(db, DB_READ, T_SLEEP, "0.5", NULL), ERR_TIMEOUT);
	ck_assert(scratch_until("select (count(*) = 0)::int from pg_stat_activity"
				" where application_name = 'kstthc proxied'"));
}
END_TEST

START_TEST(down_is_found_out_by_one_attempt)
{
	long start = scratch_now_ms();
	int attempts;

	atomic_store(&proxy.mode, PROXY_REFUSE);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "1", NULL), ERR_UNAVAILABLE);
	attempts = atomic_load(&proxy.accepted);
	ck_assert_int_le(attempts, 1 + (scratch_now_ms() - start) / 200);
	scratch_sleep_ms(250);
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "1", NULL), ERR_UNAVAILABLE);
	ck_assert_int_eq(atomic_load(&proxy.accepted), attempts + 1);
	atomic_store(&proxy.mode, PROXY_PASS);
	scratch_sleep_ms(250);
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "1", NULL), ERR_OK);
}
END_TEST

START_TEST(terminated_while_idle)
{
	long pid = scratch_pid(db);

	ck_assert_int_gt(pid, 0);
	kill_backend(pid);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "33", "x"), ERR_OK);
	ck_assert_int_ne(scratch_pid(db), pid);
	kill_backend(scratch_pid(db));
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "33", NULL), ERR_OK);
}
END_TEST

/* What a scratch_job that sleeps with its locks is known by. */
static const char holding[] = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'";

struct job {
	pthread_t thread;
	enum scratch_sql statement;
	const char *one;
	const char *two;
	int number;
	enum err err;
};

static void *do_write(void *data)
{
	struct job *job = data;

	job->err = scratch_do(db, DB_WRITE, job->statement, job->one, job->two);
	return NULL;
}

static void start_job(struct job *job)
{
	ck_assert_int_eq(pthread_create(&job->thread, NULL, do_write, job), 0);
}

static enum err end_job(struct job *job)
{
	pthread_join(job->thread, NULL);
	return job->err;
}

static struct db *open_other(const char *role, int64_t lock_timeout_ms)
{
	const struct db_options options = {
		.url = scratch_url(),
		.application_name = "kstthc other",
		.role = role,
		.read_timeout_ms = 5000,
		.write_timeout_ms = 5000,
		.bulk_timeout_ms = 5000,
		.lock_timeout_ms = lock_timeout_ms,
	};
	struct db *other;

	ck_assert_int_eq(db_open_table(&options, scratch_table, T_COUNT, &other), ERR_OK);
	return other;
}

/* The server says that it gave up before the commit: that is safe to send again. */
START_TEST(terminated_while_it_waits)
{
	struct job job = { .statement = T_LOCK_TWO, .one = "2", .two = "3" };
	struct scratch_job *holder = scratch_start("begin; update db_test.item set note = '' where id = 3;"
						   " select pg_sleep(1.5); commit");
	const char *waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock'"
			      " and application_name = 'kstthc other'";

	db_close(db);
	db = open_other("kstthc_service", 4000);
	ck_assert(scratch_until(holding));
	start_job(&job);
	ck_assert(scratch_until(waiting));
	kill_backend(scratch_number(waiting));
	ck_assert_int_eq(end_job(&job), ERR_OK);
	scratch_end(holder);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.item where id = 3 and note = '*'"), 1);
}
END_TEST

START_TEST(lock_that_is_not_given)
{
	struct scratch_job *holder = scratch_start(
		"begin; update db_test.item set note = 'held' where id = 3;"
		" select pg_sleep(2); commit");
	long start;

	ck_assert(scratch_until(holding));
	start = scratch_now_ms();
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_APPEND, "3", NULL), ERR_TIMEOUT);
	ck_assert_int_lt(scratch_now_ms() - start, 1200);
	scratch_end(holder);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_APPEND, "3", NULL), ERR_OK);
}
END_TEST

/*
 * Both want what the other holds; PostgreSQL ends one of them, which then runs
 * again. It looks for deadlocks after a second, so the lock timeout is longer.
 */
START_TEST(deadlock_is_tried_again)
{
	struct job jobs[] = {
		{ .statement = T_LOCK_TWO, .one = "1", .two = "2" },
		{ .statement = T_LOCK_TWO, .one = "2", .two = "1" },
	};

	scratch_run("update db_test.item set note = ''");
	db_close(db);
	db = open_other("kstthc_service", 4000);
	start_job(&jobs[0]);
	start_job(&jobs[1]);
	ck_assert_int_eq(end_job(&jobs[0]), ERR_OK);
	ck_assert_int_eq(end_job(&jobs[1]), ERR_OK);
	ck_assert_int_eq(scratch_number(
				 "select count(*) from db_test.item where id in (1, 2) and note = '**'"),
			 2);
}
END_TEST

#define THREADS 64

static void *do_many(void *data)
{
	struct job *job = data;

	for (int i = 0; i < 20 && !job->err; i++) {
		char id[16];

		snprintf(id, sizeof(id), "%d", 10000 + job->number * 100 + i);
		job->err = scratch_do(db, DB_WRITE, T_INSERT, id, "x");
		if (!job->err)
			job->err = scratch_do(db, DB_READ, T_ITEM, id, NULL);
	}
	return NULL;
}

START_TEST(many_threads)
{
	struct job jobs[THREADS] = { 0 };

	for (size_t i = 0; i < THREADS; i++) {
		jobs[i].number = (int)i;
		ck_assert_int_eq(pthread_create(&jobs[i].thread, NULL, do_many, &jobs[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(end_job(&jobs[i]), ERR_OK);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.item where id >= 10000"), THREADS * 20);
	ck_assert(scratch_until("select (count(*) = 0)::int from pg_stat_activity"
				" where application_name = 'kstthc test'"));
}
END_TEST

START_TEST(closing_closes_connections)
{
	struct db *other = open_other("kstthc_service", 100);

	ck_assert_int_gt(scratch_pid(other), 0);
	ck_assert_int_eq(scratch_number("select count(*) from pg_stat_activity"
					" where application_name = 'kstthc other'"),
			 1);
	db_close(other);
	ck_assert(scratch_until("select (count(*) = 0)::int from pg_stat_activity"
				" where application_name = 'kstthc other'"));
}
END_TEST

START_TEST(wrong_role_is_unavailable)
{
	struct db *other = open_other("nobody at all", 100);
	struct db_result *result;

	ck_assert_int_eq(scratch_call(other, DB_READ, T_WHO, NULL, NULL, &result), ERR_UNAVAILABLE);
	ck_assert_str_eq(db_sqlstate(result), "22023");
	db_result_free(result);
	db_close(other);
}
END_TEST

/* KSTTHC_TEST_RESTART is a command that restarts the server and waits until it answers. */
START_TEST(restart_is_survived)
{
	const char *command = getenv("KSTTHC_TEST_RESTART");
	long pid = scratch_pid(db);

	if (!command)
		return;
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "40", "x"), ERR_OK);
	ck_assert_int_ne(scratch_pid(db), pid);
}
END_TEST

Suite *connection_suite(void)
{
	Suite *suite = suite_create("connection");
	TCase *direct = tcase_create("direct");
	TCase *proxied = tcase_create("proxied");

	tcase_add_unchecked_fixture(direct, scratch_create, scratch_drop);
	tcase_add_checked_fixture(direct, set_up, tear_down);
	tcase_set_timeout(direct, 60);
	tcase_add_test(direct, terminated_while_idle);
	tcase_add_test(direct, terminated_while_it_waits);
	tcase_add_test(direct, lock_that_is_not_given);
	tcase_add_test(direct, deadlock_is_tried_again);
	tcase_add_test(direct, many_threads);
	tcase_add_test(direct, closing_closes_connections);
	tcase_add_test(direct, wrong_role_is_unavailable);
	tcase_add_test(direct, restart_is_survived);
	suite_add_tcase(suite, direct);
	tcase_add_unchecked_fixture(proxied, scratch_create, scratch_drop);
	tcase_add_checked_fixture(proxied, set_up_proxy, tear_down_proxy);
	tcase_set_timeout(proxied, 20);
	tcase_add_test(proxied, one_round_trip);
	tcase_add_test(proxied, read_that_breaks_is_sent_again);
	tcase_add_test(proxied, write_that_breaks_is_not_sent_again);
	tcase_add_test(proxied, dropped_while_idle);
	tcase_add_test(proxied, stalled_server_is_left);
	tcase_add_test(proxied, left_statement_is_ended_by_the_server);
	tcase_add_test(proxied, down_is_found_out_by_one_attempt);
	suite_add_tcase(suite, proxied);
	return suite;
}
