#ifndef KSTTHC_REPLY_H
#define KSTTHC_REPLY_H

#include "call.h"

/* Makes the problem document the call's reply; falls back on one without errors when memory is short. */
void reply_problem(struct call *call);

/* Hands status, headers and body over to the framework; the body is no longer the call's. */
void reply_send(struct call *call, struct _u_response *response);

#endif
