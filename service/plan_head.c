#include <string.h>

#include "plan_reader.h"

/* The name of the plan's issuer follows "của" in the line of its decision. */
static int read_issuer(struct plan_reader *reader, size_t from)
{
	const struct plan_words *words = &reader->words;
	struct plan_slice issuer;

	for (size_t at = from; at < words->count; at++) {
		if (!plan_word_is(words, at, "cua"))
			continue;
		issuer = plan_trim(plan_words_slice(words, at + 1, words->count), " ).;,");
		if (!issuer.length)
			return 0;
		reader->plan->issuer = plan_copy(reader, issuer);
		return reader->plan->issuer ? 0 : -1;
	}
	return 0;
}

/* "số: 1234/QĐ-UBND"; drafts have nothing before the "/". */
static int read_number(struct plan_reader *reader, size_t at)
{
	const struct plan_words *words = &reader->words;
	size_t from = at + plan_words_match(words, at, words->count, "so :?", NULL);
	size_t end = from;

	if (from == at || !plan_words_match(words, from, words->count, "# /", NULL))
		return 0;
	while (end < words->count && (end == from || words->items[end].is_glued))
		end++;
	reader->plan->decision_number = plan_copy(reader,
						  plan_trim(plan_words_slice(words, from, end), " ,;.)"));
	return reader->plan->decision_number ? 0 : -1;
}

/* The year of "năm 2025" in the words, 0 when there is none. */
static int find_year(const struct plan_words *words)
{
	int numbers[4];

	for (size_t at = 0; at < words->count; at++) {
		if (plan_words_match(words, at, words->count, "nam #", numbers) && numbers[0] >= 1990 &&
		    numbers[0] <= 2100)
			return numbers[0];
	}
	return 0;
}

static int read_decision(struct plan_reader *reader)
{
	const struct plan_words *words = &reader->words;
	size_t at = 0;

	while (at < words->count && !plan_words_match(words, at, words->count, "so", NULL))
		at++;
	if (read_number(reader, at))
		return -1;
	reader->plan->decided_on = plan_date_find(words, 0, words->count);
	if (!reader->plan->year)
		reader->plan->year = -find_year(words);
	return read_issuer(reader, at);
}

static int is_kind(const struct plan_words *words, const char *pattern)
{
	return plan_words_match(words, 0, words->count, pattern, NULL) > 0;
}

enum { TITLE_LINES_MAX = 12, TITLE_LINES_USUAL = 3, TITLE_BYTES_MAX = 2000, PLACE_WORDS_MAX = 6 };

static int add_title(struct plan_reader *reader, struct plan_head *head, struct plan_slice line)
{
	const char **piece;

	if (!line.length)
		return 0;
	head->title.size = sizeof(*piece);
	piece = plan_list_add(reader->arena, &head->title);
	if (!piece ||
	    (head->title.count == TITLE_LINES_USUAL + 1 && plan_find_line(reader, "title_long", line)))
		return -1;
	*piece = plan_copy(reader, line);
	if (!*piece)
		return -1;
	if (find_year(&reader->words))
		reader->plan->year = find_year(&reader->words);
	return 0;
}

/* Where "Quảng Ngãi, ngày 10 tháng 01 năm 2026" ends the line; the line's length where it does not. */
static size_t find_place(const struct plan_words *words, size_t from)
{
	size_t date = from;
	size_t place;

	while (date < words->count && plan_words_match(words, date, words->count, ", ngay # thang # nam #",
						       NULL) != words->count - date)
		date++;
	if (date == words->count)
		return date;
	place = date;
	while (place > from && date - place < PLACE_WORDS_MAX && words->items[place - 1].kind == PLAN_WORD &&
	       !words->items[place - 1].is_lower)
		place--;
	return place < date ? place : words->count;
}

/* The letterhead: "Số: 15/KH-UBND", "Quảng Ngãi, ngày 10 tháng 01 năm 2026", or both in a line. */
static int read_letterhead(struct plan_reader *reader, struct plan_slice line)
{
	const struct plan_words *words = &reader->words;
	struct plan *plan = reader->plan;
	size_t from = 0;
	size_t place;

	if (is_kind(words, "so :? # /") && !plan->decision_number) {
		if (read_number(reader, 0))
			return -1;
		from = plan_words_match(words, 0, words->count, "so :?", NULL);
		do
			from++;
		while (from < words->count && words->items[from].is_glued);
	}
	place = find_place(words, from);
	if (place < words->count && !plan->decided_on.year) {
		plan->decided_on = plan_date_find(words, place, words->count);
		if (!plan->decided_on.year)
			place = words->count;
	} else {
		place = words->count;
	}
	if (from >= place)
		return 0;
	return plan_find_line(reader, "line_not_read",
			      from || place < words->count ? plan_words_slice(words, from, place) : line);
}

/* Words a title does not open a line with: what follows it is a table or a paragraph. */
static const char *const after_title[] = {
	"can cu|thuc", "nham", "bang|bieu #", "stt|tt", "so tt|thu", "kinh gui", "noi nhan", NULL,
};

static int ends_title(const struct plan_words *words, const struct plan_head *head, const char *plain)
{
	size_t count = words->count;

	for (const char *const *opening = after_title; *opening; opening++) {
		if (is_kind(words, *opening))
			return 1;
	}
	/* Not "Đề án", which folds to the same. */
	if (!strncmp(plain, "Để ", strlen("Để ")) || !strncmp(plain, "để ", strlen("để ")))
		return 1;
	if (count && (plan_word_is(words, count - 1, ":") ||
		      (count >= 2 && plan_words_match(words, count - 2, count, "nhu sau", NULL))))
		return 1;
	return plan_label_read(plan_slice_of(plain)).style || head->title.count >= TITLE_LINES_MAX ||
	       strspn(plain, "-_ ") >= 3;
}

int plan_head_line(struct plan_reader *reader, struct plan_head *head, struct plan_slice line)
{
	char *plain;

	if (line.length > TITLE_BYTES_MAX)
		return plan_find_line(reader, "line_not_read", line);
	plain = plan_clean(reader->arena, line);
	if (!plain || plan_words_read(reader->arena, &reader->words, plan_slice_of(plain)))
		return -1;
	line = plan_slice_of(plain);
	if (is_kind(&reader->words, "(? kem theo quyet dinh so") || is_kind(&reader->words, "( kem theo") ||
	    is_kind(&reader->words, "( ban hanh kem theo")) {
		head->in_title = 0;
		return read_decision(reader);
	}
	if (!head->is_titled && is_kind(&reader->words, "ke hoach")) {
		head->in_title = 1;
		head->is_titled = 1;
		/* The two words may be written without their marks: their bytes do not tell where they end. */
		return add_title(reader, head,
				 plan_trim(plan_words_slice(&reader->words, 2, reader->words.count), " :-"));
	}
	/* Sections of text before the table end a title that no decision does. */
	if (head->in_title && ends_title(&reader->words, head, plain))
		head->in_title = 0;
	if (head->in_title)
		return add_title(reader, head, line);
	return read_letterhead(reader, line);
}

int plan_head_finish(struct plan_reader *reader, struct plan_head *head)
{
	struct plan *plan = reader->plan;
	struct plan_where where = { 1, "/title" };

	plan->title = plan_join(reader, where, &head->title);
	if (!plan->title)
		return -1;
	if (!*plan->title && plan_find(reader, where, "title_unknown", plan_slice_of("")))
		return -1;
	where.field = "/year";
	if (plan->year < 0) {
		plan->year = -plan->year;
		if (plan_find(reader, where, "year_from_decision", plan_slice_of("")))
			return -1;
	}
	if (!plan->year && plan->decided_on.year) {
		plan->year = plan->decided_on.year;
		if (plan_find(reader, where, "year_from_decision", plan_slice_of("")))
			return -1;
	}
	if (!plan->year && reader->year) {
		plan->year = reader->year;
		if (plan_find(reader, where, "year_given", plan_slice_of("")))
			return -1;
	}
	if (!plan->year)
		return plan_find(reader, where, "year_unknown", plan_slice_of(""));
	plan->code = arena_printf(reader->arena, "kstthc-%d", plan->year);
	return plan->code ? 0 : -1;
}
