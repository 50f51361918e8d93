#include <string.h>

#include "test_plan_sample.h"

Suite *plan_layout_suite(void);

/* Whole documents as other provinces lay them out. */
#define HEADER "Stt\tNội dung công việc\tKết quả công việc\tCơ quan, đơn vị thực hiện\tThời gian thực hiện\n"
#define TITLE "KẾ HOẠCH\nThử nghiệm năm 2026\n"
#define CELLS "\tX\tSở Nội vụ\tQuý I\n"
#define TASK "1\tViệc" CELLS
#define INDICATORS \
	TITLE HEADER TASK "Phụ lục\nSTT\tNội dung chỉ tiêu\tĐơn vị\tChỉ tiêu năm 2026\tCơ quan thực hiện\n"

static void read_text(struct sample *sample, const char *format, const char *words)
{
	struct arena arena;

	arena_init(&arena, (size_t)1 << 20);
	sample_read(sample, arena_printf(&arena, format, words));
	arena_release(&arena);
}

static int has_text(const struct plan *plan, const char *code, const char *text)
{
	for (size_t i = 0; i < plan->finding_count; i++) {
		const struct plan_finding *finding = &plan->findings[i];

		if (!strcmp(finding->code, code) && finding->text && strstr(finding->text, text))
			return 1;
	}
	return 0;
}

struct head_case {
	const char *lines; /* before the table */
	const char *title;
	int decided_day;
	const char *number;
	const char *not_read; /* a line that is found, or NULL */
	const char *finding;
};

static const struct head_case head_cases[] = {
	{ TITLE "Căn cứ Nghị định số 63/2010/NĐ-CP ngày 08 tháng 6 năm 2010\n", "Thử nghiệm năm 2026", 0,
	  NULL, "Căn cứ Nghị định", "line_not_read" },
	{ TITLE "1. Hoàn thành trước ngày 31 tháng 10 năm 2026.\n", "Thử nghiệm năm 2026", 0, NULL,
	  "1. Hoàn thành", "line_not_read" },
	{ "Số: 15/KH-UBND Bình An, ngày 10 tháng 01 năm 2026\n" TITLE, "Thử nghiệm năm 2026", 10,
	  "15/KH-UBND", NULL, NULL },
	{ "Số: 15/KH-UBND hỏa tốc\n" TITLE, "Thử nghiệm năm 2026", 0, "15/KH-UBND", "hỏa tốc",
	  "line_not_read" },
	{ TITLE "Bảng 1. Nhiệm vụ trọng tâm\n", "Thử nghiệm năm 2026", 0, NULL, "Bảng 1", "line_not_read" },
	{ TITLE "Nhằm tiếp tục cải cách, ban hành Kế hoạch như sau:\n", "Thử nghiệm năm 2026", 0, NULL,
	  "Nhằm", "line_not_read" },
	{ TITLE "Để cải cách\n", "Thử nghiệm năm 2026", 0, NULL, "Để cải cách", "line_not_read" },
	{ TITLE "TT\nNội dung\n", "Thử nghiệm năm 2026", 0, NULL, "Nội dung", "line_not_read" },
	{ TITLE "một\nhai\nba\n", "Thử nghiệm năm 2026 một hai ba", 0, NULL, NULL, "title_long" },
	{ "Ke hoach a\n", "a", 0, NULL, NULL, "year_unknown" },
	{ "Kế hoạch năm 2026\n", "năm 2026", 0, NULL, NULL, NULL },
};

START_TEST(test_head)
{
	const struct head_case *row = &head_cases[_i];
	const struct plan *plan;
	struct sample sample;

	read_text(&sample, "%s" HEADER "I\tMục\t\t\t\n" TASK, row->lines);
	plan = &sample.plan;
	ck_assert_msg(!strcmp(plan->title, row->title), "%s: %s", row->lines, plan->title);
	ck_assert_int_eq(plan->decided_on.day, row->decided_day);
	ck_assert_pstr_eq(plan->decision_number, row->number);
	if (row->not_read)
		ck_assert_msg(has_text(plan, "line_not_read", row->not_read), "%s", row->lines);
	if (row->finding)
		ck_assert_msg(sample_count(plan, row->finding) > 0, "%s: no %s", row->lines, row->finding);
	else
		ck_assert_uint_eq(plan->finding_count, 0);
	sample_free(&sample);
}
END_TEST

START_TEST(test_no_task)
{
	struct sample sample;

	sample_read(&sample, TITLE);
	ck_assert_uint_eq(sample_count(&sample.plan, "tasks_missing"), 1);
	sample_free(&sample);
	sample_read(&sample, TITLE HEADER TASK);
	ck_assert_uint_eq(sample_count(&sample.plan, "tasks_missing"), 0);
	sample_free(&sample);
}
END_TEST

struct target_case {
	const char *target;
	double value;
	int has_value;
	int has_words;
	const char *finding;
};

static const struct target_case target_cases[] = {
	{ "1.250", 1250, 1, 0, NULL },
	{ "1.000.000", 1000000, 1, 0, NULL },
	{ "98,5", 98.5, 1, 0, NULL },
	{ "80.5%", 80.5, 1, 0, NULL },
	{ "Đạt 95%", 95, 1, 0, NULL },
	{ "Tối thiểu 60", 60, 1, 0, NULL },
	{ "Từ 80% trở lên", 80, 1, 0, NULL },
	{ "5000000000", 0, 0, 0, "target_unreadable" },
	{ "90,12345678901", 0, 0, 0, "target_unreadable" },
	{ "-5%", 0, 0, 0, "target_unreadable" },
	{ "80-90", 0, 0, 0, "target_unreadable" },
	{ "Giảm 20%", 20, 1, 1, "target_words_left" },
	{ "Tối đa 05 ngày", 5, 1, 1, "target_words_left" },
	{ "Top 10", 10, 1, 1, "target_words_left" },
};

START_TEST(test_target)
{
	const struct target_case *row = &target_cases[_i];
	const struct plan_indicator *indicator;
	struct sample sample;

	read_text(&sample, INDICATORS "1\tTỷ lệ\t\t%s\tSở Nội vụ\n", row->target);
	ck_assert_uint_eq(sample.plan.indicator_count, 1);
	indicator = sample.plan.indicators;
	ck_assert_msg(indicator->has_value == row->has_value, "%s", row->target);
	ck_assert_double_eq_tol(indicator->value, row->value, 1e-9);
	ck_assert_msg(indicator->has_words == row->has_words, "%s", row->target);
	ck_assert_str_eq(indicator->target_text, row->target);
	ck_assert_str_eq(indicator->unit, strchr(row->target, '%') ? "%" : "không nêu");
	if (row->finding)
		ck_assert_uint_eq(sample_count(&sample.plan, row->finding), 1);
	ck_assert_uint_eq(sample_count(&sample.plan, "unit_missing"), !strchr(row->target, '%'));
	sample_free(&sample);
}
END_TEST

START_TEST(test_rule_without_text)
{
	struct sample sample;

	sample_read(&sample,
		    TITLE HEADER TASK "Phụ lục\n- Trường hợp kết quả nhỏ hơn thì giao bằng chỉ tiêu.\n"
				      "- Trường hợp kết quả bằng hoặc lớn hơn thì tăng thêm 10%.\n");
	ck_assert(has_text(&sample.plan, "target_rule_missing", "nhỏ hơn"));
	ck_assert(has_text(&sample.plan, "target_rule_missing", "lớn hơn"));
	sample_free(&sample);
}
END_TEST

START_TEST(test_heading_left)
{
	struct sample sample;
	const struct plan *plan = &sample.plan;

	sample_read(&sample, TITLE HEADER "II\tMục\t\t\t\n1\tCông bố\t\t\t\n1.1\tViệc" CELLS "1.2\tViệc" CELLS
					  "2\tCông khai" CELLS "a)\tNiêm yết" CELLS "b)\tĐăng tải" CELLS);
	ck_assert_uint_eq(plan->task_count, 3);
	ck_assert_uint_eq(plan->section_count, 2);
	ck_assert_str_eq(plan->sections[0].label, "II.1");
	ck_assert_str_eq(plan->sections[1].label, "II");
	ck_assert_int_eq(plan->tasks[2].section, 2);
	ck_assert_uint_eq(plan->tasks[2].part_count, 3);
	ck_assert_str_eq(plan->tasks[2].title, "Công khai a) Niêm yết b) Đăng tải");
	ck_assert_str_eq(plan->tasks[2].parts[1].label, "a");
	ck_assert_uint_eq(sample_count(plan, "part_of_row"), 2);
	sample_free(&sample);
}
END_TEST

/* Tasks counted through under numbered headings stay where they stand. */
START_TEST(test_heading_kept)
{
	struct sample sample;

	sample_read(&sample, TITLE HEADER "1. Mục một\n1\tViệc" CELLS "2\tViệc" CELLS
					  "2. Mục hai\n3\tViệc" CELLS "4\tViệc" CELLS);
	ck_assert_uint_eq(sample.plan.section_count, 2);
	ck_assert_int_eq(sample.plan.tasks[1].section, 1);
	ck_assert_int_eq(sample.plan.tasks[3].section, 2);
	sample_free(&sample);
}
END_TEST

START_TEST(test_pieces_of_bare_task)
{
	struct sample sample;

	sample_read(&sample, TITLE HEADER "1\tCông khai\t\t\t\na)\tNiêm yết" CELLS "b)\tĐăng tải" CELLS);
	ck_assert_uint_eq(sample.plan.task_count, 1);
	ck_assert_uint_eq(sample.plan.tasks[0].part_count, 2);
	ck_assert_str_eq(sample.plan.tasks[0].parts[0].label, "a");
	sample_free(&sample);
}
END_TEST

START_TEST(test_label_words)
{
	struct sample sample;
	const struct plan *plan = &sample.plan;

	sample_read(&sample,
		    TITLE HEADER "Phần B\tCải cách\t\t\t\nMục 1\tCông bố\t\t\t\n" TASK
				 "Mục 2\tKhác\t\t\t\n2\tViệc" CELLS "Phần C\tBáo cáo\t\t\t\n3\tViệc" CELLS);
	ck_assert_uint_eq(plan->section_count, 3);
	ck_assert_str_eq(plan->sections[0].label, "Phần B.Mục 1");
	ck_assert_str_eq(plan->sections[1].label, "Phần B.Mục 2");
	ck_assert_str_eq(plan->sections[2].label, "Phần C");
	ck_assert_uint_eq(sample_count(plan, "section_empty"), 0);
	sample_free(&sample);
}
END_TEST

START_TEST(test_no_heading)
{
	struct sample sample;

	sample_read(&sample, TITLE HEADER TASK);
	ck_assert_str_eq(sample.plan.sections[0].label, "");
	ck_assert_str_eq(sample.plan.sections[0].title, "Thử nghiệm năm 2026");
	ck_assert_uint_eq(sample_count(&sample.plan, "section_missing"), 1);
	sample_free(&sample);
	sample_read(&sample, HEADER TASK);
	ck_assert_str_eq(sample.plan.sections[0].title, "Nhiệm vụ");
	sample_free(&sample);
}
END_TEST

START_TEST(test_indicator_rows)
{
	static const int numbers[] = { 1, 2, 3 };
	struct sample sample;
	const struct plan *plan = &sample.plan;

	sample_read(&sample, INDICATORS "1\tTỷ lệ một\t%\t90\tSở Nội vụ\nI\tNhóm chỉ tiêu số hóa\t\t\t\n"
					"2\tTỷ lệ hai\t%\t90\tSở Nội vụ\n2\tTỷ lệ ba\t%\t90\tSở Nội vụ\n");
	ck_assert_uint_eq(plan->indicator_count, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(plan->indicators[i].number, numbers[i]);
	ck_assert(has_text(plan, "heading_not_kept", "Nhóm chỉ tiêu số hóa"));
	ck_assert_uint_eq(sample_count(plan, "indicator_repeated"), 1);
	sample_free(&sample);
}
END_TEST

struct long_case {
	const char *before;
	size_t count;
	const char *after;
	const char *field;
};

static const struct long_case long_cases[] = {
	{ TITLE HEADER "1\t", 4001, CELLS, "/tasks/0/title" },
	{ TITLE HEADER "1\tViệc\t", 4001, "\tSở Nội vụ\tQuý I\n", "/tasks/0/parts/0/outputs" },
	{ TITLE HEADER "1\tViệc\tX\tSở Nội vụ ", 1001, "\tQuý I\n", "/tasks/0/parts/0/assignments" },
	{ TITLE HEADER "1\tViệc\tX\tSở Nội vụ\tQuý I ", 1001, "\n", "/tasks/0/parts/0/timings" },
	{ TITLE HEADER "I\t", 1001, "\t\t\t\n" TASK, "/sections/0/title" },
	{ TITLE, 1001, "\n" HEADER TASK, "/title" },
	{ TITLE HEADER, 21, "\tViệc" CELLS TASK TASK, "/tasks/0/label" },
};

START_TEST(test_too_long)
{
	const struct long_case *row = &long_cases[_i];
	char letters[8192];
	struct arena arena;
	struct sample sample;
	int found = 0;

	memset(letters, 'x', row->count);
	letters[row->count] = 0;
	arena_init(&arena, (size_t)1 << 20);
	sample_read(&sample, arena_printf(&arena, "%s%s%s", row->before, letters, row->after));
	for (size_t i = 0; i < sample.plan.finding_count; i++)
		found += !strcmp(sample.plan.findings[i].code, "too_long_to_store") &&
			 !strcmp(sample.plan.findings[i].field, row->field);
	ck_assert_msg(found == 1, "%s", row->field);
	sample_free(&sample);
	letters[row->count - 1] = 0;
	sample_read(&sample, arena_printf(&arena, "%s%s%s", row->before, "x", row->after));
	ck_assert_uint_eq(sample_count(&sample.plan, "too_long_to_store"), 0);
	sample_free(&sample);
	arena_release(&arena);
}
END_TEST

START_TEST(test_other_tables)
{
	struct sample sample;

	sample_read(&sample,
		    TITLE HEADER TASK "Tổng số\t2 nhiệm vụ\t\t\t\nPhụ lục\n"
				      "STT\tTên TTHC\tLĩnh vực\tGhi chú\n1\tCấp giấy phép\tXây dựng\tMới\n");
	ck_assert_uint_eq(sample.plan.task_count, 1);
	ck_assert(has_text(&sample.plan, "line_not_read", "Cấp giấy phép"));
	ck_assert(has_text(&sample.plan, "line_not_read", "Tổng số"));
	sample_free(&sample);
}
END_TEST

START_TEST(test_one_finding_for_a_number)
{
	struct sample sample;

	sample_read(&sample, TITLE HEADER TASK "2\tViệc" CELLS "2\tViệc" CELLS);
	ck_assert_uint_eq(sample_count(&sample.plan, "number_repeated"), 1);
	ck_assert_uint_eq(sample_count(&sample.plan, "number_assigned"), 0);
	sample_free(&sample);
}
END_TEST

START_TEST(test_two_row_header)
{
	struct sample sample;

	sample_read(&sample, TITLE "STT\tNhiệm vụ\tSản phẩm\tPhân công thực hiện\t\tThời gian\n"
				   "\t\t\tChủ trì\tPhối hợp\t\n1\tViệc\tX\tSở Nội vụ\tSở Tư pháp\tQuý I\n");
	ck_assert_uint_eq(sample.plan.task_count, 1);
	ck_assert_str_eq(sample_assignments(&sample, sample.plan.tasks[0].parts[0].assignments, 2),
			 "lead so-noi-vu [Sở Nội vụ] -; cooperate so-tu-phap [Sở Tư pháp] -");
	sample_free(&sample);
}
END_TEST

START_TEST(test_same_as_above)
{
	static const char *const words[] = { "nt", "(nt)", "Như trên", "\"" };
	struct sample sample;

	for (size_t i = 0; i < 4; i++) {
		read_text(&sample, TITLE HEADER TASK "2\tViệc\tX\tSở Nội vụ\t%s\n", words[i]);
		ck_assert_str_eq(sample_timings(&sample, sample.plan.tasks[1].parts), "quarter 2026-03-31");
		ck_assert_uint_eq(sample_count(&sample.plan, "same_as_above"), 1);
		sample_free(&sample);
	}
}
END_TEST

START_TEST(test_signature)
{
	struct sample sample;

	sample_read(&sample, TITLE HEADER TASK "Nơi nhận:\nTM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\n- Như Điều 3;\n"
					       "Phụ lục\nSTT\tNội dung chỉ tiêu\tĐơn vị\tChỉ tiêu năm 2026\n"
					       "1\tTỷ lệ\t%\t90\n");
	ck_assert_uint_eq(sample.plan.task_count, 1);
	ck_assert_uint_eq(sample_count(&sample.plan, "heading_guess"), 0);
	ck_assert_uint_eq(sample_count(&sample.plan, "section_empty"), 0);
	ck_assert_uint_eq(sample.plan.indicator_count, 1);
	sample_free(&sample);
}
END_TEST

Suite *plan_layout_suite(void)
{
	Suite *suite = suite_create("plan_layout");
	TCase *tcase = tcase_create("layout");

	tcase_add_loop_test(tcase, test_head, 0, sizeof(head_cases) / sizeof(*head_cases));
	tcase_add_test(tcase, test_no_task);
	tcase_add_loop_test(tcase, test_target, 0, sizeof(target_cases) / sizeof(*target_cases));
	tcase_add_test(tcase, test_rule_without_text);
	tcase_add_test(tcase, test_heading_left);
	tcase_add_test(tcase, test_heading_kept);
	tcase_add_test(tcase, test_pieces_of_bare_task);
	tcase_add_test(tcase, test_label_words);
	tcase_add_test(tcase, test_no_heading);
	tcase_add_test(tcase, test_indicator_rows);
	tcase_add_loop_test(tcase, test_too_long, 0, sizeof(long_cases) / sizeof(*long_cases));
	tcase_add_test(tcase, test_other_tables);
	tcase_add_test(tcase, test_one_finding_for_a_number);
	tcase_add_test(tcase, test_two_row_header);
	tcase_add_test(tcase, test_same_as_above);
	tcase_add_test(tcase, test_signature);
	suite_add_tcase(suite, tcase);
	return suite;
}
