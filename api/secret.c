#include "secret.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#include "base64url.h"

#define SECRET_BYTES 32

void secret_hex(const unsigned char *bytes, size_t length, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

enum err secret_make(char ret_secret[SECRET_SIZE])
{
	unsigned char bytes[SECRET_BYTES];

	if (gnutls_rnd(GNUTLS_RND_KEY, bytes, sizeof(bytes)) < 0)
		return ERR_SYSTEM;
	base64url_encode(bytes, sizeof(bytes), ret_secret);
	explicit_bzero(bytes, sizeof(bytes));
	return ERR_OK;
}

enum err secret_make_hex(char ret_secret[SECRET_HEX_SIZE])
{
	unsigned char bytes[SECRET_BYTES];

	if (gnutls_rnd(GNUTLS_RND_KEY, bytes, sizeof(bytes)) < 0)
		return ERR_SYSTEM;
	secret_hex(bytes, sizeof(bytes), ret_secret);
	explicit_bzero(bytes, sizeof(bytes));
	return ERR_OK;
}

enum err secret_make_nonce(char ret_nonce[SECRET_NONCE_SIZE])
{
	unsigned char bytes[(SECRET_NONCE_SIZE - 1) / 2];

	if (gnutls_rnd(GNUTLS_RND_NONCE, bytes, sizeof(bytes)) < 0)
		return ERR_SYSTEM;
	secret_hex(bytes, sizeof(bytes), ret_nonce);
	return ERR_OK;
}

static enum err derive(const struct secret_source *source, const char *nonce, const char *context,
		       unsigned char ret_mac[SECRET_BYTES])
{
	gnutls_hmac_hd_t hmac;

	if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, source->key, sizeof(source->key)) < 0)
		return ERR_NO_MEMORY;
	/* With the NULs between them, so that no two pairs are one text. */
	if (gnutls_hmac(hmac, nonce, strlen(nonce) + 1) < 0 ||
	    gnutls_hmac(hmac, context, strlen(context) + 1) < 0) {
		gnutls_hmac_deinit(hmac, NULL);
		return ERR_INTERNAL;
	}
	gnutls_hmac_deinit(hmac, ret_mac);
	return ERR_OK;
}

enum err secret_derive(const struct secret_source *source, const char *nonce, const char *context,
		       char ret_secret[SECRET_SIZE])
{
	unsigned char mac[SECRET_BYTES];
	enum err err = derive(source, nonce, context, mac);

	if (err)
		return err;
	base64url_encode(mac, sizeof(mac), ret_secret);
	explicit_bzero(mac, sizeof(mac));
	return ERR_OK;
}

enum err secret_derive_hex(const struct secret_source *source, const char *nonce, const char *context,
			   char ret_secret[SECRET_HEX_SIZE])
{
	unsigned char mac[SECRET_BYTES];
	enum err err = derive(source, nonce, context, mac);

	if (err)
		return err;
	secret_hex(mac, sizeof(mac), ret_secret);
	explicit_bzero(mac, sizeof(mac));
	return ERR_OK;
}

enum err secret_hash(const char *secret, size_t length, char ret_hash[SECRET_HASH_SIZE])
{
	unsigned char digest[SECRET_BYTES];

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, secret, length, digest) < 0)
		return ERR_INTERNAL;
	secret_hex(digest, sizeof(digest), ret_hash);
	return ERR_OK;
}

enum err secret_source_load(struct db *db, struct secret_source *ret_source, char *ret_message,
			    size_t message_size)
{
	const struct db_call call = { .statement = SQL_DERIVATION_SECRET_GET, .class = DB_READ };
	struct db_result *result = NULL;
	enum err err = db_run(db, &call, &result);
	const char *hex = err == ERR_OK ? db_value(result, 0, "secret") : NULL;
	size_t length = sizeof(ret_source->key);
	const gnutls_datum_t text = { (unsigned char *)hex, hex ? (unsigned)strlen(hex) : 0 };

	if (!err && (!hex || gnutls_hex_decode(&text, ret_source->key, &length) < 0 ||
		     length != sizeof(ret_source->key)))
		err = ERR_INTERNAL;
	if (err)
		snprintf(ret_message, message_size, "the derivation secret cannot be read: %s",
			 db_message(result));
	db_result_free(result);
	return err;
}
