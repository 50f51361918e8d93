#include "sequencer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../service/log.h"

#define PAUSE_MS 250
#define PURGE_EVERY_S 60

/* What ledger_number() takes at most: so many means there may be more. */
#define FULL_BATCH "2000"

/* Likewise of idempotency_purge(). */
#define FULL_PURGE "1000"

struct sequencer {
	struct db *db;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t stopped;
	bool stopping;
	bool failing;  /* the thread's own */
	time_t purged; /* likewise: when all that had expired was last gone, monotonic; 0: not yet */
};

/* Once when it begins to fail, and once when it works again. */
static void tell(struct sequencer *sequencer, enum err err, const struct db_result *result)
{
	if (err && !sequencer->failing)
		log_say(LOG_WARNING, "sequencer", "changes cannot be numbered: %s %s %s", error_name(err),
			db_sqlstate(result), db_message(result));
	else if (!err && sequencer->failing)
		log_say(LOG_INFO, "sequencer", "changes are numbered again");
	sequencer->failing = err != ERR_OK;
}

/* Whether there may be more to number. */
static bool number_once(struct sequencer *sequencer)
{
	const struct db_call call = { .statement = SQL_LEDGER_NUMBER, .class = DB_WRITE };
	struct db_result *result = NULL;
	const char *numbered;
	bool more = false;
	enum err err = db_run(sequencer->db, &call, &result);

	tell(sequencer, err, result);
	if (!err) {
		numbered = db_value(result, 0, "numbered");
		more = numbered && !strcmp(numbered, FULL_BATCH);
	}
	db_result_free(result);
	return more;
}

/* Whether there may be more to take away. What goes wrong here goes wrong with the numbering too, which tells. */
static bool purge_once(struct sequencer *sequencer)
{
	const struct db_call call = { .statement = SQL_IDEMPOTENCY_PURGE, .class = DB_WRITE };
	struct db_result *result = NULL;
	struct timespec now;
	const char *purged;
	bool more = false;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (sequencer->purged && now.tv_sec < sequencer->purged + PURGE_EVERY_S)
		return false;
	if (!db_run(sequencer->db, &call, &result)) {
		purged = db_value(result, 0, "purged");
		more = purged && !strcmp(purged, FULL_PURGE);
	}
	if (!more)
		sequencer->purged = now.tv_sec;
	db_result_free(result);
	return more;
}

static void *sequencer_run(void *argument)
{
	struct sequencer *sequencer = argument;

	pthread_mutex_lock(&sequencer->mutex);
	while (!sequencer->stopping) {
		struct timespec until;
		bool more;

		pthread_mutex_unlock(&sequencer->mutex);
		more = number_once(sequencer);
		more = purge_once(sequencer) || more;
		pthread_mutex_lock(&sequencer->mutex);
		if (more || sequencer->stopping)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += PAUSE_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&sequencer->stopped, &sequencer->mutex, &until);
	}
	pthread_mutex_unlock(&sequencer->mutex);
	return NULL;
}

enum err sequencer_start(struct db *db, struct sequencer **ret_sequencer)
{
	struct sequencer *sequencer = calloc(1, sizeof(*sequencer));
	pthread_condattr_t attributes;

	if (!sequencer)
		return ERR_NO_MEMORY;
	sequencer->db = db;
	pthread_mutex_init(&sequencer->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&sequencer->stopped, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&sequencer->thread, NULL, sequencer_run, sequencer)) {
		pthread_cond_destroy(&sequencer->stopped);
		pthread_mutex_destroy(&sequencer->mutex);
		free(sequencer);
		return ERR_SYSTEM;
	}
	*ret_sequencer = sequencer;
	return ERR_OK;
}

void sequencer_stop(struct sequencer *sequencer)
{
	if (!sequencer)
		return;
	pthread_mutex_lock(&sequencer->mutex);
	sequencer->stopping = true;
	pthread_cond_signal(&sequencer->stopped);
	pthread_mutex_unlock(&sequencer->mutex);
	pthread_join(sequencer->thread, NULL);
	pthread_cond_destroy(&sequencer->stopped);
	pthread_mutex_destroy(&sequencer->mutex);
	free(sequencer);
}
