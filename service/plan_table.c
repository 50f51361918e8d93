#include <string.h>

#include "plan_reader.h"
#include "text.h"

enum { TOTAL_BYTES_MAX = 100 };

static const enum plan_column raw_columns[PLAN_RAW_COUNT] = {
	[PLAN_RAW_OUTPUT] = PLAN_COLUMN_OUTPUT, [PLAN_RAW_PEOPLE] = PLAN_COLUMN_PEOPLE,
	[PLAN_RAW_LEAD] = PLAN_COLUMN_LEAD,     [PLAN_RAW_COOPERATE] = PLAN_COLUMN_COOPERATE,
	[PLAN_RAW_TIME] = PLAN_COLUMN_TIME,
};

enum plan_column plan_raw_column(int cell)
{
	return raw_columns[cell];
}

static struct plan_slice cell_of(const struct plan_table *table, const struct plan_row *row,
				 enum plan_column column)
{
	for (size_t i = 0; i < row->count && i < table->columns.count; i++) {
		if (table->columns.of[i] == column)
			return row->cells[i];
	}
	return (struct plan_slice){ "", 0 };
}

static int is_task_column(enum plan_column column)
{
	return (column >= PLAN_COLUMN_NUMBER && column <= PLAN_COLUMN_TIME);
}

/* Cells no column of tasks takes. */
static int find_surplus(struct plan_table *table, const struct plan_row *row)
{
	for (size_t i = 0; i < row->count; i++) {
		int is_kept = i < table->columns.count && is_task_column(table->columns.of[i]);

		if (!is_kept && row->cells[i].length &&
		    plan_find_line(table->reader, "cell_not_kept", row->cells[i]))
			return -1;
	}
	return 0;
}

static int add_piece(struct plan_table *table, struct plan_list *pieces, struct plan_slice cell)
{
	const char **piece;
	char *text;

	if (!cell.length)
		return 0;
	text = plan_clean(table->reader->arena, cell);
	if (!text)
		return -1;
	if (!*text)
		return 0;
	pieces->size = sizeof(*piece);
	piece = plan_list_add(table->reader->arena, pieces);
	if (!piece)
		return -1;
	*piece = text;
	return 0;
}

static int add_cells(struct plan_table *table, struct plan_raw_part *part, const struct plan_row *row)
{
	for (int i = 0; i < PLAN_RAW_COUNT; i++) {
		if (add_piece(table, &part->pieces[i], cell_of(table, row, raw_columns[i])))
			return -1;
	}
	return 0;
}

static int has_cells(const struct plan_raw_part *part)
{
	for (int i = 0; i < PLAN_RAW_COUNT; i++) {
		if (part->pieces[i].count)
			return 1;
	}
	return 0;
}

/* "b) ..." in the output column: the letter, else 0. */
static char piece_letter(struct plan_table *table, const struct plan_row *row)
{
	struct plan_label label = plan_label_read(cell_of(table, row, PLAN_COLUMN_OUTPUT));

	return (char)(label.style == PLAN_LABEL_PIECE ? *label.text.text : 0);
}

static struct plan_raw_part *add_part(struct plan_table *table, struct plan_raw_task *task, char letter)
{
	struct plan_raw_part *part;

	task->parts.size = sizeof(*part);
	part = plan_list_add(table->reader->arena, &task->parts);
	if (part) {
		part->row = table->reader->row;
		part->label = letter;
	}
	return part;
}

static struct plan_raw_task *last_task(struct plan_table *table)
{
	struct plan_raw_task *tasks = table->tasks.items;

	return table->tasks.count ? &tasks[table->tasks.count - 1] : NULL;
}

/* How many cells a task's row needs: those after its last column of use may be missing. */
static size_t needed_cells(const struct plan_columns *columns)
{
	size_t count = columns->count;

	while (count && !is_task_column(columns->of[count - 1]))
		count--;
	return count;
}

static int add_task(struct plan_table *table, const struct plan_row *row, const struct plan_label *label,
		    struct plan_slice title)
{
	struct plan_raw_task *task;
	struct plan_raw_part *part;
	int section;

	if (table->tasks.count >= PLAN_TASKS_MAX) {
		if (table->is_full++)
			return 0;
		return plan_find_line(table->reader, "too_many_tasks", row->line);
	}
	section = plan_headings_section(table->headings, label);
	task = plan_list_add(table->reader->arena, &table->tasks);
	if (section < 0 || !task)
		return -1;
	task->section = section;
	task->row = table->reader->row;
	task->number = label->style == PLAN_LABEL_NUMBER ? label->number : 0;
	task->label = plan_copy(table->reader, label->text);
	part = add_part(table, task, piece_letter(table, row));
	if (!part || !task->label || add_cells(table, part, row) || add_piece(table, &task->title, title))
		return -1;
	if (row->is_split && row->count < needed_cells(&table->columns) &&
	    plan_find_line(table->reader, "row_short", (struct plan_slice){ "", 0 }))
		return -1;
	return find_surplus(table, row);
}

static int add_heading(struct plan_table *table, const struct plan_row *row, const struct plan_label *label,
		       struct plan_slice title)
{
	char *text = plan_clean(table->reader->arena, title);

	if (!text || plan_headings_add(table->headings, label, text))
		return -1;
	return find_surplus(table, row);
}

static int is_upper_case(struct plan_slice text)
{
	int letters = 0;

	for (size_t at = 0; at < text.length;) {
		uint32_t code;

		at += text_next(text.text + at, text.length - at, &code);
		if (text_is_lower(code))
			return 0;
		letters += text_is_upper(code);
	}
	return letters > 3;
}

/* A row that continues the task before it, or gives it a further part. */
static int continue_task(struct plan_table *table, const struct plan_row *row)
{
	struct plan_raw_task *task = last_task(table);
	struct plan_raw_part *part;
	char letter = piece_letter(table, row);

	if (table->is_full)
		return 0;
	if (!task)
		return plan_find_line(table->reader, "row_before_task", row->line);
	part = (struct plan_raw_part *)task->parts.items + task->parts.count - 1;
	if (letter && part->label && letter > part->label && task->parts.count < PLAN_ITEMS_MAX) {
		if (letter != part->label + 1 && plan_find_line(table->reader, "part_order", row->line))
			return -1;
		part = add_part(table, task, letter);
	}
	if (!part || add_cells(table, part, row) ||
	    add_piece(table, &task->title, cell_of(table, row, PLAN_COLUMN_CONTENT)))
		return -1;
	return find_surplus(table, row);
}

static int is_section_style(enum plan_label_style style)
{
	return style == PLAN_LABEL_LETTER || style == PLAN_LABEL_ROMAN || style == PLAN_LABEL_WORDS;
}

static int opens_with(struct plan_slice text, struct plan_slice label)
{
	return label.length && text.length > label.length + 1 &&
	       !memcmp(text.text, label.text, label.length) && text.text[label.length] == '.' &&
	       text.text[label.length + 1] >= '0' && text.text[label.length + 1] <= '9';
}

static struct plan_slice after_label(struct plan_slice text, const struct plan_label *label)
{
	return (struct plan_slice){ text.text + label->length, text.length - label->length };
}

/* A row of one filled cell, or a line outside the cells. */
static int lone_cell(struct plan_table *table, const struct plan_row *row, struct plan_slice cell,
		     struct plan_slice next)
{
	struct plan_label label = plan_label_read(cell);
	struct plan_slice title = after_label(cell, &label);
	struct plan_label none = { .text = { "", 0 } };

	if (!title.length && label.style == PLAN_LABEL_NUMBER)
		return plan_find_line(table->reader, "page_number", cell);
	if (is_section_style(label.style) && (title.length || row->is_split))
		return add_heading(table, row, &label, title);
	if (title.length && (label.style == PLAN_LABEL_NUMBER || label.style == PLAN_LABEL_DEEP)) {
		if (!opens_with(next, label.text) && plan_find_line(table->reader, "heading_guess", cell))
			return -1;
		return add_heading(table, row, &label, title);
	}
	if (!row->is_split && !is_upper_case(cell))
		return plan_find_line(table->reader, "line_not_read", cell);
	if (plan_find_line(table->reader, "heading_guess", cell))
		return -1;
	return add_heading(table, row, &none, cell);
}

/* "a) ..." in the number cell: a piece of the task before it, its words go on with the title. */
static int piece_row(struct plan_table *table, const struct plan_row *row, const struct plan_label *label)
{
	struct plan_raw_task *task = last_task(table);
	struct plan_raw_part *part = (struct plan_raw_part *)task->parts.items + task->parts.count - 1;
	struct plan_slice content = cell_of(table, row, PLAN_COLUMN_CONTENT);
	struct plan_slice rest = after_label(cell_of(table, row, PLAN_COLUMN_NUMBER), label);
	char *title = arena_printf(table->reader->arena, "%c) %.*s", *label->text.text,
				   (int)(content.length ? content.length : rest.length),
				   content.length ? content.text : rest.text);

	if (!title || plan_find_line(table->reader, "part_of_row", row->line))
		return -1;
	/* A task whose own row has a title only has no part of its own. */
	if (task->parts.count > 1 || part->label || has_cells(part))
		part = add_part(table, task, *label->text.text);
	else
		part->label = *label->text.text;
	if (!part || add_cells(table, part, row) || add_piece(table, &task->title, plan_slice_of(title)))
		return -1;
	return find_surplus(table, row);
}

/* The letter after the last part's, or the first one under a task without parts. */
static int is_piece_row(struct plan_table *table, const struct plan_label *label)
{
	const struct plan_raw_task *task = last_task(table);
	const struct plan_raw_part *part;

	if (!task || table->is_full || label->style != PLAN_LABEL_PIECE ||
	    task->section != plan_headings_current(table->headings) || task->parts.count >= PLAN_ITEMS_MAX)
		return 0;
	part = (const struct plan_raw_part *)task->parts.items + task->parts.count - 1;
	return *label->text.text == (part->label ? part->label + 1 : 'a');
}

/* A row whose number cell says something. */
static int numbered_row(struct plan_table *table, const struct plan_row *row, struct plan_slice number,
			struct plan_slice next)
{
	struct plan_slice content = cell_of(table, row, PLAN_COLUMN_CONTENT);
	struct plan_label label = plan_label_read(number);
	int is_bare = row->filled == 1 + (size_t)(content.length > 0);
	struct plan_slice rest = after_label(number, &label);

	if (is_bare && content.length && !rest.length &&
	    (is_section_style(label.style) || opens_with(next, label.text)))
		return add_heading(table, row, &label, content);
	if (label.style == PLAN_LABEL_NONE) {
		label.text = number;
		if (plan_find_line(table->reader, "row_label_unknown", number))
			return -1;
		return add_task(table, row, &label, content);
	}
	if (is_piece_row(table, &label))
		return piece_row(table, row, &label);
	if (rest.length && content.length && plan_find_line(table->reader, "cell_not_kept", rest))
		return -1;
	return add_task(table, row, &label, content.length ? content : rest);
}

/* A table without a column of numbers: they may open the content. */
static int unnumbered_row(struct plan_table *table, const struct plan_row *row)
{
	struct plan_slice content = cell_of(table, row, PLAN_COLUMN_CONTENT);
	struct plan_label label = plan_label_read(content);
	struct plan_label none = { .text = { "", 0 } };

	if (!content.length)
		return continue_task(table, row);
	if (row->filled == 1 && is_section_style(label.style) && label.has_mark)
		return add_heading(table, row, &label, after_label(content, &label));
	if (label.has_mark && label.style != PLAN_LABEL_PIECE)
		return add_task(table, row, &label, after_label(content, &label));
	return add_task(table, row, &none, content);
}

/* "Tổng số: 2 nhiệm vụ" below the tasks. */
static int is_total(struct plan_table *table, const struct plan_row *row, int *ret_is)
{
	size_t at = 0;

	*ret_is = 0;
	while (at + 1 < row->count && !row->cells[at].length)
		at++;
	if (row->cells[at].length > TOTAL_BYTES_MAX)
		return 0;
	if (plan_words_read(table->reader->arena, &table->reader->words, row->cells[at]))
		return -1;
	*ret_is = row->is_split && plan_words_match(&table->reader->words, 0, table->reader->words.count,
						    "tong so|cong", NULL);
	return 0;
}

int plan_table_row(struct plan_table *table, const struct plan_row *row, struct plan_slice next)
{
	struct plan_slice number = cell_of(table, row, PLAN_COLUMN_NUMBER);
	struct plan_slice content = cell_of(table, row, PLAN_COLUMN_CONTENT);

	int total;

	if (!row->is_split)
		return lone_cell(table, row, plan_trim(row->line, " \r"), next);
	if (is_total(table, row, &total))
		return -1;
	if (total)
		return plan_find_line(table->reader, "line_not_read", row->line);
	if (row->filled == 1 && row->cells[0].length && table->columns.of[0] == PLAN_COLUMN_NUMBER)
		return lone_cell(table, row, row->cells[0], next);
	if (!table->columns.has[PLAN_COLUMN_NUMBER])
		return unnumbered_row(table, row);
	if (number.length)
		return numbered_row(table, row, number, next);
	if (row->filled == 1 && content.length && is_upper_case(content))
		return lone_cell(table, row, content, next);
	return continue_task(table, row);
}
