#include "argument.h"

#include <string.h>

#include "idempotency.h"
#include "server.h"
#include "statement.h"

#define FEED_ENDING ".ics"

bool argument_taken(const struct route *route, enum arg arg)
{
	for (size_t i = 0; i < ROUTE_ARGS && route->args[i] != ARG_END; i++)
		if (route->args[i] == arg)
			return true;
	return false;
}

enum err argument_secret(struct call *call)
{
	const struct idempotency *own = call->idempotency;
	bool hex = argument_taken(call->route, ARG_SECRET_HEX);
	const char *context;

	if (!own)
		return hex ? secret_make_hex(call->secret) : secret_make(call->secret);
	/* With the key as it was sent, which is kept nowhere: else who reads the database could make it too. */
	context = arena_printf(&call->arena, "%s %s %.*s", own->key, own->request, (int)own->sent_length,
			       own->sent);
	if (!context)
		return ERR_NO_MEMORY;
	return hex ? secret_derive_hex(&call->server->secrets, own->nonce, context, call->secret)
		   : secret_derive(&call->server->secrets, own->nonce, context, call->secret);
}

static enum err hash_text(struct call *call, const char *text, size_t length, const char **ret_text)
{
	char *hash = arena_alloc(&call->arena, SECRET_HASH_SIZE);

	*ret_text = hash;
	return hash ? secret_hash(text, length, hash) : ERR_NO_MEMORY;
}

static enum err made_secret(struct call *call, const char **ret_text)
{
	enum err err = argument_secret(call);

	return err ? err : hash_text(call, call->secret, strlen(call->secret), ret_text);
}

static enum err path_secret(struct call *call, const char **ret_text)
{
	const char *text = call->variables[0];
	size_t length = strlen(text);
	const size_t ending = sizeof(FEED_ENDING) - 1;

	*ret_text = NULL;
	if (length < ending || strcmp(text + length - ending, FEED_ENDING) != 0)
		return ERR_OK;
	return hash_text(call, text, length - ending, ret_text);
}

static enum err roles(struct call *call, const char **ret_text)
{
	*ret_text = call_roles_array(call);
	return *ret_text ? ERR_OK : ERR_NO_MEMORY;
}

static enum err move(struct call *call, const char **ret_text)
{
	const struct move *row = workflow_find(call->route->workflow, call->route->move);

	if (!row)
		return ERR_INTERNAL;
	*ret_text = workflow_move_json(&call->arena, row);
	return *ret_text ? ERR_OK : ERR_NO_MEMORY;
}

/* What everyone may do, a caller with a role may too. */
static enum err actions(struct call *call, const char **ret_text)
{
	const char *names[ROLE_COUNT + 1] = { role_name(ROLE_PUBLIC) };
	size_t count = 1;

	for (unsigned role = ROLE_VIEWER; role <= ROLE_ADMIN && call->authenticated; role <<= 1)
		if (call->caller.roles & role)
			names[count++] = role_name(role);
	*ret_text = workflow_actions_json(&call->arena, call->route->workflow, names);
	return *ret_text ? ERR_OK : ERR_NO_MEMORY;
}

/* Of those that are not there already. */
static enum err made(struct call *call, enum arg arg, const char **ret_text)
{
	switch (arg) {
	case ARG_ROLES:
		return roles(call, ret_text);
	case ARG_SECRET:
	case ARG_SECRET_HEX:
		return made_secret(call, ret_text);
	case ARG_PATH_SECRET_HASH:
		return path_secret(call, ret_text);
	case ARG_MOVE:
		return move(call, ret_text);
	case ARG_ACTIONS:
		return actions(call, ret_text);
	default:
		return ERR_INTERNAL;
	}
}

enum err argument_text(struct call *call, enum arg arg, const char **ret_text)
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
	case ARG_AGENCY:
		*ret_text = *call->caller.agency ? call->caller.agency : NULL;
		return ERR_OK;
	default:
		return made(call, arg, ret_text);
	}
}
