#include <string.h>

#include "call.h"
#include "keeper.h"
#include "routes.h"
#include "server.h"

/* As long as a verifier may go by what it has: less than a new key is published before it is used. */
#define JWKS_CACHE "public, max-age=300"

static enum err get_keys(struct call *call)
{
	const char *text = keeper_jwks(call->server->keeper, &call->arena);

	if (!text)
		return ERR_NO_MEMORY;
	call_header(call, "Cache-Control", JWKS_CACHE);
	/* Not application/jwk-set+json (RFC 7517, 8.5.2): clients expect of JSON that it says so. */
	return call_reply_text(call, 200, "application/json", text, strlen(text));
}

const struct route key_routes[] = {
	{ "GET", "/.well-known/jwks.json", "getSigningKeys", EVERYONE, .handler = get_keys },
	{ 0 },
};
