#include "statement.h"

#include <string.h>

#include "argument.h"
#include "etag.h"
#include "idempotency.h"
#include "server.h"

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

	if (call_is_read(call))
		return none && !etag_well_formed(none) ? bad_header(call, "If-None-Match") : ERR_OK;
	return argument_taken(call->route, ARG_VERSIONS) ? write_preconditions(call) : ERR_OK;
}

static enum err run(struct call *call, enum sql statement, const enum arg args[ROUTE_ARGS])
{
	const struct route *route = call->route;
	const char *params[ROUTE_ARGS];
	struct db_call query = {
		.statement = statement,
		.before = { .statement = route->before },
		.as_public = !route->writes && call_is_read(call) && (route->roles & ROLE_PUBLIC),
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
	while (query.param_count < ROUTE_ARGS && args[query.param_count] != ARG_END) {
		enum err err = argument_text(call, args[query.param_count], &params[query.param_count]);

		if (err != ERR_OK)
			return err;
		query.param_count++;
	}
	if (call_is_read(call) && !route->writes)
		query.class = DB_READ;
	else
		query.class = call->door == DOOR_BACK || route->slow ? DB_BULK : DB_WRITE;
	return db_run(call->server->db, &query, &call->result);
}

/* What had been done before is answered as it was then. */
static enum err run_once(struct call *call)
{
	enum err err = run(call, call->route->sql, call->route->args);
	enum err answer;

	if (err == ERR_OK || !call->idempotency)
		return err;
	answer = idempotency_answer(call);
	if (answer == ERR_NOT_FOUND)
		return err;
	return answer == ERR_OK && *call->secret ? argument_secret(call) : answer;
}

/* What the database refused is the parameters' fault where there is no body. */
static enum err refused(struct call *call, enum err err)
{
	if (err == ERR_INVALID && call->after)
		return call_problem(call, PROBLEM_INVALID_PAGE_TOKEN);
	if (err == ERR_INVALID && call_is_read(call))
		return call_problem(call, PROBLEM_INVALID_PARAMETER);
	/* A trigger has no outcome to give: it names a member's code as the constraint. */
	if (err == ERR_INVALID && problem_member_detail(db_constraint(call->result), call->language))
		call_error(call, PLACE_POINTER, "", db_constraint(call->result), NULL);
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
	if (problem == PROBLEM_INVALID && call_is_read(call))
		problem = PROBLEM_INVALID_PARAMETER;
	return call_problem(call, problem == PROBLEM_NONE ? PROBLEM_INTERNAL : problem);
}

/*
 * Whether the caller has what there is. What goes wrong here goes wrong with the
 * statement itself too, which tells.
 */
static bool is_unchanged(struct call *call)
{
	size_t headers = call->reply_header_count;
	bool same = false;

	if (!call->route->probe || !call_is_read(call) || !call->headers.if_none_match)
		return false;
	if (run(call, call->route->probe, call->route->probe_args) == ERR_OK &&
	    statement_tag(call, &same) == ERR_OK && same)
		return true;
	call->reply_header_count = headers;
	db_result_free(call->result);
	call->result = NULL;
	return false;
}

enum err statement_run(struct call *call)
{
	const char *outcome;
	enum err err;

	if (is_unchanged(call)) {
		call->status = 304;
		return ERR_OK;
	}
	err = run_once(call);
	if (call->problem != PROBLEM_NONE)
		return err;
	if (err != ERR_OK)
		return refused(call, err);
	if (!db_rows(call->result))
		return call_problem(call, PROBLEM_NOT_FOUND);
	outcome = db_value(call->result, 0, "outcome");
	if (outcome && strcmp(outcome, "ok") != 0)
		return not_done(call, outcome);
	return statement_reply(call);
}
