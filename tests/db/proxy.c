#include "proxy.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "scratch.h"

static void close_pair(struct proxy *proxy, int i)
{
	close(proxy->pairs[i].client);
	close(proxy->pairs[i].server);
	proxy->pairs[i].client = -1;
	proxy->pairs[i].server = -1;
	proxy->pairs[i].asking = false;
}

static int dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static void take_client(struct proxy *proxy)
{
	int client = accept(proxy->listener, NULL, NULL);
	int server;

	if (client < 0)
		return;
	atomic_fetch_add(&proxy->accepted, 1);
	server = atomic_load(&proxy->mode) == PROXY_REFUSE ? -1 : dial(proxy->server_path);
	for (int i = 0; server >= 0 && i < PROXY_PAIRS; i++) {
		if (proxy->pairs[i].client < 0) {
			proxy->pairs[i].client = client;
			proxy->pairs[i].server = server;
			return;
		}
	}
	close(client);
	if (server >= 0)
		close(server);
}

static bool hand_on(int from, int to)
{
	char buffer[65536];
	ssize_t got = read(from, buffer, sizeof(buffer));

	for (ssize_t sent = 0; sent < got;) {
		ssize_t n = send(to, buffer + sent, (size_t)(got - sent), MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		sent += n;
	}
	return got > 0;
}

static void serve_pair(struct proxy *proxy, int i, bool client_speaks, bool server_speaks)
{
	if (client_speaks) {
		if (!proxy->pairs[i].asking)
			atomic_fetch_add(&proxy->turns, 1);
		proxy->pairs[i].asking = true;
		if (!hand_on(proxy->pairs[i].client, proxy->pairs[i].server))
			close_pair(proxy, i);
	} else if (server_speaks) {
		int cut = PROXY_CUT;

		if (atomic_compare_exchange_strong(&proxy->mode, &cut, PROXY_PASS)) {
			char drop[65536];
			ssize_t got = read(proxy->pairs[i].server, drop, sizeof(drop));

			(void)got;
			close_pair(proxy, i);
			return;
		}
		proxy->pairs[i].asking = false;
		if (!hand_on(proxy->pairs[i].server, proxy->pairs[i].client))
			close_pair(proxy, i);
	}
}

static void drop_all(struct proxy *proxy)
{
	int drop = PROXY_DROP;

	for (int i = 0; i < PROXY_PAIRS; i++)
		if (proxy->pairs[i].client >= 0)
			close_pair(proxy, i);
	atomic_compare_exchange_strong(&proxy->mode, &drop, PROXY_PASS);
}

static void *serve(void *data)
{
	struct proxy *proxy = data;

	while (!atomic_load(&proxy->stop)) {
		bool stall = atomic_load(&proxy->mode) == PROXY_STALL;
		struct pollfd fds[1 + 2 * PROXY_PAIRS] = { { .fd = proxy->listener, .events = POLLIN } };

		if (atomic_load(&proxy->mode) == PROXY_DROP)
			drop_all(proxy);
		for (int i = 0; i < PROXY_PAIRS; i++) {
			fds[1 + 2 * i] = (struct pollfd){ .fd = proxy->pairs[i].client, .events = POLLIN };
			fds[2 + 2 * i] = (struct pollfd){ .fd = stall ? -1 : proxy->pairs[i].server,
							  .events = POLLIN };
		}
		if (poll(fds, 1 + 2 * PROXY_PAIRS, 10) <= 0)
			continue;
		for (int i = 0; i < PROXY_PAIRS; i++)
			if (proxy->pairs[i].client >= 0)
				serve_pair(proxy, i, fds[1 + 2 * i].revents != 0,
					   fds[2 + 2 * i].revents != 0);
		if (fds[0].revents)
			take_client(proxy);
	}
	return NULL;
}

bool proxy_start(struct proxy *ret_proxy)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[80], port[16];

	memset(ret_proxy, 0, sizeof(*ret_proxy));
	if (!scratch_socket(path, sizeof(path), port, sizeof(port)))
		return false;
	for (int i = 0; i < PROXY_PAIRS; i++)
		ret_proxy->pairs[i].client = ret_proxy->pairs[i].server = -1;
	snprintf(ret_proxy->server_path, sizeof(ret_proxy->server_path), "%s/.s.PGSQL.%s", path, port);
	snprintf(ret_proxy->directory, sizeof(ret_proxy->directory), "/tmp/kstthc-proxy-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(ret_proxy->directory));
	snprintf(ret_proxy->listen_path, sizeof(ret_proxy->listen_path), "%s/.s.PGSQL.%s",
		 ret_proxy->directory, port);
	memcpy(address.sun_path, ret_proxy->listen_path, strlen(ret_proxy->listen_path) + 1);
	ret_proxy->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(ret_proxy->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(ret_proxy->listener, 64), 0);
	ck_assert_int_eq(pthread_create(&ret_proxy->thread, NULL, serve, ret_proxy), 0);
	return true;
}

void proxy_stop(struct proxy *proxy)
{
	atomic_store(&proxy->stop, true);
	pthread_join(proxy->thread, NULL);
	for (int i = 0; i < PROXY_PAIRS; i++)
		if (proxy->pairs[i].client >= 0)
			close_pair(proxy, i);
	close(proxy->listener);
	unlink(proxy->listen_path);
	rmdir(proxy->directory);
}
