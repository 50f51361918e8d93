#ifndef KSTTHC_CORS_H
#define KSTTHC_CORS_H

#include <stddef.h>

#include "../service/error.h"

struct call;
struct _u_map;

/*
 * Which web pages may read replies (the Fetch standard's CORS protocol). Tokens
 * are sent in a header of the page's own making, so Allow-Credentials is never
 * given. Read-only once made.
 */
struct cors;

/*
 * Reads KSTTHC_CORS_ORIGINS: "https://a.example,http://b.example:8080", written
 * as browsers send them, at most 64, or "*" for any; *ret_cors is NULL for "".
 * ERR_CONFIG with a sentence.
 */
enum err cors_new(const char *setting, struct cors **ret_cors, char *ret_message,
		  size_t message_size) MUST_CHECK;
void cors_free(struct cors *cors);

/* Of the Origin header as it was sent (or NULL): what Access-Control-Allow-Origin is to be; NULL for none. */
const char *cors_allowed(const struct cors *cors, const char *origin);

/* Answers a preflight, if the call is one of a page that has access; allow is the value of Allow. */
void cors_preflight(struct call *call, const char *allow);

/* What every reply to a page that has access has. */
void cors_put(const struct call *call, struct _u_map *headers);

#endif
