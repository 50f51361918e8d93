#ifndef KSTTHC_DOOR_H
#define KSTTHC_DOOR_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "../service/error.h"
#include "route.h"

/* A listening socket and its workers: one instance of the framework. */
struct door_instance;

struct door_options {
	enum door door;
	const struct sockaddr_storage *listen; /* IPv4 or IPv6 */
	int64_t workers;
	int64_t connections;
	int64_t connections_per_address; /* 0: no limit */
	int64_t idle_seconds;
	size_t body_limit; /* bytes */
};

struct server;

/* With a sentence: ERR_CONFIG when the address cannot be listened on, else ERR_SYSTEM or ERR_NO_MEMORY. */
enum err door_start(struct server *server, const struct door_options *options,
		    struct door_instance **ret_door, char *message, size_t message_size) MUST_CHECK;

/* Takes no new connections; those there are go on. NULL is fine. */
void door_quiesce(struct door_instance *door);

/* Closes all connections, ends the workers, frees. NULL is fine. */
void door_stop(struct door_instance *door);

#endif
