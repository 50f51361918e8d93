#include "peers.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keyed_hash.h"

struct peer {
	uint64_t hash; /* of the address; 0: free */
	size_t open;
};

/* Open addressing, at most half full. */
struct peers {
	pthread_mutex_t lock;
	struct keyed_hash hash;
	size_t connections;
	size_t per_address;
	size_t count;
	size_t mask;
	struct peer *peers;
};

enum err peers_new(size_t connections, size_t per_address, struct peers **ret_peers)
{
	struct peers *peers = calloc(1, sizeof(*peers));
	size_t slots = 16;
	enum err err;

	if (!peers)
		return ERR_NO_MEMORY;
	while (slots < connections * 2)
		slots *= 2;
	peers->connections = connections;
	peers->per_address = per_address;
	peers->mask = slots - 1;
	peers->peers = calloc(slots, sizeof(*peers->peers));
	err = peers->peers ? keyed_hash_init(&peers->hash) : ERR_NO_MEMORY;
	pthread_mutex_init(&peers->lock, NULL);
	if (err != ERR_OK) {
		peers_free(peers);
		return err;
	}
	*ret_peers = peers;
	return ERR_OK;
}

void peers_free(struct peers *peers)
{
	if (!peers)
		return;
	pthread_mutex_destroy(&peers->lock);
	free(peers->peers);
	free(peers);
}

/* Never 0. Two addresses of the same hash would share a count: of 64 bits under a seed, never seen. */
static bool hash_of(const struct peers *peers, const struct address *address, uint64_t *ret_hash)
{
	unsigned char key[ADDRESS_KEY_BYTES];
	uint64_t digest[KEYED_DIGEST_BYTES / sizeof(uint64_t)];

	address_key(address, key);
	if (!keyed_hash(&peers->hash, 0, key, sizeof(key), (unsigned char *)digest))
		return false;
	*ret_hash = digest[0] | 1;
	return true;
}

static size_t home(const struct peers *peers, uint64_t hash)
{
	return (size_t)(hash >> 32) & peers->mask;
}

/* Where the address is, or the free place where it would be. */
static size_t find(const struct peers *peers, uint64_t hash)
{
	size_t at = home(peers, hash);

	while (peers->peers[at].hash && peers->peers[at].hash != hash)
		at = (at + 1) & peers->mask;
	return at;
}

bool peers_enter(struct peers *peers, const struct address *address)
{
	struct peer *peer;
	uint64_t hash;
	bool entered = false;

	if (!hash_of(peers, address, &hash))
		return false;
	pthread_mutex_lock(&peers->lock);
	peer = &peers->peers[find(peers, hash)];
	if (peer->hash ? peer->open < peers->per_address : peers->count < peers->connections) {
		peers->count += !peer->hash;
		peer->hash = hash;
		peer->open++;
		entered = true;
	}
	pthread_mutex_unlock(&peers->lock);
	return entered;
}

/* Those behind that could have stood here move up, so that a free place still ends every search. */
static void remove_at(struct peers *peers, size_t hole)
{
	for (size_t at = (hole + 1) & peers->mask; peers->peers[at].hash; at = (at + 1) & peers->mask) {
		size_t from_home = (at - home(peers, peers->peers[at].hash)) & peers->mask;

		if (from_home < ((at - hole) & peers->mask))
			continue;
		peers->peers[hole] = peers->peers[at];
		hole = at;
	}
	peers->peers[hole] = (struct peer){ 0 };
	peers->count--;
}

void peers_leave(struct peers *peers, const struct address *address)
{
	uint64_t hash;
	size_t at;

	/* It was counted under this hash, so it can be made: else it stays counted. */
	if (!hash_of(peers, address, &hash))
		return;
	pthread_mutex_lock(&peers->lock);
	at = find(peers, hash);
	assert(peers->peers[at].open);
	if (--peers->peers[at].open == 0)
		remove_at(peers, at);
	pthread_mutex_unlock(&peers->lock);
}

size_t peers_count(struct peers *peers)
{
	size_t count;

	pthread_mutex_lock(&peers->lock);
	count = peers->count;
	pthread_mutex_unlock(&peers->lock);
	return count;
}
