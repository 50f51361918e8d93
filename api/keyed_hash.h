#ifndef KSTTHC_KEYED_HASH_H
#define KSTTHC_KEYED_HASH_H

#include <stdbool.h>
#include <stddef.h>

#include "../service/error.h"

#define KEYED_SEED_BYTES 16
#define KEYED_DIGEST_BYTES 32

/*
 * SHA-256 under a seed drawn at start, for tables whose keys strangers choose:
 * nobody can tell which of them fall into the same place.
 */
struct keyed_hash {
	unsigned char seed[KEYED_SEED_BYTES];
};

/* ERR_SYSTEM when there are no random bytes. */
enum err keyed_hash_init(struct keyed_hash *ret_hash) MUST_CHECK;

/* Keys of different purposes have nothing to do with each other. False when GnuTLS fails. */
bool keyed_hash(const struct keyed_hash *hash, unsigned char purpose, const void *key, size_t length,
		unsigned char ret_digest[KEYED_DIGEST_BYTES]) MUST_CHECK;

#endif
