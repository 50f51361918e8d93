#ifndef KSTTHC_TOKEN_COMMAND_H
#define KSTTHC_TOKEN_COMMAND_H

#include <stddef.h>

#include "../db/db.h"
#include "../service/config.h"

/* The command `kstthc token --role ROLE [--agency CODE] [--subject NAME]`. */
#define TOKEN_COMMAND_ROLES ((size_t)8)

struct token_request {
	const char *roles[TOKEN_COMMAND_ROLES + 1];
	size_t role_count;
	const char *agency; /* or NULL */
	const char *subject;
};

/* Reads the arguments behind the command's name, borrowed. ERR_INVALID with a sentence. */
enum err token_command_read(int argc, char **argv, struct token_request *ret_request, char *ret_message,
			    size_t message_size) MUST_CHECK;

/* Signs with our own key; *ret_token is to be freed with free(). A sentence on error. */
enum err token_command_sign(const struct config *config, struct db *db, const struct token_request *request,
			    char **ret_token, char *ret_message, size_t message_size) MUST_CHECK;

#endif
