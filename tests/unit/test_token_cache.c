#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "../../api/token_cache.h"

Suite *token_cache_suite(void);

#define NOW ((time_t)1000)

/* An item told by a number: its digest and its subject. */
static struct token_cache_item item_of(unsigned number)
{
	struct token_cache_item item = { .generation = 1, .from = NOW - 10, .until = NOW + 10 };

	/* The first eight bytes choose the row, so they are spread. */
	for (size_t i = 0; i < TOKEN_DIGEST_BYTES; i++)
		item.digest[i] = (unsigned char)(number * 2654435761U >> (i % 4 * 8) ^ i * 37);
	memcpy(item.digest + 16, &number, sizeof(number));
	snprintf(item.caller.subject, sizeof(item.caller.subject), "s%u", number);
	return item;
}

static bool has(struct token_cache *cache, unsigned number, uint64_t generation, time_t now)
{
	struct token_cache_item item = item_of(number);
	struct caller caller;

	if (!token_cache_get(cache, item.digest, generation, now, &caller))
		return false;
	ck_assert_str_eq(caller.subject, item.caller.subject);
	return true;
}

static void put(struct token_cache *cache, unsigned number, time_t now)
{
	struct token_cache_item item = item_of(number);

	token_cache_put(cache, &item, now);
}

static struct token_cache *cache_of(size_t entries)
{
	struct token_cache *cache;

	ck_assert_int_eq(token_cache_new(entries, &cache), ERR_OK);
	return cache;
}

START_TEST(finds_what_was_put)
{
	struct token_cache *cache = cache_of(64);

	ck_assert(!has(cache, 1, 1, NOW));
	put(cache, 1, NOW);
	ck_assert(has(cache, 1, 1, NOW));
	ck_assert(!has(cache, 2, 1, NOW));
	token_cache_free(cache);
}
END_TEST

START_TEST(holds_to_the_times)
{
	struct token_cache *cache = cache_of(64);

	put(cache, 1, NOW);
	ck_assert(!has(cache, 1, 1, NOW - 11));
	ck_assert(has(cache, 1, 1, NOW - 10));
	ck_assert(has(cache, 1, 1, NOW + 9));
	ck_assert(!has(cache, 1, 1, NOW + 10));
	token_cache_free(cache);
}
END_TEST

START_TEST(another_generation_finds_nothing)
{
	struct token_cache *cache = cache_of(64);

	put(cache, 1, NOW);
	ck_assert(!has(cache, 1, 2, NOW));
	ck_assert(!has(cache, 1, 0, NOW));
	token_cache_free(cache);
}
END_TEST

START_TEST(a_late_one_replaces_nothing_newer)
{
	struct token_cache *cache = cache_of(64);
	struct token_cache_item item = item_of(1);

	item.generation = 2;
	token_cache_put(cache, &item, NOW);
	item.generation = 1;
	token_cache_put(cache, &item, NOW);
	ck_assert(has(cache, 1, 2, NOW));
	token_cache_free(cache);
}
END_TEST

static unsigned count(struct token_cache *cache, unsigned numbers)
{
	unsigned found = 0;

	for (unsigned i = 0; i < numbers; i++)
		found += has(cache, i, 1, NOW);
	return found;
}

START_TEST(is_bounded)
{
	static const size_t sizes[] = { 0, 1, 2, 7, 8, 9, 100, 1000 };
	struct token_cache *cache = cache_of(sizes[_i]);

	for (unsigned i = 0; i < 5000; i++)
		put(cache, i, NOW);
	ck_assert_uint_le(count(cache, 5000), sizes[_i]);
	/* Rows of eight: nothing of what was asked for is left unused by then. */
	ck_assert_uint_ge(count(cache, 5000),
			  sizes[_i] - sizes[_i] % 8 - (sizes[_i] % 8 == sizes[_i] ? 0 : 8));
	if (sizes[_i])
		ck_assert(has(cache, 4999, 1, NOW));
	token_cache_free(cache);
}
END_TEST

START_TEST(the_oldest_goes_first)
{
	struct token_cache *cache = cache_of(8);

	for (unsigned i = 0; i < 8; i++)
		put(cache, i, NOW);
	ck_assert(has(cache, 0, 1, NOW));
	put(cache, 8, NOW);
	ck_assert(has(cache, 0, 1, NOW));
	ck_assert(!has(cache, 1, 1, NOW));
	ck_assert(has(cache, 8, 1, NOW));
	token_cache_free(cache);
}
END_TEST

START_TEST(what_expired_goes_before_that)
{
	struct token_cache *cache = cache_of(8);
	struct token_cache_item item;

	for (unsigned i = 0; i < 8; i++)
		put(cache, i, NOW);
	item = item_of(7);
	item.until = NOW + 1;
	token_cache_put(cache, &item, NOW);
	item = item_of(8);
	item.until = NOW + 20;
	token_cache_put(cache, &item, NOW + 1);
	ck_assert_uint_eq(count(cache, 9), 8);
	ck_assert(!has(cache, 7, 1, NOW));
	token_cache_free(cache);
}
END_TEST

START_TEST(the_same_stands_once)
{
	struct token_cache *cache = cache_of(8);

	for (unsigned i = 0; i < 7; i++)
		put(cache, i, NOW);
	for (unsigned i = 0; i < 100; i++)
		put(cache, 7, NOW);
	ck_assert_uint_eq(count(cache, 8), 8);
	token_cache_free(cache);
}
END_TEST

struct crowd {
	struct token_cache *cache;
	atomic_uint wrong;
};

static void *crowd_work(void *argument)
{
	struct crowd *crowd = argument;

	for (unsigned i = 0; i < 20000; i++) {
		struct token_cache_item item = item_of(i % 97);
		struct caller caller;

		if (!token_cache_get(crowd->cache, item.digest, 1, NOW, &caller))
			token_cache_put(crowd->cache, &item, NOW);
		else if (strcmp(caller.subject, item.caller.subject) != 0)
			crowd->wrong++;
	}
	return NULL;
}

START_TEST(threads_do_not_mix_callers_up)
{
	struct crowd crowd = { .cache = cache_of(64) };
	pthread_t threads[8];

	for (size_t i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, crowd_work, &crowd), 0);
	for (size_t i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(crowd.wrong, 0);
	token_cache_free(crowd.cache);
}
END_TEST

Suite *token_cache_suite(void)
{
	Suite *suite = suite_create("token_cache");
	TCase *tcase = tcase_create("cache");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, finds_what_was_put);
	tcase_add_test(tcase, holds_to_the_times);
	tcase_add_test(tcase, another_generation_finds_nothing);
	tcase_add_test(tcase, a_late_one_replaces_nothing_newer);
	tcase_add_loop_test(tcase, is_bounded, 0, 8);
	tcase_add_test(tcase, the_oldest_goes_first);
	tcase_add_test(tcase, what_expired_goes_before_that);
	tcase_add_test(tcase, the_same_stands_once);
	tcase_add_test(tcase, threads_do_not_mix_callers_up);
	suite_add_tcase(suite, tcase);
	return suite;
}
