#ifndef KSTTHC_KEEPER_H
#define KSTTHC_KEEPER_H

#include <stddef.h>
#include <stdint.h>

#include "../db/db.h"
#include "../service/arena.h"
#include "../service/config.h"
#include "token.h"

/*
 * The one owner of which keys are in force: our own signing keys, those of
 * KSTTHC_TOKEN_KEYS, and those of the issuers of KSTTHC_ISSUERS. Each source
 * has a thread that reads it at start, every KSTTHC_KEYS_SECONDS, on
 * keeper_reload(), and when a token comes whose key is not known. What cannot
 * be read keeps its last keys, an issuer's for KSTTHC_KEYS_STALE_SECONDS; a
 * set without a key that is fit has been read.
 *
 * Thread-safe but for keeper_new(), keeper_reload() and keeper_free(), which
 * are one thread's. No lock is held over reading.
 */
struct keeper;

/*
 * Reads what is ours and starts the threads; returns when every issuer has
 * been tried. One that does not answer is a warning in the log. config and db
 * are borrowed until keeper_free(). ERR_CONFIG and the errors of reading with
 * sentences, a line feed between them.
 */
enum err keeper_new(const struct config *config, struct db *db, struct keeper **ret_keeper, char *ret_message,
		    size_t message_size) MUST_CHECK;

/* Nobody may be using it. NULL is fine. */
void keeper_free(struct keeper *keeper);

/*
 * Reads all files, the issuers' file among them, the database and the issuers
 * again; what is faulty goes to the log, and what was in force before stays.
 */
void keeper_reload(struct keeper *keeper);

/* For token_verify(); the keeper's. */
struct token_verifier *keeper_verifier(const struct keeper *keeper);

/* Whoever waits in keeper_await(), or comes from now on, is told KEEPER_LATER: the service ends. Thread-safe. */
void keeper_stop_waiting(struct keeper *keeper);

enum keeper_answer {
	KEEPER_CHANGED,     /* its issuer's key of its kid is in force: verify it once more */
	KEEPER_UNKNOWN,     /* no issuer of ours has such a key */
	KEEPER_LATER,       /* nobody can say yet, and waiting is too dear: it may be right */
	KEEPER_UNAVAILABLE, /* its issuer does not answer: it may be right */
};

/*
 * What to do with a token that token_verify() found TOKEN_UNKNOWN_KEY, or that
 * the keys of its kid do not verify: they may be another issuer's. Whose it
 * is, it says itself, unverified, so that this only ever leads to reading an
 * issuer that we trust anyway. All who wait for an issuer wait for the same
 * reading: a quarter of a second of it, as a healthy issuer needs; a quarter
 * of KSTTHC_WORKERS at once, over all issuers, up to KSTTHC_FETCH_TIMEOUT_MS.
 * *ret_seconds, written with KEEPER_LATER, is when to come again.
 */
enum keeper_answer keeper_await(struct keeper *keeper, const char *token, size_t length,
				int64_t *ret_seconds) MUST_CHECK;

/* token_sign() with our key in use at this moment; ERR_NOT_FOUND when there is none. */
enum err keeper_sign(struct keeper *keeper, const struct token_claims *claims, char **ret_token) MUST_CHECK;

/* The public halves of our signing keys, a JWKS; NULL without memory. */
const char *keeper_jwks(struct keeper *keeper, struct arena *arena) MUST_CHECK;

#endif
