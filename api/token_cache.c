#include "token_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAYS ((size_t)8)
#define SHARDS ((size_t)64)

struct slot {
	struct token_cache_item item;
	uint64_t used; /* the shard's clock when last asked for; 0: empty */
};

/* Aligned, so that two threads on two shards share no cache line. */
struct shard {
	pthread_mutex_t lock;
	uint64_t clock;
} __attribute__((aligned(64)));

/* The digest says which row of slots a token may stand in; shards share out the rows. */
struct token_cache {
	struct shard shards[SHARDS];
	size_t ways;
	size_t rows;
	struct slot *slots;
};

enum err token_cache_new(size_t entries, struct token_cache **ret_cache)
{
	struct token_cache *cache = aligned_alloc(_Alignof(struct token_cache), sizeof(*cache));

	if (!cache)
		return ERR_NO_MEMORY;
	memset(cache, 0, sizeof(*cache));
	cache->ways = entries < WAYS ? entries : WAYS;
	cache->rows = cache->ways ? entries / cache->ways : 0;
	if (cache->rows) {
		cache->slots = calloc(cache->rows * cache->ways, sizeof(*cache->slots));
		if (!cache->slots) {
			free(cache);
			return ERR_NO_MEMORY;
		}
	}
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_init(&cache->shards[i].lock, NULL);
	*ret_cache = cache;
	return ERR_OK;
}

void token_cache_free(struct token_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_destroy(&cache->shards[i].lock);
	free(cache->slots);
	free(cache);
}

/* Locks the row's shard. */
static struct slot *enter(struct token_cache *cache, const unsigned char *digest, struct shard **ret_shard)
{
	uint64_t hash;
	size_t row;

	memcpy(&hash, digest, sizeof(hash));
	row = (size_t)(hash % cache->rows);
	*ret_shard = &cache->shards[row % SHARDS];
	pthread_mutex_lock(&(*ret_shard)->lock);
	return cache->slots + row * cache->ways;
}

static bool in_force(const struct slot *slot, uint64_t generation, time_t now)
{
	const struct token_cache_item *item = &slot->item;

	return slot->used && item->generation == generation && item->from <= now && now < item->until;
}

static struct slot *find(struct slot *row, size_t ways, const unsigned char *digest)
{
	for (size_t i = 0; i < ways; i++) {
		if (row[i].used && memcmp(row[i].item.digest, digest, TOKEN_DIGEST_BYTES) == 0)
			return &row[i];
	}
	return NULL;
}

bool token_cache_get(struct token_cache *cache, const unsigned char digest[TOKEN_DIGEST_BYTES],
		     uint64_t generation, time_t now, struct caller *ret_caller)
{
	struct shard *shard;
	struct slot *row;
	struct slot *slot;
	bool found;

	if (!cache->rows)
		return false;
	row = enter(cache, digest, &shard);
	slot = find(row, cache->ways, digest);
	found = slot && in_force(slot, generation, now);
	if (found) {
		slot->used = ++shard->clock;
		*ret_caller = slot->item.caller;
	}
	pthread_mutex_unlock(&shard->lock);
	return found;
}

static struct slot *choose(struct slot *row, size_t ways, uint64_t generation, time_t now)
{
	struct slot *oldest = row;

	for (size_t i = 0; i < ways; i++) {
		if (!in_force(&row[i], generation, now))
			return &row[i];
		if (row[i].used < oldest->used)
			oldest = &row[i];
	}
	return oldest;
}

void token_cache_put(struct token_cache *cache, const struct token_cache_item *item, time_t now)
{
	struct shard *shard;
	struct slot *row;
	struct slot *slot;

	if (!cache->rows)
		return;
	row = enter(cache, item->digest, &shard);
	/* Two threads may have verified the same token at once: it stands once. */
	slot = find(row, cache->ways, item->digest);
	if (!slot)
		slot = choose(row, cache->ways, item->generation, now);
	/* A verification that began before a key change must not push out what came after it. */
	if (!slot->used || slot->item.generation <= item->generation) {
		slot->item = *item;
		slot->used = ++shard->clock;
	}
	pthread_mutex_unlock(&shard->lock);
}
