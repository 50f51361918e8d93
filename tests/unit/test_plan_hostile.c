#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test_plan_sample.h"

Suite *plan_hostile_suite(void);

#define TABLE "KẾ HOẠCH\nThử năm 2026\nStt\tNội dung công việc\tKết quả\tCơ quan thực hiện\tThời gian\n"
#define PEOPLE TABLE "1\tViệc\tKết quả\t"
#define TIME PEOPLE "Sở Nội vụ\t"

enum { BYTES = 1 << 20 };

struct hostile_case {
	const char *before;
	const char *piece; /* over and over */
};

static const struct hostile_case hostile_cases[] = {
	{ "", "\t" },
	{ TABLE, "\t" },
	{ PEOPLE, "<" },
	{ PEOPLE, "<p " },
	{ "", "1" },
	{ TIME, "1" },
	{ TIME, "1/" },
	{ PEOPLE, "x" },
	{ PEOPLE, "Sở; " },
	{ PEOPLE, " - Sở." },
	{ PEOPLE, "và, " },
	{ TIME, "ngày 1/9 - " },
	{ TIME, "quý I, " },
	{ TIME, "hàng quý/" },
	{ TABLE, "A\tx\t\t\t\n" },
	{ TABLE, "1\ta\tb\tc\td\n" },
	{ TABLE, "\tx\ta)\n" },
	{ TABLE, "I. X\n" },
	{ "", "\n" },
	{ TABLE, "  x" },
	{ PEOPLE, "\xCC\x81" },
	{ PEOPLE, "**" },
	{ PEOPLE, "(" },
	{ PEOPLE, "&nbsp;" },
	{ PEOPLE, "\xFF" },
	{ TABLE "1\ta\ta) x\tb\tc\n", "\t\tb) x\t\t\n" },
	{ TABLE, "1\ta\tb\tviệc abc\t\n" },
	{ "Phụ lục\n", "- Trường hợp\n" },
};

static char *repeat(const struct hostile_case *row, size_t *ret_length)
{
	char *text = malloc(BYTES + 1);
	size_t size = strlen(row->before);
	size_t piece = strlen(row->piece);

	ck_assert_ptr_nonnull(text);
	memcpy(text, row->before, size);
	for (; size + piece <= BYTES; size += piece)
		memcpy(text + size, row->piece, piece);
	*ret_length = size;
	return text;
}

START_TEST(test_repeated)
{
	struct sample sample;
	struct timespec start, end;
	size_t length;
	char *text = repeat(&hostile_cases[_i], &length);

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	sample_read_bytes(&sample, text, length);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	/* Quadratic work on a megabyte takes minutes; sanitizers and slow machines have room. */
	ck_assert_int_lt(end.tv_sec - start.tv_sec, 5);
	ck_assert_uint_le(sample.plan.task_count, 2000);
	ck_assert_uint_le(sample.plan.finding_count, 10000);
	sample_free(&sample);
	free(text);
}
END_TEST

START_TEST(test_limits)
{
	static const struct hostile_case tasks = { TABLE, "1\ta\tb\tc\td\n" };
	struct sample sample;
	size_t length;
	char *text = repeat(&tasks, &length);

	sample_read_bytes(&sample, text, length);
	ck_assert_uint_eq(sample.plan.task_count, 2000);
	ck_assert_uint_eq(sample_count(&sample.plan, "too_many_tasks"), 1);
	sample_free(&sample);
	free(text);
}
END_TEST

START_TEST(test_finding_limit)
{
	static const struct hostile_case sections = { TABLE, "A\tx\t\t\t\n" };
	struct sample sample;
	size_t length;
	char *text = repeat(&sections, &length);

	sample_read_bytes(&sample, text, length);
	ck_assert_uint_eq(sample.plan.finding_count, 10000);
	ck_assert_str_eq(sample.plan.findings[9998].code, "section_empty");
	ck_assert_str_eq(sample.plan.findings[9999].code, "too_many_findings");
	sample_free(&sample);
	free(text);
}
END_TEST

START_TEST(test_long_cell)
{
	static const struct hostile_case people = { PEOPLE, "Sở Nội vụ, " };
	struct sample sample;
	size_t length;
	char *text = repeat(&people, &length);

	sample_read_bytes(&sample, text, length);
	ck_assert_uint_eq(sample.plan.tasks[0].parts[0].assignment_count, 1);
	ck_assert_uint_gt(strlen(sample.plan.tasks[0].parts[0].assignments[0].name), (size_t)BYTES / 2);
	ck_assert_uint_eq(sample_count(&sample.plan, "cell_too_long"), 1);
	sample_free(&sample);
	free(text);
}
END_TEST

static const char small_plan[] = TABLE
	"A\tMục\t\t\t\n1\tViệc (<i>một)</i>\ta) X\tSở Nội vụ chủ trì, phối hợp với Sở Y tế thực hiện\tTừ 1/9 đến 30/9\n"
	"\thai)\tb) Y\tSở A (có ý kiến)\tHàng quý/năm; Quý II\n2\tViệc\tĐịnh kỳ hàng tháng\tSở B theo dõi, hướng\t\n"
	"3\tViệc\tX\tdẫn\tNgày 20 hàng tháng\n1\tViệc\tX\tSTP\t02 lần/năm\nPhụ lục\nViệc giao chỉ tiêu\n"
	"- Trường hợp nhỏ hơn\nStt\tNội dung chỉ tiêu\tĐơn vị\tChỉ tiêu năm 2026\tCơ quan\n1\tTỷ lệ\t%\t100\tSTP\n";

/* Every allocation fails once: the call says so and nothing is lost or read unset. */
START_TEST(test_full_arena)
{
	struct arena arena;
	struct plan plan;
	size_t limit;
	int result = -1;

	for (limit = 16; result && limit < (1 << 20); limit += 48) {
		arena_init(&arena, limit);
		result = plan_parse(small_plan, strlen(small_plan), &sample_directory, 0, &arena, &plan);
		arena_release(&arena);
	}
	ck_assert_int_eq(result, 0);
	ck_assert_uint_gt(limit, 4096);
}
END_TEST

START_TEST(test_cut_off)
{
	for (size_t length = 0; length < sizeof(small_plan); length++) {
		char *text = malloc(length + 1);
		struct sample sample;

		/* In memory of its own, so that reading behind its end is seen. */
		ck_assert_ptr_nonnull(text);
		text = realloc(text, length ? length : 1);
		memcpy(text, small_plan, length);
		sample_read_bytes(&sample, text, length);
		sample_free(&sample);
		free(text);
	}
}
END_TEST

START_TEST(test_no_directory)
{
	struct arena arena;
	struct plan plan;

	arena_init(&arena, 1 << 20);
	ck_assert_int_eq(plan_parse(small_plan, strlen(small_plan), NULL, 0, &arena, &plan), 0);
	ck_assert_uint_eq(plan.task_count, 4);
	arena_release(&arena);
}
END_TEST

Suite *plan_hostile_suite(void)
{
	Suite *suite = suite_create("plan_hostile");
	TCase *tcase = tcase_create("hostile");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_repeated, 0, sizeof(hostile_cases) / sizeof(*hostile_cases));
	tcase_add_test(tcase, test_limits);
	tcase_add_test(tcase, test_finding_limit);
	tcase_add_test(tcase, test_long_cell);
	tcase_add_test(tcase, test_full_arena);
	tcase_add_test(tcase, test_cut_off);
	tcase_add_test(tcase, test_no_directory);
	suite_add_tcase(suite, tcase);
	return suite;
}
