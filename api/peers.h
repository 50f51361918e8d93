#ifndef KSTTHC_PEERS_H
#define KSTTHC_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "../service/error.h"
#include "address.h"

/*
 * Counts the open connections of each address (of IPv6, each /64). Exact: it
 * has room for as many addresses as there can be connections.
 *
 * Thread-safe.
 */
struct peers;

/* For at most so many connections, at most so many (not 0) of one address. */
enum err peers_new(size_t connections, size_t per_address, struct peers **ret_peers) MUST_CHECK;
void peers_free(struct peers *peers);

/* Counts a connection, unless its address has as many as it may, or there are too many: false. */
bool peers_enter(struct peers *peers, const struct address *address) MUST_CHECK;

/* Takes one off that peers_enter() has counted. */
void peers_leave(struct peers *peers, const struct address *address);

/* How many addresses have a connection. */
size_t peers_count(struct peers *peers);

#endif
