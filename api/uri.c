#include "uri.h"

#include <string.h>

#include "../service/text.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int is_alphanumeric(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* kept: what stands for itself beside letters and digits. */
static char *escape(struct arena *arena, const char *text, size_t length, const char *kept)
{
	static const char digits[] = "0123456789ABCDEF";
	char *escaped = arena_alloc(arena, length * 3 + 1);
	char *out = escaped;

	if (!escaped)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_alphanumeric(c) || (c && strchr(kept, c))) {
			*out++ = (char)c;
		} else {
			*out++ = '%';
			*out++ = digits[c >> 4];
			*out++ = digits[c & 15];
		}
	}
	*out = '\0';
	return escaped;
}

char *uri_escape(struct arena *arena, const char *value)
{
	return escape(arena, value, strlen(value), "-._~");
}

static int decode(struct arena *arena, const char *raw, size_t length, int plus_is_space,
		  const char **ret_text, enum problem *ret_problem)
{
	char *text = arena_alloc(arena, length + 1);
	size_t used = 0;

	*ret_problem = text ? PROBLEM_MALFORMED_REQUEST : PROBLEM_OVERLOADED;
	if (!text)
		return 0;
	for (size_t i = 0; i < length; i++) {
		char c = raw[i];

		if (c == '%') {
			int high = length - i > 2 ? hex_value(raw[i + 1]) : -1;
			int low = length - i > 2 ? hex_value(raw[i + 2]) : -1;

			if (high < 0 || low < 0)
				return 0;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		text[used++] = c;
	}
	text[used] = '\0';
	if (!text_valid(text, used)) /* no NUL either */
		return 0;
	*ret_text = text;
	*ret_problem = PROBLEM_NONE;
	return 1;
}

static enum problem parse_path(const char *path, size_t length, struct arena *arena, struct uri *uri)
{
	const char *end = path + length;
	enum problem problem;

	while (path < end) {
		const char *slash;

		path++; /* the '/' before the segment */
		slash = memchr(path, '/', (size_t)(end - path));
		if (!slash)
			slash = end;
		if (uri->segment_count > URI_MAX_SEGMENTS)
			return PROBLEM_NONE;
		if (!decode(arena, path, (size_t)(slash - path), 0, &uri->segments[uri->segment_count],
			    &problem))
			return problem;
		uri->segment_count++;
		path = slash;
	}
	return PROBLEM_NONE;
}

static enum problem parse_query(const char *query, struct arena *arena, struct uri *uri)
{
	enum problem problem;

	while (*query) {
		size_t length = strcspn(query, "&");
		const char *equals = memchr(query, '=', length);
		size_t name = equals ? (size_t)(equals - query) : length;
		struct uri_pair *pair = &uri->pairs[uri->pair_count];

		if (length) {
			if (uri->pair_count == URI_MAX_PAIRS)
				return PROBLEM_URI_TOO_LONG;
			pair->value = "";
			if (!decode(arena, query, name, 1, &pair->name, &problem))
				return problem;
			if (equals &&
			    !decode(arena, equals + 1, length - name - 1, 1, &pair->value, &problem))
				return problem;
			uri->pair_count++;
		}
		query += length + (query[length] == '&');
	}
	return PROBLEM_NONE;
}

/* The path for the caller's eyes. Nearly always nothing is to be escaped. */
static const char *printable(struct arena *arena, const char *path, size_t length)
{
	size_t plain = strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789/.-");

	if (plain >= length)
		return arena_strndup(arena, path, length);
	return escape(arena, path, length, "-._~!$&'()*+,;=:@%/");
}

static const char *after_authority(const char *target)
{
	size_t scheme = 0;

	if (strncmp(target, "http://", 7) == 0)
		scheme = 7;
	else if (strncmp(target, "https://", 8) == 0)
		scheme = 8;
	return scheme ? target + scheme + strcspn(target + scheme, "/?") : target;
}

enum problem uri_parse(const char *target, struct arena *arena, struct uri *ret_uri)
{
	size_t path;
	enum problem problem;

	memset(ret_uri, 0, sizeof(*ret_uri));
	ret_uri->path = "/";
	if (strnlen(target, URI_MAX_BYTES + 1) > URI_MAX_BYTES)
		return PROBLEM_URI_TOO_LONG;
	if (strcmp(target, "*") == 0) {
		ret_uri->asterisk = 1;
		ret_uri->path = "*";
		return PROBLEM_NONE;
	}
	target = after_authority(target);
	path = strcspn(target, "?");
	ret_uri->path = printable(arena, target, path);
	if (!ret_uri->path) {
		ret_uri->path = "/";
		return PROBLEM_OVERLOADED;
	}
	for (const unsigned char *c = (const unsigned char *)target; *c; c++)
		if (*c <= ' ' || *c == 0x7f || *c == '#')
			return PROBLEM_MALFORMED_REQUEST;
	if (path && *target != '/')
		return PROBLEM_MALFORMED_REQUEST;
	problem = path ? parse_path(target, path, arena, ret_uri) : PROBLEM_NONE;
	if (problem == PROBLEM_NONE && target[path] == '?')
		problem = parse_query(target + path + 1, arena, ret_uri);
	return problem;
}

enum problem uri_parse_form(const char *text, size_t length, struct arena *arena, struct uri *ret_uri)
{
	char *copy = arena_strndup(arena, text ? text : "", text ? length : 0);

	memset(ret_uri, 0, sizeof(*ret_uri));
	ret_uri->path = "/";
	if (!copy)
		return PROBLEM_OVERLOADED;
	if (strlen(copy) != (text ? length : 0))
		return PROBLEM_MALFORMED_REQUEST;
	return parse_query(copy, arena, ret_uri);
}

const char *uri_find(const struct uri *uri, const char *name, size_t *ret_count)
{
	const char *value = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < uri->pair_count; i++) {
		if (strcmp(uri->pairs[i].name, name) != 0)
			continue;
		value = uri->pairs[i].value;
		(*ret_count)++;
	}
	return *ret_count == 1 ? value : NULL;
}
