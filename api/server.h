#ifndef KSTTHC_SERVER_H
#define KSTTHC_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "../db/db.h"
#include "../service/config.h"
#include "../service/error.h"
#include "address.h"
#include "forwarded.h"
#include "secret.h"
#include "token.h"

struct cors;
struct door_instance;
struct keeper;
struct quota;
struct router;

/* What all calls share. All but the atomics is read-only once started. */
struct server {
	const struct config *config;
	struct db *db;
	struct keeper *keeper;
	struct token_verifier *verifier; /* the keeper's */
	struct secret_source secrets;
	struct router *router;
	struct address_ranges trusted_proxies;
	enum forwarded_header forwarded_header;
	struct quota *quota;
	struct cors *cors; /* NULL: no origin has access */
	struct door_instance *front;
	struct door_instance *back;
	atomic_int in_flight; /* calls from their dispatch to the end of their reply */
	atomic_int told_of_proxy;
	/* Of calls over their limits: those of this second, and those that no line was written for. */
	_Atomic int64_t limited_second;
	atomic_int limited_logged;
	atomic_int limited_unlogged;
	atomic_int stopping; /* replies close their connection */
};

/*
 * Opens both doors; everything handed over is borrowed until server_stop().
 * On failure nothing is left open and message has a sentence: ERR_CONFIG for an
 * address that cannot be listened on (taken, not ours) and for a setting that
 * cannot be read, else the error.
 */
enum err server_start(const struct config *config, struct db *db, struct keeper *keeper,
		      struct server **ret_server, char *message, size_t message_size) MUST_CHECK;

/*
 * Takes no new connections, waits up to stop_seconds for calls in flight, and
 * closes. False when some were not done by then: their threads still use the
 * server and all it borrows, so nothing was freed and the process should end.
 * NULL is fine.
 */
bool server_stop(struct server *server) MUST_CHECK;

#endif
