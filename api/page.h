#ifndef KSTTHC_PAGE_H
#define KSTTHC_PAGE_H

#include <stddef.h>

#include "../service/arena.h"
#include "../service/error.h"

/*
 * Page tokens: base64url of a hash over the operation and its filter, and of
 * the key at which the next page starts (JSON, as the statement gave it). The
 * hash binds a token to its query; it is no signature, so the key is checked to
 * be JSON here and by the statement's casts there.
 */
#define PAGE_LIMIT_DEFAULT 50
#define PAGE_LIMIT_MAX 200
#define PAGE_KEY_MAX ((size_t)1024)

/* filter: the canonical text of the checked query. NULL without memory or when the key is too long. */
char *page_token_make(struct arena *arena, const char *operation, const char *filter,
		      const char *key) MUST_CHECK;

/*
 * The key in a token. ERR_INVALID when it is junk or of another query,
 * ERR_NO_MEMORY.
 */
enum err page_token_read(struct arena *arena, const char *operation, const char *filter, const char *token,
			 const char **ret_key) MUST_CHECK;

#endif
