#include "statement.h"

#include <string.h>

#include "etag.h"
#include "idempotency.h"
#include "page.h"
#include "query.h"
#include "server.h"

static bool takes(const struct route *route, enum arg arg)
{
	for (size_t i = 0; i < ROUTE_ARGS && route->args[i] != ARG_END; i++)
		if (route->args[i] == arg)
			return true;
	return false;
}

static bool is_read(const struct call *call)
{
	return call->method == METHOD_GET || call->method == METHOD_HEAD;
}

static enum err bad_header(struct call *call, const char *name)
{
	call_error(call, PLACE_HEADER, name, "bad_format", NULL);
	return call_problem(call, PROBLEM_INVALID_PARAMETER);
}

/* If-None-Match of a PUT or POST: "*" says that there must be nothing yet. */
static enum err must_not_exist(struct call *call)
{
	if (call->headers.if_match || !etag_is_any(call->headers.if_none_match))
		return bad_header(call, "If-None-Match");
	call->versions = "{}";
	return ERR_OK;
}

/* ARG_VERSIONS: null for any, {} for none yet, {0} for "*" on a POST, else the versions of If-Match. */
static enum err write_preconditions(struct call *call)
{
	const char *match = call->headers.if_match;
	bool post = call->method == METHOD_POST;

	if (match && !etag_well_formed(match))
		return bad_header(call, "If-Match");
	if (call->headers.if_none_match && (post || call->method == METHOD_PUT))
		return must_not_exist(call);
	if (!match)
		return post ? ERR_OK : call_problem(call, PROBLEM_PRECONDITION_REQUIRED);
	if (etag_is_any(match)) {
		call->versions = call->method == METHOD_POST ? "{0}" : NULL;
		return ERR_OK;
	}
	call->versions = etag_versions(&call->arena, match);
	return call->versions ? ERR_OK : ERR_NO_MEMORY;
}

enum err statement_preconditions(struct call *call)
{
	const char *none = call->headers.if_none_match;

	if (is_read(call))
		return none && !etag_well_formed(none) ? bad_header(call, "If-None-Match") : ERR_OK;
	return takes(call->route, ARG_VERSIONS) ? write_preconditions(call) : ERR_OK;
}

/* Random, or the same each time that a request with a key is sent. */
static enum err make_secret(struct call *call)
{
	const struct idempotency *own = call->idempotency;
	const char *context;

	if (!own)
		return secret_make(call->secret);
	/* With the key as it was sent, which is kept nowhere: else who reads the database could make it too. */
	context = arena_printf(&call->arena, "%s %s %.*s", own->key, own->request, (int)own->sent_length,
			       own->sent);
	return context ? secret_derive(&call->server->secrets, own->nonce, context, call->secret)
		       : ERR_NO_MEMORY;
}

static enum err secret_parameter(struct call *call, const char **ret_text)
{
	char *hash = arena_alloc(&call->arena, SECRET_HASH_SIZE);
	enum err err = hash ? make_secret(call) : ERR_NO_MEMORY;

	if (!err)
		err = secret_hash(call->secret, strlen(call->secret), hash);
	*ret_text = hash;
	return err;
}

static enum err parameter(struct call *call, enum arg arg, const char **ret_text)
{
	switch (arg) {
	case ARG_PATH:
		*ret_text = call->variables[0];
		return ERR_OK;
	case ARG_PATH2:
		*ret_text = call->variables[1];
		return ERR_OK;
	case ARG_BODY:
		*ret_text = call->body_text;
		return ERR_OK;
	case ARG_QUERY:
		*ret_text = call->query_text;
		return ERR_OK;
	case ARG_LIMIT:
		*ret_text = call->limit;
		return ERR_OK;
	case ARG_AFTER:
		*ret_text = call->after;
		return ERR_OK;
	case ARG_VERSIONS:
		*ret_text = call->versions;
		return ERR_OK;
	case ARG_TODAY:
		*ret_text = call->today;
		return ERR_OK;
	case ARG_ROLES:
		*ret_text = call_roles_array(call);
		return *ret_text ? ERR_OK : ERR_NO_MEMORY;
	case ARG_AGENCY:
		*ret_text = *call->caller.agency ? call->caller.agency : NULL;
		return ERR_OK;
	case ARG_SECRET:
		return secret_parameter(call, ret_text);
	case ARG_END:
		break;
	}
	return ERR_INTERNAL;
}

static enum err run(struct call *call)
{
	const struct route *route = call->route;
	const char *params[ROUTE_ARGS];
	struct db_call query = {
		.statement = route->sql,
		.before = { .statement = route->before },
		.as_public = !route->writes && is_read(call) && (route->roles & ROLE_PUBLIC),
		.actor = call->caller.subject,
		.request_id = call->trace.request_id,
		.today = call->today,
		.params = params,
	};

	if (call->idempotency) {
		enum err err = idempotency_prepare(call);

		if (err != ERR_OK)
			return err;
		idempotency_wrap(call, &query);
	}
	while (query.param_count < ROUTE_ARGS && route->args[query.param_count] != ARG_END) {
		enum err err = parameter(call, route->args[query.param_count], &params[query.param_count]);

		if (err != ERR_OK)
			return err;
		query.param_count++;
	}
	if (is_read(call) && !route->writes)
		query.class = DB_READ;
	else
		query.class = call->door == DOOR_BACK ? DB_BULK : DB_WRITE;
	return db_run(call->server->db, &query, &call->result);
}

/* What had been done before is answered as it was then. */
static enum err run_once(struct call *call)
{
	enum err err = run(call);
	enum err answer;

	if (err == ERR_OK || !call->idempotency)
		return err;
	answer = idempotency_answer(call);
	if (answer == ERR_NOT_FOUND)
		return err;
	return answer == ERR_OK && *call->secret ? make_secret(call) : answer;
}

/* What the database refused is the parameters' fault where there is no body. */
static enum err refused(struct call *call, enum err err)
{
	if (err == ERR_INVALID && call->after)
		return call_problem(call, PROBLEM_INVALID_PAGE_TOKEN);
	if (err == ERR_INVALID && is_read(call))
		return call_problem(call, PROBLEM_INVALID_PARAMETER);
	call_problem(call, problem_of_error(err));
	return err;
}

/* [{"pointer" | "parameter": "...", "code": "...", "value": "..."}] */
static void read_errors(struct call *call, const char *text)
{
	json_t *errors = text ? json_loads(text, 0, NULL) : NULL;
	json_t *error;
	size_t i;

	json_array_foreach(errors, i, error) {
		const char *pointer = json_string_value(json_object_get(error, "pointer"));
		const char *name = json_string_value(json_object_get(error, "parameter"));
		const char *code = json_string_value(json_object_get(error, "code"));
		const char *value = json_string_value(json_object_get(error, "value"));
		const char *where = pointer ? pointer : name ? name : "";

		call_error(call, pointer || !name ? PLACE_POINTER : PLACE_PARAMETER,
			   arena_strdup(&call->arena, where),
			   arena_strdup(&call->arena, code ? code : "bad_format"),
			   value ? arena_strdup(&call->arena, value) : NULL);
	}
	json_decref(errors);
}

static enum err not_done(struct call *call, const char *outcome)
{
	enum problem problem = problem_find(outcome);

	read_errors(call, db_value(call->result, 0, "errors"));
	if (problem == PROBLEM_INVALID && is_read(call))
		problem = PROBLEM_INVALID_PARAMETER;
	return call_problem(call, problem == PROBLEM_NONE ? PROBLEM_INTERNAL : problem);
}

static enum err tag(struct call *call, bool *ret_same)
{
	const char *version = db_value(call->result, 0, "version");
	const char *role = NULL;
	const char *etag;

	*ret_same = false;
	if (!version)
		return ERR_OK;
	if (call->route->varies & VARY_ROLE) {
		role = call_roles_text(call, "+");
		if (!role)
			return ERR_NO_MEMORY;
	}
	etag = etag_make(&call->arena, version, role, call->route->varies & VARY_TODAY ? call->today : NULL);
	if (!etag)
		return ERR_NO_MEMORY;
	call_header(call, "ETag", etag);
	*ret_same = is_read(call) && call->headers.if_none_match &&
		    etag_matches(call->headers.if_none_match, etag);
	return ERR_OK;
}

static char *put(char *out, const char *text, size_t length)
{
	memcpy(out, text, length);
	return out + length;
}

static enum err reply_list(struct call *call, int status)
{
	static const char opening[] = "{\"items\":";
	static const char next[] = ",\"next_page_token\":\"";
	const char *items = db_value(call->result, 0, "body");
	const char *key = db_value(call->result, 0, "next_key");
	size_t length = items ? db_value_length(call->result, 0, "body") : 0;
	const char *token = NULL;
	size_t tail = 1;
	char *out;

	if (!items)
		return ERR_INTERNAL;
	if (key) {
		const char *link;

		token = page_token_make(&call->arena, call->route->operation, call->query_text, key);
		link = token ? query_next_link(call, token) : NULL;
		if (!link)
			return ERR_INTERNAL;
		call_header(call, "Link", link);
		tail += sizeof(next) - 1 + strlen(token) + 1;
	}
	out = call_reply_room(call, status, "application/json", sizeof(opening) - 1 + length + tail);
	if (!out)
		return ERR_NO_MEMORY;
	out = put(out, opening, sizeof(opening) - 1);
	out = put(out, items, length);
	if (token) {
		out = put(out, next, sizeof(next) - 1);
		out = put(out, token, strlen(token));
		*out++ = '"';
	}
	*out = '}';
	return ERR_OK;
}

static int success_status(const struct call *call)
{
	const char *status = db_value(call->result, 0, "status");
	int number = 0;

	for (; status && *status >= '0' && *status <= '9' && number < 1000; status++)
		number = number * 10 + (*status - '0');
	if (number >= 200 && number < 300)
		return number;
	return call->route->status ? call->route->status : 200;
}

/* The body, an object, with the secret that was made for it. */
static enum err reply_with_secret(struct call *call, int status, const char *body, size_t length)
{
	static const char member[] = ",\"secret\":\"";
	size_t secret = strlen(call->secret);
	char *out;

	if (length < 2 || body[length - 1] != '}')
		return ERR_INTERNAL;
	out = call_reply_room(call, status, "application/json", length + sizeof(member) - 1 + secret + 1);
	if (!out)
		return ERR_NO_MEMORY;
	out = put(out, body, length - 1);
	out = put(out, member, sizeof(member) - 1);
	out = put(out, call->secret, secret);
	put(out, "\"}", 2);
	return ERR_OK;
}

static enum err reply(struct call *call)
{
	const char *location = db_value(call->result, 0, "location");
	const char *body = db_value(call->result, 0, "body");
	int status = success_status(call);
	bool same = false;
	enum err err;

	if (status == 204) {
		call->status = status;
		return ERR_OK;
	}
	err = tag(call, &same);
	if (err != ERR_OK)
		return err;
	if (location && status == 201)
		call_header(call, "Location", location);
	if (call->route->list)
		return reply_list(call, status);
	if (!body)
		return ERR_INTERNAL;
	if (*call->secret)
		return reply_with_secret(call, status, body, db_value_length(call->result, 0, "body"));
	/* A 304 has the length that 200 would have; the framework leaves its body out. */
	return call_reply_text(call, same ? 304 : status, "application/json", body,
			       db_value_length(call->result, 0, "body"));
}

enum err statement_run(struct call *call)
{
	enum err err = run_once(call);
	const char *outcome;

	if (call->problem != PROBLEM_NONE)
		return err;
	if (err != ERR_OK)
		return refused(call, err);
	if (!db_rows(call->result))
		return call_problem(call, PROBLEM_NOT_FOUND);
	outcome = db_value(call->result, 0, "outcome");
	if (outcome && strcmp(outcome, "ok") != 0)
		return not_done(call, outcome);
	return reply(call);
}
