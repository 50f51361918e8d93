#ifndef KSTTHC_TRACE_H
#define KSTTHC_TRACE_H

#include "../service/error.h"

/* What a request is known by: X-Request-Id, and W3C Trace Context's traceparent. */
struct trace {
	char request_id[65];
	char trace_id[33];
	char traceparent[56]; /* for the reply: the caller's trace, a span of ours */
};

/*
 * Takes over what the headers (NULL: not sent) say where it is well-formed,
 * makes up the rest at random. ERR_SYSTEM when the system gives no random
 * bytes; the ids are zeros then.
 */
enum err trace_read(const char *request_id, const char *traceparent, struct trace *ret_trace) MUST_CHECK;

#endif
