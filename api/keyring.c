#include "keyring.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SENTENCE_SIZE 400

static enum err add_key(struct keyring *keyring, const struct token_key *from)
{
	struct token_key *keys = realloc(keyring->keys, (keyring->count + 1) * sizeof(*keys));
	struct token_key key = { .algorithm = from->algorithm, .length = from->length };
	char *pem;

	if (!keys)
		return ERR_NO_MEMORY;
	keyring->keys = keys;
	key.kid = strdup(from->kid);
	/* A secret may have any bytes. */
	key.pem = pem = malloc(from->length + 1);
	if (pem) {
		memcpy(pem, from->pem, from->length);
		pem[from->length] = '\0';
	}
	keys[keyring->count++] = key;
	return key.kid && key.pem ? ERR_OK : ERR_NO_MEMORY;
}

static enum err add_row(struct keyring *keyring, const struct db_result *result, size_t row)
{
	const char *pem = db_value(result, row, "pem");
	const struct token_key key = { .kid = db_value(result, row, "kid"),
				       .algorithm = TOKEN_ES256,
				       .pem = pem,
				       .length = strlen(pem) };

	return add_key(keyring, &key);
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
	keyring->can_sign = !err && db_rows(result) && strcmp(db_value(result, 0, "in_use"), "true") == 0;
	for (size_t i = 0; !err && i < db_rows(result); i++)
		err = add_row(keyring, result, i);
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
	keyring->can_sign = count > 0;
	for (size_t i = 0; !err && i < count; i++)
		err = add_key(keyring, &keys[i]);
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

static enum err copy_some(const struct keyring *from, size_t first, size_t count, struct keyring *ret_keyring)
{
	struct keyring copy = { .own = from->own - first, .can_sign = from->can_sign };

	for (size_t i = first; i < first + count; i++) {
		enum err err = add_key(&copy, &from->keys[i]);

		if (err) {
			keyring_release(&copy);
			return err;
		}
	}
	*ret_keyring = copy;
	return ERR_OK;
}

enum err keyring_copy(const struct keyring *from, struct keyring *ret_keyring)
{
	return copy_some(from, 0, from->count, ret_keyring);
}

enum err keyring_copy_own(const struct keyring *from, struct keyring *ret_keyring)
{
	return copy_some(from, from->own, 1, ret_keyring);
}

enum err keyring_new_key(char ret_kid[KEYRING_KID_SIZE], char **ret_pem)
{
	unsigned char random[4];
	enum err err;

	/* Two made in one second, on two machines, are two keys. */
	if (gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof(random)) < 0)
		return ERR_INTERNAL;
	err = token_make_key(ret_pem);
	if (!err)
		snprintf(ret_kid, KEYRING_KID_SIZE, "own-%lld-%02x%02x%02x%02x", (long long)time(NULL),
			 random[0], random[1], random[2], random[3]);
	return err;
}

void keyring_wipe(char *pem)
{
	if (pem)
		explicit_bzero(pem, strlen(pem));
	free(pem);
}

enum err keyring_make(struct db *db, char *ret_message, size_t message_size)
{
	char kid[KEYRING_KID_SIZE];
	char *pem = NULL;
	const char *params[2];
	struct db_call call = { .statement = SQL_SIGNING_KEY_CREATE,
				.class = DB_WRITE,
				.actor = "migrate",
				.request_id = "migrate",
				.params = params,
				.param_count = 2 };
	struct db_result *result = NULL;
	enum err err = keyring_new_key(kid, &pem);

	if (err) {
		snprintf(ret_message, message_size, "a signing key cannot be made");
		return err;
	}
	params[0] = kid;
	params[1] = pem;
	err = db_run(db, &call, &result);
	if (err)
		snprintf(ret_message, message_size, "the signing key cannot be stored: %s",
			 db_message(result));
	db_result_free(result);
	keyring_wipe(pem);
	return err;
}
