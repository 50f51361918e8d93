#include "reply.h"

#include <string.h>
#include <ulfius.h>

#include "cors.h"
#include "server.h"

#define PROBLEM_TYPE "application/problem+json"
#define RETRY_SECONDS "2"
#define VARY "Accept, Accept-Language, Authorization"
#define CORS_VARY VARY ", Origin"

static const char *const place_names[] = {
	[PLACE_POINTER] = "pointer",
	[PLACE_PARAMETER] = "parameter",
	[PLACE_HEADER] = "header",
};

/* "It is too long (2000)." */
static json_t *member_detail(struct call *call, const struct call_member_error *error)
{
	const char *detail = problem_member_detail(error->code, call->language);
	size_t length;
	json_t *text;

	if (!detail)
		detail = problem_detail(PROBLEM_INVALID, call->language);
	length = strlen(detail);
	if (!error->note || !length || detail[length - 1] != '.')
		return json_string(detail);
	text = json_sprintf("%.*s (%s).", (int)length - 1, detail, error->note);
	return text ? text : json_string(detail);
}

static json_t *errors_json(struct call *call)
{
	json_t *errors = json_array();

	for (size_t i = 0; i < call->error_count; i++) {
		const struct call_member_error *error = &call->errors[i];
		json_t *item = json_object();

		json_object_set_new(item, place_names[error->place], json_string(error->where));
		json_object_set_new(item, "code", json_string(error->code));
		json_object_set_new(item, "detail", member_detail(call, error));
		json_array_append_new(errors, item);
	}
	return errors;
}

/* The path as sent, but for one that may hold a secret: with a wrong method it holds it too. */
static const char *instance(const struct call *call)
{
	const char *variables[ROUTER_VARIABLES];
	const struct router_node *node = router_find(call->server->router, call->uri.segments,
						     call->uri.segment_count, variables);
	const struct route *route = node ? router_route(node, METHOD_GET) : NULL;

	return route && route->secret_path ? route->path : call->uri.path;
}

void reply_problem(struct call *call)
{
	static const char bare[] =
		"{\"type\":\"about:blank\",\"title\":\"Overloaded\",\"status\":503,\"code\":\"overloaded\"}";
	enum problem problem = call->problem;
	int status = problem_status(problem);
	json_t *document = json_object();

	json_object_set_new(document, "type", json_string("about:blank"));
	json_object_set_new(document, "title", json_string(problem_title(problem, call->language)));
	json_object_set_new(document, "status", json_integer(status));
	json_object_set_new(document, "detail", json_string(problem_detail(problem, call->language)));
	json_object_set_new(document, "code", json_string(problem_code(problem)));
	if (call->error_count)
		json_object_set_new(document, "errors", errors_json(call));
	if (call->oauth_error)
		json_object_set_new(document, "error", json_string(call->oauth_error));
	json_object_set_new(document, "trace_id", json_string(call->trace.trace_id));
	json_object_set_new(document, "instance", json_string(instance(call)));
	if (call_reply_json(call, status, document) == ERR_OK)
		call->reply_type = PROBLEM_TYPE;
	else if (call_reply_text(call, 503, PROBLEM_TYPE, bare, sizeof(bare) - 1) != ERR_OK)
		call->status = 503;
	call_header(call, "Content-Language", language_name(call->language));
	if (call->status == 503)
		call_header(call, "Retry-After", RETRY_SECONDS);
}

static const char *cache_control(const struct call *call)
{
	if (!call_is_read(call) || call->status >= 400)
		return "no-store";
	/* What only who has the address may read is no shared cache's either. */
	if (call->authenticated || (call->route && call->route->secret_path))
		return "private, no-cache";
	return "no-cache";
}

void reply_send(struct call *call, struct _u_response *response)
{
	struct _u_map *headers = response->map_header;

	response->status = call->status;
	u_map_put(headers, "X-Request-Id", call->trace.request_id);
	u_map_put(headers, "traceparent", call->trace.traceparent);
	u_map_put(headers, "X-Content-Type-Options", "nosniff");
	u_map_put(headers, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	u_map_put(headers, "Referrer-Policy", "no-referrer");
	u_map_put(headers, "Cache-Control", cache_control(call));
	u_map_put(headers, "Vary", call->server->cors ? CORS_VARY : VARY);
	cors_put(call, headers);
	for (size_t i = 0; i < call->reply_header_count; i++)
		u_map_put(headers, call->reply_headers[i].name, call->reply_headers[i].value);
	if (call->close)
		u_map_put(headers, "Connection", "close");
	if (!call->reply)
		return;
	u_map_put(headers, "Content-Type", call->reply_type);
	/* The framework frees it with o_free(), which is free() unless told otherwise, and nobody does. */
	response->binary_body = call->reply;
	response->binary_body_length = call->reply_length;
	call->reply = NULL;
}
