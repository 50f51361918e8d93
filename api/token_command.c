#include "token_command.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keyring.h"
#include "role.h"
#include "token.h"

#define TOKEN_SECONDS (12 * 3600)

/* Takes one argument and its value; false when there is no such argument. */
static bool read_argument(struct token_request *request, const char *name, const char *value)
{
	if (!strcmp(name, "--role") && request->role_count < TOKEN_COMMAND_ROLES)
		request->roles[request->role_count++] = value;
	else if (!strcmp(name, "--agency"))
		request->agency = value;
	else if (!strcmp(name, "--subject"))
		request->subject = value;
	else
		return false;
	return true;
}

static enum err check_roles(const struct token_request *request, char *ret_message, size_t message_size)
{
	if (!request->role_count) {
		snprintf(ret_message, message_size,
			 "token needs --role viewer, agency, office, sync or admin");
		return ERR_INVALID;
	}
	for (size_t i = 0; i < request->role_count; i++) {
		const char *role = request->roles[i];

		if (!role_find(role, strlen(role))) {
			snprintf(ret_message, message_size,
				 "there is no role \"%s\": it is viewer, agency, office, sync or admin",
				 role);
			return ERR_INVALID;
		}
		if (!strcmp(role, "agency") && !request->agency) {
			snprintf(ret_message, message_size, "the role agency needs --agency CODE");
			return ERR_INVALID;
		}
	}
	return ERR_OK;
}

enum err token_command_read(int argc, char **argv, struct token_request *ret_request, char *ret_message,
			    size_t message_size)
{
	struct token_request request = { .role_count = 0 };
	enum err err;

	for (int i = 0; i < argc; i += 2) {
		if (i + 1 == argc) {
			snprintf(ret_message, message_size, "%s needs a value", argv[i]);
			return ERR_INVALID;
		}
		if (!read_argument(&request, argv[i], argv[i + 1])) {
			snprintf(
				ret_message, message_size,
				"token takes --role viewer|agency|office|sync|admin, --agency CODE and --subject NAME");
			return ERR_INVALID;
		}
	}
	err = check_roles(&request, ret_message, message_size);
	if (err)
		return err;
	if (!request.subject)
		request.subject = request.agency ? request.agency : request.roles[0];
	*ret_request = request;
	return ERR_OK;
}

enum err token_command_sign(const struct config *config, struct db *db, const struct token_request *request,
			    char **ret_token, char *ret_message, size_t message_size)
{
	time_t now = time(NULL);
	const struct token_claims claims = {
		.issuer = config->token_issuer,
		.audience = config->token_audience,
		.role_claim = config->token_role_claim,
		.agency_claim = config->token_agency_claim,
		.subject = request->subject,
		.roles = request->roles,
		.agency = request->agency,
		.issued = now,
		.expires = now + TOKEN_SECONDS,
	};
	struct keyring keyring = { 0 };
	enum err err = keyring_load(config, db, &keyring, ret_message, message_size);

	if (err)
		return err;
	if (keyring.can_sign) {
		err = token_sign(&keyring.keys[keyring.own], &claims, ret_token);
		snprintf(ret_message, message_size, "the token cannot be signed");
	} else {
		err = ERR_NOT_FOUND;
		snprintf(ret_message, message_size, "there is no signing key: run kstthc migrate first");
	}
	keyring_release(&keyring);
	return err;
}
