#include "seed.h"

#include <stdio.h>
#include <string.h>

#include "db.h"
#include "db_internal.h"
#include "seed_table.h" /* generated from db/seed */

static const struct {
	enum sql statement;
	const char *file;
} seeds[] = {
	{ SQL_CALENDAR_SEED, "calendar.json" },
	{ SQL_GROUP_SEED, "groups.json" },
	{ SQL_AGENCY_SEED, "agencies.json" },
	{ SQL_PLAN_SEED, "plan-2025.json" },
};

#define SEEDS (sizeof(seeds) / sizeof(seeds[0]))

/* Someone waits for it at a terminal. */
static const struct db_options seed_options = {
	.application_name = "kstthc seed",
	.read_timeout_ms = 10000,
	.write_timeout_ms = 120000,
	.bulk_timeout_ms = 120000,
	.lock_timeout_ms = 30000,
};

const char *seed_text(const char *name)
{
	for (size_t i = 0; i < seed_table_count; i++)
		if (!strcmp(seed_table[i].name, name))
			return seed_table[i].text;
	return NULL;
}

static enum err run(struct db *db, const char *today, struct db_result **ret_result)
{
	const struct db_call call = {
		.class = DB_BULK, .actor = "seed", .request_id = "seed", .today = today
	};
	const char *params[SEEDS];
	struct db_step steps[SEEDS];

	for (size_t i = 0; i < SEEDS; i++) {
		params[i] = seed_text(seeds[i].file);
		if (!params[i])
			return ERR_NOT_FOUND;
		steps[i] = (struct db_step){ seeds[i].statement, NULL, &params[i], 1 };
	}
	return db_run_steps(db, &call, steps, SEEDS, ret_result);
}

enum err seed_run(const char *url, const char *today, char *ret_message, size_t message_size)
{
	struct db_options options = seed_options;
	struct db_result *result = NULL;
	struct db *db;
	enum err err;

	options.url = url;
	err = db_open(&options, &db);
	if (err) {
		snprintf(ret_message, message_size, "the seed could not start: %s", error_name(err));
		return err;
	}
	err = run(db, today, &result);
	if (err == ERR_NOT_FOUND)
		snprintf(ret_message, message_size, "a file of db/seed is missing in this program");
	else if (err)
		snprintf(ret_message, message_size, "the seed was not stored: %s (SQLSTATE %s)",
			 db_message(result), *db_sqlstate(result) ? db_sqlstate(result) : "none");
	db_result_free(result);
	db_close(db);
	return err;
}
