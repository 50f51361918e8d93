#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/check.h"

Suite *check_suite(void);

static struct call call;
static json_t *document;

static void set_up(void)
{
	memset(&call, 0, sizeof(call));
	arena_init(&call.arena, (size_t)1 << 22);
	document = NULL;
}

static void tear_down(void)
{
	json_decref(document);
	arena_release(&call.arena);
}

static const char *const colours[] = { "red", "blue", NULL };
static const struct field inner[] = {
	{ "street", FIELD_TEXT, .required = true, .nullable = true, .min = 1, .max = 5 },
	{ "a/b~c", .type = FIELD_INTEGER },
	{ 0 },
};
static const struct field text_item = { "", FIELD_TEXT, .min = 1, .max = 3 };
static const struct field object_item = { "", FIELD_OBJECT, .fields = inner };
static const struct field fields[] = {
	{ "name", FIELD_TEXT, .required = true, .min = 2, .max = 5 },
	{ "code", .type = FIELD_CODE },
	{ "colour", FIELD_ENUM, .values = colours },
	{ "count", FIELD_INTEGER, .min = 1, .max = 10 },
	{ "share", FIELD_NUMBER, .max = 100 },
	{ "flag", .type = FIELD_BOOLEAN },
	{ "day", FIELD_DATE, .nullable = true },
	{ "email", .type = FIELD_EMAIL },
	{ "phone", .type = FIELD_PHONE },
	{ "url", .type = FIELD_URL },
	{ "address", FIELD_OBJECT, .fields = inner },
	{ "words", FIELD_LIST, .min = 1, .max = 2, .fields = &text_item },
	{ "places", FIELD_LIST, .fields = &object_item },
	{ 0 },
};

static void check(const char *text, bool partial)
{
	json_error_t error;

	json_decref(document);
	call.error_count = 0;
	document = json_loads(text, JSON_DECODE_ANY, &error);
	ck_assert_msg(document != NULL, "%s: %s", text, error.text);
	field_check(&call, fields, document, partial);
}

/* Exactly one error, at pointer, with code; or none when code is NULL. */
static void expect(const char *text, const char *pointer, const char *code)
{
	check(text, true);
	if (!code) {
		ck_assert_msg(call.error_count == 0, "%s: %s %s", text,
			      call.errors ? call.errors[0].where : "",
			      call.errors ? call.errors[0].code : "");
		return;
	}
	ck_assert_msg(call.error_count == 1, "%s: %zu errors", text, call.error_count);
	ck_assert_int_eq(call.errors[0].place, PLACE_POINTER);
	ck_assert_str_eq(call.errors[0].where, pointer);
	ck_assert_msg(strcmp(call.errors[0].code, code) == 0, "%s: %s", text, call.errors[0].code);
}

static const struct {
	const char *text;
	const char *pointer;
	const char *code;
} cases[] = {
	{ "{}", NULL, NULL },
	{ "[]", "", "wrong_type" },
	{ "null", "", "wrong_type" },
	{ "{\"x\":1}", "/x", "unknown_member" },
	{ "{\"name\":1}", "/name", "wrong_type" },
	{ "{\"name\":null}", "/name", "null_not_allowed" },
	{ "{\"name\":\"a\"}", "/name", "too_short" },
	{ "{\"name\":\"  a  \"}", "/name", "too_short" },
	{ "{\"name\":\"ẵẵẵẵẵ\"}", NULL, NULL },
	{ "{\"name\":\"ẵẵẵẵẵẵ\"}", "/name", "too_long" },
	{ "{\"name\":\"a\\nb\\tc\"}", NULL, NULL },
	{ "{\"name\":\"a\\rb\"}", "/name", "control_character" },
	{ "{\"name\":\"a\\u0007b\"}", "/name", "control_character" },
	{ "{\"name\":\"a\\u007fb\"}", "/name", "control_character" },
	{ "{\"name\":\"a\\u0085b\"}", "/name", "control_character" },
	{ "{\"name\":\"a\\u00a0b\"}", NULL, NULL },
	{ "{\"code\":\"so-tu-phap.2\"}", NULL, NULL },
	{ "{\"code\":\"So\"}", "/code", "bad_format" },
	{ "{\"code\":\"-a\"}", "/code", "bad_format" },
	{ "{\"code\":\"\"}", "/code", "bad_format" },
	{ "{\"code\":\"a\\nb\"}", "/code", "control_character" },
	{ "{\"code\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", "/code",
	  "too_long" },
	{ "{\"colour\":\"red\"}", NULL, NULL },
	{ "{\"colour\":\"Red\"}", "/colour", "not_in_list" },
	{ "{\"count\":0}", "/count", "too_small" },
	{ "{\"count\":11}", "/count", "too_large" },
	{ "{\"count\":1.0}", "/count", "wrong_type" },
	{ "{\"count\":\"1\"}", "/count", "wrong_type" },
	{ "{\"share\":1.5}", NULL, NULL },
	{ "{\"share\":-0.1}", "/share", "too_small" },
	{ "{\"share\":1e300}", "/share", "too_large" },
	{ "{\"flag\":1}", "/flag", "wrong_type" },
	{ "{\"day\":\"2024-02-29\"}", NULL, NULL },
	{ "{\"day\":\"2025-02-29\"}", "/day", "not_a_date" },
	{ "{\"day\":null}", NULL, NULL },
	{ "{\"email\":\"a.b+c@so-tu-phap.gov.vn\"}", NULL, NULL },
	{ "{\"email\":\"a@b\"}", "/email", "bad_format" },
	{ "{\"email\":\"a@-b.vn\"}", "/email", "bad_format" },
	{ "{\"email\":\"a b@c.vn\"}", "/email", "bad_format" },
	{ "{\"email\":\"@c.vn\"}", "/email", "bad_format" },
	{ "{\"email\":\"\"}", "/email", "bad_format" },
	{ "{\"phone\":\"(0255) 3822-700\"}", NULL, NULL },
	{ "{\"phone\":\"12\"}", "/phone", "bad_format" },
	{ "{\"phone\":\"0255x\"}", "/phone", "bad_format" },
	{ "{\"url\":\"https://quangngai.gov.vn/a?b=c\"}", NULL, NULL },
	{ "{\"url\":\"javascript:alert(1)\"}", "/url", "bad_format" },
	{ "{\"url\":\"http:///a\"}", "/url", "bad_format" },
	{ "{\"url\":\"http://a b\"}", "/url", "bad_format" },
	{ "{\"address\":{\"a/b~c\":\"x\"}}", "/address/a~1b~0c", "wrong_type" },
	{ "{\"address\":{}}", NULL, NULL },
	{ "{\"address\":{\"street\":null}}", NULL, NULL },
	{ "{\"words\":[]}", "/words", "too_few" },
	{ "{\"words\":[\"a\",\"b\",\"c\"]}", "/words", "too_many" },
	{ "{\"words\":[\"a\",\"abcd\"]}", "/words/1", "too_long" },
	{ "{\"words\":[null]}", "/words/0", "null_not_allowed" },
	{ "{\"places\":[{\"street\":\"x\"},{}]}", "/places/1/street", "required" },
};

START_TEST(finds_what_is_wrong)
{
	expect(cases[_i].text, cases[_i].pointer, cases[_i].code);
}
END_TEST

START_TEST(names_every_wrong_member)
{
	check("{\"x\":1,\"code\":\"A\",\"address\":{\"y\":2}}", false);
	ck_assert_uint_eq(call.error_count, 5);
	ck_assert_str_eq(call.errors[0].where, "/name");
	ck_assert_str_eq(call.errors[0].code, "required");
	check("{\"name\":\"ab\"}", false);
	ck_assert_uint_eq(call.error_count, 0);
}
END_TEST

START_TEST(texts_come_out_trimmed_and_composed)
{
	/* "thủ" with a combining hook, between spaces and a tab. */
	check("{\"name\":\" \\tthu\\u0309\\n\"}", false);
	ck_assert_uint_eq(call.error_count, 0);
	ck_assert_str_eq(json_string_value(json_object_get(document, "name")), "thủ");
}
END_TEST

START_TEST(stops_at_a_hundred)
{
	char text[8192] = "{";
	size_t length = 1;

	for (int i = 0; i < 500; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "\"k%d\":0,", i);
	text[length - 1] = '}';
	check(text, true);
	ck_assert_uint_eq(call.error_count, CALL_MAX_ERRORS);
}
END_TEST

START_TEST(does_not_repeat_long_names)
{
	char *text = malloc(100100);

	memset(text, 'k', 100100);
	memcpy(text, "{\"address\":{\"", 13);
	memcpy(text + 100000, "\":0}}", sizeof("\":0}}"));
	check(text, true);
	free(text);
	ck_assert_uint_eq(call.error_count, 1);
	ck_assert_str_eq(call.errors[0].where, "/address");
}
END_TEST

START_TEST(bounds_are_worded)
{
	expect("{\"count\":11}", "/count", "too_large");
	ck_assert_str_eq(call.errors[0].note, "tối đa 10");
	call.language = LANGUAGE_EN;
	expect("{\"words\":[]}", "/words", "too_few");
	ck_assert_str_eq(call.errors[0].note, "at least 1");
	expect("{\"colour\":\"x\"}", "/colour", "not_in_list");
	ck_assert_str_eq(call.errors[0].note, "red, blue");
}
END_TEST

START_TEST(path_variables)
{
	ck_assert(check_is_code("kstthc-2025.29"));
	ck_assert(!check_is_code(""));
	ck_assert(!check_is_code("a/b"));
	ck_assert(!check_is_code(".."));
	ck_assert(!check_is_code("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}
END_TEST

Suite *check_suite(void)
{
	Suite *suite = suite_create("check");
	TCase *tcase = tcase_create("check");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, finds_what_is_wrong, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tcase, names_every_wrong_member);
	tcase_add_test(tcase, texts_come_out_trimmed_and_composed);
	tcase_add_test(tcase, stops_at_a_hundred);
	tcase_add_test(tcase, does_not_repeat_long_names);
	tcase_add_test(tcase, bounds_are_worded);
	tcase_add_test(tcase, path_variables);
	suite_add_tcase(suite, tcase);
	return suite;
}
