#include <string.h>

#include "test_plan_sample.h"

Suite *plan_assign_suite(void);

struct assign_case {
	const char *cell;
	const char *assignments;
	const char *finding; /* one that must be there, or NULL for none about the people */
};

#define VP "Văn phòng Ủy ban nhân dân tỉnh"
#define XA "Ủy ban nhân dân cấp xã"

static const struct assign_case assign_cases[] = {
	{ "- " VP " chủ trì. - Các sở, ban, ngành liên quan phối hợp.",
	  "lead vp-ubnd [" VP "] chủ trì; cooperate so-ban-nganh [Các sở, ban, ngành liên quan] phối hợp",
	  NULL },
	{ "- Các sở, ban, ngành, " XA " phối hợp.",
	  "cooperate so-ban-nganh [Các sở, ban, ngành] phối hợp; cooperate ubnd-cap-xa [" XA "] phối hợp",
	  NULL },
	{ "- Các sở, ban, ngành. - " XA ".",
	  "implement so-ban-nganh [Các sở, ban, ngành] -; implement ubnd-cap-xa [" XA "] -", NULL },
	{ "- " VP
	  " (có ý kiến). - Các sở, ban, ngành được giao chủ trì soạn thảo văn bản và các đơn vị liên quan.",
	  "appraise vp-ubnd [" VP "] có ý kiến; "
	  "implement so-ban-nganh [Các sở, ban, ngành được giao chủ trì soạn thảo văn bản] -; "
	  "implement - [các đơn vị liên quan] -",
	  "party_open" },
	{ "- Các sở, ban, ngành được giao chủ trì soạn thảo văn bản phối hợp.",
	  "cooperate so-ban-nganh [Các sở, ban, ngành được giao chủ trì soạn thảo văn bản] phối hợp", NULL },
	{ "- Sở Tư pháp thẩm định.", "appraise so-tu-phap [Sở Tư pháp] thẩm định", NULL },
	{ "- Các cơ quan, đơn vị được giao chủ trì (theo kế hoạch).",
	  "lead - [Các cơ quan, đơn vị] được giao chủ trì (theo kế hoạch)", "party_open" },
	{ "- Các cơ quan, đơn vị và địa phương được giao chủ trì thực hiện.",
	  "lead - [Các cơ quan, đơn vị] được giao chủ trì thực hiện; "
	  "lead ubnd-cap-xa [địa phương] được giao chủ trì thực hiện",
	  "party_open" },
	{ "- " VP
	  " theo dõi, hướng dẫn, phối hợp và tham mưu, trình Chủ tịch Ủy ban nhân dân tỉnh phê duyệt.",
	  "monitor vp-ubnd [" VP
	  "] theo dõi, hướng dẫn, phối hợp và tham mưu, trình Chủ tịch Ủy ban nhân dân tỉnh phê duyệt",
	  NULL },
	{ "- Các sở, ban ngành và địa phương có liên quan phối hợp.",
	  "cooperate so-ban-nganh [Các sở, ban ngành] phối hợp; "
	  "cooperate ubnd-cap-xa [địa phương có liên quan] phối hợp",
	  NULL },
	{ "- " VP " phối hợp hướng dẫn; - " XA " phối hợp.",
	  "cooperate vp-ubnd [" VP "] phối hợp hướng dẫn; cooperate ubnd-cap-xa [" XA "] phối hợp", NULL },
	{ "- " VP " (kiểm soát chất lượng, trình phê duyệt và hướng dẫn).",
	  "appraise vp-ubnd [" VP "] kiểm soát chất lượng, trình phê duyệt và hướng dẫn", NULL },
	{ "- Sở Khoa học và Công nghệ phối hợp với " VP " (Trung tâm Phục vụ hành chính công tỉnh) chủ trì.",
	  "lead so-khcn [Sở Khoa học và Công nghệ] chủ trì; "
	  "lead vp-ubnd [" VP " (Trung tâm Phục vụ hành chính công tỉnh)] chủ trì",
	  "duty_shared" },
	{ "- " VP " phối hợp Sở Khoa học và Công nghệ tổng hợp kết quả, báo cáo.",
	  "implement vp-ubnd [" VP "] tổng hợp kết quả, báo cáo; "
	  "implement so-khcn [Sở Khoa học và Công nghệ] tổng hợp kết quả, báo cáo",
	  "duty_shared" },
	{ "- Sở Tư pháp chủ trì, phối hợp với " VP ", Sở Khoa học và Công nghệ tổ chức thực hiện.",
	  "lead so-tu-phap [Sở Tư pháp] chủ trì; cooperate vp-ubnd [" VP "] tổ chức thực hiện; "
	  "cooperate so-khcn [Sở Khoa học và Công nghệ] tổ chức thực hiện",
	  NULL },
	{ "- Thuế tỉnh; sở, ban, ngành và " XA "; " VP " thực hiện. - Sở Tài chính phối hợp.",
	  "implement thue-tinh [Thuế tỉnh] thực hiện; implement so-ban-nganh [sở, ban, ngành] thực hiện; "
	  "implement ubnd-cap-xa [" XA "] thực hiện; implement vp-ubnd [" VP "] thực hiện; "
	  "cooperate so-tai-chinh [Sở Tài chính] phối hợp",
	  NULL },
	{ "- Báo và Phát thanh, Truyền hình Quảng Ngãi và các cơ quan liên quan.",
	  "implement bao-ptth [Báo và Phát thanh, Truyền hình Quảng Ngãi] -; "
	  "implement - [các cơ quan liên quan] -",
	  "party_open" },
	{ "- Sở Văn hóa, Thể thao và Du lịch tuyên truyền để tăng tỷ lệ thực hiện.",
	  "implement so-vhttdl [Sở Văn hóa, Thể thao và Du lịch] tuyên truyền để tăng tỷ lệ thực hiện",
	  NULL },
	{ "Cơ quan, đơn vị có thẩm quyền tiếp nhận, giải quyết TTHC và trả kết quả giải quyết TTHC.",
	  "implement - [Cơ quan, đơn vị có thẩm quyền tiếp nhận, giải quyết TTHC và trả kết quả giải quyết TTHC] -",
	  "party_open" },
	{ "- Sở, ban, ngành, cơ quan, đơn vị liên quan và " XA " phối hợp và thực hiện.",
	  "cooperate so-ban-nganh [Sở, ban, ngành] phối hợp và thực hiện; "
	  "cooperate - [cơ quan, đơn vị liên quan] phối hợp và thực hiện; "
	  "cooperate ubnd-cap-xa [" XA "] phối hợp và thực hiện",
	  "party_open" },
	{ "- Các sở, ban, ngành; " XA " và đơn vị liên quan thực hiện báo cáo của cơ quan, đơn vị mình.",
	  "implement so-ban-nganh [Các sở, ban, ngành] thực hiện báo cáo của cơ quan, đơn vị mình; "
	  "implement ubnd-cap-xa [" XA "] thực hiện báo cáo của cơ quan, đơn vị mình; "
	  "implement - [đơn vị liên quan] thực hiện báo cáo của cơ quan, đơn vị mình",
	  "party_open" },
	{ "- " VP " theo dõi việc thực hiện và báo cáo Ủy ban nhân dân tỉnh, Văn phòng Chính phủ.",
	  "monitor vp-ubnd [" VP
	  "] theo dõi việc thực hiện và báo cáo Ủy ban nhân dân tỉnh, Văn phòng Chính phủ",
	  NULL },
	{ "Trung tâm Phục vụ hành chính công tỉnh; Trung tâm Phục vụ hành chính công cấp xã thực hiện.",
	  "implement tt-pvhcc-tinh [Trung tâm Phục vụ hành chính công tỉnh] thực hiện; "
	  "implement tt-pvhcc-cap-xa [Trung tâm Phục vụ hành chính công cấp xã] thực hiện",
	  NULL },
	/* other ways of writing */
	{ "VPUBND tỉnh chủ trì; STP, Sở KH & CN phối hợp",
	  "lead vp-ubnd [VPUBND tỉnh] chủ trì; cooperate so-tu-phap [STP] phối hợp; "
	  "cooperate so-khcn [Sở KH & CN] phối hợp",
	  NULL },
	{ "Sở Nội vụ chủ trì, các sở, ngành phối hợp",
	  "lead so-noi-vu [Sở Nội vụ] chủ trì; cooperate so-ban-nganh [các sở, ngành] phối hợp", NULL },
	{ "Chủ trì: Sở Nội vụ; phối hợp: Sở Tư pháp, Sở Tài chính",
	  "lead so-noi-vu [Sở Nội vụ] Chủ trì; cooperate so-tu-phap [Sở Tư pháp] phối hợp; "
	  "cooperate so-tai-chinh [Sở Tài chính] phối hợp",
	  NULL },
	{ "- Sở Nội vụ chủ trì - Sở Tư pháp phối hợp",
	  "lead so-noi-vu [Sở Nội vụ] chủ trì; cooperate so-tu-phap [Sở Tư pháp] phối hợp", NULL },
	{ "Sở Nội vụ phối hợp với Sở Tư pháp",
	  "cooperate so-noi-vu [Sở Nội vụ] phối hợp với; cooperate so-tu-phap [Sở Tư pháp] phối hợp với",
	  "lead_unclear" },
	{ "Sở Xây dựng xây dựng kế hoạch", "implement so-xay-dung [Sở Xây dựng] xây dựng kế hoạch", NULL },
	{ "Sở Y tế bố trí nhân lực", "implement so-y-te [Sở Y tế] bố trí nhân lực", NULL },
	{ "Sở Y tế ứng trực", "implement so-y-te [Sở Y tế] ứng trực", "duty_guess" },
	{ "Uỷ ban nhân dân cấp xã", "implement ubnd-cap-xa [Uỷ ban nhân dân cấp xã] -", NULL },
	{ "UBND xã Sơn Hà", "implement xa-1 [UBND xã Sơn Hà] -", NULL },
	{ "UBND xã Sơn Hạ", "implement xa-2 [UBND xã Sơn Hạ] -", NULL },
	{ "UBND xã Son Ha", "implement - [UBND xã Son Ha] -", "party_ambiguous" },
	{ "Cục Thuế tỉnh", "implement thue-tinh [Cục Thuế tỉnh] -", "party_guess" },
	{ "Thủ trưởng các sở, ban, ngành", "implement so-ban-nganh [Thủ trưởng các sở, ban, ngành] -",
	  "party_head" },
	{ "Sở Văn hóa và Thể thao, Sở Nội vụ",
	  "implement - [Sở Văn hóa và Thể thao] -; implement so-noi-vu [Sở Nội vụ] -", "party_unknown" },
	{ "Sở Lao động - Thương binh và Xã hội chủ trì",
	  "lead - [Sở Lao động - Thương binh và Xã hội] chủ trì", "party_unknown" },
	{ "Công an tỉnh Bình Định", "implement - [Công an tỉnh Bình Định] -", "party_unknown" },
	{ "Sở Y tế các tỉnh", "implement - [Sở Y tế các tỉnh] -", "party_unknown" },
	{ "phối hợp thực hiện", "implement - [phối hợp thực hiện] -", "duty_without_party" },
};

static size_t count_about_people(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->finding_count; i++)
		count += !strcmp(plan->findings[i].field, "/tasks/0/parts/0/assignments");
	return count;
}

START_TEST(test_cell)
{
	const struct assign_case *row = &assign_cases[_i];
	const struct plan_part *part;
	struct sample sample;
	const char *got;

	sample_read_cells(&sample, "Báo cáo", row->cell, "Quý I");
	part = sample.plan.tasks[0].parts;
	got = sample_assignments(&sample, part->assignments, part->assignment_count);
	ck_assert_msg(!strcmp(got, row->assignments), "%s:\n%s\n%s", row->cell, got, row->assignments);
	if (row->finding)
		ck_assert_msg(sample_count(&sample.plan, row->finding) > 0, "%s: no %s", row->cell,
			      row->finding);
	else
		ck_assert_msg(!count_about_people(&sample.plan), "%s: %s", row->cell,
			      sample.plan.findings[0].code);
	sample_free(&sample);
}
END_TEST

Suite *plan_assign_suite(void)
{
	Suite *suite = suite_create("plan_assign");
	TCase *tcase = tcase_create("assign");

	tcase_add_loop_test(tcase, test_cell, 0, sizeof(assign_cases) / sizeof(*assign_cases));
	suite_add_tcase(suite, tcase);
	return suite;
}
