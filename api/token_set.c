#include "token_set.h"

#include <stdlib.h>
#include <string.h>

#include "token_profile.h"

/* Of the settings of one service; only a mistake is larger. */
#define PROFILES_MAX_BYTES ((size_t)16 << 20)

struct token_set {
	struct arena arena; /* holds what the profiles point to */
	struct token_profile profiles[TOKEN_PROFILES_MAX];
	size_t profile_count;
	size_t key_count;
	struct token_ready_key keys[];
};

static enum err add_profile(struct token_set *set, const struct token_profile *profile,
			    const struct token_complaint *to)
{
	struct token_profile *copy = &set->profiles[set->profile_count];
	enum err err;

	if (set->profile_count == TOKEN_PROFILES_MAX)
		return token_key_complain(to, "there are more than %d token profiles", TOKEN_PROFILES_MAX);
	err = token_profile_copy(profile, &set->arena, to, copy);
	if (err)
		return err;
	for (size_t i = 0; i < set->profile_count; i++) {
		if (strcmp(set->profiles[i].name, copy->name) == 0)
			return token_key_complain(to, "token profile \"%s\": there are two of this name",
						  copy->name);
	}
	set->profile_count++;
	return ERR_OK;
}

static bool has_kid(const struct token_set *set, const struct token_ready_key *key)
{
	for (size_t i = 0; i < set->key_count; i++) {
		if (set->keys[i].profile == key->profile && strcmp(set->keys[i].kid, key->kid) == 0)
			return true;
	}
	return false;
}

static enum err add_key(struct token_set *set, const struct token_key *key, const struct token_complaint *to)
{
	struct token_ready_key ready;
	enum err err = token_key_prepare(key, TOKEN_KEY_VERIFIES, to, &ready);

	if (err)
		return err;
	if (ready.profile >= set->profile_count)
		err = token_key_complain(to, "token key %s: its profile is not there", key->kid);
	else if (has_kid(set, &ready))
		err = token_key_complain(to, "token key %s: there are two of this kid", key->kid);
	if (err) {
		token_key_clear(&ready);
		return err;
	}
	set->keys[set->key_count++] = ready;
	return ERR_OK;
}

enum err token_set_new(const struct token_key_set *from, const struct token_complaint *to,
		       struct token_set **ret_set)
{
	struct token_set *set;
	enum err err = ERR_OK;

	if (from->key_count > SIZE_MAX / 2 / sizeof(set->keys[0]))
		return ERR_NO_MEMORY;
	set = calloc(1, sizeof(*set) + from->key_count * sizeof(set->keys[0]));
	if (!set)
		return ERR_NO_MEMORY;
	arena_init(&set->arena, PROFILES_MAX_BYTES);
	for (size_t i = 0; !err && i < from->profile_count; i++)
		err = add_profile(set, &from->profiles[i], to);
	for (size_t i = 0; !err && i < from->key_count; i++)
		err = add_key(set, &from->keys[i], to);
	if (err) {
		token_set_free(set);
		return err;
	}
	*ret_set = set;
	return ERR_OK;
}

void token_set_free(struct token_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->key_count; i++)
		token_key_clear(&set->keys[i]);
	arena_release(&set->arena);
	free(set);
}

static enum token_status try_key(const struct token_ready_key *key, const struct token_jws *jws)
{
	if (strcmp(jws->algorithm, token_algorithm_name(key->algorithm)) != 0)
		return TOKEN_WRONG_ALGORITHM;
	return token_key_verify(key, jws);
}

/* Nobody promises that two issuers never choose the same kid. */
static enum token_status find_key(const struct token_set *set, const struct token_jws *jws,
				  const struct token_ready_key **ret_key)
{
	enum token_status best = TOKEN_UNKNOWN_KEY;

	for (size_t i = 0; i < set->key_count; i++) {
		enum token_status status;

		if (strcmp(set->keys[i].kid, jws->kid) != 0)
			continue;
		status = try_key(&set->keys[i], jws);
		if (status == TOKEN_OK) {
			*ret_key = &set->keys[i];
			return TOKEN_OK;
		}
		best = status > best ? status : best;
	}
	return best;
}

/* Whether a subject without a profile's name before it reads as one with. */
static bool poses(const struct token_set *set, const char *subject)
{
	for (size_t i = 0; i < set->profile_count; i++) {
		size_t length = strlen(set->profiles[i].name);

		if (length && strncmp(subject, set->profiles[i].name, length) == 0 && subject[length] == ':')
			return true;
	}
	return false;
}

enum token_status token_set_verify(const struct token_set *set, const struct token_jws *jws,
				   int64_t leeway_seconds, time_t now, struct token_grant *ret_grant)
{
	const struct token_ready_key *key;
	const struct token_profile *profile;
	struct token_grant grant;
	enum token_status status = find_key(set, jws, &key);

	if (status != TOKEN_OK)
		return status;
	profile = &set->profiles[key->profile];
	status = token_claims_check(jws->payload, jws->payload_length, profile, leeway_seconds, now, &grant);
	if (status != TOKEN_OK)
		return status;
	if (!*profile->name && poses(set, grant.caller.subject))
		return TOKEN_BAD_CLAIM;
	grant.caller.profile = (unsigned char)key->profile;
	*ret_grant = grant;
	return TOKEN_OK;
}

const char *token_set_issuer(const struct token_set *set, size_t profile)
{
	return profile < set->profile_count ? set->profiles[profile].issuer : NULL;
}
