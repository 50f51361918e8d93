#ifndef KSTTHC_ARGUMENT_H
#define KSTTHC_ARGUMENT_H

#include "call.h"

/* Whether the row's statement is given it. */
bool argument_taken(const struct route *route, enum arg arg);

/* What the statement is given for it, as text; NULL: null. Lives as long as the call. */
enum err argument_text(struct call *call, enum arg arg, const char **ret_text) MUST_CHECK;

/*
 * Makes the call's secret, in the form that the row wants: random, or the same
 * each time that a request with a key is sent.
 */
enum err argument_secret(struct call *call) MUST_CHECK;

#endif
