#include "keyed_hash.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define KEY_ROOM ((size_t)256)

enum err keyed_hash_init(struct keyed_hash *ret_hash)
{
	return gnutls_rnd(GNUTLS_RND_KEY, ret_hash->seed, sizeof(ret_hash->seed)) ? ERR_SYSTEM : ERR_OK;
}

bool keyed_hash(const struct keyed_hash *hash, unsigned char purpose, const void *key, size_t length,
		unsigned char ret_digest[KEYED_DIGEST_BYTES])
{
	unsigned char text[KEYED_SEED_BYTES + 2 + KEY_ROOM];
	unsigned char *end = text;

	memcpy(end, hash->seed, KEYED_SEED_BYTES);
	end += KEYED_SEED_BYTES;
	*end++ = purpose;
	*end++ = length > KEY_ROOM;
	if (length > KEY_ROOM) {
		if (gnutls_hash_fast(GNUTLS_DIG_SHA256, key, length, end))
			return false;
		end += KEYED_DIGEST_BYTES;
	} else {
		memcpy(end, key, length);
		end += length;
	}
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, text, (size_t)(end - text), ret_digest) == 0;
}
