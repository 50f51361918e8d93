#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../db/db_internal.h"
#include "scratch.h"

Suite *db_suite(void);

static struct db *db;

static void set_up(void)
{
	db = scratch_open(scratch_url(), "kstthc test");
}

static void tear_down(void)
{
	db_close(db);
}

START_TEST(result_has_rows)
{
	struct db_result *result;

	ck_assert_int_eq(scratch_call(db, DB_READ, T_ECHO, "kế hoạch", NULL, &result), ERR_OK);
	ck_assert_uint_eq(db_rows(result), 1);
	ck_assert_str_eq(db_value(result, 0, "value"), "kế hoạch");
	ck_assert_uint_eq(db_value_length(result, 0, "value"), strlen("kế hoạch"));
	ck_assert_ptr_null(db_value(result, 0, "nothing"));
	ck_assert_uint_eq(db_value_length(result, 0, "nothing"), 0);
	ck_assert_ptr_null(db_value(result, 0, "Value"));
	ck_assert_ptr_null(db_value(result, 0, "absent"));
	ck_assert_ptr_null(db_value(result, 1, "value"));
	ck_assert_str_eq(db_sqlstate(result), "");
	ck_assert_str_eq(db_constraint(result), "");
	ck_assert_str_eq(db_message(result), "");
	db_result_free(result);
	db_result_free(NULL);
	ck_assert_uint_eq(db_rows(NULL), 0);
	ck_assert_str_eq(db_sqlstate(NULL), "");
}
END_TEST

START_TEST(no_rows_is_no_error)
{
	struct db_result *result;

	ck_assert_int_eq(scratch_call(db, DB_READ, T_ITEM, "99", NULL, &result), ERR_OK);
	ck_assert_uint_eq(db_rows(result), 0);
	db_result_free(result);
}
END_TEST

START_TEST(long_values_go_both_ways)
{
	char *text = malloc(3000001);
	struct db_result *result;

	memset(text, 'y', 3000000);
	text[3000000] = '\0';
	ck_assert_int_eq(scratch_call(db, DB_READ, T_LONG, text, NULL, &result), ERR_OK);
	ck_assert_uint_eq(db_value_length(result, 0, "value"), 3000000);
	ck_assert_str_eq(db_value(result, 0, "length"), "3000000");
	db_result_free(result);
	free(text);
}
END_TEST

START_TEST(session_has_its_settings)
{
	struct db_result *result;

	ck_assert_int_eq(scratch_call(db, DB_READ, T_WHO, NULL, NULL, &result), ERR_OK);
	ck_assert_str_eq(db_value(result, 0, "who"), "kstthc_service");
	ck_assert_str_eq(db_value(result, 0, "path"), "kstthc, pg_temp");
	ck_assert_str_eq(db_value(result, 0, "zone"), "UTC");
	ck_assert_str_eq(db_value(result, 0, "timeout"), "1s");
	ck_assert_str_eq(db_value(result, 0, "lock"), "300ms");
	ck_assert_str_eq(db_value(result, 0, "jit"), "off");
	ck_assert_str_eq(db_value(result, 0, "application"), "kstthc test");
	ck_assert_str_eq(db_value(result, 0, "encoding"), "UTF8");
	db_result_free(result);
}
END_TEST

START_TEST(write_is_committed)
{
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "10", "mười"), ERR_OK);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.item where id = 10 and note = 'mười'"),
			 1);
}
END_TEST

START_TEST(write_has_its_settings)
{
	const struct db_call call = {
		.statement = (enum sql)T_SETTINGS,
		.class = DB_WRITE,
		.actor = "so-tu-phap",
		.request_id = "r1",
		.today = "2025-08-15",
	};
	const struct db_call bare = { .statement = (enum sql)T_SETTINGS,
				      .class = DB_BULK,
				      .as_public = true };
	struct db_result *result;

	ck_assert_int_eq(db_run(db, &call, &result), ERR_OK);
	ck_assert_str_eq(db_value(result, 0, "actor"), "so-tu-phap");
	ck_assert_str_eq(db_value(result, 0, "request_id"), "r1");
	ck_assert_str_eq(db_value(result, 0, "today"), "2025-08-15");
	ck_assert_str_eq(db_value(result, 0, "timeout"), "1500ms");
	ck_assert_str_eq(db_value(result, 0, "who"), "kstthc_service");
	db_result_free(result);
	ck_assert_int_eq(db_run(db, &bare, &result), ERR_OK);
	ck_assert_str_eq(db_value(result, 0, "actor"), "");
	ck_assert_str_eq(db_value(result, 0, "timeout"), "3s");
	ck_assert_str_eq(db_value(result, 0, "who"), "kstthc_public");
	db_result_free(result);
	scratch_check(db, T_WHO, NULL, "timeout", "1s");
}
END_TEST

START_TEST(read_cannot_write)
{
	long pid = scratch_pid(db);

	ck_assert_int_eq(scratch_do(db, DB_READ, T_INSERT, "11", "no"), ERR_INTERNAL);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.item where id = 11"), 0);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "11", "yes"), ERR_OK);
	/* What a write was let do does not stay with the connection. */
	ck_assert_int_eq(scratch_do(db, DB_READ, T_INSERT, "12", "no"), ERR_INTERNAL);
	ck_assert_int_eq(scratch_pid(db), pid);
}
END_TEST

START_TEST(before_is_in_the_transaction)
{
	const char *params[] = { "13", "x" };
	struct db_call call = {
		.statement = (enum sql)T_INSERT,
		.before = { .statement = (enum sql)T_FIRST },
		.class = DB_WRITE,
		.params = params,
		.param_count = 2,
	};
	struct db_result *result;

	params[0] = "1"; /* there already: takes back what was before too */
	ck_assert_int_eq(db_run(db, &call, &result), ERR_CONFLICT);
	ck_assert_str_eq(db_constraint(result), "item_pkey");
	db_result_free(result);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.item where id = 1000"), 0);
	params[0] = "13";
	ck_assert_int_eq(db_run(db, &call, &result), ERR_OK);
	ck_assert_str_eq(db_value(result, 0, "id"), "13");
	db_result_free(result);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.item where id in (13, 1000)"), 2);
}
END_TEST

/* Each statement of a pipeline sees what was committed until then, so a lock taken before protects. */
START_TEST(statement_sees_what_before_waited_for)
{
	const char *params[] = { "2" };
	const struct db_call call = {
		.statement = (enum sql)T_ITEM,
		.before = { .statement = (enum sql)T_WAIT },
		.class = DB_BULK,
		.params = params,
		.param_count = 1,
	};
	struct db_result *result;
	struct scratch_job *holder = scratch_start("begin; select pg_advisory_xact_lock(42);"
						   " update db_test.item set note = 'mới' where id = 2;"
						   " select pg_sleep(0.25); commit");

	ck_assert(scratch_until(
		"select count(*) from pg_locks where locktype = 'advisory' and objid = 42 and granted"));
	ck_assert_int_eq(db_run(db, &call, &result), ERR_OK);
	ck_assert_str_eq(db_value(result, 0, "note"), "mới");
	db_result_free(result);
	scratch_end(holder);
}
END_TEST

START_TEST(failed_commit_is_a_failure)
{
	long pid = scratch_pid(db);
	struct db_result *result;

	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(scratch_call(db, DB_WRITE, T_CHILD, "99", NULL, &result), ERR_INVALID);
		ck_assert_str_eq(db_sqlstate(result), "23503");
		ck_assert_str_eq(db_constraint(result), "child_item_fkey");
		ck_assert_uint_eq(db_rows(result), 0);
		db_result_free(result);
	}
	ck_assert_int_eq(scratch_number("select count(*) from db_test.child"), 0);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_CHILD, "1", NULL), ERR_OK);
	ck_assert_int_eq(scratch_pid(db), pid);
}
END_TEST

START_TEST(error_leaves_the_connection_usable)
{
	long pid = scratch_pid(db);

	ck_assert_int_eq(scratch_do(db, DB_READ, T_SYNTAX, NULL, NULL), ERR_INTERNAL);
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ITEM, "one", NULL), ERR_INVALID);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_SYNTAX, NULL, NULL), ERR_INTERNAL);
	ck_assert_int_eq(scratch_do(db, DB_READ, T_ECHO, "\xff", NULL), ERR_INVALID);
	scratch_check(db, T_ECHO, "x", "value", "x");
	ck_assert_int_eq(scratch_pid(db), pid);
}
END_TEST

START_TEST(timeouts_end_a_statement)
{
	long pid = scratch_pid(db);
	long start = scratch_now_ms();

	ck_assert_int_eq(scratch_do(db, DB_READ, T_SLEEP, "5", NULL), ERR_TIMEOUT);
	ck_assert_int_ge(scratch_now_ms() - start, 950);
	ck_assert_int_lt(scratch_now_ms() - start, 1950);
	start = scratch_now_ms();
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_SLEEP, "5", NULL), ERR_TIMEOUT);
	ck_assert_int_ge(scratch_now_ms() - start, 1450);
	ck_assert_int_lt(scratch_now_ms() - start, 2450);
	ck_assert_int_eq(scratch_do(db, DB_BULK, T_SLEEP, "2", NULL), ERR_OK);
	ck_assert_int_eq(scratch_pid(db), pid);
}
END_TEST

START_TEST(notices_are_passed_over)
{
	scratch_check(db, T_NOTICE, NULL, "value", "7");
	scratch_check(db, T_NOTICE, NULL, "value", "7");
}
END_TEST

START_TEST(steps_are_one_transaction)
{
	const char *first[] = { "20", "a" };
	const char *second[] = { "1", "b" };
	struct db_step steps[] = {
		{ (enum sql)T_INSERT, NULL, first, 2 },
		{ (enum sql)T_INSERT, NULL, second, 2 },
		{ SQL_NONE, "select count(*) as n from db_test.item where id in (20, 21)", NULL, 0 },
	};
	const struct db_call call = { .class = DB_WRITE };
	struct db_result *result;

	ck_assert_int_eq(db_run_steps(db, &call, steps, 3, &result), ERR_CONFLICT);
	db_result_free(result);
	ck_assert_int_eq(scratch_number("select count(*) from db_test.item where id = 20"), 0);
	second[0] = "21";
	ck_assert_int_eq(db_run_steps(db, &call, steps, 3, &result), ERR_OK);
	ck_assert_str_eq(db_value(result, 0, "n"), "2");
	db_result_free(result);
}
END_TEST

START_TEST(capacity_is_known)
{
	int64_t connections = 0;

	ck_assert_int_eq(db_capacity(db, &connections), ERR_OK);
	ck_assert_int_eq(connections,
			 scratch_number("select current_setting('max_connections')::int"
					" - current_setting('superuser_reserved_connections')::int"));
}
END_TEST

START_TEST(numbers_are_digits)
{
	int64_t value = -1;

	ck_assert(!db_parse_int(NULL, &value));
	ck_assert(!db_parse_int("", &value));
	ck_assert(!db_parse_int("-1", &value));
	ck_assert(!db_parse_int("12x", &value));
	ck_assert(!db_parse_int("99999999999999999999", &value));
	ck_assert_int_eq(value, -1);
	ck_assert(db_parse_int("1234567890123", &value));
	ck_assert_int_eq(value, 1234567890123);
}
END_TEST

Suite *db_suite(void)
{
	Suite *suite = suite_create("db");
	TCase *tcase = tcase_create("db");

	tcase_add_unchecked_fixture(tcase, scratch_create, scratch_drop);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, result_has_rows);
	tcase_add_test(tcase, no_rows_is_no_error);
	tcase_add_test(tcase, long_values_go_both_ways);
	tcase_add_test(tcase, session_has_its_settings);
	tcase_add_test(tcase, write_is_committed);
	tcase_add_test(tcase, write_has_its_settings);
	tcase_add_test(tcase, read_cannot_write);
	tcase_add_test(tcase, before_is_in_the_transaction);
	tcase_add_test(tcase, statement_sees_what_before_waited_for);
	tcase_add_test(tcase, failed_commit_is_a_failure);
	tcase_add_test(tcase, error_leaves_the_connection_usable);
	tcase_add_test(tcase, timeouts_end_a_statement);
	tcase_add_test(tcase, notices_are_passed_over);
	tcase_add_test(tcase, steps_are_one_transaction);
	tcase_add_test(tcase, capacity_is_known);
	tcase_add_test(tcase, numbers_are_digits);
	suite_add_tcase(suite, tcase);
	return suite;
}
