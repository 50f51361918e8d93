#include "issuer_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX ((size_t)512)
#define PATH_MAX_NAMES ((size_t)8)

static void append(struct issuer_reader *reader, const char *format, va_list args)
{
	size_t room = reader->size - reader->used;
	int length = vsnprintf(reader->message + reader->used, room, format, args);

	if (length > 0)
		reader->used += (size_t)length < room ? (size_t)length : room - 1;
}

__attribute__((format(printf, 2, 3))) static void say(struct issuer_reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(reader, format, args);
	va_end(args);
}

void issuer_fault(struct issuer_reader *reader, const char *member, const char *format, ...)
{
	va_list args;

	say(reader, "%sKSTTHC_ISSUERS: %s%s%s ", reader->used ? "\n" : "",
	    *reader->place ? reader->place : "the list", member ? "/" : "", member ? member : "");
	va_start(args, format);
	append(reader, format, args);
	va_end(args);
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++) {
		if (strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

bool issuer_members(struct issuer_reader *reader, const json_t *object, const char *const *names)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object)) {
		issuer_fault(reader, NULL, "must be an object");
		return false;
	}
	json_object_foreach((json_t *)object, name, value) {
		if (!is_one_of(name, names))
			issuer_fault(reader, NULL, "has a member \"%.64s\" that is not known", name);
	}
	return true;
}

static bool is_plain(const char *text, size_t length)
{
	if (length < 1 || length > TEXT_MAX)
		return false;
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

static const char *copy(struct issuer_reader *reader, const char *text)
{
	char *made = arena_strdup(reader->arena, text);

	if (!made)
		reader->no_memory = true;
	return made;
}

const char *issuer_text(struct issuer_reader *reader, const json_t *object, const char *name, bool wanted)
{
	const json_t *value = json_object_get(object, name);

	if (!value) {
		if (wanted)
			issuer_fault(reader, name, "is missing");
		return NULL;
	}
	if (!json_is_string(value) || !is_plain(json_string_value(value), json_string_length(value))) {
		issuer_fault(reader, name, "must be a text of 1 to %zu characters", TEXT_MAX);
		return NULL;
	}
	return copy(reader, json_string_value(value));
}

const char *const *issuer_path(struct issuer_reader *reader, const json_t *object, const char *name)
{
	const json_t *list = json_object_get(object, name);
	size_t count = json_array_size(list);
	const char **path = arena_array(reader->arena, PATH_MAX_NAMES + 1, sizeof(*path));
	const json_t *value;
	size_t i;
	bool good = json_is_array(list) && count >= 1 && count <= PATH_MAX_NAMES;

	if (!path) {
		reader->no_memory = true;
		return NULL;
	}
	json_array_foreach(list, i, value) {
		good = good && json_is_string(value) &&
		       is_plain(json_string_value(value), json_string_length(value));
		if (good)
			path[i] = copy(reader, json_string_value(value));
	}
	if (good)
		return path;
	issuer_fault(reader, name, "must be a list of 1 to %zu names of claims, from the outside in",
		     PATH_MAX_NAMES);
	return NULL;
}

static bool read_pairs(struct issuer_reader *reader, const json_t *object, const struct issuer_map *map,
		       struct token_mapping *pairs)
{
	size_t count = 0;
	const char *from;
	json_t *to;

	json_object_foreach((json_t *)object, from, to) {
		const char *text = json_string_value(to);

		if (!is_plain(from, strlen(from)) || !text || !is_plain(text, json_string_length(to))) {
			issuer_fault(reader, map->name, "must lead from texts to texts, none of them empty");
			return false;
		}
		if (!map->to_valid(text)) {
			issuer_fault(reader, map->name, "leads to \"%.64s\", which %s", text, map->fault);
			continue;
		}
		pairs[count].from = copy(reader, from);
		pairs[count++].to = copy(reader, text);
	}
	return true;
}

const struct token_mapping *issuer_mapping(struct issuer_reader *reader, const json_t *object,
					   const struct issuer_map *map)
{
	const json_t *value = json_object_get(object, map->name);
	size_t count = json_object_size(value);
	struct token_mapping *pairs;

	if (!value)
		return NULL;
	if (!json_is_object(value) || count < map->least || count > map->most) {
		issuer_fault(reader, map->name, "must be an object of %zu to %zu members", map->least,
			     map->most);
		return NULL;
	}
	pairs = arena_array(reader->arena, count + 1, sizeof(*pairs));
	if (!pairs) {
		reader->no_memory = true;
		return NULL;
	}
	return read_pairs(reader, value, map, pairs) ? pairs : NULL;
}

const json_t *issuer_enter(struct issuer_reader *reader, const json_t *object, const char *name,
			   const char *const *names, bool wanted)
{
	const json_t *inner = json_object_get(object, name);
	size_t length = strlen(reader->place);

	if (!inner) {
		if (wanted)
			issuer_fault(reader, name, "is missing");
		return NULL;
	}
	snprintf(reader->place + length, sizeof(reader->place) - length, "/%s", name);
	if (issuer_members(reader, inner, names))
		return inner;
	issuer_leave(reader);
	return NULL;
}

void issuer_leave(struct issuer_reader *reader)
{
	char *slash = strrchr(reader->place, '/');

	if (slash && slash != reader->place)
		*slash = '\0';
}
