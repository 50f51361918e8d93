#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../api/fetch.h"
#include "../../api/issuers.h"

Suite *issuers_suite(void);

#define OWN "kstthc"
#define HEAD "'name':'sso','issuer':'https://sso.example/realms/tinh','audience':'kstthc'"
#define ROLES "'roles':{'claim':['realm_access','roles'],'map':{'can-bo':'office','xem':'viewer'}}"

static struct issuers issuers;
static char message[4096];

/* ' stands for ". */
static enum err parse(const char *template)
{
	char *text = strdup(template);
	enum err err;

	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	*message = '\0';
	err = issuers_parse(text, strlen(text), OWN, &issuers, message, sizeof(message));
	free(text);
	return err;
}

START_TEST(reads_everything)
{
	const struct issuer *issuer;

	ck_assert_msg(parse("[{" HEAD ",'jwks_uri':'https://sso.example/keys','ca_file':'/etc/ca.pem'," ROLES
			    ",'agency':{'claim':['groups'],'prefix':'/don-vi/','map':{'STP':'so-tu-phap'}},"
			    "'require':{'typ':'Bearer'}}]") == ERR_OK,
		      "%s", message);
	ck_assert_uint_eq(issuers.count, 1);
	issuer = issuers.list[0];
	ck_assert_str_eq(issuer->profile.name, "sso");
	ck_assert_str_eq(issuer->profile.issuer, "https://sso.example/realms/tinh");
	ck_assert_str_eq(issuer->profile.audience, "kstthc");
	ck_assert_str_eq(issuer->profile.role_path[0], "realm_access");
	ck_assert_str_eq(issuer->profile.role_path[1], "roles");
	ck_assert_ptr_null(issuer->profile.role_path[2]);
	ck_assert_str_eq(issuer->profile.roles[0].from, "can-bo");
	ck_assert_str_eq(issuer->profile.roles[0].to, "office");
	ck_assert_str_eq(issuer->profile.roles[1].to, "viewer");
	ck_assert_ptr_null(issuer->profile.roles[2].from);
	ck_assert_str_eq(issuer->profile.agency_path[0], "groups");
	ck_assert_str_eq(issuer->profile.agency_prefix, "/don-vi/");
	ck_assert_str_eq(issuer->profile.agencies[0].to, "so-tu-phap");
	ck_assert_str_eq(issuer->profile.required[0].from, "typ");
	ck_assert_str_eq(issuer->profile.required[0].to, "Bearer");
	ck_assert_str_eq(issuer->jwks_uri, "https://sso.example/keys");
	ck_assert_ptr_null(issuer->jwks_file);
	ck_assert_str_eq(issuer->ca_file, "/etc/ca.pem");
	issuers_release(&issuers);
}
END_TEST

START_TEST(reads_the_least)
{
	ck_assert_msg(parse("[{" HEAD "," ROLES "}]") == ERR_OK, "%s", message);
	ck_assert_ptr_null(issuers.list[0]->jwks_uri);
	ck_assert_ptr_null(issuers.list[0]->jwks_file);
	/* No agency: a map that has nothing in it, never none, which would let all through. */
	ck_assert_ptr_nonnull(issuers.list[0]->profile.agencies);
	ck_assert_ptr_null(issuers.list[0]->profile.agencies[0].from);
	issuers_release(&issuers);
	ck_assert_int_eq(parse("[]"), ERR_OK);
	ck_assert_uint_eq(issuers.count, 0);
	ck_assert_msg(parse("[{'name':'a','issuer':'http://127.0.0.1:8080/x','audience':'k'," ROLES "},"
			    "{'name':'b','issuer':'any text','audience':'k','jwks_file':'/x'," ROLES
			    "}]") == ERR_OK,
		      "%s", message);
	issuers_release(&issuers);
}
END_TEST

/* What is wrong, and what the sentence must say of it. */
static const char *const faults[][2] = {
	{ "", "not JSON" },
	{ "{", "not JSON" },
	{ "{}", "list" },
	{ "'x'", "list" },
	{ "[{},{},{},{},{},{},{},{},{}]", "at most 8" },
	{ "[1]", "/0 must be an object" },
	{ "[{" HEAD ",'name':'x'," ROLES "}]", "duplicate" },
	{ "[{" HEAD "," ROLES ",'jwk_uri':'https://x'}]", "jwk_uri" },
	{ "[{'issuer':'https://a','audience':'k'," ROLES "}]", "/0/name is missing" },
	{ "[{'name':'','issuer':'https://a','audience':'k'," ROLES "}]", "/0/name" },
	{ "[{'name':'SSO','issuer':'https://a','audience':'k'," ROLES "}]", "/0/name" },
	{ "[{'name':'a:b','issuer':'https://a','audience':'k'," ROLES "}]", "/0/name" },
	{ "[{'name':'abcdefghijklmnopqrstuvwxyz0123456','issuer':'https://a','audience':'k'," ROLES "}]",
	  "/0/name" },
	{ "[{'name':5,'issuer':'https://a','audience':'k'," ROLES "}]", "/0/name" },
	{ "[{'name':'a','audience':'k'," ROLES "}]", "/0/issuer is missing" },
	{ "[{'name':'a','issuer':'https://a'," ROLES "}]", "/0/audience is missing" },
	{ "[{'name':'a','issuer':'https://a','audience':['k']," ROLES "}]", "/0/audience" },
	{ "[{'name':'a','issuer':'kstthc','jwks_file':'/x','audience':'k'," ROLES "}]", "our own" },
	{ "[{'name':'a','issuer':'http://sso.example','audience':'k'," ROLES "}]",
	  "/0/issuer must be an https" },
	{ "[{'name':'client','issuer':'https://x','audience':'k'," ROLES "}]", "/0/name must not be client" },
	{ "[{'name':'a','issuer':'sso','audience':'k'," ROLES "}]", "/0/issuer must be an https" },
	{ "[{" HEAD ",'jwks_uri':'http://sso.example/k'," ROLES "}]", "/0/jwks_uri must be an https" },
	{ "[{" HEAD ",'jwks_uri':'file:///etc/passwd'," ROLES "}]", "/0/jwks_uri" },
	{ "[{" HEAD ",'jwks_uri':'https://u:p@sso.example/k'," ROLES "}]", "/0/jwks_uri" },
	{ "[{" HEAD ",'jwks_uri':7," ROLES "}]", "/0/jwks_uri" },
	{ "[{" HEAD ",'jwks_uri':'https://a/k','jwks_file':'/x'," ROLES "}]", "both" },
	{ "[{" HEAD ",'jwks_file':'/x','ca_file':'/y'," ROLES "}]", "ca_file" },
	{ "[{" HEAD "}]", "/0/roles is missing" },
	{ "[{" HEAD ",'roles':[]}]", "/0/roles must be an object" },
	{ "[{" HEAD ",'roles':{'claim':['roles']}}]", "/0/roles/map is missing" },
	{ "[{" HEAD ",'roles':{'claim':['roles'],'map':{}}}]", "/0/roles/map" },
	{ "[{" HEAD ",'roles':{'map':{'a':'office'}}}]", "/0/roles/claim" },
	{ "[{" HEAD ",'roles':{'claim':'roles','map':{'a':'office'}}}]", "/0/roles/claim" },
	{ "[{" HEAD ",'roles':{'claim':[],'map':{'a':'office'}}}]", "/0/roles/claim" },
	{ "[{" HEAD ",'roles':{'claim':['a',''],'map':{'a':'office'}}}]", "/0/roles/claim" },
	{ "[{" HEAD ",'roles':{'claim':['1','2','3','4','5','6','7','8','9'],'map':{'a':'office'}}}]",
	  "/0/roles/claim" },
	{ "[{" HEAD ",'roles':{'claim':['a'],'map':{'a':'boss'}}}]", "\"boss\"" },
	{ "[{" HEAD ",'roles':{'claim':['a'],'map':{'a':'public'}}}]", "\"public\"" },
	{ "[{" HEAD ",'roles':{'claim':['a'],'map':{'a':['office']}}}]", "/0/roles/map" },
	{ "[{" HEAD ",'roles':{'claim':['a'],'map':{'':'office'}}}]", "/0/roles/map" },
	{ "[{" HEAD ",'roles':{'claim':['a'],'map':{'a':'office'},'default':'viewer'}}]", "\"default\"" },
	{ "[{" HEAD "," ROLES ",'agency':{}}]", "/0/agency/claim" },
	{ "[{" HEAD "," ROLES ",'agency':{'claim':['g'],'prefix':''}}]", "/0/agency/prefix" },
	{ "[{" HEAD "," ROLES ",'agency':{'claim':['g'],'map':{'a':'Sở Tư pháp'}}}]", "/0/agency/map" },
	{ "[{" HEAD "," ROLES ",'require':{'typ':1}}]", "/0/require" },
	{ "[{" HEAD "," ROLES ",'require':[]}]", "/0/require" },
	{ "[{" HEAD "," ROLES "},{'name':'sso','issuer':'https://b','audience':'k'," ROLES "}]",
	  "/1/name is that of /0" },
	{ "[{" HEAD "," ROLES "},{'name':'b','issuer':'https://sso.example/realms/tinh','audience':'k'," ROLES
	  "}]",
	  "/1/issuer is that of /0" },
};

START_TEST(names_each_fault)
{
	ck_assert_msg(parse(faults[_i][0]) == ERR_CONFIG, "%s is taken", faults[_i][0]);
	ck_assert_msg(strstr(message, faults[_i][1]) != NULL, "%s: \"%s\"", faults[_i][0], message);
	ck_assert_msg(strncmp(message, "KSTTHC_ISSUERS", 14) == 0, "%s", message);
	ck_assert_msg(!strchr(message, '\n'), "more than one sentence: %s", message);
}
END_TEST

START_TEST(names_all_faults_at_once)
{
	unsigned lines = 1;

	ck_assert_int_eq(parse("[{'name':'X','issuer':'https://a'," ROLES
			       "},{'name':'b','issuer':3,'audience':'k'}]"),
			 ERR_CONFIG);
	for (const char *c = message; *c; c++)
		lines += *c == '\n';
	ck_assert_msg(lines == 4, "%s", message);
}
END_TEST

/* However many there are, what is said ends. */
START_TEST(sentences_are_bounded)
{
	char text[20000] = "[{";
	char small[64];

	for (int i = 0; i < 1000; i++)
		snprintf(text + strlen(text), 32, "%s\"member%d\":1", i ? "," : "", i);
	memcpy(text + strlen(text), "}]", 3);
	ck_assert_int_eq(issuers_parse(text, strlen(text), OWN, &issuers, small, sizeof(small)), ERR_CONFIG);
	ck_assert_uint_lt(strlen(small), sizeof(small));
}
END_TEST

START_TEST(the_file_is_trusted)
{
	static const char content[] = "[]";
	char path[] = "/tmp/kstthc-issuers-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(issuers_read("", OWN, &issuers, message, sizeof(message)), ERR_OK);
	ck_assert_int_eq(issuers_read(path, OWN, &issuers, message, sizeof(message)), ERR_CONFIG);
	ck_assert_msg(strstr(message, "empty") && strstr(message, path), "%s", message);
	ck_assert_int_eq(write(fd, content, 2), 2);
	ck_assert_int_eq(issuers_read(path, OWN, &issuers, message, sizeof(message)), ERR_OK);
	ck_assert_int_eq(fchmod(fd, 0620), 0);
	ck_assert_int_eq(issuers_read(path, OWN, &issuers, message, sizeof(message)), ERR_CONFIG);
	ck_assert_msg(strstr(message, "writable") != NULL, "%s", message);
	ck_assert_int_eq(fchmod(fd, 0600), 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)ISSUERS_FILE_MAX + 1), 0);
	ck_assert_int_eq(issuers_read(path, OWN, &issuers, message, sizeof(message)), ERR_CONFIG);
	ck_assert_msg(strstr(message, "more than") != NULL, "%s", message);
	close(fd);
	unlink(path);
	ck_assert_int_eq(issuers_read(path, OWN, &issuers, message, sizeof(message)), ERR_CONFIG);
	ck_assert_int_eq(issuers_read("/tmp", OWN, &issuers, message, sizeof(message)), ERR_CONFIG);
	ck_assert_int_eq(issuers_read("/dev/null", OWN, &issuers, message, sizeof(message)), ERR_CONFIG);
	ck_assert_msg(strncmp(message, "KSTTHC_ISSUERS: /dev/null", 25) == 0, "%s", message);
}
END_TEST

START_TEST(knows_what_may_be_fetched)
{
	static const struct {
		const char *url;
		enum fetch_url class;
	} rows[] = {
		{ "https://sso.example/a", FETCH_URL_HTTPS },
		{ "HTTPS://sso.example", FETCH_URL_HTTPS },
		{ "http://127.0.0.1:8080/a", FETCH_URL_LOOPBACK },
		{ "http://127.9.9.9/", FETCH_URL_LOOPBACK },
		{ "http://[::1]:80/", FETCH_URL_LOOPBACK },
		{ "http://localhost/", FETCH_URL_LOOPBACK },
		{ "http://sso.example/", FETCH_URL_BAD },
		{ "http://10.0.0.1/", FETCH_URL_BAD },
		{ "http://127.0.0.1.example/", FETCH_URL_BAD },
		{ "http://localhost.example/", FETCH_URL_BAD },
		{ "http://127.0.0.1@sso.example/", FETCH_URL_BAD },
		{ "https://u@sso.example/", FETCH_URL_BAD },
		{ "https://sso.example/?x=1", FETCH_URL_BAD },
		{ "https://sso.example/#x", FETCH_URL_BAD },
		{ "ftp://127.0.0.1/", FETCH_URL_BAD },
		{ "file:///etc/passwd", FETCH_URL_BAD },
		{ "gopher://127.0.0.1/", FETCH_URL_BAD },
		{ "sso.example", FETCH_URL_BAD },
		{ "//sso.example", FETCH_URL_BAD },
		{ "", FETCH_URL_BAD },
		{ "https://", FETCH_URL_BAD },
		{ "https://a b/", FETCH_URL_BAD },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(fetch_url_class(rows[i].url) == rows[i].class, "%s", rows[i].url);
}
END_TEST

Suite *issuers_suite(void)
{
	Suite *suite = suite_create("issuers");
	TCase *tcase = tcase_create("issuers");

	tcase_add_test(tcase, reads_everything);
	tcase_add_test(tcase, reads_the_least);
	tcase_add_loop_test(tcase, names_each_fault, 0, (int)(sizeof(faults) / sizeof(faults[0])));
	tcase_add_test(tcase, names_all_faults_at_once);
	tcase_add_test(tcase, sentences_are_bounded);
	tcase_add_test(tcase, the_file_is_trusted);
	tcase_add_test(tcase, knows_what_may_be_fetched);
	suite_add_tcase(suite, tcase);
	return suite;
}
