#ifndef KSTTHC_ROUTER_H
#define KSTTHC_ROUTER_H

#include <stddef.h>

#include "../service/error.h"
#include "route.h"

/*
 * Finds the row of a request. Built once from all tables; looking up costs one
 * hash probe a path segment, however many routes there are. A literal segment
 * wins over a variable one at the same place.
 *
 * Thread-safety: read-only once built.
 */
enum method {
	METHOD_GET,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_COUNT,
	METHOD_HEAD,
	METHOD_OPTIONS,
	METHOD_OTHER,
};

#define ROUTER_VARIABLES 2

/* Room for every method's name in an Allow header. */
#define ROUTER_ALLOW_SIZE 64

struct router;
struct router_node;

/* Methods are case-sensitive (RFC 9110, 9.1). */
enum method method_find(const char *name);

/*
 * Builds from tables, an array of tables ended by NULL, each ended by { 0 };
 * they are borrowed for the router's life. ERR_INTERNAL when two rows have the
 * same method and path or a row's path is not of the form that route.h says.
 */
enum err router_new(const struct route *const *tables, struct router **ret_router) MUST_CHECK;
void router_free(struct router *router);

/*
 * The node of a path given as decoded segments, NULL when no route has it.
 * *ret_variables (ROUTER_VARIABLES of them) point into segments.
 */
const struct router_node *router_find(const struct router *router, const char *const *segments, size_t count,
				      const char **ret_variables);

/* The row for a method, NULL when the path does not have it. HEAD is GET's. */
const struct route *router_route(const struct router_node *node, enum method method);

/* "GET, HEAD, OPTIONS" of a node; of NULL, what the service knows at all. */
void router_allow(const struct router_node *node, char ret_allow[ROUTER_ALLOW_SIZE]);

/* The name after ':' of a path's variable (0 or 1), its length in *ret_length; NULL when there is none. */
const char *route_variable(const struct route *route, size_t index, size_t *ret_length);

#endif
