#ifndef KSTTHC_PLAN_JSON_H
#define KSTTHC_PLAN_JSON_H

#include <jansson.h>

#include "../service/error.h"
#include "../service/plan.h"

/*
 * A plan as read from its document: {"plan": {...}, "findings": [...]}, the
 * former being what createPlan takes. language ("vi", "en") words the
 * findings. NULL without memory; the caller's to free.
 */
json_t *plan_json(const struct plan *plan, const char *language) MUST_CHECK;

#endif
