#include "test_plan_sample.h"

#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

#define PARTY(c, n, s, group, ...)                                                           \
	{                                                                                    \
		.code = c, .name = n, .short_name = s, .is_group = group,                    \
		.aliases = (const char *const[]){ __VA_ARGS__ },                             \
		.alias_count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *) \
	}

static const struct plan_party parties[] = {
	PARTY("vp-ubnd", "Văn phòng Ủy ban nhân dân tỉnh", "VP UBND tỉnh", 0, "Văn phòng UBND tỉnh"),
	PARTY("tt-pvhcc-tinh", "Trung tâm Phục vụ hành chính công tỉnh", NULL, 0, "TT PVHCC tỉnh"),
	PARTY("so-noi-vu", "Sở Nội vụ", NULL, 0, "SNV"),
	PARTY("so-tu-phap", "Sở Tư pháp", NULL, 0, "STP"),
	PARTY("so-tai-chinh", "Sở Tài chính", NULL, 0, "STC"),
	PARTY("so-khcn", "Sở Khoa học và Công nghệ", "Sở KHCN", 0, "Sở KH&CN"),
	PARTY("so-xay-dung", "Sở Xây dựng", NULL, 0, "SXD"),
	PARTY("so-y-te", "Sở Y tế", NULL, 0, "SYT"),
	PARTY("so-vhttdl", "Sở Văn hóa, Thể thao và Du lịch", NULL, 0, "Sở VHTTDL"),
	PARTY("bao-ptth", "Báo và Phát thanh, Truyền hình Quảng Ngãi", NULL, 0, "Báo và PTTH"),
	PARTY("thue-tinh", "Thuế tỉnh", NULL, 0, "~Cục Thuế tỉnh"),
	PARTY("cong-an-tinh", "Công an tỉnh", NULL, 0, "CA tỉnh"),
	PARTY("xa-1", "Ủy ban nhân dân xã Sơn Hà", "UBND xã Sơn Hà", 0, "xã Sơn Hà"),
	PARTY("xa-2", "Ủy ban nhân dân xã Sơn Hạ", "UBND xã Sơn Hạ", 0, "xã Sơn Hạ"),
	PARTY("so-ban-nganh", "Các sở, ban, ngành", NULL, 1, "sở, ngành", "~các sở"),
	PARTY("ubnd-cap-xa", "Ủy ban nhân dân cấp xã", "UBND cấp xã", 1, "địa phương", "UBND các xã, phường"),
	PARTY("tt-pvhcc-cap-xa", "Trung tâm Phục vụ hành chính công cấp xã", NULL, 1, "TTPVHCC cấp xã"),
};

const struct plan_directory sample_directory = { parties, sizeof(parties) / sizeof(*parties) };

void sample_read_bytes(struct sample *sample, const char *text, size_t length)
{
	arena_init(&sample->arena, (size_t)256 << 20);
	ck_assert_int_eq(plan_parse(text, length, &sample_directory, 0, &sample->arena, &sample->plan), 0);
}

void sample_read(struct sample *sample, const char *text)
{
	sample_read_bytes(sample, text, strlen(text));
}

void sample_free(struct sample *sample)
{
	arena_release(&sample->arena);
}

void sample_read_cells(struct sample *sample, const char *outputs, const char *people, const char *time)
{
	struct arena arena;
	char *text;

	arena_init(&arena, (size_t)64 << 20);
	text = arena_printf(
		&arena,
		"KẾ HOẠCH\nThử nghiệm năm 2026\n"
		"Stt\tNội dung công việc\tKết quả công việc\tCơ quan, đơn vị thực hiện\tThời gian\n"
		"I\tMục\t\t\t\n1\tViệc\t%s\t%s\t%s\n",
		outputs, people, time);
	ck_assert_ptr_nonnull(text);
	sample_read(sample, text);
	arena_release(&arena);
	ck_assert_uint_eq(sample->plan.task_count, 1);
}

size_t sample_count(const struct plan *plan, const char *code)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->finding_count; i++)
		count += !strcmp(plan->findings[i].code, code);
	return count;
}

static const char *span_words(struct sample *sample, const struct plan_span *span)
{
	switch (span->unit) {
	case PLAN_MONTHS:
		return arena_printf(&sample->arena, " +%dm%d", span->count, span->day);
	case PLAN_DAYS:
		return arena_printf(&sample->arena, " %+dd", span->count);
	case PLAN_WORKING_DAYS:
		return arena_printf(&sample->arena, " %+dwd", span->count);
	case PLAN_NO_SPAN:
		break;
	}
	return "";
}

static const char *timing_words(struct sample *sample, const struct plan_timing *timing)
{
	const struct plan_date *due = &timing->due_on;
	const char *kind = plan_timing_name(timing->kind);

	if (due->year)
		return arena_printf(&sample->arena, "%s %04d-%02d-%02d", kind, due->year, due->month,
				    due->day);
	return arena_printf(&sample->arena, "%s%s%s%s%s%s", kind, timing->rrule ? " " : "",
			    timing->rrule ? timing->rrule : "",
			    timing->basis == PLAN_STATUTORY ? " statutory" : "",
			    span_words(sample, &timing->due_offset), span_words(sample, &timing->term));
}

const char *sample_timings(struct sample *sample, const struct plan_part *part)
{
	const char *words = "";

	for (size_t i = 0; i < part->timing_count; i++)
		words = arena_printf(&sample->arena, "%s%s%s", words, i ? "; " : "",
				     timing_words(sample, &part->timings[i]));
	return words;
}

static const char *findings_about(struct sample *sample, const char *field)
{
	const char *words = "";

	for (size_t i = 0; i < sample->plan.finding_count; i++) {
		const struct plan_finding *finding = &sample->plan.findings[i];

		if (!strcmp(finding->field, field))
			words = arena_printf(&sample->arena, "%s%s%s", words, *words ? " " : "",
					     finding->code);
	}
	return words;
}

static void check_cell(const struct sample_phrase *phrase, const char *cell)
{
	const char *got;
	struct sample sample;

	sample_read_cells(&sample, "Báo cáo", "Sở Nội vụ", cell);
	got = sample_timings(&sample, sample.plan.tasks[0].parts);
	ck_assert_msg(!strcmp(got, phrase->timings), "%s: %s", cell, got);
	got = findings_about(&sample, "/tasks/0/parts/0/timings");
	ck_assert_msg(!strcmp(got, phrase->findings), "%s: %s", cell, got);
	sample_free(&sample);
}

void sample_check_phrase(const struct sample_phrase *phrase)
{
	size_t length = 0;
	char *apart = (char *)u8_normalize(UNINORM_NFD, (const uint8_t *)phrase->cell,
					   strlen(phrase->cell) + 1, NULL, &length);

	ck_assert_ptr_nonnull(apart);
	check_cell(phrase, phrase->cell);
	check_cell(phrase, apart);
	free(apart);
}

const char *sample_assignments(struct sample *sample, const struct plan_assignment *items, size_t count)
{
	const char *words = "";

	for (size_t i = 0; i < count; i++) {
		const char *code = items[i].agency ? items[i].agency : items[i].group;

		ck_assert(!items[i].agency || !items[i].group);
		words = arena_printf(&sample->arena, "%s%s%s %s [%s] %s", words, i ? "; " : "",
				     plan_role_name(items[i].role), code ? code : "-", items[i].name,
				     items[i].duty ? items[i].duty : "-");
	}
	return words;
}
