#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base64url.h"
#include "jwk.h"
#include "token_key.h"

#define P256_BYTES ((size_t)32)
#define NUMBER_BYTES ((size_t)2048)

/*
 * A number's bytes in base64url, at least width of them: the coordinates of a
 * curve are written with their zeros in front (RFC 7518, 6.2.1.2), n and e
 * without (6.3.1.1).
 */
static json_t *number(const gnutls_datum_t *datum, size_t width)
{
	unsigned char bytes[NUMBER_BYTES] = { 0 };
	char text[BASE64URL_LENGTH(NUMBER_BYTES) + 1];
	size_t pad = datum->size < width ? width - datum->size : 0;

	if (datum->size + pad > sizeof(bytes))
		return NULL;
	memcpy(bytes + pad, datum->data, datum->size);
	return json_stringn(text, base64url_encode(bytes, datum->size + pad, text));
}

static json_t *rsa_entry(const struct token_ready_key *key)
{
	gnutls_datum_t n = { 0 };
	gnutls_datum_t e = { 0 };
	json_t *entry;

	if (gnutls_pubkey_export_rsa_raw2(key->public_key, &n, &e, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
		return NULL;
	entry = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "kty", "RSA", "kid", key->kid, "use", "sig",
			  "alg", "RS256", "n", number(&n, 0), "e", number(&e, 0));
	gnutls_free(n.data);
	gnutls_free(e.data);
	return entry;
}

static json_t *ec_entry(const struct token_ready_key *key)
{
	gnutls_ecc_curve_t curve;
	gnutls_datum_t x = { 0 };
	gnutls_datum_t y = { 0 };
	json_t *entry;

	if (gnutls_pubkey_export_ecc_raw2(key->public_key, &curve, &x, &y, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
		return NULL;
	entry = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "kty", "EC", "kid", key->kid, "use", "sig",
			  "alg", "ES256", "crv", "P-256", "x", number(&x, P256_BYTES), "y",
			  number(&y, P256_BYTES));
	gnutls_free(x.data);
	gnutls_free(y.data);
	return entry;
}

/* Only what is derived from the public half can reach the entry: the ready key has no other. */
static enum err write_entry(const struct token_key *key, json_t *entries)
{
	const struct token_complaint nowhere = { NULL, 0 };
	struct token_ready_key ready;
	json_t *entry;
	enum err err;

	if (key->algorithm == TOKEN_HS256)
		return ERR_OK;
	err = token_key_prepare(key, TOKEN_KEY_VERIFIES, &nowhere, &ready);
	if (err)
		return err;
	entry = key->algorithm == TOKEN_RS256 ? rsa_entry(&ready) : ec_entry(&ready);
	token_key_clear(&ready);
	return json_array_append_new(entries, entry) == 0 ? ERR_OK : ERR_NO_MEMORY;
}

enum err jwk_write_set(const struct token_key *keys, size_t count, char **ret_text)
{
	json_t *entries = json_array();
	json_t *document = json_pack("{s:o}", "keys", entries);
	enum err err = document ? ERR_OK : ERR_NO_MEMORY;
	char *text = NULL;

	for (size_t i = 0; !err && i < count; i++)
		err = write_entry(&keys[i], entries);
	if (!err && !(text = json_dumps(document, JSON_COMPACT)))
		err = ERR_NO_MEMORY;
	json_decref(document);
	if (!err)
		*ret_text = text;
	return err;
}
