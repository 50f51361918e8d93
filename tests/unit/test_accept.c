#include <check.h>
#include <stddef.h>

#include "../../api/accept.h"

Suite *accept_suite(void);

static const struct {
	const char *header;
	int accepted;
} medias[] = {
	{ NULL, 1 },
	{ "", 1 },
	{ "*/*", 1 },
	{ "application/json", 1 },
	{ "Application/JSON", 1 },
	{ "application/*", 1 },
	{ "text/html", 0 },
	{ "text/html, */*;q=0.1", 1 },
	{ "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 1 },
	{ "application/json;q=0", 0 },
	{ "application/json;q=0, */*", 0 },
	{ "application/json;q=0.0, application/*;q=1", 0 },
	{ "*/*;q=0", 0 },
	{ "application/problem+json", 0 },
	{ "application/json ; charset=utf-8", 1 },
	{ "application/jsonx", 0 },
	{ "application/json;q=7", 1 },
	{ "application/json;q=1.5, text/html", 0 },
	{ "application/json;q=1.000, text/html", 1 },
	{ ";;,,", 1 },
};

START_TEST(media)
{
	ck_assert_msg(accept_media(medias[_i].header, "application/json") == medias[_i].accepted, "%s",
		      medias[_i].header);
}
END_TEST

static const struct {
	const char *header;
	enum language language;
} languages[] = {
	{ NULL, LANGUAGE_VI },
	{ "", LANGUAGE_VI },
	{ "vi", LANGUAGE_VI },
	{ "en", LANGUAGE_EN },
	{ "en-GB,en;q=0.8", LANGUAGE_EN },
	{ "EN", LANGUAGE_EN },
	{ "en, vi", LANGUAGE_VI },
	{ "en;q=0.9, vi;q=0.3", LANGUAGE_EN },
	{ "vi-VN, en;q=0.9", LANGUAGE_VI },
	{ "fr", LANGUAGE_VI },
	{ "fr, en;q=0.1", LANGUAGE_EN },
	{ "*", LANGUAGE_VI },
	{ "en;q=0", LANGUAGE_VI },
	{ "vi;q=0, en;q=0.001", LANGUAGE_EN },
	{ "vi;q=0.5, *", LANGUAGE_EN },
	{ "english", LANGUAGE_VI },
	{ "vi;q=0.9, vi-VN;q=0.1, en;q=0.5", LANGUAGE_VI },
	{ "en;q=banana", LANGUAGE_VI },
};

START_TEST(language)
{
	ck_assert_msg(accept_language(languages[_i].header) == languages[_i].language, "%s",
		      languages[_i].header);
}
END_TEST

START_TEST(content_type)
{
	ck_assert_int_eq(accept_content_type("application/json", "application/json"), 1);
	ck_assert_int_eq(accept_content_type(" Application/Json ; Charset=UTF-8", "application/json"), 1);
	ck_assert_int_eq(accept_content_type("application/json;charset=\"utf-8\"", "application/json"), 1);
	ck_assert_int_eq(accept_content_type("application/json;", "application/json"), 1);
	ck_assert_int_eq(accept_content_type("application/json; charset=latin1", "application/json"), 0);
	ck_assert_int_eq(accept_content_type("application/json,application/json", "application/json"), 0);
	ck_assert_int_eq(accept_content_type("application/merge-patch+json", "application/json"), 0);
	ck_assert_int_eq(accept_content_type("", "application/json"), 0);
	ck_assert_int_eq(accept_content_type(NULL, "application/json"), 0);
}
END_TEST

Suite *accept_suite(void)
{
	Suite *suite = suite_create("accept");
	TCase *tcase = tcase_create("accept");

	tcase_add_loop_test(tcase, media, 0, (int)(sizeof(medias) / sizeof(medias[0])));
	tcase_add_loop_test(tcase, language, 0, (int)(sizeof(languages) / sizeof(languages[0])));
	tcase_add_test(tcase, content_type);
	suite_add_tcase(suite, tcase);
	return suite;
}
