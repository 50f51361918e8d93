#include "door.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <ulfius.h>

#include "../service/log.h"
#include "dispatch.h"
#include "forwarded.h"
#include "headers.h"
#include "peers.h"
#include "server.h"

#define BACKLOG 1024

struct door_instance {
	struct server *server;
	enum door door;
	struct peers *peers; /* NULL: as many connections as there are of one address */
	struct _u_instance instance;
	int initialised;
	int quiesced_fd; /* -1 until quiesced */
};

/* What is remembered with a connection, until it ends. */
struct peer_connection {
	struct address address;
	bool counted;  /* among the peers */
	bool refused;  /* shut down already: nothing of it is answered */
	void *request; /* see on_connection() */
};

/*
 * The framework's record of a request, with what it does not keep: it copies 16
 * bytes of the peer's address, whatever the family.
 */
struct arrival {
	struct _u_request request;
	struct MHD_Connection *connection;
};

/* NULL when there was no memory for it. */
static struct peer_connection *remembered(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection,
								       MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result collect(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct forwarded *forwarded = cls;

	(void)kind;
	if (value && strcasecmp(name, forwarded_name(forwarded->header)) == 0)
		forwarded_add(forwarded, value);
	return MHD_YES;
}

/* Once: behind a proxy that is not known as one all clients are one to the limits. */
static void tell_of_proxy(struct server *server, struct MHD_Connection *connection,
			  const struct address *peer)
{
	const char *header = forwarded_name(server->forwarded_header);
	const char *class = address_class(peer);

	if (strncmp(class, "public", 6) == 0 ||
	    !MHD_lookup_connection_value(connection, MHD_HEADER_KIND, header) ||
	    atomic_exchange(&server->told_of_proxy, 1))
		return;
	log_say(LOG_WARNING, "proxy",
		"a request has %s and comes from a %s address that is not in KSTTHC_TRUSTED_PROXIES: if that is a proxy, the limits count all its clients as one",
		header, class);
}

/* From libmicrohttpd, as the framework's map has lost the order of lines whose names differ in case. */
static void find_client(struct server *server, struct MHD_Connection *connection, struct address *ret_client)
{
	const struct peer_connection *peer = remembered(connection);
	struct forwarded forwarded;

	*ret_client = peer->address;
	if (!address_in(&server->trusted_proxies, &peer->address)) {
		tell_of_proxy(server, connection, &peer->address);
		return;
	}
	forwarded_init(&forwarded, server->forwarded_header);
	MHD_get_connection_values(connection, MHD_HEADER_KIND, collect, &forwarded);
	forwarded_client(&forwarded, &peer->address, &server->trusted_proxies, ret_client);
}

static int on_request(const struct _u_request *request, struct _u_response *response, void *user_data)
{
	const struct arrival *arrival = (const struct arrival *)request;
	struct door_instance *door = user_data;
	struct address client;

	atomic_fetch_add(&door->server->in_flight, 1);
	find_client(door->server, arrival->connection, &client);
	dispatch(door->server, door->door, &client, request, response);
	return U_CALLBACK_COMPLETE;
}

/* Whether the connection may stay. A proxy's are those of many. */
static bool admit(struct door_instance *door, struct peer_connection *peer)
{
	if (!door->peers || address_in(&door->server->trusted_proxies, &peer->address))
		return true;
	peer->counted = peers_enter(door->peers, &peer->address);
	return peer->counted;
}

static struct peer_connection *connection_new(struct door_instance *door, struct MHD_Connection *connection)
{
	struct peer_connection *peer = calloc(1, sizeof(*peer));
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection,
								       MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (peer && info)
		address_of_socket(info->client_addr, &peer->address);
	if (peer && admit(door, peer))
		return peer;
	if (peer)
		peer->refused = true;
	/* It has no way to refuse one; of one whose socket is shut down it finds the end at once. */
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info)
		shutdown(info->connect_fd, SHUT_RDWR);
	return peer;
}

/*
 * MHD drops a request whose parameters or cookies do not fit a connection's
 * memory without a word to anyone, and with it what the URI logger had made
 * for it. So that is remembered with the connection, until it is completed or
 * the connection ends.
 */
static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct door_instance *door = cls;
	struct peer_connection *peer = *socket_context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = connection_new(door, connection);
	} else if (peer) {
		mhd_request_completed(NULL, connection, &peer->request, MHD_REQUEST_TERMINATED_WITH_ERROR);
		if (peer->counted)
			peers_leave(door->peers, &peer->address);
		free(peer);
		*socket_context = NULL;
	}
}

/* The framework frees what it has allocated, by free() unless told otherwise, and nobody does: so it may grow. */
static void *grow(struct connection_info_struct *info, struct MHD_Connection *connection)
{
	struct arrival *arrival = info ? realloc(info->request, sizeof(*arrival)) : NULL;
	void *made = info;

	if (!arrival) {
		mhd_request_completed(NULL, connection, &made, MHD_REQUEST_TERMINATED_WITH_ERROR);
		return NULL;
	}
	arrival->connection = connection;
	info->request = &arrival->request;
	return info;
}

/* Without a record, which is NULL, the framework closes the connection. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct peer_connection *peer = remembered(connection);

	if (!peer || peer->refused)
		return NULL;
	mhd_request_completed(NULL, connection, &peer->request, MHD_REQUEST_TERMINATED_WITH_ERROR);
	peer->request = grow(ulfius_uri_logger(cls, uri), connection);
	return peer->request;
}

/* The framework counts its callbacks in the request: one that never came to a call was never counted. */
static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
			 enum MHD_RequestTerminationCode toe)
{
	struct connection_info_struct *info = *con_cls;
	struct server *server = cls;
	int counted = info && info->request && info->request->callback_position > 0;
	struct peer_connection *peer = remembered(connection);

	if (peer)
		peer->request = NULL;
	mhd_request_completed(NULL, connection, con_cls, toe);
	if (counted)
		atomic_fetch_sub(&server->in_flight, 1);
}

static void describe(const struct sockaddr_storage *address, char *text, size_t size)
{
	char host[64] = "?";
	char port[8] = "?";

	getnameinfo((const struct sockaddr *)address,
		    address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in),
		    host, sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(text, size, address->ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

/* Our own socket: the framework's way says only that it failed, not why. */
static enum err open_socket(const struct sockaddr_storage *address, int *ret_fd, char *message,
			    size_t message_size)
{
	const int on = 1;
	socklen_t length = address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							  : sizeof(struct sockaddr_in);
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char text[96];
	int error;

	describe(address, text, sizeof(text));
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)address, length) == 0 && listen(fd, BACKLOG) == 0) {
		*ret_fd = fd;
		return ERR_OK;
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	if (error == EADDRINUSE)
		snprintf(message, message_size, "cannot listen on %s: another program has this address",
			 text);
	else if (error == EADDRNOTAVAIL)
		snprintf(message, message_size, "cannot listen on %s: this machine has no such address",
			 text);
	else if (error == EACCES)
		snprintf(message, message_size, "cannot listen on %s: not permitted", text);
	else
		snprintf(message, message_size, "cannot listen on %s: error %d of the system", text, error);
	return error == EADDRINUSE || error == EADDRNOTAVAIL || error == EACCES ? ERR_CONFIG : ERR_SYSTEM;
}

static int start_daemon(struct door_instance *door, const struct door_options *options, int fd)
{
	struct MHD_OptionItem items[] = {
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, door->server },
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_uri, NULL },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, door },
		{ MHD_OPTION_CONNECTION_LIMIT, (intptr_t)options->connections, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)options->idle_seconds, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)HEADERS_CONNECTION_MEMORY, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		/* A pool of one is not a pool to it. */
		{ options->workers > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
		  (intptr_t)options->workers, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;

	if (options->listen->ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return ulfius_start_framework_with_mhd_options(&door->instance, flags, items) == U_OK;
}

static enum err prepare(struct door_instance *door, const struct door_options *options)
{
	/* The port is the socket's; the framework wants one above 0. */
	if (ulfius_init_instance(&door->instance, 1, NULL, NULL) != U_OK)
		return ERR_NO_MEMORY;
	door->initialised = 1;
	if (options->connections_per_address &&
	    peers_new((size_t)options->connections, (size_t)options->connections_per_address, &door->peers))
		return ERR_NO_MEMORY;
	door->instance.max_post_body_size = options->body_limit + 1;
	door->instance.allowed_post_processor = U_POST_PROCESS_NONE;
	/* Else headers that are not UTF-8 vanish instead of being refused. */
	door->instance.check_utf8 = 0;
	if (ulfius_set_default_endpoint(&door->instance, on_request, door) != U_OK)
		return ERR_NO_MEMORY;
	return ERR_OK;
}

enum err door_start(struct server *server, const struct door_options *options,
		    struct door_instance **ret_door, char *message, size_t message_size)
{
	struct door_instance *door = calloc(1, sizeof(*door));
	int fd = -1;
	enum err err;

	snprintf(message, message_size, "no memory");
	if (!door)
		return ERR_NO_MEMORY;
	door->server = server;
	door->door = options->door;
	door->quiesced_fd = -1;
	err = prepare(door, options);
	if (err == ERR_OK)
		err = open_socket(options->listen, &fd, message, message_size);
	if (err == ERR_OK && !start_daemon(door, options, fd)) {
		snprintf(message, message_size, "cannot start %lld workers with %lld connections",
			 (long long)options->workers, (long long)options->connections);
		close(fd);
		err = ERR_SYSTEM;
	}
	if (err != ERR_OK) {
		door_stop(door);
		return err;
	}
	*ret_door = door;
	return ERR_OK;
}

void door_quiesce(struct door_instance *door)
{
	if (door && door->instance.mhd_daemon && door->quiesced_fd < 0)
		door->quiesced_fd = MHD_quiesce_daemon(door->instance.mhd_daemon);
}

void door_stop(struct door_instance *door)
{
	if (!door)
		return;
	if (door->instance.mhd_daemon)
		ulfius_stop_framework(&door->instance);
	if (door->quiesced_fd >= 0)
		close(door->quiesced_fd);
	if (door->initialised)
		ulfius_clean_instance(&door->instance);
	peers_free(door->peers);
	free(door);
}
