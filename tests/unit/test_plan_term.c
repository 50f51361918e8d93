#include "test_plan_sample.h"

Suite *plan_term_suite(void);

/* Terms that run from an event, and working days that no rule can say. */
static const struct sample_phrase phrases[] = {
	{ "chậm nhất 10 ngày làm việc kể từ ngày nhận", "after_event +10wd", "" },
	{ "trong vòng 05 ngày kể từ ngày nhận được văn bản", "after_event +5d", "" },
	{ "trong vòng 05 ngày kể từ ngày ban hành quyết định", "after_event +5d", "" },
	{ "sau 3 ngày", "after_event +3d", "" },
	{ "chậm nhất 02 ngày làm việc sau khi có kết quả", "after_event +2wd", "" },
	{ "10 (mười) ngày làm việc kể từ ngày nhận", "after_event +10wd", "" },
	{ "02 tuần kể từ khi ban hành", "after_event", "" },
	{ "trong 24 giờ kể từ khi nhận", "after_event", "" },
	{ "Trước 03 ngày làm việc so với ngày họp", "after_event", "" },
	{ "03 - 05 ngày làm việc kể từ ngày nhận", "after_event", "timing_ambiguous" },
	{ "từ 05 đến 10 ngày làm việc", "after_event", "timing_ambiguous" },
	{ "10 ngày làm việc đối với nhóm A và 15 ngày làm việc đối với nhóm B", "after_event",
	  "timing_ambiguous" },
	{ "tối thiểu 10 ngày kể từ ngày nhận", "after_event", "timing_words_kept" },
	{ "không quá 15 ngày kể từ ngày nhận hồ sơ", "after_event +15d", "" },
	{ "quá 15 ngày kể từ ngày nhận hồ sơ", "after_event", "timing_words_kept" },
	{ "Trong năm ngày làm việc kể từ ngày nhận", "unknown", "timing_unknown" },
	{ "sáu ngày làm việc", "unknown", "timing_unknown" },
	{ "mười ngày làm việc kể từ khi nhận", "after_event", "timing_words_kept" },
	{ "10 ngày làm việc trước khi kết thúc năm", "recurring", "timing_ambiguous" },
	{ "Sau khi kết thúc quý", "after_event", "" },
	{ "45 ngày kể từ ngày kết thúc 6 tháng đầu năm", "after_event +45d", "" },
	{ "05 ngày sau khi kết thúc quý III", "after_event +5d", "" },
	{ "05 ngày làm việc đầu tháng", "recurring", "recurrence_unknown" },
	{ "Sau khi được phê duyệt", "after_event", "" },
	{ "Ngay sau khi Kế hoạch được ban hành", "after_event", "" },
	{ "Sau khi Kế hoạch được ban hành 10 ngày", "after_event", "" },
	{ "Trong vòng 10 ngày sau khi kế hoạch được ban hành", "after_event +10d", "" },
	{ "Chậm nhất 05 ngày làm việc trước ngày tổ chức", "after_event", "" },
	{ "Chậm nhất sau 5 ngày làm việc kể từ ngày kết thúc kiểm tra", "after_event +5wd", "" },
	{ "15 ngày kể từ ngày Quyết định có hiệu lực", "after_event +15d", "" },
	{ "Không quá 03 ngày làm việc", "after_event +3wd", "" },
	{ "Trong 3 ngày", "after_event +3d", "" },
	{ "3 ngày làm việc/hồ sơ", "after_event +3wd", "" },
	{ "Trong ngày làm việc", "unknown", "timing_unknown" },
	{ "Trong 01 ngày làm việc kể từ khi nhận hồ sơ", "after_event +1wd", "" },
	{ "30 ngày làm việc (kể từ ngày 01/9/2026)", "after_event +30wd; unknown", "timing_start_only" },
	{ "Trong 05 ngày làm việc, trước 30/9/2026", "after_event +5wd; on_date 2026-09-30",
	  "timing_before_date timing_overlap" },
	{ "400 ngày làm việc kể từ ngày nhận", "after_event", "timing_ambiguous" },
	{ "1 tháng kể từ ngày ký", "after_event", "" },
	{ "Tối đa 05 ngày làm việc kể từ ngày nhận", "after_event +5wd", "" },
	{ "Sau 15 ngày kể từ ngày kết thúc quý", "after_event +15d", "" },
	{ "Trong vòng 7 ngày làm việc kể từ khi kết thúc kỳ báo cáo", "recurring", "recurrence_unknown" },
	{ "Hàng tháng, trong vòng 05 ngày kể từ ngày nhận", "recurring; after_event +5d",
	  "timing_ambiguous" },
	{ "03 (ba) ngày làm việc kể từ ngày nhận được hồ sơ hợp lệ", "after_event +3wd", "" },
	{ "trong thời hạn 05 ngày làm việc, kể từ ngày nhận đủ hồ sơ", "after_event +5wd", "" },
	{ "Trong thời hạn không quá 10 ngày kể từ ngày ban hành", "after_event +10d", "" },
	{ "sau 05 ngày làm việc kể từ ngày kết thúc Hội nghị", "after_event +5wd", "" },
	{ "05 ngày trước ngày 30/9/2026", "after_event", "timing_ambiguous" },
	{ "trước 30/9/2026 05 ngày làm việc", "on_date 2026-09-30; after_event +5wd",
	  "timing_before_date timing_overlap" },
	{ "Sau 30 ngày kể từ ngày 01/01/2026", "after_event +30d", "" },
	{ "1,5 ngày làm việc", "after_event", "timing_ambiguous timing_words_kept" },
	{ "0 ngày làm việc", "after_event", "timing_ambiguous" },
	{ "0,5 ngày làm việc kể từ khi nhận", "after_event", "timing_ambiguous timing_words_kept" },
	{ "10 ngày làm việc hoặc 15 ngày kể từ khi nhận", "after_event", "timing_ambiguous" },
	{ "99999999999 ngày làm việc", "after_event", "timing_ambiguous" },
	{ "0.5 ngày làm việc kể từ khi nhận", "after_event", "timing_ambiguous timing_words_kept" },
	{ "Sau 05 ngày làm việc kể từ ngày kết thúc quý", "after_event +5wd", "" },
	{ "Sau khi kết thúc năm", "after_event", "" },
	{ "Sau khi kết thúc năm ngân sách", "after_event", "" },
	{ "Chậm nhất 02 ngày làm việc sau thời điểm kết thúc kỳ báo cáo", "after_event +2wd", "" },
	{ "Trong vòng 03 ngày làm việc kể từ ngày chốt số liệu", "after_event +3wd", "" },
	{ "10 ngày (làm việc) kể từ ngày nhận", "after_event +10wd", "" },
	{ "Trong 5 ngày làm việc sau khi có Quyết định số 15 ngày 02/3/2026", "after_event",
	  "timing_ambiguous" },
	{ "Trong vòng 1 tháng", "after_event", "" },
	{ "Trong 07 ngày làm việc tiếp theo", "after_event +7wd", "" },
	{ "03 ngày làm việc đầu tiên của tháng sau", "recurring", "recurrence_unknown" },
	{ "Hàng tháng, chậm nhất vào ngày làm việc cuối cùng của tháng", "recurring; recurring",
	  "recurrence_unknown timing_ambiguous" },
	{ "05 ngày làm việc hoặc 07 ngày", "after_event", "timing_ambiguous" },
	{ "05 (năm) ngày (làm việc) kể từ ngày nhận", "after_event +5wd", "" },
	{ "Chậm nhất 5 ngày sau khi kết thúc mỗi đợt", "after_event +5d", "" },
	{ "Sau khi kết thúc tháng 6 10 ngày", "after_event", "" },
	{ "Sau khi kết thúc năm 2026", "after_event", "" },
	{ "Trong 10 ngày sau khi kết thúc năm 2026", "after_event +10d", "" },
	{ "05 ngày sau khi kết thúc quý sau", "after_event +5d", "" },
};

START_TEST(test_phrase)
{
	sample_check_phrase(&phrases[_i]);
}
END_TEST

Suite *plan_term_suite(void)
{
	Suite *suite = suite_create("plan_term");
	TCase *tcase = tcase_create("phrases");

	tcase_add_loop_test(tcase, test_phrase, 0, sizeof(phrases) / sizeof(*phrases));
	suite_add_tcase(suite, tcase);
	return suite;
}
