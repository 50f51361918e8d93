#include "page.h"

#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#define HASH_BYTES 32
#define BOUND_BYTES 16 /* of the hash, in a token */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static enum err filter_hash(struct arena *arena, const char *operation, const char *filter,
			    unsigned char ret_hash[HASH_BYTES])
{
	char *text = arena_printf(arena, "%s\n%s", operation, filter);

	if (!text)
		return ERR_NO_MEMORY;
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, text, strlen(text), ret_hash) == 0 ? ERR_OK : ERR_INTERNAL;
}

static char *encode(struct arena *arena, const unsigned char *bytes, size_t length)
{
	char *text = arena_alloc(arena, (length + 2) / 3 * 4 + 1);
	char *out = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned triple = (unsigned)bytes[i] << 16;

		if (left > 1)
			triple |= (unsigned)bytes[i + 1] << 8;
		if (left > 2)
			triple |= bytes[i + 2];
		*out++ = alphabet[triple >> 18];
		*out++ = alphabet[triple >> 12 & 63];
		if (left > 1)
			*out++ = alphabet[triple >> 6 & 63];
		if (left > 2)
			*out++ = alphabet[triple & 63];
	}
	*out = '\0';
	return text;
}

/* NULL when it is not the one encoding of some bytes. */
static unsigned char *decode(struct arena *arena, const char *text, size_t length, size_t *ret_length)
{
	unsigned char *bytes = arena_alloc(arena, length / 4 * 3 + 3);
	unsigned bits = 0;
	int count = 0;
	size_t used = 0;

	if (!bytes || length % 4 == 1)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		const char *digit = strchr(alphabet, text[i]);

		if (!digit)
			return NULL;
		bits = (bits << 6 | (unsigned)(digit - alphabet)) & 0xffffff;
		count += 6;
		if (count >= 8) {
			count -= 8;
			bytes[used++] = (unsigned char)(bits >> count);
		}
	}
	if (bits & ((1u << count) - 1))
		return NULL;
	bytes[used] = '\0';
	*ret_length = used;
	return bytes;
}

char *page_token_make(struct arena *arena, const char *operation, const char *filter, const char *key)
{
	unsigned char hash[HASH_BYTES];
	unsigned char *bytes;
	size_t length = strlen(key);

	if (length > PAGE_KEY_MAX || filter_hash(arena, operation, filter, hash) != ERR_OK)
		return NULL;
	bytes = arena_alloc(arena, BOUND_BYTES + length);
	if (!bytes)
		return NULL;
	memcpy(bytes, hash, BOUND_BYTES);
	memcpy(bytes + BOUND_BYTES, key, length);
	return encode(arena, bytes, BOUND_BYTES + length);
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
