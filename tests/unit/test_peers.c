#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "../../api/peers.h"

Suite *peers_suite(void);

#define THREADS 8

static struct address address_of(const char *text)
{
	struct address address;

	ck_assert(address_parse(text, strlen(text), &address));
	return address;
}

/* Of IPv6, each of another /64. */
static struct address number(unsigned value)
{
	struct address address = { .family = ADDRESS_IPV6, .bytes = { 0x20, 1 } };

	for (size_t i = 0; i < sizeof(value); i++)
		address.bytes[4 + i] = (unsigned char)(value >> 8 * i);
	return address;
}

static struct peers *peers_of(size_t connections, size_t per_address)
{
	struct peers *peers;

	ck_assert_int_eq(peers_new(connections, per_address, &peers), ERR_OK);
	return peers;
}

START_TEST(counts_by_address)
{
	struct peers *peers = peers_of(100, 3);
	struct address a = address_of("192.0.2.1"), b = address_of("192.0.2.2");

	for (int i = 0; i < 3; i++)
		ck_assert(peers_enter(peers, &a));
	ck_assert(!peers_enter(peers, &a));
	ck_assert(peers_enter(peers, &b));
	ck_assert_uint_eq(peers_count(peers), 2);
	peers_leave(peers, &a);
	ck_assert(peers_enter(peers, &a));
	ck_assert(!peers_enter(peers, &a));
	for (int i = 0; i < 3; i++)
		peers_leave(peers, &a);
	ck_assert_uint_eq(peers_count(peers), 1);
	peers_leave(peers, &b);
	ck_assert_uint_eq(peers_count(peers), 0);
	peers_free(peers);
}
END_TEST

START_TEST(a_network_of_ipv6_is_one)
{
	struct peers *peers = peers_of(100, 2);
	struct address a = address_of("2001:db8:0:1::1"), b = address_of("2001:db8:0:1:ffff::2");
	struct address other = address_of("2001:db8:0:2::1");

	ck_assert(peers_enter(peers, &a));
	ck_assert(peers_enter(peers, &b));
	ck_assert(!peers_enter(peers, &a));
	ck_assert(peers_enter(peers, &other));
	peers_free(peers);
}
END_TEST

START_TEST(is_bounded)
{
	struct peers *peers = peers_of(20, 5);
	struct address address;

	for (unsigned i = 0; i < 20; i++) {
		address = number(i);
		ck_assert(peers_enter(peers, &address));
	}
	address = number(20);
	ck_assert(!peers_enter(peers, &address));
	address = number(7);
	ck_assert(peers_enter(peers, &address));
	ck_assert_uint_eq(peers_count(peers), 20);
	peers_free(peers);
}
END_TEST

/* Against a plain array: taking out leaves every other one where it is found. */
START_TEST(finds_all_that_are_left)
{
	enum { ADDRESSES = 300, LIMIT = 4 };
	struct peers *peers = peers_of(ADDRESSES, LIMIT);
	unsigned open[ADDRESSES] = { 0 };
	unsigned seed = 12345;
	size_t with = 0;

	for (int step = 0; step < 200000; step++) {
		unsigned which;
		struct address address;

		seed = seed * 1664525u + 1013904223u;
		which = (seed >> 8) % ADDRESSES;
		address = number(which);
		if (seed >> 31 && open[which]) {
			peers_leave(peers, &address);
			with -= --open[which] == 0;
		} else if (!(seed >> 31)) {
			ck_assert_int_eq(peers_enter(peers, &address), open[which] < LIMIT);
			with += open[which] == 0;
			open[which] += open[which] < LIMIT;
		}
		ck_assert_uint_eq(peers_count(peers), with);
	}
	peers_free(peers);
}
END_TEST

struct shared {
	struct peers *peers;
	atomic_uint here;
	atomic_uint most;
	atomic_uint next;
};

static void *come_and_go(void *cls)
{
	struct shared *shared = cls;
	struct address all = number(1), own = number(100 + atomic_fetch_add(&shared->next, 1));

	for (int i = 0; i < 5000; i++) {
		bool mine = peers_enter(shared->peers, &own);

		if (peers_enter(shared->peers, &all)) {
			unsigned here = atomic_fetch_add(&shared->here, 1) + 1;
			unsigned most = atomic_load(&shared->most);

			while (here > most && !atomic_compare_exchange_weak(&shared->most, &most, here))
				;
			atomic_fetch_sub(&shared->here, 1);
			peers_leave(shared->peers, &all);
		}
		if (mine)
			peers_leave(shared->peers, &own);
		else
			atomic_store(&shared->most, 1000);
	}
	return NULL;
}

START_TEST(threads_never_exceed_the_limit)
{
	struct shared shared = { .peers = peers_of(64, 3) };
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, &shared), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_ge(atomic_load(&shared.most), 1);
	ck_assert_uint_le(atomic_load(&shared.most), 3);
	ck_assert_uint_eq(peers_count(shared.peers), 0);
	peers_free(shared.peers);
}
END_TEST

Suite *peers_suite(void)
{
	Suite *suite = suite_create("peers");
	TCase *test = tcase_create("peers");

	tcase_add_test(test, counts_by_address);
	tcase_add_test(test, a_network_of_ipv6_is_one);
	tcase_add_test(test, is_bounded);
	tcase_add_test(test, finds_all_that_are_left);
	tcase_add_test(test, threads_never_exceed_the_limit);
	suite_add_tcase(suite, test);
	return suite;
}
