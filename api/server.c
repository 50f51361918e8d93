#include "server.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "body.h"
#include "cors.h"
#include "door.h"
#include "keeper.h"
#include "quota.h"
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

static enum err prepare(struct server *server, char *message, size_t message_size)
{
	const struct config *config = server->config;
	enum err err = router_new(route_tables, &server->router);

	if (err != ERR_OK) {
		snprintf(message, message_size, "the table of routes is not in order");
		return err;
	}
	if (strcmp(config->forwarded_header, "forwarded") == 0)
		server->forwarded_header = FORWARDED_RFC7239;
	err = address_ranges_parse("KSTTHC_TRUSTED_PROXIES", config->trusted_proxies,
				   &server->trusted_proxies, message, message_size);
	if (err == ERR_OK)
		err = cors_new(config->cors_origins, &server->cors, message, message_size);
	if (err != ERR_OK)
		return err;
	err = secret_source_load(server->db, &server->secrets, message, message_size);
	if (err != ERR_OK)
		return err;
	err = quota_new(config, &server->quota);
	if (err != ERR_OK)
		snprintf(message, message_size, "no memory or no random bytes for the limits");
	return err;
}

enum err server_start(const struct config *config, struct db *db, struct keeper *keeper,
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
	server->keeper = keeper;
	server->verifier = keeper_verifier(keeper);
	/* Before there are threads: the seed against chosen collisions is made once. */
	json_object_seed(0);
	err = prepare(server, message, message_size);
	if (err == ERR_OK)
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
	quota_free(server->quota);
	cors_free(server->cors);
	router_free(server->router);
	free(server);
	return true;
}
