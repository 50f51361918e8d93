#include "etag.h"

#include <string.h>

/* The longest version: a positive bigint. */
#define VERSION_DIGITS 18

struct tag {
	const char *text; /* with its quotes */
	size_t length;
	int weak;
};

static const char *skip(const char *at)
{
	while (*at == ' ' || *at == '\t' || *at == ',')
		at++;
	return at;
}

/* Returns where to go on, NULL at the end; a tag of length 0 says: not well-formed. */
static const char *next_tag(const char *at, struct tag *ret)
{
	at = skip(at);
	if (!*at)
		return NULL;
	*ret = (struct tag){ 0 };
	if (at[0] == 'W' && at[1] == '/') {
		ret->weak = 1;
		at += 2;
	}
	if (*at != '"')
		return at;
	ret->text = at++;
	while ((unsigned char)*at > ' ' && *at != '"' && *at != 0x7f)
		at++;
	if (*at++ != '"')
		return ret->text;
	if (at[strspn(at, " \t")] && at[strspn(at, " \t")] != ',')
		return ret->text;
	ret->length = (size_t)(at - ret->text);
	return at;
}

int etag_is_any(const char *header)
{
	header += strspn(header, " \t");
	return *header == '*' && !header[1 + strspn(header + 1, " \t")];
}

int etag_well_formed(const char *header)
{
	struct tag tag;
	size_t count = 0;

	if (etag_is_any(header))
		return 1;
	while ((header = next_tag(header, &tag)))
		if (!tag.length || ++count > ETAG_MAX)
			return 0;
	return count > 0;
}

char *etag_make(struct arena *arena, const char *version, const struct etag_view *view)
{
	const char *variant = view->variant ? view->variant : "";
	const char *role = view->role ? view->role : "";
	const char *variant_dot = view->variant ? "." : "";
	const char *role_dot = view->role ? "." : "";
	const char *today = view->today;

	if (!today)
		return arena_printf(arena, "\"%s%s%s%s%s\"", version, variant_dot, variant, role_dot, role);
	return arena_printf(arena, "\"%s%s%s%s%s.%.4s%.2s%.2s\"", version, variant_dot, variant, role_dot,
			    role, today, today + 5, today + 8);
}

/* How many digits of version a tag begins with; 0 when it begins with none. */
static size_t version_length(const struct tag *tag)
{
	size_t digits = strspn(tag->text + 1, "0123456789");

	if (digits > VERSION_DIGITS || (tag->text[1 + digits] != '"' && tag->text[1 + digits] != '.'))
		return 0;
	return digits;
}

static size_t add_version(char *array, size_t length, const struct tag *tag, size_t digits)
{
	array[length] = length ? ',' : '{';
	memcpy(array + length + 1, tag->text + 1, digits);
	return length + 1 + digits;
}

char *etag_versions(struct arena *arena, const char *header)
{
	char *array = arena_alloc(arena, strlen(header) + sizeof("{-1}"));
	size_t length = 0;
	struct tag tag;

	if (!array)
		return NULL;
	while ((header = next_tag(header, &tag)) && tag.length) {
		size_t digits = version_length(&tag);

		if (!tag.weak && digits)
			length = add_version(array, length, &tag, digits);
	}
	if (!length) {
		memcpy(array, "{-1", 3);
		length = 3;
	}
	array[length++] = '}';
	array[length] = '\0';
	return array;
}

static int same_tag(const struct tag *tag, const char *etag)
{
	return tag->length == strlen(etag) && memcmp(tag->text, etag, tag->length) == 0;
}

int etag_matches(const char *header, const char *etag)
{
	struct tag tag;

	if (etag_is_any(header))
		return 1;
	while ((header = next_tag(header, &tag)) && tag.length)
		if (same_tag(&tag, etag))
			return 1;
	return 0;
}
