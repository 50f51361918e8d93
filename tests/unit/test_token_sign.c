#include <jwt.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/token_jws.h"
#include "test_token_forge.h"

Suite *token_sign_suite(void);

static const char *const no_roles[] = { NULL };

static const struct token_claims least = {
	.issuer = "https://idp.example",
	.audience = "kstthc",
	.role_claim = "roles",
	.agency_claim = "agency",
	.subject = "u1",
	.roles = no_roles,
	.issued = FORGE_NOW,
	.expires = FORGE_NOW + 300,
};

/* The payload of what is signed with the claims. */
static json_t *payload_of(const struct token_key *key, const struct token_claims *claims)
{
	struct token_jws jws;
	json_t *payload;
	char *token;

	ck_assert_int_eq(token_sign(key, claims, &token), ERR_OK);
	ck_assert_int_eq(token_jws_parse(token, strlen(token), &jws), TOKEN_OK);
	ck_assert_int_eq(token_json_object(jws.payload, jws.payload_length, &payload), TOKEN_OK);
	free(token);
	return payload;
}

START_TEST(optional_claims_are_left_out)
{
	json_t *payload = payload_of(&forge_keys()->signing[_i], &least);

	ck_assert_uint_eq(json_object_size(payload), 6);
	ck_assert_ptr_null(json_object_get(payload, "agency"));
	ck_assert_ptr_null(json_object_get(payload, "client_id"));
	ck_assert_ptr_null(json_object_get(payload, "jti"));
	json_decref(payload);
}
END_TEST

START_TEST(optional_claims_are_put_in)
{
	struct token_claims claims = least;
	json_t *payload;

	claims.client_id = "portal";
	claims.id = "c0ffee-1";
	payload = payload_of(&forge_keys()->signing[_i], &claims);
	ck_assert_uint_eq(json_object_size(payload), 8);
	ck_assert_str_eq(json_string_value(json_object_get(payload, "client_id")), "portal");
	ck_assert_str_eq(json_string_value(json_object_get(payload, "jti")), "c0ffee-1");
	ck_assert_str_eq(json_string_value(json_object_get(payload, "sub")), "u1");
	json_decref(payload);
}
END_TEST

/* Refused, not left out. */
START_TEST(optional_claims_are_utf8)
{
	struct token_claims claims = least;
	char *token;

	*(_i == 0 ? &claims.agency : _i == 1 ? &claims.client_id : &claims.id) = "\xff";
	ck_assert_int_eq(token_sign(&forge_keys()->signing[TOKEN_HS256], &claims, &token), ERR_INVALID);
}
END_TEST

/* When it no longer does, what we sign can be at+jwt, as RFC 9068 wants. */
START_TEST(libjwt_overwrites_typ)
{
	char expected[64];
	char *token;
	jwt_t *jwt;

	ck_assert_int_eq(jwt_new(&jwt), 0);
	ck_assert_int_eq(jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)"secret", 6), 0);
	ck_assert_int_eq(jwt_add_header(jwt, "typ", "at+jwt"), 0);
	token = jwt_encode_str(jwt);
	ck_assert_ptr_nonnull(token);
	forge_encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", 27, expected);
	ck_assert_msg(strncmp(token, expected, strlen(expected)) == 0, "%s", token);
	free(token);
	jwt_free(jwt);
}
END_TEST

Suite *token_sign_suite(void)
{
	Suite *suite = suite_create("token_sign");
	TCase *tcase = tcase_create("claims");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, optional_claims_are_left_out, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, optional_claims_are_put_in, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, optional_claims_are_utf8, 0, 3);
	tcase_add_test(tcase, libjwt_overwrites_typ);
	suite_add_tcase(suite, tcase);
	return suite;
}
