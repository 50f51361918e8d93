#include "server.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "body.h"
#include "door.h"
#include "router.h"
#include "routes.h"

#define POLL_NANOSECONDS 10000000L

static enum err start_doors(struct server *server, char *message, size_t message_size)
{
	const struct config *config = server->config;
	const struct door_options front = {
		.door = DOOR_FRONT,
		.listen = &config->listen,
		.workers = config->workers,
		.connections = config->connections,
		.connections_per_address = config->connections_per_address,
		.idle_seconds = config->idle_seconds,
		.body_limit = BODY_FRONT_MAX,
	};
	const struct door_options back = {
		.door = DOOR_BACK,
		.listen = &config->bulk_listen,
		.workers = config->bulk_workers,
		.connections = config->bulk_connections,
		.connections_per_address = config->connections_per_address,
		.idle_seconds = config->idle_seconds,
		.body_limit = BODY_BACK_MAX,
	};
	enum err err = door_start(server, &back, &server->back, message, message_size);

	/* The front door last: who reaches it finds all of the service. */
	if (err == ERR_OK)
		err = door_start(server, &front, &server->front, message, message_size);
	return err;
}

enum err server_start(const struct config *config, struct db *db, struct token_verifier *verifier,
		      struct server **ret_server, char *message, size_t message_size)
{
	struct server *server = calloc(1, sizeof(*server));
	enum err err;

	if (!server) {
		snprintf(message, message_size, "no memory");
		return ERR_NO_MEMORY;
	}
	server->config = config;
	server->db = db;
	server->verifier = verifier;
	/* Before there are threads: the seed against chosen collisions is made once. */
	json_object_seed(0);
	err = router_new(route_tables, &server->router);
	if (err != ERR_OK)
		snprintf(message, message_size, "the table of routes is not in order");
	else
		err = start_doors(server, message, message_size);
	if (err != ERR_OK) {
		/* Who came in at the back door meanwhile may keep it: then it is left to the process's end. */
		bool done = server_stop(server);

		(void)done;
		return err;
	}
	*ret_server = server;
	return ERR_OK;
}

static bool wait_for_calls(struct server *server)
{
	const struct timespec pause = { 0, POLL_NANOSECONDS };
	int64_t left = server->config->stop_seconds * (1000000000L / POLL_NANOSECONDS);

	while (atomic_load(&server->in_flight) > 0 && left-- > 0)
		nanosleep(&pause, NULL);
	return atomic_load(&server->in_flight) <= 0;
}

bool server_stop(struct server *server)
{
	if (!server)
		return true;
	atomic_store(&server->stopping, 1);
	door_quiesce(server->front);
	door_quiesce(server->back);
	if (!wait_for_calls(server))
		return false;
	door_stop(server->front);
	door_stop(server->back);
	router_free(server->router);
	free(server);
	return true;
}
