#include <jansson.h>
#include <string.h>

#include "../../api/plan_json.h"
#include "test_plan_sample.h"

Suite *plan_json_suite(void);

struct json_case {
	const char *cell;
	const char *timing; /* what the first timing has beside its kind and text */
};

static const struct json_case cases[] = {
	{ "Hàng quý", "{\"recurrence\": {\"rrule\": \"FREQ=MONTHLY;INTERVAL=3\"}}" },
	{ "Hàng quý theo Nghị định số 09/2019/NĐ-CP",
	  "{\"recurrence\": {\"rrule\": \"FREQ=MONTHLY;INTERVAL=3\", \"basis\": \"statutory\"}}" },
	{ "ngày 20 tháng cuối quý", "{\"recurrence\": {\"rrule\": \"FREQ=MONTHLY;INTERVAL=3\", "
				    "\"due_offset\": {\"months\": 0, \"day\": 20}}}" },
	{ "10 ngày trước khi kết thúc năm",
	  "{\"recurrence\": {\"rrule\": \"FREQ=YEARLY\", \"due_offset\": {\"days\": -10}}}" },
	{ "05 ngày làm việc sau khi kết thúc tháng",
	  "{\"recurrence\": {\"rrule\": \"FREQ=MONTHLY\", \"due_offset\": {\"working_days\": 5}}}" },
	{ "10 ngày làm việc kể từ ngày nhận", "{\"term\": {\"working_days\": 10}}" },
	{ "Trong vòng 05 ngày kể từ ngày nhận", "{\"term\": {\"days\": 5}}" },
	{ "02 tuần kể từ ngày nhận", "{}" },
	{ "30/9/2026", "{\"due_on\": \"2026-09-30\"}" },
};

START_TEST(test_timing)
{
	const struct json_case *row = &cases[_i];
	struct sample sample;
	json_t *document, *tasks, *parts, *timing, *want;

	sample_read_cells(&sample, "Báo cáo", "Sở Nội vụ", row->cell);
	document = plan_json(&sample.plan, "vi");
	tasks = json_object_get(json_object_get(document, "plan"), "tasks");
	parts = json_object_get(json_array_get(tasks, 0), "parts");
	timing = json_array_get(json_object_get(json_array_get(parts, 0), "timings"), 0);
	ck_assert_ptr_nonnull(timing);
	ck_assert_int_eq(json_object_del(timing, "kind"), 0);
	ck_assert_int_eq(json_object_del(timing, "text"), 0);
	want = json_loads(row->timing, 0, NULL);
	ck_assert_msg(json_equal(timing, want), "%s: %s", row->cell, json_dumps(timing, 0));
	json_decref(want);
	json_decref(document);
	sample_free(&sample);
}
END_TEST

Suite *plan_json_suite(void)
{
	Suite *suite = suite_create("plan_json");
	TCase *tcase = tcase_create("json");

	tcase_add_loop_test(tcase, test_timing, 0, sizeof(cases) / sizeof(*cases));
	suite_add_tcase(suite, tcase);
	return suite;
}
