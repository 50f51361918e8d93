#include <string.h>

#include "plan_reader.h"

static int has_phrase(const struct plan_words *words, const char *pattern)
{
	for (size_t at = 0; at < words->count; at++) {
		if (plan_words_match(words, at, words->count, pattern, NULL))
			return 1;
	}
	return 0;
}

static int has_any(const struct plan_words *words, const char *const *patterns)
{
	for (; *patterns; patterns++) {
		if (has_phrase(words, *patterns))
			return 1;
	}
	return 0;
}

/* Words for a result at or above the target come first: "bằng hoặc lớn hơn" holds no "nhỏ hơn". */
static const char *const above_words[] = {
	"bang hoac lon|cao hon",
	"lon|cao hon hoac bang",
	"dat hoac vuot",
	"tu bang tro len",
	"lon|cao hon",
	"vuot",
	NULL,
};

static const char *const below_words[] = { "nho|thap hon", "chua|khong dat", "duoi muc", NULL };

static const char *const stretch_patterns[] = { "tang them? # %", "tang it|toi nhat|thieu # %", NULL };

static double find_stretch(const struct plan_words *words)
{
	int numbers[4];

	for (size_t at = 0; at < words->count; at++) {
		for (const char *const *pattern = stretch_patterns; *pattern; pattern++) {
			if (plan_words_match(words, at, words->count, *pattern, numbers))
				return numbers[0];
		}
	}
	return 0;
}

static int read_case(struct plan_reader *reader, const char *text)
{
	struct plan_target_rule *rule = &reader->plan->target_rule;

	if (!rule->at_or_above && has_any(&reader->words, above_words)) {
		rule->at_or_above = text;
		reader->above_row = reader->row;
	} else if (!rule->below && has_any(&reader->words, below_words)) {
		rule->below = text;
		reader->below_row = reader->row;
	} else {
		return plan_find_line(reader, "line_not_read", plan_slice_of(text));
	}
	if (rule->stretch_percent <= 0)
		rule->stretch_percent = find_stretch(&reader->words);
	return 0;
}

static int is_opening(const struct plan_words *words, const char *pattern)
{
	return plan_words_match(words, 0, words->count, pattern, NULL) > 0;
}

int plan_appendix_line(struct plan_reader *reader, struct plan_slice line)
{
	char *plain = plan_clean(reader->arena, line);
	struct plan_slice text;
	const char *code = "line_not_read";

	if (!plain)
		return -1;
	text = plan_slice_of(plain);
	if (text.length > PLAN_CELL_BYTES_MAX)
		return plan_find_line(reader, code, text);
	text = plan_trim(text, "-+ ");
	if (plan_words_read(reader->arena, &reader->words, text))
		return -1;
	if (is_opening(&reader->words, "truong hop"))
		return read_case(reader, text.text);
	if (is_opening(&reader->words, "viec giao chi tieu") && !reader->plan->target_rule.text) {
		reader->plan->target_rule.text = text.text;
		return 0;
	}
	if (is_opening(&reader->words, "phu luc") || is_opening(&reader->words, "ve chi tieu") ||
	    (plan_label_read(text).style && !memchr(line.text, '\t', line.length)))
		code = "heading_not_kept";
	return plan_find_line(reader, code, text);
}

/* A rule without its principle cannot be kept: what was read of it is quoted. */
int plan_appendix_finish(struct plan_reader *reader)
{
	const struct plan_target_rule *rule = &reader->plan->target_rule;
	struct plan_where below = { reader->below_row, "/target_rule" };
	struct plan_where above = { reader->above_row, "/target_rule" };

	if (rule->text)
		return 0;
	if (rule->below && plan_find_kept(reader, below, "target_rule_missing", rule->below))
		return -1;
	return rule->at_or_above ? plan_find_kept(reader, above, "target_rule_missing", rule->at_or_above)
				 : 0;
}

static struct plan_slice cell_of(const struct plan_columns *columns, const struct plan_row *row,
				 enum plan_column column)
{
	for (size_t i = 0; i < row->count && i < columns->count; i++) {
		if (columns->of[i] == column)
			return row->cells[i];
	}
	return (struct plan_slice){ "", 0 };
}

static int fill_target(struct plan_reader *reader, struct plan_where where, struct plan_slice cell,
		       struct plan_indicator *indicator)
{
	char *plain = plan_clean(reader->arena, cell);

	if (!plain)
		return -1;
	if (cell.length > PLAN_CELL_BYTES_MAX)
		return plan_find(reader, where, "target_unreadable", cell);
	if (plan_target_read(reader, where, plain, indicator))
		return -1;
	if (*indicator->unit)
		return 0;
	indicator->unit = strchr(plain, '%') ? "%" : "không nêu";
	if (*indicator->unit == '%')
		return 0;
	return plan_find(reader, where, "unit_missing", plan_slice_of(""));
}

static int fill_scope(struct plan_reader *reader, const struct plan_columns *columns,
		      const struct plan_row *row, struct plan_where where, struct plan_indicator *indicator)
{
	static const struct {
		enum plan_column column;
		enum plan_role role;
	} cells[] = {
		{ PLAN_COLUMN_PEOPLE, PLAN_IMPLEMENT },
		{ PLAN_COLUMN_LEAD, PLAN_LEAD },
		{ PLAN_COLUMN_COOPERATE, PLAN_COOPERATE },
	};
	struct plan_list scope = { .size = sizeof(struct plan_assignment) };

	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		char *plain = plan_clean(reader->arena, cell_of(columns, row, cells[i].column));

		if (!plain || (*plain && plan_assignments_read(reader, where, plain, cells[i].role, &scope)))
			return -1;
	}
	indicator->scope = scope.items;
	indicator->scope_count = scope.count;
	return scope.count ? 0 : plan_find(reader, where, "scope_missing", plan_slice_of(""));
}

/* A row without a number, or with cells of no column: it belongs to none. */
static int find_surplus(struct plan_reader *reader, const struct plan_columns *columns,
			const struct plan_row *row)
{
	for (size_t i = 0; i < row->count; i++) {
		enum plan_column column = i < columns->count ? columns->of[i] : PLAN_COLUMN_NONE;

		if (row->cells[i].length && (column == PLAN_COLUMN_NONE || column == PLAN_COLUMN_NOTE) &&
		    plan_find_line(reader, "cell_not_kept", row->cells[i]))
			return -1;
	}
	return 0;
}

/* The document's number; one that is taken already is replaced by the next free one. */
static int number_indicator(struct plan_reader *reader, const struct plan_label *label,
			    const struct plan_list *indicators, struct plan_indicator *indicator)
{
	const struct plan_indicator *others = indicators->items;
	int largest = 0;
	int is_taken = 0;

	indicator->number = label->style == PLAN_LABEL_NUMBER ? label->number : 0;
	for (size_t i = 0; i + 1 < indicators->count; i++) {
		is_taken |= others[i].number == indicator->number;
		largest = others[i].number > largest ? others[i].number : largest;
	}
	if (indicator->number && !is_taken)
		return 0;
	indicator->number = largest + 1;
	return plan_find_line(reader, is_taken ? "indicator_repeated" : "indicator_unnumbered", label->text);
}

/* "I  Nhóm chỉ tiêu số hóa": a name and nothing else. */
static int is_group_row(const struct plan_columns *columns, const struct plan_row *row)
{
	for (size_t i = 0; i < row->count && i < columns->count; i++) {
		if (columns->of[i] >= PLAN_COLUMN_PEOPLE && columns->of[i] != PLAN_COLUMN_INDICATOR &&
		    row->cells[i].length)
			return 0;
	}
	return 1;
}

int plan_indicator_row(struct plan_reader *reader, const struct plan_columns *columns,
		       const struct plan_row *row, struct plan_list *indicators)
{
	enum plan_column content = columns->has[PLAN_COLUMN_INDICATOR] ? PLAN_COLUMN_INDICATOR
								       : PLAN_COLUMN_CONTENT;
	struct plan_label label = plan_label_read(cell_of(columns, row, PLAN_COLUMN_NUMBER));
	struct plan_slice name = cell_of(columns, row, content);
	struct plan_indicator *indicator;
	struct plan_where target = { .row = reader->row }, scope = { .row = reader->row };
	size_t index = indicators->count;

	if (!row->is_split || row->filled < 2 || !name.length || index >= PLAN_ITEMS_MAX)
		return plan_find_line(reader, "line_not_read", row->line);
	if (is_group_row(columns, row))
		return plan_find_line(reader, "heading_not_kept", row->line);
	target.field = arena_printf(reader->arena, "/indicators/%zu/target", index);
	scope.field = arena_printf(reader->arena, "/indicators/%zu/scope", index);
	indicator = plan_list_add(reader->arena, indicators);
	if (!target.field || !scope.field || !indicator)
		return -1;
	if (number_indicator(reader, &label, indicators, indicator))
		return -1;
	indicator->name = plan_clean(reader->arena, name);
	indicator->unit = plan_clean(reader->arena, cell_of(columns, row, PLAN_COLUMN_UNIT));
	if (!indicator->name || !indicator->unit)
		return -1;
	if (fill_target(reader, target, cell_of(columns, row, PLAN_COLUMN_TARGET), indicator) ||
	    fill_scope(reader, columns, row, scope, indicator))
		return -1;
	return find_surplus(reader, columns, row);
}
