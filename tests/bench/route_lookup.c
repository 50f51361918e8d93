/*
 * Looks up every route's path, for callgrind to count: `bench-routes whole` in
 * a router of the whole table, `bench-routes one` in routers of one route each.
 * The difference is what other routes cost.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/router.h"
#include "../../api/routes.h"

#define ROUNDS 1000
#define SEGMENTS_MAX 8

/* Splits a pattern in place, a variable becoming a value. */
static size_t split(char *path, const char **ret_segments)
{
	size_t count = 0;
	char *save = NULL;

	for (char *part = strtok_r(path, "/", &save); part && count < SEGMENTS_MAX;
	     part = strtok_r(NULL, "/", &save))
		ret_segments[count++] = *part == ':' ? "kstthc-2025.29" : part;
	return count;
}

static int look_up(const struct router *router, const struct route *route)
{
	const char *variables[ROUTER_VARIABLES];
	const char *segments[SEGMENTS_MAX];
	char path[128];
	size_t count;

	snprintf(path, sizeof(path), "%s", route->path);
	count = split(path, segments);
	for (int i = 0; i < ROUNDS; i++) {
		const struct router_node *node = router_find(router, segments, count, variables);

		if (!node || router_route(node, method_find(route->method)) != route)
			return 1;
	}
	return 0;
}

static int look_up_alone(const struct route *route)
{
	const struct route table[2] = { *route, { 0 } };
	const struct route *const tables[] = { table, NULL };
	struct router *router;
	int failed;

	if (router_new(tables, &router))
		return 1;
	failed = look_up(router, table);
	router_free(router);
	return failed;
}

int main(int argc, char **argv)
{
	int whole = argc > 1 && !strcmp(argv[1], "whole");
	struct router *router;

	if (router_new(route_tables, &router))
		return 1;
	for (const struct route *const *table = route_tables; *table; table++)
		for (const struct route *route = *table; route->method; route++)
			if (whole ? look_up(router, route) : look_up_alone(route))
				return 1;
	router_free(router);
	return 0;
}
