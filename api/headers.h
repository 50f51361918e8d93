#ifndef KSTTHC_HEADERS_H
#define KSTTHC_HEADERS_H

#include "../service/arena.h"
#include "problem.h"

struct _u_map;
struct _u_request;

/*
 * The request headers that anything here looks at. One sent more than once is
 * joined with commas, whatever the case of its names, so that a doubled one
 * cannot be seen differently by two readers. NULL: not sent.
 */
struct headers {
	const char *accept;
	const char *accept_language;
	const char *access_control_request_method;
	const char *authorization;
	const char *content_length;
	const char *content_type;
	const char *host;
	const char *idempotency_key;
	const char *if_match;
	const char *if_none_match;
	const char *origin;
	const char *request_id;
	const char *traceparent;
	const char *transfer_encoding;
};

/* Of one connection, for what it sends and what it is sent but the bodies. */
#define HEADERS_CONNECTION_MEMORY ((size_t)40960)

/* The sum of names and values, in bytes. */
#define HEADERS_MAX_BYTES ((size_t)16384)
#define HEADERS_MAX_COUNT 64

/*
 * PROBLEM_NONE, HEADERS_TOO_LARGE, AMBIGUOUS_FRAMING for a name that is no
 * token, or OVERLOADED without memory; what was read by then is in *ret_headers.
 */
enum problem headers_read(const struct _u_map *map, struct arena *arena,
			  struct headers *ret_headers) MUST_CHECK;

/*
 * Whether the request leaves room in its connection's memory for a reply:
 * MHD keeps its text there, and a record of each header, cookie and parameter.
 * One that did not could be carried out and then not be answered.
 */
int headers_leave_room(const struct _u_request *request);

/*
 * Whether the request's length and host are beyond doubt (RFC 9112, 6.1 and
 * 3.2), so that a proxy in front cannot have understood another request.
 */
int headers_framing_clear(const struct headers *headers, const char *protocol);

#endif
