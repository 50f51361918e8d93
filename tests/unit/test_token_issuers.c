#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/role.h"
#include "test_token_forge.h"

Suite *token_issuers_suite(void);

#define SSO_CLAIMS \
	"{'iss':'https://sso.example','aud':'kstthc','sub':'u1','roles':['office'],'exp':1750000600}"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Ours, and an issuer with a name. */
static void two_profiles(struct token_profile *profiles)
{
	profiles[0] = forge_profile;
	profiles[1] = forge_profile;
	profiles[1].name = "sso";
	profiles[1].issuer = "https://sso.example";
}

static enum err set(struct token_verifier *verifier, const struct token_profile *profiles,
		    size_t profile_count, const struct token_key *keys, size_t key_count)
{
	const struct token_key_set both = {
		.profiles = profiles, .profile_count = profile_count, .keys = keys, .key_count = key_count
	};
	char message[300] = "";
	enum err err = token_verifier_set_keys(verifier, &both, message, sizeof(message));

	ck_assert_msg(err != ERR_OK || !*message, "%s", message);
	return err;
}

/* The keys of ours, and foreign ones, of the same kids, as the other issuer's. */
static struct token_verifier *two_issuers(void)
{
	struct token_verifier *verifier = forge_verifier();
	struct token_profile profiles[2];
	struct token_key keys[2 * FORGE_ALGORITHMS];

	two_profiles(profiles);
	for (size_t i = 0; i < FORGE_ALGORITHMS; i++) {
		keys[2 * i] = forge_keys()->verifying[i];
		keys[2 * i + 1] = forge_keys()->foreign[i];
		keys[2 * i + 1].profile = 1;
	}
	ck_assert_int_eq(set(verifier, profiles, 2, keys, COUNT(keys)), ERR_OK);
	return verifier;
}

static enum token_status verify(struct token_verifier *verifier, const struct token_key *key,
				const char *claims, struct caller *ret_caller)
{
	char token[FORGE_MAX];
	enum token_status status;

	forge_token(key, FORGE_HEADER, claims, token);
	status = token_verify(verifier, token, strlen(token), FORGE_NOW, false, ret_caller);
	/* Once more, from the table if it was good. */
	ck_assert_int_eq(token_verify(verifier, token, strlen(token), FORGE_NOW, false, ret_caller), status);
	return status;
}

START_TEST(each_issuer_is_known_by_its_key)
{
	struct token_verifier *verifier = two_issuers();
	struct caller caller;

	ck_assert_int_eq(verify(verifier, &forge_keys()->signing[_i], FORGE_CLAIMS, &caller), TOKEN_OK);
	ck_assert_str_eq(caller.subject, "u1");
	ck_assert_uint_eq(caller.profile, 0);
	ck_assert_int_eq(verify(verifier, &forge_keys()->foreign[_i], SSO_CLAIMS, &caller), TOKEN_OK);
	ck_assert_str_eq(caller.subject, "sso:u1");
	ck_assert_uint_eq(caller.roles, ROLE_OFFICE);
	ck_assert_uint_eq(caller.profile, 1);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(no_issuer_speaks_for_another)
{
	struct token_verifier *verifier = two_issuers();
	struct caller caller;

	ck_assert_int_eq(verify(verifier, &forge_keys()->foreign[_i], FORGE_CLAIMS, &caller),
			 TOKEN_WRONG_ISSUER);
	ck_assert_int_eq(verify(verifier, &forge_keys()->signing[_i], SSO_CLAIMS, &caller),
			 TOKEN_WRONG_ISSUER);
	token_verifier_free(verifier);
}
END_TEST

/* Nobody must be taken for the other issuer's user in the ledger. */
START_TEST(no_subject_poses_as_another_issuers)
{
	static const struct {
		const char *subject;
		enum token_status status;
	} rows[] = { { "sso:u1", TOKEN_BAD_CLAIM }, { "sso:", TOKEN_BAD_CLAIM }, { "sso", TOKEN_OK },
		     { "sso2:u1", TOKEN_OK },       { "SSO:u1", TOKEN_OK },      { "a:sso:u1", TOKEN_OK } };
	struct token_verifier *verifier = two_issuers();
	struct caller caller;
	char claims[300];

	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(claims, sizeof(claims),
			 "{'iss':'https://idp.example','aud':'kstthc','sub':'%s','exp':1750000600}",
			 rows[i].subject);
		ck_assert_msg(verify(verifier, &forge_keys()->signing[TOKEN_HS256], claims, &caller) ==
				      rows[i].status,
			      "%s", rows[i].subject);
	}
	token_verifier_free(verifier);
	/* Where no issuer has that name it is a subject as any. */
	verifier = forge_verifier();
	ck_assert_int_eq(
		verify(verifier, &forge_keys()->signing[TOKEN_HS256],
		       "{'iss':'https://idp.example','aud':'kstthc','sub':'sso:u1','exp':1750000600}",
		       &caller),
		TOKEN_OK);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(longest_subject_fits)
{
	struct token_verifier *verifier = forge_verifier();
	struct token_key key = forge_keys()->verifying[_i];
	struct token_profile profile = forge_profile;
	struct caller caller;
	char claims[400];
	char expected[200];

	profile.name = "n2345678901234567890123456789012";
	ck_assert_int_eq(set(verifier, &profile, 1, &key, 1), ERR_OK);
	snprintf(expected, sizeof(expected), "%s:%0127d", profile.name, 7);
	snprintf(claims, sizeof(claims),
		 "{'iss':'https://idp.example','aud':'kstthc','sub':'%0127d','exp':1750000600}", 7);
	ck_assert_int_eq(verify(verifier, &forge_keys()->signing[_i], claims, &caller), TOKEN_OK);
	ck_assert_str_eq(caller.subject, expected);
	ck_assert_uint_eq(strlen(expected) + 1, sizeof(caller.subject));
	token_verifier_free(verifier);
}
END_TEST

/* A kid under which another issuer has a key of another algorithm, or none that verifies. */
START_TEST(best_reason_is_answered)
{
	const struct forge_keys *made = forge_keys();
	struct token_verifier *verifier = forge_verifier();
	struct token_profile profiles[2];
	struct token_key keys[2] = { made->verifying[TOKEN_ES256], made->verifying[TOKEN_HS256] };
	struct token_key signing = made->signing[TOKEN_HS256];
	struct token_key foreign = made->foreign[TOKEN_HS256];
	struct token_key other = made->signing[TOKEN_RS256];
	struct caller caller;

	two_profiles(profiles);
	keys[1].profile = 1;
	keys[0].kid = keys[1].kid = signing.kid = foreign.kid = other.kid = "same";
	/* Whichever of the two comes first. */
	if (_i) {
		struct token_key first = keys[0];

		keys[0] = keys[1];
		keys[1] = first;
	}
	ck_assert_int_eq(set(verifier, profiles, 2, keys, 2), ERR_OK);
	ck_assert_int_eq(verify(verifier, &signing, SSO_CLAIMS, &caller), TOKEN_OK);
	ck_assert_int_eq(verify(verifier, &signing, FORGE_CLAIMS, &caller), TOKEN_WRONG_ISSUER);
	ck_assert_int_eq(verify(verifier, &foreign, FORGE_CLAIMS, &caller), TOKEN_BAD_SIGNATURE);
	ck_assert_int_eq(verify(verifier, &other, FORGE_CLAIMS, &caller), TOKEN_WRONG_ALGORITHM);
	other.kid = "another";
	ck_assert_int_eq(verify(verifier, &other, FORGE_CLAIMS, &caller), TOKEN_UNKNOWN_KEY);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(keys_belong_to_profiles)
{
	struct token_verifier *verifier = forge_verifier();
	struct token_profile profiles[2];
	struct token_key keys[2] = { forge_keys()->verifying[TOKEN_HS256],
				     forge_keys()->foreign[TOKEN_HS256] };
	char token[FORGE_MAX];

	two_profiles(profiles);
	ck_assert_int_eq(set(verifier, profiles, 2, keys, 2), ERR_CONFIG);
	keys[1].profile = 2;
	ck_assert_int_eq(set(verifier, profiles, 2, keys, 2), ERR_CONFIG);
	ck_assert_int_eq(set(verifier, NULL, 0, keys, 1), ERR_CONFIG);
	keys[1].profile = 1;
	/* What was refused left the old set. */
	forge_token(&forge_keys()->signing[TOKEN_ES256], FORGE_HEADER, FORGE_CLAIMS, token);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_OK);
	ck_assert_int_eq(set(verifier, profiles, 2, keys, 2), ERR_OK);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_UNKNOWN_KEY);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(issuers_are_told)
{
	struct token_verifier *verifier = two_issuers();
	struct arena arena;
	struct arena small;
	const char *issuer;

	arena_init(&arena, 4096);
	arena_init(&small, 1);
	issuer = token_profile_issuer(verifier, 1, &arena);
	ck_assert_str_eq(token_profile_issuer(verifier, 0, &arena), "https://idp.example");
	ck_assert_ptr_null(token_profile_issuer(verifier, 2, &arena));
	ck_assert_ptr_null(token_profile_issuer(verifier, 255, &arena));
	ck_assert_ptr_null(token_profile_issuer(verifier, 0, &small));
	token_verifier_free(verifier);
	ck_assert_str_eq(issuer, "https://sso.example");
	arena_release(&small);
	arena_release(&arena);
}
END_TEST

START_TEST(only_remembered_ones_when_asked)
{
	struct token_verifier *verifier = two_issuers();
	struct caller caller;
	struct caller before;
	char token[FORGE_MAX];
	size_t length;

	memset(&caller, 'x', sizeof(caller));
	memcpy(&before, &caller, sizeof(caller));
	forge_token(&forge_keys()->foreign[_i], FORGE_HEADER, SSO_CLAIMS, token);
	length = strlen(token);
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW, true, &caller),
			 TOKEN_NOT_REMEMBERED);
	ck_assert_mem_eq(&caller, &before, sizeof(caller));
	/* Not even its form is looked at, nor is it remembered by that. */
	ck_assert_int_eq(token_verify(verifier, "x", 1, FORGE_NOW, true, &caller), TOKEN_NOT_REMEMBERED);
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW, true, &caller),
			 TOKEN_NOT_REMEMBERED);
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW, false, &caller), TOKEN_OK);
	memset(&caller, 'x', sizeof(caller));
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW, true, &caller), TOKEN_OK);
	ck_assert_str_eq(caller.subject, "sso:u1");
	ck_assert_int_eq(token_verify(verifier, token, length, FORGE_NOW + 630, true, &caller),
			 TOKEN_NOT_REMEMBERED);
	token_verifier_free(verifier);
}
END_TEST

Suite *token_issuers_suite(void)
{
	Suite *suite = suite_create("token_issuers");
	TCase *tcase = tcase_create("issuers");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, each_issuer_is_known_by_its_key, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, no_issuer_speaks_for_another, 0, FORGE_ALGORITHMS);
	tcase_add_test(tcase, no_subject_poses_as_another_issuers);
	tcase_add_loop_test(tcase, longest_subject_fits, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, best_reason_is_answered, 0, 2);
	tcase_add_test(tcase, keys_belong_to_profiles);
	tcase_add_test(tcase, issuers_are_told);
	tcase_add_loop_test(tcase, only_remembered_ones_when_asked, 0, FORGE_ALGORITHMS);
	suite_add_tcase(suite, tcase);
	return suite;
}
