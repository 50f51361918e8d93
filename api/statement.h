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

/* The reply of call's result, which is a row of what was done. */
enum err statement_reply(struct call *call) MUST_CHECK;

/*
 * Adds the ETag of call's result, where it has a version; *ret_same says
 * whether the caller has it already, by If-None-Match: then it is 304. For
 * handlers too, after call_db().
 */
enum err statement_tag(struct call *call, bool *ret_same) MUST_CHECK;

#endif
