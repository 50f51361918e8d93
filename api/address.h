#ifndef KSTTHC_ADDRESS_H
#define KSTTHC_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "../service/error.h"

struct sockaddr;

/*
 * IP addresses of clients, for limits, never for the log: that gets no more
 * than address_class(). An IPv4 address in IPv6's clothes (::ffff:192.0.2.1)
 * is the IPv4 address everywhere here.
 */
enum address_family { ADDRESS_NONE, ADDRESS_IPV4, ADDRESS_IPV6 };

struct address {
	enum address_family family;
	unsigned char bytes[16]; /* network order; of IPv4 the first four, the others zero */
};

/* ADDRESS_NONE of NULL and of what is neither IPv4 nor IPv6. */
void address_of_socket(const struct sockaddr *socket_address, struct address *ret_address);

/* "192.0.2.1" or "2001:db8::1", without brackets, port, zone or blanks. */
bool address_parse(const char *text, size_t length, struct address *ret_address) MUST_CHECK;

#define ADDRESS_MAX_RANGES 64

struct address_range {
	struct address network; /* zero beyond the prefix */
	unsigned prefix;        /* bits */
};

struct address_ranges {
	size_t count;
	struct address_range ranges[ADDRESS_MAX_RANGES];
};

/*
 * Reads a setting such as "127.0.0.1,10.0.0.0/8,fd00::/8"; "" is no range.
 * ERR_CONFIG with a sentence that names the setting when a part of it is no
 * range, has bits beyond its prefix (10.0.0.1/8 may be meant in two ways), or
 * there are more than ADDRESS_MAX_RANGES.
 */
enum err address_ranges_parse(const char *setting, const char *text, struct address_ranges *ret_ranges,
			      char *ret_message, size_t message_size) MUST_CHECK;

bool address_in(const struct address_ranges *ranges, const struct address *address);

#define ADDRESS_KEY_BYTES 9

/*
 * What limits count by: all of an IPv4 address, and of an IPv6 address its /64,
 * as whoever has one address there has all of them.
 */
void address_key(const struct address *address, unsigned char ret_key[ADDRESS_KEY_BYTES]);

/* "loopback", "private" (link-local and shared ones too), "public4", "public6" or "unknown". */
const char *address_class(const struct address *address);

#endif
