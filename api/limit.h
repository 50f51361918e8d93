#ifndef KSTTHC_LIMIT_H
#define KSTTHC_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../service/config.h"
#include "../service/error.h"

/*
 * How often something may be done, by whatever key: a token bucket of
 * rate->count tokens that fills within rate->seconds, kept as the one moment at
 * which it will be full again (GCRA). Each copy of the service counts for
 * itself.
 *
 * All its memory is taken when it is made. A key has its place in one row of
 * the table; a full row gives up the entry that owes least, so who is over his
 * limit is not forgotten for a flood of new keys, and nobody loses by being new.
 *
 * Thread-safe.
 */
struct limiter;

/* Room for at least eight entries. ERR_SYSTEM when there are no random bytes. */
enum err limiter_new(size_t entries, struct limiter **ret_limiter) MUST_CHECK;
void limiter_free(struct limiter *limiter);

struct limit_key {
	unsigned char policy; /* the same key under two policies is two keys; one policy has one rate */
	const void *bytes;
	size_t length;
};

struct limit_answer {
	bool allowed;
	int64_t remaining; /* that may be taken now */
	int64_t full_in;   /* seconds until nothing is owed, rounded up */
	int64_t next_in;   /* seconds until as many may be taken (again), rounded up; 0: now */
};

/*
 * Takes wanted tokens (at least 1; more than rate->count are taken for all of
 * them), or none when they are not there. now is in monotonic microseconds.
 * Where no digest can be made everything is allowed.
 */
void limiter_take(struct limiter *limiter, const struct rate *rate, const struct limit_key *key,
		  int64_t wanted, int64_t now, struct limit_answer *ret_answer);

/* What limiter_take() would answer, without taking. */
void limiter_would(struct limiter *limiter, const struct rate *rate, const struct limit_key *key,
		   int64_t wanted, int64_t now, struct limit_answer *ret_answer);

#endif
