#include "plan_parties.h"

#include <jansson.h>

static const char *text_of(struct arena *arena, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? arena_strdup(arena, text) : NULL;
}

static enum err read_party(const json_t *json, struct arena *arena, struct plan_party *party)
{
	const json_t *aliases = json_object_get(json, "aliases");
	size_t count = json_array_size(aliases);
	const char **texts = arena_array(arena, count + 1, sizeof(*texts));

	party->code = text_of(arena, json, "code");
	party->name = text_of(arena, json, "name");
	party->short_name = text_of(arena, json, "short_name");
	party->is_group = json_is_true(json_object_get(json, "group"));
	if (!texts)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		const char *alias = json_string_value(json_array_get(aliases, i));

		if (!alias)
			return ERR_INTERNAL;
		texts[i] = arena_strdup(arena, alias);
		if (!texts[i])
			return ERR_NO_MEMORY;
	}
	party->aliases = texts;
	party->alias_count = count;
	return party->code && party->name ? ERR_OK : ERR_INTERNAL;
}

enum err plan_parties_read(const char *text, size_t length, struct arena *arena,
			   struct plan_directory *ret_directory)
{
	json_auto_t *document = json_loadb(text, length, 0, NULL);
	const json_t *list = json_object_get(document, "parties");
	size_t count = json_array_size(list);
	struct plan_party *parties;

	if (!json_is_array(list))
		return ERR_INTERNAL;
	parties = arena_array(arena, count + 1, sizeof(*parties));
	if (!parties)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		enum err err = read_party(json_array_get(list, i), arena, &parties[i]);

		if (err != ERR_OK)
			return err;
	}
	ret_directory->parties = parties;
	ret_directory->party_count = count;
	return ERR_OK;
}
