#ifndef KSTTHC_PLAN_PARTIES_H
#define KSTTHC_PLAN_PARTIES_H

#include <stddef.h>

#include "../service/arena.h"
#include "../service/error.h"
#include "../service/plan.h"

/*
 * The names a document may use, from JSON {"parties": [{code, name,
 * short_name, aliases, group}]}. What it makes lives in arena. ERR_INTERNAL
 * when it is no such JSON.
 */
enum err plan_parties_read(const char *text, size_t length, struct arena *arena,
			   struct plan_directory *ret_directory) MUST_CHECK;

#endif
