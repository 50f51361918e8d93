#ifndef KSTTHC_SECRET_H
#define KSTTHC_SECRET_H

#include "../db/db.h"
#include "../service/error.h"

/*
 * Secrets that this service gives out: 256 bits as 43 characters of base64url,
 * or as lower-case hex where they are to stand in an address. Only their
 * SHA-256 is kept, which is enough for what is random (a password would need a
 * slow hash).
 */
#define SECRET_SIZE 44
#define SECRET_HEX_SIZE 65
#define SECRET_HASH_SIZE 65
#define SECRET_NONCE_SIZE 33

/* What secrets of requests that may be sent again are derived from. */
struct secret_source {
	unsigned char key[32];
};

/* Reads the database's; a sentence for the operator on error. */
enum err secret_source_load(struct db *db, struct secret_source *ret_source, char *ret_message,
			    size_t message_size) MUST_CHECK;

/* Random. ERR_SYSTEM when the system gives none. */
enum err secret_make(char ret_secret[SECRET_SIZE]) MUST_CHECK;
enum err secret_make_hex(char ret_secret[SECRET_HEX_SIZE]) MUST_CHECK;

/* 128 random bits as hex, no secret by themselves. */
enum err secret_make_nonce(char ret_nonce[SECRET_NONCE_SIZE]) MUST_CHECK;

/*
 * The same for the same nonce and context, by HMAC-SHA-256: what is given out
 * in answer to a request that may be sent again is made again, not kept.
 */
enum err secret_derive(const struct secret_source *source, const char *nonce, const char *context,
		       char ret_secret[SECRET_SIZE]) MUST_CHECK;
enum err secret_derive_hex(const struct secret_source *source, const char *nonce, const char *context,
			   char ret_secret[SECRET_HEX_SIZE]) MUST_CHECK;

/* Lower-case hex of length bytes, and a NUL. */
void secret_hex(const unsigned char *bytes, size_t length, char *out);

/* SHA-256 as hex. */
enum err secret_hash(const char *secret, size_t length, char ret_hash[SECRET_HASH_SIZE]) MUST_CHECK;

#endif
