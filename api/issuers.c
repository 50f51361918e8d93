#include "issuers.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch.h"
#include "issuer_json.h"
#include "role.h"
#include "token_profile.h"
#include "trusted_file.h"

#define ISSUER_BYTES ((size_t)1 << 20)
#define FAULT_SIZE ((size_t)512)

static bool name_valid(const char *name)
{
	size_t length = strlen(name);

	return length >= 1 && length <= TOKEN_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static bool role_valid(const char *name)
{
	return role_find(name, strlen(name)) != 0;
}

static bool text_valid(const char *text)
{
	return *text != '\0';
}

static void check_url(struct issuer_reader *reader, const char *name, const char *url)
{
	if (url && fetch_url_class(url) == FETCH_URL_BAD)
		issuer_fault(
			reader, name,
			"must be an https address, or http of this machine (localhost, 127.0.0.1, [::1])");
}

static void read_where(struct issuer_reader *reader, const json_t *entry, struct issuer *issuer)
{
	issuer->jwks_uri = issuer_text(reader, entry, "jwks_uri", false);
	issuer->jwks_file = issuer_text(reader, entry, "jwks_file", false);
	issuer->ca_file = issuer_text(reader, entry, "ca_file", false);
	check_url(reader, "jwks_uri", issuer->jwks_uri);
	if (!issuer->jwks_uri && !issuer->jwks_file)
		check_url(reader, "issuer", issuer->profile.issuer);
	if (issuer->jwks_uri && issuer->jwks_file)
		issuer_fault(reader, "jwks_file", "and jwks_uri cannot both be there");
	if (issuer->jwks_file && issuer->ca_file)
		issuer_fault(reader, "ca_file", "is of no use beside jwks_file");
}

static void read_roles(struct issuer_reader *reader, const json_t *entry, struct token_profile *profile)
{
	static const char *const members[] = { "claim", "map", NULL };
	static const struct issuer_map map = { "map", 1, 200, role_valid,
					       "is not viewer, agency, office, sync or admin" };
	const json_t *roles = issuer_enter(reader, entry, "roles", members, true);

	if (!roles)
		return;
	profile->role_path = issuer_path(reader, roles, "claim");
	profile->roles = issuer_mapping(reader, roles, &map);
	if (!json_object_get(roles, "map"))
		issuer_fault(reader, "map", "is missing: what is not named there grants nothing");
	issuer_leave(reader);
}

static void read_agency(struct issuer_reader *reader, const json_t *entry, struct token_profile *profile)
{
	/* Nothing is in this map, so whatever the claim says is no agency. */
	static const char *const nowhere[] = { "kstthc:no-agency", NULL };
	static const struct token_mapping nothing[] = { { NULL, NULL } };
	static const char *const members[] = { "claim", "prefix", "map", NULL };
	static const struct issuer_map map = { "map", 1, 1000, token_agency_valid,
					       "is not an agency's code: 1 to 64 characters of a-z 0-9 . -" };
	const json_t *agency = issuer_enter(reader, entry, "agency", members, false);

	profile->agency_prefix = "";
	profile->agency_path = nowhere;
	profile->agencies = nothing;
	if (!agency)
		return;
	profile->agency_path = issuer_path(reader, agency, "claim");
	profile->agencies = issuer_mapping(reader, agency, &map);
	if (json_object_get(agency, "prefix"))
		profile->agency_prefix = issuer_text(reader, agency, "prefix", true);
	issuer_leave(reader);
}

static void read_members(struct issuer_reader *reader, const json_t *entry, struct issuer *issuer)
{
	static const struct issuer_map require = { "require", 0, 16, text_valid, "is empty" };
	struct token_profile *profile = &issuer->profile;
	char *definition = json_dumps(entry, JSON_COMPACT | JSON_SORT_KEYS);

	profile->name = issuer_text(reader, entry, "name", true);
	profile->issuer = issuer_text(reader, entry, "issuer", true);
	profile->audience = issuer_text(reader, entry, "audience", true);
	profile->required = issuer_mapping(reader, entry, &require);
	if (profile->name && !name_valid(profile->name))
		issuer_fault(reader, "name", "must be 1 to %d characters of a-z 0-9 -", TOKEN_NAME_MAX);
	/* Else no program could come in: its subject would be taken for that issuer's. */
	if (profile->name && strcmp(profile->name, "client") == 0)
		issuer_fault(reader, "name", "must not be client: our own programs are called so");
	read_where(reader, entry, issuer);
	read_roles(reader, entry, profile);
	read_agency(reader, entry, profile);
	issuer->definition = definition ? arena_strdup(&issuer->arena, definition) : NULL;
	if (!issuer->definition)
		reader->no_memory = true;
	free(definition);
}

/* None may speak for another one, or for us. */
static void check_unlike(struct issuer_reader *reader, const struct issuers *others,
			 const struct token_profile *profile, const char *own)
{
	if (profile->issuer && strcmp(profile->issuer, own) == 0)
		issuer_fault(reader, "issuer", "is our own one, of KSTTHC_TOKEN_ISSUER");
	for (size_t i = 0; i < others->count; i++) {
		const struct token_profile *other = &others->list[i]->profile;

		if (profile->name && other->name && strcmp(profile->name, other->name) == 0)
			issuer_fault(reader, "name", "is that of /%zu too", i);
		if (profile->issuer && other->issuer && strcmp(profile->issuer, other->issuer) == 0)
			issuer_fault(reader, "issuer", "is that of /%zu too", i);
	}
}

static enum err read_entry(struct issuer_reader *reader, const json_t *entry, const char *own,
			   struct issuers *issuers)
{
	static const char *const members[] = { "name",    "issuer", "audience", "jwks_uri", "jwks_file",
					       "ca_file", "roles",  "agency",   "require",  NULL };
	struct issuer *issuer = calloc(1, sizeof(*issuer));

	if (!issuer)
		return ERR_NO_MEMORY;
	arena_init(&issuer->arena, ISSUER_BYTES);
	reader->arena = &issuer->arena;
	if (issuer_members(reader, entry, members)) {
		read_members(reader, entry, issuer);
		check_unlike(reader, issuers, &issuer->profile, own);
	}
	issuers->list[issuers->count++] = issuer;
	return reader->no_memory ? ERR_NO_MEMORY : ERR_OK;
}

static enum err read_entries(struct issuer_reader *reader, const json_t *document, const char *own,
			     struct issuers *issuers)
{
	const json_t *entry;
	size_t i;

	if (!json_is_array(document) || json_array_size(document) > ISSUERS_MAX) {
		issuer_fault(reader, NULL, "must be a list of at most %zu issuers", ISSUERS_MAX);
		return ERR_CONFIG;
	}
	json_array_foreach(document, i, entry) {
		enum err err;

		snprintf(reader->place, sizeof(reader->place), "/%zu", i);
		err = read_entry(reader, entry, own, issuers);
		if (err)
			return err;
	}
	return reader->used ? ERR_CONFIG : ERR_OK;
}

enum err issuers_parse(const char *text, size_t length, const char *own, struct issuers *ret_issuers,
		       char *ret_message, size_t message_size)
{
	struct issuer_reader reader = { .message = ret_message, .size = message_size };
	struct issuers issuers = { 0 };
	json_error_t error;
	json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	enum err err = ERR_CONFIG;

	snprintf(ret_message, message_size, "no memory for the issuers");
	if (document)
		err = read_entries(&reader, document, own, &issuers);
	else
		issuer_fault(&reader, NULL, "is not JSON: line %d: %s", error.line, error.text);
	json_decref(document);
	if (err) {
		issuers_release(&issuers);
		return err;
	}
	*ret_issuers = issuers;
	return ERR_OK;
}

enum err issuers_read(const char *path, const char *own, struct issuers *ret_issuers, char *ret_message,
		      size_t message_size)
{
	char fault[FAULT_SIZE];
	char *text = NULL;
	size_t length = 0;
	enum err err;

	if (!*path) {
		*ret_issuers = (struct issuers){ 0 };
		return ERR_OK;
	}
	err = trusted_file_read(path, ISSUERS_FILE_MAX, &text, &length, fault, sizeof(fault));
	snprintf(ret_message, message_size, "KSTTHC_ISSUERS: %s", fault);
	if (err)
		return err;
	err = issuers_parse(text, length, own, ret_issuers, ret_message, message_size);
	free(text);
	return err;
}

void issuer_free(struct issuer *issuer)
{
	if (!issuer)
		return;
	arena_release(&issuer->arena);
	free(issuer);
}

void issuers_release(struct issuers *issuers)
{
	for (size_t i = 0; i < issuers->count; i++)
		issuer_free(issuers->list[i]);
	*issuers = (struct issuers){ 0 };
}
