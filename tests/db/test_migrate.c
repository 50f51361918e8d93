#include <check.h>
#include <pthread.h>
#include <string.h>

#include "../../db/migrate_internal.h"
#include "scratch.h"

Suite *migrate_suite(void);

#define DATABASE "kstthc_migrate_test"

static char url[512];
static char message[512];

static const struct migration good[] = {
	{ 1, "0001_a.sql", "create table a (id int);\ninsert into a values (1);\n" },
	{ 2, "0002_b.sql", "-- sửa\nalter table a add column note text default '\\ \" $1 kế hoạch';\n" },
	{ 3, "0003_c.sql", "create view c as select * from a;\n" },
};

static void set_up(void)
{
	scratch_run("drop database if exists " DATABASE " with (force)");
	scratch_run("create database " DATABASE);
	scratch_url_with(url, sizeof(url), DATABASE, NULL);
	message[0] = '\0';
}

static void tear_down(void)
{
	scratch_run("drop database if exists " DATABASE " with (force)");
}

/* On the database of this test, as the url's user. */
static struct db *open_here(void)
{
	const struct db_options options = {
		.url = url,
		.application_name = "kstthc test",
		.read_timeout_ms = 2000,
		.write_timeout_ms = 2000,
		.bulk_timeout_ms = 2000,
		.lock_timeout_ms = 1000,
	};
	struct db *db;

	ck_assert_int_eq(db_open_table(&options, scratch_table, T_COUNT, &db), ERR_OK);
	return db;
}

static long number_here(const char *sql)
{
	const struct db_call call = { .class = DB_WRITE };
	const struct db_step step = { .text = sql };
	struct db *db = open_here();
	struct db_result *result;
	int64_t number = -1;

	ck_assert_int_eq(db_run_steps(db, &call, &step, 1, &result), ERR_OK);
	db_parse_int(db_value(result, 0, "n"), &number);
	db_result_free(result);
	db_close(db);
	return (long)number;
}

static enum err run(const struct migration *table, size_t count)
{
	return migrate_run_table(url, table, count, message, sizeof(message));
}

static void check_failure(const struct migration *table, size_t count, const char *want)
{
	ck_assert_int_ne(run(table, count), ERR_OK);
	if (!strstr(message, want))
		ck_abort_msg("\"%s\" is not in \"%s\"", want, message);
}

START_TEST(each_is_applied_once)
{
	ck_assert_int_eq(run(good, 2), ERR_OK);
	ck_assert_int_eq(number_here("select count(*) as n from schema_migration"), 2);
	ck_assert_int_eq(run(good, 3), ERR_OK);
	ck_assert_int_eq(run(good, 3), ERR_OK);
	ck_assert_int_eq(number_here("select count(*) as n from c where note = '\\ \" $1 kế hoạch'"), 1);
	ck_assert_int_eq(number_here("select count(*) as n from schema_migration where length(sha256) = 64"),
			 3);
}
END_TEST

START_TEST(failure_is_rolled_back_and_says_where)
{
	const struct migration bad[] = {
		good[0],
		{ 2, "0002_b.sql", "create table b (id int);\n-- chữ có dấu\nselect\n  nothing;\n" },
		good[2],
	};

	check_failure(bad, 3,
		      "migration 0002_b.sql, line 4: column \"nothing\" does not exist (SQLSTATE 42703)");
	ck_assert_int_eq(number_here("select count(*) as n from schema_migration"), 1);
	ck_assert_int_eq(number_here("select count(*) as n from pg_tables where tablename = 'b'"), 0);
	ck_assert_int_eq(run(good, 3), ERR_OK);
}
END_TEST

START_TEST(edited_file_is_refused)
{
	struct migration edited[3] = { good[0], good[1], good[2] };

	ck_assert_int_eq(run(good, 2), ERR_OK);
	edited[0].text = "create table a (id int);\ninsert into a values (1);\n\n";
	check_failure(edited, 3, "migration 0001_a.sql was edited after it had been applied");
	ck_assert_int_eq(number_here("select count(*) as n from schema_migration"), 2);
}
END_TEST

START_TEST(gap_is_refused)
{
	ck_assert_int_eq(run(good, 3), ERR_OK);
	number_here("delete from schema_migration where number = 2");
	check_failure(good, 3,
		      "migration 0002_b.sql is missing in the database although a newer one, 3, was applied");
}
END_TEST

START_TEST(newer_database_is_refused)
{
	ck_assert_int_eq(run(good, 3), ERR_OK);
	check_failure(good, 2, "schema version 3, newer than this program's 2");
}
END_TEST

START_TEST(own_commit_is_refused)
{
	const struct migration bad[] = { { 1, "0001_a.sql", "create table a (id int); commit;" } };

	check_failure(bad, 1, "migration 0001_a.sql ends the transaction it runs in");
}
END_TEST

START_TEST(unreachable_is_a_sentence)
{
	ck_assert_int_eq(migrate_run("host=/nowhere", message, sizeof(message)), ERR_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(message, "the database cannot be reached"));
	ck_assert_ptr_null(strchr(message + strlen(message) - 1, '\n'));
}
END_TEST

static enum err check_here(struct db *db, int64_t target)
{
	message[0] = '\0';
	return migrate_check_target(db, target, message, sizeof(message));
}

START_TEST(check_compares_versions)
{
	struct db *db = open_here();

	ck_assert_int_eq(check_here(db, 3), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(message, "not migrated"));
	ck_assert_int_eq(run(good, 3), ERR_OK);
	ck_assert_int_eq(check_here(db, 3), ERR_OK);
	ck_assert_int_eq(check_here(db, 4), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(message, "version 3, this program needs 4: run kstthc migrate"));
	ck_assert_int_eq(check_here(db, 2), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(message, "version 3, newer than this program's 2: run a newer program"));
	db_close(db);
}
END_TEST

START_TEST(check_names_an_unreachable_database)
{
	struct db *db = scratch_open("host=/nowhere", "kstthc test");

	ck_assert_int_eq(check_here(db, 3), ERR_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(message, "/nowhere"));
	db_close(db);
}
END_TEST

struct job {
	pthread_t thread;
	char message[512];
	enum err err;
};

static const struct migration slow[] = {
	{ 1, "0001_a.sql", "create table a (id int); select pg_sleep(0.2);" },
	{ 2, "0002_b.sql", "create table b (id int); select pg_sleep(0.1);" },
};

static void *do_migrate(void *data)
{
	struct job *job = data;

	job->err = migrate_run_table(url, slow, 2, job->message, sizeof(job->message));
	return NULL;
}

START_TEST(many_at_once)
{
	struct job jobs[6] = { 0 };

	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(pthread_create(&jobs[i].thread, NULL, do_migrate, &jobs[i]), 0);
	for (size_t i = 0; i < 6; i++)
		pthread_join(jobs[i].thread, NULL);
	for (size_t i = 0; i < 6; i++)
		if (jobs[i].err)
			ck_abort_msg("%s", jobs[i].message);
	ck_assert_int_eq(number_here("select count(*) as n from schema_migration"), 2);
}
END_TEST

/* The program's own migrations, and the rule that their numbers are dense. */
START_TEST(own_migrations_apply)
{
	struct db *db;

	for (size_t i = 0; i < migrations_table_count; i++)
		ck_assert_int_eq(migrations_table[i].number, (int)i + 1);
	if (migrate_run(url, message, sizeof(message)))
		ck_abort_msg("%s", message);
	db = open_here();
	ck_assert_int_eq(migrate_check(db, message, sizeof(message)), ERR_OK);
	db_close(db);
}
END_TEST

Suite *migrate_suite(void)
{
	Suite *suite = suite_create("migrate");
	TCase *tcase = tcase_create("migrate");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, each_is_applied_once);
	tcase_add_test(tcase, failure_is_rolled_back_and_says_where);
	tcase_add_test(tcase, edited_file_is_refused);
	tcase_add_test(tcase, gap_is_refused);
	tcase_add_test(tcase, newer_database_is_refused);
	tcase_add_test(tcase, own_commit_is_refused);
	tcase_add_test(tcase, unreachable_is_a_sentence);
	tcase_add_test(tcase, check_compares_versions);
	tcase_add_test(tcase, check_names_an_unreachable_database);
	tcase_add_test(tcase, many_at_once);
	tcase_add_test(tcase, own_migrations_apply);
	suite_add_tcase(suite, tcase);
	return suite;
}
