#include "plan_command.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../db/seed.h"
#include "../service/arena.h"
#include "../service/plan.h"
#include "plan_json.h"
#include "plan_parties.h"

#define MEMORY_LIMIT ((size_t)1 << 30)

/* Appends the seed's agencies or groups to parties, in the form of plan_directory.sql. */
static bool add_seed(json_t *parties, const char *file, const char *member, bool group)
{
	const char *text = seed_text(file);
	json_t *seed = text ? json_loads(text, 0, NULL) : NULL;
	json_t *party;
	size_t i;
	bool good = seed != NULL;

	json_array_foreach(json_object_get(seed, member), i, party)
		good = good && !json_object_set_new(party, "group", json_boolean(group)) &&
		       !json_array_append(parties, party);
	json_decref(seed);
	return good;
}

static enum err read_seed(struct arena *arena, struct plan_directory *ret_directory)
{
	json_t *parties = json_array();
	json_t *document = json_pack("{s:O}", "parties", parties);
	enum err err = ERR_INTERNAL;
	char *text = NULL;

	if (document && add_seed(parties, "agencies.json", "agencies", false) &&
	    add_seed(parties, "groups.json", "groups", true))
		text = json_dumps(document, 0);
	if (text)
		err = plan_parties_read(text, strlen(text), arena, ret_directory);
	free(text);
	json_decref(document);
	json_decref(parties);
	return err;
}

static enum err read_database(struct db *db, struct arena *arena, struct plan_directory *ret_directory,
			      char *ret_message, size_t message_size)
{
	const struct db_call call = { .statement = SQL_PLAN_DIRECTORY, .class = DB_READ };
	struct db_result *result = NULL;
	enum err err = db_run(db, &call, &result);

	if (err)
		snprintf(ret_message, message_size, "the agencies cannot be read: %s", db_message(result));
	else
		err = plan_parties_read(db_value(result, 0, "body"), db_value_length(result, 0, "body"),
					arena, ret_directory);
	db_result_free(result);
	return err;
}

static enum err parse(const char *text, size_t length, const struct plan_directory *directory,
		      struct arena *arena, const char *language, FILE *out)
{
	struct plan plan;
	json_t *json;
	int written;

	if (plan_parse(text, length, directory, 0, arena, &plan))
		return ERR_NO_MEMORY;
	json = plan_json(&plan, language);
	if (!json)
		return ERR_NO_MEMORY;
	written = json_dumpf(json, out, JSON_INDENT(1));
	json_decref(json);
	return written || fputc('\n', out) == EOF ? ERR_SYSTEM : ERR_OK;
}

enum err plan_command_parse(struct db *db, const char *text, size_t length, const char *language, FILE *out,
			    char *ret_message, size_t message_size)
{
	struct plan_directory directory;
	struct arena arena;
	enum err err;

	snprintf(ret_message, message_size, "the document cannot be read");
	arena_init(&arena, MEMORY_LIMIT);
	err = db ? read_database(db, &arena, &directory, ret_message, message_size)
		 : read_seed(&arena, &directory);
	if (!err)
		err = parse(text, length, &directory, &arena, language, out);
	arena_release(&arena);
	return err;
}
