#include <string.h>

#include "plan_reader.h"
#include "text.h"

static const char *const letters[] = {
	"A", "B", "C", "D", "Đ", "E", "F", "G", "H", "K", "L",
	"M", "N", "O", "P", "Q", "R", "S", "T", "U", "Y", NULL,
};

static const char *const romans[] = {
	"I",     "II",   "III", "IV",   "V",     "VI",     "VII",   "VIII", "IX", "X",   "XI",
	"XII",   "XIII", "XIV", "XV",   "XVI",   "XVII",   "XVIII", "XIX",  "XX", "XXI", "XXII",
	"XXIII", "XXIV", "XXV", "XXVI", "XXVII", "XXVIII", "XXIX",  "XXX",  NULL,
};

/* Words before a label that are part of it. */
static const char *const heading_words[] = { "Phần ", "PHẦN ", "Chương ", "CHƯƠNG ", "Mục ", "MỤC ", NULL };

int plan_roman(const char *fold)
{
	static const char *const values[] = { "i", "ii", "iii", "iv", NULL };

	for (int i = 0; values[i]; i++) {
		if (!strcmp(fold, values[i]) || (fold[0] == '1' + i && !fold[1]))
			return i + 1;
	}
	return 0;
}

/* Bytes of the list's longest entry that the text opens with. */
static size_t match_list(const char *const *list, struct plan_slice text)
{
	size_t best = 0;

	for (; *list; list++) {
		size_t length = strlen(*list);

		if (length > best && length <= text.length && !memcmp(*list, text.text, length))
			best = length;
	}
	return best;
}

/* Phần stands over Chương, Chương over Mục. */
static int heading_rank(struct plan_slice text)
{
	int rank = 2;

	for (const char *const *word = heading_words; *word; word++, rank++) {
		if (strlen(*word) <= text.length && !memcmp(*word, text.text, strlen(*word)))
			return rank / 2;
	}
	return 0;
}

static size_t match_digits(struct plan_slice text)
{
	size_t at = 0;

	while (at < text.length && at < 5 && text.text[at] >= '0' && text.text[at] <= '9')
		at++;
	return at;
}

/* ".1.2" after a number or Roman numeral. */
static size_t match_deeper(struct plan_slice text)
{
	size_t at = 0;

	while (at + 1 < text.length && text.text[at] == '.') {
		size_t digits = match_digits((struct plan_slice){ text.text + at + 1, text.length - at - 1 });

		if (!digits)
			break;
		at += 1 + digits;
	}
	return at;
}

static int small_number(struct plan_slice digits)
{
	int value = 0;

	for (size_t i = 0; i < digits.length; i++)
		value = value * 10 + (digits.text[i] - '0');
	return value;
}

/* The style and bytes of the label itself. */
static size_t match_label(struct plan_slice text, struct plan_label *label)
{
	struct plan_slice rest;
	size_t length = match_digits(text);

	label->style = PLAN_LABEL_NUMBER;
	if (!length) {
		label->style = PLAN_LABEL_ROMAN;
		length = match_list(romans, text);
	}
	if (!length) {
		label->style = PLAN_LABEL_LETTER;
		length = match_list(letters, text);
	}
	if (!length)
		return 0;
	rest = (struct plan_slice){ text.text + length, text.length - length };
	if (match_deeper(rest)) {
		label->style = PLAN_LABEL_DEEP;
		return length + match_deeper(rest);
	}
	if (label->style == PLAN_LABEL_NUMBER)
		label->number = small_number((struct plan_slice){ text.text, length });
	return length;
}

/* Marks and white space after a label. Both or one of them, or the text's end, must follow. */
static size_t match_end(struct plan_slice text, size_t at, int *ret_marks, int *ret_spaces)
{
	size_t from = at;

	while (at < text.length && memchr(".)/:-", text.text[at], 5))
		at++;
	*ret_marks = at > from;
	from = at;
	while (at < text.length && text.text[at] == ' ')
		at++;
	*ret_spaces = at > from;
	return at;
}

static struct plan_label read_piece(struct plan_slice text)
{
	struct plan_label none = { 0 };
	int marks, spaces;
	size_t end;

	if (text.length < 2 || text.text[0] < 'a' || text.text[0] > 'z' || !memchr(").", text.text[1], 2))
		return none;
	end = match_end(text, 1, &marks, &spaces);
	if (!spaces && end < text.length)
		return none;
	return (struct plan_label){ .style = PLAN_LABEL_PIECE, .text = { text.text, 1 }, .length = end };
}

struct plan_label plan_label_read(struct plan_slice text)
{
	struct plan_label label = { 0 };
	size_t opening = match_list(heading_words, text);
	struct plan_slice rest = { text.text + opening, text.length - opening };
	size_t length = match_label(rest, &label);
	int spaces;

	if (!length)
		return read_piece(text);
	label.text = (struct plan_slice){ text.text, opening + length };
	label.length = match_end(text, opening + length, &label.has_mark, &spaces);
	if (opening) {
		label.style = PLAN_LABEL_WORDS;
		label.rank = heading_rank(text);
	}
	if (spaces || label.length == text.length)
		return label;
	if (label.has_mark && memchr(".)", text.text[label.length - 1], 2))
		return label;
	return (struct plan_label){ 0 };
}
