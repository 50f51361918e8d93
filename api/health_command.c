#include "health_command.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SEND_SECONDS 1
#define RECEIVE_SECONDS 3

static const char question[] = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
static const char good[] = "HTTP/1.1 200 ";

/* An address such as 0.0.0.0 is this machine's own to connect(), too. */
static int dial(const struct sockaddr_storage *address)
{
	const struct timeval sending = { SEND_SECONDS, 0 };
	const struct timeval receiving = { RECEIVE_SECONDS, 0 };
	socklen_t length = address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							  : sizeof(struct sockaddr_in);
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &sending, sizeof(sending)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &receiving, sizeof(receiving)) ||
	    connect(fd, (const struct sockaddr *)address, length)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Waits until all of the first line's beginning is there: a peer that trickles it has the same time. */
static bool ask(int fd, char reply[sizeof(good)])
{
	const ssize_t wanted = (ssize_t)sizeof(good) - 1;

	memset(reply, 0, sizeof(good));
	return send(fd, question, sizeof(question) - 1, MSG_NOSIGNAL) == (ssize_t)sizeof(question) - 1 &&
	       recv(fd, reply, (size_t)wanted, MSG_WAITALL) == wanted;
}

int health_command_run(const struct config *config, int argc, char **argv)
{
	const char *fault = NULL;
	char reply[sizeof(good)];
	int fd = dial(&config->listen);

	(void)argc;
	(void)argv;
	if (fd < 0)
		fault = "nobody answers at KSTTHC_LISTEN";
	else if (!ask(fd, reply))
		fault = "what is at KSTTHC_LISTEN does not answer";
	else if (strcmp(reply, good))
		fault = "the service is not ready";
	if (fd >= 0)
		close(fd);
	if (fault)
		fprintf(stderr, "kstthc: %s\n", fault);
	return fault ? 1 : 0;
}
