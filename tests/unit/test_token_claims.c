#include <stdio.h>
#include <string.h>

#include "../../api/role.h"
#include "test_token_forge.h"

Suite *token_claims_suite(void);

#define ISS "'iss':'https://idp.example',"
#define AUD "'aud':'kstthc',"
#define SUB "'sub':'u1',"
#define EXP "'exp':1750000600"
#define BASE ISS AUD SUB EXP

#define B32 "12345678901234567890123456789012"

/* The clock says 1750000000, leeway is 30 s. All are signed well. */
static const struct claims_row {
	const char *name;
	const char *claims;
	enum token_status status;
} rows[] = {
	{ "least", "{" BASE "}", TOKEN_OK },
	{ "white space", " {" BASE "}\n", TOKEN_OK },
	{ "aud in an array", "{" ISS SUB EXP ",'aud':['other','kstthc']}", TOKEN_OK },
	{ "exp a moment ago", "{" ISS AUD SUB "'exp':1749999971}", TOKEN_OK },
	{ "exp in 9999", "{" ISS AUD SUB "'exp':253402300799}", TOKEN_OK },
	{ "nbf in a moment", "{" BASE ",'nbf':1750000030}", TOKEN_OK },
	{ "iat in a moment", "{" BASE ",'iat':1750000030}", TOKEN_OK },
	{ "sub of 127 bytes", "{" ISS AUD EXP ",'sub':'" B32 B32 B32 "1234567890123456789012345678901'}",
	  TOKEN_OK },
	{ "sub Vietnamese", "{" ISS AUD EXP ",'sub':'Nguyễn Văn Đức <đức>'}", TOKEN_OK },
	{ "agency null", "{" BASE ",'agency':null}", TOKEN_OK },
	{ "jti and more", "{" BASE ",'jti':'x','azp':1,'act':{'sub':'x'}}", TOKEN_OK },

	{ "array", "[{" BASE "}]", TOKEN_MALFORMED },
	{ "text", "'u1'", TOKEN_MALFORMED },
	{ "number", "1", TOKEN_MALFORMED },
	{ "junk after", "{" BASE "}x", TOKEN_MALFORMED },
	{ "NUL after", "{" BASE "}@0", TOKEN_MALFORMED },
	{ "NUL and junk after", "{" BASE "}@0,'roles':'admin'}", TOKEN_MALFORMED },
	{ "exp twice", "{'exp':1," BASE "}", TOKEN_MALFORMED },
	{ "roles twice", "{" BASE ",'roles':'viewer','r\\u006fles':'admin'}", TOKEN_MALFORMED },
	{ "nested twice", "{" BASE ",'x':{'a':1,'a':2}}", TOKEN_MALFORMED },
	{ "not UTF-8", "{" ISS AUD EXP ",'sub':'\xc0\x80'}", TOKEN_MALFORMED },
	{ "a token within", "eyJhbGciOiJub25lIn0.e30.", TOKEN_MALFORMED },

	{ "no exp", "{" ISS AUD "'sub':'u1'}", TOKEN_BAD_CLAIM },
	{ "exp null", "{" ISS AUD SUB "'exp':null}", TOKEN_BAD_CLAIM },
	{ "exp a text", "{" ISS AUD SUB "'exp':'1750000600'}", TOKEN_BAD_CLAIM },
	{ "exp a real", "{" ISS AUD SUB "'exp':1750000600.0}", TOKEN_BAD_CLAIM },
	{ "exp an exponent", "{" ISS AUD SUB "'exp':2e9}", TOKEN_BAD_CLAIM },
	{ "exp true", "{" ISS AUD SUB "'exp':true}", TOKEN_BAD_CLAIM },
	{ "exp array", "{" ISS AUD SUB "'exp':[1750000600]}", TOKEN_BAD_CLAIM },
	{ "exp negative", "{" ISS AUD SUB "'exp':-1}", TOKEN_BAD_CLAIM },
	{ "exp least", "{" ISS AUD SUB "'exp':-9223372036854775808}", TOKEN_BAD_CLAIM },
	{ "exp in 10000", "{" ISS AUD SUB "'exp':253402300800}", TOKEN_BAD_CLAIM },
	{ "exp milliseconds", "{" ISS AUD SUB "'exp':1750000600000}", TOKEN_BAD_CLAIM },
	{ "exp greatest", "{" ISS AUD SUB "'exp':9223372036854775807}", TOKEN_BAD_CLAIM },
	{ "exp beyond", "{" ISS AUD SUB "'exp':9223372036854775808}", TOKEN_MALFORMED },
	{ "exp beyond a real", "{" ISS AUD SUB "'exp':1e999}", TOKEN_MALFORMED },
	{ "exp past", "{" ISS AUD SUB "'exp':1749999970}", TOKEN_EXPIRED },
	{ "exp long past", "{" ISS AUD SUB "'exp':0}", TOKEN_EXPIRED },
	{ "EXP", "{" ISS AUD SUB "'EXP':1750000600}", TOKEN_BAD_CLAIM },
	{ "nbf to come", "{" BASE ",'nbf':1750000031}", TOKEN_NOT_YET_VALID },
	{ "nbf a text", "{" BASE ",'nbf':'1749999990'}", TOKEN_BAD_CLAIM },
	{ "nbf a real", "{" BASE ",'nbf':1749999990.5}", TOKEN_BAD_CLAIM },
	{ "nbf null", "{" BASE ",'nbf':null}", TOKEN_BAD_CLAIM },
	{ "nbf negative", "{" BASE ",'nbf':-1}", TOKEN_BAD_CLAIM },
	{ "nbf greatest", "{" BASE ",'nbf':9223372036854775807}", TOKEN_BAD_CLAIM },
	{ "iat to come", "{" BASE ",'iat':1750000031}", TOKEN_NOT_YET_VALID },
	{ "iat a text", "{" BASE ",'iat':'now'}", TOKEN_BAD_CLAIM },
	{ "iat negative", "{" BASE ",'iat':-1}", TOKEN_BAD_CLAIM },

	{ "no iss", "{" AUD SUB EXP "}", TOKEN_WRONG_ISSUER },
	{ "iss empty", "{" AUD SUB EXP ",'iss':''}", TOKEN_WRONG_ISSUER },
	{ "iss with a slash", "{" AUD SUB EXP ",'iss':'https://idp.example/'}", TOKEN_WRONG_ISSUER },
	{ "iss cut", "{" AUD SUB EXP ",'iss':'https://idp.exampl'}", TOKEN_WRONG_ISSUER },
	{ "iss in capitals", "{" AUD SUB EXP ",'iss':'https://IDP.example'}", TOKEN_WRONG_ISSUER },
	{ "iss Cyrillic", "{" AUD SUB EXP ",'iss':'https://idp.ex\u0430mple'}", TOKEN_WRONG_ISSUER },
	{ "iss with a NUL", "{" AUD SUB EXP ",'iss':'https://idp.example\\u0000.evil'}", TOKEN_MALFORMED },
	{ "iss array", "{" AUD SUB EXP ",'iss':['https://idp.example']}", TOKEN_BAD_CLAIM },
	{ "iss null", "{" AUD SUB EXP ",'iss':null}", TOKEN_BAD_CLAIM },
	{ "no aud", "{" ISS SUB EXP "}", TOKEN_WRONG_AUDIENCE },
	{ "aud another", "{" ISS SUB EXP ",'aud':'other'}", TOKEN_WRONG_AUDIENCE },
	{ "aud and more", "{" ISS SUB EXP ",'aud':'kstthc2'}", TOKEN_WRONG_AUDIENCE },
	{ "aud listed in a text", "{" ISS SUB EXP ",'aud':'other kstthc'}", TOKEN_WRONG_AUDIENCE },
	{ "aud without any", "{" ISS SUB EXP ",'aud':[]}", TOKEN_WRONG_AUDIENCE },
	{ "aud others", "{" ISS SUB EXP ",'aud':['a','b']}", TOKEN_WRONG_AUDIENCE },
	{ "aud deeper", "{" ISS SUB EXP ",'aud':[['kstthc']]}", TOKEN_BAD_CLAIM },
	{ "aud with a number", "{" ISS SUB EXP ",'aud':['kstthc',1]}", TOKEN_BAD_CLAIM },
	{ "aud object", "{" ISS SUB EXP ",'aud':{'kstthc':true}}", TOKEN_BAD_CLAIM },
	{ "aud null", "{" ISS SUB EXP ",'aud':null}", TOKEN_BAD_CLAIM },

	{ "no sub", "{" ISS AUD EXP "}", TOKEN_BAD_CLAIM },
	{ "sub empty", "{" ISS AUD EXP ",'sub':''}", TOKEN_BAD_CLAIM },
	{ "sub number", "{" ISS AUD EXP ",'sub':1}", TOKEN_BAD_CLAIM },
	{ "sub of 128 bytes", "{" ISS AUD EXP ",'sub':'" B32 B32 B32 B32 "'}", TOKEN_BAD_CLAIM },
	{ "sub with a newline", "{" ISS AUD EXP ",'sub':'u1\\nadmin=1'}", TOKEN_BAD_CLAIM },
	{ "sub with an escape", "{" ISS AUD EXP ",'sub':'u1\\u001b[2J'}", TOKEN_BAD_CLAIM },
	{ "sub with a NUL", "{" ISS AUD EXP ",'sub':'admin\\u0000x'}", TOKEN_MALFORMED },
	{ "sub with DEL", "{" ISS AUD EXP ",'sub':'u\x7f'}", TOKEN_BAD_CLAIM },
	{ "sub with C1", "{" ISS AUD EXP ",'sub':'u\\u0085'}", TOKEN_BAD_CLAIM },
	{ "sub turned around", "{" ISS AUD EXP ",'sub':'u\u202enimda'}", TOKEN_BAD_CLAIM },
	{ "sub with a zero-width space", "{" ISS AUD EXP ",'sub':'ad\u200bmin'}", TOKEN_BAD_CLAIM },
	{ "sub with a line separator", "{" ISS AUD EXP ",'sub':'a\u2028b'}", TOKEN_BAD_CLAIM },
	{ "sub private use", "{" ISS AUD EXP ",'sub':'a\ue000'}", TOKEN_BAD_CLAIM },

	{ "roles number", "{" BASE ",'roles':1}", TOKEN_BAD_CLAIM },
	{ "roles null", "{" BASE ",'roles':null}", TOKEN_BAD_CLAIM },
	{ "roles object", "{" BASE ",'roles':{'admin':true}}", TOKEN_BAD_CLAIM },
	{ "roles deeper", "{" BASE ",'roles':[['admin']]}", TOKEN_BAD_CLAIM },
	{ "roles with a number", "{" BASE ",'roles':['viewer',1]}", TOKEN_BAD_CLAIM },
	{ "agency without one", "{" BASE ",'roles':['agency']}", TOKEN_BAD_CLAIM },
	{ "agency null, needed", "{" BASE ",'roles':'agency','agency':null}", TOKEN_BAD_CLAIM },
	{ "agency empty", "{" BASE ",'roles':'agency','agency':''}", TOKEN_BAD_CLAIM },
	{ "agency array", "{" BASE ",'roles':'agency','agency':['a','b']}", TOKEN_BAD_CLAIM },
	{ "agency with a number", "{" BASE ",'roles':'agency','agency':['a',1]}", TOKEN_BAD_CLAIM },
	{ "agency with a null", "{" BASE ",'roles':'agency','agency':['a',null]}", TOKEN_BAD_CLAIM },
	{ "agency deeper", "{" BASE ",'roles':'agency','agency':[['a']]}", TOKEN_BAD_CLAIM },
	{ "agency object", "{" BASE ",'roles':'agency','agency':{'a':1}}", TOKEN_BAD_CLAIM },
	{ "agency of none, needed", "{" BASE ",'roles':'agency','agency':[]}", TOKEN_BAD_CLAIM },
	{ "agency and junk", "{" BASE ",'roles':'agency','agency':['a','']}", TOKEN_BAD_CLAIM },
	{ "two agencies, unneeded", "{" BASE ",'agency':['a','b']}", TOKEN_BAD_CLAIM },
	{ "agency in capitals", "{" BASE ",'roles':'agency','agency':'So-tu-phap'}", TOKEN_BAD_CLAIM },
	{ "agency with a space", "{" BASE ",'roles':'agency','agency':'a b'}", TOKEN_BAD_CLAIM },
	{ "agency with a NUL", "{" BASE ",'roles':'agency','agency':'a\\u0000b'}", TOKEN_MALFORMED },
	{ "agency of 65 bytes", "{" BASE ",'roles':'agency','agency':'" B32 B32 "1'}", TOKEN_BAD_CLAIM },
	{ "agency wrong, unneeded", "{" BASE ",'roles':'office','agency':'%'}", TOKEN_BAD_CLAIM },
	{ 0 },
};

START_TEST(claims_are_strict)
{
	struct token_verifier *verifier = forge_verifier();
	char token[FORGE_MAX];

	for (const struct claims_row *row = rows; row->name; row++) {
		forge_token(&forge_keys()->signing[_i], FORGE_HEADER, row->claims, token);
		forge_expect(verifier, _i, row->name, token, row->status);
	}
	token_verifier_free(verifier);
}
END_TEST

static const struct granted_row {
	const char *claims;
	unsigned roles;
	const char *agency;
} granted_rows[] = {
	{ "{" BASE "}", 0, "" },
	{ "{" BASE ",'roles':[]}", 0, "" },
	{ "{" BASE ",'roles':''}", 0, "" },
	{ "{" BASE ",'roles':'   '}", 0, "" },
	{ "{" BASE ",'roles':['viewer','sync']}", ROLE_VIEWER | ROLE_SYNC, "" },
	{ "{" BASE ",'roles':' office  admin '}", ROLE_OFFICE | ROLE_ADMIN, "" },
	{ "{" BASE ",'roles':['public']}", 0, "" },
	{ "{" BASE ",'roles':'public viewer'}", ROLE_VIEWER, "" },
	{ "{" BASE ",'roles':['Admin','admin ','adm','administrator','ADMIN']}", 0, "" },
	{ "{" BASE ",'roles':['viewer admin']}", 0, "" },
	{ "{" BASE ",'roles':'viewer,admin'}", 0, "" },
	{ "{" BASE ",'roles':'viewer\\tadmin'}", 0, "" },
	{ "{" BASE ",'roles':'\uff41dmin \u0430dmin'}", 0, "" },
	{ "{" BASE ",'role':'admin','scope':'admin'}", 0, "" },
	{ "{" BASE ",'roles':['agency'],'agency':'so-tu-phap'}", ROLE_AGENCY, "so-tu-phap" },
	{ "{" BASE ",'roles':'agency office','agency':'" B32 B32 "'}", ROLE_AGENCY | ROLE_OFFICE, B32 B32 },
	{ "{" BASE ",'roles':'viewer','agency':'ubnd.x-1'}", ROLE_VIEWER, "ubnd.x-1" },
	{ "{" BASE ",'roles':'agency','agency':['a','a']}", ROLE_AGENCY, "a" },
	{ "{" BASE ",'roles':['office'],'agency':[]}", ROLE_OFFICE, "" },
	{ 0 },
};

/* The second time it comes from the table of verified tokens: the same. */
static void expect_granted(struct token_verifier *verifier, const struct granted_row *row, const char *token)
{
	for (int i = 0; i < 2; i++) {
		struct caller caller;

		memset(&caller, 'x', sizeof(caller));
		ck_assert_int_eq(token_verify(verifier, token, strlen(token), FORGE_NOW, false, &caller),
				 TOKEN_OK);
		ck_assert_msg(caller.roles == row->roles, "%s: roles %u", row->claims, caller.roles);
		ck_assert_msg(strcmp(caller.agency, row->agency) == 0, "%s: %s", row->claims, caller.agency);
		ck_assert_str_eq(caller.subject, "u1");
		ck_assert_int_eq(caller.expires, FORGE_NOW + 600);
	}
}

START_TEST(callers_are_what_their_claims_say)
{
	struct token_verifier *verifier = forge_verifier();
	char token[FORGE_MAX];

	for (const struct granted_row *row = granted_rows; row->claims; row++) {
		forge_token(&forge_keys()->signing[_i], FORGE_HEADER, row->claims, token);
		expect_granted(verifier, row, token);
	}
	token_verifier_free(verifier);
}
END_TEST

Suite *token_claims_suite(void)
{
	Suite *suite = suite_create("token_claims");
	TCase *tcase = tcase_create("claims");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, claims_are_strict, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, callers_are_what_their_claims_say, 0, FORGE_ALGORITHMS);
	suite_add_tcase(suite, tcase);
	return suite;
}
