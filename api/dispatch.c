#include "dispatch.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <ulfius.h>

#include "../service/log.h"
#include "accept.h"
#include "body.h"
#include "call.h"
#include "cors.h"
#include "credentials.h"
#include "idempotency.h"
#include "query.h"
#include "quota.h"
#include "reply.h"
#include "server.h"
#include "statement.h"

/* Twelve digits and the end. */
#define SUBJECT_HASH_SIZE 13

/* A second, of calls over their limits. */
#define LIMITED_LINES 20

static enum err check_framing(struct call *call)
{
	enum problem problem = headers_read(call->request->map_header, &call->arena, &call->headers);

	if (trace_read(call->headers.request_id, call->headers.traceparent, &call->trace) != ERR_OK)
		log_say(LOG_WARNING, "random", "the system gives no random bytes: request ids are zeros");
	call->language = accept_language(call->headers.accept_language);
	if (problem == PROBLEM_NONE && !headers_leave_room(call->request))
		problem = PROBLEM_HEADERS_TOO_LARGE;
	if (problem == PROBLEM_NONE && headers_framing_clear(&call->headers, call->request->http_protocol))
		return ERR_OK;
	call->close = true;
	return call_problem(call, problem == PROBLEM_NONE ? PROBLEM_AMBIGUOUS_FRAMING : problem);
}

static enum err read_target(struct call *call)
{
	enum problem problem = uri_parse(call->request->http_url, &call->arena, &call->uri);

	call->method = method_find(call->request->http_verb);
	return problem == PROBLEM_NONE ? ERR_OK : call_problem(call, problem);
}

static enum err answer_options(struct call *call, const char *allow)
{
	call_header(call, "Allow", allow);
	cors_preflight(call, allow);
	call->status = 204;
	return ERR_OK;
}

static enum err find_route(struct call *call)
{
	const struct router_node *node = NULL;
	char *allow;

	if (!call->uri.asterisk)
		node = router_find(call->server->router, call->uri.segments, call->uri.segment_count,
				   call->variables);
	if (!node && !call->uri.asterisk)
		return call_problem(call, PROBLEM_NO_SUCH_ROUTE);
	if (node)
		call->route = router_route(node, call->method);
	if (call->route)
		return call->route->door == call->door ? ERR_OK : call_problem(call, PROBLEM_WRONG_DOOR);
	allow = arena_alloc(&call->arena, ROUTER_ALLOW_SIZE);
	if (!allow)
		return ERR_NO_MEMORY;
	router_allow(node, allow);
	if (call->method == METHOD_OPTIONS)
		return answer_options(call, allow);
	call_header(call, "Allow", allow);
	return call_problem(call, PROBLEM_METHOD_NOT_ALLOWED);
}

static enum err check_accept(struct call *call)
{
	const char *type = call->route->produces ? call->route->produces : "application/json";

	if (call->route->status == 204 || accept_media(call->headers.accept, type))
		return ERR_OK;
	return call_problem(call, PROBLEM_NOT_ACCEPTABLE);
}

static enum err answer(struct call *call)
{
	return call->route->handler ? call->route->handler(call) : statement_run(call);
}

/* The order is part of the contract: the first that fails names the problem. */
static enum err (*const steps[])(struct call *call) = {
	check_framing,
	read_target,
	find_route,
	credentials_check,
	quota_check,
	credentials_authorize,
	check_accept,
	body_check_type,
	body_check_size,
	query_read,
	statement_preconditions,
	idempotency_read,
	body_read,
	answer,
};

/* Whether two lines are of one caller, without saying who: an issuer may put a name or an address in sub. */
static const char *subject_hash(const char *subject, char ret_hash[SUBJECT_HASH_SIZE])
{
	unsigned char digest[32];

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, subject, strlen(subject), digest))
		return NULL;
	for (size_t i = 0; i < SUBJECT_HASH_SIZE / 2; i++)
		snprintf(ret_hash + 2 * i, 3, "%02x", digest[i]);
	return ret_hash;
}

/* Where refused callers come from, no closer than what kind of network it is. */
static void log_refusal(struct log_line *line, const struct call *call)
{
	log_text(line, "code", problem_code(call->problem));
	if (call->status == 401 || call->status == 403 || call->status == 429)
		log_text(line, "address", address_class(&call->client));
}

/*
 * A line for each call, but for a flood of those over their limits: it would
 * fill a disk. The next line that is written says how many were not.
 */
static bool wants_line(struct call *call, int *ret_unlogged)
{
	struct server *server = call->server;
	int64_t second = call->started / 1000000;

	*ret_unlogged = 0;
	if (call->problem != PROBLEM_TOO_MANY_REQUESTS)
		return true;
	if (atomic_exchange(&server->limited_second, second) != second)
		atomic_store(&server->limited_logged, 0);
	if (atomic_fetch_add(&server->limited_logged, 1) >= LIMITED_LINES) {
		atomic_fetch_add(&server->limited_unlogged, 1);
		return false;
	}
	*ret_unlogged = atomic_exchange(&server->limited_unlogged, 0);
	return true;
}

static void log_failure(struct log_line *line, const struct call *call, enum err err)
{
	const char *state = call->result ? db_sqlstate(call->result) : "";

	if (err != ERR_OK && err != ERR_INVALID)
		log_text(line, "error", error_name(err));
	if (!*state)
		return;
	log_text(line, "sqlstate", state);
	if (call->problem == PROBLEM_INTERNAL || call->status == 503)
		log_text(line, "db_error", db_message(call->result));
}

static void write_log(struct call *call, enum err err)
{
	char hash[SUBJECT_HASH_SIZE];
	struct log_line line;
	struct timespec now;
	int unlogged;

	if (!wants_line(call, &unlogged))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	log_begin(&line, call->problem == PROBLEM_INTERNAL ? LOG_ERROR : LOG_INFO, "request");
	log_text(&line, "request_id", call->trace.request_id);
	log_text(&line, "trace_id", call->trace.trace_id);
	log_text(&line, "door", call->door == DOOR_BACK ? "back" : "front");
	log_text(&line, "method", call->method == METHOD_OTHER ? "other" : call->request->http_verb);
	log_text(&line, "op", call->route ? call->route->operation : NULL);
	log_text(&line, "path", call->route ? call->route->path : NULL);
	log_int(&line, "status", call->status);
	log_ms(&line, "ms", (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 - call->started);
	log_int(&line, "bytes", call->reply ? (int64_t)call->reply_length : 0);
	if (call->authenticated) {
		log_text(&line, "sub", subject_hash(call->caller.subject, hash));
		log_text(&line, "roles", call_roles_text(call, ","));
	}
	if (call->problem != PROBLEM_NONE)
		log_refusal(&line, call);
	if (unlogged)
		log_int(&line, "unlogged", unlogged);
	log_failure(&line, call, err);
	log_end(&line);
}

void dispatch(struct server *server, enum door door, const struct address *client,
	      const struct _u_request *request, struct _u_response *response)
{
	struct call call;
	enum err err = ERR_OK;

	call_init(&call, server, door, request);
	call.client = *client;
	call.uri.path = "/";
	/* A step that has answered, as OPTIONS is, ends the way too. */
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && err == ERR_OK && !call.status; i++)
		err = steps[i](&call);
	if (err != ERR_OK && call.problem == PROBLEM_NONE)
		call_problem(&call, problem_of_error(err));
	if (call.problem != PROBLEM_NONE)
		reply_problem(&call);
	if (atomic_load_explicit(&server->stopping, memory_order_relaxed))
		call.close = true;
	write_log(&call, err);
	reply_send(&call, response);
	call_done(&call);
}
