#ifndef KSTTHC_PLAN_READER_H
#define KSTTHC_PLAN_READER_H

#include <stddef.h>

#include "arena.h"
#include "plan.h"

/*
 * What the files of the plan reader share; nothing outside plan*.c includes
 * it. All int functions that are said to fail return -1 when the arena is
 * used up, and only then.
 */

#define PLAN_MUST_CHECK __attribute__((warn_unused_result))

enum {
	PLAN_TASKS_MAX = 2000,
	PLAN_FINDINGS_MAX = 10000,
	PLAN_CELLS_MAX = 32,
	PLAN_ITEMS_MAX = 200,       /* outputs, timings, assignments of one part */
	PLAN_CELL_BYTES_MAX = 8192, /* a cell that is read for its meaning */
};

/* A growing array in the arena; items move when it grows. */
struct plan_list {
	void *items;
	size_t size; /* of one item */
	size_t count;
	size_t capacity;
};

/* Room for one more zeroed item at the end; NULL when the arena is used up. */
void *plan_list_add(struct arena *arena, struct plan_list *list) PLAN_MUST_CHECK;

struct plan_slice {
	const char *text;
	size_t length;
};

/* A word, a number or a mark of a text. */
enum plan_word_kind { PLAN_WORD, PLAN_NUMBER, PLAN_MARK };

struct plan_word {
	struct plan_slice at; /* in the text */
	const char *fold;     /* lower case, no diacritics */
	int number;           /* of PLAN_NUMBER; INT_MAX when it is larger */
	enum plan_word_kind kind;
	int is_lower; /* begins with a lower-case letter */
	int is_glued; /* no white space before it */
};

/* Kept from text to text for its memory; valid until the next reading. */
struct plan_words {
	struct plan_word *items;
	size_t count;
	size_t capacity;
	char *folds;
	size_t fold_capacity;
};

int plan_words_read(struct arena *arena, struct plan_words *words, struct plan_slice text) PLAN_MUST_CHECK;

/*
 * Matches a pattern against the words from at, up to end. Its tokens stand
 * apart by spaces: a folded word, alternatives "a|b", "#" a number, "?" after
 * a token that may be missing. Returns how many words it takes, 0 for no
 * match; numbers gets those of "#", at most 4.
 */
size_t plan_words_match(const struct plan_words *words, size_t at, size_t end, const char *pattern,
			int *numbers);

int plan_word_is(const struct plan_words *words, size_t at, const char *fold);

/* The text from the first word to the one before end. */
struct plan_slice plan_words_slice(const struct plan_words *words, size_t at, size_t end);

/* 1 to 4 of "i" to "iv" or "1" to "4", else 0. */
int plan_roman(const char *fold);

/* The directory, indexed by folded names. */
struct plan_names;

struct plan_party_match {
	const struct plan_party *party; /* NULL: a general phrase such as "đơn vị" */
	size_t words;                   /* 0: no match */
	int is_guess;
	int is_ambiguous; /* several parties bear the name */
	int is_head;      /* "thủ trưởng các ...": the person at the head of the party */
};

struct plan_names *plan_names_new(struct arena *arena,
				  const struct plan_directory *directory) PLAN_MUST_CHECK;

/* The longest name at that word. */
struct plan_party_match plan_names_match(const struct plan_names *names, const struct plan_words *words,
					 size_t at, size_t end);

struct plan_reader {
	struct arena *arena;
	struct plan *plan;
	const struct plan_names *names;
	struct plan_words words;
	struct plan_list findings;
	int row;                  /* line being read */
	int year;                 /* of the plan when the document states none, or 0 */
	int below_row, above_row; /* of the target rule's cases */
};

struct plan_where {
	int row;
	const char *field;
};

/* Adds a finding with a copy of its words; at the limit a last one says that more were left out. */
int plan_find(struct plan_reader *reader, struct plan_where where, const char *code,
	      struct plan_slice text) PLAN_MUST_CHECK;

/* The same without a copy: words live in the arena, or are NULL. */
int plan_find_kept(struct plan_reader *reader, struct plan_where where, const char *code,
		   const char *words) PLAN_MUST_CHECK;

/* plan_find() for the line being read, about no field of the plan. */
int plan_find_line(struct plan_reader *reader, const char *code, struct plan_slice text) PLAN_MUST_CHECK;

struct plan_slice plan_slice_of(const char *text);
struct plan_slice plan_trim(struct plan_slice text, const char *marks);
char *plan_copy(struct plan_reader *reader, struct plan_slice text) PLAN_MUST_CHECK;

/* A row of the document: its cells as they stand. */
struct plan_row {
	struct plan_slice line;
	struct plan_slice cells[PLAN_CELLS_MAX];
	size_t count;
	size_t filled; /* cells with something in them */
	int is_split;  /* had a separator */
};

/* Without markup and surplus white space; NULL when the arena is used up. */
char *plan_clean(struct arena *arena, struct plan_slice raw) PLAN_MUST_CHECK;

/* Splits at tabs; where there is none, at two or more spaces when asked. */
void plan_row_read(struct plan_row *row, struct plan_slice line, int split_spaces);

/* Pieces of a cell over page breaks as one text; a parenthesis closed twice at the seam is mended. */
char *plan_join(struct plan_reader *reader, struct plan_where where,
		const struct plan_list *pieces) PLAN_MUST_CHECK;

/* The "- " items of a cell (struct plan_slice), without their bullets; a cell without any is one item. */
int plan_items(struct plan_reader *reader, const char *cell, struct plan_list *items) PLAN_MUST_CHECK;

/* Columns by their titles. */
enum plan_column {
	PLAN_COLUMN_NONE,
	PLAN_COLUMN_NUMBER,
	PLAN_COLUMN_CONTENT,
	PLAN_COLUMN_OUTPUT,
	PLAN_COLUMN_PEOPLE,
	PLAN_COLUMN_LEAD,
	PLAN_COLUMN_COOPERATE,
	PLAN_COLUMN_TIME,
	PLAN_COLUMN_INDICATOR,
	PLAN_COLUMN_UNIT,
	PLAN_COLUMN_TARGET,
	PLAN_COLUMN_NOTE,
	PLAN_COLUMN_COUNT,
};

struct plan_columns {
	enum plan_column of[PLAN_CELLS_MAX];
	size_t count;
	int has[PLAN_COLUMN_COUNT];
	int split_spaces; /* the table's cells stand apart by spaces */
};

/* 1: the row is a header, the columns are read from it; 0: it is not; -1. */
int plan_columns_read(struct plan_reader *reader, const struct plan_row *row,
		      struct plan_columns *columns) PLAN_MUST_CHECK;

void plan_columns_default(struct plan_columns *columns);

/* What a row's label says. */
enum plan_label_style {
	PLAN_LABEL_NONE,
	PLAN_LABEL_LETTER, /* A, B, Đ */
	PLAN_LABEL_ROMAN,
	PLAN_LABEL_NUMBER, /* 1 */
	PLAN_LABEL_DEEP,   /* 1.1, I.1 */
	PLAN_LABEL_PIECE,  /* a) */
	PLAN_LABEL_WORDS,  /* Phần I, Mục 2 */
};

struct plan_label {
	enum plan_label_style style;
	struct plan_slice text; /* without the mark after it */
	size_t length;          /* of label, mark and white space in the text it opens */
	int number;             /* of PLAN_LABEL_NUMBER */
	int has_mark;           /* "1." or "1)", not "1 " */
	int rank;               /* of PLAN_LABEL_WORDS: 1 Phần, 2 Chương, 3 Mục */
};

/* The label a text opens with; style PLAN_LABEL_NONE where it opens with none. */
struct plan_label plan_label_read(struct plan_slice text);

/* Headings */
struct plan_headings;

struct plan_headings *plan_headings_new(struct plan_reader *reader) PLAN_MUST_CHECK;
int plan_headings_add(struct plan_headings *headings, const struct plan_label *label, const char *title)
	PLAN_MUST_CHECK; /* label->style PLAN_LABEL_NONE: a heading without one */

/* The ordinal of the section open now, 0 when none is. */
int plan_headings_current(const struct plan_headings *headings);

/* The ordinal of the section the task of that label stands in, or -1. */
int plan_headings_section(struct plan_headings *headings, const struct plan_label *label) PLAN_MUST_CHECK;

/* Called after plan_head_finish(): the plan's title is that of tasks without a heading. */
int plan_headings_finish(struct plan_headings *headings) PLAN_MUST_CHECK;

/* Tasks as rows give them, before their cells are read for their meaning. */
enum { PLAN_RAW_OUTPUT, PLAN_RAW_PEOPLE, PLAN_RAW_LEAD, PLAN_RAW_COOPERATE, PLAN_RAW_TIME, PLAN_RAW_COUNT };

struct plan_raw_part {
	const char *cells[PLAN_RAW_COUNT]; /* NULL where empty */
	struct plan_list pieces[PLAN_RAW_COUNT];
	char label; /* 'a' .. or 0 */
	int row;
};

struct plan_raw_task {
	const char *label;
	int number; /* 0: not a plain number */
	int section;
	int row;
	struct plan_list title; /* of const char * */
	struct plan_list parts;
};

/* A table being read into raw tasks. */
struct plan_table {
	struct plan_reader *reader;
	struct plan_columns columns;
	struct plan_headings *headings;
	struct plan_list tasks; /* of struct plan_raw_task */
	int is_full;
};

/* next is the first cell of the row after it: "1.1" after "1" makes that a heading. */
int plan_table_row(struct plan_table *table, const struct plan_row *row,
		   struct plan_slice next) PLAN_MUST_CHECK;

/* The cells of a task or part as raw tasks name them. */
enum plan_column plan_raw_column(int cell);

int plan_tasks_finish(struct plan_table *table) PLAN_MUST_CHECK;

/* Shares the cells that run over from a task to the next. */
int plan_tasks_merge(struct plan_reader *reader, struct plan_list *raw_tasks) PLAN_MUST_CHECK;

/* Gives each task its number, and its label where that is another. */
int plan_tasks_number(struct plan_reader *reader, const struct plan_list *raw_tasks) PLAN_MUST_CHECK;

/* Reads a time cell into timings (struct plan_timing). */
int plan_timings_read(struct plan_reader *reader, struct plan_where where, const char *cell,
		      struct plan_list *timings) PLAN_MUST_CHECK;

/* A recurrence that an output opens with: "Định kỳ hàng tháng công khai ...". */
int plan_timings_of_output(struct plan_reader *reader, struct plan_where where, const char *output,
			   struct plan_list *timings) PLAN_MUST_CHECK;

/* Whether a name or a word that opens names of agencies ("Sở", "UBND") stands there. */
int plan_party_starts(const struct plan_reader *reader, const struct plan_words *words, size_t at,
		      size_t end);

/* Reads a cell of people; role is of those whose duty is not said, as the column's title has it. */
int plan_assignments_read(struct plan_reader *reader, struct plan_where where, const char *cell,
			  enum plan_role role, struct plan_list *assignments) PLAN_MUST_CHECK;

/* Title, decision and year in the lines before the table. */
struct plan_head {
	struct plan_list title; /* of const char * */
	int in_title;
	int is_titled;
};

int plan_head_line(struct plan_reader *reader, struct plan_head *head,
		   struct plan_slice line) PLAN_MUST_CHECK;
int plan_head_finish(struct plan_reader *reader, struct plan_head *head) PLAN_MUST_CHECK;

/* "ngày 15 tháng 8 năm 2025", "15/8/2025" anywhere in the words; year 0 when there is none. */
struct plan_date plan_date_find(const struct plan_words *words, size_t at, size_t end);
int plan_date_is_real(struct plan_date date);
int plan_days_of_month(int year, int month);

int plan_appendix_line(struct plan_reader *reader, struct plan_slice line) PLAN_MUST_CHECK;
int plan_appendix_finish(struct plan_reader *reader) PLAN_MUST_CHECK;
int plan_indicator_row(struct plan_reader *reader, const struct plan_columns *columns,
		       const struct plan_row *row, struct plan_list *indicators) PLAN_MUST_CHECK;

/* Reads the words of a target into comparison and value; unit is in the indicator. */
int plan_target_read(struct plan_reader *reader, struct plan_where where, const char *plain,
		     struct plan_indicator *indicator) PLAN_MUST_CHECK;

/* Finds what is longer than a stored plan can hold. */
int plan_limits_check(struct plan_reader *reader) PLAN_MUST_CHECK;

#endif
