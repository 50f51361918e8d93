#include "key_command.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keyring.h"

#define PUBLISH_SECONDS 600
#define KEEP_SECONDS (13 * 3600) /* what kstthc token signs lives 12 hours */
#define SECONDS_DIGITS ((size_t)8)
#define NUMBER_SIZE ((size_t)24)

static bool read_seconds(const char *text, int64_t *ret_seconds)
{
	size_t length = strlen(text);

	if (!length || length > SECONDS_DIGITS || strspn(text, "0123456789") != length)
		return false;
	*ret_seconds = strtoimax(text, NULL, 10);
	return true;
}

static enum err read_terms(int argc, char **argv, struct key_request *request, char *ret_message,
			   size_t message_size)
{
	for (int i = 0; i < argc; i += 2) {
		int64_t *seconds = !strcmp(argv[i], "--publish-seconds") ? &request->publish_seconds
				   : !strcmp(argv[i], "--keep-seconds")  ? &request->keep_seconds
									 : NULL;

		if (!seconds || i + 1 == argc || !read_seconds(argv[i + 1], seconds)) {
			snprintf(
				ret_message, message_size,
				"key rotate takes --publish-seconds and --keep-seconds, each with a whole number of at most 8 digits");
			return ERR_INVALID;
		}
	}
	return ERR_OK;
}

enum err key_command_read(int argc, char **argv, struct key_request *ret_request, char *ret_message,
			  size_t message_size)
{
	struct key_request request = { .publish_seconds = PUBLISH_SECONDS, .keep_seconds = KEEP_SECONDS };
	enum err err = ERR_OK;

	if (argc == 1 && !strcmp(argv[0], "list")) {
		request.verb = KEY_LIST;
	} else if (argc >= 1 && !strcmp(argv[0], "rotate")) {
		request.verb = KEY_ROTATE;
		err = read_terms(argc - 1, argv + 1, &request, ret_message, message_size);
	} else if (argc == 2 && !strcmp(argv[0], "withdraw")) {
		request.verb = KEY_WITHDRAW;
		request.kid = argv[1];
	} else {
		snprintf(ret_message, message_size,
			 "key takes list, rotate [--publish-seconds N] [--keep-seconds N] or withdraw KID");
		err = ERR_INVALID;
	}
	if (!err)
		*ret_request = request;
	return err;
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static enum err list(struct db *db, FILE *out, char *ret_message, size_t message_size)
{
	const struct db_call call = { .statement = SQL_SIGNING_KEY_SHOW, .class = DB_READ };
	struct db_result *result = NULL;
	enum err err = db_run(db, &call, &result);

	if (err)
		snprintf(ret_message, message_size, "the signing keys cannot be read: %s",
			 db_message(result));
	else
		fputs("kid\talgorithm\tstate\tmade at\tused from\twithdrawn at\n", out);
	for (size_t i = 0; !err && i < db_rows(result); i++)
		fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", db_value(result, i, "kid"),
			db_value(result, i, "algorithm"), db_value(result, i, "state"),
			db_value(result, i, "made_at"), db_value(result, i, "use_from"),
			or_dash(db_value(result, i, "withdraw_at")));
	db_result_free(result);
	return err;
}

static enum err tell_rotated(const struct db_result *result, const char *kid,
			     const struct key_request *request, FILE *out, char *ret_message,
			     size_t message_size)
{
	const char *outcome = db_value(result, 0, "outcome");

	if (!outcome || strcmp(outcome, "ok") != 0) {
		snprintf(
			ret_message, message_size,
			"nothing was done: the key %s is published but not yet in use; rotate when it is, or withdraw it",
			or_dash(db_value(result, 0, "pending")));
		return ERR_CONFLICT;
	}
	fprintf(out,
		"kstthc: the key %s is published, and signed with in %" PRId64 " s; keys that go %" PRId64
		" s after that: %s\n",
		kid, request->publish_seconds, request->keep_seconds,
		or_dash(db_value(result, 0, "leaving")));
	return ERR_OK;
}

static enum err store_key(struct db *db, const struct key_request *request, FILE *out, char *ret_message,
			  size_t message_size)
{
	char kid[KEYRING_KID_SIZE];
	char publish[NUMBER_SIZE];
	char keep[NUMBER_SIZE];
	char *pem = NULL;
	const char *params[] = { kid, NULL, publish, keep };
	const struct db_call call = { .statement = SQL_SIGNING_KEY_ROTATE,
				      .class = DB_WRITE,
				      .actor = "command",
				      .request_id = "command",
				      .params = params,
				      .param_count = 4 };
	struct db_result *result = NULL;
	enum err err = keyring_new_key(kid, &pem);

	snprintf(ret_message, message_size, "a signing key cannot be made");
	if (err)
		return err;
	snprintf(publish, sizeof(publish), "%" PRId64, request->publish_seconds);
	snprintf(keep, sizeof(keep), "%" PRId64, request->keep_seconds);
	params[1] = pem;
	err = db_run(db, &call, &result);
	if (err == ERR_CONFLICT)
		snprintf(ret_message, message_size,
			 "nothing was done: another one rotates at this moment; see kstthc key list");
	else if (err)
		snprintf(ret_message, message_size, "the signing key cannot be stored: %s",
			 db_message(result));
	else
		err = tell_rotated(result, kid, request, out, ret_message, message_size);
	db_result_free(result);
	keyring_wipe(pem);
	return err;
}

static enum err rotate(const struct config *config, struct db *db, const struct key_request *request,
		       FILE *out, FILE *warnings, char *ret_message, size_t message_size)
{
	if (*config->signing_key)
		fputs("kstthc: KSTTHC_SIGNING_KEY is set: where it is, that file's key signs, not those of the database\n",
		      warnings);
	if (request->publish_seconds < 2 * config->keys_seconds)
		fprintf(warnings,
			"kstthc: copies read the keys every %" PRId64
			" s (KSTTHC_KEYS_SECONDS): publish for at least "
			"%" PRId64 " s, or a copy refuses tokens whose key it does not know yet\n",
			config->keys_seconds, 2 * config->keys_seconds);
	return store_key(db, request, out, ret_message, message_size);
}

static enum err withdraw(const struct config *config, struct db *db, const char *kid, FILE *out,
			 char *ret_message, size_t message_size)
{
	const struct db_call call = { .statement = SQL_SIGNING_KEY_WITHDRAW,
				      .class = DB_WRITE,
				      .actor = "command",
				      .request_id = "command",
				      .params = &kid,
				      .param_count = 1 };
	struct db_result *result = NULL;
	enum err err = db_run(db, &call, &result);
	const char *outcome = err ? NULL : db_value(result, 0, "outcome");

	if (err) {
		snprintf(ret_message, message_size, "the key cannot be withdrawn: %s", db_message(result));
	} else if (outcome && strcmp(outcome, "ok") == 0) {
		fprintf(out,
			"kstthc: the key %s is withdrawn: copies refuse its tokens within %" PRId64
			" s (KSTTHC_KEYS_SECONDS), at once after SIGHUP\n",
			kid, config->keys_seconds);
		if (db_value(result, 0, "kept"))
			fprintf(out, "kstthc: the key %s stays: it was to go, and there is no other\n",
				db_value(result, 0, "kept"));
	} else if (outcome && strcmp(outcome, "not_found") == 0) {
		err = ERR_NOT_FOUND;
		snprintf(ret_message, message_size,
			 "there is no key %s in use or published; see kstthc key list", kid);
	} else {
		err = ERR_CONFLICT;
		snprintf(ret_message, message_size,
			 "nothing was done: without %s there is no key to sign with; rotate first", kid);
	}
	db_result_free(result);
	return err;
}

enum err key_command_run(const struct config *config, struct db *db, const struct key_request *request,
			 FILE *out, FILE *warnings, char *ret_message, size_t message_size)
{
	switch (request->verb) {
	case KEY_LIST:
		return list(db, out, ret_message, message_size);
	case KEY_ROTATE:
		return rotate(config, db, request, out, warnings, ret_message, message_size);
	case KEY_WITHDRAW:
		return withdraw(config, db, request->kid, out, ret_message, message_size);
	}
	return ERR_INTERNAL;
}
