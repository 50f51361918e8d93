#include <string.h>

#include "test_plan_sample.h"

Suite *plan_foreign_suite(void);

/* Cells as other provinces write them. */
struct cell_case {
	const char *cell;
	const char *read;
	const char *finding; /* one that must be there, or NULL for none about the cell */
};

#define A "Sở Tư pháp"
#define B "Sở Nội vụ"
#define C "Sở Tài chính"
#define LEAD_A "lead so-tu-phap [Sở Tư pháp] chủ trì; "
#define WITH_B "cooperate so-noi-vu [Sở Nội vụ] phối hợp"

static const struct cell_case people_cases[] = {
	{ A " (chủ trì), " B " (phối hợp)", LEAD_A WITH_B, NULL },
	{ A " (chủ trì) " B " (phối hợp)", LEAD_A WITH_B, NULL },
	{ A " chủ trì và " B " phối hợp", LEAD_A WITH_B, NULL },
	{ A " chủ trì/" B " phối hợp", LEAD_A WITH_B, NULL },
	{ A " chủ trì, " B " và " C " phối hợp",
	  LEAD_A WITH_B "; cooperate so-tai-chinh [Sở Tài chính] phối hợp", NULL },
	{ "VP UBND tỉnh làm đầu mối, " C " bảo đảm kinh phí",
	  "implement vp-ubnd [VP UBND tỉnh] làm đầu mối; "
	  "implement so-tai-chinh [Sở Tài chính] bảo đảm kinh phí",
	  NULL },
	{ C " bố trí kinh phí, " B ", " A " phối hợp",
	  "implement so-tai-chinh [Sở Tài chính] bố trí kinh phí; " WITH_B
	  "; cooperate so-tu-phap [Sở Tư pháp] phối hợp",
	  NULL },
	{ A " chủ trì, phối hợp với " B ", " C " tổ chức thực hiện, báo cáo kết quả",
	  LEAD_A "cooperate so-noi-vu [Sở Nội vụ] tổ chức thực hiện, báo cáo kết quả; "
		 "cooperate so-tai-chinh [Sở Tài chính] tổ chức thực hiện, báo cáo kết quả",
	  NULL },
	{ A " trình " B ", " C " thẩm định",
	  "implement so-tu-phap [Sở Tư pháp] trình Sở Nội vụ, Sở Tài chính thẩm định", "duty_holds_party" },
	{ B " tham mưu; " A " thẩm tra; Công an tỉnh giám sát",
	  "implement so-noi-vu [Sở Nội vụ] tham mưu; appraise so-tu-phap [Sở Tư pháp] thẩm tra; "
	  "monitor cong-an-tinh [Công an tỉnh] giám sát",
	  NULL },
	{ B " ứng trực; " A " ứng cứu",
	  "implement so-noi-vu [Sở Nội vụ] ứng trực; implement so-tu-phap [Sở Tư pháp] ứng cứu",
	  "duty_guess" },
	{ A " (ct); " B " (p/h)", "lead so-tu-phap [Sở Tư pháp] ct; cooperate so-noi-vu [Sở Nội vụ] p/h",
	  NULL },
	{ A " (c/t), " B " (ph)", "lead so-tu-phap [Sở Tư pháp] c/t; cooperate so-noi-vu [Sở Nội vụ] ph",
	  NULL },
	{ A " (đồng chủ trì)", "lead so-tu-phap [Sở Tư pháp] đồng chủ trì", NULL },
	{ A " (cơ quan chủ trì)", "implement so-tu-phap [Sở Tư pháp (cơ quan chủ trì)] -", "role_unread" },
	{ A " chịu trách nhiệm chính; " B " hỗ trợ",
	  "lead so-tu-phap [Sở Tư pháp] chịu trách nhiệm chính; cooperate so-noi-vu [Sở Nội vụ] hỗ trợ",
	  NULL },
	{ A " không phối hợp", "cooperate so-tu-phap [Sở Tư pháp] không phối hợp", "duty_negated" },
	{ A " không phải thực hiện; " B " chủ trì",
	  "implement so-tu-phap [Sở Tư pháp] không phải thực hiện; lead so-noi-vu [Sở Nội vụ] chủ trì",
	  "duty_negated" },
	{ A " phối hợp với " B,
	  "cooperate so-tu-phap [Sở Tư pháp] phối hợp với; cooperate so-noi-vu [Sở Nội vụ] phối hợp với",
	  "lead_unclear" },
	{ "Giao " B " chủ trì", "lead so-noi-vu [Sở Nội vụ] chủ trì", NULL },
	{ "Chủ trì: " A ", Phối hợp: " B,
	  "lead so-tu-phap [Sở Tư pháp] Chủ trì; cooperate so-noi-vu [Sở Nội vụ] Phối hợp", NULL },
	{ "Tham mưu: " A "; Thực hiện: " B,
	  "implement so-tu-phap [Sở Tư pháp] Tham mưu; implement so-noi-vu [Sở Nội vụ] Thực hiện", NULL },
	{ "các sở phối hợp", "cooperate so-ban-nganh [các sở] phối hợp", "party_guess" },
	{ "Sở Giao thông vận tải", "implement - [Sở Giao thông vận tải] -", "party_unknown" },
};

static const struct cell_case time_cases[] = {
	{ "Xong trước 30 tháng 9 năm 2026", "on_date 2026-09-30", "timing_before_date" },
	{ "Trước 05 tháng 12 năm 2026", "on_date 2026-12-05", "timing_before_date" },
	{ "trước 30 tháng 6", "on_date 2026-06-30", "timing_year_assumed" },
	{ "Trước 15 tháng 12 hàng năm", "recurring FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15", NULL },
	{ "Sau 30 tháng 6 năm 2026", "unknown", "timing_start_only" },
	{ "Sau 3 tháng kể từ khi ban hành", "after_event", NULL },
	{ "Theo Công văn số 456/VPCP-KSTT ngày 15/3/2026", "by_plan", NULL },
	{ "Theo Công điện số 15/CĐ-TTg ngày 02/3/2026", "by_plan", NULL },
	{ "Theo Thông báo kết luận ngày 05/5/2026", "by_plan", NULL },
	{ "Căn cứ Công văn 12/STP ngày 01/3/2026", "by_plan", NULL },
	{ "Thực hiện Nghị định 118/2025/NĐ-CP ngày 09/6/2025", "by_plan", NULL },
	{ "Theo Chỉ thị 08/CT-TTg ngày 10/4/2026 của Thủ tướng, trước 30/6/2026",
	  "by_plan; on_date 2026-06-30", "timing_before_date" },
	{ "Theo Công điện số 15/CĐ-TTg ngày 02/3/2026 xong trước 30/6/2026", "by_plan; on_date 2026-06-30",
	  "timing_before_date" },
	{ "Kế hoạch năm 2026", "by_plan", NULL },
	{ "Kế hoạch số 123/KH-UBND ngày 01/02/2026", "by_plan", NULL },
	{ "Quý II trở đi", "unknown", "timing_start_only" },
	{ "Liên tục 24/7", "continuous", NULL },
	{ "Trước 24/7", "on_date 2026-07-24", "timing_year_assumed" },
	{ "Ngày 01/6 và 01/12 hàng năm",
	  "recurring FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1; recurring FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1",
	  NULL },
	{ "Hai lần trong năm", "recurring FREQ=MONTHLY;INTERVAL=6", NULL },
	{ "Ba lần trong năm", "recurring", "recurrence_unknown" },
	{ "Từ tháng 3 đến tháng 6", "on_date 2026-06-30", "timing_range_end" },
	{ "Từ quý II đến quý III", "quarter 2026-09-30", "timing_range_end" },
	{ "Từ tháng 3/2026 đến tháng 6/2026", "on_date 2026-06-30", "timing_range_end" },
	{ "T6/2026", "on_date 2026-06-30", NULL },
	{ "T12/2026", "on_date 2026-12-31", NULL },
	{ "T13/2026", "unknown", "timing_unknown" },
	{ "QII/2026", "quarter 2026-06-30", NULL },
	{ "Q3/2026", "quarter 2026-09-30", NULL },
	{ "Từ Q1/2026 đến Q3/2026", "quarter 2026-09-30", "timing_range_end" },
	{ "Sáu tháng đầu năm", "half_year 2026-06-30", NULL },
	{ "hai tháng một lần", "recurring FREQ=MONTHLY;INTERVAL=2", NULL },
	{ "trước 25/11/26", "on_date 2026-11-25", "timing_year_assumed" },
	{ "Thường xuyên nếu được bố trí kinh phí", "continuous", "timing_words_kept" },
};

static size_t count_about(const struct plan *plan, const char *field)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->finding_count; i++)
		count += !strcmp(plan->findings[i].field, field);
	return count;
}

static void check_case(const struct sample *sample, const struct cell_case *row, const char *got,
		       const char *field)
{
	ck_assert_msg(!strcmp(got, row->read), "%s:\n%s\n%s", row->cell, got, row->read);
	if (row->finding)
		ck_assert_msg(sample_count(&sample->plan, row->finding) > 0, "%s: no %s", row->cell,
			      row->finding);
	else
		ck_assert_msg(!count_about(&sample->plan, field), "%s: %s", row->cell,
			      sample->plan.findings[0].code);
}

START_TEST(test_people)
{
	const struct cell_case *row = &people_cases[_i];
	const struct plan_part *part;
	struct sample sample;

	sample_read_cells(&sample, "Báo cáo", row->cell, "Quý I");
	part = sample.plan.tasks[0].parts;
	check_case(&sample, row, sample_assignments(&sample, part->assignments, part->assignment_count),
		   "/tasks/0/parts/0/assignments");
	sample_free(&sample);
}
END_TEST

START_TEST(test_time)
{
	const struct cell_case *row = &time_cases[_i];
	struct sample sample;

	sample_read_cells(&sample, "Báo cáo", "Sở Nội vụ", row->cell);
	check_case(&sample, row, sample_timings(&sample, sample.plan.tasks[0].parts),
		   "/tasks/0/parts/0/timings");
	sample_free(&sample);
}
END_TEST

Suite *plan_foreign_suite(void)
{
	Suite *suite = suite_create("plan_foreign");
	TCase *tcase = tcase_create("foreign");

	tcase_add_loop_test(tcase, test_people, 0, sizeof(people_cases) / sizeof(*people_cases));
	tcase_add_loop_test(tcase, test_time, 0, sizeof(time_cases) / sizeof(*time_cases));
	suite_add_tcase(suite, tcase);
	return suite;
}
