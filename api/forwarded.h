#ifndef KSTTHC_FORWARDED_H
#define KSTTHC_FORWARDED_H

#include <stddef.h>

#include "address.h"

/*
 * Which client a proxy speaks for. A proxy adds the address it was asked from
 * at the right of a header and passes on what it found there, so only what
 * trusted proxies have added can be believed: from the right, up to the first
 * address that is none of theirs. One header only, as a proxy passes on the
 * other one as the client has sent it.
 */
enum forwarded_header {
	FORWARDED_FOR,     /* X-Forwarded-For */
	FORWARDED_RFC7239, /* Forwarded */
};

/* Proxies in a row that are followed. */
#define FORWARDED_HOPS 32

struct forwarded {
	enum forwarded_header header;
	size_t count;
	struct forwarded_hop {
		const char *at; /* the address as text; NULL: an element that has none */
		size_t length;
	} hops[FORWARDED_HOPS]; /* a ring of the last ones */
};

/* "X-Forwarded-For" or "Forwarded" */
const char *forwarded_name(enum forwarded_header header);

void forwarded_init(struct forwarded *forwarded, enum forwarded_header header);

/* One line of the header, all of them in their order; borrowed as long as forwarded is used. */
void forwarded_add(struct forwarded *forwarded, const char *line);

/*
 * The client's address. An element that is no address (unknown, _hidden, or
 * not as RFC 7239 has it) ends the walk: then it is the one of the proxy that
 * has told it. The peer's own when it is not trusted.
 */
void forwarded_client(const struct forwarded *forwarded, const struct address *peer,
		      const struct address_ranges *trusted, struct address *ret_client);

#endif
