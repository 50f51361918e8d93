#include "idempotency.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "server.h"

#define HEADER "Idempotency-Key"
#define KEY_MIN ((size_t)22)
#define KEY_MAX ((size_t)128)
#define KEY_MIN_DIFFERENT 8

/* What idempotency_begin() raises. */
#define STATE_BEING_DONE "KI001"
#define STATE_OTHER_REQUEST "KI002"
#define STATE_DONE "KI003"

/* The key between its quotes (RFC 8941, 3.3.3), or as it is. */
static const char *unquote(const char *header, size_t *ret_length)
{
	size_t length = strlen(header);

	if (length >= 2 && header[0] == '"' && header[length - 1] == '"') {
		header++;
		length -= 2;
	}
	*ret_length = length;
	return header;
}

static bool is_key(const char *key, size_t length)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=:";
	unsigned different = 0;

	if (length < KEY_MIN || length > KEY_MAX || strspn(key, allowed) < length)
		return false;
	for (size_t i = 0; i < length; i++)
		different += !memchr(key, key[i], i);
	return different >= KEY_MIN_DIFFERENT;
}

struct piece {
	const void *bytes;
	size_t length;
};

/* Each piece with its length, so that no two lists of pieces are one text. */
static enum err hash_pieces(const struct piece *pieces, size_t count, char ret_hash[SECRET_HASH_SIZE])
{
	unsigned char digest[32];
	gnutls_hash_hd_t hash;
	bool good = true;

	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count && good; i++) {
		uint64_t length = pieces[i].length;

		good = gnutls_hash(hash, &length, sizeof(length)) >= 0 &&
		       (!length || gnutls_hash(hash, pieces[i].bytes, pieces[i].length) >= 0);
	}
	gnutls_hash_deinit(hash, digest);
	if (!good)
		return ERR_INTERNAL;
	secret_hex(digest, sizeof(digest), ret_hash);
	return ERR_OK;
}

static struct piece piece_of(const char *text)
{
	return (struct piece){ text, text ? strlen(text) : 0 };
}

static enum err make_hashes(struct call *call, const char *body, struct idempotency *made)
{
	const struct piece owner[] = {
		piece_of(call->route->operation),
		/* Nobody's is the same for all who have no token: they have nothing but the key to tell them apart. */
		{ call->authenticated ? "1" : "0", 1 },
		piece_of(call->authenticated ? call->caller.subject : ""),
		{ made->sent, made->sent_length },
	};
	const struct piece request[] = {
		piece_of(call->uri.path),
		piece_of(call->query_text),
		piece_of(call->headers.if_match),
		piece_of(call->headers.if_none_match),
		piece_of(body),
	};
	enum err err = hash_pieces(owner, sizeof(owner) / sizeof(owner[0]), made->key);

	if (!err)
		err = hash_pieces(request, sizeof(request) / sizeof(request[0]), made->request);
	if (!err)
		err = secret_make_nonce(made->nonce);
	return err;
}

enum err idempotency_read(struct call *call)
{
	struct idempotency *made;
	const char *key = call->headers.idempotency_key;
	size_t length;

	if (!key || !call->route->idempotent)
		return ERR_OK;
	key = unquote(key, &length);
	if (!is_key(key, length)) {
		call_error(call, PLACE_HEADER, HEADER, "bad_key", NULL);
		return call_problem(call, PROBLEM_INVALID_PARAMETER);
	}
	made = arena_alloc(&call->arena, sizeof(*made));
	if (!made)
		return ERR_NO_MEMORY;
	made->sent = key;
	made->sent_length = length;
	made->gate[0] = made->key;
	made->gate[1] = made->request;
	call->idempotency = made;
	return ERR_OK;
}

enum err idempotency_prepare(struct call *call)
{
	char *body = call->body
			     ? json_dumps(call->body, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15))
			     : strdup("");
	enum err err = body ? make_hashes(call, body, call->idempotency) : ERR_NO_MEMORY;

	free(body);
	return err;
}

static bool record(void *context, const struct db_result *rows, struct db_step *ret_step)
{
	struct call *call = context;
	struct idempotency *own = call->idempotency;
	const char *outcome = db_value(rows, 0, "outcome");

	/* What was refused had no effect: it may be sent again, mended or when the state is another. */
	if (!db_rows(rows) || (outcome && strcmp(outcome, "ok") != 0))
		return false;
	own->record[0] = own->key;
	own->record[1] = own->request;
	own->record[2] = own->nonce;
	own->record[3] = db_value(rows, 0, "status");
	own->record[4] = db_value(rows, 0, "version");
	own->record[5] = db_value(rows, 0, "location");
	own->record[6] = db_value(rows, 0, "body");
	*ret_step = (struct db_step){ .statement = SQL_IDEMPOTENCY_RECORD,
				      .params = own->record,
				      .param_count = sizeof(own->record) / sizeof(own->record[0]) };
	return true;
}

void idempotency_wrap(struct call *call, struct db_call *query)
{
	struct idempotency *own = call->idempotency;

	assert(query->before.statement == SQL_NONE);
	query->before = (struct db_step){ .statement = SQL_IDEMPOTENCY_BEGIN,
					  .params = own->gate,
					  .param_count = sizeof(own->gate) / sizeof(own->gate[0]) };
	query->then = record;
	query->then_context = call;
}

static enum err come_back(struct call *call)
{
	call_header(call, "Retry-After", "1");
	return call_problem(call, PROBLEM_REQUEST_IN_PROGRESS);
}

static enum err take_answer(struct call *call)
{
	const struct idempotency *own = call->idempotency;
	const struct db_call query = {
		.statement = SQL_IDEMPOTENCY_GET,
		.class = DB_READ,
		.params = own->gate,
		.param_count = sizeof(own->gate) / sizeof(own->gate[0]),
	};
	const char *nonce;
	enum err err;

	db_result_free(call->result);
	call->result = NULL;
	err = db_run(call->server->db, &query, &call->result);
	if (err)
		return err;
	nonce = db_value(call->result, 0, "nonce");
	/* It expired between the two. */
	if (!nonce || strlen(nonce) >= SECRET_NONCE_SIZE)
		return come_back(call);
	memcpy(call->idempotency->nonce, nonce, strlen(nonce) + 1);
	return ERR_OK;
}

enum err idempotency_answer(struct call *call)
{
	const char *state = db_sqlstate(call->result);

	if (!strcmp(state, STATE_BEING_DONE))
		return come_back(call);
	if (!strcmp(state, STATE_OTHER_REQUEST)) {
		call_error(call, PLACE_HEADER, HEADER, "taken", NULL);
		return call_problem(call, PROBLEM_KEY_REUSED);
	}
	return strcmp(state, STATE_DONE) ? ERR_NOT_FOUND : take_answer(call);
}
