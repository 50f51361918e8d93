#include "headers.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <ulfius.h>

static const struct {
	const char *name;
	size_t length;
	size_t offset;
} known[] = {
#define KNOWN(name, member)                                              \
	{                                                                \
		name, sizeof(name) - 1, offsetof(struct headers, member) \
	}
	KNOWN("Accept", accept),
	KNOWN("Accept-Language", accept_language),
	KNOWN("Access-Control-Request-Method", access_control_request_method),
	KNOWN("Authorization", authorization),
	KNOWN("Content-Length", content_length),
	KNOWN("Content-Type", content_type),
	KNOWN("Host", host),
	KNOWN("Idempotency-Key", idempotency_key),
	KNOWN("If-Match", if_match),
	KNOWN("If-None-Match", if_none_match),
	KNOWN("Origin", origin),
	KNOWN("X-Request-Id", request_id),
	KNOWN("traceparent", traceparent),
	KNOWN("Transfer-Encoding", transfer_encoding),
#undef KNOWN
};

static const char **find(struct headers *headers, const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].length == length && strncasecmp(known[i].name, name, length) == 0)
			return (const char **)((char *)headers + known[i].offset);
	return NULL;
}

/*
 * A token (RFC 9110, 5.6.2). MHD takes "Content-Length :" for a header of
 * another name, where a proxy in front may have understood a length.
 */
static int is_token(const char *name, size_t length)
{
	return length && !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
					    "!#$%&'*+-.^_`|~")];
}

enum problem headers_read(const struct _u_map *map, struct arena *arena, struct headers *ret_headers)
{
	size_t total = 0;
	enum problem problem = PROBLEM_NONE;

	memset(ret_headers, 0, sizeof(*ret_headers));
	for (int i = 0; i < map->nb_values; i++) {
		size_t name = strlen(map->keys[i]);
		const char **slot = find(ret_headers, map->keys[i], name);

		total += name + strlen(map->values[i]);
		if (!is_token(map->keys[i], name))
			problem = PROBLEM_AMBIGUOUS_FRAMING;
		if (slot && *slot) {
			*slot = arena_printf(arena, "%s,%s", *slot, map->values[i]);
			if (!*slot)
				return PROBLEM_OVERLOADED;
		} else if (slot) {
			*slot = map->values[i];
		}
	}
	if (total > HEADERS_MAX_BYTES || map->nb_values > HEADERS_MAX_COUNT)
		return PROBLEM_HEADERS_TOO_LARGE;
	return problem;
}

/* Generous: MHD's record has seven words. */
#define RECORD_BYTES ((size_t)64)
#define REPLY_BYTES ((size_t)8192)

static size_t count(const char *text, char character)
{
	size_t found = 0;

	for (; *text; text++)
		found += *text == character;
	return found;
}

int headers_leave_room(const struct _u_request *request)
{
	const struct _u_map *map = request->map_header;
	size_t items = (size_t)map->nb_values + 1 + count(request->http_url, '&');
	size_t used = strlen(request->http_url) + REPLY_BYTES;

	for (int i = 0; i < map->nb_values; i++) {
		used += strlen(map->keys[i]) + strlen(map->values[i]) + sizeof(": \r\n");
		/* Cookies are copied once more; the framework's map has one of each name only. */
		if (strcasecmp(map->keys[i], "Cookie") == 0) {
			used += strlen(map->values[i]);
			items += 1 + count(map->values[i], ';');
		}
	}
	return used + items * RECORD_BYTES <= HEADERS_CONNECTION_MEMORY;
}

/* Digits, or the same digits several times (RFC 9110, 8.6). */
static int one_length(const char *value)
{
	size_t first = strspn(value, "0123456789");
	const char *at = value + first;

	if (!first)
		return 0;
	while (*at) {
		at += strspn(at, " \t");
		if (*at++ != ',')
			return 0;
		at += strspn(at, " \t");
		if (strspn(at, "0123456789") != first || strncmp(at, value, first) != 0)
			return 0;
		at += first;
	}
	return 1;
}

int headers_framing_clear(const struct headers *headers, const char *protocol)
{
	int modern = protocol && strcmp(protocol, "HTTP/1.0") != 0;

	if (headers->transfer_encoding &&
	    (headers->content_length || !modern || strcasecmp(headers->transfer_encoding, "chunked") != 0))
		return 0;
	if (headers->content_length && !one_length(headers->content_length))
		return 0;
	if (modern && !headers->host)
		return 0;
	return !headers->host || !strpbrk(headers->host, ", \t/@");
}
