#ifndef KSTTHC_TOKEN_JWS_H
#define KSTTHC_TOKEN_JWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "token.h"

#define TOKEN_KID_MAX 64

/*
 * A compact JWS (RFC 7515) taken apart. Nothing of it is verified, so only kid
 * and algorithm may be looked at before the signature is. Its pointers lead
 * into the token and into bytes: it is not to be copied nor to outlive the token.
 */
struct token_jws {
	char kid[TOKEN_KID_MAX + 1];
	char algorithm[16];      /* alg as sent; a name that does not fit is none of ours */
	const char *signed_text; /* header.payload as sent */
	size_t signed_length;
	const unsigned char *payload;
	size_t payload_length;
	const unsigned char *signature;
	size_t signature_length;
	unsigned char bytes[TOKEN_MAX_BYTES / 4 * 3];
};

/*
 * Reads the three parts and the header: base64url without padding, white space
 * or stray bits; one JSON object without duplicate members; kid and alg are
 * strings; no crit; typ is absent, JWT or at+jwt (RFC 9068). On failure
 * *ret_jws is undefined.
 */
enum token_status token_jws_parse(const char *token, size_t length, struct token_jws *ret_jws) MUST_CHECK;

/* Whether it is 1 to TOKEN_KID_MAX bytes of [A-Za-z0-9._-]. */
bool token_kid_valid(const char *kid, size_t length) MUST_CHECK;

/* The one JSON object that the text is, to be released with json_decref(); else TOKEN_MALFORMED. */
enum token_status token_json_object(const unsigned char *text, size_t length, json_t **ret_object) MUST_CHECK;

#endif
