#include "quota.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "server.h"

enum policy {
	POLICY_PUBLIC,
	POLICY_READ,
	POLICY_WRITE,
	POLICY_BULK,
	POLICY_LOGIN,
	POLICY_REFUSED,
	POLICY_COUNT
};

/* Whose: an address and a caller never share a count, whatever the caller is called. */
enum owner { OWNER_ADDRESS, OWNER_CALLER, OWNER_CLIENT, OWNER_COUNT };

static const struct {
	const char *name;
	size_t rate;
} policies[POLICY_COUNT] = {
	[POLICY_PUBLIC] = { "public", offsetof(struct config, limit_public) },
	[POLICY_READ] = { "read", offsetof(struct config, limit_read) },
	[POLICY_WRITE] = { "write", offsetof(struct config, limit_write) },
	[POLICY_BULK] = { "bulk", offsetof(struct config, limit_bulk) },
	[POLICY_LOGIN] = { "login", offsetof(struct config, limit_login) },
	[POLICY_REFUSED] = { "refused", offsetof(struct config, limit_refused) },
};

struct quota {
	struct limiter *limiter;
	struct rate rates[POLICY_COUNT];
	char texts[POLICY_COUNT][64]; /* of RateLimit-Policy */
};

enum err quota_new(const struct config *config, struct quota **ret_quota)
{
	struct quota *quota = calloc(1, sizeof(*quota));
	enum err err;

	if (!quota)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < POLICY_COUNT; i++) {
		struct rate *rate = &quota->rates[i];

		memcpy(rate, (const char *)config + policies[i].rate, sizeof(*rate));
		snprintf(quota->texts[i], sizeof(quota->texts[i]), "\"%s\";q=%lld;w=%lld", policies[i].name,
			 (long long)rate->count, (long long)rate->seconds);
	}
	err = limiter_new((size_t)config->limit_entries, &quota->limiter);
	if (err != ERR_OK) {
		free(quota);
		return err;
	}
	*ret_quota = quota;
	return ERR_OK;
}

void quota_free(struct quota *quota)
{
	if (!quota)
		return;
	limiter_free(quota->limiter);
	free(quota);
}

static enum err refuse(struct call *call, int64_t seconds)
{
	const char *wait = arena_printf(&call->arena, "%lld", (long long)(seconds > 1 ? seconds : 1));

	call_header(call, "Retry-After", wait ? wait : "1");
	return call_problem(call, PROBLEM_TOO_MANY_REQUESTS);
}

static enum err take(struct call *call, enum policy policy, enum owner owner, const void *bytes,
		     size_t length)
{
	const struct quota *quota = call->server->quota;
	const struct limit_key key = { (unsigned char)(policy * OWNER_COUNT + owner), bytes, length };
	struct limit_answer answer;
	const char *text;

	if (!quota->rates[policy].count)
		return ERR_OK;
	limiter_take(quota->limiter, &quota->rates[policy], &key, 1, call->started, &answer);
	text = arena_printf(&call->arena, "\"%s\";r=%lld;t=%lld", policies[policy].name,
			    (long long)answer.remaining, (long long)answer.full_in);
	if (text) {
		call_header(call, "RateLimit-Policy", quota->texts[policy]);
		call_header(call, "RateLimit", text);
	}
	return answer.allowed ? ERR_OK : refuse(call, answer.next_in);
}

static enum err take_by_address(struct call *call, enum policy policy)
{
	unsigned char key[ADDRESS_KEY_BYTES];

	address_key(&call->client, key);
	return take(call, policy, OWNER_ADDRESS, key, sizeof(key));
}

enum err quota_check(struct call *call)
{
	bool read = call->method == METHOD_GET || call->method == METHOD_HEAD;
	enum policy policy = read ? POLICY_READ : POLICY_WRITE;

	if (call->route->limit == LIMIT_NONE)
		return ERR_OK;
	if (call->route->limit == LIMIT_LOGIN)
		return take_by_address(call, POLICY_LOGIN);
	if (call->door == DOOR_BACK)
		policy = POLICY_BULK;
	if (!call->authenticated)
		return take_by_address(call, policy == POLICY_BULK ? POLICY_BULK : POLICY_PUBLIC);
	return take(call, policy, OWNER_CALLER, call->caller.subject, strlen(call->caller.subject));
}

enum err quota_login(struct call *call, const char *client)
{
	return take(call, POLICY_LOGIN, OWNER_CLIENT, client, strlen(client));
}

enum err quota_refused(struct call *call)
{
	return take_by_address(call, POLICY_REFUSED);
}

bool quota_refused_spent(const struct call *call)
{
	const struct quota *quota = call->server->quota;
	unsigned char bytes[ADDRESS_KEY_BYTES];
	const struct limit_key key = { POLICY_REFUSED * OWNER_COUNT + OWNER_ADDRESS, bytes, sizeof(bytes) };
	struct limit_answer answer;

	if (!quota->rates[POLICY_REFUSED].count)
		return false;
	address_key(&call->client, bytes);
	limiter_would(quota->limiter, &quota->rates[POLICY_REFUSED], &key, 1, call->started, &answer);
	return !answer.allowed;
}
