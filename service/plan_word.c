#include <limits.h>
#include <string.h>

#include "plan_reader.h"
#include "text.h"

void *plan_list_add(struct arena *arena, struct plan_list *list)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 4;
		void *items = arena_array(arena, capacity, list->size);

		if (!items)
			return NULL;
		if (list->count)
			memcpy(items, list->items, list->count * list->size);
		list->items = items;
		list->capacity = capacity;
	}
	return (char *)list->items + list->size * list->count++;
}

struct plan_slice plan_slice_of(const char *text)
{
	return (struct plan_slice){ text, strlen(text) };
}

struct plan_slice plan_trim(struct plan_slice text, const char *marks)
{
	while (text.length && memchr(marks, *text.text, strlen(marks))) {
		text.text++;
		text.length--;
	}
	while (text.length && memchr(marks, text.text[text.length - 1], strlen(marks)))
		text.length--;
	return text;
}

char *plan_copy(struct plan_reader *reader, struct plan_slice text)
{
	return arena_strndup(reader->arena, text.text, text.length);
}

static int words_reserve(struct arena *arena, struct plan_words *words, size_t length)
{
	/* As many words as bytes, each fold at most twice its word and a NUL. */
	size_t capacity = words->capacity ? words->capacity : 256;

	if (length < words->capacity)
		return 0;
	while (capacity <= length)
		capacity *= 2;
	words->items = arena_array(arena, capacity, sizeof(*words->items));
	words->folds = arena_array(arena, capacity, 3);
	if (!words->items || !words->folds) {
		words->capacity = 0;
		return -1;
	}
	words->capacity = capacity;
	return 0;
}

struct mark_alias {
	unsigned code;
	const char *mark;
};

static const struct mark_alias mark_aliases[] = {
	{ 0x2010, "-" }, { 0x2011, "-" }, { 0x2012, "-" },  { 0x2013, "-" },
	{ 0x2014, "-" }, { 0x2212, "-" }, { 0x2022, "-" },  { 0x25CF, "-" },
	{ 0x2018, "'" }, { 0x2019, "'" }, { 0x201C, "\"" }, { 0x201D, "\"" },
	{ 0x2026, "." }, { 0x2264, "≤" }, { 0x2265, "≥" },  { 0x2044, "/" },
	{ 0 },
};

/* The mark a code point is, NULL for a letter. */
static const char *mark_of(uint32_t code)
{
	for (const struct mark_alias *alias = mark_aliases; alias->code; alias++) {
		if (alias->code == code)
			return alias->mark;
	}
	return NULL;
}

static int is_ascii_mark(uint32_t code)
{
	return code > ' ' && code < 0x7F && !(code >= '0' && code <= '9') &&
	       !((code | 32) >= 'a' && (code | 32) <= 'z');
}

static int is_digit(uint32_t code)
{
	return code >= '0' && code <= '9';
}

static size_t scan_number(struct plan_word *word, const char *text, size_t length)
{
	size_t at = 0;
	long value = 0;

	for (; at < length && is_digit((unsigned char)text[at]); at++) {
		if (value < INT_MAX)
			value = value * 10 + (text[at] - '0');
	}
	word->kind = PLAN_NUMBER;
	word->number = value < INT_MAX ? (int)value : INT_MAX;
	return at;
}

static size_t scan_letters(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length) {
		uint32_t code;
		size_t bytes = text_next(text + at, length - at, &code);

		if (text_is_space(code) || is_ascii_mark(code) || (code >= 0x2000 && mark_of(code)))
			break;
		at += bytes;
	}
	return at;
}

/* Reads one word; returns its bytes and moves the place for folds on. */
static size_t scan_word(struct plan_word *word, struct plan_slice rest, char **folds)
{
	uint32_t code;
	size_t length = text_next(rest.text, rest.length, &code);
	const char *mark = code >= 0x2000 ? mark_of(code) : NULL;
	size_t folded;

	if (mark || is_ascii_mark(code)) {
		word->kind = PLAN_MARK;
	} else if (is_digit(code)) {
		length = scan_number(word, rest.text, rest.length);
	} else {
		word->kind = PLAN_WORD;
		word->is_lower = text_is_lower(code);
		length = scan_letters(rest.text, rest.length);
	}
	word->at = (struct plan_slice){ rest.text, length };
	word->fold = mark ? mark : *folds;
	folded = mark ? 0 : text_fold_into(*folds, rest.text, length);
	(*folds)[folded] = 0;
	*folds += folded + 1;
	return length;
}

int plan_words_read(struct arena *arena, struct plan_words *words, struct plan_slice text)
{
	char *folds;
	int glued = 0;

	words->count = 0;
	if (words_reserve(arena, words, text.length))
		return -1;
	folds = words->folds;
	for (size_t at = 0; at < text.length;) {
		struct plan_word *word = &words->items[words->count];
		uint32_t code;
		size_t bytes = text_next(text.text + at, text.length - at, &code);

		if (text_is_space(code)) {
			glued = 0;
			at += bytes;
			continue;
		}
		*word = (struct plan_word){ .is_glued = glued };
		at += scan_word(word, (struct plan_slice){ text.text + at, text.length - at }, &folds);
		words->count++;
		glued = 1;
	}
	return 0;
}

static int token_is(struct plan_slice token, const char *fold)
{
	size_t length = strlen(fold);

	for (const char *at = token.text, *end = at + token.length; at < end;) {
		const char *bar = memchr(at, '|', (size_t)(end - at));
		size_t part = (size_t)((bar ? bar : end) - at);

		if (part == length && !memcmp(at, fold, length))
			return 1;
		at += part + 1;
	}
	return 0;
}

static int token_matches(struct plan_slice token, const struct plan_word *word, int **numbers,
			 const int *last)
{
	if (*token.text != '#')
		return token_is(token, word->fold);
	if (word->kind != PLAN_NUMBER)
		return 0;
	if (*numbers && *numbers < last)
		*(*numbers)++ = word->number;
	return 1;
}

size_t plan_words_match(const struct plan_words *words, size_t at, size_t end, const char *pattern,
			int *numbers)
{
	const int *last = numbers ? numbers + 4 : NULL;
	size_t from = at;

	while (*pattern) {
		size_t length = strcspn(pattern, " ");
		int optional = length > 1 && pattern[length - 1] == '?';
		struct plan_slice token = { pattern, length - (size_t)optional };

		if (at < end && token_matches(token, &words->items[at], &numbers, last))
			at++;
		else if (!optional)
			return 0;
		pattern += length;
		pattern += *pattern == ' ';
	}
	return at - from;
}

int plan_word_is(const struct plan_words *words, size_t at, const char *fold)
{
	return at < words->count && !strcmp(words->items[at].fold, fold);
}

struct plan_slice plan_words_slice(const struct plan_words *words, size_t at, size_t end)
{
	const struct plan_slice *first, *last;

	if (at >= end || end > words->count)
		return (struct plan_slice){ "", 0 };
	first = &words->items[at].at;
	last = &words->items[end - 1].at;
	return (struct plan_slice){ first->text, (size_t)(last->text + last->length - first->text) };
}
