#include "error.h"

#include <stddef.h>

#define ERROR_TEXT(name, text) [ERR_##name] = text,
static const char *const error_names[] = { ERRORS(ERROR_TEXT) };

const char *error_name(enum err err)
{
	if ((size_t)err >= sizeof(error_names) / sizeof(error_names[0]))
		return error_names[ERR_INTERNAL];
	return error_names[err];
}
