#include <errno.h>
#include <jansson.h>
#include <jwt.h>
#include <stdlib.h>
#include <string.h>

#include "token.h"
#include "token_key.h"

static json_t *role_array(const char *const *names)
{
	json_t *roles = json_array();

	for (; roles && *names; names++) {
		if (json_array_append_new(roles, json_string(*names)) < 0) {
			json_decref(roles);
			return NULL;
		}
	}
	return roles;
}

/* The payload's JSON, NULL when a text is not UTF-8 or there is no memory. */
static char *make_payload(const struct token_claims *claims)
{
	/* The starred ones are left out when NULL. */
	json_t *object = json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:s*, s:s*, s:s*}", "iss", claims->issuer,
				   "aud", claims->audience, "sub", claims->subject, "iat",
				   (json_int_t)claims->issued, "exp", (json_int_t)claims->expires,
				   claims->role_claim, role_array(claims->roles), claims->agency_claim,
				   claims->agency, "client_id", claims->client_id, "jti", claims->id);
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

	json_decref(object);
	return text;
}

static enum err sign(const struct token_key *key, const char *payload, char **ret_token)
{
	static const jwt_alg_t algorithms[] = {
		[TOKEN_HS256] = JWT_ALG_HS256,
		[TOKEN_RS256] = JWT_ALG_RS256,
		[TOKEN_ES256] = JWT_ALG_ES256,
	};
	jwt_t *jwt;
	char *token = NULL;
	int rc = jwt_new(&jwt);

	if (rc == 0) {
		rc = jwt_set_alg(jwt, algorithms[key->algorithm], (const unsigned char *)key->pem,
				 (int)key->length);
		if (rc == 0)
			rc = jwt_add_header(jwt, "kid", key->kid);
		if (rc == 0)
			rc = jwt_add_grants_json(jwt, payload);
		if (rc == 0 && !(token = jwt_encode_str(jwt)))
			rc = errno;
		jwt_free(jwt);
	}
	if (!token)
		return rc == ENOMEM ? ERR_NO_MEMORY : ERR_INTERNAL;
	*ret_token = token;
	return ERR_OK;
}

enum err token_sign(const struct token_key *key, const struct token_claims *claims, char **ret_token)
{
	struct token_ready_key ready;
	const struct token_complaint nowhere = { NULL, 0 };
	char *payload;
	char *token;
	/* libjwt signs with any key, also ES256 with P-384 and HS256 with an empty secret. */
	enum err err = token_key_prepare(key, TOKEN_KEY_SIGNS, &nowhere, &ready);

	if (err)
		return err;
	token_key_clear(&ready);
	payload = make_payload(claims);
	if (!payload)
		return ERR_INVALID;
	err = sign(key, payload, &token);
	free(payload);
	if (err)
		return err;
	if (strlen(token) > TOKEN_MAX_BYTES) {
		free(token);
		return ERR_INVALID;
	}
	*ret_token = token;
	return ERR_OK;
}
