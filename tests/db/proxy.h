#ifndef KSTTHC_TEST_PROXY_H
#define KSTTHC_TEST_PROXY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/*
 * Stands between libpq and the server's unix socket, counts and does harm: a
 * thread, a socket directory of its own.
 */
enum proxy_mode {
	PROXY_PASS,
	PROXY_STALL, /* no more answers are handed on */
	PROXY_CUT,   /* the next answer is dropped and its connection closed, then as PASS */
	PROXY_DROP,  /* all connections are closed without a word, then as PASS */
	PROXY_REFUSE /* new connections are closed at once */
};

#define PROXY_PAIRS 8

struct proxy {
	char directory[64]; /* what libpq is given as host */
	char listen_path[100];
	char server_path[108];
	int listener;
	pthread_t thread;
	struct {
		int client;
		int server;
		bool asking; /* bytes last went to the server */
	} pairs[PROXY_PAIRS];
	atomic_int mode;
	atomic_int accepted; /* connections so far */
	atomic_int turns;    /* times that a client spoke after the server had: round trips */
	atomic_bool stop;
};

/* false when the server of KSTTHC_TEST_URL is not on a unix socket. */
bool proxy_start(struct proxy *ret_proxy);
void proxy_stop(struct proxy *proxy);

#endif
