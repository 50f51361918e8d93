#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../../api/forwarded.h"

Suite *forwarded_suite(void);

static struct address address_of(const char *text)
{
	struct address address;

	ck_assert_msg(address_parse(text, strlen(text), &address), "%s", text);
	return address;
}

/* The client that lines (separated by newlines) tell, when the proxies are 10.0.0.0/8 and fd00::/8. */
static struct address client_of(enum forwarded_header header, const char *peer, const char *lines)
{
	struct address_ranges trusted;
	struct forwarded forwarded;
	struct address from = address_of(peer), client;
	char message[200], copy[4000], *state = NULL;

	ck_assert_int_eq(address_ranges_parse("X", "10.0.0.0/8,fd00::/8", &trusted, message, sizeof(message)),
			 ERR_OK);
	snprintf(copy, sizeof(copy), "%s", lines);
	forwarded_init(&forwarded, header);
	for (char *line = strtok_r(copy, "\n", &state); line; line = strtok_r(NULL, "\n", &state))
		forwarded_add(&forwarded, line);
	forwarded_client(&forwarded, &from, &trusted, &client);
	return client;
}

static void expect(enum forwarded_header header, const char *peer, const char *lines, const char *wanted)
{
	struct address client = client_of(header, peer, lines), is = address_of(wanted);

	ck_assert_msg(client.family == is.family && memcmp(client.bytes, is.bytes, 16) == 0,
		      "%s, \"%s\": not %s", peer, lines, wanted);
}

static void expect_for(const char *lines, const char *wanted)
{
	expect(FORWARDED_FOR, "10.0.0.1", lines, wanted);
}

START_TEST(a_stranger_is_not_believed)
{
	expect(FORWARDED_FOR, "192.0.2.9", "192.0.2.1", "192.0.2.9");
	expect(FORWARDED_RFC7239, "192.0.2.9", "for=192.0.2.1", "192.0.2.9");
	expect(FORWARDED_FOR, "2001:db8::9", "10.0.0.7", "2001:db8::9");
}
END_TEST

START_TEST(the_right_most_stranger_counts)
{
	expect_for("", "10.0.0.1");
	expect_for("192.0.2.1", "192.0.2.1");
	expect_for("203.0.113.1, 192.0.2.1", "192.0.2.1");
	expect_for("203.0.113.1,192.0.2.1 , 10.0.0.2,fd00::2", "192.0.2.1");
	/* A header in several lines is one list. */
	expect_for("203.0.113.1\n192.0.2.1\n10.0.0.2", "192.0.2.1");
	expect_for("203.0.113.1, 192.0.2.1\n10.0.0.2\n10.0.0.3", "192.0.2.1");
	expect_for("10.0.0.3, 10.0.0.2", "10.0.0.3");
	expect_for("192.0.2.1, , ", "192.0.2.1");
	expect_for("192.0.2.1:4711", "192.0.2.1");
	expect_for("2001:db8::1", "2001:db8::1");
	expect_for("[2001:db8::1]", "2001:db8::1");
	expect_for("[2001:db8::1]:4711", "2001:db8::1");
	expect_for("::ffff:192.0.2.1", "192.0.2.1");
	expect(FORWARDED_FOR, "fd00::1", "192.0.2.1", "192.0.2.1");
}
END_TEST

START_TEST(what_is_no_address_ends_the_walk)
{
	static const char *const junk[] = {
		"unknown", "_hidden",     "192.0.2",       "192.0.2.1:x",   "[2001:db8::1", "[192.0.2.1]",
		"\"::1\"", "192.0.2.1 x", "[::1]80",       "[::1]:",        "192.0.2.1:",   "[]",
		"for=::1", "::1%lo",      "192.0.2.1;x=y", "192.0.2.1:80x", "2001:db8::1]", "[",
	};
	char lines[200];

	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		expect_for(junk[i], "10.0.0.1");
		snprintf(lines, sizeof(lines), "203.0.113.1, %s, 10.0.0.2", junk[i]);
		expect_for(lines, "10.0.0.2");
	}
}
END_TEST

START_TEST(so_many_hops_are_followed)
{
	char lines[4000] = "192.0.2.1";

	for (size_t i = 0; i < FORWARDED_HOPS - 1; i++)
		snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines), ",10.0.1.%zu", i);
	expect_for(lines, "192.0.2.1");
	snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines), ",10.0.2.1");
	expect_for(lines, "10.0.1.0");
	for (size_t i = 0; i < 200; i++)
		snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines), ",10.0.3.%zu", i);
	expect_for(lines, "10.0.3.168");
}
END_TEST

START_TEST(reads_rfc_7239)
{
	static const char *const cases[][2] = {
		{ "for=192.0.2.1", "192.0.2.1" },
		{ "For=192.0.2.1;proto=https;by=203.0.113.43", "192.0.2.1" },
		{ "proto=http; FOR=\"192.0.2.1:47011\" ;host=a.example", "192.0.2.1" },
		{ "for=\"[2001:db8::1]\"", "2001:db8::1" },
		{ "for=\"[2001:db8::1]:4711\"", "2001:db8::1" },
		{ "for=\"[2001:db8::1]:_port\"", "2001:db8::1" },
		{ "for=203.0.113.1, for=192.0.2.1", "192.0.2.1" },
		{ "for=203.0.113.1\nfor=192.0.2.1\nfor=10.0.0.9", "192.0.2.1" },
		{ "for=203.0.113.1;ext=\"a,b;for=9.9.9.9\\\"\", for=192.0.2.1", "192.0.2.1" },
		{ "for=192.0.2.1;ext=\", for=9.9.9.9\"", "192.0.2.1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(FORWARDED_RFC7239, "10.0.0.1", cases[i][0], cases[i][1]);
}
END_TEST

/* A client sends the first part, a trusted proxy adds its own: nothing makes it another address than that one or the proxy's. */
START_TEST(nobody_chooses_his_address_by_quotes)
{
	static const char *const sent[] = {
		"for=9.9.9.9;x=\"",
		"for=9.9.9.9, x=\"",
		"for=\"9.9.9.9",
		"\"",
		"for=9.9.9.9;x=\"\\",
		"for=9.9.9.9,x=\"\\\"",
		"for=9.9.9.9;x=a\"",
		"x=\";for=9.9.9.9;",
		";",
		"for=9.9.9.9;",
		"for=9.9.9.9,;;",
		"for=9.9.9.9;\"",
		"=",
		"for=",
		"\\",
	};
	static const char *const added[] = { "for=192.0.2.1", "for=\"192.0.2.1\"",
					     "for=\"192.0.2.1:80\";proto=https",
					     "proto=https;for=192.0.2.1;host=\"a.example\"" };
	struct address forged = address_of("9.9.9.9");
	char line[300];

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		for (size_t j = 0; j < sizeof(added) / sizeof(added[0]); j++) {
			struct address client;

			snprintf(line, sizeof(line), "%s, %s", sent[i], added[j]);
			client = client_of(FORWARDED_RFC7239, "10.0.0.1", line);
			ck_assert_msg(memcmp(client.bytes, forged.bytes, 16) != 0, "%s", line);
			/* On a line of its own nothing can reach it. */
			snprintf(line, sizeof(line), "%s\n%s", sent[i], added[j]);
			expect(FORWARDED_RFC7239, "10.0.0.1", line, "192.0.2.1");
		}
	}
}
END_TEST

START_TEST(what_is_not_rfc_7239_ends_the_walk)
{
	static const char *const junk[] = {
		"192.0.2.1",
		"for",
		"for=",
		"for=unknown",
		"for=_hidden",
		"proto=https",
		"for=a;for=b",
		"for=192.0.2.1 for=192.0.2.2",
		"=192.0.2.1",
		"for=\"x\"y",
		"for=192.0.2.1;",
		"for==192.0.2.1",
		"for =192.0.2.1",
		"for=192.0.2.1;for=192.0.2.1",
		"for=\"[2001:db8::1\"",
		"for=\"\\192.0.2.1\"",
	};
	char lines[200];

	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		snprintf(lines, sizeof(lines), "for=203.0.113.1, %s, for=10.0.0.2", junk[i]);
		expect(FORWARDED_RFC7239, "10.0.0.1", lines, "10.0.0.2");
	}
}
END_TEST

Suite *forwarded_suite(void)
{
	Suite *suite = suite_create("forwarded");
	TCase *test = tcase_create("forwarded");

	tcase_add_test(test, a_stranger_is_not_believed);
	tcase_add_test(test, the_right_most_stranger_counts);
	tcase_add_test(test, what_is_no_address_ends_the_walk);
	tcase_add_test(test, so_many_hops_are_followed);
	tcase_add_test(test, reads_rfc_7239);
	tcase_add_test(test, nobody_chooses_his_address_by_quotes);
	tcase_add_test(test, what_is_not_rfc_7239_ends_the_walk);
	suite_add_tcase(suite, test);
	return suite;
}
