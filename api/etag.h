#ifndef KSTTHC_ETAG_H
#define KSTTHC_ETAG_H

#include <stddef.h>

#include "../service/arena.h"
#include "../service/error.h"

/*
 * Entity tags: the version of a row, and after dots whatever else its view
 * depends on: "7", "7.c12.office.20250815" (with the quotes).
 */

/* How many tags a list may hold. */
#define ETAG_MAX 32

/* What a view depends on beside its version; a member is NULL where it does not. */
struct etag_view {
	const char *variant; /* of letters, digits, '-' and '.' */
	const char *role;
	const char *today; /* "2025-08-15" */
};

/* NULL without memory. */
char *etag_make(struct arena *arena, const char *version, const struct etag_view *view) MUST_CHECK;

/* Whether a header is "*" or a list of at most ETAG_MAX entity tags (RFC 9110, 8.8.3). */
int etag_well_formed(const char *header);

int etag_is_any(const char *header);

/*
 * The versions an If-Match list allows, as a PostgreSQL array: "{7,8}". Weak
 * tags and tags that begin with no version never match (RFC 9110, 13.1.1):
 * when nothing else is there it is "{-1}", which no row has. The header is
 * well-formed and not "*". NULL without memory.
 */
char *etag_versions(struct arena *arena, const char *header) MUST_CHECK;

/* Weak comparison of If-None-Match, well-formed, with a tag of etag_make(). */
int etag_matches(const char *header, const char *etag);

#endif
