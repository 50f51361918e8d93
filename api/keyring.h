#ifndef KSTTHC_KEYRING_H
#define KSTTHC_KEYRING_H

#include "../db/db.h"
#include "../service/config.h"
#include "token.h"

/*
 * The keys in force: those of KSTTHC_TOKEN_KEYS, and our own signing keys, from
 * the database or from the file of KSTTHC_SIGNING_KEY.
 */
struct keyring {
	struct token_key *keys; /* own keys last, the one in use at index own */
	size_t count;
	size_t own; /* == count when there is none */
};

/* Sentences for the operator go to ret_message on error. */
enum err keyring_load(const struct config *config, struct db *db, struct keyring *ret_keyring,
		      char *ret_message, size_t message_size) MUST_CHECK;
void keyring_release(struct keyring *keyring);

/*
 * Makes the signing key in the database unless there is one; db is the
 * owner's. Copies that do so at once agree on one.
 */
enum err keyring_make(struct db *db, char *ret_message, size_t message_size) MUST_CHECK;

#endif
