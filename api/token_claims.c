#include "token_claims.h"

#include <jansson.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "role.h"
#include "token_jws.h"
#include "token_profile.h"

#define TIME_MAX 253402300799 /* 9999-12-31T23:59:59Z */

static bool equals(const json_t *value, const char *text)
{
	size_t length = strlen(text);

	return json_string_length(value) == length && memcmp(json_string_value(value), text, length) == 0;
}

static bool is_short_array(const json_t *value)
{
	return json_is_array(value) && json_array_size(value) <= TOKEN_ENTRIES_MAX;
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
	if (!is_short_array(value))
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

static bool has_required(const json_t *claims, const struct token_mapping *required)
{
	for (; required && required->from; required++) {
		const json_t *value = json_object_get(claims, required->from);

		if (!json_is_string(value) || !equals(value, required->to))
			return false;
	}
	return true;
}

static bool read_subject(const json_t *claims, const char *name, struct caller *caller)
{
	const json_t *value = json_object_get(claims, "sub");
	size_t length = json_string_length(value);
	char *at = caller->subject;

	if (!json_is_string(value) || length < 1 || length > TOKEN_SUBJECT_MAX)
		return false;
	if (!is_printable(json_string_value(value), length))
		return false;
	if (*name) {
		memcpy(at, name, strlen(name));
		at += strlen(name);
		*at++ = ':';
	}
	memcpy(at, json_string_value(value), length + 1);
	return true;
}

/* Leaves *ret_value NULL when a link is missing; false when one is no object. */
static bool walk(const json_t *claims, const char *const *path, const json_t **ret_value)
{
	const json_t *value = claims;

	for (; *path && value; path++) {
		if (!json_is_object(value))
			return false;
		value = json_object_get(value, *path);
	}
	*ret_value = value;
	return true;
}

static unsigned map_role(const struct token_mapping *mapping, const char *name, size_t length)
{
	unsigned roles = 0;

	if (!mapping)
		return role_find(name, length);
	for (; mapping->from; mapping++) {
		if (strlen(mapping->from) == length && memcmp(mapping->from, name, length) == 0)
			roles |= role_find(mapping->to, strlen(mapping->to));
	}
	return roles;
}

static bool split_roles(const struct token_mapping *mapping, const char *text, unsigned *ret_roles)
{
	unsigned roles = 0;

	for (size_t names = 0; *text; names++) {
		size_t length = strcspn(text, " ");

		if (names == TOKEN_ENTRIES_MAX)
			return false;
		roles |= map_role(mapping, text, length);
		text += length;
		text += strspn(text, " ");
	}
	*ret_roles = roles;
	return true;
}

static bool read_roles(const json_t *claims, const struct token_profile *profile, unsigned *ret_roles)
{
	const json_t *value;
	unsigned roles = 0;
	size_t i;
	json_t *item;

	if (!walk(claims, profile->role_path, &value))
		return false;
	if (json_is_string(value)) {
		/* Some issuers make a text of an array of one, and a name of theirs may have spaces. */
		*ret_roles = map_role(profile->roles, json_string_value(value), json_string_length(value));
		return *ret_roles || split_roles(profile->roles, json_string_value(value), ret_roles);
	}
	if (value && !is_short_array(value))
		return false;
	json_array_foreach(value, i, item) {
		if (!json_is_string(item))
			return false;
		roles |= map_role(profile->roles, json_string_value(item), json_string_length(item));
	}
	*ret_roles = roles;
	return true;
}

/* The code that a value names, NULL for none. */
static const char *map_agency(const struct token_profile *profile, const char *text)
{
	size_t length = strlen(profile->agency_prefix);

	if (strncmp(text, profile->agency_prefix, length) != 0)
		return NULL;
	if (!profile->agencies)
		return text + length;
	for (const struct token_mapping *mapping = profile->agencies; mapping->from; mapping++) {
		if (strcmp(mapping->from, text + length) == 0)
			return mapping->to;
	}
	return NULL;
}

static bool add_agency(const struct token_profile *profile, const json_t *value, struct caller *caller)
{
	const char *code;

	if (!json_is_string(value))
		return false;
	code = map_agency(profile, json_string_value(value));
	if (!code)
		return true;
	if (!token_agency_valid(code))
		return false;
	/* Whom of two they speak for is not ours to choose. */
	if (*caller->agency && strcmp(caller->agency, code) != 0)
		return false;
	memcpy(caller->agency, code, strlen(code) + 1);
	return true;
}

static bool read_agency(const json_t *claims, const struct token_profile *profile, struct caller *caller)
{
	const json_t *value;
	size_t i;
	json_t *item;

	if (!walk(claims, profile->agency_path, &value))
		return false;
	if (!profile->agency_single && is_short_array(value)) {
		json_array_foreach(value, i, item) {
			if (!add_agency(profile, item, caller))
				return false;
		}
	} else if (value && !json_is_null(value) && !add_agency(profile, value, caller)) {
		return false;
	}
	return *caller->agency || !(caller->roles & ROLE_AGENCY);
}

static enum token_status check_claims(const json_t *claims, const struct token_profile *profile,
				      time_t leeway, time_t now, struct token_grant *grant)
{
	enum token_status status = check_issuer(claims, profile->issuer);

	if (status == TOKEN_OK)
		status = check_audience(claims, profile->audience);
	if (status == TOKEN_OK)
		status = check_times(claims, leeway, now, grant);
	if (status != TOKEN_OK)
		return status;
	if (!has_required(claims, profile->required) ||
	    !read_subject(claims, profile->name, &grant->caller) ||
	    !read_roles(claims, profile, &grant->caller.roles) ||
	    !read_agency(claims, profile, &grant->caller))
		return TOKEN_BAD_CLAIM;
	return TOKEN_OK;
}

enum token_status token_claims_check(const unsigned char *payload, size_t length,
				     const struct token_profile *profile, int64_t leeway_seconds, time_t now,
				     struct token_grant *ret_grant)
{
	struct token_grant grant = { 0 };
	json_t *claims;
	enum token_status status = token_json_object(payload, length, &claims);

	if (status != TOKEN_OK)
		return status;
	status = check_claims(claims, profile, (time_t)leeway_seconds, now, &grant);
	json_decref(claims);
	if (status == TOKEN_OK)
		*ret_grant = grant;
	return status;
}
