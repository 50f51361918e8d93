#include <string.h>

#include "plan_reader.h"

struct finding_kind {
	const char *code;
	enum plan_severity severity;
	const char *vi;
	const char *en;
};

static const struct finding_kind finding_kinds[] = {
	{ "not_utf8", PLAN_WARNING, "Dòng có ký tự không đúng bảng mã UTF-8; đã thay bằng dấu �.",
	  "The line has bytes that are not UTF-8; they were replaced by �." },
	{ "title_unknown", PLAN_ERROR, "Không tìm thấy tên kế hoạch (các dòng dưới chữ “KẾ HOẠCH”).",
	  "The plan's title (the lines under “KẾ HOẠCH”) was not found." },
	{ "year_unknown", PLAN_ERROR,
	  "Không xác định được năm của kế hoạch; các thời hạn không ghi năm chưa tính được ngày.",
	  "The plan's year was not found; times without a year have no date." },
	{ "title_long", PLAN_WARNING, "Tên kế hoạch dài quá ba dòng; có thể lẫn nội dung khác.",
	  "The title runs over three lines; other text may have got into it." },
	{ "year_given", PLAN_INFO, "Văn bản không ghi năm; lấy năm do người dùng nêu.",
	  "The document states no year; the one given by the caller was taken." },
	{ "year_from_decision", PLAN_WARNING, "Tên kế hoạch không ghi năm; lấy năm của quyết định ban hành.",
	  "The title states no year; the year of the decision was taken." },
	{ "line_not_read", PLAN_INFO, "Dòng nằm ngoài bảng, không được đưa vào kế hoạch.",
	  "The line stands outside the tables and is not kept in the plan." },
	{ "heading_not_kept", PLAN_INFO, "Đề mục của phụ lục, không được đưa vào kế hoạch.",
	  "A heading of the appendix; not kept in the plan." },
	{ "page_number", PLAN_INFO, "Dòng chỉ có một số, coi là số trang và bỏ qua.",
	  "The line is a lone number; taken for a page number and left out." },
	{ "header_missing", PLAN_WARNING,
	  "Không thấy dòng tiêu đề cột; hiểu theo thứ tự: số thứ tự, nội dung, kết quả, cơ quan, thời gian.",
	  "No column titles were found; columns are read as number, content, output, agencies, time." },
	{ "column_unknown", PLAN_WARNING,
	  "Tiêu đề cột chưa nhận biết được; nội dung cột này không được đưa vào kế hoạch.",
	  "The column's title is not known; its cells are not kept in the plan." },
	{ "column_missing", PLAN_WARNING, "Bảng không có cột này.", "The table has no such column." },
	{ "cell_not_kept", PLAN_WARNING,
	  "Ô thừa hoặc thuộc cột không sử dụng; nội dung không được đưa vào kế hoạch.",
	  "A surplus cell, or one of a column that is not used; not kept in the plan." },
	{ "row_short", PLAN_WARNING, "Hàng của bảng có ít ô hơn số cột; các ô cuối coi là trống.",
	  "The row has fewer cells than the table has columns; the last ones are taken as empty." },
	{ "row_before_task", PLAN_ERROR,
	  "Hàng của bảng nối tiếp nhiệm vụ, nhưng phía trên chưa có nhiệm vụ nào.",
	  "The row continues a task, but there is none before it." },
	{ "row_label_unknown", PLAN_WARNING,
	  "Ô số thứ tự không phải là số hay ký hiệu mục; coi là nhiệm vụ mới.",
	  "The number cell holds neither a number nor a section's label; taken as a new task." },
	{ "heading_guess", PLAN_INFO, "Hàng của bảng không có ký hiệu mục nhưng được hiểu là tên mục.",
	  "The row has no section label but was read as a heading." },
	{ "section_empty", PLAN_WARNING, "Mục không có nhiệm vụ nào.", "The section has no tasks." },
	{ "section_missing", PLAN_INFO,
	  "Nhiệm vụ đứng trước mọi đề mục; xếp vào một mục mang tên của kế hoạch.",
	  "The task stands before any heading; it was put into a section that has the plan's title." },
	{ "section_repeated", PLAN_INFO,
	  "Ký hiệu mục bị lặp lại; các mục được phân biệt bằng thứ tự xuất hiện trong kế hoạch.",
	  "The section's label occurs twice; sections are told apart by their order in the plan." },
	{ "too_many_tasks", PLAN_ERROR,
	  "Kế hoạch có quá 2.000 nhiệm vụ; các nhiệm vụ từ dòng này trở đi không được đọc.",
	  "The plan has more than 2,000 tasks; those from this line on were not read." },
	{ "too_many_items", PLAN_ERROR, "Ô có quá nhiều mục; các mục còn lại không được đọc.",
	  "The cell has too many items; the rest was not read." },
	{ "cell_too_long", PLAN_ERROR, "Ô quá dài, không phân tích được; giữ nguyên văn.",
	  "The cell is too long to be analysed; its words are kept as they stand." },
	{ "number_assigned", PLAN_INFO,
	  "Số thứ tự trong văn bản bị trùng hoặc không phải số nguyên; đã đánh số lại, số cũ giữ làm nhãn.",
	  "The number occurs twice or is no whole one; a new number was given, the old one is the label." },
	{ "number_repeated", PLAN_WARNING,
	  "Số thứ tự bị trùng với nhiệm vụ khác; đã gán số mới, số cũ giữ làm nhãn.",
	  "The number is that of another task; a new one was given, the old one is the label." },
	{ "number_gap", PLAN_WARNING, "Số thứ tự không liên tục; có thể thiếu nhiệm vụ trước dòng này.",
	  "The numbers are not consecutive; a task before this line may be missing." },
	{ "tasks_missing", PLAN_ERROR, "Không đọc được nhiệm vụ nào; kiểm tra lại bảng nhiệm vụ.",
	  "No task was read; check the table of tasks." },
	{ "part_of_row", PLAN_INFO,
	  "Hàng của bảng có ký hiệu a), b)…; hiểu là một phần của nhiệm vụ phía trên.",
	  "The row is labelled a), b) ...; read as a part of the task above it." },
	{ "title_missing", PLAN_ERROR, "Nhiệm vụ không có nội dung.", "The task has no title." },
	{ "outputs_missing", PLAN_WARNING, "Nhiệm vụ không ghi kết quả, sản phẩm.",
	  "The task states no output." },
	{ "timings_missing", PLAN_WARNING, "Nhiệm vụ không ghi thời gian thực hiện.",
	  "The task states no time." },
	{ "assignments_missing", PLAN_WARNING, "Nhiệm vụ không ghi cơ quan thực hiện.",
	  "The task names no agency." },
	{ "merged_cell", PLAN_WARNING,
	  "Ô được coi là gộp chung cho các hàng liền nhau; mỗi hàng đều nhận toàn bộ nội dung.",
	  "The cell is taken to be shared by adjoining rows; each gets all of it." },
	{ "same_as_above", PLAN_WARNING, "“Như trên” được hiểu là nội dung cùng ô của nhiệm vụ liền trước.",
	  "“As above” is read as what the task before has in that cell." },
	{ "stray_parenthesis", PLAN_INFO, "Bỏ một dấu ngoặc đóng thừa ở chỗ ngắt trang.",
	  "A surplus closing parenthesis at the page break was removed." },
	{ "part_order", PLAN_WARNING, "Ký hiệu a), b), c)… không theo thứ tự.",
	  "The letters a), b), c) are out of order." },
	{ "timing_unknown", PLAN_ERROR, "Không hiểu được thời gian thực hiện.",
	  "The time was not understood." },
	{ "timing_words_left", PLAN_WARNING,
	  "Đã xác định hạn, nhưng một phần của thời gian thực hiện chưa được hiểu; cần kiểm tra lại.",
	  "A due date was set, but some words of the time were not understood; please check." },
	{ "timing_words_kept", PLAN_INFO, "Một phần của thời gian thực hiện chưa được hiểu; giữ nguyên văn.",
	  "Some words of the time were not understood; they are kept as they stand." },
	{ "timing_from_output", PLAN_INFO, "Chu kỳ được đọc từ cột kết quả, không phải cột thời gian.",
	  "The recurrence was read in the output column, not the time column." },
	{ "timing_by_regulation", PLAN_INFO,
	  "“Theo quy định” được hiểu là theo văn bản khác, không có ngày cụ thể.",
	  "“Theo quy định” is read as set by another document, without a date." },
	{ "timing_before_date", PLAN_INFO, "“Trước ngày …” được hiểu là hạn cuối vào chính ngày đó.",
	  "“Before the day” is read as that day being the last one." },
	{ "timing_range_end", PLAN_INFO, "Khoảng thời gian; lấy ngày cuối của khoảng làm hạn.",
	  "A period; its last day is taken as the due date." },
	{ "timing_year_assumed", PLAN_INFO, "Ngày không ghi năm; lấy năm của kế hoạch.",
	  "The date states no year; the plan's was taken." },
	{ "timing_other_year", PLAN_WARNING, "Thời hạn không thuộc năm của kế hoạch; cần kiểm tra lại.",
	  "The due date is not in the plan's year; please check." },
	{ "timing_ambiguous", PLAN_ERROR,
	  "Mốc thời gian không rõ (đầu, giữa, trước, khoảng…) hoặc có nhiều mốc; chưa xác định hạn.",
	  "The time is ambiguous (early, mid, before, about, several of them); no due date was set." },
	{ "timing_start_only", PLAN_ERROR, "Chỉ nêu thời điểm bắt đầu, không có hạn cuối.",
	  "Only a start is stated, no end." },
	{ "date_impossible", PLAN_ERROR, "Ngày không có trong lịch; chưa xác định hạn.",
	  "There is no such date; no due date was set." },
	{ "recurrence_unknown", PLAN_WARNING, "Công việc định kỳ nhưng không xác định được chu kỳ.",
	  "It recurs, but how often is not stated." },
	{ "timing_overlap", PLAN_WARNING,
	  "Các thời hạn trùm lên nhau hoặc thay thế nhau; giữ cả hai, cần kiểm tra lại.",
	  "The due dates overlap, or one stands for the other; both were kept, please check." },
	{ "timing_narrowed", PLAN_INFO, "Có cả kỳ và ngày cụ thể trong kỳ đó; lấy ngày cụ thể làm hạn.",
	  "A period and a day in it; the day is taken as the due date." },
	{ "timing_statutory", PLAN_INFO,
	  "Kỳ số liệu được hiểu là từ ngày 15 đến ngày 14 (Điều 12 Nghị định 09/2019/NĐ-CP).",
	  "Periods are read as running from the 15th to the 14th (Nghị định 09/2019/NĐ-CP, Điều 12)." },
	{ "party_open", PLAN_INFO, "Tên gọi chung, không chỉ rõ cơ quan nào.",
	  "A general name that says no particular agency." },
	{ "party_unknown", PLAN_WARNING, "Không tìm thấy cơ quan này trong danh mục.",
	  "The agency is not in the directory." },
	{ "party_guess", PLAN_WARNING, "Tên gần đúng; cơ quan được suy đoán từ danh mục.",
	  "The name is inexact; the agency is a guess from the directory." },
	{ "party_ambiguous", PLAN_WARNING,
	  "Tên trùng với nhiều cơ quan trong danh mục; chưa xác định được cơ quan nào.",
	  "Several agencies of the directory bear the name; none was chosen." },
	{ "party_head", PLAN_INFO, "Văn bản nêu người đứng đầu; hiểu là cơ quan của người đó.",
	  "It names the head of an agency; read as that agency." },
	{ "duty_guess", PLAN_INFO, "Không thấy từ chỉ vai trò quen thuộc; hiểu là thực hiện.",
	  "No known word for the role; read as implementing." },
	{ "duty_holds_party", PLAN_WARNING,
	  "Trong phần việc có tên cơ quan khác kèm việc của cơ quan đó; kiểm tra lại việc phân công.",
	  "The duty names another agency with a duty of its own; please check who does what." },
	{ "duty_negated", PLAN_WARNING, "Văn bản ghi là không làm việc này; kiểm tra lại việc phân công.",
	  "The document says that they do not do it; please check the assignment." },
	{ "role_unread", PLAN_WARNING, "Trong ngoặc có từ chỉ vai trò nhưng chưa đọc được vai trò.",
	  "The parenthesis has a word for a role, but the role was not read." },
	{ "lead_unclear", PLAN_WARNING, "Chỉ nêu phối hợp, không nêu cơ quan nào chủ trì.",
	  "They cooperate, but which of them leads is not said." },
	{ "duty_shared", PLAN_INFO,
	  "Phần việc sau “phối hợp với” được hiểu là của tất cả các cơ quan nêu trước.",
	  "The duty after “phối hợp với” is read as that of all the agencies before it." },
	{ "duty_without_party", PLAN_ERROR, "Có nêu nhiệm vụ nhưng không nêu cơ quan thực hiện.",
	  "A duty is stated without an agency." },
	{ "target_unreadable", PLAN_ERROR, "Không đọc được giá trị chỉ tiêu.",
	  "The target's value was not understood." },
	{ "target_above_100", PLAN_WARNING, "Chỉ tiêu phần trăm lớn hơn 100.",
	  "A percentage target above 100." },
	{ "target_words_left", PLAN_WARNING,
	  "Chỉ tiêu có những từ chưa được hiểu; giữ nguyên văn, cần kiểm tra lại giá trị.",
	  "The target has words that were not understood; they are kept, please check the value." },
	{ "target_rule_missing", PLAN_WARNING,
	  "Có trường hợp giao chỉ tiêu nhưng thiếu đoạn “Việc giao chỉ tiêu …”; không được đưa vào kế hoạch.",
	  "A case of the rule for targets without the rule itself; not kept in the plan." },
	{ "unit_missing", PLAN_WARNING, "Chỉ tiêu không ghi đơn vị tính; ghi là “không nêu”.",
	  "The indicator states no unit; “không nêu” stands for it." },
	{ "indicator_repeated", PLAN_WARNING, "Số thứ tự bị trùng với chỉ tiêu khác; đã gán số mới.",
	  "The number is that of another indicator; a new one was given." },
	{ "indicator_unnumbered", PLAN_INFO, "Chỉ tiêu không có số thứ tự; đã gán số mới.",
	  "The indicator has no number; one was given." },
	{ "too_long_to_store", PLAN_ERROR,
	  "Nội dung dài hoặc nhiều hơn mức lưu được; rút gọn trước khi tạo kế hoạch.",
	  "It is longer, or more, than can be stored; shorten it before creating the plan." },
	{ "scope_missing", PLAN_WARNING, "Chỉ tiêu không ghi cơ quan thực hiện.",
	  "The indicator names no agency." },
	{ "too_many_findings", PLAN_ERROR, "Có quá 10.000 điểm cần lưu ý; phần còn lại không được liệt kê.",
	  "There are more than 10,000 findings; the rest is not listed." },
	{ 0 },
};

static const struct finding_kind *kind_of(const char *code)
{
	for (const struct finding_kind *kind = finding_kinds; kind->code; kind++) {
		if (!strcmp(kind->code, code))
			return kind;
	}
	return NULL;
}

const char *plan_finding_text(const char *code, const char *language)
{
	const struct finding_kind *kind = kind_of(code);

	if (!kind)
		return code;
	return !strcmp(language, "en") ? kind->en : kind->vi;
}

const char *plan_severity_name(enum plan_severity severity)
{
	static const char *const names[] = {
		[PLAN_INFO] = "info",
		[PLAN_WARNING] = "warning",
		[PLAN_ERROR] = "error",
	};

	return names[severity];
}

int plan_find_kept(struct plan_reader *reader, struct plan_where where, const char *code, const char *words)
{
	int is_last = reader->findings.count == PLAN_FINDINGS_MAX - 1;
	const struct finding_kind *kind = kind_of(is_last ? "too_many_findings" : code);
	struct plan_finding *finding;

	if (!kind || reader->findings.count >= PLAN_FINDINGS_MAX)
		return 0;
	finding = plan_list_add(reader->arena, &reader->findings);
	if (!finding)
		return -1;
	*finding = (struct plan_finding){
		.row = where.row,
		.field = where.field ? where.field : "",
		.severity = kind->severity,
		.code = kind->code,
		.text = is_last ? NULL : words,
	};
	return 0;
}

int plan_find(struct plan_reader *reader, struct plan_where where, const char *code, struct plan_slice text)
{
	const char *words = NULL;

	if (reader->findings.count >= PLAN_FINDINGS_MAX)
		return 0;
	if (text.length) {
		words = plan_clean(reader->arena, text);
		if (!words)
			return -1;
	}
	return plan_find_kept(reader, where, code, words);
}

int plan_find_line(struct plan_reader *reader, const char *code, struct plan_slice text)
{
	return plan_find(reader, (struct plan_where){ .row = reader->row }, code, text);
}
