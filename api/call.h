#ifndef KSTTHC_CALL_H
#define KSTTHC_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../service/arena.h"
#include "address.h"
#include "headers.h"
#include "idempotency.h"
#include "problem.h"
#include "route.h"
#include "router.h"
#include "secret.h"
#include "today.h"
#include "token.h"
#include "trace.h"
#include "uri.h"

struct _u_request;
struct _u_response;
struct server;

/* One wrong member, parameter or header. */
enum place { PLACE_POINTER, PLACE_PARAMETER, PLACE_HEADER };

struct call_member_error {
	enum place place;
	const char *where; /* JSON pointer, or name */
	const char *code;  /* one of problem_text.c's */
	const char *note;  /* a bound or value, added to the detail in parentheses; or NULL */
};

struct call_header {
	const char *name;
	const char *value;
};

#define CALL_MAX_ERRORS 100
#define CALL_MAX_HEADERS 12

/*
 * One request, from its arrival to its reply. Everything made for it lives in
 * its arena or is one of its members, and call_done() frees all of that:
 * handlers free nothing. A call belongs to one thread.
 */
struct call {
	struct server *server;
	enum door door;
	const struct _u_request *request;
	const char *request_body; /* not NUL-terminated; NULL when there is none */
	size_t request_length;
	struct arena arena;

	/* what was asked */
	struct headers headers;
	struct uri uri;
	enum method method;
	const struct route *route; /* NULL until found */
	const char *variables[ROUTER_VARIABLES];
	json_t *query;          /* checked, canonical; NULL when the route has none */
	const char *query_text; /* the same as text */
	const char *limit;      /* decimal, NULL when the route takes none */
	const char *after;      /* jsonb of the page token, or NULL */
	const char *versions;   /* see ARG_VERSIONS */
	json_t *body;           /* checked */
	char *body_text;        /* the same as text, of malloc() */

	struct idempotency *idempotency; /* NULL when no key was sent, or none is taken */

	/* who asks, and how to answer */
	struct address client; /* a proxy's client, where a trusted one has told it */
	bool authenticated;
	struct caller caller;
	enum language language;
	struct trace trace;
	char today[TODAY_SIZE];
	int64_t started; /* monotonic microseconds */

	/* the database's answer */
	struct db_result *result;
	char secret[SECRET_HEX_SIZE]; /* of ARG_SECRET or ARG_SECRET_HEX, "" without one */

	/* the reply */
	int status;
	char *reply; /* of malloc(), taken by the framework when sent */
	size_t reply_length;
	const char *reply_type;
	struct call_header reply_headers[CALL_MAX_HEADERS];
	size_t reply_header_count;
	bool close; /* end the connection */

	/* or why there is none */
	enum problem problem;
	const char *oauth_error; /* of RFC 6749, 5.2, beside it */
	struct call_member_error *errors;
	size_t error_count;
};

void call_init(struct call *call, struct server *server, enum door door, const struct _u_request *request);
void call_done(struct call *call);

/* GET or HEAD. */
bool call_is_read(const struct call *call);

/* Takes a value that json_dumps() can print; status 0 is the row's. Frees json. */
enum err call_reply_json(struct call *call, int status, json_t *json_take) MUST_CHECK;

/* Copies; type is static. */
enum err call_reply_text(struct call *call, int status, const char *type, const char *text,
			 size_t length) MUST_CHECK;

/* Room for a reply of length bytes that the caller fills; NULL without memory. */
char *call_reply_room(struct call *call, int status, const char *type, size_t length) MUST_CHECK;

/* Adds a header; both are borrowed until the call is done. */
void call_header(struct call *call, const char *name, const char *value);

/* Ends the call's way: always ERR_INVALID, so that a step can return it. The first problem stays. */
enum err call_problem(struct call *call, enum problem problem);

/*
 * Notes one wrong member; texts are borrowed until the call is done. Beyond
 * CALL_MAX_ERRORS nothing is noted. Sets no problem, but for one that cannot be
 * noted for want of memory: overloaded, so that it is not taken for none.
 */
void call_error(struct call *call, enum place place, const char *where, const char *code, const char *note);

/* The same with the bound: "at least 1" for too_short, too_small and too_few, else "at most 1". */
void call_error_bound(struct call *call, enum place place, const char *where, const char *code,
		      int64_t bound);

/* Whether no more errors are noted: checks can stop. */
bool call_errors_full(const struct call *call);

/*
 * Runs a statement with text parameters as a read, and keeps the answer as the
 * call's result. Errors are logged with SQLSTATE by the dispatcher.
 */
enum err call_db(struct call *call, enum sql statement, const char *const *params, size_t count) MUST_CHECK;

/* The caller's roles as a PostgreSQL array "{office,viewer}" and joined by separator; NULL without memory. */
const char *call_roles_array(struct call *call) MUST_CHECK;
const char *call_roles_text(struct call *call, const char *separator) MUST_CHECK;

#endif
