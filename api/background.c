#include "background.h"

#include <stdlib.h>
#include <time.h>

#include "../db/chore.h"
#include "today.h"

static const struct chore sequencer[] = {
	{ "ledger-number", SQL_LEDGER_NUMBER, DB_WRITE, .period_ms = 250,
	  .cannot = "changes cannot be numbered", .again = "changes are numbered again" },
	{ "idempotency-purge", SQL_IDEMPOTENCY_PURGE, DB_WRITE, .period_ms = 60000,
	  .cannot = "expired answers cannot be taken away", .again = "expired answers are taken away again" },
	{ 0 },
};

/* Often, so that a day begins soon after midnight, and what failed is soon made good. */
static const struct chore daily[] = {
	{ "daily-tick", SQL_DAILY_TICK, DB_BULK, .period_ms = 30000, .takes_today = true,
	  .cannot = "the day's work cannot be done", .again = "the day's work is done again" },
	{ 0 },
};

struct background {
	const struct config *config;
	int64_t until_ms; /* of the end */
	struct chores *chores[BACKGROUND_CONNECTIONS];
};

static void write_today(const void *context, char ret_today[CHORE_TODAY_SIZE])
{
	const struct config *config = context;

	_Static_assert(CHORE_TODAY_SIZE == TODAY_SIZE, "a date is as long");
	today_write(config->today, time(NULL), ret_today);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum err background_start(const struct config *config, struct db *db, struct background **ret_background)
{
	static const struct chore *const lists[BACKGROUND_CONNECTIONS] = { sequencer, daily };
	struct background *background = calloc(1, sizeof(*background));
	enum err err = ERR_OK;

	if (!background)
		return ERR_NO_MEMORY;
	background->config = config;
	for (size_t i = 0; i < BACKGROUND_CONNECTIONS && !err; i++)
		err = chores_start(db, lists[i], write_today, config, &background->chores[i]);
	if (err) {
		free(background);
		return err;
	}
	*ret_background = background;
	return ERR_OK;
}

void background_end(struct background *background)
{
	background->until_ms = now_ms() + 1000 * background->config->stop_seconds;
	for (size_t i = 0; i < BACKGROUND_CONNECTIONS; i++)
		chores_end(background->chores[i]);
}

bool background_stop(struct background *background)
{
	for (size_t i = 0; i < BACKGROUND_CONNECTIONS; i++)
		if (!chores_stop(background->chores[i], background->until_ms))
			return false;
	free(background);
	return true;
}
