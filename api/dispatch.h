#ifndef KSTTHC_DISPATCH_H
#define KSTTHC_DISPATCH_H

#include "route.h"

struct address;
struct _u_request;
struct _u_response;
struct server;

/* One request of a client from its arrival to its reply and its log line. */
void dispatch(struct server *server, enum door door, const struct address *client,
	      const struct _u_request *request, struct _u_response *response);

#endif
