#include "accept.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* An element of a list header: its value without parameters, and its weight in thousandths. */
struct element {
	const char *value;
	size_t length;
	int weight;
};

static const char *skip_space(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ); -1 when it is not. */
static int read_weight(const char *at, size_t length)
{
	int weight;
	int scale = 100;

	if (!length || (*at != '0' && *at != '1') || length > 5)
		return -1;
	weight = (*at - '0') * 1000;
	if (length > 1 && at[1] != '.')
		return -1;
	for (size_t i = 2; i < length; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		weight += (at[i] - '0') * scale;
		scale /= 10;
	}
	return weight <= 1000 ? weight : -1;
}

static size_t trimmed(const char *at, size_t length)
{
	while (length && (at[length - 1] == ' ' || at[length - 1] == '\t'))
		length--;
	return length;
}

/* Reads the next element; returns where the one after it starts, NULL after the last. */
static const char *next_element(const char *at, struct element *ret)
{
	at = skip_space(at);
	if (!*at)
		return NULL;
	ret->value = at;
	ret->weight = 1000;
	ret->length = trimmed(at, strcspn(at, ",;"));
	at += strcspn(at, ",;");
	while (*at == ';') {
		size_t length;

		at = skip_space(at + 1);
		length = strcspn(at, ",;");
		if ((*at == 'q' || *at == 'Q') && at[1] == '=')
			ret->weight = read_weight(at + 2, trimmed(at + 2, length - 2));
		at += length;
	}
	return *at == ',' ? at + 1 : at;
}

static int is_value(const struct element *element, const char *text, size_t length)
{
	return element->length == length && strncasecmp(element->value, text, length) == 0;
}

/* How specific a range is that matches the type: 3 itself, 2 its major type, 1 anything, 0 it does not. */
static int match_media(const struct element *element, const char *type)
{
	size_t major = strcspn(type, "/") + 1;

	if (is_value(element, type, strlen(type)))
		return 3;
	if (element->length == major + 1 && element->value[major] == '*' &&
	    strncasecmp(element->value, type, major) == 0)
		return 2;
	return is_value(element, "*/*", 3) || is_value(element, "*", 1);
}

int accept_media(const char *header, const char *type)
{
	struct element element;
	int seen = 0;
	int best = 0;
	int weight = 0;

	while (header && (header = next_element(header, &element))) {
		int specific;

		if (!element.length || element.weight < 0)
			continue;
		seen = 1;
		specific = match_media(&element, type);
		if (specific > best || (specific && specific == best && element.weight > weight)) {
			best = specific;
			weight = element.weight;
		}
	}
	return !seen || weight > 0;
}

/* "vi", "vi-VN" */
static int is_language(const struct element *element, const char *language)
{
	return element->length >= 2 && strncasecmp(element->value, language, 2) == 0 &&
	       (element->length == 2 || element->value[2] == '-');
}

enum language accept_language(const char *header)
{
	struct element element;
	int vi = -1;
	int en = -1;
	int any = 0;

	while (header && (header = next_element(header, &element))) {
		if (element.weight < 0)
			continue;
		if (is_language(&element, "vi") && element.weight > vi)
			vi = element.weight;
		else if (is_language(&element, "en") && element.weight > en)
			en = element.weight;
		else if (is_value(&element, "*", 1))
			any = element.weight;
	}
	return (en < 0 ? any : en) > (vi < 0 ? any : vi) ? LANGUAGE_EN : LANGUAGE_VI;
}

int accept_content_type(const char *header, const char *type)
{
	size_t length;

	if (!header)
		return 0;
	header = skip_space(header);
	length = trimmed(header, strcspn(header, ";"));
	if (length != strlen(type) || strncasecmp(header, type, length) != 0)
		return 0;
	header += strcspn(header, ";");
	while (*header == ';') {
		header = skip_space(header + 1);
		length = trimmed(header, strcspn(header, ";"));
		if (length && !(length == 13 && strncasecmp(header, "charset=utf-8", length) == 0) &&
		    !(length == 15 && strncasecmp(header, "charset=\"utf-8\"", length) == 0))
			return 0;
		header += strcspn(header, ";");
	}
	return 1;
}
