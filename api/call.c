#include "call.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ulfius.h>

#include "server.h"

/* What one call can be made to hold, beside its body and its JSON, which have limits of their own. */
#define FRONT_ARENA ((size_t)2 << 20)
#define BACK_ARENA ((size_t)512 << 20)

void call_init(struct call *call, struct server *server, enum door door, const struct _u_request *request)
{
	struct timespec now;

	memset(call, 0, sizeof(*call));
	call->server = server;
	call->door = door;
	call->request = request;
	call->request_body = request->binary_body;
	call->request_length = request->binary_body_length;
	arena_init(&call->arena, door == DOOR_BACK ? BACK_ARENA : FRONT_ARENA);
	clock_gettime(CLOCK_MONOTONIC, &now);
	call->started = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	today_write(server->config->today, time(NULL), call->today);
}

void call_done(struct call *call)
{
	json_decref(call->query);
	json_decref(call->body);
	free(call->body_text);
	free(call->reply);
	db_result_free(call->result);
	arena_release(&call->arena);
}

bool call_is_read(const struct call *call)
{
	return call->method == METHOD_GET || call->method == METHOD_HEAD;
}

char *call_reply_room(struct call *call, int status, const char *type, size_t length)
{
	free(call->reply);
	call->reply = malloc(length + 1);
	if (!call->reply)
		return NULL;
	call->reply[length] = '\0';
	call->reply_length = length;
	call->reply_type = type;
	call->status = status;
	return call->reply;
}

enum err call_reply_text(struct call *call, int status, const char *type, const char *text, size_t length)
{
	char *room = call_reply_room(call, status, type, length);

	if (!room)
		return ERR_NO_MEMORY;
	memcpy(room, text, length);
	return ERR_OK;
}

enum err call_reply_json(struct call *call, int status, json_t *json_take)
{
	const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(15);
	size_t length = json_dumpb(json_take, NULL, 0, flags);
	char *room = length ? call_reply_room(call, status, "application/json", length) : NULL;

	if (room)
		json_dumpb(json_take, room, length, flags);
	json_decref(json_take);
	return room ? ERR_OK : ERR_NO_MEMORY;
}

void call_header(struct call *call, const char *name, const char *value)
{
	if (call->reply_header_count < CALL_MAX_HEADERS)
		call->reply_headers[call->reply_header_count++] = (struct call_header){ name, value };
}

enum err call_problem(struct call *call, enum problem problem)
{
	if (call->problem == PROBLEM_NONE)
		call->problem = problem;
	return ERR_INVALID;
}

void call_error(struct call *call, enum place place, const char *where, const char *code, const char *note)
{
	if (!call->errors)
		call->errors = arena_array(&call->arena, CALL_MAX_ERRORS, sizeof(*call->errors));
	if (!call->errors || !where)
		call->problem = PROBLEM_OVERLOADED;
	if (!call->errors || !where || call->error_count == CALL_MAX_ERRORS)
		return;
	call->errors[call->error_count++] = (struct call_member_error){ place, where, code, note };
}

void call_error_bound(struct call *call, enum place place, const char *where, const char *code, int64_t bound)
{
	static const char *const words[2][2] = { { "tối đa", "tối thiểu" }, { "at most", "at least" } };
	bool least = strcmp(code, "too_short") == 0 || strcmp(code, "too_small") == 0 ||
		     strcmp(code, "too_few") == 0;
	const char *word = words[call->language == LANGUAGE_EN][least];

	call_error(call, place, where, code, arena_printf(&call->arena, "%s %lld", word, (long long)bound));
}

bool call_errors_full(const struct call *call)
{
	return call->error_count >= CALL_MAX_ERRORS;
}

enum err call_db(struct call *call, enum sql statement, const char *const *params, size_t count)
{
	struct db_call query = {
		.statement = statement,
		.class = DB_READ,
		.as_public = call->route->roles & ROLE_PUBLIC,
		.actor = call->caller.subject,
		.request_id = call->trace.request_id,
		.today = call->today,
		.params = params,
		.param_count = count,
	};

	db_result_free(call->result);
	call->result = NULL;
	return db_run(call->server->db, &query, &call->result);
}

const char *call_roles_text(struct call *call, const char *separator)
{
	const char *text = NULL;

	if (!call->authenticated)
		return "public";
	for (unsigned role = ROLE_VIEWER; role <= ROLE_ADMIN; role <<= 1) {
		if (!(call->caller.roles & role))
			continue;
		text = text ? arena_printf(&call->arena, "%s%s%s", text, separator, role_name(role))
			    : role_name(role);
		if (!text)
			return NULL;
	}
	return text ? text : "";
}

const char *call_roles_array(struct call *call)
{
	const char *text;

	if (!call->authenticated)
		return "{public}";
	if (call->caller.roles == ROLE_OFFICE)
		return "{office}";
	text = call_roles_text(call, ",");
	return text ? arena_printf(&call->arena, "{%s}", text) : NULL;
}
