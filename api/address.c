#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define IPV4_BYTES ((size_t)4)
#define IPV6_BYTES ((size_t)16)
#define MAPPED_BITS 96u

static const unsigned char mapped[MAPPED_BITS / 8] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static void set(struct address *address, enum address_family family, const void *bytes, size_t count)
{
	memset(address, 0, sizeof(*address));
	address->family = family;
	memcpy(address->bytes, bytes, count);
}

static void set_ipv6(struct address *address, const unsigned char bytes[IPV6_BYTES])
{
	if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		set(address, ADDRESS_IPV4, bytes + sizeof(mapped), IPV4_BYTES);
	else
		set(address, ADDRESS_IPV6, bytes, IPV6_BYTES);
}

void address_of_socket(const struct sockaddr *socket_address, struct address *ret_address)
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	memset(ret_address, 0, sizeof(*ret_address));
	if (socket_address && socket_address->sa_family == AF_INET) {
		memcpy(&in4, socket_address, sizeof(in4));
		set(ret_address, ADDRESS_IPV4, &in4.sin_addr, IPV4_BYTES);
	} else if (socket_address && socket_address->sa_family == AF_INET6) {
		memcpy(&in6, socket_address, sizeof(in6));
		set_ipv6(ret_address, in6.sin6_addr.s6_addr);
	}
}

bool address_parse(const char *text, size_t length, struct address *ret_address)
{
	char copy[INET6_ADDRSTRLEN];
	unsigned char bytes[IPV6_BYTES];

	if (!length || length >= sizeof(copy) || memchr(text, '\0', length))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (inet_pton(AF_INET, copy, bytes) == 1) {
		set(ret_address, ADDRESS_IPV4, bytes, IPV4_BYTES);
		return true;
	}
	if (inet_pton(AF_INET6, copy, bytes) != 1)
		return false;
	set_ipv6(ret_address, bytes);
	return true;
}

static unsigned bits(const struct address *address)
{
	return (unsigned)(address->family == ADDRESS_IPV4 ? IPV4_BYTES : IPV6_BYTES) * 8;
}

/* Whether two addresses have the same first bits. */
static bool same_prefix(const struct address *a, const struct address *b, unsigned prefix)
{
	unsigned rest = prefix % 8;
	unsigned mask = 0xff00u >> rest & 0xffu;

	if (memcmp(a->bytes, b->bytes, prefix / 8) != 0)
		return false;
	return !rest || ((a->bytes[prefix / 8] ^ b->bytes[prefix / 8]) & mask) == 0;
}

static bool zero_beyond(const struct address *address, unsigned prefix)
{
	struct address network = { .family = address->family };

	memcpy(network.bytes, address->bytes, (prefix + 7) / 8);
	if (prefix % 8)
		network.bytes[prefix / 8] &= (unsigned char)(0xff00u >> prefix % 8);
	return memcmp(network.bytes, address->bytes, sizeof(network.bytes)) == 0;
}

/* Up to three digits after the slash. */
static bool parse_prefix(const char *text, size_t length, unsigned *ret_prefix)
{
	unsigned prefix = 0;

	if (!length || length > 3)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		prefix = prefix * 10 + (unsigned)(text[i] - '0');
	}
	*ret_prefix = prefix;
	return true;
}

static bool parse_range(const char *text, size_t length, struct address_range *ret_range)
{
	const char *slash = memchr(text, '/', length);
	size_t host = slash ? (size_t)(slash - text) : length;
	struct address_range range;

	if (!address_parse(text, host, &range.network))
		return false;
	range.prefix = bits(&range.network);
	if (slash && !parse_prefix(slash + 1, length - host - 1, &range.prefix))
		return false;
	/* ::ffff:10.0.0.0/104 is 10.0.0.0/8. */
	if (slash && range.network.family == ADDRESS_IPV4 && memchr(text, ':', host)) {
		if (range.prefix < MAPPED_BITS)
			return false;
		range.prefix -= MAPPED_BITS;
	}
	if (range.prefix > bits(&range.network) || !zero_beyond(&range.network, range.prefix))
		return false;
	*ret_range = range;
	return true;
}

enum err address_ranges_parse(const char *setting, const char *text, struct address_ranges *ret_ranges,
			      char *ret_message, size_t message_size)
{
	struct address_ranges ranges = { 0 };

	for (const char *at = text + strspn(text, " ,"); *at; at += strspn(at, " ,")) {
		size_t length = strcspn(at, " ,");

		if (ranges.count == ADDRESS_MAX_RANGES) {
			snprintf(ret_message, message_size, "%s has more than %d addresses", setting,
				 ADDRESS_MAX_RANGES);
			return ERR_CONFIG;
		}
		if (!parse_range(at, length, &ranges.ranges[ranges.count])) {
			snprintf(
				ret_message, message_size,
				"%s has \"%.*s\": it must be addresses or networks such as 127.0.0.1,10.0.0.0/8,fd00::/8",
				setting, length > 100 ? 100 : (int)length, at);
			return ERR_CONFIG;
		}
		ranges.count++;
		at += length;
	}
	*ret_ranges = ranges;
	return ERR_OK;
}

bool address_in(const struct address_ranges *ranges, const struct address *address)
{
	for (size_t i = 0; i < ranges->count; i++) {
		const struct address_range *range = &ranges->ranges[i];

		if (range->network.family == address->family &&
		    same_prefix(&range->network, address, range->prefix))
			return true;
	}
	return false;
}

void address_key(const struct address *address, unsigned char ret_key[ADDRESS_KEY_BYTES])
{
	ret_key[0] = (unsigned char)address->family;
	memcpy(ret_key + 1, address->bytes, ADDRESS_KEY_BYTES - 1);
}

static const struct {
	const char *class;
	struct address_range range;
} classes[] = {
	{ "loopback", { { ADDRESS_IPV4, { 127 } }, 8 } },
	{ "private", { { ADDRESS_IPV4, { 10 } }, 8 } },
	{ "private", { { ADDRESS_IPV4, { 172, 16 } }, 12 } },
	{ "private", { { ADDRESS_IPV4, { 192, 168 } }, 16 } },
	{ "private", { { ADDRESS_IPV4, { 169, 254 } }, 16 } },
	{ "private", { { ADDRESS_IPV4, { 100, 64 } }, 10 } },
	{ "public4", { { ADDRESS_IPV4, { 0 } }, 0 } },
	{ "loopback", { { ADDRESS_IPV6, { [15] = 1 } }, 128 } },
	{ "private", { { ADDRESS_IPV6, { 0xfc } }, 7 } },
	{ "private", { { ADDRESS_IPV6, { 0xfe, 0x80 } }, 10 } },
	{ "public6", { { ADDRESS_IPV6, { 0 } }, 0 } },
};

const char *address_class(const struct address *address)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (classes[i].range.network.family == address->family &&
		    same_prefix(&classes[i].range.network, address, classes[i].range.prefix))
			return classes[i].class;
	}
	return "unknown";
}
