#ifndef KSTTHC_CREDENTIALS_H
#define KSTTHC_CREDENTIALS_H

#include "call.h"

/*
 * Who calls. Sets the caller; on a problem also WWW-Authenticate (RFC 6750, 3).
 * A token that is not accepted is 401 on a public route too, never taken for no
 * token, and counts against its address: 429 when there were too many.
 */
enum err credentials_check(struct call *call) MUST_CHECK;

/* Whether the row is for them; likewise. */
enum err credentials_authorize(struct call *call) MUST_CHECK;

#endif
