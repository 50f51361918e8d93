#ifndef KSTTHC_URI_H
#define KSTTHC_URI_H

#include <stddef.h>

#include "../service/arena.h"
#include "../service/error.h"
#include "problem.h"

/*
 * The request target, read from its raw bytes: what the framework makes of it
 * loses NULs and doubled parameters (see traps.md of the design notes).
 */
#define URI_MAX_BYTES ((size_t)8000)
#define URI_MAX_SEGMENTS 8
#define URI_MAX_PAIRS 32

struct uri_pair {
	const char *name; /* decoded, valid UTF-8 without NUL */
	const char *value;
};

struct uri {
	const char *segments[URI_MAX_SEGMENTS + 1]; /* decoded: "%2f" is a '/' within one */
	size_t segment_count;                       /* URI_MAX_SEGMENTS + 1 says: more than that */
	struct uri_pair pairs[URI_MAX_PAIRS];
	size_t pair_count;
	int asterisk;     /* the target is "*" */
	const char *path; /* as sent, what is not printable ASCII escaped */
};

/*
 * Parses origin form ("/a/b?c=d"), absolute form ("http://host/a") and "*".
 * PROBLEM_NONE, or MALFORMED_REQUEST (a bad escape, %00, a control character,
 * not UTF-8), URI_TOO_LONG, OVERLOADED without memory. With a problem only
 * ret_uri->path is set ("/" when there is nothing better). Texts live in arena.
 */
enum problem uri_parse(const char *target, struct arena *arena, struct uri *ret_uri) MUST_CHECK;

/*
 * Parses application/x-www-form-urlencoded into the pairs of ret_uri, whose
 * other members are nothing. The same problems; too many pairs are URI_TOO_LONG.
 */
enum problem uri_parse_form(const char *text, size_t length, struct arena *arena,
			    struct uri *ret_uri) MUST_CHECK;

/* The value of a name that occurs once, else NULL; *ret_count says how often it does. */
const char *uri_find(const struct uri *uri, const char *name, size_t *ret_count);

/* A value as it stands in a query: unreserved characters, the rest escaped. NULL without memory. */
char *uri_escape(struct arena *arena, const char *value) MUST_CHECK;

#endif
