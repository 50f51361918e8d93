#include <jansson.h>
#include <string.h>

#include "keeper_internal.h"
#include "token_jws.h"

/* In which a healthy issuer has answered. */
#define BRIEF_MS 250

static struct source *find_source(const struct keeper *keeper, const char *issuer)
{
	for (size_t i = 1; i < keeper->count; i++) {
		if (strcmp(keeper->sources[i]->issuer->profile.issuer, issuer) == 0)
			return keeper->sources[i];
	}
	return NULL;
}

static bool knows(const struct source *source, const char *kid)
{
	for (size_t i = 0; i < source->keyring.count; i++) {
		if (strcmp(source->keyring.keys[i].kid, kid) == 0)
			return true;
	}
	return false;
}

/* Soon enough for what comes without being asked for: the next reading of all. */
static enum keeper_answer later(const struct source *source, int64_t ms, int64_t *ret_seconds)
{
	int64_t due = source->due_ms - keeper_now_ms();

	if (due < ms)
		ms = due;
	*ret_seconds = ms > 1000 ? (ms + 999) / 1000 : 1;
	return KEEPER_LATER;
}

/* Who waits in a worker holds up all connections of that worker. */
struct wait {
	uint64_t before;  /* readings begun before it */
	int64_t until_ms; /* its end in any case */
	bool long_one;    /* it has one of the places */
};

/*
 * Until when to wait for the reading under way. A short while is everybody's,
 * counted from the reading's beginning, so that those who come one after the
 * other do not hold a worker for many such whiles. Beyond it there are few
 * places, and none when a reading for an unknown kid was followed by another:
 * so do those of strangers with made-up keys, one after the other, while an
 * issuer that rotates needs but one. 0 when it is over.
 */
static int64_t wait_until(struct keeper *keeper, const struct source *source, struct wait *wait, int64_t now)
{
	int64_t brief = source->begun_ms + BRIEF_MS;
	int64_t places = keeper->config->workers / 4;

	if (!wait->long_one && now >= brief && !source->asked_again &&
	    keeper->long_waiters < (places > 1 ? places : 1)) {
		wait->long_one = true;
		keeper->long_waiters++;
	}
	if (wait->long_one || wait->until_ms < brief)
		return now < wait->until_ms ? wait->until_ms : 0;
	return now < brief ? brief : 0;
}

/* Asks for a reading, for an unknown kid. */
static void ask(struct source *source, int64_t now)
{
	source->pause_until_ms = now + 1000 * source->keeper->config->keys_pause_seconds;
	source->begun_ms = now;
	source->wanted = source->asked = true;
	pthread_cond_signal(&source->wake);
}

/*
 * What decides, in this order:
 * - The key is in force: whatever brought it, the token is to be verified again.
 * - The source is failing, or has no thread: nobody waits for it.
 * - A reading that began after the call has ended without the key: there is
 *   none. One that was under way before may have been answered before the key
 *   was made, so it proves nothing; but it may bring the key, so it is waited for.
 * - No reading is under way, and the last one for an unknown key began less than the
 *   pause ago: that bounds what strangers with made-up keys can have us ask, and
 *   how often they can have a worker wait, to one reading a pause.
 * - Else a reading is asked for, and all who come meanwhile wait for the same one, as
 *   long as wait_until() has it.
 *
 * So when an issuer rotates and answers, its first token with the new key and
 * all that come with it are accepted. While strangers use the pauses up, they
 * wait for the end of one, and are told so. Called with the lock.
 */
static enum keeper_answer await(struct keeper *keeper, struct source *source, const char *kid,
				struct wait *wait, int64_t *ret_seconds)
{
	for (;;) {
		int64_t now = keeper_now_ms();
		int64_t until;

		if (knows(source, kid))
			return KEEPER_CHANGED;
		if (source->failing || !source->started)
			return KEEPER_UNAVAILABLE;
		if (source->issuer->jwks_file || source->ended > wait->before)
			return KEEPER_UNKNOWN;
		if (atomic_load(&source->stopping) || keeper->leaving)
			return later(source, 0, ret_seconds);
		if (!source->wanted && source->begun == source->ended) {
			if (now < source->pause_until_ms)
				return later(source, source->pause_until_ms - now, ret_seconds);
			ask(source, now);
		}
		until = wait_until(keeper, source, wait, now);
		if (!until)
			return later(source, wait->until_ms - now, ret_seconds);
		keeper_wait(keeper, &keeper->changed, until);
	}
}

static enum keeper_answer await_issuer(struct keeper *keeper, const char *issuer, const char *kid,
				       int64_t *ret_seconds)
{
	struct source *source;
	enum keeper_answer answer = KEEPER_UNKNOWN;

	pthread_mutex_lock(&keeper->lock);
	source = find_source(keeper, issuer);
	if (source) {
		struct wait wait = {
			.before = source->begun,
			.until_ms = keeper_now_ms() + keeper->config->fetch_timeout_ms,
		};

		source->waiters++;
		answer = await(keeper, source, kid, &wait, ret_seconds);
		source->waiters--;
		keeper->long_waiters -= wait.long_one;
		/* Who stops it waits for the last of us. */
		if (atomic_load(&source->stopping))
			pthread_cond_broadcast(&keeper->changed);
	}
	pthread_mutex_unlock(&keeper->lock);
	return answer;
}

/* No issuer's key is of another algorithm, see jwk.h: nothing to wait for. */
static bool set_may_have(const struct token_jws *jws)
{
	return strcmp(jws->algorithm, "RS256") == 0 || strcmp(jws->algorithm, "ES256") == 0;
}

enum keeper_answer keeper_await(struct keeper *keeper, const char *token, size_t length, int64_t *ret_seconds)
{
	struct token_jws jws;
	json_t *payload;
	const char *issuer;
	enum keeper_answer answer = KEEPER_UNKNOWN;

	if (token_jws_parse(token, length, &jws) != TOKEN_OK || !set_may_have(&jws) ||
	    token_json_object(jws.payload, jws.payload_length, &payload) != TOKEN_OK)
		return KEEPER_UNKNOWN;
	/* Whose it says it is. */
	issuer = json_string_value(json_object_get(payload, "iss"));
	if (issuer)
		answer = await_issuer(keeper, issuer, jws.kid, ret_seconds);
	json_decref(payload);
	return answer;
}
