#include "cors.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ulfius.h>

#include "call.h"
#include "server.h"

#define MAX_ORIGINS 64

#define ALLOW_HEADERS                                                             \
	"Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, " \
	"Accept-Language, X-Request-Id, traceparent"
#define EXPOSE_HEADERS                                                                   \
	"ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, " \
	"WWW-Authenticate"
#define MAX_AGE "600"

struct cors {
	bool any;
	size_t count;
	const char *origins[MAX_ORIGINS]; /* into text */
	char text[];
};

/* Whether it is one to five digits, and not the scheme's own port, which browsers leave out. */
static bool is_port(const char *text, const char *standard)
{
	size_t length = strlen(text);

	return length && length <= 5 && *text != '0' && strspn(text, "0123456789") == length &&
	       strcmp(text, standard) != 0;
}

/* As a browser serialises an origin: lower case, no path, no port that the scheme has anyway. */
static bool is_origin(const char *text)
{
	bool tls = strncmp(text, "https://", 8) == 0;
	const char *host = text + (tls ? 8 : 7);
	size_t length;

	if (!tls && strncmp(text, "http://", 7) != 0)
		return false;
	if (*host == '[') {
		length = 1 + strspn(host + 1, "0123456789abcdef:");
		if (length == 1 || host[length++] != ']')
			return false;
	} else {
		length = strspn(host, "0123456789abcdefghijklmnopqrstuvwxyz-._");
		if (!length)
			return false;
	}
	host += length;
	return !*host || (*host == ':' && is_port(host + 1, tls ? "443" : "80"));
}

static enum err fill(struct cors *cors, char *message, size_t message_size)
{
	char *state = NULL;

	for (char *at = strtok_r(cors->text, " ,", &state); at; at = strtok_r(NULL, " ,", &state)) {
		if (cors->count == MAX_ORIGINS) {
			snprintf(message, message_size, "KSTTHC_CORS_ORIGINS has more than %d origins",
				 MAX_ORIGINS);
			return ERR_CONFIG;
		}
		if (!is_origin(at)) {
			snprintf(
				message, message_size,
				"KSTTHC_CORS_ORIGINS has \"%.100s\": it must be origins as browsers send them, such as https://a.example, or * alone",
				at);
			return ERR_CONFIG;
		}
		cors->origins[cors->count++] = at;
	}
	return ERR_OK;
}

enum err cors_new(const char *setting, struct cors **ret_cors, char *ret_message, size_t message_size)
{
	size_t size = strlen(setting) + 1;
	struct cors *cors;
	enum err err;

	if (!setting[strspn(setting, " ,")]) {
		*ret_cors = NULL;
		return ERR_OK;
	}
	cors = calloc(1, sizeof(*cors) + size);
	if (!cors) {
		snprintf(ret_message, message_size, "no memory");
		return ERR_NO_MEMORY;
	}
	memcpy(cors->text, setting, size);
	cors->any = strcmp(setting, "*") == 0;
	err = cors->any ? ERR_OK : fill(cors, ret_message, message_size);
	if (err != ERR_OK) {
		cors_free(cors);
		return err;
	}
	*ret_cors = cors;
	return ERR_OK;
}

void cors_free(struct cors *cors)
{
	free(cors);
}

const char *cors_allowed(const struct cors *cors, const char *origin)
{
	if (!cors || !origin)
		return NULL;
	if (cors->any)
		return "*";
	for (size_t i = 0; i < cors->count; i++)
		if (strcmp(cors->origins[i], origin) == 0)
			return cors->origins[i];
	return NULL;
}

void cors_preflight(struct call *call, const char *allow)
{
	if (!call->headers.access_control_request_method ||
	    !cors_allowed(call->server->cors, call->headers.origin))
		return;
	call_header(call, "Access-Control-Allow-Methods", allow);
	call_header(call, "Access-Control-Allow-Headers", ALLOW_HEADERS);
	call_header(call, "Access-Control-Max-Age", MAX_AGE);
}

void cors_put(const struct call *call, struct _u_map *headers)
{
	const char *allowed = cors_allowed(call->server->cors, call->headers.origin);

	if (!allowed)
		return;
	u_map_put(headers, "Access-Control-Allow-Origin", allowed);
	u_map_put(headers, "Access-Control-Expose-Headers", EXPOSE_HEADERS);
}
