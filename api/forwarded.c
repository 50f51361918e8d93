#include "forwarded.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t"

const char *forwarded_name(enum forwarded_header header)
{
	return header == FORWARDED_RFC7239 ? "Forwarded" : "X-Forwarded-For";
}

void forwarded_init(struct forwarded *forwarded, enum forwarded_header header)
{
	memset(forwarded, 0, sizeof(*forwarded));
	forwarded->header = header;
}

static void push(struct forwarded *forwarded, const char *at, size_t length)
{
	forwarded->hops[forwarded->count++ % FORWARDED_HOPS] = (struct forwarded_hop){ at, length };
}

/* The end of a quoted string that begins here, NULL when it has none. */
static const char *quoted_end(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && !*++at)
			return NULL;
	return *at ? at : NULL;
}

/* Commas in quoted strings do not count. An open quote takes all the rest: nothing right of it can be told apart. */
static const char *element_end(const char *at)
{
	while (*at && *at != ',') {
		if (*at == '"') {
			at = quoted_end(at);
			if (!at)
				return NULL;
		}
		at++;
	}
	return at;
}

/* One name=value of an element. Returns where it ends, NULL when it is none. */
static const char *read_pair(const char *at, const char **ret_name, size_t *ret_name_length,
			     struct forwarded_hop *ret_value)
{
	const char *value = at + strcspn(at, "=;,\" \t");
	const char *end;

	if (value == at || *value != '=')
		return NULL;
	*ret_name = at;
	*ret_name_length = (size_t)(value - at);
	value++;
	if (*value == '"') {
		end = quoted_end(value++);
		if (!end)
			return NULL;
		*ret_value = (struct forwarded_hop){ value, (size_t)(end - value) };
		return end + 1;
	}
	end = value + strcspn(value, ";,\" \t");
	*ret_value = (struct forwarded_hop){ value, (size_t)(end - value) };
	return end;
}

/* The one "for" of an element (RFC 7239, 4). */
static struct forwarded_hop read_element(const char *at, const char *end)
{
	const struct forwarded_hop none = { NULL, 0 };
	struct forwarded_hop hop = none;

	for (;;) {
		const char *name;
		size_t length;
		struct forwarded_hop value;

		at = read_pair(at + strspn(at, BLANKS), &name, &length, &value);
		if (!at)
			return none;
		if (length == 3 && strncasecmp(name, "for", length) == 0) {
			if (hop.at)
				return none;
			hop = value;
		}
		at += strspn(at, BLANKS);
		if (at == end)
			return hop;
		if (*at++ != ';')
			return none;
	}
}

void forwarded_add(struct forwarded *forwarded, const char *line)
{
	while (*line) {
		const char *end = forwarded->header == FORWARDED_RFC7239 ? element_end(line)
									 : line + strcspn(line, ",");

		line += strspn(line, BLANKS);
		if (!end) {
			push(forwarded, NULL, 0);
			return;
		}
		/* An empty element is none (RFC 9110, 5.6.1). */
		if (line < end && forwarded->header == FORWARDED_RFC7239) {
			struct forwarded_hop hop = read_element(line, end);

			push(forwarded, hop.at, hop.length);
		} else if (line < end) {
			push(forwarded, line, (size_t)(end - line));
		}
		line = *end ? end + 1 : end;
	}
}

/* A port, or what hides one: nobody asks for more than that it is one (RFC 7239, 6). */
static bool is_port(const char *text, size_t length)
{
	if (!length || length > 64)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!(text[i] >= '0' && text[i] <= '9') && text[0] != '_')
			return false;
	return true;
}

/* 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1], [2001:db8::1]:80 */
static bool read_hop(const struct forwarded_hop *hop, struct address *ret_address)
{
	const char *at = hop->at;
	size_t length = hop->length;
	const char *end;

	if (!at)
		return false;
	while (length && strchr(BLANKS, at[length - 1]))
		length--;
	if (length && *at == '[') {
		end = memchr(at, ']', length);
		if (!end)
			return false;
		if (end + 1 < at + length &&
		    (end[1] != ':' || !is_port(end + 2, length - (size_t)(end + 2 - at))))
			return false;
		return memchr(at, ':', (size_t)(end - at)) &&
		       address_parse(at + 1, (size_t)(end - at - 1), ret_address);
	}
	end = memchr(at, ':', length);
	if (end && memchr(at, '.', (size_t)(end - at))) {
		if (!is_port(end + 1, length - (size_t)(end + 1 - at)))
			return false;
		length = (size_t)(end - at);
	}
	return address_parse(at, length, ret_address);
}

void forwarded_client(const struct forwarded *forwarded, const struct address *peer,
		      const struct address_ranges *trusted, struct address *ret_client)
{
	size_t count = forwarded->count;
	size_t oldest = count > FORWARDED_HOPS ? count - FORWARDED_HOPS : 0;
	struct address client = *peer;

	while (count > oldest && address_in(trusted, &client))
		if (!read_hop(&forwarded->hops[--count % FORWARDED_HOPS], &client))
			break;
	*ret_client = client;
}
