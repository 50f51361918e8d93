#include "limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "keyed_hash.h"

#define WAYS ((size_t)8)
#define SHARDS ((size_t)64)
#define SECOND INT64_C(1000000000)

struct slot {
	uint64_t tag[2]; /* of the key's digest */
	int64_t full_at; /* monotonic nanoseconds; an empty slot's 0 owes nothing either */
};

/* Aligned, so that two threads on two shards share no cache line. */
struct shard {
	pthread_mutex_t lock;
	int64_t now; /* the latest that anyone came with */
} __attribute__((aligned(64)));

struct limiter {
	struct shard shards[SHARDS];
	struct keyed_hash hash;
	size_t rows;
	struct slot *slots;
};

enum err limiter_new(size_t entries, struct limiter **ret_limiter)
{
	struct limiter *limiter = aligned_alloc(_Alignof(struct limiter), sizeof(*limiter));
	enum err err;

	if (!limiter)
		return ERR_NO_MEMORY;
	memset(limiter, 0, sizeof(*limiter));
	limiter->rows = entries > WAYS ? entries / WAYS : 1;
	limiter->slots = calloc(limiter->rows * WAYS, sizeof(*limiter->slots));
	err = limiter->slots ? keyed_hash_init(&limiter->hash) : ERR_NO_MEMORY;
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_init(&limiter->shards[i].lock, NULL);
	if (err != ERR_OK) {
		limiter_free(limiter);
		return err;
	}
	*ret_limiter = limiter;
	return ERR_OK;
}

void limiter_free(struct limiter *limiter)
{
	if (!limiter)
		return;
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_destroy(&limiter->shards[i].lock);
	free(limiter->slots);
	free(limiter);
}

/* The key's slot, or the one it would get. */
static struct slot *choose(struct slot *row, const uint64_t tag[2])
{
	struct slot *least = row;

	for (size_t i = 0; i < WAYS; i++) {
		if (row[i].tag[0] == tag[0] && row[i].tag[1] == tag[1])
			return &row[i];
		if (row[i].full_at < least->full_at)
			least = &row[i];
	}
	return least;
}

static int64_t seconds_up(int64_t nanoseconds)
{
	return nanoseconds > 0 ? (nanoseconds + SECOND - 1) / SECOND : 0;
}

/* Decides by the moment at which the bucket is full, and moves that. All in nanoseconds. */
static void decide(const struct rate *rate, int64_t wanted, int64_t now, int64_t *full_at,
		   struct limit_answer *ret_answer)
{
	int64_t each = rate->seconds * SECOND / rate->count;
	int64_t window = each * rate->count;
	int64_t owed = *full_at > now ? *full_at - now : 0;
	int64_t cost = each * (wanted < rate->count ? wanted : rate->count);

	ret_answer->allowed = owed + cost <= window;
	if (ret_answer->allowed)
		owed += cost;
	*full_at = now + owed;
	ret_answer->remaining = (window - owed) / each;
	ret_answer->full_in = seconds_up(owed);
	ret_answer->next_in = seconds_up(owed + cost - window);
}

static void ask(struct limiter *limiter, const struct rate *rate, const struct limit_key *key, int64_t wanted,
		int64_t now, bool take, struct limit_answer *ret_answer)
{
	uint64_t digest[KEYED_DIGEST_BYTES / sizeof(uint64_t)];
	struct shard *shard;
	struct slot *slot;
	int64_t full_at = 0;
	size_t row;

	now *= 1000;
	if (!keyed_hash(&limiter->hash, key->policy, key->bytes, key->length, (unsigned char *)digest)) {
		decide(rate, wanted, now, &full_at, ret_answer);
		return;
	}
	row = (size_t)(digest[2] % limiter->rows);
	shard = &limiter->shards[row % SHARDS];
	pthread_mutex_lock(&shard->lock);
	/* Who read the clock and then had to wait would seem to owe for that time. */
	if (shard->now < now)
		shard->now = now;
	now = shard->now;
	slot = choose(limiter->slots + row * WAYS, digest);
	if (slot->tag[0] == digest[0] && slot->tag[1] == digest[1])
		full_at = slot->full_at;
	decide(rate, wanted, now, &full_at, ret_answer);
	if (take && ret_answer->allowed)
		*slot = (struct slot){ { digest[0], digest[1] }, full_at };
	pthread_mutex_unlock(&shard->lock);
}

void limiter_take(struct limiter *limiter, const struct rate *rate, const struct limit_key *key,
		  int64_t wanted, int64_t now, struct limit_answer *ret_answer)
{
	ask(limiter, rate, key, wanted, now, true, ret_answer);
}

void limiter_would(struct limiter *limiter, const struct rate *rate, const struct limit_key *key,
		   int64_t wanted, int64_t now, struct limit_answer *ret_answer)
{
	ask(limiter, rate, key, wanted, now, false, ret_answer);
}
