#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../db/chore.h"
#include "scratch.h"

Suite *chore_suite(void);

/*
 * db_test.chore() does what the row of its name in db_test.told says, and keeps
 * what it was called with.
 */
static const char told_sql[] =
	"create table db_test.told (name text primary key, more int default 0, fails text, sleeps float8,"
	" locks int[] default '{}');"
	"create sequence db_test.tries;"
	"create table db_test.run (id bigint default nextval('db_test.tries'), name text, today text, setting text,"
	" actor text, request_id text, timeout text, at timestamptz default clock_timestamp());"
	"create function db_test.chore(of_name text, today text) returns boolean"
	" language plpgsql security definer as $$"
	" declare told db_test.told; item_id int; begin"
	" insert into db_test.run (name, today, setting, actor, request_id, timeout) values (of_name, today,"
	" current_setting('kstthc.today'), current_setting('kstthc.actor'), current_setting('kstthc.request_id'),"
	" current_setting('statement_timeout'));"
	" select * into told from db_test.told where name = of_name;"
	" perform pg_sleep(told.sleeps);"
	" if told.fails is not null then raise exception using errcode = told.fails, message = 'as told'; end if;"
	" foreach item_id in array coalesce(told.locks, '{}') loop"
	" update db_test.item set note = note || '.' where id = item_id; perform pg_sleep(0.02); end loop;"
	" if told.more > 0 then update db_test.told set more = more - 1 where name = of_name; end if;"
	" return told.more > 0; end $$;";

static const struct chore both[] = {
	{ "one", (enum sql)T_ONE, DB_WRITE, .period_ms = 30, .cannot = "one cannot", .again = "one again" },
	{ "two", (enum sql)T_TWO, DB_WRITE, .period_ms = 60000, .cannot = "two cannot",
	  .again = "two again" },
	{ 0 },
};
static const struct chore alone[] = {
	{ "two", (enum sql)T_TWO, DB_BULK, .period_ms = 30, .cannot = "two cannot", .again = "two again" },
	{ 0 },
};
/* With pauses that differ, or the same would lose each time. */
static const struct chore ours[] = {
	{ "one", (enum sql)T_ONE, DB_BULK, .period_ms = 110, .cannot = "one cannot", .again = "one again" },
	{ 0 },
};
static const struct chore theirs[] = {
	{ "two", (enum sql)T_TWO, DB_BULK, .period_ms = 170, .cannot = "two cannot", .again = "two again" },
	{ 0 },
};
static const struct chore day[] = {
	{ "day", (enum sql)T_DAY, DB_BULK, .period_ms = 30, .takes_today = true, .cannot = "day cannot",
	  .again = "day again" },
	{ 0 },
};

static const char asleep[] = "select count(*) from pg_stat_activity"
			     " where application_name = 'test-chore' and wait_event = 'PgSleep'";

static struct db *db;
static struct chores *chores;

static void set_up(void)
{
	scratch_create();
	scratch_run(told_sql);
	db = scratch_open(scratch_url(), "test-chore");
	chores = NULL;
}

static void end(struct chores *which)
{
	ck_assert(chores_stop(which, scratch_now_ms() + 20000));
}

static void tear_down(void)
{
	end(chores);
	db_close(db);
	scratch_drop();
}

static void start(const struct chore *rows)
{
	ck_assert_int_eq(chores_start(db, rows, NULL, NULL, &chores), ERR_OK);
}

/* More of its runs than there are now. */
static void await_runs(const char *name, int count)
{
	long last = scratch_number("select coalesce(max(id), 0) from db_test.run");
	char sql[200];

	snprintf(sql, sizeof(sql),
		 "select (count(*) >= %d)::int from db_test.run where name = '%s' and id > %ld", count, name,
		 last);
	ck_assert_msg(scratch_until(sql), "%s does not run", name);
}

START_TEST(each_has_its_period)
{
	start(both);
	await_runs("one", 5);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run where name = 'two'"), 1);
	ck_assert_int_eq(scratch_number(
				 "select count(*) from (select at - lag(at) over (order by id) as pause"
				 " from db_test.run where name = 'one') p where pause < interval '29 ms'"),
			 0);
}
END_TEST

START_TEST(more_is_done_at_once_and_in_turn)
{
	scratch_run("insert into db_test.told (name, more) values ('one', 5), ('two', 4)");
	start(both);
	ck_assert(scratch_until("select (count(*) = 5)::int from db_test.run where name = 'two'"));
	ck_assert_int_eq(scratch_number("select (string_agg(name, ' ' order by id) ="
					" 'one two one two one two one two one two')::int"
					" from (select * from db_test.run order by id limit 10) r"),
			 1);
	await_runs("one", 3);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run where name = 'two'"), 5);
	ck_assert_int_eq(scratch_number("select (max(at) - min(at) < interval '2 s')::int"
					" from db_test.run where name = 'two'"),
			 1);
}
END_TEST

/* Of the next day at each time it is asked. */
static void write_next_day(const void *context, char ret_today[CHORE_TODAY_SIZE])
{
	unsigned *asked = *(unsigned *const *)context;

	snprintf(ret_today, CHORE_TODAY_SIZE, "2025-08-%02u", ++*asked % 100);
}

START_TEST(today_is_asked_each_time)
{
	unsigned asked = 14;
	unsigned *pointer = &asked;

	ck_assert_int_eq(chores_start(db, day, write_next_day, &pointer, &chores), ERR_OK);
	await_runs("day", 3);
	end(chores);
	chores = NULL;
	ck_assert_int_eq(scratch_number("select count(*) from (select today, setting, row_number()"
					" over (order by id) as number from db_test.run where name = 'day') r"
					" where today <> '2025-08-' || 14 + number or setting <> today"),
			 0);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run"), asked - 14);
}
END_TEST

START_TEST(writes_are_the_systems)
{
	unsigned asked = 0;
	unsigned *pointer = &asked;

	start(both);
	await_runs("one", 1);
	end(chores);
	ck_assert_int_eq(chores_start(db, day, write_next_day, &pointer, &chores), ERR_OK);
	await_runs("day", 1);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run"
					" where actor <> 'system' or request_id <> name"),
			 0);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run where name = 'one'"
					" and (today is not null or setting <> '' or timeout <> '1500ms')"),
			 0);
	ck_assert_int_eq(scratch_number(
				 "select count(*) from db_test.run where name = 'day' and timeout <> '3s'"),
			 0);
}
END_TEST

/* What is written to stderr goes to a file from here on; gives what to restore. */
static int divert(FILE *file)
{
	/* Not for the server that a test starts: whoever reads our stderr would wait for its end. */
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	ck_assert_int_ge(kept, 0);
	ck_assert_int_ge(dup2(fileno(file), STDERR_FILENO), 0);
	return kept;
}

static void restore(int kept)
{
	dup2(kept, STDERR_FILENO);
	close(kept);
}

static int count_lines(FILE *file, const char *event, const char *words)
{
	char line[2200], wanted[64];
	int count = 0;

	snprintf(wanted, sizeof(wanted), " event=%s ", event);
	rewind(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, wanted) && strstr(line, words);
	return count;
}

START_TEST(a_failing_one_is_told_once_and_stops_nobody)
{
	FILE *file = tmpfile();
	int kept;

	ck_assert_ptr_nonnull(file);
	scratch_run("insert into db_test.told (name, fails) values ('one', 'P0001')");
	kept = divert(file);
	start(both);
	ck_assert(scratch_until("select (last_value > 10)::int from db_test.tries"));
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run where name = 'two'"), 1);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run where name = 'one'"), 0);
	scratch_run("update db_test.told set fails = null");
	await_runs("one", 3);
	scratch_run("update db_test.told set fails = 'P0001'");
	end(chores);
	chores = NULL;
	restore(kept);
	ck_assert_int_ge(count_lines(file, "one", "one cannot: internal P0001 as told"), 1);
	ck_assert_int_le(count_lines(file, "one", "one cannot"), 2);
	ck_assert_int_eq(count_lines(file, "one", "one again"), 1);
	ck_assert_int_eq(count_lines(file, "two", ""), 0);
	fclose(file);
}
END_TEST

/* Runs chore two, which fails so often with this SQLSTATE and then no more. Gives how often that was told. */
static int told_of(const char *sqlstate, int failures)
{
	FILE *file = tmpfile();
	char sql[160];
	int kept, told;

	ck_assert_ptr_nonnull(file);
	snprintf(sql, sizeof(sql),
		 "alter sequence db_test.tries restart; delete from db_test.told; delete from db_test.run;"
		 "insert into db_test.told (name, more) values ('two', 0)");
	scratch_run(sql);
	snprintf(sql, sizeof(sql), "select db_test.fail_until(%d, '%s')", failures, sqlstate);
	scratch_run(sql);
	kept = divert(file);
	start(alone);
	await_runs("two", 2);
	end(chores);
	chores = NULL;
	restore(kept);
	told = count_lines(file, "two", "two cannot");
	ck_assert_int_eq(count_lines(file, "two", "two again"), told);
	fclose(file);
	return told;
}

START_TEST(who_lost_once_has_not_failed)
{
	/* The first so many tries raise. */
	scratch_run(
		"create table db_test.until (tries int, sqlstate text);"
		"create function db_test.fail_until(int, text) returns void language sql as"
		" $$ delete from db_test.until; insert into db_test.until values ($1, $2) $$;"
		"create function db_test.check_until() returns trigger language plpgsql security definer as $$"
		" declare u db_test.until; begin select * into u from db_test.until;"
		" if new.id <= u.tries then raise exception using errcode = u.sqlstate; end if;"
		" return new; end $$;"
		"create trigger check_until before insert on db_test.run for each row"
		" execute function db_test.check_until()");
	ck_assert_int_eq(told_of("P0001", 1), 1);
	ck_assert_int_eq(told_of("55P03", 1), 0);
	ck_assert_int_eq(told_of("55P03", 2), 1);
	/* db_run() itself tries what is busy twice. */
	ck_assert_int_eq(told_of("40P01", 2), 0);
	ck_assert_int_eq(told_of("40001", 2), 0);
	ck_assert_int_eq(told_of("40001", 4), 1);
}
END_TEST

START_TEST(two_copies_go_on_beside_each_other)
{
	struct db *second = scratch_open(scratch_url(), "test-chore");
	struct chores *other = NULL;

	scratch_run("insert into db_test.told (name, locks) values ('one', '{1,2}'), ('two', '{2,1}')");
	start(ours);
	ck_assert_int_eq(chores_start(second, theirs, NULL, NULL, &other), ERR_OK);
	for (int i = 0; i < 3; i++) {
		await_runs("one", 2);
		await_runs("two", 2);
	}
	end(other);
	db_close(second);
	/* Whole or not at all. */
	ck_assert_int_eq(scratch_number("select count(distinct length(regexp_replace(note, '[^.]', '', 'g')))"
					" from db_test.item where id < 3"),
			 1);
}
END_TEST

START_TEST(stopping_waits_no_longer_than_it_may)
{
	long began;

	start(both);
	await_runs("one", 1);
	began = scratch_now_ms();
	end(chores);
	ck_assert_int_lt(scratch_now_ms() - began, 1000);
	chores = NULL;
	scratch_run("insert into db_test.told (name, sleeps, more) values ('two', 1.5, 9)");
	start(alone);
	ck_assert(scratch_until(asleep));
	began = scratch_now_ms();
	ck_assert(!chores_stop(chores, began + 100));
	ck_assert_int_ge(scratch_now_ms() - began, 100);
	ck_assert_int_lt(scratch_now_ms() - began, 1000);
	end(chores);
	chores = NULL;
	/* Beside the one of both: what ran was done, and nothing was begun after it though there is more. */
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run where name = 'two'"), 2);
}
END_TEST

START_TEST(nothing_is_begun_after_the_end)
{
	scratch_run("insert into db_test.told (name, sleeps) values ('one', 1)");
	start(both);
	ck_assert(scratch_until(asleep));
	chores_end(chores);
	end(chores);
	chores = NULL;
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run where name = 'one'"), 1);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run where name = 'two'"), 0);
}
END_TEST

START_TEST(goes_on_when_the_database_was_restarted)
{
	const char *restart_command = getenv("KSTTHC_TEST_RESTART");
	FILE *file = tmpfile();
	int kept;

	if (!restart_command)
		return;
	ck_assert_ptr_nonnull(file);
	scratch_run("insert into db_test.told (name, sleeps, more) values ('two', 2.5, 1)");
	kept = divert(file);
	start(alone);
	ck_assert(scratch_until(asleep));
	ck_assert_int_eq(system(restart_command), 0);
	/* Not half done: the run that was cut off has left nothing. */
	ck_assert_int_eq(scratch_number("select count(*) from db_test.run"), 0);
	scratch_run("update db_test.told set sleeps = 0");
	await_runs("two", 3);
	end(chores);
	chores = NULL;
	restore(kept);
	ck_assert_int_eq(count_lines(file, "two", "two cannot: unavailable"), 1);
	ck_assert_int_eq(count_lines(file, "two", "two again"), 1);
	fclose(file);
}
END_TEST

Suite *chore_suite(void)
{
	Suite *suite = suite_create("chore");
	TCase *tcase = tcase_create("chore");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, each_has_its_period);
	tcase_add_test(tcase, more_is_done_at_once_and_in_turn);
	tcase_add_test(tcase, today_is_asked_each_time);
	tcase_add_test(tcase, writes_are_the_systems);
	tcase_add_test(tcase, a_failing_one_is_told_once_and_stops_nobody);
	tcase_add_test(tcase, who_lost_once_has_not_failed);
	tcase_add_test(tcase, two_copies_go_on_beside_each_other);
	tcase_add_test(tcase, stopping_waits_no_longer_than_it_may);
	tcase_add_test(tcase, nothing_is_begun_after_the_end);
	tcase_add_test(tcase, goes_on_when_the_database_was_restarted);
	suite_add_tcase(suite, tcase);
	return suite;
}
