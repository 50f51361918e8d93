#include "routes.h"

#include "router.h"

const struct route *const route_tables[] = {
	health_routes, key_routes,      oauth_routes,     me_routes,
	agency_routes, calendar_routes, term_rule_routes, plan_routes,
	task_routes,   deadline_routes, agenda_routes,    calendar_feed_routes,
	change_routes, client_routes,   audit_routes,     NULL,
};

static void print_roles(unsigned roles, FILE *out)
{
	const char *comma = "";

	for (unsigned role = ROLE_PUBLIC; role <= ROLE_ADMIN; role <<= 1) {
		if (!(roles & role))
			continue;
		fprintf(out, "%s%s", comma, role_name(role));
		comma = ",";
	}
}

void routes_print(FILE *out)
{
	for (size_t i = 0; route_tables[i]; i++) {
		for (const struct route *route = route_tables[i]; route->method; route++) {
			fprintf(out, "%s\t%s\t%s\t", route->method, route->path, route->operation);
			print_roles(route->roles, out);
			fprintf(out, "\t%s\n", route->door == DOOR_BACK ? "back" : "front");
		}
	}
}
