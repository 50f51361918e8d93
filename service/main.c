#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../api/keyring.h"
#include "../api/plan_command.h"
#include "../api/role.h"
#include "../api/routes.h"
#include "../api/server.h"
#include "../api/token.h"
#include "../db/db.h"
#include "../db/migrate.h"
#include "../db/seed.h"
#include "../db/sequencer.h"
#include "config.h"
#include "log.h"

#define DOCUMENT_LIMIT ((size_t)32 << 20)
#define MESSAGE_SIZE ((size_t)512)
#define TOKEN_SECONDS_DEFAULT (12 * 3600)
#define TOKEN_ROLES_MAX ((size_t)8)

struct command {
	const char *name;
	const char *arguments;
	const char *meaning;
	int (*run)(const struct config *config, int argc, char **argv);
};

/* One sentence on stderr, and the exit status that goes with it. */
__attribute__((format(printf, 1, 2))) static int fail(const char *format, ...)
{
	va_list args;

	fputs("kstthc: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}

static enum err open_database(const struct config *config, const char *url, const char *role,
			      struct db **ret_db)
{
	const struct db_options options = {
		.url = url,
		.application_name = "kstthc",
		.role = role,
		.read_timeout_ms = config->read_timeout_ms,
		.write_timeout_ms = config->write_timeout_ms,
		.bulk_timeout_ms = config->bulk_timeout_ms,
		.lock_timeout_ms = config->lock_timeout_ms,
	};

	return db_open(&options, ret_db);
}

static enum err open_service(const struct config *config, struct db **ret_db)
{
	return open_database(config, config->database_url, "kstthc_service", ret_db);
}

static const char *owner_url(const struct config *config)
{
	return *config->migrate_url ? config->migrate_url : config->database_url;
}

/* All copies together must fit; this one can only count itself. */
static void warn_of_capacity(const struct config *config, struct db *db)
{
	/* One more each: the main thread's and the sequencer's. */
	int64_t wanted = config->workers + config->bulk_workers + 2;
	int64_t capacity;

	if (db_capacity(db, &capacity))
		return;
	if (wanted > capacity)
		log_say(LOG_WARNING, "capacity",
			"this copy may open %lld database connections, PostgreSQL allows %lld: lower KSTTHC_WORKERS or raise max_connections",
			(long long)wanted, (long long)capacity);
}

static enum err make_verifier(const struct config *config, struct db *db,
			      struct token_verifier **ret_verifier, char *ret_message)
{
	const struct token_options options = {
		.issuer = config->token_issuer,
		.audience = config->token_audience,
		.role_claim = config->token_role_claim,
		.agency_claim = config->token_agency_claim,
		.leeway_seconds = config->token_leeway_seconds,
		.cache_entries = (size_t)config->token_cache_entries,
	};
	struct token_verifier *verifier = NULL;
	struct keyring keyring = { 0 };
	enum err err = keyring_load(config, db, &keyring, ret_message, MESSAGE_SIZE);

	if (err)
		return err;
	snprintf(ret_message, MESSAGE_SIZE, "no memory for the keys");
	err = token_verifier_new(&options, &verifier);
	if (!err)
		err = token_verifier_set_keys(verifier, keyring.keys, keyring.count, ret_message,
					      MESSAGE_SIZE);
	keyring_release(&keyring);
	if (err) {
		token_verifier_free(verifier);
		return err;
	}
	*ret_verifier = verifier;
	return ERR_OK;
}

static int serve_until_signal(const struct config *config, struct db *db, struct token_verifier *verifier,
			      const sigset_t *signals)
{
	char message[MESSAGE_SIZE] = "";
	struct sequencer *sequencer = NULL;
	struct server *server = NULL;
	int number = 0;

	if (sequencer_start(db, &sequencer))
		return fail("the sequencer's thread cannot be started");
	/* Nothing is freed: a call at the door that did open may be using it. */
	if (server_start(config, db, verifier, &server, message, sizeof(message)))
		_exit(fail("%s", message));
	log_say(LOG_INFO, "start", "serving, schema %d", migrate_target());
	sigwait(signals, &number);
	log_say(LOG_INFO, "stop", "signal %d: finishing what is in flight", number);
	if (!server_stop(server)) {
		log_say(LOG_WARNING, "stop",
			"stopped with requests unfinished: what was not answered may not have been done");
		_exit(0);
	}
	sequencer_stop(sequencer);
	log_say(LOG_INFO, "stop", "stopped");
	return 0;
}

static int run_serve(const struct config *config, int argc, char **argv)
{
	char message[MESSAGE_SIZE] = "";
	struct token_verifier *verifier = NULL;
	struct db *db = NULL;
	sigset_t signals;
	int status;

	(void)argc;
	(void)argv;
	/* Before any thread is made, so that all of them leave these to sigwait(). */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);

	if (open_service(config, &db))
		return fail("no memory");
	if (migrate_check(db, message, sizeof(message)) || make_verifier(config, db, &verifier, message)) {
		status = fail("%s", message);
	} else {
		warn_of_capacity(config, db);
		status = serve_until_signal(config, db, verifier, &signals);
	}
	token_verifier_free(verifier);
	db_close(db);
	return status;
}

static int run_migrate(const struct config *config, int argc, char **argv)
{
	char message[MESSAGE_SIZE] = "";
	struct db *db = NULL;
	enum err err;

	(void)argc;
	(void)argv;
	if (migrate_run(owner_url(config), message, sizeof(message)))
		return fail("%s", message);
	if (open_database(config, owner_url(config), NULL, &db))
		return fail("no memory");
	err = keyring_make(db, message, sizeof(message));
	db_close(db);
	if (err)
		return fail("%s", message);
	printf("kstthc: the database has schema %d\n", migrate_target());
	return 0;
}

static int run_seed(const struct config *config, int argc, char **argv)
{
	char message[MESSAGE_SIZE] = "";

	(void)argc;
	(void)argv;
	if (seed_run(owner_url(config), message, sizeof(message)))
		return fail("%s", message);
	return 0;
}

struct token_request {
	const char *roles[TOKEN_ROLES_MAX + 1];
	size_t role_count;
	const char *agency;
	const char *subject;
	long seconds;
};

static int read_token_request(int argc, char **argv, struct token_request *ret_request)
{
	struct token_request request = { .seconds = TOKEN_SECONDS_DEFAULT };

	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return fail("%s needs a value", argv[i]);
		if (!strcmp(argv[i], "--role") && request.role_count < TOKEN_ROLES_MAX)
			request.roles[request.role_count++] = argv[i + 1];
		else if (!strcmp(argv[i], "--agency"))
			request.agency = argv[i + 1];
		else if (!strcmp(argv[i], "--subject"))
			request.subject = argv[i + 1];
		else
			return fail(
				"token takes --role viewer|agency|office|sync|admin, --agency CODE and --subject NAME");
	}
	if (!request.role_count)
		return fail("token needs --role viewer, agency, office, sync or admin");
	for (size_t i = 0; i < request.role_count; i++) {
		if (!role_find(request.roles[i], strlen(request.roles[i])))
			return fail("there is no role \"%s\": it is viewer, agency, office, sync or admin",
				    request.roles[i]);
		if (!strcmp(request.roles[i], "agency") && !request.agency)
			return fail("the role agency needs --agency CODE");
	}
	if (!request.subject)
		request.subject = request.agency ? request.agency : request.roles[0];
	*ret_request = request;
	return 0;
}

static int run_token(const struct config *config, int argc, char **argv)
{
	char message[MESSAGE_SIZE] = "";
	struct token_request request;
	struct keyring keyring = { 0 };
	struct db *db = NULL;
	char *token = NULL;
	enum err err;
	time_t now = time(NULL);

	if (read_token_request(argc, argv, &request))
		return 1;
	if (open_service(config, &db))
		return fail("no memory");
	err = keyring_load(config, db, &keyring, message, sizeof(message));
	db_close(db);
	if (err)
		return fail("%s", message);
	if (keyring.own == keyring.count) {
		keyring_release(&keyring);
		return fail("there is no signing key: run kstthc migrate first");
	}
	err = token_sign(&keyring.keys[keyring.own],
			 &(struct token_claims){ .issuer = config->token_issuer,
						 .audience = config->token_audience,
						 .role_claim = config->token_role_claim,
						 .agency_claim = config->token_agency_claim,
						 .subject = request.subject,
						 .roles = request.roles,
						 .agency = request.agency,
						 .issued = now,
						 .expires = now + request.seconds },
			 &token);
	keyring_release(&keyring);
	if (err)
		return fail("the token cannot be signed");
	puts(token);
	free(token);
	return 0;
}

/* At most as much as the back door takes. *ret_text is to be freed. */
static int read_document(const char *path, char **ret_text, size_t *ret_length)
{
	struct stat status;
	size_t length = 0;
	ssize_t got = 1;
	char *text;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status))
		return fail("%s cannot be read: %s", path, strerror(errno));
	text = malloc(DOCUMENT_LIMIT + 1);
	while (text && got > 0 && length <= DOCUMENT_LIMIT) {
		got = read(fd, text + length, DOCUMENT_LIMIT + 1 - length);
		length += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	if (!text || got < 0 || length > DOCUMENT_LIMIT) {
		free(text);
		return fail("%s cannot be read, or has more than 32 MB", path);
	}
	*ret_text = text;
	*ret_length = length;
	return 0;
}

static int run_plan(const struct config *config, int argc, char **argv)
{
	char message[MESSAGE_SIZE] = "";
	struct db *db = NULL;
	char *text = NULL;
	size_t length = 0;
	enum err err;

	if (argc < 3 || argc > 4 || strcmp(argv[1], "parse") ||
	    (argc == 4 && strcmp(argv[3], "en") && strcmp(argv[3], "vi")))
		return fail("plan takes parse FILE [vi|en]");
	if (read_document(argv[2], &text, &length))
		return 1;
	if (*config->database_url && open_service(config, &db)) {
		free(text);
		return fail("no memory");
	}
	err = plan_command_parse(db, text, length, argc == 4 ? argv[3] : "vi", stdout, message,
				 sizeof(message));
	db_close(db);
	free(text);
	return err ? fail("%s", message) : 0;
}

static int run_routes(const struct config *config, int argc, char **argv)
{
	(void)config;
	(void)argc;
	(void)argv;
	routes_print(stdout);
	return 0;
}

static int run_config(const struct config *config, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	config_print(config, stdout);
	return 0;
}

static const struct command commands[] = {
	{ "serve", "", "answer requests until SIGTERM", run_serve },
	{ "migrate", "", "bring the database to this program's schema", run_migrate },
	{ "seed", "", "put in the agencies and the plan of 2025, where they are missing", run_seed },
	{ "plan", "parse FILE [vi|en]", "read a plan's document, print it as JSON with findings", run_plan },
	{ "token", "--role ROLE [--agency CODE] [--subject NAME]", "print a token signed with our own key",
	  run_token },
	{ "routes", "", "print the table of routes", run_routes },
	{ "config", "", "print the settings in force", run_config },
	{ 0 },
};

static int usage(void)
{
	fputs("usage: kstthc COMMAND\n", stderr);
	for (const struct command *command = commands; command->name; command++)
		fprintf(stderr, "  %s %s\n      %s\n", command->name, command->arguments, command->meaning);
	return 1;
}

int main(int argc, char **argv)
{
	struct config config;

	if (argc < 2)
		return usage();
	for (const struct command *command = commands; command->name; command++) {
		if (strcmp(command->name, argv[1]))
			continue;
		if (config_read(&config, stderr))
			return 1;
		return command->run(&config, argc - 1, argv + 1);
	}
	fail("there is no command \"%s\"", argv[1]);
	return usage();
}
