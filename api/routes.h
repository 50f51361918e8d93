#ifndef KSTTHC_ROUTES_H
#define KSTTHC_ROUTES_H

#include <stdio.h>

#include "route.h"

/* All tables of rows, ended by NULL; each table ends with { 0 }. */
extern const struct route *const route_tables[];

extern const struct route health_routes[];
extern const struct route key_routes[];
extern const struct route agency_routes[];
extern const struct route plan_routes[];
extern const struct route task_routes[];
extern const struct route change_routes[];
extern const struct route oauth_routes[];
extern const struct route me_routes[];
extern const struct route client_routes[];
extern const struct route audit_routes[];
extern const struct route calendar_routes[];
extern const struct route term_rule_routes[];
extern const struct route deadline_routes[];
extern const struct route agenda_routes[];
extern const struct route calendar_feed_routes[];

/* The part of a task: a label, outputs, timings, assignments. Shared by plans and tasks. */
extern const struct field part_fields[];
extern const struct field assignment_fields[];

/* An official document that something rests on: number, date, title, link. */
extern const struct field document_fields[];

/* One line a row: method, path, operation, roles, door, by tabs. */
void routes_print(FILE *out);

#endif
