#ifndef KSTTHC_TOKEN_CACHE_H
#define KSTTHC_TOKEN_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "token.h"

#define TOKEN_DIGEST_BYTES 32

/*
 * The bounded table of verified tokens, keyed by their SHA-256: neither tokens
 * nor signatures are kept. It knows good tokens only. All its memory is taken
 * when it is made; a full corner of it gives up what is no longer in force
 * first, then what was not asked for longest.
 *
 * Thread-safe.
 */
struct token_cache;

/* At most this many entries; 0: it keeps nothing. */
enum err token_cache_new(size_t entries, struct token_cache **ret_cache) MUST_CHECK;
void token_cache_free(struct token_cache *cache);

/*
 * What was kept for a digest, if the key set's generation is still the one it
 * was verified under and from <= now < until. Anything else is not found.
 */
bool token_cache_get(struct token_cache *cache, const unsigned char digest[TOKEN_DIGEST_BYTES],
		     uint64_t generation, time_t now, struct caller *ret_caller) MUST_CHECK;

struct token_cache_item {
	unsigned char digest[TOKEN_DIGEST_BYTES];
	uint64_t generation;
	time_t from;
	time_t until;
	struct caller caller;
};

void token_cache_put(struct token_cache *cache, const struct token_cache_item *item, time_t now);

#endif
