#include <check.h>
#include <stdio.h>
#include <string.h>

#include "proxy.h"
#include "scratch.h"

Suite *then_suite(void);

/* What a call adds to its transaction when it has seen its rows. */

static struct db *db;
static struct proxy proxy;
static char proxy_url[512];

struct adding {
	enum scratch_sql statement; /* T_NONE: adds nothing */
	const char *id;             /* NULL: one more than the row's */
	int asked;
	bool cut; /* the next answer is lost */
	char text[24];
	const char *params[2];
};

static void set_up(void)
{
	db = scratch_open(scratch_url(), "test-then");
}

static void tear_down(void)
{
	db_close(db);
}

static void set_up_proxied(void)
{
	ck_assert(proxy_start(&proxy));
	scratch_url_with(proxy_url, sizeof(proxy_url), NULL, proxy.directory);
	db = scratch_open(proxy_url, "test-then");
}

static void tear_down_proxied(void)
{
	db_close(db);
	proxy_stop(&proxy);
}

static bool add(void *context, const struct db_result *rows, struct db_step *ret_step)
{
	struct adding *adding = context;
	int64_t id = 0;

	adding->asked++;
	if (adding->statement == T_NONE || !db_parse_int(db_value(rows, 0, "id"), &id))
		return false;
	snprintf(adding->text, sizeof(adding->text), "%lld", (long long)id + 1);
	adding->params[0] = adding->id ? adding->id : adding->text;
	adding->params[1] = "then";
	*ret_step = (struct db_step){ .statement = (enum sql)adding->statement,
				      .params = adding->params,
				      .param_count = 2 };
	if (adding->cut)
		atomic_store(&proxy.mode, PROXY_CUT);
	return true;
}

/* Inserts item id, and what adding says. */
static enum err insert(const char *id, struct adding *adding, struct db_result **ret_result)
{
	const char *params[] = { id, "first" };
	const struct db_call call = {
		.statement = (enum sql)T_INSERT,
		.then = add,
		.then_context = adding,
		.class = DB_WRITE,
		.params = params,
		.param_count = 2,
	};

	return db_run(db, &call, ret_result);
}

static long count(const char *first, const char *second)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "select count(*) from db_test.item where id in (%s, %s)", first, second);
	return scratch_number(sql);
}

START_TEST(adds_what_it_makes_of_the_rows)
{
	struct adding adding = { .statement = T_INSERT };
	struct db_result *result;

	ck_assert_int_eq(insert("30", &adding, &result), ERR_OK);
	/* The rows are the statement's, not those of what was added. */
	ck_assert_str_eq(db_value(result, 0, "id"), "30");
	db_result_free(result);
	ck_assert_int_eq(adding.asked, 1);
	ck_assert_int_eq(count("30", "31"), 2);
	/* Again, with everything prepared. */
	ck_assert_int_eq(insert("32", &adding, &result), ERR_OK);
	db_result_free(result);
	ck_assert_int_eq(count("32", "33"), 2);
}
END_TEST

START_TEST(may_add_nothing)
{
	struct adding adding = { .statement = T_NONE };
	struct db_result *result;

	ck_assert_int_eq(insert("34", &adding, &result), ERR_OK);
	ck_assert_str_eq(db_value(result, 0, "id"), "34");
	db_result_free(result);
	ck_assert_int_eq(adding.asked, 1);
	ck_assert_int_eq(count("34", "35"), 1);
}
END_TEST

START_TEST(is_not_asked_after_a_failure)
{
	struct adding adding = { .statement = T_INSERT };
	struct db_result *result;

	ck_assert_int_eq(insert("one", &adding, &result), ERR_INVALID);
	db_result_free(result);
	ck_assert_int_eq(adding.asked, 0);
	scratch_check(db, T_ECHO, "x", "value", "x");
}
END_TEST

START_TEST(takes_all_back_when_it_fails)
{
	struct adding adding = { .statement = T_INSERT, .id = "1" };
	long pid = scratch_pid(db);
	struct db_result *result;

	ck_assert_int_eq(insert("36", &adding, &result), ERR_CONFLICT);
	ck_assert_str_eq(db_constraint(result), "item_pkey");
	ck_assert_uint_eq(db_rows(result), 0);
	db_result_free(result);
	/* A unique constraint is run into once more. */
	ck_assert_int_eq(adding.asked, 2);
	ck_assert_int_eq(count("36", "37"), 0);
	scratch_check(db, T_ECHO, "x", "value", "x");
	ck_assert_int_eq(scratch_pid(db), pid);
}
END_TEST

START_TEST(takes_two_round_trips)
{
	struct adding adding = { .statement = T_INSERT };
	struct db_result *result;
	int before;

	ck_assert_int_eq(insert("40", &adding, &result), ERR_OK);
	db_result_free(result);
	before = atomic_load(&proxy.turns);
	ck_assert_int_eq(insert("42", &adding, &result), ERR_OK);
	db_result_free(result);
	ck_assert_int_eq(atomic_load(&proxy.turns) - before, 2);
}
END_TEST

START_TEST(broken_before_it_was_asked_is_sent_again)
{
	struct adding adding = { .statement = T_INSERT };
	struct db_result *result;

	scratch_check(db, T_ECHO, "x", "value", "x");
	atomic_store(&proxy.mode, PROXY_CUT);
	ck_assert_int_eq(insert("44", &adding, &result), ERR_OK);
	db_result_free(result);
	ck_assert_int_eq(adding.asked, 1);
	ck_assert_int_eq(count("44", "45"), 2);
}
END_TEST

START_TEST(broken_at_the_commit_is_not_sent_again)
{
	struct adding adding = { .statement = T_INSERT, .cut = true };
	struct db_result *result;

	scratch_check(db, T_ECHO, "x", "value", "x");
	ck_assert_int_eq(insert("46", &adding, &result), ERR_UNAVAILABLE);
	db_result_free(result);
	ck_assert_int_eq(adding.asked, 1);
	ck_assert(
		scratch_until("select ((select count(*) from db_test.item where id in (46, 47)) = 2)::int"));
}
END_TEST

Suite *then_suite(void)
{
	Suite *suite = suite_create("then");
	TCase *tcase = tcase_create("then");
	TCase *proxied = tcase_create("proxied");

	tcase_add_unchecked_fixture(tcase, scratch_create, scratch_drop);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, adds_what_it_makes_of_the_rows);
	tcase_add_test(tcase, may_add_nothing);
	tcase_add_test(tcase, is_not_asked_after_a_failure);
	tcase_add_test(tcase, takes_all_back_when_it_fails);
	suite_add_tcase(suite, tcase);
	tcase_add_unchecked_fixture(proxied, scratch_create, scratch_drop);
	tcase_add_checked_fixture(proxied, set_up_proxied, tear_down_proxied);
	tcase_set_timeout(proxied, 20);
	tcase_add_test(proxied, takes_two_round_trips);
	tcase_add_test(proxied, broken_before_it_was_asked_is_sent_again);
	tcase_add_test(proxied, broken_at_the_commit_is_not_sent_again);
	suite_add_tcase(suite, proxied);
	return suite;
}
