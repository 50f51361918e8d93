#include "token_claims.h"

#include <jansson.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "role.h"
#include "token_jws.h"

#define TIME_MAX 253402300799 /* 9999-12-31T23:59:59Z */

static bool equals(const json_t *value, const char *text)
{
	size_t length = strlen(text);

	return json_string_length(value) == length && memcmp(json_string_value(value), text, length) == 0;
}

static enum token_status check_issuer(const json_t *claims, const char *issuer)
{
	const json_t *value = json_object_get(claims, "iss");

	if (!value)
		return TOKEN_WRONG_ISSUER;
	if (!json_is_string(value))
		return TOKEN_BAD_CLAIM;
	return equals(value, issuer) ? TOKEN_OK : TOKEN_WRONG_ISSUER;
}

static enum token_status check_audience(const json_t *claims, const char *audience)
{
	const json_t *value = json_object_get(claims, "aud");
	bool found = false;
	size_t i;
	json_t *item;

	if (!value)
		return TOKEN_WRONG_AUDIENCE;
	if (json_is_string(value))
		return equals(value, audience) ? TOKEN_OK : TOKEN_WRONG_AUDIENCE;
	if (!json_is_array(value))
		return TOKEN_BAD_CLAIM;
	json_array_foreach(value, i, item) {
		if (!json_is_string(item))
			return TOKEN_BAD_CLAIM;
		found = found || equals(item, audience);
	}
	return found ? TOKEN_OK : TOKEN_WRONG_AUDIENCE;
}

/* Leaves *ret_time as it is when there is no such claim. */
static bool read_time(const json_t *claims, const char *name, time_t *ret_time)
{
	const json_t *value = json_object_get(claims, name);

	if (!value)
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > TIME_MAX)
		return false;
	*ret_time = (time_t)json_integer_value(value);
	return true;
}

static enum token_status check_times(const json_t *claims, time_t leeway, time_t now,
				     struct token_grant *grant)
{
	time_t expires = -1;
	time_t not_before = 0;
	time_t issued = 0;

	if (!read_time(claims, "exp", &expires) || !read_time(claims, "nbf", &not_before) ||
	    !read_time(claims, "iat", &issued) || expires < 0)
		return TOKEN_BAD_CLAIM;
	grant->caller.expires = expires;
	grant->until = expires + leeway;
	grant->from = (issued > not_before ? issued : not_before) - leeway;
	if (now >= grant->until)
		return TOKEN_EXPIRED;
	return now < grant->from ? TOKEN_NOT_YET_VALID : TOKEN_OK;
}

/* It goes into the ledger and the log: nothing that hides or turns around what stands beside it. */
static bool is_printable(const char *text, size_t length)
{
	const uint32_t allowed = UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N |
				 UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_S | UC_CATEGORY_MASK_Zs;
	const uint8_t *at = (const uint8_t *)text;

	while (length) {
		ucs4_t code;
		int bytes = u8_mbtoucr(&code, at, length);

		if (bytes <= 0 || !uc_is_general_category_withtable(code, allowed))
			return false;
		at += bytes;
		length -= (size_t)bytes;
	}
	return true;
}

static bool read_subject(const json_t *claims, struct caller *caller)
{
	const json_t *value = json_object_get(claims, "sub");
	size_t length = json_string_length(value);

	if (!json_is_string(value) || length < 1 || length >= sizeof(caller->subject))
		return false;
	if (!is_printable(json_string_value(value), length))
		return false;
	memcpy(caller->subject, json_string_value(value), length + 1);
	return true;
}

static unsigned split_roles(const char *text)
{
	unsigned roles = 0;

	while (*text) {
		size_t length = strcspn(text, " ");

		roles |= role_find(text, length);
		text += length;
		text += strspn(text, " ");
	}
	return roles;
}

static bool read_roles(const json_t *value, unsigned *ret_roles)
{
	unsigned roles = 0;
	size_t i;
	json_t *item;

	if (json_is_string(value))
		roles = split_roles(json_string_value(value));
	else if (value && !json_is_array(value))
		return false;
	json_array_foreach(value, i, item) {
		if (!json_is_string(item))
			return false;
		roles |= role_find(json_string_value(item), json_string_length(item));
	}
	*ret_roles = roles;
	return true;
}

static bool read_agency(const json_t *value, struct caller *caller)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	size_t length = json_string_length(value);

	if (!value || json_is_null(value))
		return !(caller->roles & ROLE_AGENCY);
	if (!json_is_string(value) || length < 1 || length >= sizeof(caller->agency))
		return false;
	if (strspn(json_string_value(value), allowed) != length)
		return false;
	memcpy(caller->agency, json_string_value(value), length + 1);
	return true;
}

static enum token_status check_claims(const json_t *claims, const struct token_options *options, time_t now,
				      struct token_grant *grant)
{
	enum token_status status = check_issuer(claims, options->issuer);

	if (status == TOKEN_OK)
		status = check_audience(claims, options->audience);
	if (status == TOKEN_OK)
		status = check_times(claims, (time_t)options->leeway_seconds, now, grant);
	if (status != TOKEN_OK)
		return status;
	if (!read_subject(claims, &grant->caller) ||
	    !read_roles(json_object_get(claims, options->role_claim), &grant->caller.roles) ||
	    !read_agency(json_object_get(claims, options->agency_claim), &grant->caller))
		return TOKEN_BAD_CLAIM;
	return TOKEN_OK;
}

enum token_status token_claims_check(const unsigned char *payload, size_t length,
				     const struct token_options *options, time_t now,
				     struct token_grant *ret_grant)
{
	struct token_grant grant = { 0 };
	json_t *claims;
	enum token_status status = token_json_object(payload, length, &claims);

	if (status != TOKEN_OK)
		return status;
	status = check_claims(claims, options, now, &grant);
	json_decref(claims);
	if (status == TOKEN_OK)
		*ret_grant = grant;
	return status;
}
