#ifndef KSTTHC_QUOTA_H
#define KSTTHC_QUOTA_H

#include <stdbool.h>

#include "../service/config.h"
#include "call.h"

/*
 * Which limit a call is under, and what it is told about it:
 *
 *	login   by address   a row of LIMIT_LOGIN, and there by client too
 *	refused by address   tokens that are not accepted, anywhere
 *	bulk    by caller, without a token by address   the back door
 *	public  by address   without a token
 *	read    by caller    GET and HEAD
 *	write   by caller    the other methods
 *
 * Replies have RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers)
 * of the limit that was asked last; t is the seconds until all of it is there again.
 */
struct quota;

/* ERR_NO_MEMORY, or ERR_SYSTEM when there are no random bytes. */
enum err quota_new(const struct config *config, struct quota **ret_quota) MUST_CHECK;
void quota_free(struct quota *quota);

/* The step: takes one, or is a problem, too_many_requests with Retry-After. */
enum err quota_check(struct call *call) MUST_CHECK;

/* One log-in more of this client, who it is being known. A problem when there were too many. */
enum err quota_login(struct call *call, const char *client) MUST_CHECK;

/* One token more that was not accepted, of this address. A problem when there were too many. */
enum err quota_refused(struct call *call) MUST_CHECK;

/* Whether quota_refused() would be a problem. */
bool quota_refused_spent(const struct call *call);

#endif
