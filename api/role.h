#ifndef KSTTHC_ROLE_H
#define KSTTHC_ROLE_H

#include <stddef.h>

/* Roles are sets, not a ladder. A row with no roles is denied to everyone. */
enum {
	ROLE_PUBLIC = 1 << 0, /* anyone, without a token */
	ROLE_VIEWER = 1 << 1,
	ROLE_AGENCY = 1 << 2,
	ROLE_OFFICE = 1 << 3,
	ROLE_SYNC = 1 << 4,
	ROLE_ADMIN = 1 << 5,
};

#define ROLE_COUNT 6

/* "office", of one role bit; NULL for what is none. */
const char *role_name(unsigned role);

/* The bit of a name of length bytes that a token may grant, so never ROLE_PUBLIC; 0 for any other. */
unsigned role_find(const char *name, size_t length);

#endif
