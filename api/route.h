#ifndef KSTTHC_ROUTE_H
#define KSTTHC_ROUTE_H

#include <stdbool.h>

#include "../db/db.h"
#include "../service/workflow.h"
#include "field.h"
#include "role.h"

struct call;

#define EVERYONE (ROLE_PUBLIC | ROLE_VIEWER | ROLE_AGENCY | ROLE_OFFICE | ROLE_SYNC | ROLE_ADMIN)
#define STAFF (ROLE_VIEWER | ROLE_AGENCY | ROLE_OFFICE)
#define OFFICE ROLE_OFFICE
#define SYNC ROLE_SYNC
#define ADMIN ROLE_ADMIN

enum door { DOOR_FRONT, DOOR_BACK };

/* Who may come in, beside the row's roles. */
enum access {
	ACCESS_ROLES,     /* callers with one of the row's roles */
	ACCESS_ANY_TOKEN, /* whoever has a valid token, also one without a role of ours */
	ACCESS_CLIENT,    /* the handler looks at credentials other than a token (RFC 6749, 2.3.1) */
};

/* How a row's calls are limited; see quota.h. */
enum limit_class {
	LIMIT_BY_METHOD, /* as reads or writes, at the back door as bulk */
	LIMIT_LOGIN,     /* credentials are tried here */
	LIMIT_NONE,
};

/*
 * What a statement of db/sql takes, in the order of its parameters; all are
 * sent as text, absent ones as null.
 */
enum arg {
	ARG_END,
	ARG_PATH,  /* first variable of the path */
	ARG_PATH2, /* second */
	ARG_BODY,  /* the checked body as jsonb */
	ARG_QUERY, /* the checked query parameters as one jsonb object; limit and page_token are not in it */
	ARG_LIMIT, /* rows wanted of a list */
	ARG_AFTER, /* what the statement gave as next_key for the page before, jsonb; null on the first page */
	ARG_VERSIONS, /* bigint[]: versions If-Match allows; null: any; '{}': the row must not exist yet;
	                 on a POST null: no If-Match was sent, '{0}': any version of a row that exists */
	ARG_TODAY,    /* date at Asia/Ho_Chi_Minh */
	ARG_ROLES,    /* text[] of the caller's roles, '{public}' without a token */
	ARG_AGENCY,   /* the caller's agency code */
	ARG_SECRET, /* SHA-256, as hex, of a secret made for this call: the reply gets it as member "secret" */
	ARG_SECRET_HEX, /* likewise, of one that is lower-case hex */
	/* SHA-256, as hex, of the path's first variable without its ".ics"; null when it has no such ending */
	ARG_PATH_SECRET_HASH,
	ARG_MOVE,    /* the row's move as jsonb: {"move", "from": [...], "to": ... or null, "role"} */
	ARG_ACTIONS, /* jsonb: status -> the moves that the caller's roles open in the row's workflow */
};

#define ROUTE_ARGS 10

/* What a view depends on beside its row's version; part of its ETag. */
enum { VARY_TODAY = 1 << 0, VARY_ROLE = 1 << 1 };

/*
 * An endpoint. Everything that can be checked before anything runs is here.
 * A row has sql or a handler, with sql maybe render. Tables of rows end with { 0 }.
 *
 * An endpoint's statement gives at most one row; no row is 404. Its columns,
 * all optional but body where there is a reply body:
 *   body      text   the reply, passed through unchanged
 *   version   bigint makes the ETag, a list's too
 *   variant   text   what the view depends on beside version and varies: a part of the ETag, of letters,
 *                    digits, '-' and '.'. Always or never; not with a probe
 *   outcome   text   null or 'ok'; else a code of problem.h: not_found, stale_version, wrong_state ...
 *   errors    jsonb  with another outcome than 'ok', 'invalid' above all:
 *                    [{"pointer": "/parts/0/…" or "parameter": "q", "code": "unknown_agency", "value": "…"}]
 *   location  text   path of what was created
 *   status    int    instead of the row's status
 *   next_key  jsonb  of a list: where the next page starts; null on the last page.
 *                    The dispatcher makes next_page_token and the Link header of it.
 *                    A list's body is the items array alone, as text.
 *
 * A row may have a probe, asked first when a GET has If-None-Match: a statement
 * that gives the version alone, or no row. Where the caller has that view the
 * reply is 304, and sql is not run. An ETag is one of an address, so pages of a
 * list may have the same.
 */
struct route {
	const char *method;
	const char *path; /* "/v1/tasks/:task"; at most two variables */
	const char *operation;
	unsigned roles;
	enum access access;
	const struct field *query; /* parameters beside limit and page_token; NULL: none */
	const struct field *body;  /* fields of the JSON body; NULL: no body, but with consumes */
	const char *consumes;      /* media type of a body that is not JSON: reaches the handler as it came */
	const char *produces;      /* media type of the reply; NULL: application/json */
	bool list;                 /* takes limit and page_token, answers {"items": …} */
	unsigned varies;
	enum door door;
	enum limit_class limit;
	enum sql sql;
	enum sql before; /* run first in the same transaction, without parameters */
	enum arg args[ROUTE_ARGS];
	enum sql probe;
	enum arg probe_args[ROUTE_ARGS];
	const struct move *workflow; /* of ARG_MOVE and ARG_ACTIONS */
	const char *move;            /* which of its moves this is */
	int status;                  /* of success; 0 is 200 */
	bool slow;       /* runs as DB_BULK at the front door too: rare, and too much for a write's time */
	bool writes;     /* runs as DB_WRITE (at the back door DB_BULK); methods other than GET always do */
	bool idempotent; /* takes Idempotency-Key: a row with sql, without before */
	bool secret_path; /* the path's first variable is a secret: of any form, and told nowhere, nor in problems */
	/* Returns ERR_OK with call's reply set, or an error that becomes a problem. Frees nothing. */
	enum err (*handler)(struct call *call);
	/*
	 * Likewise, of what the statement gave (call->result) when it was done and the
	 * caller does not have it; headers of the reply are set but Content-Type. On an
	 * idempotent row it may look at status, version, location and body alone.
	 */
	enum err (*render)(struct call *call);
};

#endif
