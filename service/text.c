#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define REPLACEMENT 0xFFFDu

struct code_range {
	uint32_t first;
	uint32_t last;
};

static const struct code_range spaces[] = {
	{ 0x01, 0x20 },     { 0x7F, 0xA0 },     { 0x1680, 0x1680 },
	{ 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
	{ 0x205F, 0x205F }, { 0x3000, 0x3000 }, { 0 },
};

static const struct code_range invisibles[] = {
	{ 0xAD, 0xAD }, { 0x200B, 0x200F }, { 0x2060, 0x2064 }, { 0xFEFF, 0xFEFF }, { 0 },
};

static int in_ranges(const struct code_range *ranges, uint32_t code)
{
	for (; ranges->first; ranges++) {
		if (code >= ranges->first && code <= ranges->last)
			return 1;
	}
	return 0;
}

int text_is_space(uint32_t code)
{
	return in_ranges(spaces, code);
}

int text_is_invisible(uint32_t code)
{
	return code >= 0xAD && in_ranges(invisibles, code);
}

int text_is_lower(uint32_t code)
{
	return uc_toupper(code) != code;
}

int text_is_upper(uint32_t code)
{
	return uc_tolower(code) != code;
}

uint32_t text_lower(uint32_t code)
{
	return uc_tolower(code);
}

int text_valid(const char *text, size_t length)
{
	return !memchr(text, 0, length) && !u8_check((const uint8_t *)text, length);
}

size_t text_length(const char *text)
{
	return u8_mbsnlen((const uint8_t *)text, strlen(text));
}

size_t text_next(const char *text, size_t length, uint32_t *ret_code)
{
	ucs4_t code = REPLACEMENT;
	int bytes;

	if ((unsigned char)*text < 0x80) {
		*ret_code = (unsigned char)*text;
		return 1;
	}
	bytes = u8_mbtouc(&code, (const uint8_t *)text, length);
	*ret_code = code;
	return bytes > 0 ? (size_t)bytes : 1;
}

size_t text_put(char *out, uint32_t code)
{
	int bytes = u8_uctomb((uint8_t *)out, code, 4);

	return bytes > 0 ? (size_t)bytes : 0;
}

char *text_nfc(struct arena *arena, const char *text, size_t length)
{
	size_t size = 0;
	uint8_t *composed;
	char *copy;

	if (!length)
		return arena_strndup(arena, text, 0);
	composed = u8_normalize(UNINORM_NFC, (const uint8_t *)text, length, NULL, &size);
	if (!composed)
		return NULL;
	copy = arena_strndup(arena, (const char *)composed, size);
	free(composed);
	return copy;
}

/* The letter under its diacritics in lower case, 0 for a diacritic alone. */
static uint32_t fold_code(uint32_t code)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];

	if (code < 0x80)
		return code >= 'A' && code <= 'Z' ? code + 32 : code;
	if (uc_combining_class(code))
		return 0;
	while (uc_canonical_decomposition(code, parts) > 0 && parts[0] != code)
		code = parts[0];
	if (code == 0x110 || code == 0x111)
		return 'd';
	return uc_tolower(code);
}

size_t text_fold_into(char *out, const char *text, size_t length)
{
	size_t size = 0;

	for (size_t at = 0; at < length;) {
		uint32_t code;

		at += text_next(text + at, length - at, &code);
		code = fold_code(code);
		if (code && !text_is_invisible(code))
			size += text_put(out + size, code);
	}
	return size;
}

/* The end of the run of code points before the next white space. */
static size_t word_end(const char *text, size_t length, size_t at)
{
	while (at < length) {
		uint32_t code;
		size_t bytes = text_next(text + at, length - at, &code);

		if (!code || text_is_space(code))
			break;
		at += bytes;
	}
	return at;
}

static size_t space_end(const char *text, size_t length, size_t at)
{
	while (at < length) {
		uint32_t code;
		size_t bytes = text_next(text + at, length - at, &code);

		if (code && !text_is_space(code) && !text_is_invisible(code))
			break;
		at += bytes;
	}
	return at;
}

static size_t copy_visible(char *out, const char *text, size_t length)
{
	size_t size = 0;

	for (size_t at = 0; at < length;) {
		uint32_t code;
		size_t bytes = text_next(text + at, length - at, &code);

		if (!text_is_invisible(code)) {
			memcpy(out + size, text + at, bytes);
			size += bytes;
		}
		at += bytes;
	}
	return size;
}

typedef size_t word_writer(char *out, const char *text, size_t length);

static size_t write_words(char *out, const char *text, size_t length, word_writer *write)
{
	size_t at = space_end(text, length, 0);
	size_t size = 0;

	while (at < length) {
		size_t end = word_end(text, length, at);
		size_t wrote = write(out + size + (size > 0), text + at, end - at);

		if (wrote && size)
			out[size++] = ' ';
		size += wrote;
		at = space_end(text, length, end);
	}
	return size;
}

char *text_squeeze(struct arena *arena, const char *text, size_t length)
{
	char *copy = length == SIZE_MAX ? NULL : arena_alloc(arena, length + 1);

	if (copy)
		copy[write_words(copy, text, length, copy_visible)] = 0;
	return copy;
}

char *text_fold(struct arena *arena, const char *text, size_t length)
{
	/* A code point of two bytes may fold to one of three or four. */
	char *copy = length > SIZE_MAX / 2 - 2 ? NULL : arena_alloc(arena, 2 * length + 2);

	if (copy)
		copy[write_words(copy, text, length, text_fold_into)] = 0;
	return copy;
}
