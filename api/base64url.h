#ifndef KSTTHC_BASE64URL_H
#define KSTTHC_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

#include "../service/error.h"

/*
 * base64url without padding (RFC 4648, 5; RFC 7515, 2). Each text decodes to
 * other bytes than any other text: no white space, no padding, no stray bits.
 */

/* How many digits bytes of this number make. */
#define BASE64URL_LENGTH(bytes) (((bytes)*4 + 2) / 3)

/* At most how many bytes this number of digits makes. */
#define BASE64URL_BYTES(length) ((length) / 4 * 3 + 2)

/* Writes BASE64URL_LENGTH(length) digits and a NUL; returns their number. */
size_t base64url_encode(const void *bytes, size_t length, char *out);

/*
 * out has room for BASE64URL_BYTES(length); no text is no bytes. False, with
 * out undefined, when it is not the encoding of any bytes.
 */
bool base64url_decode(const char *text, size_t length, unsigned char *out, size_t *ret_length) MUST_CHECK;

/* Whether it is one of [A-Za-z0-9_-]. */
bool base64url_is_digit(char c) MUST_CHECK;

#endif
