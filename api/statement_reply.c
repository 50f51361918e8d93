#include <string.h>

#include "argument.h"
#include "etag.h"
#include "page.h"
#include "query.h"
#include "statement.h"

#define VARIANT_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."

/* What the row says that the view depends on. */
static enum err view_of(struct call *call, struct etag_view *ret_view)
{
	struct etag_view view = { 0 };

	if (call->route->varies & VARY_ROLE) {
		view.role = call_roles_text(call, "+");
		if (!view.role)
			return ERR_NO_MEMORY;
	}
	if (call->route->varies & VARY_TODAY)
		view.today = call->today;
	*ret_view = view;
	return ERR_OK;
}

enum err statement_tag(struct call *call, bool *ret_same)
{
	const char *version = db_value(call->result, 0, "version");
	const char *variant = db_value(call->result, 0, "variant");
	struct etag_view view;
	const char *etag;
	enum err err;

	*ret_same = false;
	if (!version)
		return ERR_OK;
	if (variant && (variant[strspn(variant, VARIANT_LETTERS)] || call->route->probe))
		return ERR_INTERNAL;
	err = view_of(call, &view);
	if (err != ERR_OK)
		return err;
	/* It is not kept for the same request sent again, and the answer is to be the same. */
	view.variant = call->idempotency ? NULL : variant;
	etag = etag_make(&call->arena, version, &view);
	if (!etag)
		return ERR_NO_MEMORY;
	call_header(call, "ETag", etag);
	*ret_same = call_is_read(call) && call->headers.if_none_match &&
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
	size_t length = db_value_length(call->result, 0, "body");
	const char *token = NULL;
	size_t tail = 1;
	char *out;

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

/* Of what was made. */
static enum err reply_body(struct call *call, int status)
{
	const char *body = db_value(call->result, 0, "body");
	size_t length = db_value_length(call->result, 0, "body");

	if (!body)
		return ERR_INTERNAL;
	if (call->route->list)
		return reply_list(call, status);
	if (*call->secret)
		return reply_with_secret(call, status, body, length);
	return call_reply_text(call, status, "application/json", body, length);
}

enum err statement_reply(struct call *call)
{
	const char *location = db_value(call->result, 0, "location");
	int status = success_status(call);
	bool same = false;
	enum err err;

	if (status == 204) {
		call->status = status;
		return ERR_OK;
	}
	err = statement_tag(call, &same);
	if (err != ERR_OK)
		return err;
	if (location && status == 201)
		call_header(call, "Location", location);
	/*
	 * The length that 200 would have is not known, and the framework says 0; who
	 * keeps the reply keeps the length it has (RFC 9111, 3.2).
	 */
	if (same && (call->route->render || call->route->probe)) {
		call->status = 304;
		return ERR_OK;
	}
	if (call->route->render)
		return call->route->render(call);
	/* A 304 has the length that 200 would have; the framework leaves its body out. */
	return reply_body(call, same ? 304 : status);
}
