#ifndef KSTTHC_KEY_COMMAND_H
#define KSTTHC_KEY_COMMAND_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../db/db.h"
#include "../service/config.h"

/*
 * The command `kstthc key`: our signing keys in the database.
 *
 *	list
 *	rotate [--publish-seconds 600] [--keep-seconds 46800]
 *	withdraw KID
 *
 * rotate makes a key that is published at once and signed with
 * publish-seconds later; the ones before it are withdrawn keep-seconds after
 * that, by when what they signed should have expired.
 */
enum key_verb { KEY_LIST, KEY_ROTATE, KEY_WITHDRAW };

struct key_request {
	enum key_verb verb;
	int64_t publish_seconds;
	int64_t keep_seconds;
	const char *kid;
};

/* Reads the arguments behind the command's name, borrowed. ERR_INVALID with a sentence. */
enum err key_command_read(int argc, char **argv, struct key_request *ret_request, char *ret_message,
			  size_t message_size) MUST_CHECK;

/*
 * Does it; db is the owner's. What was done goes to out, what the operator should
 * think about to warnings, a sentence each; on error a sentence in ret_message.
 */
enum err key_command_run(const struct config *config, struct db *db, const struct key_request *request,
			 FILE *out, FILE *warnings, char *ret_message, size_t message_size) MUST_CHECK;

#endif
