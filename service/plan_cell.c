#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "plan_reader.h"
#include "text.h"

/* What replaces a tag or an entity; NULL ends the table. */
struct markup {
	const char *name;
	const char *text;
};

static const struct markup tags[] = {
	{ "ul", " " },     { "ol", " " },    { "li", " - " }, { "p", " " },
	{ "br", " " },     { "i", "" },      { "b", "" },     { "u", "" },
	{ "em", "" },      { "strong", "" }, { "span", "" },  { "div", " " },
	{ "sub", "" },     { "sup", "" },    { "font", "" },  { "table", " " },
	{ "tbody", " " },  { "thead", " " }, { "tr", " " },   { "td", " " },
	{ "th", " " },     { "h1", " " },    { "h2", " " },   { "h3", " " },
	{ "center", " " }, { "small", "" },  { 0 },
};

static const struct markup entities[] = {
	{ "&nbsp;", " " },  { "&amp;", "&" },  { "&lt;", "<" },  { "&gt;", ">" },
	{ "&quot;", "\"" }, { "&#160;", " " }, { "&#39;", "'" }, { 0 },
};

enum { TAG_BYTES_MAX = 400 };

static int is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static const char *tag_text(const char *name, size_t length)
{
	for (const struct markup *tag = tags; tag->name; tag++) {
		if (strlen(tag->name) == length && !strncasecmp(tag->name, name, length))
			return tag->text;
	}
	return NULL;
}

/* The end of a tag from after its name; 0 when words stand there ("a <b và c> d"). */
static size_t scan_attributes(const char *text, size_t length, size_t at)
{
	int has_words = 0;
	int has_value = 0;

	if (at < length && text[at] != '>' && text[at] != ' ' && text[at] != '/')
		return 0;
	for (; at < length && text[at] != '>' && text[at] != '<'; at++) {
		has_words |= text[at] != ' ' && text[at] != '/';
		has_value |= text[at] == '=';
	}
	return at < length && text[at] == '>' && has_words == has_value ? at + 1 : 0;
}

/* Bytes of the known tag that the text opens with, 0 when it is none. */
static size_t scan_tag(const char *text, size_t length, const char **ret_text)
{
	size_t from = length > 1 && text[1] == '/' ? 2 : 1;
	size_t end = from;

	if (length > TAG_BYTES_MAX)
		length = TAG_BYTES_MAX;
	while (end < length && is_letter_or_digit(text[end]))
		end++;
	*ret_text = tag_text(text + from, end - from);
	if (!*ret_text)
		return 0;
	if (from == 2 && **ret_text)
		*ret_text = " ";
	return scan_attributes(text, length, end);
}

static size_t scan_entity(const char *text, size_t length, const char **ret_text)
{
	for (const struct markup *entity = entities; entity->name; entity++) {
		size_t size = strlen(entity->name);

		if (size <= length && !memcmp(text, entity->name, size)) {
			*ret_text = entity->text;
			return size;
		}
	}
	return 0;
}

static size_t scan_markup(const char *text, size_t length, const char **ret_text)
{
	*ret_text = "";
	if (*text == '<')
		return scan_tag(text, length, ret_text);
	if (*text == '&')
		return scan_entity(text, length, ret_text);
	if (*text == '*' && length > 1 && text[1] == '*')
		return 2;
	return 0;
}

char *plan_clean(struct arena *arena, struct plan_slice raw)
{
	/* No replacement is longer than what it stands for. */
	char *plain = raw.length == SIZE_MAX ? NULL : arena_alloc(arena, raw.length + 1);
	size_t size = 0;

	if (!plain)
		return NULL;
	for (size_t at = 0; at < raw.length;) {
		const char *text;
		size_t bytes = scan_markup(raw.text + at, raw.length - at, &text);

		if (bytes) {
			memcpy(plain + size, text, strlen(text));
			size += strlen(text);
			at += bytes;
		} else {
			plain[size++] = raw.text[at++];
		}
	}
	return text_squeeze(arena, plain, size);
}

static int balance(const char *text)
{
	int open = 0;

	for (; *text; text++)
		open += (*text == '(') - (*text == ')');
	return open;
}

static size_t total_length(const struct plan_list *pieces)
{
	const char *const *texts = pieces->items;
	size_t length = 1;

	for (size_t i = 0; i < pieces->count; i++)
		length += strlen(texts[i]) + 1;
	return length;
}

char *plan_join(struct plan_reader *reader, struct plan_where where, const struct plan_list *pieces)
{
	const char *const *texts = pieces->items;
	char *joined = arena_alloc(reader->arena, total_length(pieces));
	size_t size = 0;
	int open = 0;

	if (!joined)
		return NULL;
	for (size_t i = 0; i < pieces->count; i++) {
		int change = balance(texts[i]);
		size_t length = strlen(texts[i]);

		if (size && joined[size - 1] == ')' && !open && change < 0) {
			size--;
			open++;
			if (plan_find(reader, where, "stray_parenthesis", plan_slice_of(texts[i])))
				return NULL;
		}
		if (size && length)
			joined[size++] = ' ';
		memcpy(joined + size, texts[i], length);
		size += length;
		open += change;
	}
	joined[size] = 0;
	return joined;
}

/* Bytes of a bullet and its space at the start of the text. */
static size_t scan_bullet(const char *text)
{
	static const char *const bullets[] = {
		"- ", "– ", "— ", "+ ", "• ", "● ", "* ", "-", "–", "•", NULL
	};
	uint32_t code;

	for (const char *const *bullet = bullets; *bullet; bullet++) {
		size_t length = strlen(*bullet);

		if (strncmp(text, *bullet, length))
			continue;
		if ((*bullet)[length - 1] == ' ')
			return length;
		text_next(text + length, strlen(text + length) < 4 ? strlen(text + length) : 4, &code);
		return text_is_upper(code) ? length : 0;
	}
	return 0;
}

/* Whether the bullet at that place, after white space, opens an item rather than joins words. */
static int opens_item(const char *cell, size_t at)
{
	return at >= 2 && memchr(".;:", cell[at - 2], 3);
}

static int add_item(struct plan_reader *reader, struct plan_list *items, struct plan_slice text)
{
	struct plan_slice *item;

	text = plan_trim(text, " ");
	if (!text.length)
		return 0;
	item = plan_list_add(reader->arena, items);
	if (!item)
		return -1;
	*item = text;
	return 0;
}

int plan_items(struct plan_reader *reader, const char *cell, struct plan_list *items)
{
	size_t from = scan_bullet(cell);
	size_t at = from;

	while (cell[at]) {
		size_t bullet = at && cell[at - 1] == ' ' && opens_item(cell, at) ? scan_bullet(cell + at)
										  : 0;

		if (!bullet) {
			at++;
			continue;
		}
		if (add_item(reader, items, (struct plan_slice){ cell + from, at - from }))
			return -1;
		at += bullet;
		from = at;
	}
	return add_item(reader, items, (struct plan_slice){ cell + from, at - from });
}
