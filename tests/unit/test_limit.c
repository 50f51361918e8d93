#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "../../api/limit.h"

Suite *limit_suite(void);

#define SECOND INT64_C(1000000)
#define NOW (1000 * SECOND)
#define THREADS 8

static const struct rate ten_a_minute = { 10, 60 };

static struct limiter *limiter_of(size_t entries)
{
	struct limiter *limiter;

	ck_assert_int_eq(limiter_new(entries, &limiter), ERR_OK);
	return limiter;
}

static struct limit_answer take(struct limiter *limiter, unsigned key, int64_t wanted, int64_t now)
{
	const struct limit_key at = { 1, &key, sizeof(key) };
	struct limit_answer answer;

	limiter_take(limiter, &ten_a_minute, &at, wanted, now, &answer);
	return answer;
}

static bool takes(struct limiter *limiter, unsigned key, int64_t now)
{
	return take(limiter, key, 1, now).allowed;
}

static void expect(struct limit_answer answer, bool allowed, int64_t remaining, int64_t full, int64_t next)
{
	ck_assert_int_eq(answer.allowed, allowed);
	ck_assert_int_eq(answer.remaining, remaining);
	ck_assert_int_eq(answer.full_in, full);
	ck_assert_int_eq(answer.next_in, next);
}

START_TEST(counts_down_and_fills)
{
	struct limiter *limiter = limiter_of(64);

	for (int64_t i = 1; i <= 9; i++)
		expect(take(limiter, 1, 1, NOW), true, 10 - i, 6 * i, 0);
	expect(take(limiter, 1, 1, NOW), true, 0, 60, 6);
	expect(take(limiter, 1, 1, NOW), false, 0, 60, 6);
	/* What was refused costs nothing. */
	expect(take(limiter, 1, 1, NOW + 5 * SECOND), false, 0, 55, 1);
	expect(take(limiter, 1, 1, NOW + 6 * SECOND - 1), false, 0, 55, 1);
	expect(take(limiter, 1, 1, NOW + 6 * SECOND), true, 0, 60, 6);
	expect(take(limiter, 1, 1, NOW + 66 * SECOND), true, 9, 6, 0);
	/* A full bucket does not overflow. */
	expect(take(limiter, 1, 10, NOW + 600 * SECOND), true, 0, 60, 60);
	expect(take(limiter, 1, 1, NOW + 600 * SECOND), false, 0, 60, 6);
	limiter_free(limiter);
}
END_TEST

/* A thread that read the clock and then had to wait does not owe what others took meanwhile. */
START_TEST(time_does_not_go_back)
{
	struct limiter *limiter = limiter_of(64);

	expect(take(limiter, 1, 9, NOW + 40 * SECOND), true, 1, 54, 48);
	expect(take(limiter, 1, 1, NOW), true, 0, 60, 6);
	expect(take(limiter, 1, 1, NOW), false, 0, 60, 6);
	expect(take(limiter, 1, 1, NOW + 46 * SECOND), true, 0, 60, 6);
	limiter_free(limiter);
}
END_TEST

START_TEST(takes_several_or_none)
{
	struct limiter *limiter = limiter_of(64);

	expect(take(limiter, 1, 4, NOW), true, 6, 24, 0);
	expect(take(limiter, 1, 7, NOW), false, 6, 24, 6);
	expect(take(limiter, 1, 6, NOW), true, 0, 60, 36);
	/* More than there ever are: all of them. */
	expect(take(limiter, 2, 1000000, NOW), true, 0, 60, 60);
	expect(take(limiter, 2, INT64_MAX, NOW), false, 0, 60, 60);
	limiter_free(limiter);
}
END_TEST

START_TEST(asks_without_taking)
{
	struct limiter *limiter = limiter_of(64);
	const unsigned number = 1;
	const struct limit_key key = { 1, &number, sizeof(number) };
	struct limit_answer answer;

	for (int i = 0; i < 20; i++) {
		limiter_would(limiter, &ten_a_minute, &key, 1, NOW, &answer);
		expect(answer, true, 9, 6, 0);
	}
	expect(take(limiter, 1, 10, NOW), true, 0, 60, 60);
	limiter_would(limiter, &ten_a_minute, &key, 1, NOW, &answer);
	expect(answer, false, 0, 60, 6);
	limiter_free(limiter);
}
END_TEST

START_TEST(keys_and_policies_do_not_disturb_each_other)
{
	struct limiter *limiter = limiter_of(64);
	const unsigned number = 1;
	const struct limit_key other = { 2, &number, sizeof(number) };
	struct limit_answer answer;
	static const char long_key[2][1000] = { { 'a' }, { 'b' } };

	expect(take(limiter, 1, 10, NOW), true, 0, 60, 60);
	ck_assert(!takes(limiter, 1, NOW));
	ck_assert(takes(limiter, 2, NOW));
	limiter_take(limiter, &ten_a_minute, &other, 1, NOW, &answer);
	expect(answer, true, 9, 6, 0);
	for (size_t i = 0; i < 2; i++) {
		const struct limit_key key = { 1, long_key[i], sizeof(long_key[i]) };

		limiter_take(limiter, &ten_a_minute, &key, 10, NOW, &answer);
		ck_assert(answer.allowed);
		limiter_take(limiter, &ten_a_minute, &key, 1, NOW, &answer);
		ck_assert(!answer.allowed);
	}
	limiter_free(limiter);
}
END_TEST

START_TEST(holds_at_the_ends_of_rates)
{
	static const struct rate rates[] = { { 1, 1 },          { 1, 86400 },          { 7, 60 },
					     { 1000000000, 1 }, { 1000000000, 86400 }, { 999999999, 7 } };
	struct limiter *limiter = limiter_of(64);
	const struct rate *rate = &rates[_i];
	const unsigned char number = (unsigned char)_i;
	const struct limit_key key = { 1, &number, sizeof(number) };
	int64_t now = INT64_C(100) * 365 * 86400 * SECOND;
	struct limit_answer answer;

	limiter_take(limiter, rate, &key, rate->count, now, &answer);
	ck_assert(answer.allowed);
	ck_assert_int_eq(answer.remaining, 0);
	ck_assert_int_eq(answer.full_in, rate->seconds);
	limiter_take(limiter, rate, &key, 1, now, &answer);
	ck_assert(!answer.allowed);
	ck_assert_int_ge(answer.next_in, 1);
	limiter_take(limiter, rate, &key, rate->count, now + rate->seconds * SECOND, &answer);
	ck_assert(answer.allowed);
	limiter_free(limiter);
}
END_TEST

/* One row: a flood of new keys pushes out each other, not who is over his limit. */
START_TEST(a_flood_frees_nobody)
{
	struct limiter *limiter = limiter_of(8);

	for (unsigned key = 0; key < 7; key++)
		expect(take(limiter, key, 10, NOW), true, 0, 60, 60);
	for (unsigned key = 100; key < 10000; key++)
		expect(take(limiter, key, 1, NOW), true, 9, 6, 0);
	for (unsigned key = 0; key < 7; key++)
		ck_assert(!takes(limiter, key, NOW));
	/* A row full of such: the one that owes least goes, the others stay. */
	expect(take(limiter, 7, 10, NOW + SECOND), true, 0, 60, 60);
	for (unsigned key = 100; key < 1000; key++)
		ck_assert(takes(limiter, key, NOW + SECOND));
	ck_assert(!takes(limiter, 7, NOW + SECOND));
	limiter_free(limiter);
}
END_TEST

START_TEST(is_bounded)
{
	static const size_t sizes[] = { 0, 1, 8, 9, 64, 1000 };
	struct limiter *limiter = limiter_of(sizes[_i]);
	unsigned held = 0;

	for (unsigned key = 0; key < 5000; key++)
		take(limiter, key, 10, NOW + key);
	for (unsigned key = 0; key < 5000; key++)
		held += !takes(limiter, key, NOW + 5000);
	ck_assert_uint_le(held, sizes[_i] < 8 ? 8 : sizes[_i]);
	ck_assert_uint_ge(held, 1);
	limiter_free(limiter);
}
END_TEST

static const struct rate many = { 300000, 86400 };

struct shared {
	struct limiter *limiter;
	atomic_uint taken;
};

static bool take_of_many(struct limiter *limiter, unsigned key, int64_t wanted)
{
	const struct limit_key at = { 1, &key, sizeof(key) };
	struct limit_answer answer;

	limiter_take(limiter, &many, &at, wanted, NOW, &answer);
	return answer.allowed;
}

static void *take_many(void *cls)
{
	struct shared *shared = cls;

	unsigned taken = 0;

	for (unsigned i = 0; i < 50000; i++) {
		taken += take_of_many(shared->limiter, 0, 1);
		if (i % 16 == 0)
			take_of_many(shared->limiter, 1000 + i, 1);
	}
	atomic_fetch_add(&shared->taken, taken);
	return NULL;
}

START_TEST(threads_take_no_more_than_there_are)
{
	struct shared shared = { .limiter = limiter_of(1024) };
	pthread_t threads[THREADS];

	/* So that it is not pushed out by those that come once or a few times. */
	ck_assert(take_of_many(shared.limiter, 0, 100));
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, take_many, &shared), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(atomic_load(&shared.taken), 300000 - 100);
	limiter_free(shared.limiter);
}
END_TEST

Suite *limit_suite(void)
{
	Suite *suite = suite_create("limit");
	TCase *test = tcase_create("limit");

	tcase_add_test(test, counts_down_and_fills);
	tcase_add_test(test, time_does_not_go_back);
	tcase_add_test(test, takes_several_or_none);
	tcase_add_test(test, asks_without_taking);
	tcase_add_test(test, keys_and_policies_do_not_disturb_each_other);
	tcase_add_loop_test(test, holds_at_the_ends_of_rates, 0, 6);
	tcase_add_test(test, a_flood_frees_nobody);
	tcase_add_loop_test(test, is_bounded, 0, 6);
	tcase_add_test(test, threads_take_no_more_than_there_are);
	suite_add_tcase(suite, test);
	return suite;
}
