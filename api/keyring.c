#include "keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SENTENCE_SIZE 400

static enum err add_key(struct keyring *keyring, const char *kid, enum token_algorithm algorithm,
			const char *pem)
{
	struct token_key *keys = realloc(keyring->keys, (keyring->count + 1) * sizeof(*keys));
	struct token_key key = { .algorithm = algorithm, .length = strlen(pem) };

	if (!keys)
		return ERR_NO_MEMORY;
	keyring->keys = keys;
	key.kid = strdup(kid);
	key.pem = strdup(pem);
	keys[keyring->count++] = key;
	return key.kid && key.pem ? ERR_OK : ERR_NO_MEMORY;
}

static enum err add_stored(struct keyring *keyring, struct db *db, char *ret_message, size_t message_size)
{
	const struct db_call call = { .statement = SQL_SIGNING_KEY_LIST, .class = DB_READ };
	struct db_result *result = NULL;
	enum err err = db_run(db, &call, &result);

	if (err)
		snprintf(ret_message, message_size, "the signing keys cannot be read: %s",
			 db_message(result));
	keyring->own = keyring->count;
	for (size_t i = 0; !err && i < db_rows(result); i++)
		err = add_key(keyring, db_value(result, i, "kid"), TOKEN_ES256, db_value(result, i, "pem"));
	db_result_free(result);
	return err;
}

/* Its sentence begins with the setting's name. */
static enum err read_files(const char *name, const char *setting, struct token_key **ret_keys,
			   size_t *ret_count, char *ret_message, size_t message_size)
{
	char sentence[SENTENCE_SIZE] = "";
	enum err err = token_keys_read(setting, ret_keys, ret_count, sentence, sizeof(sentence));

	if (err)
		snprintf(ret_message, message_size, "%s: %s", name, sentence);
	return err;
}

static enum err add_file(struct keyring *keyring, const char *setting, char *ret_message, size_t message_size)
{
	struct token_key *keys = NULL;
	size_t count = 0;
	enum err err = read_files("KSTTHC_SIGNING_KEY", setting, &keys, &count, ret_message, message_size);

	if (err)
		return err;
	keyring->own = keyring->count;
	for (size_t i = 0; !err && i < count; i++)
		err = add_key(keyring, keys[i].kid, keys[i].algorithm, keys[i].pem);
	token_keys_free(keys, count);
	return err;
}

enum err keyring_load(const struct config *config, struct db *db, struct keyring *ret_keyring,
		      char *ret_message, size_t message_size)
{
	struct keyring keyring = { 0 };
	enum err err;

	snprintf(ret_message, message_size, "no memory for the keys");
	if (*config->token_keys) {
		err = read_files("KSTTHC_TOKEN_KEYS", config->token_keys, &keyring.keys, &keyring.count,
				 ret_message, message_size);
		if (err)
			return err;
	}
	err = *config->signing_key ? add_file(&keyring, config->signing_key, ret_message, message_size)
				   : add_stored(&keyring, db, ret_message, message_size);
	if (err) {
		keyring_release(&keyring);
		return err;
	}
	*ret_keyring = keyring;
	return ERR_OK;
}

void keyring_release(struct keyring *keyring)
{
	token_keys_free(keyring->keys, keyring->count);
	*keyring = (struct keyring){ 0 };
}

enum err keyring_make(struct db *db, char *ret_message, size_t message_size)
{
	char kid[32];
	char *pem = NULL;
	const char *params[2];
	struct db_call call = {
		.statement = SQL_SIGNING_KEY_CREATE, .class = DB_WRITE, .params = params, .param_count = 2
	};
	struct db_result *result = NULL;
	enum err err = token_make_key(&pem);

	if (err) {
		snprintf(ret_message, message_size, "a signing key cannot be made");
		return err;
	}
	snprintf(kid, sizeof(kid), "own-%lld", (long long)time(NULL));
	params[0] = kid;
	params[1] = pem;
	err = db_run(db, &call, &result);
	if (err)
		snprintf(ret_message, message_size, "the signing key cannot be stored: %s",
			 db_message(result));
	db_result_free(result);
	explicit_bzero(pem, strlen(pem));
	free(pem);
	return err;
}
