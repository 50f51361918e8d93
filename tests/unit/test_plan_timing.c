#include <string.h>

#include "test_plan_sample.h"

Suite *plan_timing_suite(void);

struct timing_case {
	const char *cell;
	const char *timings;
	const char *finding; /* one that must be there, or NULL for none about the time */
};

#define QUARTERLY "recurring FREQ=MONTHLY;INTERVAL=3"

static const struct timing_case timing_cases[] = {
	/* the document of 2025 */
	{ "Quý III", "quarter 2026-09-30", NULL },
	{ "Quý IV", "quarter 2026-12-31", NULL },
	{ "Chậm nhất ngày 15 tháng 8 năm 2026", "on_date 2026-08-15", NULL },
	{ "Thường xuyên", "continuous", NULL },
	{ "Theo kế hoạch", "by_plan", NULL },
	{ "Theo lộ trình Kế hoạch", "by_plan", NULL },
	{ "Theo Nghị quyết", "by_plan", NULL },
	{ "Theo yêu cầu của Bộ, ngành, Chủ tịch Ủy ban nhân dân tỉnh", "on_request", NULL },
	{ "Hàng quý/năm", QUARTERLY "; recurring FREQ=YEARLY", NULL },
	{ "Định kỳ 06 tháng và cuối năm", "recurring FREQ=YEARLY;BYMONTH=6,12", NULL },
	{ "Trong năm 2026", "year 2026-12-31", NULL },
	{ "- Định kỳ theo quy định. - Đột xuất theo thời điểm yêu cầu.", "recurring; on_request",
	  "recurrence_unknown" },
	{ "<ul> - Định kỳ 3 tháng/lần. - Đột xuất theo thời điểm yêu cầu.", QUARTERLY "; on_request", NULL },
	/* dates */
	{ "30/9/2026", "on_date 2026-09-30", NULL },
	{ "30-09-2026", "on_date 2026-09-30", NULL },
	{ "30.9.2026", "on_date 2026-09-30", NULL },
	{ "trước ngày 30/9/2026", "on_date 2026-09-30", "timing_before_date" },
	{ "ngày 30 tháng 9 năm 2026", "on_date 2026-09-30", NULL },
	{ "Ngày 30/9", "on_date 2026-09-30", "timing_year_assumed" },
	{ "Tháng 9/2026", "on_date 2026-09-30", NULL },
	{ "Tháng 12", "on_date 2026-12-31", NULL },
	{ "Tháng 6, 12", "on_date 2026-06-30; on_date 2026-12-31", NULL },
	{ "Tháng 02 năm 2028", "on_date 2028-02-29", "timing_other_year" },
	{ "15/3, 15/6/2026", "on_date 2026-03-15; on_date 2026-06-15", "timing_year_assumed" },
	{ "Từ 01/9 đến 30/9/2026", "on_date 2026-09-30", "timing_range_end" },
	{ "01/9 - 30/9/2026", "on_date 2026-09-30", "timing_range_end" },
	{ "Tháng 6, 12 hàng năm", "recurring FREQ=YEARLY;BYMONTH=6,12", NULL },
	{ "Tháng 6 - tháng 8", "on_date 2026-08-31", "timing_range_end" },
	{ "31/9/2026", "unknown", "date_impossible" },
	{ "29/02/2026", "unknown", "date_impossible" },
	{ "Tháng 13/2026", "unknown", "date_impossible" },
	{ "30/9/26", "on_date 2026-09-30", "timing_year_assumed" },
	{ "30/9/31", "unknown", "timing_ambiguous" },
	{ "Từ ngày 01/9/2026", "unknown", "timing_start_only" },
	{ "Sau ngày 01/9/2026", "unknown", "timing_start_only" },
	/* quarters, halves, years */
	{ "Quý III/2026", "quarter 2026-09-30", NULL },
	{ "Quý 3 năm 2026", "quarter 2026-09-30", NULL },
	{ "Quý I, II", "quarter 2026-03-31; quarter 2026-06-30", NULL },
	{ "trong quý II và quý III", "quarter 2026-06-30; quarter 2026-09-30", NULL },
	{ "Quý II - Quý IV/2026", "quarter 2026-12-31", "timing_range_end" },
	{ "Trước quý IV", "unknown", "timing_ambiguous" },
	{ "Đầu quý III", "unknown", "timing_ambiguous" },
	{ "Giữa tháng 9/2026", "unknown", "timing_ambiguous" },
	{ "6 tháng đầu năm", "half_year 2026-06-30", NULL },
	{ "06 tháng cuối năm 2026", "half_year 2026-12-31", NULL },
	{ "Cuối năm", "year 2026-12-31", NULL },
	{ "Đầu năm 2026", "unknown", "timing_ambiguous" },
	{ "Năm 2026 - 2027", "year 2027-12-31", "timing_other_year" },
	/* recurrences */
	{ "hàng tháng", "recurring FREQ=MONTHLY", NULL },
	{ "hằng quý", QUARTERLY, NULL },
	{ "Hàng năm", "recurring FREQ=YEARLY", NULL },
	{ "Định kỳ hàng tháng, quý, năm", "recurring FREQ=MONTHLY; " QUARTERLY "; recurring FREQ=YEARLY",
	  NULL },
	{ "trước ngày 20 hàng tháng", "recurring FREQ=MONTHLY;BYMONTHDAY=20", NULL },
	{ "Ngày 31 hàng tháng", "recurring", "recurrence_unknown" },
	{ "Trước ngày 15/12 hàng năm", "recurring FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15", NULL },
	{ "02 lần/năm", "recurring FREQ=MONTHLY;INTERVAL=6", NULL },
	{ "1 lần/quý", QUARTERLY, NULL },
	{ "Định kỳ", "recurring", "recurrence_unknown" },
	/* after an event, by other documents */
	{ "chậm nhất 10 ngày làm việc kể từ ngày nhận", "after_event +10wd", NULL },
	{ "Trong 05 ngày kể từ ngày 01/9/2026", "after_event +5d", NULL },
	{ "Theo Kế hoạch số 140/KH-UBND ngày 14/10/2021", "by_plan", NULL },
	{ "Theo quy định", "by_plan", "timing_by_regulation" },
	{ "Khi có yêu cầu", "on_request", NULL },
	{ "Thường xuyên trong năm 2026", "continuous", NULL },
	{ "Quý III; quý IV", "quarter 2026-09-30; quarter 2026-12-31", NULL },
	{ "Quý III (sau khi được phê duyệt)", "quarter 2026-09-30; after_event", NULL },
	{ "Quý III nếu được bố trí kinh phí", "quarter 2026-09-30", "timing_words_left" },
	{ "Khi thích hợp", "unknown", "timing_unknown" },
	{ "QUÝ III/2026", "quarter 2026-09-30", NULL },
};

static size_t count_about_time(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->finding_count; i++)
		count += !strcmp(plan->findings[i].field, "/tasks/0/parts/0/timings");
	return count;
}

START_TEST(test_phrase)
{
	const struct timing_case *row = &timing_cases[_i];
	struct sample sample;

	sample_read_cells(&sample, "Báo cáo", "Sở Nội vụ", row->cell);
	ck_assert_msg(!strcmp(sample_timings(&sample, sample.plan.tasks[0].parts), row->timings), "%s: %s",
		      row->cell, sample_timings(&sample, sample.plan.tasks[0].parts));
	if (row->finding)
		ck_assert_msg(sample_count(&sample.plan, row->finding) == 1, "%s: no %s", row->cell,
			      row->finding);
	else
		ck_assert_msg(!count_about_time(&sample.plan), "%s: %s", row->cell,
			      sample.plan.findings[0].code);
	sample_free(&sample);
}
END_TEST

START_TEST(test_text)
{
	struct sample sample;
	const struct plan_timing *timings;

	sample_read_cells(&sample, "Báo cáo", "Sở Nội vụ", "- Quý III. - Đột xuất theo thời điểm yêu cầu.");
	timings = sample.plan.tasks[0].parts[0].timings;
	ck_assert_str_eq(timings[0].text, "Quý III");
	ck_assert_str_eq(timings[1].text, "Đột xuất theo thời điểm yêu cầu");
	sample_free(&sample);
}
END_TEST

START_TEST(test_from_output)
{
	struct sample sample;
	const struct plan_part *part;

	sample_read_cells(&sample, "Định kỳ hàng tháng công khai kết quả.", "Sở Nội vụ", "Thường xuyên");
	part = sample.plan.tasks[0].parts;
	ck_assert_str_eq(sample_timings(&sample, part), "continuous; recurring FREQ=MONTHLY");
	ck_assert_int_eq(part->timings[1].from_output, 1);
	ck_assert_int_eq(part->timings[0].from_output, 0);
	ck_assert_str_eq(part->timings[1].text, "Định kỳ hàng tháng");
	sample_free(&sample);
}
END_TEST

/* What a period left behind when a day in it took its place is not the next one's. */
START_TEST(test_after_narrowing)
{
	struct sample sample;
	const struct plan_part *part;

	sample_read_cells(&sample, "Báo cáo", "Sở Nội vụ",
			  "Quý I trước ngày 15/3, quý II trước ngày 15/6; hàng quý");
	part = sample.plan.tasks[0].parts;
	ck_assert_str_eq(sample_timings(&sample, part), "on_date 2026-03-15; on_date 2026-06-15; " QUARTERLY);
	ck_assert_int_eq(part->timings[2].due_on.year, 0);
	sample_free(&sample);
}
END_TEST

START_TEST(test_no_year)
{
	struct sample sample;

	sample_read(&sample,
		    "KẾ HOẠCH\nKiểm soát\nStt\tNội dung\tKết quả\tCơ quan\tThời gian\n"
		    "1\tViệc\tKết quả\tSở Nội vụ\tQuý III\n2\tViệc\tKết quả\tSở Nội vụ\tQuý III/2026\n");
	ck_assert_uint_eq(sample_count(&sample.plan, "year_unknown"), 1);
	ck_assert_ptr_null(sample.plan.code);
	ck_assert_str_eq(sample_timings(&sample, sample.plan.tasks[0].parts), "quarter");
	ck_assert_str_eq(sample_timings(&sample, sample.plan.tasks[1].parts), "quarter 2026-09-30");
	sample_free(&sample);
}
END_TEST

#define TABLE "Stt\tNội dung\tKết quả\tCơ quan\tThời gian\n1\tViệc\tKết quả\tSở Nội vụ\tQuý III\n"

START_TEST(test_year_given)
{
	static const char *const documents[] = { "KẾ HOẠCH\nThử nghiệm\n" TABLE,
						 "KẾ HOẠCH\nThử nghiệm năm 2026\n" TABLE };
	static const int years[] = { 2027, 2026 };
	struct arena arena;

	for (size_t i = 0; i < 2; i++) {
		struct plan plan;

		arena_init(&arena, (size_t)16 << 20);
		ck_assert_int_eq(plan_parse(documents[i], strlen(documents[i]), &sample_directory, 2027,
					    &arena, &plan),
				 0);
		ck_assert_int_eq(plan.year, years[i]);
		ck_assert_int_eq(plan.tasks[0].parts[0].timings[0].due_on.year, years[i]);
		ck_assert_uint_eq(sample_count(&plan, "year_given"), i == 0);
		ck_assert_uint_eq(sample_count(&plan, "year_unknown"), 0);
		arena_release(&arena);
	}
}
END_TEST

Suite *plan_timing_suite(void)
{
	Suite *suite = suite_create("plan_timing");
	TCase *tcase = tcase_create("timing");

	tcase_add_loop_test(tcase, test_phrase, 0, sizeof(timing_cases) / sizeof(*timing_cases));
	tcase_add_test(tcase, test_text);
	tcase_add_test(tcase, test_from_output);
	tcase_add_test(tcase, test_after_narrowing);
	tcase_add_test(tcase, test_no_year);
	tcase_add_test(tcase, test_year_given);
	suite_add_tcase(suite, tcase);
	return suite;
}
