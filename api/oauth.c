#include <gnutls/crypto.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <stdlib.h>

#include "../service/log.h"
#include "call.h"
#include "keeper.h"
#include "quota.h"
#include "routes.h"
#include "server.h"

/* Tokens for programs: the client credentials grant (RFC 6749, 4.4). */

#define CHALLENGE "Basic realm=\"kstthc\", charset=\"UTF-8\""

/* What no secret and no code is longer than. */
#define CREDENTIAL_MAX ((size_t)128)

#define BASE64_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

struct credentials {
	const char *id;
	const char *secret;
};

static enum err refuse(struct call *call, enum problem problem, const char *error)
{
	call->oauth_error = error;
	if (problem == PROBLEM_INVALID_CLIENT)
		call_header(call, "WWW-Authenticate", CHALLENGE);
	return call_problem(call, problem);
}

static enum err bad_request(struct call *call)
{
	return refuse(call, PROBLEM_INVALID_TOKEN_REQUEST, "invalid_request");
}

/* A parameter that may be left out but not repeated (RFC 6749, 3.2). */
static bool take(const struct uri *form, const char *name, const char **ret_value)
{
	size_t count;

	*ret_value = uri_find(form, name, &count);
	if (*ret_value && !**ret_value)
		*ret_value = NULL;
	return count <= 1;
}

/*
 * "Basic" and code:secret in base64 (RFC 7617, 2). Not the framework's reading
 * of it: that ends at a NUL, knows one spelling of the scheme, and takes the
 * first of two headers where a proxy may have looked at the other one.
 */
static char *decode_basic(struct call *call, const char *header)
{
	const char *text = header + strspn(header, " ");
	const gnutls_datum_t encoded = { (unsigned char *)text, (unsigned)strlen(text) };
	gnutls_datum_t plain = { NULL, 0 };
	char *copy = NULL;

	if (!*text || text[strspn(text, BASE64_DIGITS)] || gnutls_base64_decode2(&encoded, &plain) < 0)
		return NULL;
	if (plain.size <= 2 * CREDENTIAL_MAX && !memchr(plain.data, '\0', plain.size))
		copy = arena_strndup(&call->arena, (const char *)plain.data, plain.size);
	explicit_bzero(plain.data, plain.size);
	gnutls_free(plain.data);
	return copy;
}

static enum err read_header(struct call *call, struct credentials *credentials)
{
	const char *header = call->headers.authorization;
	char *user = strncasecmp(header, "Basic ", 6) == 0 ? decode_basic(call, header + 6) : NULL;
	char *colon = user ? strchr(user, ':') : NULL;

	if (credentials->secret)
		return bad_request(call);
	if (!colon)
		return refuse(call, PROBLEM_INVALID_CLIENT, "invalid_client");
	*colon = '\0';
	if (credentials->id && strcmp(credentials->id, user) != 0)
		return refuse(call, PROBLEM_INVALID_CLIENT, "invalid_client");
	credentials->id = user;
	credentials->secret = colon + 1;
	return ERR_OK;
}

/* By the header or in the form, not both (RFC 6749, 2.3). */
static enum err read_credentials(struct call *call, const struct uri *form, struct credentials *ret)
{
	enum err err = ERR_OK;

	if (!take(form, "client_id", &ret->id) || !take(form, "client_secret", &ret->secret))
		return bad_request(call);
	/* A token that came along is no way for a program to say who it is. */
	if (call->headers.authorization && !call->authenticated)
		err = read_header(call, ret);
	if (err != ERR_OK)
		return err;
	if (!ret->id || !ret->secret || strlen(ret->id) > CREDENTIAL_MAX ||
	    strlen(ret->secret) > CREDENTIAL_MAX)
		return refuse(call, PROBLEM_INVALID_CLIENT, "invalid_client");
	return ERR_OK;
}

static enum err authenticate(struct call *call, const struct credentials *credentials)
{
	char hash[SECRET_HASH_SIZE];
	const char *params[] = { credentials->id, hash };
	const struct db_call query = {
		.statement = SQL_CLIENT_AUTHENTICATE, .class = DB_READ, .params = params, .param_count = 2
	};
	enum err err = secret_hash(credentials->secret, strlen(credentials->secret), hash);

	if (!err)
		err = db_run(call->server->db, &query, &call->result);
	if (err && err != ERR_INVALID)
		return err;
	if (err || !db_rows(call->result))
		return refuse(call, PROBLEM_INVALID_CLIENT, "invalid_client");
	return ERR_OK;
}

/* The roles asked for, all of which the program must have; without a scope all that it has. */
static bool choose_roles(const char *granted, const char *scope, unsigned *ret_roles)
{
	const char *list = scope ? scope : granted;
	unsigned has = 0;
	unsigned roles = 0;

	for (const char *at = granted; *at; at += strspn(at, " ")) {
		has |= role_find(at, strcspn(at, " "));
		at += strcspn(at, " ");
	}
	for (const char *at = list + strspn(list, " "); *at; at += strspn(at, " ")) {
		unsigned role = role_find(at, strcspn(at, " "));

		if (!role || !(role & has))
			return false;
		roles |= role;
		at += strcspn(at, " ");
	}
	*ret_roles = roles;
	return roles != 0;
}

static enum err sign(struct call *call, unsigned roles, char **ret_token)
{
	const struct config *config = call->server->config;
	const char *code = db_value(call->result, 0, "code");
	const char *names[ROLE_COUNT + 1] = { NULL };
	char id[SECRET_NONCE_SIZE];
	size_t count = 0;
	time_t now = time(NULL);
	enum err err = secret_make_nonce(id);

	for (unsigned role = ROLE_VIEWER; role <= ROLE_ADMIN; role <<= 1)
		if (roles & role)
			names[count++] = role_name(role);
	if (err)
		return err;
	err = keeper_sign(call->server->keeper,
			  &(struct token_claims){
				  .issuer = config->token_issuer,
				  .audience = config->token_audience,
				  .role_claim = config->token_role_claim,
				  .agency_claim = config->token_agency_claim,
				  .subject = arena_printf(&call->arena, "client:%s", code),
				  .client_id = code,
				  .id = id,
				  .roles = names,
				  .agency = roles & ROLE_AGENCY ? db_value(call->result, 0, "agency") : NULL,
				  .issued = now,
				  .expires = now + (time_t)config->client_token_seconds,
			  },
			  ret_token);
	/* Not the sender's fault, and mended by kstthc key rotate. */
	if (err == ERR_NOT_FOUND) {
		log_say(LOG_ERROR, "keys", "there is no key to sign with: see kstthc key list");
		err = ERR_UNAVAILABLE;
	}
	return err;
}

static enum err reply_token(struct call *call, unsigned roles, const char *token)
{
	const char *scope = "";

	for (unsigned role = ROLE_VIEWER; role <= ROLE_ADMIN && scope; role <<= 1)
		if (roles & role)
			scope = arena_printf(&call->arena, "%s%s%s", scope, *scope ? " " : "",
					     role_name(role));
	if (!scope)
		return ERR_NO_MEMORY;
	call_header(call, "Pragma", "no-cache");
	return call_reply_json(call, 200,
			       json_pack("{s:s, s:s, s:I, s:s}", "access_token", token, "token_type",
					 "Bearer", "expires_in",
					 (json_int_t)call->server->config->client_token_seconds, "scope",
					 scope));
}

static enum err grant(struct call *call, const char *scope)
{
	char *token = NULL;
	unsigned roles;
	enum err err;

	if (!choose_roles(db_value(call->result, 0, "roles"), scope, &roles))
		return refuse(call, PROBLEM_INVALID_SCOPE, "invalid_scope");
	err = sign(call, roles, &token);
	if (err)
		return err;
	err = reply_token(call, roles, token);
	free(token);
	return err;
}

static enum err create_token(struct call *call)
{
	struct credentials credentials = { 0 };
	const char *grant_type, *scope;
	struct uri form;
	enum problem problem = uri_parse_form(call->request_body, call->request_length, &call->arena, &form);
	enum err err;

	call->oauth_error = "invalid_request";
	if (problem == PROBLEM_OVERLOADED)
		return ERR_NO_MEMORY;
	if (problem != PROBLEM_NONE || !take(&form, "grant_type", &grant_type) || !grant_type ||
	    !take(&form, "scope", &scope))
		return bad_request(call);
	if (strcmp(grant_type, "client_credentials") != 0)
		return refuse(call, PROBLEM_UNSUPPORTED_GRANT, "unsupported_grant_type");
	err = read_credentials(call, &form, &credentials);
	if (!err)
		err = authenticate(call, &credentials);
	/* Of those that are who they say: a stranger must not be able to use up a program's share. */
	if (!err)
		err = quota_login(call, credentials.id);
	if (!err)
		err = grant(call, scope);
	return err;
}

const struct route oauth_routes[] = {
	{ "POST", "/v1/oauth/token", "createToken", EVERYONE, ACCESS_CLIENT,
	  .consumes = "application/x-www-form-urlencoded", .limit = LIMIT_LOGIN, .handler = create_token },
	{ 0 },
};
