#include "client_command.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "problem.h"
#include "role.h"
#include "secret.h"

#define USAGE                                                                                                 \
	"client takes add CODE --name NAME --role ROLE [--agency AGENCY] [--note NOTE], list, disable CODE, " \
	"enable CODE or rotate CODE [--keep-old-seconds SECONDS]"

struct run {
	struct db *db;
	const char *actor;
	FILE *out;
	char *message;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static enum err complain(const struct run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(run->message, run->size, format, args);
	va_end(args);
	return ERR_CONFIG;
}

/* The first thing that a statement found wrong with the body. */
static const char *first_error(const struct db_result *result, const char *code, char *text, size_t size)
{
	const char *errors = db_value(result, 0, "errors");
	json_t *list = errors ? json_loads(errors, 0, NULL) : NULL;
	const json_t *first = json_array_get(list, 0);
	const char *what = json_string_value(json_object_get(first, "code"));
	const char *where = json_string_value(json_object_get(first, "pointer"));
	const char *detail = what ? problem_member_detail(what, LANGUAGE_EN) : NULL;

	if (detail)
		snprintf(text, size, "%s: %s", where && *where ? where + 1 : "it", detail);
	else
		snprintf(text, size, "%s", problem_detail(problem_find(code), LANGUAGE_EN));
	json_decref(list);
	return text;
}

/* Runs a write; anything but its success is a sentence. */
static enum err change(const struct run *run, enum sql statement, const char *const *params, size_t count,
		       const char *code)
{
	const struct db_call call = { .statement = statement,
				      .class = DB_WRITE,
				      .actor = run->actor,
				      .request_id = "command",
				      .params = params,
				      .param_count = count };
	struct db_result *result = NULL;
	enum err err = db_run(run->db, &call, &result);
	const char *outcome = err ? NULL : db_value(result, 0, "outcome");
	char text[256];

	if (err == ERR_INVALID)
		err = complain(run, "%s is no code: it has 1 to 64 of a-z 0-9 . and -", code);
	else if (err)
		complain(run, "the client cannot be written: %s", db_message(result));
	else if (!db_rows(result))
		err = complain(run, "there is no client %s", code);
	else if (outcome && strcmp(outcome, "ok") != 0)
		err = complain(run, "client %s: %s", code, first_error(result, outcome, text, sizeof(text)));
	db_result_free(result);
	return err;
}

static enum err print_secret(const struct run *run, const char *secret, const char *code, const char *what)
{
	fprintf(run->out, "%s\n", secret);
	snprintf(run->message, run->size, "client %s %s; its secret is shown this once", code, what);
	return ERR_OK;
}

/* Member by member from the options; NULL with a sentence. */
static json_t *read_new(const struct run *run, int count, char **arguments)
{
	json_t *body = json_pack("{s:s, s:[]}", "code", arguments[1], "roles");
	enum err err = ERR_OK;

	for (int i = 2; i < count && !err; i += 2) {
		const char *value = i + 1 < count ? arguments[i + 1] : NULL;

		if (!value)
			err = complain(run, "%s needs a value", arguments[i]);
		else if (!strcmp(arguments[i], "--role") && !role_find(value, strlen(value)))
			err = complain(run,
				       "there is no role \"%s\": it is viewer, agency, office, sync or admin",
				       value);
		else if (!strcmp(arguments[i], "--role"))
			json_array_append_new(json_object_get(body, "roles"), json_string(value));
		else if (!strcmp(arguments[i], "--name") || !strcmp(arguments[i], "--agency") ||
			 !strcmp(arguments[i], "--note"))
			json_object_set_new(body, arguments[i] + 2, json_string(value));
		else
			err = complain(run, USAGE);
	}
	if (!err && (!json_object_get(body, "name") || !json_array_size(json_object_get(body, "roles"))))
		err = complain(run, "client add needs --name and --role");
	if (!err)
		return body;
	json_decref(body);
	return NULL;
}

static enum err add(const struct run *run, int count, char **arguments)
{
	char secret[SECRET_SIZE];
	char hash[SECRET_HASH_SIZE];
	json_t *body = read_new(run, count, arguments);
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	const char *params[] = { text, hash };
	enum err err;

	json_decref(body);
	if (!text)
		return ERR_CONFIG;
	err = secret_make(secret);
	if (!err)
		err = secret_hash(secret, strlen(secret), hash);
	if (!err)
		err = change(run, SQL_CLIENT_CREATE, params, 2, arguments[1]);
	free(text);
	return err ? err : print_secret(run, secret, arguments[1], "is added");
}

static enum err rotate(const struct run *run, int count, char **arguments)
{
	char secret[SECRET_SIZE];
	char hash[SECRET_HASH_SIZE];
	char body[64] = "{}";
	const char *params[] = { arguments[1], body, NULL, hash };
	enum err err;

	if (count == 4 && !strcmp(arguments[2], "--keep-old-seconds") && strlen(arguments[3]) <= 6 &&
	    !arguments[3][strspn(arguments[3], "0123456789")] && *arguments[3])
		snprintf(body, sizeof(body), "{\"keep_old_seconds\": %s}", arguments[3]);
	else if (count != 2)
		return complain(
			run, "client rotate takes CODE and --keep-old-seconds with a number below 1000000");
	err = secret_make(secret);
	if (!err)
		err = secret_hash(secret, strlen(secret), hash);
	if (!err)
		err = change(run, SQL_CLIENT_ROTATE, params, 4, arguments[1]);
	return err ? err : print_secret(run, secret, arguments[1], "has a new secret");
}

static enum err set_status(const struct run *run, const char *code, const char *status)
{
	char patch[64];
	const char *params[] = { code, patch, NULL };
	enum err err;

	snprintf(patch, sizeof(patch), "{\"status\": \"%s\"}", status);
	err = change(run, SQL_CLIENT_PATCH, params, 3, code);
	if (!err)
		snprintf(run->message, run->size, "client %s is %s%s", code, status,
			 strcmp(status, "disabled") ? "" : "; tokens that it has got end by themselves");
	return err;
}

/* A page of clients, a line each; *ret_after is the next page's key, to be freed, or NULL. */
static enum err list_page(const struct run *run, const char *after, char **ret_after)
{
	const char *params[] = { "{}", "200", after };
	const struct db_call call = {
		.statement = SQL_CLIENT_LIST, .class = DB_READ, .params = params, .param_count = 3
	};
	struct db_result *result = NULL;
	enum err err = db_run(run->db, &call, &result);
	const char *body = err ? NULL : db_value(result, 0, "body");
	const char *next = err ? NULL : db_value(result, 0, "next_key");
	json_t *items = body ? json_loads(body, 0, NULL) : NULL;
	json_t *item;
	size_t i;

	if (err)
		complain(run, "the clients cannot be read: %s", db_message(result));
	json_array_foreach(items, i, item) {
		char *roles = json_dumps(json_object_get(item, "roles"), JSON_COMPACT);
		const char *agency = json_string_value(json_object_get(item, "agency"));

		fprintf(run->out, "%s\t%s\t%s\t%s\t%s\n", json_string_value(json_object_get(item, "code")),
			json_string_value(json_object_get(item, "status")), roles ? roles : "",
			agency ? agency : "-", json_string_value(json_object_get(item, "name")));
		free(roles);
	}
	*ret_after = next ? strdup(next) : NULL;
	json_decref(items);
	db_result_free(result);
	return err;
}

static enum err list(const struct run *run)
{
	char *after = NULL;
	enum err err;

	do {
		char *page = after;

		err = list_page(run, page, &after);
		free(page);
	} while (!err && after);
	return err;
}

enum err client_command(struct db *db, const char *actor, int count, char **arguments, FILE *out,
			char *ret_message, size_t message_size)
{
	const struct run run = { db, actor, out, ret_message, message_size };

	*ret_message = '\0';
	if (count >= 2 && !strcmp(arguments[0], "add"))
		return add(&run, count, arguments);
	if (count == 1 && !strcmp(arguments[0], "list"))
		return list(&run);
	if (count == 2 && !strcmp(arguments[0], "disable"))
		return set_status(&run, arguments[1], "disabled");
	if (count == 2 && !strcmp(arguments[0], "enable"))
		return set_status(&run, arguments[1], "active");
	if (count >= 2 && !strcmp(arguments[0], "rotate"))
		return rotate(&run, count, arguments);
	return complain(&run, USAGE);
}
