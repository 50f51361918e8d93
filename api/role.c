#include "role.h"

#include <string.h>

static const char *const names[ROLE_COUNT] = { "public", "viewer", "agency", "office", "sync", "admin" };

const char *role_name(unsigned role)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (role == 1u << i)
			return names[i];
	return NULL;
}

unsigned role_find(const char *name, size_t length)
{
	for (unsigned i = 1; i < ROLE_COUNT; i++)
		if (strlen(names[i]) == length && !memcmp(names[i], name, length))
			return 1u << i;
	return 0;
}
