#include <check.h>

#include "../../db/db_internal.h"
#include "../../db/state.h"
#include "scratch.h"

Suite *statement_suite(void);

static struct db *db;

static void set_up(void)
{
	db = scratch_open(scratch_url(), "kstthc test");
}

static void tear_down(void)
{
	db_close(db);
}

static long prepared(const char *name)
{
	struct db_result *result;
	int64_t count = -1;

	ck_assert_int_eq(scratch_call(db, DB_READ, T_PREPARED, name, NULL, &result), ERR_OK);
	ck_assert(db_parse_int(db_value(result, 0, "n"), &count));
	db_result_free(result);
	return (long)count;
}

START_TEST(prepared_once)
{
	ck_assert_int_eq(prepared("item"), 0);
	scratch_check(db, T_ITEM, "1", "note", "một");
	scratch_check(db, T_ITEM, "1", "note", "một");
	ck_assert_int_eq(prepared("item"), 1);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_APPEND, "3", NULL), ERR_OK);
	ck_assert_int_eq(prepared("append"), 1);
	ck_assert_int_eq(prepared("db.settings"), 1);
	scratch_check(db, T_CUSTOM, "4", "value", "5");
	ck_assert_int_eq(prepared("custom"), 0);
}
END_TEST

/* Preparing is not undone by a rollback of its transaction, nor is it done behind a failure. */
START_TEST(prepared_in_a_failed_call)
{
	const struct db_call call = {
		.statement = (enum sql)T_LONG,
		.before = { .statement = (enum sql)T_SYNTAX },
		.class = DB_WRITE,
		.params = (const char *const[]){ "x" },
		.param_count = 1,
	};
	struct db_result *result;

	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "1", "again"), ERR_CONFLICT);
	ck_assert_int_eq(prepared("insert"), 1);
	ck_assert_int_eq(scratch_do(db, DB_WRITE, T_INSERT, "1", "again"), ERR_CONFLICT);
	ck_assert_int_eq(db_run(db, &call, &result), ERR_INTERNAL);
	db_result_free(result);
	ck_assert_int_eq(prepared("long"), 0);
	ck_assert_int_eq(scratch_do(db, DB_READ, T_LONG, "x", NULL), ERR_OK);
}
END_TEST

START_TEST(changed_columns_are_prepared_anew)
{
	scratch_check(db, T_SHAPE, NULL, "a", "1");
	scratch_run("alter table db_test.shape add column b int default 2");
	scratch_check(db, T_SHAPE, NULL, "b", "2");
	scratch_check(db, T_SHAPE, NULL, "b", "2");
}
END_TEST

static enum err as_public(enum scratch_sql statement, const char *param, struct db_result **ret_result)
{
	const struct db_call call = {
		.statement = (enum sql)statement,
		.as_public = true,
		.params = &param,
		.param_count = param ? 1 : 0,
	};

	return db_run(db, &call, ret_result);
}

START_TEST(public_reads_less)
{
	struct db_result *result;

	scratch_check(db, T_SECRET, NULL, "n", "0");
	/* The second time too: a role taken in a transaction that failed is not kept. */
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(as_public(T_SECRET, NULL, &result), ERR_DENIED);
		db_result_free(result);
	}
	scratch_check(db, T_SECRET, NULL, "n", "0");
	ck_assert_int_eq(as_public(T_WHO, NULL, &result), ERR_OK);
	ck_assert_str_eq(db_value(result, 0, "who"), "kstthc_public");
	db_result_free(result);
	/* A failed call leaves the role of the one before it. */
	ck_assert_int_eq(as_public(T_SECRET, NULL, &result), ERR_DENIED);
	db_result_free(result);
	ck_assert_int_eq(scratch_do(db, DB_READ, T_SYNTAX, NULL, NULL), ERR_INTERNAL);
	ck_assert_int_eq(as_public(T_SECRET, NULL, &result), ERR_DENIED);
	db_result_free(result);
	scratch_check(db, T_WHO, NULL, "who", "kstthc_service");
	ck_assert_int_eq(as_public(T_SECRET, NULL, &result), ERR_DENIED);
	db_result_free(result);
}
END_TEST

START_TEST(half_states_close_the_connection)
{
	static const enum scratch_sql odd[] = { T_BEGIN, T_COPY };

	for (size_t i = 0; i < 2; i++) {
		long pid = scratch_pid(db);

		ck_assert_int_ne(scratch_do(db, DB_READ, odd[i], NULL, NULL), ERR_OK);
		scratch_check(db, T_ITEM, "1", "note", "một");
		ck_assert_int_ne(scratch_pid(db), pid);
		ck_assert_int_ne(scratch_do(db, DB_WRITE, odd[i], NULL, NULL), ERR_OK);
		scratch_check(db, T_ITEM, "1", "note", "một");
	}
}
END_TEST

START_TEST(states_have_their_errors)
{
	static const struct {
		const char *sqlstate;
		enum err err;
	} states[] = {
		{ "23505", ERR_CONFLICT },    { "23P01", ERR_CONFLICT },    { "23503", ERR_INVALID },
		{ "23502", ERR_INVALID },     { "23514", ERR_INVALID },     { "22008", ERR_INVALID },
		{ "40001", ERR_BUSY },        { "40P01", ERR_BUSY },        { "57014", ERR_TIMEOUT },
		{ "55P03", ERR_TIMEOUT },     { "42501", ERR_DENIED },      { "53100", ERR_UNAVAILABLE },
		{ "57P01", ERR_UNAVAILABLE }, { "08006", ERR_UNAVAILABLE }, { "42P01", ERR_INTERNAL },
		{ "0A000", ERR_INTERNAL },    { "54000", ERR_INVALID },     { "XX000", ERR_INTERNAL },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct db_result *result;

		ck_assert_int_eq(state_error(states[i].sqlstate), states[i].err);
		ck_assert_int_eq(scratch_call(db, DB_WRITE, T_FAIL, states[i].sqlstate, NULL, &result),
				 states[i].err);
		ck_assert_str_eq(db_sqlstate(result), states[i].sqlstate);
		db_result_free(result);
	}
	ck_assert_int_eq(state_error(""), ERR_INTERNAL);
	ck_assert_int_eq(state_error(NULL), ERR_INTERNAL);
}
END_TEST

START_TEST(message_hides_values)
{
	struct db_result *result;

	ck_assert_int_eq(scratch_call(db, DB_READ, T_ITEM, "Nguyễn \"A\"", NULL, &result), ERR_INVALID);
	ck_assert_str_eq(db_message(result), "invalid input syntax for type integer: \"\"");
	db_result_free(result);
	ck_assert_int_eq(scratch_call(db, DB_WRITE, T_INSERT, "1", "x", &result), ERR_CONFLICT);
	ck_assert_str_eq(db_message(result), "duplicate key value violates unique constraint \"item_pkey\"");
	db_result_free(result);
}
END_TEST

Suite *statement_suite(void)
{
	Suite *suite = suite_create("statement");
	TCase *tcase = tcase_create("statement");

	tcase_add_unchecked_fixture(tcase, scratch_create, scratch_drop);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, prepared_once);
	tcase_add_test(tcase, prepared_in_a_failed_call);
	tcase_add_test(tcase, changed_columns_are_prepared_anew);
	tcase_add_test(tcase, public_reads_less);
	tcase_add_test(tcase, half_states_close_the_connection);
	tcase_add_test(tcase, states_have_their_errors);
	tcase_add_test(tcase, message_hides_values);
	suite_add_tcase(suite, tcase);
	return suite;
}
