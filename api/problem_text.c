#include "problem.h"

#include <stddef.h>
#include <string.h>

struct problem_text {
	const char *title[2]; /* by enum language */
	const char *detail[2];
};

static const struct problem_text texts[PROBLEM_COUNT] = {
	[PROBLEM_INTERNAL] = {
		{ "Lỗi hệ thống", "Internal error" },
		{
			"Hệ thống gặp lỗi khi xử lý yêu cầu. Lỗi đã được ghi nhận; khi cần hỗ trợ, đề "
			"nghị cung cấp mã truy vết.",
			"The service failed to handle the request. The failure has been recorded; quote "
			"the trace id when asking for help.",
		},
	},
	[PROBLEM_MALFORMED_REQUEST] = {
		{ "Yêu cầu không đúng cú pháp", "Malformed request" },
		{
			"Địa chỉ hoặc trường tiêu đề (header) của yêu cầu không đúng cú pháp HTTP.",
			"The address or a header of the request is not well-formed HTTP.",
		},
	},
	[PROBLEM_AMBIGUOUS_FRAMING] = {
		{ "Độ dài nội dung không rõ ràng", "Ambiguous framing" },
		{
			"Các trường tiêu đề (header) về độ dài hoặc máy chủ đích của yêu cầu thiếu hoặc mâu thuẫn với "
			"nhau; kết nối sẽ được đóng.",
			"The headers that state the request's length or host are missing or contradict "
			"each other; the connection is closed.",
		},
	},
	[PROBLEM_MALFORMED_JSON] = {
		{ "JSON không hợp lệ", "Malformed JSON" },
		{
			"Nội dung gửi lên không phải là một tài liệu JSON hợp lệ.",
			"The body is not a valid JSON document.",
		},
	},
	[PROBLEM_INVALID_PARAMETER] = {
		{ "Tham số không hợp lệ", "Invalid parameter" },
		{
			"Một hoặc nhiều tham số của yêu cầu không hợp lệ; xem danh sách lỗi kèm theo.",
			"One or more parameters of the request are not valid; see the list of errors.",
		},
	},
	[PROBLEM_INVALID_PAGE_TOKEN] = {
		{ "Mã trang không hợp lệ", "Invalid page token" },
		{
			"Mã trang không đúng hoặc thuộc về một truy vấn khác; đề nghị đọc lại danh sách "
			"từ trang đầu.",
			"The page token is not valid or belongs to another query; read the list again "
			"from its first page.",
		},
	},
	[PROBLEM_INVALID_TOKEN_REQUEST] = {
		{ "Yêu cầu cấp mã truy cập không hợp lệ", "Invalid token request" },
		{
			"Yêu cầu cấp mã truy cập thiếu tham số, lặp tham số hoặc dùng đồng thời nhiều cách xác "
			"thực (RFC 6749).",
			"The token request lacks or repeats a parameter, or authenticates in more than one way "
			"(RFC 6749).",
		},
	},
	[PROBLEM_UNSUPPORTED_GRANT] = {
		{ "Hình thức cấp mã không được hỗ trợ", "Unsupported grant type" },
		{
			"Dịch vụ chỉ cấp mã truy cập theo hình thức client_credentials.",
			"The service grants tokens by client_credentials only.",
		},
	},
	[PROBLEM_INVALID_SCOPE] = {
		{ "Phạm vi không hợp lệ", "Invalid scope" },
		{
			"Phạm vi được yêu cầu có vai trò mà chương trình không được cấp.",
			"The scope asks for a role that the program does not have.",
		},
	},
	[PROBLEM_INVALID_CLIENT] = {
		{ "Chương trình chưa được xác thực", "Invalid client" },
		{
			"Mã hoặc khóa bí mật của chương trình không đúng, hoặc chương trình đã bị khóa.",
			"The program's id or secret is wrong, or the program is disabled.",
		},
	},
	[PROBLEM_UNAUTHORIZED] = {
		{ "Chưa xác thực", "Unauthorized" },
		{
			"Yêu cầu cần có mã truy cập hợp lệ.",
			"The request needs a valid access token.",
		},
	},
	[PROBLEM_FORBIDDEN] = {
		{ "Không có quyền", "Forbidden" },
		{
			"Tài khoản không được phép thực hiện thao tác này.",
			"The caller is not permitted to do this.",
		},
	},
	[PROBLEM_NOT_FOUND] = {
		{ "Không tìm thấy", "Not found" },
		{
			"Không tìm thấy dữ liệu được yêu cầu.",
			"There is no such resource.",
		},
	},
	[PROBLEM_NO_SUCH_ROUTE] = {
		{ "Địa chỉ không tồn tại", "No such route" },
		{
			"Dịch vụ không có địa chỉ này.",
			"The service has no such address.",
		},
	},
	[PROBLEM_METHOD_NOT_ALLOWED] = {
		{ "Phương thức không được hỗ trợ", "Method not allowed" },
		{
			"Địa chỉ này không hỗ trợ phương thức của yêu cầu; các phương thức được hỗ trợ "
			"nêu tại header Allow.",
			"The address does not support the request's method; the Allow header names those "
			"it does.",
		},
	},
	[PROBLEM_NOT_ACCEPTABLE] = {
		{ "Không có định dạng được chấp nhận", "Not acceptable" },
		{
			"Dịch vụ không có định dạng nào trong số các định dạng nêu tại header Accept.",
			"The service has none of the formats named in the Accept header.",
		},
	},
	[PROBLEM_CONFLICT] = {
		{ "Xung đột dữ liệu", "Conflict" },
		{
			"Dữ liệu gửi lên trùng hoặc mâu thuẫn với dữ liệu đã có.",
			"What was sent conflicts with what is stored.",
		},
	},
	[PROBLEM_WRONG_STATE] = {
		{ "Trạng thái không cho phép", "Wrong state" },
		{
			"Trạng thái hiện tại của dữ liệu không cho phép thực hiện thao tác này.",
			"The resource's present state does not allow this.",
		},
	},
	[PROBLEM_REQUEST_IN_PROGRESS] = {
		{ "Yêu cầu đang được xử lý", "Request in progress" },
		{
			"Yêu cầu có cùng Idempotency-Key đang được xử lý; đề nghị gửi lại sau giây lát.",
			"A request with the same Idempotency-Key is being carried out; send it again in a moment.",
		},
	},
	[PROBLEM_CURSOR_GONE] = {
		{ "Vị trí đọc không còn hiệu lực", "Cursor gone" },
		{
			"Vị trí đọc không thuộc sổ thay đổi hiện hành; đề nghị đồng bộ lại từ đầu, bỏ "
			"tham số after.",
			"The cursor does not belong to the present ledger; synchronise anew, without the "
			"parameter after.",
		},
	},
	[PROBLEM_STALE_VERSION] = {
		{ "Phiên bản đã cũ", "Stale version" },
		{
			"Dữ liệu đã được thay đổi sau lần đọc gần nhất; đề nghị đọc lại rồi thực hiện "
			"lại.",
			"The resource has changed since it was read; read it again and retry.",
		},
	},
	[PROBLEM_BODY_TOO_LARGE] = {
		{ "Nội dung quá lớn", "Body too large" },
		{
			"Nội dung gửi lên vượt quá giới hạn cho phép.",
			"The body exceeds the permitted size.",
		},
	},
	[PROBLEM_URI_TOO_LONG] = {
		{ "Địa chỉ quá dài", "URI too long" },
		{
			"Địa chỉ của yêu cầu vượt quá độ dài cho phép.",
			"The address exceeds the permitted length.",
		},
	},
	[PROBLEM_UNSUPPORTED_MEDIA_TYPE] = {
		{ "Loại nội dung không được hỗ trợ", "Unsupported media type" },
		{
			"Loại nội dung nêu tại header Content-Type không được hỗ trợ tại địa chỉ này.",
			"The media type named in Content-Type is not supported here.",
		},
	},
	[PROBLEM_WRONG_DOOR] = {
		{ "Sai cổng tiếp nhận", "Wrong door" },
		{
			"Thao tác này được tiếp nhận tại cổng khác của dịch vụ.",
			"This operation is served at the service's other port.",
		},
	},
	[PROBLEM_INVALID] = {
		{ "Dữ liệu không hợp lệ", "Invalid content" },
		{
			"Nội dung gửi lên có dữ liệu không hợp lệ; xem danh sách lỗi kèm theo.",
			"The body has members that are not valid; see the list of errors.",
		},
	},
	[PROBLEM_KEY_REUSED] = {
		{ "Idempotency-Key đã dùng cho yêu cầu khác", "Idempotency-Key reused" },
		{
			"Idempotency-Key này đã được dùng cho một yêu cầu có nội dung khác; yêu cầu mới phải có "
			"khóa mới.",
			"This Idempotency-Key was used for a request with other content; a new request needs a new "
			"key.",
		},
	},
	[PROBLEM_PRECONDITION_REQUIRED] = {
		{ "Thiếu điều kiện về phiên bản", "Precondition required" },
		{
			"Yêu cầu phải có header If-Match nêu phiên bản đã đọc (hoặc If-None-Match: * khi "
			"tạo mới bằng PUT).",
			"The request must have If-Match with the version read (or If-None-Match: * to "
			"create by PUT).",
		},
	},
	[PROBLEM_TOO_MANY_REQUESTS] = {
		{ "Quá nhiều yêu cầu", "Too many requests" },
		{
			"Số yêu cầu gửi đến đã vượt quá giới hạn cho phép; đề nghị thử lại sau số giây nêu tại header "
			"Retry-After.",
			"More requests were sent than are permitted; retry after the seconds that the Retry-After "
			"header names.",
		},
	},
	[PROBLEM_HEADERS_TOO_LARGE] = {
		{ "Trường tiêu đề quá lớn", "Header fields too large" },
		{
			"Các trường tiêu đề (header) của yêu cầu vượt quá kích thước cho phép.",
			"The request's header fields exceed the permitted size.",
		},
	},
	[PROBLEM_UNAVAILABLE] = {
		{ "Dịch vụ tạm thời gián đoạn", "Service unavailable" },
		{
			"Dịch vụ tạm thời không truy cập được dữ liệu; đề nghị thử lại sau.",
			"The service cannot reach its data for the moment; retry later.",
		},
	},
	[PROBLEM_TIMEOUT] = {
		{ "Quá thời gian xử lý", "Timeout" },
		{
			"Yêu cầu không được xử lý xong trong thời gian quy định; đề nghị thử lại sau.",
			"The request was not done within the time allowed; retry later.",
		},
	},
	[PROBLEM_OVERLOADED] = {
		{ "Dịch vụ quá tải", "Overloaded" },
		{
			"Dịch vụ đang quá tải; đề nghị thử lại sau.",
			"The service is overloaded; retry later.",
		},
	},
};

static const struct {
	const char *code;
	const char *detail[2];
} members[] = {
	{ "required", { "Bắt buộc phải có.", "It is required." } },
	{ "unknown_member",
	  { "Không có thành phần hoặc tham số này.", "There is no such member or parameter." } },
	{ "wrong_type", { "Không đúng kiểu dữ liệu.", "It is of the wrong type." } },
	{ "too_short", { "Quá ngắn.", "It is too short." } },
	{ "too_long", { "Vượt quá độ dài cho phép.", "It is too long." } },
	{ "too_small", { "Nhỏ hơn giá trị cho phép.", "It is too small." } },
	{ "too_large", { "Lớn hơn giá trị cho phép.", "It is too large." } },
	{ "too_few", { "Quá ít phần tử.", "It has too few items." } },
	{ "too_many", { "Quá nhiều phần tử.", "It has too many items." } },
	{ "bad_format", { "Không đúng định dạng.", "It is not in the required format." } },
	{ "not_a_date",
	  { "Không phải ngày có thật theo dạng năm-tháng-ngày (YYYY-MM-DD).",
	    "It is not a real date, year-month-day." } },
	{ "not_in_list", { "Không thuộc các giá trị cho phép.", "It is not one of the permitted values." } },
	{ "control_character",
	  { "Chứa ký tự điều khiển không được phép.", "It holds a control character." } },
	{ "bad_utf8", { "Không phải là văn bản UTF-8 hợp lệ.", "It is not valid UTF-8." } },
	{ "duplicate_member", { "Xuất hiện nhiều hơn một lần.", "It occurs more than once." } },
	{ "null_not_allowed", { "Không được để giá trị null.", "It must not be null." } },
	{ "syntax", { "Sai cú pháp JSON.", "It is a JSON syntax error." } },
	{ "too_deep", { "Lồng nhau quá sâu.", "It is nested too deeply." } },
	{ "unknown_agency", { "Không có cơ quan, đơn vị này.", "There is no such agency." } },
	{ "unknown_group", { "Không có nhóm cơ quan, đơn vị này.", "There is no such group of agencies." } },
	{ "unknown_plan", { "Không có kế hoạch này.", "There is no such plan." } },
	{ "unknown_section", { "Kế hoạch không có mục này.", "The plan has no such section." } },
	{ "duplicate_number",
	  { "Số thứ tự nhiệm vụ đã có trong kế hoạch.", "The plan has a task of this number already." } },
	{ "duplicate_ordinal",
	  { "Số thứ tự mục xuất hiện nhiều hơn một lần.", "The ordinal occurs more than once." } },
	{ "agency_and_group",
	  { "Chỉ được nêu cơ quan hoặc nhóm, không nêu cả hai.",
	    "Only one of agency and group may be given." } },
	{ "due_on_missing",
	  { "Loại thời hạn này phải có ngày đến hạn.", "This kind of timing needs due_on." } },
	{ "due_on_not_allowed",
	  { "Loại thời hạn này không có ngày đến hạn.", "This kind of timing has no due_on." } },
	{ "rrule_not_allowed",
	  { "Chỉ thời hạn định kỳ mới có quy tắc lặp.", "Only a recurring timing has a recurrence." } },
	{ "bad_rrule",
	  { "Quy tắc lặp không đúng quy định của RFC 5545.",
	    "The recurrence rule is not as RFC 5545 has it." } },
	{ "unknown_parent", { "Không có cơ quan cấp trên này.", "There is no such parent agency." } },
	{ "unknown_successor", { "Không có cơ quan kế thừa này.", "There is no such successor agency." } },
	{ "valid_to_before_valid_from",
	  { "Ngày hết hiệu lực trước ngày bắt đầu hiệu lực.", "valid_to is before valid_from." } },
	{ "cycle",
	  { "Tạo thành vòng lặp giữa các cơ quan.", "It would lead in a circle from agency to agency." } },
	{ "duplicate_code",
	  { "Mã này đã xuất hiện trong cùng danh sách.", "This code occurs earlier in the same list." } },
	{ "own_parent",
	  { "Cơ quan không thể là cấp trên của chính mình.", "An agency cannot be above itself." } },
	{ "bad_key",
	  { "Phải có từ 22 đến 128 ký tự ngẫu nhiên (ít nhất 128 bit), ví dụ một UUID.",
	    "It must be 22 to 128 random characters (at least 128 bits), such as a UUID." } },
	{ "document_missing",
	  { "Phải nêu văn bản làm căn cứ.", "The document that it rests on must be given." } },
	{ "stale_confirm",
	  { "Kế hoạch hoặc bản thảo đã thay đổi sau khi xem trước; đề nghị xem lại rồi xác nhận.",
	    "The plan or the draft has changed since the preview; look at it again, then confirm." } },
	{ "unknown_draft", { "Không có bản thảo này.", "There is no such draft." } },
	{ "not_both",
	  { "Phải nêu một và chỉ một trong hai thành phần.", "Exactly one of the two must be given." } },
	{ "out_of_calendar",
	  { "Nằm ngoài những năm đã có lịch làm việc.", "It is outside the years that the calendar has." } },
	{ "not_after_due_on",
	  { "Phải sau ngày đến hạn hiện tại.", "It must be after the day on which it is due now." } },
	{ "unknown_task", { "Không có nhiệm vụ này.", "There is no such task." } },
	{ "basis_not_allowed",
	  { "Kỳ báo cáo theo quy định không áp dụng cho quy tắc lặp này.",
	    "This recurrence cannot follow statutory reporting periods." } },
	{ "bad_due_offset",
	  { "Phải nêu đúng một cách tính ngày đến hạn kể từ cuối kỳ.",
	    "Exactly one way from the period's end to the due date must be given." } },
	{ "term_not_allowed",
	  { "Loại thời hạn này không có số ngày thực hiện.", "This kind of timing has no term." } },
	{ "event_on_not_allowed",
	  { "Loại thời hạn này không có ngày xảy ra sự kiện.", "This kind of timing has no event_on." } },
	{ "duplicate_task", { "Nhiệm vụ xuất hiện nhiều hơn một lần.", "The task occurs more than once." } },
	{ "other_year", { "Không thuộc năm của kế hoạch.", "It is not of the plan's year." } },
	{ "own_plan", { "Không thể là chính kế hoạch này.", "It cannot be this very plan." } },
	{ "taken", { "Giá trị này đã được sử dụng.", "The value is taken." } },
};

const char *problem_title(enum problem problem, enum language language)
{
	if (problem <= PROBLEM_NONE || problem >= PROBLEM_COUNT)
		problem = PROBLEM_INTERNAL;
	return texts[problem].title[language == LANGUAGE_EN];
}

const char *problem_detail(enum problem problem, enum language language)
{
	if (problem <= PROBLEM_NONE || problem >= PROBLEM_COUNT)
		problem = PROBLEM_INTERNAL;
	return texts[problem].detail[language == LANGUAGE_EN];
}

const char *problem_member_detail(const char *code, enum language language)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(members[i].code, code) == 0)
			return members[i].detail[language == LANGUAGE_EN];
	return NULL;
}

const char *problem_member_code(unsigned index)
{
	return index < sizeof(members) / sizeof(members[0]) ? members[index].code : NULL;
}
