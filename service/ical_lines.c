#include "ical_lines.h"

#include <stdint.h>
#include <string.h>
#include <unigbrk.h>

#include "text.h"

/* A folded line begins with a space. */
enum { LINE_OCTETS = 75, FOLDED_OCTETS = LINE_OCTETS - 1 };

enum value_type { VALUE_TEXT, VALUE_URI };

static void put_octets(struct ical_lines *lines, const char *octets, size_t length)
{
	if (lines->text)
		memcpy(lines->text + lines->length, octets, length);
	lines->length += length;
	lines->column += length;
}

void ical_lines_put(struct ical_lines *lines, const char *octets, size_t length)
{
	if (lines->column + length > LINE_OCTETS) {
		put_octets(lines, "\r\n ", 3);
		lines->column = 1;
	}
	put_octets(lines, octets, length);
}

void ical_lines_puts(struct ical_lines *lines, const char *octets)
{
	ical_lines_put(lines, octets, strlen(octets));
}

void ical_lines_end(struct ical_lines *lines)
{
	put_octets(lines, "\r\n", 2);
	lines->column = 0;
}

/* Returns the octets written, at most 4. */
static size_t encode_code(char *out, uint32_t code, enum value_type type)
{
	bool is_control = (code < 0x20 && code != '\t') || (code >= 0x7F && code < 0xA0);

	if (type == VALUE_TEXT && (code == '\n' || code == '\\' || code == ';' || code == ',')) {
		out[0] = '\\';
		out[1] = code == '\n' ? 'n' : (char)code;
		return 2;
	}
	return is_control ? 0 : text_put(out, code);
}

/* How many octets a letter and its marks take, so NFD is not torn. */
static size_t cluster_size(const char *value, size_t length)
{
	const uint8_t *start = (const uint8_t *)value;
	uint32_t code;
	size_t width = text_next(value, length, &code);

	/* Saves the tables: what is under U+0300 (CC 80) never joins what it follows. */
	if (width == length || start[width] < 0xCC)
		return width;
	return (size_t)(u8_grapheme_next(start, start + length) - start);
}

static void put_cluster(struct ical_lines *lines, const char *cluster, size_t length, enum value_type type)
{
	char encoded[FOLDED_OCTETS];
	size_t size = 0;

	for (size_t at = 0; at < length;) {
		char octets[4];
		uint32_t code;
		size_t width;

		at += text_next(cluster + at, length - at, &code);
		width = encode_code(octets, code, type);
		/* Longer than a line: torn between two code points. */
		if (size + width > sizeof(encoded)) {
			ical_lines_put(lines, encoded, size);
			size = 0;
		}
		memcpy(encoded + size, octets, width);
		size += width;
	}
	ical_lines_put(lines, encoded, size);
}

/* How many octets of white space and control characters a value begins with. */
static size_t space_before(const char *value, size_t length)
{
	size_t at = 0;

	while (at < length) {
		uint32_t code;
		size_t width = text_next(value + at, length - at, &code);

		if (!text_is_space(code))
			break;
		at += width;
	}
	return at;
}

static bool is_inside(char octet)
{
	return ((unsigned char)octet & 0xC0) == 0x80;
}

/* How many octets are left without those it ends with. */
static size_t without_space_after(const char *value, size_t length)
{
	while (length) {
		size_t at = length - 1;
		uint32_t code;

		while (at && is_inside(value[at]))
			at--;
		if (text_next(value + at, length - at, &code) < length - at || !text_is_space(code))
			break;
		length = at;
	}
	return length;
}

/* Returns the length. Some readers take white space at the ends away, others keep it: none has any. */
static size_t trim(const char *value, const char **ret_start)
{
	size_t length = value ? strlen(value) : 0;
	size_t before = space_before(value, length);

	*ret_start = value ? value + before : NULL;
	return without_space_after(*ret_start, length - before);
}

static void put_value(struct ical_lines *lines, const char *value, enum value_type type)
{
	const char *start;
	size_t length = trim(value, &start);

	while (length) {
		size_t size = cluster_size(start, length);

		put_cluster(lines, start, size, type);
		start += size;
		length -= size;
	}
}

void ical_lines_put_text(struct ical_lines *lines, const char *text)
{
	put_value(lines, text, VALUE_TEXT);
}

void ical_lines_put_uri(struct ical_lines *lines, const char *uri)
{
	put_value(lines, uri, VALUE_URI);
}

bool ical_text_is_empty(const char *text)
{
	const char *start;

	return trim(text, &start) == 0;
}
