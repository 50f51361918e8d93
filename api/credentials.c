#include "credentials.h"

#include <string.h>
#include <strings.h>
#include <time.h>

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

static enum err verify(struct call *call, const char *token)
{
	size_t length = strlen(token);
	enum token_status status;

	while (length && (token[length - 1] == ' ' || token[length - 1] == '\t'))
		length--;
	if (!length || length > TOKEN_MAX_BYTES || !call->server->verifier)
		return unauthorized(call, token_status_text(TOKEN_MALFORMED));
	status = token_verify(call->server->verifier, token, length, time(NULL), &call->caller);
	if (status == TOKEN_FAILED)
		return call_problem(call, PROBLEM_OVERLOADED);
	if (status != TOKEN_OK)
		return unauthorized(call, token_status_text(status));
	call->authenticated = true;
	return ERR_OK;
}

enum err credentials_check(struct call *call)
{
	const char *header = call->headers.authorization;

	if (!header)
		return call->route->roles & ROLE_PUBLIC ? ERR_OK : unauthorized(call, NULL);
	if (strncasecmp(header, "Bearer", 6) != 0 || (header[6] && header[6] != ' '))
		return unauthorized(call, NULL);
	if (verify(call, header + 6 + strspn(header + 6, " ")) != ERR_OK)
		return ERR_INVALID;
	/* Every role is in EVERYONE; a caller without one is no less than the public. */
	if (!(call->route->roles & (call->caller.roles | ROLE_PUBLIC)))
		return forbidden(call);
	return ERR_OK;
}
