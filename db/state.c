#include "state.h"

#include <stddef.h>
#include <string.h>

struct state {
	char prefix[6];
	enum err err;
};

/* The specific before their class. */
static const struct state states[] = {
	{ "08P01", ERR_INTERNAL },    /* protocol: a statement and its parameters do not fit */
	{ "08", ERR_UNAVAILABLE },    /* connection */
	{ "22", ERR_INVALID },        /* data: out of range, malformed, too long */
	{ "23505", ERR_CONFLICT },    /* unique */
	{ "23P01", ERR_CONFLICT },    /* exclusion */
	{ "23", ERR_INVALID },        /* not null, foreign key, check */
	{ "25006", ERR_UNAVAILABLE }, /* a standby; db.c tells it from a read that writes */
	{ "28", ERR_UNAVAILABLE },    /* not let in */
	{ "40001", ERR_BUSY },        /* serialization */
	{ "40P01", ERR_BUSY },        /* deadlock */
	{ "42501", ERR_DENIED },      /* privilege */
	{ "53", ERR_UNAVAILABLE },    /* connections, memory, disk */
	{ "54000", ERR_INVALID },     /* a value too long for its index */
	{ "55P03", ERR_TIMEOUT },     /* lock timeout */
	{ "57014", ERR_TIMEOUT },     /* statement timeout, cancelled */
	{ "57P", ERR_UNAVAILABLE },   /* shut down, starting, crashed */
	{ "58", ERR_UNAVAILABLE },    /* the server's system */
};

enum err state_error(const char *sqlstate)
{
	if (!sqlstate)
		return ERR_INTERNAL;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strncmp(sqlstate, states[i].prefix, strlen(states[i].prefix)))
			return states[i].err;
	return ERR_INTERNAL;
}
