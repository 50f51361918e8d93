#include "base64url.h"

#include <stdint.h>

size_t base64url_encode(const void *bytes, size_t length, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *in = bytes;
	char *at = out;
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < length; i++) {
		bits = bits << 8 | in[i];
		count += 8;
		while (count >= 6) {
			count -= 6;
			*at++ = digits[bits >> count & 63];
		}
	}
	if (count)
		*at++ = digits[bits << (6 - count) & 63];
	*at = '\0';
	return (size_t)(at - out);
}

static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

bool base64url_is_digit(char c)
{
	return digit_value(c) >= 0;
}

bool base64url_decode(const char *text, size_t length, unsigned char *out, size_t *ret_length)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t made = 0;

	if (length % 4 == 1)
		return false;
	for (size_t i = 0; i < length; i++) {
		int value = digit_value(text[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count >= 8) {
			count -= 8;
			out[made++] = (unsigned char)(bits >> count);
			bits &= (1U << count) - 1;
		}
	}
	/* Bits left over must be zero, else several texts would stand for the same bytes. */
	if (bits)
		return false;
	*ret_length = made;
	return true;
}
