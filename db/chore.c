#include "chore.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../service/log.h"
#include "connection.h"

/* How a chore stands; the thread's own. */
struct turn {
	int64_t due_ms;
	bool failing; /* and this was told */
	bool lost;    /* the last run, against another transaction */
};

struct chores {
	struct db *db;
	const struct chore *rows;
	void (*today)(const void *context, char ret_today[CHORE_TODAY_SIZE]);
	const void *context;
	pthread_t thread;
	pthread_mutex_t mutex; /* of what stands between it and turns */
	pthread_cond_t changed;
	bool stopping;
	bool ended;
	struct turn turns[]; /* one a row */
};

/* Once when it begins to fail, and once when it works again. */
static void tell(const struct chore *chore, struct turn *turn, enum err err, const struct db_result *result)
{
	bool lost = err == ERR_BUSY || (err && !strcmp(db_sqlstate(result), "55P03"));
	bool failing = err && (turn->failing || turn->lost || !lost);

	if (failing && !turn->failing)
		log_say(LOG_WARNING, chore->name, "%s: %s %s %s", chore->cannot, error_name(err),
			db_sqlstate(result), db_message(result));
	else if (!failing && turn->failing)
		log_say(LOG_INFO, chore->name, "%s", chore->again);
	turn->failing = failing;
	turn->lost = lost;
}

static void run_once(struct chores *chores, const struct chore *chore, struct turn *turn)
{
	char today[CHORE_TODAY_SIZE] = "";
	const char *params[] = { today };
	struct db_call call = {
		.statement = chore->statement,
		.class = chore->class,
		.actor = "system",
		.request_id = chore->name,
	};
	struct db_result *result = NULL;
	const char *more = NULL;
	enum err err;

	if (chore->takes_today) {
		chores->today(chores->context, today);
		call.today = today;
		call.params = params;
		call.param_count = 1;
	}
	err = db_run(chores->db, &call, &result);
	tell(chore, turn, err, result);
	if (!err)
		more = db_value(result, 0, "more");
	turn->due_ms = more && !strcmp(more, "t") ? 0 : connection_now_ms() + chore->period_ms;
	db_result_free(result);
}

static bool is_stopping(struct chores *chores)
{
	bool stopping;

	pthread_mutex_lock(&chores->mutex);
	stopping = chores->stopping;
	pthread_mutex_unlock(&chores->mutex);
	return stopping;
}

/* Once each that is due. Gives when the next one will be, which may be past. */
static int64_t take_turns(struct chores *chores)
{
	int64_t next_ms = INT64_MAX;

	for (size_t i = 0; chores->rows[i].name && !is_stopping(chores); i++) {
		struct turn *turn = &chores->turns[i];

		if (turn->due_ms <= connection_now_ms())
			run_once(chores, &chores->rows[i], turn);
		if (turn->due_ms < next_ms)
			next_ms = turn->due_ms;
	}
	return next_ms;
}

/* Until something changed, at most until then; may return earlier. The mutex is held. */
static void wait_until(struct chores *chores, int64_t until_ms)
{
	const struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };

	pthread_cond_timedwait(&chores->changed, &chores->mutex, &until);
}

static void *chores_run(void *argument)
{
	struct chores *chores = argument;

	while (!is_stopping(chores)) {
		int64_t next_ms = take_turns(chores);

		pthread_mutex_lock(&chores->mutex);
		if (!chores->stopping)
			wait_until(chores, next_ms);
		pthread_mutex_unlock(&chores->mutex);
	}
	pthread_mutex_lock(&chores->mutex);
	chores->ended = true;
	pthread_cond_broadcast(&chores->changed);
	pthread_mutex_unlock(&chores->mutex);
	return NULL;
}

static void release(struct chores *chores)
{
	pthread_cond_destroy(&chores->changed);
	pthread_mutex_destroy(&chores->mutex);
	free(chores);
}

enum err chores_start(struct db *db, const struct chore *rows,
		      void (*today)(const void *context, char ret_today[CHORE_TODAY_SIZE]),
		      const void *context, struct chores **ret_chores)
{
	pthread_condattr_t attributes;
	struct chores *chores;
	size_t count = 0;

	for (; rows[count].name; count++)
		assert(rows[count].class != DB_READ && (today || !rows[count].takes_today));
	chores = calloc(1, sizeof(*chores) + count * sizeof(chores->turns[0]));
	if (!chores)
		return ERR_NO_MEMORY;
	chores->db = db;
	chores->rows = rows;
	chores->today = today;
	chores->context = context;
	pthread_mutex_init(&chores->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&chores->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&chores->thread, NULL, chores_run, chores)) {
		release(chores);
		return ERR_SYSTEM;
	}
	*ret_chores = chores;
	return ERR_OK;
}

void chores_end(struct chores *chores)
{
	if (!chores)
		return;
	pthread_mutex_lock(&chores->mutex);
	chores->stopping = true;
	pthread_cond_broadcast(&chores->changed);
	pthread_mutex_unlock(&chores->mutex);
}

bool chores_stop(struct chores *chores, int64_t until_ms)
{
	bool ended;

	if (!chores)
		return true;
	chores_end(chores);
	pthread_mutex_lock(&chores->mutex);
	while (!chores->ended && connection_now_ms() < until_ms)
		wait_until(chores, until_ms);
	ended = chores->ended;
	pthread_mutex_unlock(&chores->mutex);
	if (!ended)
		return false;
	pthread_join(chores->thread, NULL);
	release(chores);
	return true;
}
