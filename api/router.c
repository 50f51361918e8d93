#include "router.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct router_node {
	const struct route *routes[METHOD_COUNT];
	uint32_t variable; /* the child for any segment, 0: none */
};

/* One edge of the trie: a parent's child by literal segment. */
struct edge {
	const char *segment; /* NULL: free slot */
	size_t length;
	uint32_t parent;
	uint32_t child;
};

struct router {
	struct router_node *nodes; /* the root is 0 */
	uint32_t node_count;
	struct edge *edges; /* open addressing, at most half full */
	uint32_t edge_mask;
};

static const char *const method_names[] = {
	[METHOD_GET] = "GET",         [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",     [METHOD_DELETE] = "DELETE", [METHOD_HEAD] = "HEAD",
	[METHOD_OPTIONS] = "OPTIONS",
};

enum method method_find(const char *name)
{
	for (size_t i = 0; i < sizeof(method_names) / sizeof(method_names[0]); i++)
		if (method_names[i] && strcmp(method_names[i], name) == 0)
			return (enum method)i;
	return METHOD_OTHER;
}

static uint32_t edge_hash(uint32_t parent, const char *segment, size_t length)
{
	uint32_t hash = 2166136261u ^ (parent * 0x9e3779b1u);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)segment[i]) * 16777619u;
	return hash ^ hash >> 15;
}

/* The edge of a parent and segment, or the free slot where it would be. */
static struct edge *edge_slot(const struct router *router, uint32_t parent, const char *segment,
			      size_t length)
{
	uint32_t at = edge_hash(parent, segment, length) & router->edge_mask;

	for (;; at = (at + 1) & router->edge_mask) {
		struct edge *edge = &router->edges[at];

		if (!edge->segment || (edge->parent == parent && edge->length == length &&
				       memcmp(edge->segment, segment, length) == 0))
			return edge;
	}
}

static enum err add_route(struct router *router, const struct route *route)
{
	enum method method = method_find(route->method);
	const char *path = route->path;
	uint32_t node = 0;
	int variables = 0;

	if (method >= METHOD_COUNT || *path != '/')
		return ERR_INTERNAL;
	while (*path) {
		size_t length = strcspn(++path, "/");

		if (*path == ':') {
			if (++variables > ROUTER_VARIABLES)
				return ERR_INTERNAL;
			if (!router->nodes[node].variable)
				router->nodes[node].variable = router->node_count++;
			node = router->nodes[node].variable;
		} else {
			struct edge *edge = edge_slot(router, node, path, length);

			if (!edge->segment)
				*edge = (struct edge){ path, length, node, router->node_count++ };
			node = edge->child;
		}
		path += length;
	}
	if (router->nodes[node].routes[method])
		return ERR_INTERNAL;
	router->nodes[node].routes[method] = route;
	return ERR_OK;
}

static size_t count_segments(const struct route *const *tables)
{
	size_t count = 0;

	for (; *tables; tables++)
		for (const struct route *route = *tables; route->method; route++)
			for (const char *c = route->path; *c; c++)
				count += *c == '/';
	return count;
}

enum err router_new(const struct route *const *tables, struct router **ret_router)
{
	size_t segments = count_segments(tables);
	uint32_t slots = 16;
	struct router *router = calloc(1, sizeof(*router));

	if (!router)
		return ERR_NO_MEMORY;
	assert(segments < UINT32_MAX / 8);
	while (slots < segments * 2)
		slots *= 2;
	router->edge_mask = slots - 1;
	router->node_count = 1;
	router->nodes = calloc(segments + 1, sizeof(*router->nodes));
	router->edges = calloc(slots, sizeof(*router->edges));
	if (!router->nodes || !router->edges) {
		router_free(router);
		return ERR_NO_MEMORY;
	}
	for (; *tables; tables++) {
		for (const struct route *route = *tables; route->method; route++) {
			enum err err = add_route(router, route);

			if (err != ERR_OK) {
				router_free(router);
				return err;
			}
		}
	}
	*ret_router = router;
	return ERR_OK;
}

void router_free(struct router *router)
{
	if (!router)
		return;
	free(router->nodes);
	free(router->edges);
	free(router);
}

static int has_route(const struct router_node *node)
{
	for (int i = 0; i < METHOD_COUNT; i++)
		if (node->routes[i])
			return 1;
	return 0;
}

/* Goes back to the variable where the literal led nowhere; at most two variables bound the ways there are. */
static const struct router_node *find_from(const struct router *router, uint32_t node,
					   const char *const *segments, size_t count, const char **variables,
					   size_t bound)
{
	const struct router_node *here = &router->nodes[node];
	const struct router_node *found = NULL;
	const struct edge *edge;

	if (!count)
		return has_route(here) ? here : NULL;
	edge = edge_slot(router, node, *segments, strlen(*segments));
	if (edge->segment)
		found = find_from(router, edge->child, segments + 1, count - 1, variables, bound);
	if (!found && here->variable && **segments) {
		assert(bound < ROUTER_VARIABLES);
		variables[bound] = *segments;
		found = find_from(router, here->variable, segments + 1, count - 1, variables, bound + 1);
	}
	return found;
}

const struct router_node *router_find(const struct router *router, const char *const *segments, size_t count,
				      const char **ret_variables)
{
	for (size_t i = 0; i < ROUTER_VARIABLES; i++)
		ret_variables[i] = NULL;
	return find_from(router, 0, segments, count, ret_variables, 0);
}

const struct route *router_route(const struct router_node *node, enum method method)
{
	if (method == METHOD_HEAD)
		method = METHOD_GET;
	return method < METHOD_COUNT ? node->routes[method] : NULL;
}

static size_t allow_add(char *allow, size_t length, enum method method)
{
	size_t name = strlen(method_names[method]);

	if (length) {
		memcpy(allow + length, ", ", 2);
		length += 2;
	}
	assert(length + name < ROUTER_ALLOW_SIZE);
	memcpy(allow + length, method_names[method], name + 1);
	return length + name;
}

void router_allow(const struct router_node *node, char ret_allow[ROUTER_ALLOW_SIZE])
{
	size_t length = 0;

	for (int i = 0; i < METHOD_COUNT; i++) {
		if (node && !node->routes[i])
			continue;
		length = allow_add(ret_allow, length, (enum method)i);
		if (i == METHOD_GET)
			length = allow_add(ret_allow, length, METHOD_HEAD);
	}
	allow_add(ret_allow, length, METHOD_OPTIONS);
}

const char *route_variable(const struct route *route, size_t index, size_t *ret_length)
{
	const char *at = strchr(route->path, ':');

	while (at && index--)
		at = strchr(at + 1, ':');
	if (!at)
		return NULL;
	*ret_length = strcspn(at + 1, "/");
	return at + 1;
}
