#include <string.h>

#include "plan_reader.h"
#include "text.h"

/* Where the text's first separator is: a tab, or two spaces; its bytes in ret_width, 0 when there is none. */
static size_t find_separator(struct plan_slice text, int split_spaces, size_t *ret_width)
{
	const char *tab;
	size_t at;

	*ret_width = 0;
	if (!split_spaces) {
		tab = memchr(text.text, '\t', text.length);
		*ret_width = tab != NULL;
		return tab ? (size_t)(tab - text.text) : text.length;
	}
	for (at = 0; at + 1 < text.length; at++) {
		if (text.text[at] != ' ' || text.text[at + 1] != ' ')
			continue;
		while (at + *ret_width < text.length && text.text[at + *ret_width] == ' ')
			++*ret_width;
		return at;
	}
	return text.length;
}

static int is_blank(struct plan_slice text)
{
	for (size_t at = 0; at < text.length;) {
		uint32_t code;

		at += text_next(text.text + at, text.length - at, &code);
		if (!text_is_space(code) && !text_is_invisible(code))
			return 0;
	}
	return 1;
}

static struct plan_slice trim_blank(struct plan_slice text)
{
	return is_blank(text) ? (struct plan_slice){ text.text, 0 } : plan_trim(text, " \r");
}

void plan_row_read(struct plan_row *row, struct plan_slice line, int split_spaces)
{
	struct plan_slice rest = line;
	int spaces = split_spaces && !memchr(line.text, '\t', line.length);

	row->line = line;
	row->count = 0;
	row->filled = 0;
	row->is_split = 0;
	if (spaces)
		rest = plan_trim(rest, " ");
	for (;;) {
		size_t width;
		size_t end = find_separator(rest, spaces, &width);
		int is_last = !width || row->count == PLAN_CELLS_MAX - 1;
		/* What has no cell of its own stays with the last one. */
		struct plan_slice cell = { rest.text, is_last ? rest.length : end };

		cell = trim_blank(cell);
		row->cells[row->count++] = cell;
		row->filled += cell.length > 0;
		if (is_last)
			return;
		row->is_split = 1;
		rest.text += end + width;
		rest.length -= end + width;
	}
}

struct column_title {
	const char
		*words; /* folded; the title has them all, apart by spaces; '=' first: it is exactly these */
	enum plan_column column;
};

/* The first row that fits decides. */
static const struct column_title column_titles[] = {
	{ "=stt", PLAN_COLUMN_NUMBER },
	{ "=tt", PLAN_COLUMN_NUMBER },
	{ "=so tt", PLAN_COLUMN_NUMBER },
	{ "=so thu tu", PLAN_COLUMN_NUMBER },
	{ "=s t t", PLAN_COLUMN_NUMBER },
	{ "=ma so", PLAN_COLUMN_NUMBER },
	{ "=ghi chu", PLAN_COLUMN_NOTE },
	{ "=don vi", PLAN_COLUMN_UNIT },
	{ "=don vi tinh", PLAN_COLUMN_UNIT },
	{ "=dvt", PLAN_COLUMN_UNIT },
	{ "=dv tinh", PLAN_COLUMN_UNIT },
	{ "=noi dung chi tieu", PLAN_COLUMN_INDICATOR },
	{ "=ten chi tieu", PLAN_COLUMN_INDICATOR },
	{ "=chi tieu", PLAN_COLUMN_INDICATOR },
	{ "=cac chi tieu", PLAN_COLUMN_INDICATOR },
	{ "=ten chi so", PLAN_COLUMN_INDICATOR },
	{ "=chi so", PLAN_COLUMN_INDICATOR },
	{ "chi tieu nam", PLAN_COLUMN_TARGET },
	{ "chi tieu giao", PLAN_COLUMN_TARGET },
	{ "=muc tieu", PLAN_COLUMN_TARGET },
	{ "muc tieu nam", PLAN_COLUMN_TARGET },
	{ "ke hoach nam", PLAN_COLUMN_TARGET },
	{ "gia tri", PLAN_COLUMN_TARGET },
	{ "chu tri phoi hop", PLAN_COLUMN_PEOPLE },
	{ "phoi hop", PLAN_COLUMN_COOPERATE },
	{ "chu tri", PLAN_COLUMN_LEAD },
	{ "thoi gian", PLAN_COLUMN_TIME },
	{ "thoi han", PLAN_COLUMN_TIME },
	{ "thoi diem", PLAN_COLUMN_TIME },
	{ "tien do", PLAN_COLUMN_TIME },
	{ "lo trinh", PLAN_COLUMN_TIME },
	{ "co quan", PLAN_COLUMN_PEOPLE },
	{ "don vi", PLAN_COLUMN_PEOPLE },
	{ "phan cong", PLAN_COLUMN_PEOPLE },
	{ "trach nhiem", PLAN_COLUMN_PEOPLE },
	{ "san pham", PLAN_COLUMN_OUTPUT },
	{ "ket qua", PLAN_COLUMN_OUTPUT },
	{ "dau ra", PLAN_COLUMN_OUTPUT },
	{ "noi dung", PLAN_COLUMN_CONTENT },
	{ "nhiem vu", PLAN_COLUMN_CONTENT },
	{ "cong viec", PLAN_COLUMN_CONTENT },
	{ "hoat dong", PLAN_COLUMN_CONTENT },
	{ 0 },
};

enum { COLUMN_TITLE_WORDS_MAX = 12, COLUMN_TITLE_BYTES_MAX = 120 };

/* The title's words as one folded text, marks left out; too long a one is empty. */
static void fold_title(const struct plan_words *words, char *out)
{
	size_t size = 0;

	for (size_t i = 0; i < words->count; i++) {
		size_t length = strlen(words->items[i].fold);

		if (words->items[i].kind == PLAN_MARK)
			continue;
		if (size + length + 2 > COLUMN_TITLE_BYTES_MAX) {
			size = 0;
			break;
		}
		if (size)
			out[size++] = ' ';
		memcpy(out + size, words->items[i].fold, length);
		size += length;
	}
	out[size] = 0;
}

static int title_fits(const char *title, const char *words)
{
	return *words == '=' ? !strcmp(title, words + 1) : strstr(title, words) != NULL;
}

static int title_column(struct plan_reader *reader, struct plan_slice cell, enum plan_column *ret_column)
{
	char title[COLUMN_TITLE_BYTES_MAX];
	char *plain;

	*ret_column = PLAN_COLUMN_NONE;
	if (!cell.length || cell.length > 2 * (size_t)COLUMN_TITLE_BYTES_MAX)
		return 0;
	plain = plan_clean(reader->arena, cell);
	if (!plain || plan_words_read(reader->arena, &reader->words, plan_slice_of(plain)))
		return -1;
	if (reader->words.count > COLUMN_TITLE_WORDS_MAX)
		return 0;
	fold_title(&reader->words, title);
	for (const struct column_title *row = column_titles; row->words; row++) {
		if (title_fits(title, row->words)) {
			*ret_column = row->column;
			break;
		}
	}
	return 0;
}

/*
 * A header names columns in most of its cells, and different ones. A list of
 * procedures has a number and remarks, but no content of tasks or indicators.
 */
static int is_header(const struct plan_row *row, const enum plan_column *of)
{
	int seen[PLAN_COLUMN_COUNT] = { 0 };
	size_t known = 0;

	for (size_t i = 0; i < row->count; i++)
		known += of[i] && !seen[of[i]]++;
	if (seen[PLAN_COLUMN_NUMBER] && of[0] == PLAN_COLUMN_NUMBER) {
		int has_content = seen[PLAN_COLUMN_CONTENT] || seen[PLAN_COLUMN_INDICATOR];

		return known >= (has_content ? 2 : 3) + (size_t)(seen[PLAN_COLUMN_NOTE] > 0);
	}
	return known >= 3 && known + 1 >= row->filled && known * 3 >= row->filled * 2;
}

/* "Chủ trì" and "Phối hợp" below "Phân công thực hiện", whose cell runs over both columns. */
static int joins_header(const struct plan_row *row, const enum plan_column *of,
			const struct plan_columns *columns)
{
	size_t known = 0;

	if (row->count > columns->count || !columns->has[PLAN_COLUMN_PEOPLE])
		return 0;
	for (size_t i = 0; i < row->count; i++) {
		enum plan_column above = columns->of[i];

		if (!row->cells[i].length)
			continue;
		if ((of[i] != PLAN_COLUMN_LEAD && of[i] != PLAN_COLUMN_COOPERATE) ||
		    (above != PLAN_COLUMN_PEOPLE && above != PLAN_COLUMN_NONE))
			return 0;
		known++;
	}
	return known == 2;
}

/* "(1) (2) (3)" under the titles. */
static int is_column_count(struct plan_reader *reader, const struct plan_row *row, int *ret_is)
{
	*ret_is = row->count >= 3 && row->filled == row->count;
	for (size_t i = 0; *ret_is && i < row->count; i++) {
		struct plan_slice digits = plan_trim(row->cells[i], "() ");

		if (plan_words_read(reader->arena, &reader->words, digits))
			return -1;
		*ret_is = reader->words.count == 1 && reader->words.items[0].number == (int)i + 1;
	}
	return 0;
}

static void take_columns(struct plan_columns *columns, const struct plan_row *row, const enum plan_column *of)
{
	int split_spaces = columns->split_spaces;

	*columns = (struct plan_columns){ .split_spaces = split_spaces, .count = row->count };
	for (size_t i = 0; i < row->count; i++) {
		columns->of[i] = columns->has[of[i]] ? PLAN_COLUMN_NONE : of[i];
		columns->has[of[i]] = 1;
	}
	columns->has[PLAN_COLUMN_NONE] = 0;
}

static int unknown_columns(struct plan_reader *reader, const struct plan_row *row,
			   const struct plan_columns *columns, const struct plan_columns *before)
{
	if (!memcmp(columns->of, before->of, sizeof(columns->of)))
		return 0;
	for (size_t i = 0; i < row->count; i++) {
		if (columns->of[i] == PLAN_COLUMN_NONE && row->cells[i].length &&
		    plan_find_line(reader, "column_unknown", row->cells[i]))
			return -1;
	}
	return 0;
}

int plan_columns_read(struct plan_reader *reader, const struct plan_row *row, struct plan_columns *columns)
{
	enum plan_column of[PLAN_CELLS_MAX] = { 0 };
	struct plan_columns before = *columns;
	int counts;

	if (row->filled < 2)
		return 0;
	if (columns->count && is_column_count(reader, row, &counts))
		return -1;
	if (columns->count && counts)
		return 1;
	if (row->line.length > PLAN_CELLS_MAX * (size_t)COLUMN_TITLE_BYTES_MAX)
		return 0;
	for (size_t i = 0; i < row->count; i++) {
		if (title_column(reader, row->cells[i], &of[i]))
			return -1;
	}
	if (joins_header(row, of, columns)) {
		for (size_t i = 0; i < row->count; i++)
			columns->of[i] = of[i] ? of[i] : columns->of[i];
		memset(columns->has, 0, sizeof(columns->has));
		for (size_t i = 0; i < columns->count; i++)
			columns->has[columns->of[i]] = columns->of[i] != PLAN_COLUMN_NONE;
		return 1;
	}
	if (!is_header(row, of))
		return 0;
	take_columns(columns, row, of);
	return unknown_columns(reader, row, columns, &before) ? -1 : 1;
}

void plan_columns_default(struct plan_columns *columns)
{
	static const enum plan_column order[] = {
		PLAN_COLUMN_NUMBER, PLAN_COLUMN_CONTENT, PLAN_COLUMN_OUTPUT,
		PLAN_COLUMN_PEOPLE, PLAN_COLUMN_TIME,
	};

	columns->count = sizeof(order) / sizeof(*order);
	for (size_t i = 0; i < columns->count; i++) {
		columns->of[i] = order[i];
		columns->has[order[i]] = 1;
	}
}
