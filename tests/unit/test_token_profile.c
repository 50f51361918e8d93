#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/role.h"
#include "test_token_forge.h"

Suite *token_profile_suite(void);

#define BASE "'iss':'https://idp.example','aud':'kstthc','sub':'u1','exp':1750000600"

static const char *const roles_path[] = { "realm_access", "roles", NULL };
static const char *const groups_path[] = { "org", "groups", NULL };

static const struct token_mapping roles[] = { { "Văn phòng", "office" },    { "quan-tri", "office" },
					      { "quan-tri", "admin" },      { "chuyen-vien", "agency" },
					      { "truong-phong", "agency" }, { 0 } };
static const struct token_mapping agencies[] = {
	{ "Sở Tư pháp", "so-tu-phap" }, { "stp", "so-tu-phap" }, { "Sở Y tế", "so-y-te" }, { 0 }
};
static const struct token_mapping required[] = { { "typ", "Bearer" }, { "azp", "kstthc-web" }, { 0 } };
static const struct token_mapping nothing[] = { { 0 } };

/* What the claims of one profile give. */
struct row {
	const char *claims;
	enum token_status status;
	unsigned roles;
	const char *agency;
};

static struct token_verifier *verifier_of(const struct token_profile *profile)
{
	struct token_verifier *verifier = forge_verifier();
	const struct token_key_set set = { profile, 1, forge_keys()->verifying, FORGE_ALGORITHMS };
	char message[300] = "";

	ck_assert_msg(token_verifier_set_keys(verifier, &set, message, sizeof(message)) == ERR_OK, "%s",
		      message);
	return verifier;
}

static void expect(const struct token_profile *profile, const struct row *row)
{
	struct token_verifier *verifier = verifier_of(profile);
	char token[FORGE_MAX];

	for (; row->claims; row++) {
		struct caller caller;
		enum token_status status;

		forge_token(&forge_keys()->signing[TOKEN_HS256], FORGE_HEADER, row->claims, token);
		status = token_verify(verifier, token, strlen(token), FORGE_NOW, false, &caller);
		ck_assert_msg(status == row->status, "%s: %s", row->claims, token_status_text(status));
		if (status != TOKEN_OK)
			continue;
		ck_assert_msg(caller.roles == row->roles, "%s: roles %u", row->claims, caller.roles);
		ck_assert_msg(strcmp(caller.agency, row->agency) == 0, "%s: %s", row->claims, caller.agency);
	}
	token_verifier_free(verifier);
}

START_TEST(paths_are_walked)
{
	static const struct row rows[] = {
		{ "{" BASE ",'realm_access':{'roles':['viewer','x']}}", TOKEN_OK, ROLE_VIEWER, "" },
		{ "{" BASE ",'realm_access':{'roles':'viewer sync'},'org':{'groups':'a'}}", TOKEN_OK,
		  ROLE_VIEWER | ROLE_SYNC, "a" },
		{ "{" BASE ",'realm_access':{'roles':['agency']},'org':{'groups':['a']}}", TOKEN_OK,
		  ROLE_AGENCY, "a" },
		{ "{" BASE ",'realm_access':{'roles':['viewer']},'org':{'groups':null}}", TOKEN_OK,
		  ROLE_VIEWER, "" },
		/* Not those at the top, not those deeper. */
		{ "{" BASE ",'roles':['admin'],'realm_access.roles':['admin']}", TOKEN_OK, 0, "" },
		{ "{" BASE ",'realm_access':{'x':{'roles':['admin']}},'org':{}}", TOKEN_OK, 0, "" },
		{ "{" BASE ",'realm_access':{},'groups':['a']}", TOKEN_OK, 0, "" },
		{ "{" BASE ",'realm_access':['roles']}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'realm_access':'roles'}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'realm_access':null}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'realm_access':{'roles':{'admin':1}}}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'org':1}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'org':{'groups':{'a':'b'}}}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'realm_access':{'roles':['agency']},'org':{}}", TOKEN_BAD_CLAIM, 0, "" },
		{ 0 }
	};
	struct token_profile profile = forge_profile;

	profile.role_path = roles_path;
	profile.agency_path = groups_path;
	expect(&profile, rows);
}
END_TEST

START_TEST(roles_are_mapped)
{
	static const struct row rows[] = {
		{ "{" BASE ",'roles':['Văn phòng']}", TOKEN_OK, ROLE_OFFICE, "" },
		{ "{" BASE ",'roles':'Văn phòng'}", TOKEN_OK, ROLE_OFFICE, "" },
		{ "{" BASE ",'roles':['quan-tri','chuyen-vien','truong-phong'],'agency':'a'}", TOKEN_OK,
		  ROLE_OFFICE | ROLE_ADMIN | ROLE_AGENCY, "a" },
		{ "{" BASE ",'roles':'quan-tri chuyen-vien','agency':'a'}", TOKEN_OK,
		  ROLE_OFFICE | ROLE_ADMIN | ROLE_AGENCY, "a" },
		/* Our own names are the issuer's to give no longer. */
		{ "{" BASE ",'roles':['admin','office','viewer','public']}", TOKEN_OK, 0, "" },
		{ "{" BASE ",'roles':'admin'}", TOKEN_OK, 0, "" },
		{ "{" BASE ",'roles':['Quan-tri','quan-tri ','quan','văn phòng','']}", TOKEN_OK, 0, "" },
		{ "{" BASE ",'roles':['offline_access','quan-tri']}", TOKEN_OK, ROLE_OFFICE | ROLE_ADMIN,
		  "" },
		{ "{" BASE ",'roles':['chuyen-vien']}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'roles':['quan-tri',1]}", TOKEN_BAD_CLAIM, 0, "" },
		{ 0 }
	};
	static const struct row none[] = { { "{" BASE ",'roles':['admin','quan-tri']}", TOKEN_OK, 0, "" },
					   { 0 } };
	struct token_profile profile = forge_profile;

	profile.roles = roles;
	expect(&profile, rows);
	profile.roles = nothing;
	expect(&profile, none);
}
END_TEST

#define GROUPS "{" BASE ",'roles':['agency'],'agency':"

START_TEST(prefix_chooses_the_agency)
{
	static const struct row rows[] = {
		{ GROUPS "['/staff','/agencies/so-y-te','/x/agencies/b']}", TOKEN_OK, ROLE_AGENCY,
		  "so-y-te" },
		{ GROUPS "'/agencies/so-y-te'}", TOKEN_OK, ROLE_AGENCY, "so-y-te" },
		{ GROUPS "['/agencies/a','/agencies/a']}", TOKEN_OK, ROLE_AGENCY, "a" },
		{ "{" BASE ",'agency':['so-y-te','/agencies','/Agencies/a','']}", TOKEN_OK, 0, "" },
		{ GROUPS "['/agencies/a','/agencies/b']}", TOKEN_BAD_CLAIM, 0, "" },
		{ GROUPS "'so-y-te'}", TOKEN_BAD_CLAIM, 0, "" },
		{ GROUPS "['/agencies/']}", TOKEN_BAD_CLAIM, 0, "" },
		{ GROUPS "['/agencies/so-y-te/phong-1']}", TOKEN_BAD_CLAIM, 0, "" },
		{ GROUPS "['/agencies/../a']}", TOKEN_BAD_CLAIM, 0, "" },
		{ GROUPS "['/agencies//agencies/a']}", TOKEN_BAD_CLAIM, 0, "" },
		{ GROUPS "['/agencies/a',{}]}", TOKEN_BAD_CLAIM, 0, "" },
		{ 0 }
	};
	struct token_profile profile = forge_profile;

	profile.agency_prefix = "/agencies/";
	expect(&profile, rows);
}
END_TEST

START_TEST(agencies_are_mapped)
{
	static const struct row rows[] = {
		{ GROUPS "['đơn vị: Sở Tư pháp','Sở Y tế','đơn vị: Phòng 1']}", TOKEN_OK, ROLE_AGENCY,
		  "so-tu-phap" },
		{ GROUPS "['đơn vị: Sở Tư pháp','đơn vị: stp']}", TOKEN_OK, ROLE_AGENCY, "so-tu-phap" },
		/* Our own codes are the issuer's to give no longer. */
		{ "{" BASE ",'agency':['đơn vị: so-y-te','so-y-te']}", TOKEN_OK, 0, "" },
		{ GROUPS "['đơn vị: so-y-te']}", TOKEN_BAD_CLAIM, 0, "" },
		{ GROUPS "['đơn vị: Sở Tư pháp','đơn vị: Sở Y tế']}", TOKEN_BAD_CLAIM, 0, "" },
		{ GROUPS "['đơn vị: Sở Tư']}", TOKEN_BAD_CLAIM, 0, "" },
		{ 0 }
	};
	struct token_profile profile = forge_profile;

	profile.agency_prefix = "đơn vị: ";
	profile.agencies = agencies;
	expect(&profile, rows);
}
END_TEST

START_TEST(an_agency_can_be_single)
{
	static const struct row rows[] = { { GROUPS "'a'}", TOKEN_OK, ROLE_AGENCY, "a" },
					   { GROUPS "['a']}", TOKEN_BAD_CLAIM, 0, "" },
					   { "{" BASE ",'agency':[]}", TOKEN_BAD_CLAIM, 0, "" },
					   { "{" BASE ",'agency':null}", TOKEN_OK, 0, "" },
					   { 0 } };
	struct token_profile profile = forge_profile;

	profile.agency_single = true;
	expect(&profile, rows);
}
END_TEST

START_TEST(required_claims_are_required)
{
	static const struct row rows[] = {
		{ "{" BASE ",'typ':'Bearer','azp':'kstthc-web'}", TOKEN_OK, 0, "" },
		{ "{" BASE ",'typ':'Bearer'}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'azp':'kstthc-web'}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'typ':'ID','azp':'kstthc-web'}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'typ':'bearer','azp':'kstthc-web'}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'typ':'Bearer ','azp':'kstthc-web'}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'typ':['Bearer'],'azp':'kstthc-web'}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'typ':null,'azp':'kstthc-web'}", TOKEN_BAD_CLAIM, 0, "" },
		{ "{" BASE ",'x':{'typ':'Bearer','azp':'kstthc-web'}}", TOKEN_BAD_CLAIM, 0, "" },
		{ 0 }
	};
	struct token_profile profile = forge_profile;

	profile.required = required;
	expect(&profile, rows);
}
END_TEST

/* Claims with one of count items, which the first begins. To be freed. */
static char *repeat(const char *name, const char *first, const char *item, const char *between, int count)
{
	char *text = malloc(FORGE_MAX);
	size_t used = (size_t)snprintf(text, FORGE_MAX, "{%s,'%s':%s", BASE, name, first);

	for (int i = 1; i < count; i++)
		used += (size_t)snprintf(text + used, FORGE_MAX - used, "%s%s", between, item);
	snprintf(text + used, FORGE_MAX - used, "%s}", *between == ',' ? "]" : "'");
	return text;
}

START_TEST(arrays_are_bounded)
{
	static const struct {
		const char *name;
		const char *first;
		const char *item;
		const char *between;
	} claims[] = {
		{ "roles", "['viewer'", "''", "," },
		{ "roles", "'viewer", "x", " " },
		{ "agency", "['-a'", "''", "," },
	};
	struct token_profile profile = forge_profile;

	/* So that empty texts are passed over. */
	profile.agency_prefix = "-";
	for (int over = 0; over < 2; over++) {
		char *text = repeat(claims[_i].name, claims[_i].first, claims[_i].item, claims[_i].between,
				    TOKEN_ENTRIES_MAX + over);
		struct row rows[] = { { text, over ? TOKEN_BAD_CLAIM : TOKEN_OK, _i == 2 ? 0 : ROLE_VIEWER,
					_i == 2 ? "a" : "" },
				      { 0 } };

		expect(&profile, rows);
		free(text);
	}
}
END_TEST

START_TEST(audiences_are_bounded)
{
	for (int over = 0; over < 2; over++) {
		char claims[FORGE_MAX / 2];
		size_t used = (size_t)snprintf(claims, sizeof(claims),
					       "{'iss':'https://idp.example','sub':'u1','exp':1750000600,"
					       "'aud':['kstthc'");
		struct row rows[] = { { claims, over ? TOKEN_BAD_CLAIM : TOKEN_OK, 0, "" }, { 0 } };

		for (int i = 1; i < TOKEN_ENTRIES_MAX + over; i++)
			used += (size_t)snprintf(claims + used, sizeof(claims) - used, ",''");
		snprintf(claims + used, sizeof(claims) - used, "]}");
		expect(&forge_profile, rows);
	}
}
END_TEST

static void refused(const struct token_profile *profiles, size_t count, const char *why)
{
	struct token_verifier *verifier = forge_verifier();
	const struct token_key_set set = { profiles, count, NULL, 0 };
	char message[300] = "";

	ck_assert_msg(token_verifier_set_keys(verifier, &set, message, sizeof(message)) == ERR_CONFIG,
		      "%s passed", why);
	ck_assert_msg(strstr(message, why), "\"%s\" does not say \"%s\"", message, why);
	token_verifier_free(verifier);
}

#define REFUSED(member, value, why) (wrong = forge_profile, wrong.member = (value), refused(&wrong, 1, why))

START_TEST(profiles_are_checked)
{
	static const char *const empty[] = { NULL };
	static const char *const hole[] = { "a", "", NULL };
	static const char *const deep[] = { "1", "2", "3", "4", "5", "6", "7", "8", "9", NULL };
	static const struct token_mapping no_role[] = { { "a", "office" }, { "b", "public" }, { 0 } };
	static const struct token_mapping no_code[] = { { "a", "So-Y-Te" }, { 0 } };
	static const struct token_mapping no_name[] = { { "", "office" }, { 0 } };
	static const struct token_mapping no_text[] = { { "typ", NULL }, { 0 } };
	static const struct token_mapping twice[] = { { "a", "x" }, { "b", "y" }, { "a", "z" }, { 0 } };
	struct token_profile wrong;

	REFUSED(issuer, "", "no issuer");
	REFUSED(issuer, NULL, "no issuer");
	REFUSED(audience, "", "no audience");
	REFUSED(audience, NULL, "no audience");
	REFUSED(role_path, NULL, "path to the roles");
	REFUSED(role_path, empty, "path to the roles");
	REFUSED(role_path, hole, "path to the roles");
	REFUSED(role_path, deep, "path to the roles");
	REFUSED(agency_path, NULL, "path to the agency");
	REFUSED(agency_path, empty, "path to the agency");
	REFUSED(roles, no_role, "mapped to viewer");
	REFUSED(roles, no_name, "mapped to viewer");
	REFUSED(agencies, no_code, "mapped to a code");
	REFUSED(agencies, twice, "two codes");
	REFUSED(required, no_text, "required claim");
	REFUSED(name, "a:b", "name of a token profile");
	REFUSED(name, "a b", "name of a token profile");
	REFUSED(name, "n23456789012345678901234567890123", "name of a token profile");
}
END_TEST

START_TEST(profiles_are_counted)
{
	struct token_profile profiles[TOKEN_PROFILES_MAX + 1];
	char names[TOKEN_PROFILES_MAX + 1][8];
	struct token_verifier *verifier = forge_verifier();
	struct token_key_set set = { profiles, TOKEN_PROFILES_MAX, NULL, 0 };
	struct arena arena;

	arena_init(&arena, 4096);
	for (size_t i = 0; i <= TOKEN_PROFILES_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "n%zu", i);
		profiles[i] = forge_profile;
		profiles[i].name = names[i];
		profiles[i].issuer = names[i];
	}
	ck_assert_int_eq(token_verifier_set_keys(verifier, &set, NULL, 0), ERR_OK);
	ck_assert_str_eq(token_profile_issuer(verifier, TOKEN_PROFILES_MAX - 1, &arena),
			 names[TOKEN_PROFILES_MAX - 1]);
	refused(profiles, TOKEN_PROFILES_MAX + 1, "more than 64");
	profiles[2].name = profiles[1].name;
	refused(profiles, 3, "two of this name");
	profiles[0].name = profiles[1].name = "";
	refused(profiles, 2, "two of this name");
	arena_release(&arena);
	token_verifier_free(verifier);
}
END_TEST

/* All that was handed over may go: the set has its own. */
START_TEST(the_set_is_a_copy)
{
	char texts[8][32] = { "sso", "https://idp.example", "kstthc", "r", "chu", "viewer", "g", "/" };
	const char *role_path[] = { texts[3], NULL };
	const char *agency_path[] = { texts[6], NULL };
	struct token_mapping mapped[] = { { texts[4], texts[5] }, { 0 } };
	struct token_mapping agency[] = { { texts[4], texts[5] }, { 0 } };
	struct token_profile profile = {
		.name = texts[0],
		.issuer = texts[1],
		.audience = texts[2],
		.role_path = role_path,
		.roles = mapped,
		.agency_path = agency_path,
		.agency_prefix = texts[7],
		.agencies = agency,
		.required = agency,
	};
	struct token_verifier *verifier = verifier_of(&profile);
	struct caller caller;
	char token[FORGE_MAX];

	memset(texts, 'x', sizeof(texts));
	role_path[0] = agency_path[0] = NULL;
	memset(mapped, 0, sizeof(mapped));
	memset(agency, 0, sizeof(agency));
	memset(&profile, 0, sizeof(profile));
	forge_token(&forge_keys()->signing[TOKEN_HS256], FORGE_HEADER,
		    "{" BASE ",'r':['chu'],'g':'/chu','chu':'viewer'}", token);
	ck_assert_int_eq(token_verify(verifier, token, strlen(token), FORGE_NOW, false, &caller), TOKEN_OK);
	ck_assert_str_eq(caller.subject, "sso:u1");
	ck_assert_str_eq(caller.agency, "viewer");
	ck_assert_uint_eq(caller.roles, ROLE_VIEWER);
	token_verifier_free(verifier);
}
END_TEST

Suite *token_profile_suite(void)
{
	Suite *suite = suite_create("token_profile");
	TCase *tcase = tcase_create("profiles");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, paths_are_walked);
	tcase_add_test(tcase, roles_are_mapped);
	tcase_add_test(tcase, prefix_chooses_the_agency);
	tcase_add_test(tcase, agencies_are_mapped);
	tcase_add_test(tcase, an_agency_can_be_single);
	tcase_add_test(tcase, required_claims_are_required);
	tcase_add_loop_test(tcase, arrays_are_bounded, 0, 3);
	tcase_add_test(tcase, audiences_are_bounded);
	tcase_add_test(tcase, profiles_are_checked);
	tcase_add_test(tcase, profiles_are_counted);
	tcase_add_test(tcase, the_set_is_a_copy);
	suite_add_tcase(suite, tcase);
	return suite;
}
