#ifndef KSTTHC_KEEPER_INTERNAL_H
#define KSTTHC_KEEPER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "issuers.h"
#include "keeper.h"
#include "keyring.h"

/* What keeper.c, keeper_source.c and keeper_set.c share. */

#define KEEPER_SOURCES (ISSUERS_MAX + 1)
#define KEEPER_MESSAGE ((size_t)512)

/*
 * One place keys come from, and the thread that reads it. Under the keeper's
 * lock but for what is said otherwise.
 */
struct source {
	struct keeper *keeper;
	struct issuer *issuer; /* NULL: what is ours; never changed */
	pthread_t thread;
	bool started;        /* false with an issuer: its thread could not be; tried at the next reload */
	atomic_int stopping; /* written under the lock, read without it by a reading under way */
	pthread_cond_t wake; /* the thread's */
	bool wanted;         /* a reading is to begin */
	bool asked;          /* for an unknown kid alone: discovery need not be repeated */
	bool loud;           /* for an operator: the log says what is wrong, even if it said so before */
	uint64_t begun;      /* readings */
	uint64_t ended;
	int64_t begun_ms;         /* when the last one began, or the next one was asked for */
	int64_t due_ms;           /* when the next one begins, wanted or not */
	bool after_asked;         /* the last one was for an unknown kid alone, */
	bool asked_again;         /* and so was the one before it */
	bool failing;             /* the last one did not end well */
	int64_t pause_until_ms;   /* none begins for an unknown kid before */
	unsigned waiters;         /* in keeper_await() */
	struct keyring keyring;   /* in force; changed under both locks, so either is enough to read it */
	char *jwks_uri;           /* the thread's own: what discovery said */
	int64_t failing_since_ms; /* likewise; 0: it is not */
	char fault[256];          /* likewise: what was last said of its set */
};

struct keeper {
	const struct config *config;
	struct db *db;
	struct token_verifier *verifier;
	pthread_mutex_t publishing; /* taken before lock, and held while a set is put in force */
	pthread_mutex_t lock;
	pthread_cond_t changed;                 /* a reading ended, a source stops, waiting ends */
	bool leaving;                           /* nobody is to wait any more */
	int64_t long_waiters;                   /* in keeper_await() beyond the short while */
	struct source *sources[KEEPER_SOURCES]; /* ours first; changed under both locks */
	size_t count;
	char *jwks; /* under lock */
};

/* CLOCK_MONOTONIC. */
int64_t keeper_now_ms(void);

/* On CLOCK_MONOTONIC, as pthread_cond_timedwait() takes it. */
enum err keeper_cond_init(pthread_cond_t *cond) MUST_CHECK;
void keeper_wait(struct keeper *keeper, pthread_cond_t *cond, int64_t until_ms);

/* "own", or the issuer's name. */
const char *source_name(const struct source *source);

/* Takes the issuer, on failure too. */
enum err source_new(struct keeper *keeper, struct issuer *issuer, struct source **ret_source) MUST_CHECK;
enum err source_start(struct source *source) MUST_CHECK;

/* Has it read again, for an operator. */
void source_wake(struct source *source);

/* Has its thread end and those who wait for it go; source_join() returns when they have. */
void source_stop(struct source *source);
void source_join(struct source *source);

/*
 * Without a thread, and in no list that another source's thread may be putting
 * in force: each of them goes through all. NULL is fine.
 */
void source_free(struct source *source);

/* Puts what a source has read in force, and takes it in every case; nothing happens when nothing changed. */
enum err keeper_publish(struct source *source, struct keyring *keyring, char *ret_message,
			size_t message_size) MUST_CHECK;

/* Puts the sources in place of those there are, with the keys that they have. */
enum err keeper_install(struct keeper *keeper, struct source *const *sources, size_t count, char *ret_message,
			size_t message_size) MUST_CHECK;

#endif
