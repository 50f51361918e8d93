#include "door.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <ulfius.h>

#include "dispatch.h"
#include "headers.h"
#include "server.h"

#define BACKLOG 1024

struct door_instance {
	struct server *server;
	enum door door;
	struct _u_instance instance;
	int initialised;
	int quiesced_fd; /* -1 until quiesced */
};

static int on_request(const struct _u_request *request, struct _u_response *response, void *user_data)
{
	struct door_instance *door = user_data;

	atomic_fetch_add(&door->server->in_flight, 1);
	dispatch(door->server, door->door, request, response);
	return U_CALLBACK_COMPLETE;
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
	(void)cls;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = calloc(1, sizeof(void *));
	} else if (*socket_context) {
		mhd_request_completed(NULL, connection, *socket_context, MHD_REQUEST_TERMINATED_WITH_ERROR);
		free(*socket_context);
		*socket_context = NULL;
	}
}

/* Where the connection remembers what was made for its request; NULL when there was no memory for that. */
static void **remembered(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection,
								       MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
	void *made = ulfius_uri_logger(cls, uri);
	void **slot = remembered(connection);

	if (!slot)
		return made;
	mhd_request_completed(NULL, connection, slot, MHD_REQUEST_TERMINATED_WITH_ERROR);
	*slot = made;
	return made;
}

/* The framework counts its callbacks in the request: one that never came to a call was never counted. */
static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
			 enum MHD_RequestTerminationCode toe)
{
	struct connection_info_struct *info = *con_cls;
	struct server *server = cls;
	int counted = info && info->request && info->request->callback_position > 0;
	void **slot = remembered(connection);

	if (slot)
		*slot = NULL;
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
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, (intptr_t)options->connections, NULL },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)options->connections_per_address, NULL },
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
	free(door);
}
