#include <check.h>

#include "../../db/db_internal.h"
#include "../../db/migrate.h"
#include "../../db/seed.h"
#include "scratch.h"

Suite *seed_suite(void);

#define DATABASE "kstthc_seed_test"

static char url[512];
static char message[512];

static void set_up(void)
{
	scratch_run("drop database if exists " DATABASE " with (force)");
	scratch_run("create database " DATABASE);
	scratch_url_with(url, sizeof(url), DATABASE, NULL);
	if (migrate_run(url, message, sizeof(message)))
		ck_abort_msg("%s", message);
}

static void tear_down(void)
{
	scratch_run("drop database if exists " DATABASE " with (force)");
}

static void seed(void)
{
	if (seed_run(url, "2025-08-01", message, sizeof(message)))
		ck_abort_msg("%s", message);
}

static int64_t number(struct db *db, enum db_class class, const char *sql)
{
	const struct db_call call = { .class = class };
	const struct db_step step = { .text = sql };
	struct db_result *result;
	int64_t count = -1;

	if (db_run_steps(db, &call, &step, 1, &result))
		ck_abort_msg("%s: %s", sql, db_message(result));
	db_parse_int(db_value(result, 0, "n"), &count);
	db_result_free(result);
	return count;
}

START_TEST(seed_leaves_alone_what_is_there)
{
	const struct db_options options = {
		.url = url,
		.application_name = "kstthc test",
		.read_timeout_ms = 2000,
		.write_timeout_ms = 2000,
		.bulk_timeout_ms = 2000,
		.lock_timeout_ms = 1000,
	};
	const char *news = "select (select count(*) from ledger_inbox) + (select count(*) from ledger) as n";
	struct db *db;
	int64_t before;

	seed();
	ck_assert_int_eq(db_open_table(&options, scratch_table, T_COUNT, &db), ERR_OK);
	ck_assert_int_ge(number(db, DB_READ, "select count(*) as n from agency"), 100);
	ck_assert_int_eq(number(db, DB_READ, "select count(*) as n from plan where code = 'kstthc-2025'"), 1);
	ck_assert_int_eq(number(db, DB_READ, "select count(*) as n from task"), 55);
	ck_assert_int_eq(
		number(db, DB_READ,
		       "select count(*) as n from ledger_inbox where actor <> 'seed' and resource <> 'term-rule'"),
		0);
	before = number(db, DB_READ, news);
	ck_assert_int_gt(before, 0);
	seed();
	ck_assert_int_eq(number(db, DB_READ, news), before);
	db_close(db);
}
END_TEST

START_TEST(seed_says_what_is_wrong)
{
	ck_assert_int_eq(seed_run("host=/nowhere", "2025-08-01", message, sizeof(message)), ERR_UNAVAILABLE);
	ck_assert_str_ne(message, "");
	ck_assert_int_ne(seed_run(scratch_url(), "2025-08-01", message, sizeof(message)), ERR_OK);
}
END_TEST

Suite *seed_suite(void)
{
	Suite *suite = suite_create("seed");
	TCase *tcase = tcase_create("seed");

	tcase_add_unchecked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, seed_leaves_alone_what_is_there);
	tcase_add_test(tcase, seed_says_what_is_wrong);
	suite_add_tcase(suite, tcase);
	return suite;
}
