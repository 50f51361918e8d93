#include <check.h>
#include <string.h>

#include "../../service/text.h"

Suite *text_suite(void);

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena, 1 << 20);
}

static void tear_down(void)
{
	arena_release(&arena);
}

START_TEST(test_valid)
{
	ck_assert(text_valid("Đắk Lắk", strlen("Đắk Lắk")));
	ck_assert(text_valid("", 0));
	ck_assert(!text_valid("a\xFF", 2));
	ck_assert(!text_valid("\xC3", 1));
	ck_assert(!text_valid("\xC0\x80", 2));
	ck_assert(!text_valid("\xED\xA0\x80", 3));
	ck_assert(!text_valid("a\0b", 3));
}
END_TEST

START_TEST(test_nfc)
{
	const char *parts = "U\u0309y ban, tha\u0301ng 9, e\u0302\u0301";

	ck_assert_str_eq(text_nfc(&arena, parts, strlen(parts)), "Ủy ban, tháng 9, ế");
	ck_assert_str_eq(text_nfc(&arena, "Quý III", strlen("Quý III")), "Quý III");
	ck_assert_str_eq(text_nfc(&arena, "", 0), "");
}
END_TEST

struct fold_case {
	const char *text;
	const char *fold;
};

static const struct fold_case fold_cases[] = {
	{ "ĐƯỜNG Đặng", "duong dang" },
	{ "Ủy ban\u00A0nhân   dân\t", "uy ban nhan dan" },
	{ "Uỷ ban nha\u0302n da\u0302n", "uy ban nhan dan" },
	{ "  ", "" },
	{ "\uFEFFTh\u200Bu tục", "thu tuc" },
	{ "a \u200B b", "a b" },
	{ "KH&CN 24/7", "kh&cn 24/7" },
	{ "Ⱥ", "ⱥ" },
};

START_TEST(test_fold)
{
	const struct fold_case *row = &fold_cases[_i];

	ck_assert_str_eq(text_fold(&arena, row->text, strlen(row->text)), row->fold);
}
END_TEST

START_TEST(test_squeeze)
{
	const char *text = " \tTháng\u00A0 \r\n9\u200B\u3000";

	ck_assert_str_eq(text_squeeze(&arena, text, strlen(text)), "Tháng 9");
	ck_assert_str_eq(text_squeeze(&arena, "", 0), "");
}
END_TEST

START_TEST(test_length)
{
	ck_assert_uint_eq(text_length(""), 0);
	ck_assert_uint_eq(text_length("Đề án"), 5);
}
END_TEST

START_TEST(test_letters)
{
	uint32_t code;
	char out[4];

	ck_assert_uint_eq(text_next("Đx", 3, &code), 2);
	ck_assert_uint_eq(code, 0x110);
	ck_assert_uint_eq(text_next("\xFF", 1, &code), 1);
	ck_assert_uint_eq(code, 0xFFFD);
	ck_assert_uint_eq(text_put(out, 0x110), 2);
	ck_assert_mem_eq(out, "Đ", 2);
	ck_assert(text_is_upper(0x110) && !text_is_upper(0x111) && !text_is_upper('1'));
	ck_assert(text_is_lower(0x111) && !text_is_lower(0x110) && !text_is_lower('-'));
	ck_assert_uint_eq(text_lower(0x110), 0x111);
}
END_TEST

START_TEST(test_full_arena)
{
	struct arena small;

	arena_init(&small, 16);
	ck_assert_ptr_null(text_fold(&small, "một dòng khá dài", 18));
	ck_assert_ptr_null(text_nfc(&small, "một dòng khá dài", 18));
	ck_assert_ptr_null(text_squeeze(&small, "một dòng khá dài", 18));
	arena_release(&small);
}
END_TEST

Suite *text_suite(void)
{
	Suite *suite = suite_create("text");
	TCase *tcase = tcase_create("text");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_valid);
	tcase_add_test(tcase, test_nfc);
	tcase_add_loop_test(tcase, test_fold, 0, sizeof(fold_cases) / sizeof(*fold_cases));
	tcase_add_test(tcase, test_squeeze);
	tcase_add_test(tcase, test_length);
	tcase_add_test(tcase, test_letters);
	tcase_add_test(tcase, test_full_arena);
	suite_add_tcase(suite, tcase);
	return suite;
}
