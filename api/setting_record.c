#include "setting_record.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* "KSTTHC_READ_TIMEOUT_MS" as "read-timeout-ms". */
static void write_code(const char *name, char *out, size_t size)
{
	size_t i = 0;

	for (name += strlen("KSTTHC_"); *name && i + 1 < size; name++)
		out[i++] = *name == '_' ? '-' : (char)tolower((unsigned char)*name);
	out[i] = '\0';
}

static char *settings_text(const struct config *config)
{
	json_t *object = json_object();
	struct config_value value;
	char *text;

	for (size_t i = 0; config_value(config, i, &value); i++) {
		char code[64];

		write_code(value.name, code, sizeof(code));
		if (!value.own)
			json_object_set_new(object, code, json_string(value.text));
	}
	text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	return text;
}

enum err setting_record(const struct config *config, struct db *db)
{
	char *text = settings_text(config);
	const char *params[] = { text };
	const struct db_call call = { .statement = SQL_SETTING_RECORD,
				      .class = DB_WRITE,
				      .actor = "start",
				      .params = params,
				      .param_count = 1 };
	struct db_result *result = NULL;
	enum err err;

	if (!text)
		return ERR_NO_MEMORY;
	err = db_run(db, &call, &result);
	db_result_free(result);
	free(text);
	return err;
}
