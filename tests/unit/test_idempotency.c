#include <check.h>
#include <jansson.h>
#include <string.h>

#include "../../api/call.h"

Suite *idempotency_suite(void);

#define KEY_ONE "6f1c8f0e-0d6b-4b8e-9a55-0a4f5d1f7a11"
#define KEY_TWO "6f1c8f0e-0d6b-4b8e-9a55-0a4f5d1f7a12"

/* A request as far as its hashes go. */
struct request {
	const char *operation;
	const char *subject; /* NULL: nobody */
	const char *key;
	const char *path;
	const char *query;
	const char *if_match;
	const char *body;
};

static const struct request first = {
	"createFeedback", NULL, KEY_ONE, "/v1/feedback", "{}", NULL, "{\"title\": \"Chậm\", \"n\": 1}"
};

static void hash(const struct request *request, struct idempotency *ret_made)
{
	const struct route route = { .method = "POST", .operation = request->operation, .idempotent = true };
	struct call call = { .route = &route, .query_text = request->query };

	arena_init(&call.arena, 1 << 16);
	call.uri.path = request->path;
	call.headers.idempotency_key = request->key;
	call.headers.if_match = request->if_match;
	call.body = json_loads(request->body, 0, NULL);
	if (request->subject) {
		call.authenticated = true;
		ck_assert_uint_lt(strlen(request->subject), sizeof(call.caller.subject));
		memcpy(call.caller.subject, request->subject, strlen(request->subject) + 1);
	}
	ck_assert_ptr_nonnull(call.body);
	ck_assert_int_eq(idempotency_read(&call), ERR_OK);
	ck_assert_ptr_nonnull(call.idempotency);
	ck_assert_int_eq(idempotency_prepare(&call), ERR_OK);
	*ret_made = *call.idempotency;
	json_decref(call.body);
	arena_release(&call.arena);
}

/* Whether key and request of another request are those of the first. */
static void compare(struct request other, bool same_key, bool same_request)
{
	struct idempotency one;
	struct idempotency two;

	hash(&first, &one);
	hash(&other, &two);
	ck_assert_int_eq(strcmp(one.key, two.key) == 0, same_key);
	ck_assert_int_eq(strcmp(one.request, two.request) == 0, same_request);
	ck_assert_uint_eq(strlen(two.key), SECRET_HASH_SIZE - 1);
	ck_assert_uint_eq(strlen(two.request), SECRET_HASH_SIZE - 1);
}

START_TEST(the_same_request)
{
	struct request other = first;

	compare(other, true, true);
	other.key = "\"" KEY_ONE "\"";
	compare(other, true, true);
	other.body = "{\"n\":1,\"title\":\"Ch\\u1eadm\"}";
	compare(other, true, true);
}
END_TEST

/* Those who have no token have nothing but the key to tell them apart. */
START_TEST(anonymous_senders_are_apart)
{
	struct request other = first;

	other.key = KEY_TWO;
	compare(other, false, true);
	/* Who has another's key and not the words of the request is refused, and told nothing. */
	other = first;
	other.body = "{\"title\": \"Chậm\", \"n\": 2}";
	compare(other, true, false);
}
END_TEST

START_TEST(bound_to_caller_and_operation)
{
	static const char *const subjects[] = { "", "0", "1", "sso:ab12", "client:sync-job" };
	struct request other = first;

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		other.subject = subjects[i];
		compare(other, false, true);
	}
	other = first;
	other.operation = "createFeedbac";
	other.key = "k" KEY_ONE;
	compare(other, false, true);
	other.key = KEY_ONE;
	compare(other, false, true);
}
END_TEST

START_TEST(another_request)
{
	struct request other = first;

	other.path = "/v1/feedbac";
	compare(other, true, false);
	other = first;
	other.query = "{\"dry_run\":true}";
	compare(other, true, false);
	other = first;
	other.if_match = "\"1\"";
	compare(other, true, false);
	/* What is taken from one and given to its neighbour is another request too. */
	other = first;
	other.path = "/v1/feedback{}";
	other.query = "";
	compare(other, true, false);
}
END_TEST

START_TEST(keys)
{
	static const struct {
		const char *key;
		bool good;
	} cases[] = {
		{ KEY_ONE, true },
		{ "\"" KEY_ONE "\"", true },
		{ "0123456789abcdefghijkl", true },
		{ "0123456789abcdefghijk", false },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
		{ "abababababababababababababababababab", false },
		{ KEY_ONE "," KEY_TWO, false },
		{ "\"" KEY_ONE, false },
		{ KEY_ONE "\"", false },
		{ "\"\"", false },
		{ "\"", false },
		{ "", false },
		{ "' or 1=1 --0123456789abcdef", false },
		{ "6f1c8f0e 0d6b 4b8e 9a55 0a4f5d1f7a11", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct route route = { .method = "POST", .operation = "x", .idempotent = true };
		struct call call = { .route = &route };

		arena_init(&call.arena, 1 << 16);
		call.headers.idempotency_key = cases[i].key;
		ck_assert_msg((idempotency_read(&call) == ERR_OK) == cases[i].good, "%s", cases[i].key);
		ck_assert_int_eq(call.idempotency != NULL, cases[i].good);
		ck_assert_uint_eq(call.error_count, !cases[i].good);
		arena_release(&call.arena);
	}
}
END_TEST

START_TEST(not_where_it_is_not_taken)
{
	const struct route route = { .method = "POST", .operation = "x" };
	struct call call = { .route = &route, .headers.idempotency_key = "x" };

	ck_assert_int_eq(idempotency_read(&call), ERR_OK);
	ck_assert_ptr_null(call.idempotency);
}
END_TEST

Suite *idempotency_suite(void)
{
	Suite *suite = suite_create("idempotency");
	TCase *tcase = tcase_create("idempotency");

	tcase_add_test(tcase, the_same_request);
	tcase_add_test(tcase, anonymous_senders_are_apart);
	tcase_add_test(tcase, bound_to_caller_and_operation);
	tcase_add_test(tcase, another_request);
	tcase_add_test(tcase, keys);
	tcase_add_test(tcase, not_where_it_is_not_taken);
	suite_add_tcase(suite, tcase);
	return suite;
}
