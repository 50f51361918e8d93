#ifndef KSTTHC_KEYRING_H
#define KSTTHC_KEYRING_H

#include <stdbool.h>
#include <stddef.h>

#include "../db/db.h"
#include "../service/config.h"
#include "token.h"

/*
 * The keys of the one profile that the settings describe: those of
 * KSTTHC_TOKEN_KEYS, and our own signing keys, from the database or from the
 * file of KSTTHC_SIGNING_KEY.
 */
struct keyring {
	struct token_key *keys; /* own keys last, the one to sign with first of them */
	size_t count;
	size_t own;    /* index of the first of our own; count when there is none */
	bool can_sign; /* keys[own] is in use, not only published */
};

/* Sentences for the operator go to ret_message on error. */
enum err keyring_load(const struct config *config, struct db *db, struct keyring *ret_keyring,
		      char *ret_message, size_t message_size) MUST_CHECK;
void keyring_release(struct keyring *keyring);

/* A copy of all, and one of the key to sign with alone; ERR_NO_MEMORY. */
enum err keyring_copy(const struct keyring *from, struct keyring *ret_keyring) MUST_CHECK;
enum err keyring_copy_own(const struct keyring *from, struct keyring *ret_keyring) MUST_CHECK;

/* A new private key and a kid for it that no other has; *ret_pem is wiped and freed by keyring_wipe(). */
#define KEYRING_KID_SIZE 48
enum err keyring_new_key(char ret_kid[KEYRING_KID_SIZE], char **ret_pem) MUST_CHECK;
void keyring_wipe(char *pem);

/*
 * Makes the signing key in the database unless there is one; db is the
 * owner's. Copies that do so at once agree on one.
 */
enum err keyring_make(struct db *db, char *ret_message, size_t message_size) MUST_CHECK;

#endif
