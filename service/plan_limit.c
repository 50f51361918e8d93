#include "plan_reader.h"

/* What a stored plan can hold at most, in characters and items: as createPlan has it. */
enum {
	LABEL_MAX = 20,
	UNIT_MAX = 50,
	NUMBER_MAX = 100,
	ISSUER_MAX = 300,
	TARGET_MAX = 500,
	NAME_MAX_CHARACTERS = 1000,
	TEXT_MAX = 4000,
	TIMINGS_MAX = 20,
	PARTS_MAX = 20,
	LIST_MAX = 100,
	SECTIONS_MAX = 500,
	TASK_NUMBER_MAX = 9999,
};

struct limit {
	struct plan_reader *reader;
	const char *at; /* pointer to the object the fields stand in */
};

static size_t count_characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static int find_too_long(const struct limit *limit, const char *field, const char *text)
{
	struct plan_where where = { 1, arena_printf(limit->reader->arena, "%s%s", limit->at, field) };

	return where.field ? plan_find_kept(limit->reader, where, "too_long_to_store", text) : -1;
}

static int check_text(const struct limit *limit, const char *field, const char *text, size_t max)
{
	return text && count_characters(text) > max ? find_too_long(limit, field, text) : 0;
}

static int check_count(const struct limit *limit, const char *field, size_t count, size_t max)
{
	return count > max ? find_too_long(limit, field, NULL) : 0;
}

static int check_assignments(const struct limit *limit, const struct plan_assignment *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (check_text(limit, "", items[i].name, NAME_MAX_CHARACTERS) ||
		    check_text(limit, "", items[i].duty, NAME_MAX_CHARACTERS))
			return -1;
	}
	return check_count(limit, "", count, LIST_MAX);
}

static int check_part(struct plan_reader *reader, size_t task, size_t index, const struct plan_part *part)
{
	const char *format = "/tasks/%zu/parts/%zu%s";
	struct limit limit = { reader, arena_printf(reader->arena, format, task, index, "") };
	struct limit people = { reader, arena_printf(reader->arena, format, task, index, "/assignments") };

	if (!limit.at || !people.at)
		return -1;
	for (size_t i = 0; i < part->output_count; i++) {
		if (check_text(&limit, "/outputs", part->outputs[i], TEXT_MAX))
			return -1;
	}
	for (size_t i = 0; i < part->timing_count; i++) {
		if (check_text(&limit, "/timings", part->timings[i].text, NAME_MAX_CHARACTERS))
			return -1;
	}
	if (check_count(&limit, "/outputs", part->output_count, LIST_MAX) ||
	    check_count(&limit, "/timings", part->timing_count, TIMINGS_MAX))
		return -1;
	return check_assignments(&people, part->assignments, part->assignment_count);
}

static int check_task(struct plan_reader *reader, size_t index)
{
	const struct plan_task *task = &reader->plan->tasks[index];
	struct limit limit = { reader, arena_printf(reader->arena, "/tasks/%zu", index) };

	if (!limit.at || check_text(&limit, "/label", task->label, LABEL_MAX) ||
	    check_text(&limit, "/title", task->title, TEXT_MAX) ||
	    check_count(&limit, "/number", (size_t)task->number, TASK_NUMBER_MAX) ||
	    check_count(&limit, "/parts", task->part_count, PARTS_MAX))
		return -1;
	for (size_t i = 0; i < task->part_count; i++) {
		if (check_part(reader, index, i, &task->parts[i]))
			return -1;
	}
	return 0;
}

static int check_section(struct plan_reader *reader, size_t index)
{
	const struct plan_section *section = &reader->plan->sections[index];
	struct limit limit = { reader, arena_printf(reader->arena, "/sections/%zu", index) };

	if (!limit.at || check_text(&limit, "/label", section->label, LABEL_MAX) ||
	    check_text(&limit, "/title", section->title, NAME_MAX_CHARACTERS))
		return -1;
	for (size_t i = 0; i < section->ancestor_count; i++) {
		if (check_text(&limit, "/ancestors", section->ancestor_labels[i], LABEL_MAX) ||
		    check_text(&limit, "/ancestors", section->ancestor_titles[i], NAME_MAX_CHARACTERS))
			return -1;
	}
	return 0;
}

static int check_indicator(struct plan_reader *reader, size_t index)
{
	const struct plan_indicator *indicator = &reader->plan->indicators[index];
	struct limit limit = { reader, arena_printf(reader->arena, "/indicators/%zu", index) };
	struct limit scope = { reader, arena_printf(reader->arena, "/indicators/%zu/scope", index) };

	if (!limit.at || !scope.at || check_text(&limit, "/name", indicator->name, NAME_MAX_CHARACTERS) ||
	    check_text(&limit, "/unit", indicator->unit, UNIT_MAX) ||
	    check_text(&limit, "/target", indicator->target_text, TARGET_MAX))
		return -1;
	return check_assignments(&scope, indicator->scope, indicator->scope_count);
}

int plan_limits_check(struct plan_reader *reader)
{
	const struct plan *plan = reader->plan;
	struct limit limit = { reader, "" };

	if (check_text(&limit, "/title", plan->title, NAME_MAX_CHARACTERS) ||
	    check_text(&limit, "/decision/issuer", plan->issuer, ISSUER_MAX) ||
	    check_text(&limit, "/decision/number", plan->decision_number, NUMBER_MAX) ||
	    check_text(&limit, "/target_rule/text", plan->target_rule.text, TEXT_MAX) ||
	    check_text(&limit, "/target_rule/below", plan->target_rule.below, TEXT_MAX) ||
	    check_text(&limit, "/target_rule/at_or_above", plan->target_rule.at_or_above, TEXT_MAX) ||
	    check_count(&limit, "/sections", plan->section_count, SECTIONS_MAX))
		return -1;
	for (size_t i = 0; i < plan->section_count; i++) {
		if (check_section(reader, i))
			return -1;
	}
	for (size_t i = 0; i < plan->task_count; i++) {
		if (check_task(reader, i))
			return -1;
	}
	for (size_t i = 0; i < plan->indicator_count; i++) {
		if (check_indicator(reader, i))
			return -1;
	}
	return 0;
}
