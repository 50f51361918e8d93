#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../api/background.h"
#include "../api/client_command.h"
#include "../api/health_command.h"
#include "../api/keeper.h"
#include "../api/key_command.h"
#include "../api/keyring.h"
#include "../api/plan_command.h"
#include "../api/routes.h"
#include "../api/server.h"
#include "../api/setting_record.h"
#include "../api/today.h"
#include "../api/token_command.h"
#include "../db/db.h"
#include "../db/migrate.h"
#include "../db/seed.h"
#include "config.h"
#include "log.h"

#define DOCUMENT_LIMIT ((size_t)32 << 20)
#define MESSAGE_SIZE ((size_t)512)
#define SENTENCES_SIZE ((size_t)4096)

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
	/* One more each: the main thread's and the keeper's. */
	int64_t wanted = config->workers + config->bulk_workers + BACKGROUND_CONNECTIONS + 2;
	int64_t capacity;

	if (db_capacity(db, &capacity))
		return;
	if (wanted > capacity)
		log_say(LOG_WARNING, "capacity",
			"this copy may open %lld database connections, PostgreSQL allows %lld: lower KSTTHC_WORKERS or raise max_connections",
			(long long)wanted, (long long)capacity);
}

/* Sentences of a line each; a line of PostgreSQL's that begins with a tab goes with the one before. */
static int fail_each(const char *sentences)
{
	while (*sentences) {
		size_t length = strcspn(sentences, "\n");

		while (sentences[length] && sentences[length + 1] == '\t')
			length += 1 + strcspn(sentences + length + 1, "\n");
		fail("%.*s", (int)length, sentences);
		sentences += length + (sentences[length] == '\n');
	}
	return 1;
}

static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * SIGHUP has files and keys read again; SIGTERM and SIGINT end the waiting, and
 * so does SIGHUP from a terminal that was closed: what was started there is
 * not to hold its ports for ever.
 */
static int await_end(const sigset_t *signals, struct keeper *keeper)
{
	bool terminal = has_terminal();
	int number = 0;

	while (!sigwait(signals, &number) && number == SIGHUP) {
		if (terminal && !has_terminal())
			break;
		log_say(LOG_INFO, "reload", "SIGHUP: files and keys are read again");
		keeper_reload(keeper);
	}
	return number;
}

static int serve_until_signal(const struct config *config, struct db *db, struct keeper *keeper,
			      const sigset_t *signals)
{
	char message[MESSAGE_SIZE] = "";
	struct background *background = NULL;
	struct server *server = NULL;

	/* Nothing is freed: a thread, or a call at a door, that did start may be using it. */
	if (background_start(config, db, &background))
		_exit(fail("the threads beside requests cannot be started"));
	if (server_start(config, db, keeper, &server, message, sizeof(message)))
		_exit(fail("%s", message));
	log_say(LOG_INFO, "start", "serving, schema %d", migrate_target());
	log_say(LOG_INFO, "stop", "signal %d: finishing what is in flight", await_end(signals, keeper));
	background_end(background);
	keeper_stop_waiting(keeper);
	if (!server_stop(server)) {
		log_say(LOG_WARNING, "stop",
			"stopped with requests unfinished: what was not answered may not have been done");
		_exit(0);
	}
	/* What was not committed is taken back, and done by another copy or after the next start. */
	if (!background_stop(background)) {
		log_say(LOG_INFO, "stop", "stopped with a chore unfinished");
		_exit(0);
	}
	log_say(LOG_INFO, "stop", "stopped");
	return 0;
}

static int run_serve(const struct config *config, int argc, char **argv)
{
	char message[SENTENCES_SIZE] = "";
	struct keeper *keeper = NULL;
	struct db *db = NULL;
	sigset_t signals;
	int status;

	(void)argc;
	(void)argv;
	/* Before any thread is made, so that all of them leave these to sigwait(). */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);

	if (open_service(config, &db))
		return fail("no memory");
	if (migrate_check(db, message, sizeof(message)) ||
	    keeper_new(config, db, &keeper, message, sizeof(message))) {
		status = fail_each(message);
	} else {
		warn_of_capacity(config, db);
		if (setting_record(config, db))
			log_say(LOG_WARNING, "settings",
				"the settings could not be written down for the auditor");
		status = serve_until_signal(config, db, keeper, &signals);
	}
	keeper_free(keeper);
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
	char today[TODAY_SIZE];

	(void)argc;
	(void)argv;
	today_write(config->today, time(NULL), today);
	if (seed_run(owner_url(config), today, message, sizeof(message)))
		return fail("%s", message);
	return 0;
}

static int run_token(const struct config *config, int argc, char **argv)
{
	char message[MESSAGE_SIZE] = "";
	struct token_request request;
	struct db *db = NULL;
	char *token = NULL;
	enum err err;

	if (token_command_read(argc - 1, argv + 1, &request, message, sizeof(message)))
		return fail("%s", message);
	if (open_service(config, &db))
		return fail("no memory");
	err = token_command_sign(config, db, &request, &token, message, sizeof(message));
	db_close(db);
	if (err)
		return fail("%s", message);
	puts(token);
	free(token);
	return 0;
}

static int run_key(const struct config *config, int argc, char **argv)
{
	char message[MESSAGE_SIZE] = "";
	struct key_request request;
	struct db *db = NULL;
	enum err err;

	if (key_command_read(argc - 1, argv + 1, &request, message, sizeof(message)))
		return fail("%s", message);
	if (open_database(config, owner_url(config), NULL, &db))
		return fail("no memory");
	err = key_command_run(config, db, &request, stdout, stderr, message, sizeof(message));
	db_close(db);
	return err ? fail("%s", message) : 0;
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

static int run_client(const struct config *config, int argc, char **argv)
{
	char message[MESSAGE_SIZE] = "";
	struct db *db = NULL;
	enum err err;

	if (open_service(config, &db))
		return fail("no memory");
	err = client_command(db, "command", argc - 1, argv + 1, stdout, message, sizeof(message));
	db_close(db);
	if (err)
		return fail("%s", *message ? message : error_name(err));
	if (*message)
		fprintf(stderr, "kstthc: %s\n", message);
	return 0;
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
	{ "client", "add|list|disable|enable|rotate", "programs that may come in by a secret", run_client },
	{ "key", "list | rotate [--publish-seconds N] [--keep-seconds N] | withdraw KID",
	  "list our signing keys, make the next one, or end one", run_key },
	{ "routes", "", "print the table of routes", run_routes },
	{ "config", "", "print the settings in force", run_config },
	{ "health", "", "ask the running service whether it is ready; status 0 when it is",
	  health_command_run },
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
