#include "plan.h"

#include <string.h>

#include "plan_reader.h"
#include "text.h"

enum state { IN_HEAD, IN_TASKS, IN_APPENDIX, IN_INDICATORS, AFTER_SIGNATURE };

struct document {
	struct plan_reader reader;
	struct plan_head head;
	struct plan_table table;
	struct plan_columns indicator_columns;
	struct plan_list indicators;
	enum state state;
	const char *text;
	size_t length;
};

/* The line at that place; moves behind it. Lines end with LF, CRLF or CR. */
static struct plan_slice next_line(const struct document *document, size_t *at)
{
	const char *from = document->text + *at;
	size_t rest = document->length - *at;
	const char *end = memchr(from, '\n', rest);
	struct plan_slice line = { from, end ? (size_t)(end - from) : rest };

	*at += line.length + (end != NULL);
	return line;
}

static int is_blank(struct plan_slice line)
{
	return !plan_trim(line, " \t\r").length;
}

/* The first cell of the next row that is not blank. */
static struct plan_slice peek_cell(const struct document *document, size_t at)
{
	struct plan_slice line = { "", 0 };
	const char *tab;

	/* A few blank lines are looked over; a document of them is not read again and again. */
	for (int i = 0; i < 8 && at < document->length && is_blank(line); i++)
		line = next_line(document, &at);
	tab = line.length ? memchr(line.text, '\t', line.length) : NULL;
	if (tab)
		line.length = (size_t)(tab - line.text);
	return plan_trim(line, " \r");
}

static int opens_appendix(const struct plan_row *row)
{
	static const char *const openings[] = { "Phụ lục", "PHỤ LỤC", "Phụ Lục", NULL };

	for (const char *const *opening = openings; *opening; opening++) {
		if (!row->is_split && row->line.length < 300 && row->line.length >= strlen(*opening) &&
		    !memcmp(row->line.text, *opening, strlen(*opening)))
			return 1;
	}
	return 0;
}

/* The block below the tasks; a table or an appendix may come after it. */
static int opens_signature(const struct plan_row *row)
{
	static const char *const openings[] = {
		"Nơi nhận", "NƠI NHẬN", "TM. ", "KT. ", "TUQ. ", "TL. ", NULL
	};
	size_t at = 0;

	while (at + 1 < row->count && !row->cells[at].length)
		at++;
	for (const char *const *opening = openings; *opening; opening++) {
		size_t length = strlen(*opening);

		if (row->cells[at].length >= length && !memcmp(row->cells[at].text, *opening, length))
			return row->filled <= 2;
	}
	return 0;
}

static int find_missing_columns(struct plan_table *table)
{
	static const struct {
		enum plan_column column;
		const char *title;
	} wanted[] = {
		{ PLAN_COLUMN_CONTENT, "Nội dung công việc" },
		{ PLAN_COLUMN_OUTPUT, "Kết quả, sản phẩm" },
		{ PLAN_COLUMN_TIME, "Thời gian thực hiện" },
	};
	const struct plan_columns *columns = &table->columns;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		if (!columns->has[wanted[i].column] &&
		    plan_find_line(table->reader, "column_missing", plan_slice_of(wanted[i].title)))
			return -1;
	}
	if (!columns->has[PLAN_COLUMN_PEOPLE] && !columns->has[PLAN_COLUMN_LEAD])
		return plan_find_line(table->reader, "column_missing",
				      plan_slice_of("Cơ quan, đơn vị thực hiện"));
	return 0;
}

static int is_indicator_table(const struct plan_columns *columns)
{
	return columns->has[PLAN_COLUMN_INDICATOR] ||
	       (columns->has[PLAN_COLUMN_TARGET] && !columns->has[PLAN_COLUMN_TIME]);
}

/* 1: the row was a table's header. */
static int read_header(struct document *document, const struct plan_row *row)
{
	struct plan_columns columns = document->state == IN_INDICATORS ? document->indicator_columns
								       : document->table.columns;
	int is_first = !document->table.columns.count;
	int result;

	columns.split_spaces = row->is_split && !memchr(row->line.text, '\t', row->line.length);
	result = plan_columns_read(&document->reader, row, &columns);
	if (result <= 0)
		return result;
	if (is_indicator_table(&columns)) {
		document->indicator_columns = columns;
		document->state = IN_INDICATORS;
		return 1;
	}
	document->table.columns = columns;
	document->state = IN_TASKS;
	return is_first && find_missing_columns(&document->table) ? -1 : 1;
}

static int read_before_table(struct document *document, const struct plan_row *row, struct plan_slice next)
{
	if (!row->is_split || row->filled < 2 || row->count < 4)
		return plan_head_line(&document->reader, &document->head, row->line);
	plan_columns_default(&document->table.columns);
	document->state = IN_TASKS;
	if (plan_find_line(&document->reader, "header_missing", row->line))
		return -1;
	return plan_table_row(&document->table, row, next);
}

static int is_spaced(const struct document *document)
{
	switch (document->state) {
	case IN_HEAD:
		return 1;
	case IN_INDICATORS:
		return document->indicator_columns.split_spaces;
	default:
		return document->table.columns.split_spaces;
	}
}

static int read_line(struct document *document, struct plan_slice line, struct plan_slice next)
{
	struct plan_row row;
	int header;

	plan_row_read(&row, line, is_spaced(document) || document->state == IN_APPENDIX);
	if (opens_appendix(&row)) {
		document->state = IN_APPENDIX;
		return plan_appendix_line(&document->reader, line);
	}
	header = read_header(document, &row);
	if (header)
		return header < 0 ? -1 : 0;
	if (document->state == IN_TASKS && opens_signature(&row))
		document->state = AFTER_SIGNATURE;
	switch (document->state) {
	case IN_HEAD:
		/* Two spaces do not make a table of a line before its header. */
		plan_row_read(&row, line, 0);
		return read_before_table(document, &row, next);
	case IN_TASKS:
		return plan_table_row(&document->table, &row, next);
	case IN_APPENDIX:
		return plan_appendix_line(&document->reader, line);
	case IN_INDICATORS:
		return plan_indicator_row(&document->reader, &document->indicator_columns, &row,
					  &document->indicators);
	case AFTER_SIGNATURE:
		return plan_find_line(&document->reader, "line_not_read", line);
	}
	return 0;
}

static int read_lines(struct document *document)
{
	for (size_t at = 0; at < document->length;) {
		struct plan_slice line = next_line(document, &at);

		document->reader.row++;
		if (!is_blank(line) && read_line(document, line, peek_cell(document, at)))
			return -1;
	}
	return 0;
}

/* Replaces what is not UTF-8, and NULs, by U+FFFD; the first such line is found. */
static int repair(struct document *document)
{
	const char *text = document->text;
	char *copy;
	size_t size = 0;
	int row = 1;
	int found = 0;

	if (text_valid(text, document->length))
		return 0;
	copy = arena_array(document->reader.arena, document->length + 1, 3);
	if (!copy)
		return -1;
	for (size_t at = 0; at < document->length;) {
		uint32_t code;

		at += text_next(text + at, document->length - at, &code);
		row += code == '\n';
		if ((code == 0xFFFD || !code) && found != row && !found) {
			found = row;
			document->reader.row = row;
			if (plan_find_line(&document->reader, "not_utf8", plan_slice_of("")))
				return -1;
		}
		size += text_put(copy + size, code ? code : 0xFFFD);
	}
	document->reader.row = 0;
	document->text = copy;
	document->length = size;
	return 0;
}

/*
 * Spaces of any kind become plain ones, invisible marks go; form feeds and a
 * CR alone end lines as LF does. Returns the new length.
 */
static size_t simplify(char *text, size_t length)
{
	size_t size = 0;

	for (size_t at = 0; at < length;) {
		uint32_t code;
		size_t bytes = text_next(text + at, length - at, &code);
		int is_break = code == '\f' || code == '\v' || (code == '\r' && text[at + 1] != '\n');

		if (is_break || code == '\t' || code == '\n') {
			text[size++] = code == '\t' ? '\t' : '\n';
		} else if (text_is_space(code)) {
			text[size++] = ' ';
		} else if (!text_is_invisible(code)) {
			memmove(text + size, text + at, bytes);
			size += bytes;
		}
		at += bytes;
	}
	text[size] = 0;
	return size;
}

static int normalize(struct document *document)
{
	char *text;

	if (repair(document))
		return -1;
	text = text_nfc(document->reader.arena, document->text, document->length);
	if (!text)
		return -1;
	document->text = text;
	document->length = simplify(text, strlen(text));
	return 0;
}

static int finish(struct document *document, struct plan *plan)
{
	struct plan_reader *reader = &document->reader;

	if (plan_head_finish(reader, &document->head) || plan_tasks_finish(&document->table) ||
	    plan_headings_finish(document->table.headings) || plan_appendix_finish(reader))
		return -1;
	plan->indicators = document->indicators.items;
	plan->indicator_count = document->indicators.count;
	if (plan_limits_check(reader))
		return -1;
	plan->findings = reader->findings.items;
	plan->finding_count = reader->findings.count;
	return 0;
}

int plan_parse(const char *text, size_t length, const struct plan_directory *directory, int year,
	       struct arena *arena, struct plan *ret_plan)
{
	struct plan plan = { 0 };
	struct document document = {
		.reader = { .arena = arena, .plan = &plan, .year = year },
		.indicators = { .size = sizeof(struct plan_indicator) },
		.text = text,
		.length = length,
	};
	struct plan_reader *reader = &document.reader;

	reader->findings.size = sizeof(struct plan_finding);
	reader->names = plan_names_new(arena, directory);
	document.table.reader = reader;
	document.table.tasks.size = sizeof(struct plan_raw_task);
	document.table.headings = plan_headings_new(reader);
	if (!reader->names || !document.table.headings || normalize(&document) || read_lines(&document))
		return -1;
	if (finish(&document, &plan))
		return -1;
	*ret_plan = plan;
	return 0;
}
