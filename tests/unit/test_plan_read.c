#include <string.h>

#include "test_plan_sample.h"

Suite *plan_read_suite(void);

#define HEADER "Stt\tNội dung công việc\tKết quả công việc\tCơ quan, đơn vị thực hiện\tThời gian thực hiện\n"
#define HEADER_2 \
	"Số thứ tự\tNội dung công việc\tKết quả công việc\tCơ quan, đơn vị thực hiện\tThời gian thực hiện\n"
#define TITLE_2026 "KẾ HOẠCH\n\nThử nghiệm năm 2026\n\n"

/* In the manner of the plan of 2025: page breaks, HTML, parts, merged cells, the second "B", an appendix. */
static const char quang_ngai[] =
	"KẾ HOẠCH\n\nHoạt động kiểm soát thủ tục hành chính năm 2025\ntrên địa bàn tỉnh Quảng Ngãi\n\n"
	"(Kèm theo Quyết định số: /QĐ-UBND ngày tháng năm 2025 của Chủ tịch Ủy ban nhân dân tỉnh Quảng Ngãi)\n\n" HEADER
	"A\tBan hành văn bản (TTHC)\t\t\t\n"
	"1\tXây dựng văn bản.\ta) Quyết định kế hoạch.\t- Văn phòng Ủy ban nhân dân tỉnh chủ trì.\tQuý III\n"
	"\t\tb) Quyết định kiện toàn.\t- Sở Nội vụ chủ trì.\tQuý IV\n"
	"B\tCải cách quy định\t\t\t\n"
	"I\tKiểm soát quy định\t\t\t\n"
	"2\tCó ý kiến về dự\tVăn bản.\t- Các sở, ban, ngành được\tThường xuyên\n\n" HEADER_2
	"\tthảo văn bản.\t\tgiao chủ trì soạn thảo văn bản.\t\n"
	"II Rà soát\t\t\t\t\n"
	"3\tThống kê.\tQuyết định.\t<ul style=\"list-style-type: none\"> - Sở Tư pháp theo dõi, hướng \tTheo kế hoạch\n\n" HEADER
	"4\tRà soát.\t<ul> - Phương án. - Báo cáo. \tdẫn, trình phê duyệt.\t\n"
	"B\tThực hiện TTHC\t\t\t\n"
	"I\tCông bố\t\t\t\n"
	"5\tXây dựng (<i>theo Luật số</i>)\tDự thảo.\tSở Tư pháp\tThường xuyên\n" HEADER_2
	"\t64/2025/QH15) để trình **công bố**.\t\t\t\n"
	"Đ\tBáo cáo\t\t\t\n"
	"6\tBáo cáo: - Một. - Hai.\t<p>Báo cáo.</p>\tSở Nội vụ\tThường xuyên\n\n"
	"Phụ lục\n\nVỀ CHỈ TIÊU\n\n1. Nguyên tắc\n\nViệc giao chỉ tiêu như sau:\n\n"
	"- Trường hợp kết quả **nhỏ hơn** chỉ tiêu thì giao bằng chỉ tiêu.\n"
	"- Trường hợp kết quả **bằng hoặc lớn hơn** chỉ tiêu thì **phấn đấu tăng thêm 10%**.\n\n2. Danh mục\n\n"
	"Số thứ tự\tNội dung chỉ tiêu\tĐơn vị\tChỉ tiêu năm 2025\tCơ quan thực hiện\n"
	"1\tTỷ lệ công khai.\t%\t100\tCác sở, ban, ngành\n\n"
	"2\tTỷ lệ trực tuyến.\t%\tTối thiểu 60\t- Sở Nội vụ chủ trì; - Ủy ban nhân dân cấp xã phối hợp.\n"
	"3\tTỷ lệ số hóa.\t%\t80,5\tSở Nội vụ\n4\tHồ sơ trễ\t%\tKhông quá 5\tSở Nội vụ\n"
	"5\tHài lòng\t%\tTừ 80 đến 90\tSở Nội vụ\n";

/* Another province: letterhead, two columns of agencies in another order, dates as numbers, a column of notes. */
static const char binh_an[] =
	"ỦY BAN NHÂN DÂN TỈNH BÌNH AN\nSố: 15/KH-UBND\nBình An, ngày 10 tháng 01 năm 2026\n\nKẾ HOẠCH\n"
	"Kiểm soát thủ tục hành chính năm 2026\n\nI. MỤC ĐÍCH, YÊU CẦU\n"
	"TT\tNhiệm vụ\tĐơn vị chủ trì\tĐơn vị phối hợp\tThời hạn\tSản phẩm\tGhi chú\n"
	"I\tCẢI CÁCH THỂ CHẾ\t\t\t\t\t\n"
	"1\tBan hành Kế hoạch\tVP UBND tỉnh\tCác sở, ban, ngành; UBND cấp xã\t30/9/2026\tKế hoạch\tMới\n"
	"2.\tCông bố TTHC\tSở Tư pháp\tSở KH&CN\tTrước ngày 15/11/2026\tQuyết định\n"
	"2\tKiểm tra TTHC\tSở Ngoại vụ Bình An\t\t31/9/2026\tBáo cáo\t\n"
	"II\tTRUYỀN THÔNG\t\t\t\t\t\n"
	"5\tTập huấn\tSở Nội vụ\tVP UBND tỉnh\tQuý II, quý IV/2026\t\t\n"
	"Nơi nhận:\n";

/* A third: numbering 1.1, other titles, a heading without a number, spaces for tabs. */
static const char deep[] =
	"KẾ HOẠCH\nCải cách thủ tục hành chính năm 2026\n\n"
	"STT\tNội dung nhiệm vụ\tSản phẩm/kết quả\tCơ quan thực hiện\tThời gian hoàn thành\n"
	"1\tCông tác chỉ đạo\t\t\t\n"
	"1.1\tBan hành văn bản\tKế hoạch\tSở Nội vụ chủ trì, các sở, ban, ngành phối hợp\tTháng 3\n"
	"1.2\tKiểm tra\tBáo cáo\tSở Tư pháp\t6 tháng đầu năm\n"
	"2\tTruyền thông\t\t\t\n"
	"2.1\tTuyên truyền\tTin bài\tSở Nội vụ\tQuý I, II\n"
	"\tCÔNG TÁC KHÁC\t\t\t\n"
	"3.1\tKhác\tBáo cáo\tSở Nội vụ\tNăm 2026\n";

static void has_finding(const struct plan *plan, const char *code, int row, const char *field)
{
	for (size_t i = 0; i < plan->finding_count; i++) {
		const struct plan_finding *finding = &plan->findings[i];

		if (!strcmp(finding->code, code) && finding->row == row && !strcmp(finding->field, field))
			return;
	}
	ck_abort_msg("no %s at row %d, %s", code, row, field);
}

START_TEST(test_head)
{
	struct sample sample;

	sample_read(&sample, quang_ngai);
	ck_assert_str_eq(sample.plan.title, "Hoạt động kiểm soát thủ tục hành chính năm 2025 "
					    "trên địa bàn tỉnh Quảng Ngãi");
	ck_assert_str_eq(sample.plan.issuer, "Chủ tịch Ủy ban nhân dân tỉnh Quảng Ngãi");
	ck_assert_ptr_null(sample.plan.decision_number);
	ck_assert_int_eq(sample.plan.decided_on.year, 0);
	ck_assert_int_eq(sample.plan.year, 2025);
	ck_assert_str_eq(sample.plan.code, "kstthc-2025");
	sample_free(&sample);
}
END_TEST

START_TEST(test_decision)
{
	struct sample sample;

	sample_read(
		&sample,
		"KẾ HOẠCH\nKiểm soát TTHC\n(Kèm theo Quyết định số 12/QĐ-UBND ngày 05/01/2026 của Chủ tịch "
		"UBND tỉnh)\n" HEADER "1\tViệc\tKết quả\tSở Nội vụ\tQuý I\n");
	ck_assert_str_eq(sample.plan.decision_number, "12/QĐ-UBND");
	ck_assert_int_eq(sample.plan.decided_on.month, 1);
	ck_assert_int_eq(sample.plan.decided_on.day, 5);
	ck_assert_int_eq(sample.plan.year, 2026);
	ck_assert_str_eq(sample.plan.issuer, "Chủ tịch UBND tỉnh");
	ck_assert_uint_eq(sample_count(&sample.plan, "year_from_decision"), 1);
	sample_free(&sample);
}
END_TEST

START_TEST(test_sections)
{
	static const char *const labels[] = { "A", "B.I", "B.II", "B.I", "Đ" };
	struct sample sample;

	sample_read(&sample, quang_ngai);
	ck_assert_uint_eq(sample.plan.section_count, 5);
	for (size_t i = 0; i < 5; i++) {
		ck_assert_str_eq(sample.plan.sections[i].label, labels[i]);
		ck_assert_int_eq(sample.plan.sections[i].ordinal, (int)i + 1);
	}
	ck_assert_str_eq(sample.plan.sections[2].title, "Rà soát");
	ck_assert_uint_eq(sample.plan.sections[3].ancestor_count, 1);
	ck_assert_str_eq(sample.plan.sections[3].ancestor_labels[0], "B");
	ck_assert_str_eq(sample.plan.sections[3].ancestor_titles[0], "Thực hiện TTHC");
	ck_assert_uint_eq(sample.plan.sections[4].ancestor_count, 0);
	ck_assert_uint_eq(sample_count(&sample.plan, "section_repeated"), 1);
	sample_free(&sample);
}
END_TEST

START_TEST(test_parts)
{
	struct sample sample;
	const struct plan_task *task;

	sample_read(&sample, quang_ngai);
	task = sample.plan.tasks;
	ck_assert_uint_eq(sample.plan.task_count, 6);
	ck_assert_uint_eq(task->part_count, 2);
	ck_assert_str_eq(task->parts[0].label, "a");
	ck_assert_str_eq(task->parts[0].outputs[0], "Quyết định kế hoạch.");
	ck_assert_str_eq(task->parts[1].label, "b");
	ck_assert_str_eq(task->parts[1].assignments[0].agency, "so-noi-vu");
	ck_assert_int_eq(task->parts[1].timings[0].due_on.month, 12);
	ck_assert_ptr_null(task[1].parts[0].label);
	sample_free(&sample);
}
END_TEST

START_TEST(test_page_breaks)
{
	struct sample sample;
	const struct plan_task *tasks;

	sample_read(&sample, quang_ngai);
	tasks = sample.plan.tasks;
	ck_assert_str_eq(tasks[1].title, "Có ý kiến về dự thảo văn bản.");
	ck_assert_str_eq(tasks[1].parts[0].assignments[0].name,
			 "Các sở, ban, ngành được giao chủ trì soạn thảo văn bản");
	ck_assert_str_eq(tasks[4].title, "Xây dựng (theo Luật số 64/2025/QH15) để trình công bố.");
	has_finding(&sample.plan, "stray_parenthesis", 25, "/tasks/4/title");
	ck_assert_str_eq(tasks[5].title, "Báo cáo: - Một. - Hai.");
	ck_assert_str_eq(tasks[5].parts[0].outputs[0], "Báo cáo.");
	sample_free(&sample);
}
END_TEST

START_TEST(test_merged_cells)
{
	struct sample sample;

	sample_read(&sample, quang_ngai);
	for (size_t i = 2; i <= 3; i++) {
		const struct plan_part *part = sample.plan.tasks[i].parts;

		ck_assert_uint_eq(part->assignment_count, 1);
		ck_assert_str_eq(part->assignments[0].duty, "theo dõi, hướng dẫn, trình phê duyệt");
		ck_assert_str_eq(sample_timings(&sample, part), "by_plan");
	}
	ck_assert_uint_eq(sample.plan.tasks[3].parts[0].output_count, 2);
	ck_assert_uint_eq(sample_count(&sample.plan, "merged_cell"), 2);
	sample_free(&sample);
}
END_TEST

START_TEST(test_appendix)
{
	static const double values[] = { 100, 60, 80.5, 5, 0 };
	static const enum plan_comparison comparisons[] = { PLAN_EQ, PLAN_GE, PLAN_EQ, PLAN_LE, PLAN_EQ };
	struct sample sample;
	const struct plan *plan = &sample.plan;

	sample_read(&sample, quang_ngai);
	ck_assert_str_eq(plan->target_rule.text, "Việc giao chỉ tiêu như sau:");
	ck_assert_str_eq(plan->target_rule.below,
			 "Trường hợp kết quả nhỏ hơn chỉ tiêu thì giao bằng chỉ tiêu.");
	ck_assert_str_eq(plan->target_rule.at_or_above,
			 "Trường hợp kết quả bằng hoặc lớn hơn chỉ tiêu thì phấn đấu tăng thêm 10%.");
	ck_assert_double_eq_tol(plan->target_rule.stretch_percent, 10, 1e-9);
	ck_assert_uint_eq(plan->indicator_count, 5);
	for (size_t i = 0; i < 5; i++) {
		ck_assert_int_eq(plan->indicators[i].number, (int)i + 1);
		ck_assert_double_eq_tol(plan->indicators[i].value, values[i], 1e-9);
		ck_assert_int_eq(plan->indicators[i].comparison, comparisons[i]);
		ck_assert_str_eq(plan->indicators[i].unit, "%");
		ck_assert_int_eq(plan->indicators[i].has_value, i != 4);
	}
	ck_assert_str_eq(sample_assignments(&sample, plan->indicators[1].scope, 2),
			 "lead so-noi-vu [Sở Nội vụ] chủ trì; "
			 "cooperate ubnd-cap-xa [Ủy ban nhân dân cấp xã] phối hợp");
	ck_assert_uint_eq(sample_count(plan, "target_unreadable"), 1);
	sample_free(&sample);
}
END_TEST

START_TEST(test_binh_an)
{
	struct sample sample;
	const struct plan *plan = &sample.plan;
	const struct plan_task *tasks;

	sample_read(&sample, binh_an);
	tasks = plan->tasks;
	ck_assert_str_eq(plan->decision_number, "15/KH-UBND");
	ck_assert_int_eq(plan->decided_on.day, 10);
	ck_assert_str_eq(plan->title, "Kiểm soát thủ tục hành chính năm 2026");
	ck_assert_uint_eq(plan->task_count, 4);
	ck_assert_str_eq(plan->sections[0].title, "CẢI CÁCH THỂ CHẾ");
	ck_assert_str_eq(sample_assignments(&sample, tasks[0].parts[0].assignments, 3),
			 "lead vp-ubnd [VP UBND tỉnh] -; cooperate so-ban-nganh [Các sở, ban, ngành] -; "
			 "cooperate ubnd-cap-xa [UBND cấp xã] -");
	ck_assert_str_eq(sample_timings(&sample, tasks[0].parts), "on_date 2026-09-30");
	ck_assert_str_eq(sample_timings(&sample, tasks[2].parts), "unknown");
	ck_assert_str_eq(sample_timings(&sample, tasks[3].parts), "quarter 2026-06-30; quarter 2026-12-31");
	has_finding(plan, "cell_not_kept", 11, "");
	has_finding(plan, "number_repeated", 13, "/tasks/2/number");
	has_finding(plan, "number_gap", 15, "/tasks/3/number");
	has_finding(plan, "outputs_missing", 15, "/tasks/3/parts/0/outputs");
	has_finding(plan, "line_not_read", 16, "");
	ck_assert_int_eq(tasks[2].number, 6);
	ck_assert_str_eq(tasks[2].label, "2");
	ck_assert_int_eq(tasks[3].number, 5);
	ck_assert_uint_eq(sample_count(plan, "row_short"), 0);
	sample_free(&sample);
}
END_TEST

START_TEST(test_deep)
{
	static const char *const labels[] = { "1.1", "1.2", "2.1", "3.1" };
	struct sample sample;

	sample_read(&sample, deep);
	ck_assert_uint_eq(sample.plan.task_count, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(sample.plan.tasks[i].number, (int)i + 1);
		ck_assert_str_eq(sample.plan.tasks[i].label, labels[i]);
	}
	ck_assert_uint_eq(sample_count(&sample.plan, "number_assigned"), 4);
	ck_assert_uint_eq(sample.plan.section_count, 3);
	ck_assert_str_eq(sample.plan.sections[1].label, "2");
	ck_assert_str_eq(sample.plan.sections[2].label, "");
	ck_assert_uint_eq(sample.plan.sections[2].ancestor_count, 0);
	ck_assert_uint_eq(sample_count(&sample.plan, "heading_guess"), 1);
	sample_free(&sample);
}
END_TEST

START_TEST(test_restart)
{
	static const char *const labels[] = { NULL, NULL, "1", "2", "3" };
	struct sample sample;

	sample_read(&sample, TITLE_2026 HEADER
		    "I. CÔNG TÁC MỘT\n1)\tViệc\tX\tSTP\tQuý I\n2)\tViệc\tX\tSTP\tQuý I\nII. CÔNG TÁC HAI\n"
		    "1)\tViệc\tX\tSTP\tQuý I\n2)\tViệc\tX\tSTP\tQuý I\n3)\tViệc\tX\tSTP\tQuý I\n");
	ck_assert_uint_eq(sample.plan.task_count, 5);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(sample.plan.tasks[i].number, i + 1);
		ck_assert_pstr_eq(sample.plan.tasks[i].label, labels[i]);
	}
	ck_assert_uint_eq(sample_count(&sample.plan, "number_assigned"), 3);
	ck_assert_str_eq(sample.plan.sections[1].label, "II");
	sample_free(&sample);
}
END_TEST

START_TEST(test_spaces)
{
	struct sample sample;

	sample_read(&sample, TITLE_2026 "STT  Nhiệm vụ  Sản phẩm  Cơ quan chủ trì  Thời hạn\n"
					"1  Rà soát TTHC  Báo cáo  Sở Nội vụ  Quý I\n2  Kiểm tra\n");
	ck_assert_uint_eq(sample.plan.task_count, 2);
	ck_assert_str_eq(sample.plan.tasks[0].title, "Rà soát TTHC");
	ck_assert_str_eq(sample.plan.tasks[0].parts[0].assignments[0].agency, "so-noi-vu");
	ck_assert_uint_eq(sample_count(&sample.plan, "row_short"), 1);
	ck_assert_uint_eq(sample_count(&sample.plan, "timings_missing"), 1);
	sample_free(&sample);
}
END_TEST

START_TEST(test_no_header)
{
	struct sample sample;

	sample_read(&sample, TITLE_2026 "1\tViệc\tBáo cáo\tSở Nội vụ\tQuý I\tThừa\n");
	ck_assert_uint_eq(sample.plan.task_count, 1);
	ck_assert_uint_eq(sample_count(&sample.plan, "header_missing"), 1);
	ck_assert_uint_eq(sample_count(&sample.plan, "section_missing"), 1);
	has_finding(&sample.plan, "cell_not_kept", 5, "");
	ck_assert_str_eq(sample.plan.tasks[0].parts[0].assignments[0].agency, "so-noi-vu");
	sample_free(&sample);
}
END_TEST

START_TEST(test_no_number_column)
{
	struct sample sample;

	sample_read(&sample, TITLE_2026
		    "Nhiệm vụ\tSản phẩm\tCơ quan thực hiện\tThời hạn\n"
		    "I. Cải cách\t\t\t\n1. Việc một\tX\tSở Nội vụ\tQuý I\nViệc hai\tX\tSTP\tQuý I\n");
	ck_assert_uint_eq(sample.plan.task_count, 2);
	ck_assert_str_eq(sample.plan.sections[0].title, "Cải cách");
	ck_assert_str_eq(sample.plan.tasks[0].title, "Việc một");
	ck_assert_str_eq(sample.plan.tasks[1].title, "Việc hai");
	sample_free(&sample);
}
END_TEST

struct line_case {
	const char *line;
	const char *finding;
};

static const struct line_case line_cases[] = {
	{ "7", "page_number" },
	{ "Ghi chú cuối bảng", "line_not_read" },
	{ "CÔNG TÁC KHÁC", "heading_guess" },
	{ "-\tViệc\tX\tSở Nội vụ\tQuý I", "row_label_unknown" },
	{ "2\t\tX\tSở Nội vụ\tQuý I", "title_missing" },
	{ "2\tViệc\tX\t\tQuý I", "assignments_missing" },
	{ "C\tMục trống\t\t\t", "section_empty" },
	{ "\t\td) Y\tSở Nội vụ\tQuý I", "part_order" },
	{ "\xFF", "not_utf8" },
};

START_TEST(test_line)
{
	const struct line_case *row = &line_cases[_i];
	struct arena arena;
	struct sample sample;

	arena_init(&arena, 1 << 20);
	sample_read(&sample, arena_printf(&arena, "%sA\tMục\t\t\t\n1\tViệc\ta) X\tSở Nội vụ\tQuý I\n%s\n",
					  TITLE_2026 HEADER, row->line));
	ck_assert_msg(sample_count(&sample.plan, row->finding) == 1, "%s: no %s", row->line, row->finding);
	sample_free(&sample);
	arena_release(&arena);
}
END_TEST

START_TEST(test_finding_text)
{
	ck_assert_str_eq(plan_finding_text("title_missing", "vi"), "Nhiệm vụ không có nội dung.");
	ck_assert_str_eq(plan_finding_text("title_missing", "en"), "The task has no title.");
	ck_assert_str_eq(plan_finding_text("no_such_code", "en"), "no_such_code");
	ck_assert_str_eq(plan_severity_name(PLAN_WARNING), "warning");
	ck_assert_str_eq(plan_role_name(PLAN_APPRAISE), "appraise");
	ck_assert_str_eq(plan_timing_name(PLAN_AFTER_EVENT), "after_event");
}
END_TEST

Suite *plan_read_suite(void)
{
	Suite *suite = suite_create("plan_read");
	TCase *tcase = tcase_create("read");

	tcase_add_test(tcase, test_head);
	tcase_add_test(tcase, test_decision);
	tcase_add_test(tcase, test_sections);
	tcase_add_test(tcase, test_parts);
	tcase_add_test(tcase, test_page_breaks);
	tcase_add_test(tcase, test_merged_cells);
	tcase_add_test(tcase, test_appendix);
	tcase_add_test(tcase, test_binh_an);
	tcase_add_test(tcase, test_deep);
	tcase_add_test(tcase, test_restart);
	tcase_add_test(tcase, test_spaces);
	tcase_add_test(tcase, test_no_header);
	tcase_add_test(tcase, test_no_number_column);
	tcase_add_loop_test(tcase, test_line, 0, sizeof(line_cases) / sizeof(*line_cases));
	tcase_add_test(tcase, test_finding_text);
	suite_add_tcase(suite, tcase);
	return suite;
}
