#ifndef KSTTHC_IDEMPOTENCY_H
#define KSTTHC_IDEMPOTENCY_H

#include <stdbool.h>

#include "../db/db.h"
#include "../service/error.h"
#include "secret.h"

struct call;

/*
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): whoever sends a
 * request again under the same key within 24 hours gets the first one's answer,
 * and nothing is done twice. A key is bound to its operation and caller. What
 * has failed had no effect and is not remembered.
 */
struct idempotency {
	const char *sent; /* between its quotes, where there are any */
	size_t sent_length;
	char key[SECRET_HASH_SIZE];     /* hash of operation, caller and key */
	char request[SECRET_HASH_SIZE]; /* hash of all that decides what the request does */
	char nonce[SECRET_NONCE_SIZE];
	const char *gate[2];   /* parameters of what runs first */
	const char *record[7]; /* and of what runs last */
};

/*
 * A step: reads the header where the row takes it. 400 for a key that is no 22
 * to 128 characters of A-Z a-z 0-9 - . _ ~ + / = : (quotes around it are fine),
 * or that repeats too few of them to have 128 random bits.
 */
enum err idempotency_read(struct call *call) MUST_CHECK;

/* When the body has been checked: makes the hashes. Two bodies that say the same are the same. */
enum err idempotency_prepare(struct call *call) MUST_CHECK;

/* Puts the look-up before, and the record behind, the call's statement. */
void idempotency_wrap(struct call *call, struct db_call *query);

/*
 * What to do after the statement failed: ERR_OK when it had been done, with its
 * answer as the call's result; ERR_INVALID with a problem when the same request
 * is being done at this moment (409) or another one had the key (422);
 * ERR_NOT_FOUND when the failure is the statement's own.
 */
enum err idempotency_answer(struct call *call) MUST_CHECK;

#endif
