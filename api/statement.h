#ifndef KSTTHC_STATEMENT_H
#define KSTTHC_STATEMENT_H

#include "call.h"

/*
 * The row's statement: its parameters from the call, its outcome to a reply or
 * a problem (see route.h for the columns).
 */
enum err statement_run(struct call *call) MUST_CHECK;

/* The preconditions of the row: 428, or 400 for a header that is none. Leaves versions. */
enum err statement_preconditions(struct call *call) MUST_CHECK;

#endif
