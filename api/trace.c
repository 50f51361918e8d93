#include "trace.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define TRACE_BYTES 16
#define SPAN_BYTES 8
#define REQUEST_BYTES 16

static void write_hex(const unsigned char *bytes, size_t count, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
	}
	*text = '\0';
}

static int is_request_id(const char *id)
{
	size_t length = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

	return length >= 1 && length <= 64 && !id[length];
}

static int is_hex(const char *text, size_t length)
{
	return strspn(text, "0123456789abcdef") >= length;
}

/*
 * version "-" trace-id "-" parent-id "-" flags, lower case; ids of zeros only and
 * version ff are invalid; a version above 00 may have more after another dash
 * (Trace Context, 3.2.2).
 */
static int is_traceparent(const char *text)
{
	size_t length = strlen(text);

	if (length < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-')
		return 0;
	if (!is_hex(text, 2) || !is_hex(text + 3, 32) || !is_hex(text + 36, 16) || !is_hex(text + 53, 2))
		return 0;
	if (strncmp(text, "ff", 2) == 0 || strspn(text + 3, "0") >= 32 || strspn(text + 36, "0") >= 16)
		return 0;
	if (strncmp(text, "00", 2) == 0)
		return length == 55;
	return length == 55 || text[55] == '-';
}

enum err trace_read(const char *request_id, const char *traceparent, struct trace *ret_trace)
{
	unsigned char random[TRACE_BYTES + SPAN_BYTES + REQUEST_BYTES] = { 0 };
	enum err err = ERR_OK;
	const char *flags = "00";
	char *out = ret_trace->traceparent;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		err = ERR_SYSTEM;
	if (request_id && is_request_id(request_id))
		snprintf(ret_trace->request_id, sizeof(ret_trace->request_id), "%s", request_id);
	else
		write_hex(random + TRACE_BYTES + SPAN_BYTES, REQUEST_BYTES, ret_trace->request_id);
	if (traceparent && is_traceparent(traceparent)) {
		memcpy(ret_trace->trace_id, traceparent + 3, TRACE_BYTES * 2);
		ret_trace->trace_id[TRACE_BYTES * 2] = '\0';
		flags = traceparent + 53;
	} else {
		write_hex(random, TRACE_BYTES, ret_trace->trace_id);
	}
	memcpy(out, "00-", 3);
	memcpy(out + 3, ret_trace->trace_id, TRACE_BYTES * 2);
	out[35] = '-';
	write_hex(random + TRACE_BYTES, SPAN_BYTES, out + 36);
	out[52] = '-';
	memcpy(out + 53, flags, 2);
	out[55] = '\0';
	return err;
}
