#include "credentials.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "keeper.h"
#include "quota.h"
#include "server.h"

#define CHALLENGE "Bearer realm=\"kstthc\""

static enum err unauthorized(struct call *call, const char *description)
{
	const char *challenge = CHALLENGE;

	if (description)
		challenge = arena_printf(&call->arena,
					 CHALLENGE ", error=\"invalid_token\", error_description=\"%s\"",
					 description);
	call_header(call, "WWW-Authenticate", challenge ? challenge : CHALLENGE);
	return call_problem(call, PROBLEM_UNAUTHORIZED);
}

/* Credentials that are not accepted, as against none: whoever tries many is stopped. */
static enum err refused(struct call *call, const char *description)
{
	if (quota_refused(call) != ERR_OK)
		return ERR_INVALID;
	return unauthorized(call, description);
}

static enum err forbidden(struct call *call)
{
	const char *scope = "";
	const char *challenge;

	for (unsigned role = ROLE_VIEWER; role <= ROLE_ADMIN && scope; role <<= 1)
		if (call->route->roles & role)
			scope = arena_printf(&call->arena, "%s%s%s", scope, *scope ? " " : "",
					     role_name(role));
	challenge = scope ? arena_printf(&call->arena,
					 CHALLENGE ", error=\"insufficient_scope\", scope=\"%s\"", scope)
			  : NULL;
	call_header(call, "WWW-Authenticate", challenge ? challenge : CHALLENGE);
	return call_problem(call, PROBLEM_FORBIDDEN);
}

/*
 * A token that is remembered is no attempt: nobody is held up by neighbours
 * behind the same address. Where too many were refused, no other is verified.
 */
static enum token_status look_at(struct call *call, const char *token, size_t length)
{
	struct token_verifier *verifier = call->server->verifier;
	time_t now = time(NULL);
	enum token_status status = token_verify(verifier, token, length, now, true, &call->caller);

	if (status != TOKEN_NOT_REMEMBERED || quota_refused_spent(call))
		return status;
	return token_verify(verifier, token, length, now, false, &call->caller);
}

/* No key that is known is the token's: the kid may be that of another issuer's key too. */
static bool key_may_be_new(enum token_status status)
{
	return status == TOKEN_UNKNOWN_KEY || status == TOKEN_WRONG_ALGORITHM ||
	       status == TOKEN_BAD_SIGNATURE;
}

/* A problem as long as the token may still be right. */
static enum err await_key(struct call *call, const char *token, size_t length, enum token_status *status)
{
	int64_t seconds = 1;
	const char *text;

	switch (keeper_await(call->server->keeper, token, length, &seconds)) {
	case KEEPER_CHANGED:
		*status = token_verify(call->server->verifier, token, length, time(NULL), false,
				       &call->caller);
		return ERR_OK;
	case KEEPER_UNKNOWN:
		return ERR_OK;
	case KEEPER_LATER:
		/* Made-up keys would else be a way to ask for nothing. */
		if (quota_refused(call) != ERR_OK)
			return ERR_INVALID;
		text = arena_printf(&call->arena, "%lld", (long long)seconds);
		call_header(call, "Retry-After", text ? text : "1");
		return call_problem(call, PROBLEM_TOO_MANY_REQUESTS);
	case KEEPER_UNAVAILABLE:
		if (quota_refused(call) != ERR_OK)
			return ERR_INVALID;
		return call_problem(call, PROBLEM_UNAVAILABLE);
	}
	return ERR_INTERNAL;
}

static enum err verify(struct call *call, const char *token)
{
	size_t length = strlen(token);
	enum token_status status;

	while (length && (token[length - 1] == ' ' || token[length - 1] == '\t'))
		length--;
	if (!length || length > TOKEN_MAX_BYTES || !call->server->verifier)
		return refused(call, token_status_text(TOKEN_MALFORMED));
	status = look_at(call, token, length);
	if (status == TOKEN_NOT_REMEMBERED)
		return refused(call, token_status_text(status));
	if (key_may_be_new(status) && await_key(call, token, length, &status) != ERR_OK)
		return ERR_INVALID;
	if (status == TOKEN_FAILED)
		return call_problem(call, PROBLEM_OVERLOADED);
	if (status != TOKEN_OK)
		return refused(call, token_status_text(status));
	call->authenticated = true;
	return ERR_OK;
}

enum err credentials_check(struct call *call)
{
	const char *header = call->headers.authorization;

	if (!header)
		return ERR_OK;
	if (strncasecmp(header, "Bearer", 6) != 0 || (header[6] && header[6] != ' '))
		return call->route->access == ACCESS_CLIENT ? ERR_OK : refused(call, NULL);
	return verify(call, header + 6 + strspn(header + 6, " "));
}

enum err credentials_authorize(struct call *call)
{
	if (!call->authenticated)
		return call->route->roles & ROLE_PUBLIC ? ERR_OK : unauthorized(call, NULL);
	if (call->route->access == ACCESS_ANY_TOKEN)
		return ERR_OK;
	/* Every role is in EVERYONE; a caller without one is no less than the public. */
	if (!(call->route->roles & (call->caller.roles | ROLE_PUBLIC)))
		return forbidden(call);
	return ERR_OK;
}
