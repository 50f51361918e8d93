#include "page.h"

#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base64url.h"

#define HASH_BYTES 32
#define BOUND_BYTES 16 /* of the hash, in a token */

static enum err filter_hash(struct arena *arena, const char *operation, const char *filter,
			    unsigned char ret_hash[HASH_BYTES])
{
	char *text = arena_printf(arena, "%s\n%s", operation, filter);

	if (!text)
		return ERR_NO_MEMORY;
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, text, strlen(text), ret_hash) == 0 ? ERR_OK : ERR_INTERNAL;
}

/* NULL when it is not the one encoding of some bytes; a NUL comes after them. */
static unsigned char *decode(struct arena *arena, const char *text, size_t length, size_t *ret_length)
{
	unsigned char *bytes = arena_alloc(arena, BASE64URL_BYTES(length) + 1);

	return bytes && base64url_decode(text, length, bytes, ret_length) ? bytes : NULL;
}

char *page_token_make(struct arena *arena, const char *operation, const char *filter, const char *key)
{
	unsigned char hash[HASH_BYTES];
	unsigned char *bytes;
	char *token;
	size_t length = strlen(key);

	if (length > PAGE_KEY_MAX || filter_hash(arena, operation, filter, hash) != ERR_OK)
		return NULL;
	bytes = arena_alloc(arena, BOUND_BYTES + length);
	token = arena_alloc(arena, BASE64URL_LENGTH(BOUND_BYTES + length) + 1);
	if (!bytes || !token)
		return NULL;
	memcpy(bytes, hash, BOUND_BYTES);
	memcpy(bytes + BOUND_BYTES, key, length);
	base64url_encode(bytes, BOUND_BYTES + length, token);
	return token;
}

/* As statements make them: a flat array of texts and numbers. */
static bool is_key(const json_t *key)
{
	const json_t *value;
	size_t i;

	json_array_foreach(key, i, value)
		if (!json_is_string(value) && !json_is_integer(value))
			return false;
	return json_array_size(key) > 0;
}

enum err page_token_read(struct arena *arena, const char *operation, const char *filter, const char *token,
			 const char **ret_key)
{
	unsigned char hash[HASH_BYTES];
	unsigned char *bytes;
	json_auto_t *key = NULL;
	size_t length = strlen(token);
	enum err err = filter_hash(arena, operation, filter, hash);

	if (err != ERR_OK)
		return err;
	if (length > (PAGE_KEY_MAX + BOUND_BYTES) / 3 * 4 + 4)
		return ERR_INVALID;
	bytes = decode(arena, token, length, &length);
	if (!bytes || length <= BOUND_BYTES || memcmp(bytes, hash, BOUND_BYTES) != 0)
		return ERR_INVALID;
	key = json_loadb((const char *)bytes + BOUND_BYTES, length - BOUND_BYTES,
			 JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	if (!is_key(key))
		return ERR_INVALID;
	*ret_key = (const char *)bytes + BOUND_BYTES;
	return ERR_OK;
}
