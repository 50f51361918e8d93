#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../../api/address.h"

Suite *address_suite(void);

static struct address address_of(const char *text)
{
	struct address address;

	ck_assert_msg(address_parse(text, strlen(text), &address), "%s", text);
	return address;
}

static bool same(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

START_TEST(reads_text)
{
	static const char *const bad[] = { "",          "1.2.3",     "1.2.3.4.5",    "1.2.3.4 ",
					   "256.1.1.1", "01.2.3.4",  "1.2.3.4:80",   "[::1]",
					   "::1%lo",    "unknown",   "fe80::1%eth0", ":",
					   "1:2",       "localhost", "::ffff:1.2.3", "-1.2.3.4",
					   "0x7f.0.0.1" };
	const char embedded[] = "::1\0::1";
	struct address address = address_of("192.0.2.1");
	struct address clothed = address_of("::ffff:192.0.2.1");

	ck_assert_int_eq(address.family, ADDRESS_IPV4);
	ck_assert(same(&address, &clothed));
	address = address_of("2001:db8::1");
	ck_assert_int_eq(address.family, ADDRESS_IPV6);
	ck_assert_uint_eq(address.bytes[0], 0x20);
	ck_assert_uint_eq(address.bytes[15], 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!address_parse(bad[i], strlen(bad[i]), &address), "%s", bad[i]);
	ck_assert(!address_parse(embedded, sizeof(embedded) - 1, &address));
	/* No more of the text than its length. */
	ck_assert(address_parse("192.0.2.17", 9, &address));
	ck_assert_uint_eq(address.bytes[3], 1);
}
END_TEST

START_TEST(reads_sockets)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_port = htons(80) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	struct sockaddr other = { .sa_family = AF_UNIX };
	struct address address, wanted = address_of("192.0.2.1");

	inet_pton(AF_INET, "192.0.2.1", &in4.sin_addr);
	address_of_socket((struct sockaddr *)&in4, &address);
	ck_assert(same(&address, &wanted));
	inet_pton(AF_INET6, "::ffff:192.0.2.1", &in6.sin6_addr);
	address_of_socket((struct sockaddr *)&in6, &address);
	ck_assert(same(&address, &wanted));
	inet_pton(AF_INET6, "2001:db8:1:2:3:4:5:6", &in6.sin6_addr);
	address_of_socket((struct sockaddr *)&in6, &address);
	wanted = address_of("2001:db8:1:2:3:4:5:6");
	ck_assert(same(&address, &wanted));
	address_of_socket(&other, &address);
	ck_assert_int_eq(address.family, ADDRESS_NONE);
	address_of_socket(NULL, &address);
	ck_assert_int_eq(address.family, ADDRESS_NONE);
}
END_TEST

static bool in(const char *setting, const char *address)
{
	struct address_ranges ranges;
	struct address one = address_of(address);
	char message[200];

	ck_assert_int_eq(address_ranges_parse("X", setting, &ranges, message, sizeof(message)), ERR_OK);
	return address_in(&ranges, &one);
}

START_TEST(knows_ranges)
{
	ck_assert(!in("", "127.0.0.1"));
	ck_assert(in("127.0.0.1", "127.0.0.1"));
	ck_assert(in("127.0.0.1", "::ffff:127.0.0.1"));
	ck_assert(!in("127.0.0.1", "127.0.0.2"));
	ck_assert(in(" 127.0.0.1 , 10.0.0.0/8,fd00::/8", "10.255.255.255"));
	ck_assert(in("127.0.0.1,10.0.0.0/8,fd00::/8", "fdff::1"));
	ck_assert(!in("127.0.0.1,10.0.0.0/8,fd00::/8", "11.0.0.0"));
	ck_assert(!in("127.0.0.1,10.0.0.0/8,fd00::/8", "fc00::1"));
	ck_assert(in("10.32.0.0/11", "10.63.255.255"));
	ck_assert(!in("10.32.0.0/11", "10.64.0.0"));
	ck_assert(in("2001:db8::/33", "2001:db8:7fff::1"));
	ck_assert(!in("2001:db8::/33", "2001:db8:8000::1"));
	ck_assert(in("0.0.0.0/0", "192.0.2.1"));
	ck_assert(!in("0.0.0.0/0", "2001:db8::1"));
	ck_assert(!in("::/0", "192.0.2.1"));
	ck_assert(in("::/0", "2001:db8::1"));
	ck_assert(in("::ffff:10.0.0.0/104", "10.1.2.3"));
	ck_assert(in("::1/128", "::1"));
}
END_TEST

START_TEST(refuses_what_is_no_range)
{
	static const char *const bad[] = { "localhost",      "10.0.0.0/33",   "::/129",
					   "10.0.0.0/",      "10.0.0.0/8/8",  "10.0.0.0/+8",
					   "10.0.0.1/8",     "fd00::1/8",     "::ffff:10.0.0.0/8",
					   "10.0.0.0/99999", "127.0.0.1;::1", "127.0.0.1:80" };
	struct address_ranges ranges = { .count = 7 };
	char message[200];
	char many[2000] = "";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(address_ranges_parse("KSTTHC_X", bad[i], &ranges, message, sizeof(message)),
				 ERR_CONFIG);
		ck_assert_msg(strncmp(message, "KSTTHC_X has \"", 14) == 0, "%s", message);
		ck_assert_uint_eq(ranges.count, 7);
	}
	for (size_t i = 0; i < 64; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), "10.0.0.%zu,", i);
	ck_assert_int_eq(address_ranges_parse("X", many, &ranges, message, sizeof(message)), ERR_OK);
	ck_assert_uint_eq(ranges.count, 64);
	snprintf(many + strlen(many), sizeof(many) - strlen(many), "::1");
	ck_assert_int_eq(address_ranges_parse("X", many, &ranges, message, sizeof(message)), ERR_CONFIG);
}
END_TEST

static bool same_key(const char *a, const char *b)
{
	struct address one = address_of(a), two = address_of(b);
	unsigned char keys[2][ADDRESS_KEY_BYTES];

	address_key(&one, keys[0]);
	address_key(&two, keys[1]);
	return memcmp(keys[0], keys[1], ADDRESS_KEY_BYTES) == 0;
}

START_TEST(keys_are_addresses_and_networks)
{
	ck_assert(same_key("192.0.2.1", "::ffff:192.0.2.1"));
	ck_assert(!same_key("192.0.2.1", "192.0.2.2"));
	ck_assert(same_key("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
	ck_assert(!same_key("2001:db8:1:2::1", "2001:db8:1:3::1"));
	/* The same bytes, another family. */
	ck_assert(!same_key("32.1.13.184", "2001:db8::"));
}
END_TEST

START_TEST(classes_say_no_more_than_the_kind_of_network)
{
	static const char *const cases[][2] = {
		{ "127.0.0.1", "loopback" },
		{ "127.255.0.1", "loopback" },
		{ "::1", "loopback" },
		{ "10.1.2.3", "private" },
		{ "172.16.0.1", "private" },
		{ "172.31.255.255", "private" },
		{ "172.32.0.1", "public4" },
		{ "172.15.0.1", "public4" },
		{ "192.168.1.1", "private" },
		{ "169.254.1.1", "private" },
		{ "100.64.0.1", "private" },
		{ "100.128.0.1", "public4" },
		{ "192.0.2.1", "public4" },
		{ "fd00::1", "private" },
		{ "fe80::1", "private" },
		{ "2001:db8::1", "public6" },
		{ "::ffff:127.0.0.1", "loopback" },
		{ "::2", "public6" },
	};
	struct address none = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address address = address_of(cases[i][0]);

		ck_assert_msg(strcmp(address_class(&address), cases[i][1]) == 0, "%s: %s", cases[i][0],
			      address_class(&address));
	}
	ck_assert_str_eq(address_class(&none), "unknown");
}
END_TEST

Suite *address_suite(void)
{
	Suite *suite = suite_create("address");
	TCase *test = tcase_create("address");

	tcase_add_test(test, reads_text);
	tcase_add_test(test, reads_sockets);
	tcase_add_test(test, knows_ranges);
	tcase_add_test(test, refuses_what_is_no_range);
	tcase_add_test(test, keys_are_addresses_and_networks);
	tcase_add_test(test, classes_say_no_more_than_the_kind_of_network);
	suite_add_tcase(suite, test);
	return suite;
}
