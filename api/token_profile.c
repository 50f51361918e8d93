#include "token_profile.h"

#include <string.h>

#include "role.h"
#include "token_jws.h"

#define PATH_MAX_NAMES ((size_t)8)

bool token_agency_valid(const char *code)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	size_t length = strlen(code);

	return length >= 1 && length < sizeof(((struct caller *)0)->agency) &&
	       strspn(code, allowed) == length;
}

static bool is_empty(const char *text)
{
	return !text || !*text;
}

static bool name_valid(const char *name)
{
	/* A kid's characters, so no colon: "a:b" can only be b of a. */
	return is_empty(name) || (strlen(name) <= TOKEN_NAME_MAX && token_kid_valid(name, strlen(name)));
}

static bool path_valid(const char *const *path)
{
	size_t count = 0;

	if (!path)
		return false;
	for (; path[count]; count++) {
		if (!*path[count] || count == PATH_MAX_NAMES)
			return false;
	}
	return count > 0;
}

static bool role_valid(const char *name)
{
	return role_find(name, strlen(name)) != 0;
}

static bool text_valid(const char *text)
{
	(void)text;
	return true;
}

static bool mapping_valid(const struct token_mapping *mapping, bool (*to_valid)(const char *to))
{
	for (; mapping && mapping->from; mapping++) {
		if (!*mapping->from || !mapping->to || !to_valid(mapping->to))
			return false;
	}
	return true;
}

/* Whether each name leads to one text only. */
static bool mapping_plain(const struct token_mapping *mapping)
{
	for (; mapping && mapping->from; mapping++) {
		for (const struct token_mapping *next = mapping + 1; next->from; next++) {
			if (strcmp(mapping->from, next->from) == 0 && strcmp(mapping->to, next->to) != 0)
				return false;
		}
	}
	return true;
}

/* What is wrong with it, NULL for nothing. */
static const char *find_fault(const struct token_profile *profile)
{
	if (is_empty(profile->issuer))
		return "there is no issuer";
	if (is_empty(profile->audience))
		return "there is no audience";
	if (!path_valid(profile->role_path))
		return "the path to the roles is 1 to 8 names of claims";
	if (!path_valid(profile->agency_path))
		return "the path to the agency is 1 to 8 names of claims";
	if (!mapping_valid(profile->roles, role_valid))
		return "a role is mapped to viewer, agency, office, sync or admin";
	if (!mapping_valid(profile->agencies, token_agency_valid))
		return "an agency is mapped to a code of 1 to 64 characters of a-z 0-9 . -";
	if (!mapping_plain(profile->agencies))
		return "an agency's name is mapped to two codes";
	if (!mapping_valid(profile->required, text_valid))
		return "a required claim has a name and a text";
	return NULL;
}

/* The copies: they return whether there was memory; no text is as good as "". */

static bool copy_text(const char *from, struct arena *arena, const char **ret_to)
{
	*ret_to = from ? arena_strdup(arena, from) : "";
	return *ret_to != NULL;
}

static bool copy_path(const char *const *from, struct arena *arena, const char *const **ret_to)
{
	size_t count = 0;
	const char **path;

	while (from[count])
		count++;
	path = arena_array(arena, count + 1, sizeof(*path));
	for (size_t i = 0; path && i < count; i++) {
		if (!copy_text(from[i], arena, &path[i]))
			return false;
	}
	*ret_to = path;
	return path != NULL;
}

static bool copy_mapping(const struct token_mapping *from, struct arena *arena,
			 const struct token_mapping **ret_to)
{
	size_t count = 0;
	struct token_mapping *mapping;

	*ret_to = NULL;
	if (!from)
		return true;
	while (from[count].from)
		count++;
	mapping = arena_array(arena, count + 1, sizeof(*mapping));
	for (size_t i = 0; mapping && i < count; i++) {
		if (!copy_text(from[i].from, arena, &mapping[i].from) ||
		    !copy_text(from[i].to, arena, &mapping[i].to))
			return false;
	}
	*ret_to = mapping;
	return mapping != NULL;
}

enum err token_profile_copy(const struct token_profile *from, struct arena *arena,
			    const struct token_complaint *to, struct token_profile *ret_profile)
{
	struct token_profile copy = { .agency_single = from->agency_single };
	const char *fault;

	if (!name_valid(from->name))
		return token_key_complain(
			to, "the name of a token profile is 1 to %d characters of A-Z a-z 0-9 . _ -",
			TOKEN_NAME_MAX);
	fault = find_fault(from);
	if (fault)
		return token_key_complain(to, "token profile \"%s\": %s", from->name ? from->name : "",
					  fault);
	if (!copy_text(from->name, arena, &copy.name) || !copy_text(from->issuer, arena, &copy.issuer) ||
	    !copy_text(from->audience, arena, &copy.audience) ||
	    !copy_text(from->agency_prefix, arena, &copy.agency_prefix) ||
	    !copy_path(from->role_path, arena, &copy.role_path) ||
	    !copy_path(from->agency_path, arena, &copy.agency_path) ||
	    !copy_mapping(from->roles, arena, &copy.roles) ||
	    !copy_mapping(from->agencies, arena, &copy.agencies) ||
	    !copy_mapping(from->required, arena, &copy.required))
		return ERR_NO_MEMORY;
	*ret_profile = copy;
	return ERR_OK;
}
