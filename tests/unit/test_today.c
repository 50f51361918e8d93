#include <check.h>
#include <stddef.h>

#include "../../api/today.h"

Suite *today_suite(void);

START_TEST(is_seven_hours_ahead)
{
	char today[TODAY_SIZE];

	today_write(NULL, 1755190799, today); /* 2025-08-14T16:59:59Z */
	ck_assert_str_eq(today, "2025-08-14");
	today_write(NULL, 1755190800, today); /* 2025-08-14T17:00:00Z */
	ck_assert_str_eq(today, "2025-08-15");
	today_write(NULL, 1735664400, today); /* 2024-12-31T17:00:00Z */
	ck_assert_str_eq(today, "2025-01-01");
}
END_TEST

START_TEST(can_be_fixed)
{
	char today[TODAY_SIZE];

	today_write("2025-02-28", 0, today);
	ck_assert_str_eq(today, "2025-02-28");
}
END_TEST

START_TEST(knows_real_dates)
{
	static const char *const real[] = { "2025-08-15", "2024-02-29", "2000-02-29", "1900-01-01",
					    "2199-12-31" };
	static const char *const unreal[] = {
		"",           "2025-02-29",  "1900-02-29",  "2100-02-29", "2025-04-31",
		"2025-00-10", "2025-13-01",  "2025-01-00",  "2025-1-1",   "2025/01/01",
		"1899-12-31", "2200-01-01",  "2025-08-15 ", "20250815",   "+025-08-15",
		"2025-08-1x", "2025-08-155",
	};

	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++)
		ck_assert_msg(today_is_date(real[i]), "%s", real[i]);
	for (size_t i = 0; i < sizeof(unreal) / sizeof(unreal[0]); i++)
		ck_assert_msg(!today_is_date(unreal[i]), "%s", unreal[i]);
}
END_TEST

Suite *today_suite(void)
{
	Suite *suite = suite_create("today");
	TCase *tcase = tcase_create("today");

	tcase_add_test(tcase, is_seven_hours_ahead);
	tcase_add_test(tcase, can_be_fixed);
	tcase_add_test(tcase, knows_real_dates);
	suite_add_tcase(suite, tcase);
	return suite;
}
