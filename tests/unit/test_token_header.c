#include <string.h>

#include "test_token_forge.h"

Suite *token_header_suite(void);

#define KID_64 "k234567890123456789012345678901234567890123456789012345678901234"

/* Each is signed with the right key, so nothing but the header can be what is refused. */
static const struct header_row {
	const char *name;
	const char *header;
	enum token_status status;
} header_rows[] = {
	{ "no typ", "{'alg':'@A','kid':'@K'}", TOKEN_OK },
	{ "small typ", "{'alg':'@A','kid':'@K','typ':'jwt'}", TOKEN_OK },
	{ "typ at+jwt", "{'alg':'@A','kid':'@K','typ':'at+jwt'}", TOKEN_OK },
	{ "typ AT+JWT", "{'alg':'@A','kid':'@K','typ':'AT+JWT'}", TOKEN_OK },
	{ "full typ", "{'alg':'@A','kid':'@K','typ':'application/at+jwt'}", TOKEN_OK },
	{ "other members", "{'alg':'@A','kid':'@K','x':{'alg':'none'},'jku':'https://evil.example'}",
	  TOKEN_OK },
	{ "white space", " {\n\t\"alg\" : '@A' , 'kid' : '@K' } ", TOKEN_OK },
	{ "escaped name", "{'\\u0061lg':'@A','kid':'@K'}", TOKEN_OK },

	{ "alg none", "{'alg':'none','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg None", "{'alg':'None','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg empty", "{'alg':'','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg in small letters", "{'alg':'@a','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg with a space", "{'alg':'@A ','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg HS384", "{'alg':'HS384','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg HS512", "{'alg':'HS512','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg PS256", "{'alg':'PS256','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg ES256K", "{'alg':'ES256K','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg too long", "{'alg':'@A@A@A@A','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg wide", "{'alg':'\uff28\uff33256','kid':'@K'}", TOKEN_WRONG_ALGORITHM },
	{ "alg with a NUL", "{'alg':'@A\\u0000','kid':'@K'}", TOKEN_MALFORMED },
	{ "no alg", "{'kid':'@K'}", TOKEN_MALFORMED },
	{ "alg null", "{'alg':null,'kid':'@K'}", TOKEN_MALFORMED },
	{ "alg array", "{'alg':['@A'],'kid':'@K'}", TOKEN_MALFORMED },
	{ "alg number", "{'alg':256,'kid':'@K'}", TOKEN_MALFORMED },
	{ "alg twice", "{'alg':'none','kid':'@K','alg':'@A'}", TOKEN_MALFORMED },
	{ "alg twice, escaped", "{'alg':'@A','kid':'@K','\\u0061lg':'@A'}", TOKEN_MALFORMED },
	{ "Alg", "{'Alg':'@A','kid':'@K'}", TOKEN_MALFORMED },

	{ "no kid", "{'alg':'@A'}", TOKEN_MALFORMED },
	{ "kid null", "{'alg':'@A','kid':null}", TOKEN_MALFORMED },
	{ "kid number", "{'alg':'@A','kid':1}", TOKEN_MALFORMED },
	{ "kid array", "{'alg':'@A','kid':['@K']}", TOKEN_MALFORMED },
	{ "kid empty", "{'alg':'@A','kid':''}", TOKEN_MALFORMED },
	{ "kid twice", "{'alg':'@A','kid':'other','kid':'@K'}", TOKEN_MALFORMED },
	{ "kid a path", "{'alg':'@A','kid':'../../../dev/null'}", TOKEN_MALFORMED },
	{ "kid dots", "{'alg':'@A','kid':'..'}", TOKEN_UNKNOWN_KEY },
	{ "kid SQL", "{'alg':'@A','kid':'x@Q or 1=1 --'}", TOKEN_MALFORMED },
	{ "kid format", "{'alg':'@A','kid':'%s%n'}", TOKEN_MALFORMED },
	{ "kid with a NUL", "{'alg':'@A','kid':'@K\\u0000'}", TOKEN_MALFORMED },
	{ "kid with a newline", "{'alg':'@A','kid':'@K\\n'}", TOKEN_MALFORMED },
	{ "kid not ASCII", "{'alg':'@A','kid':'h\u0455.2025-1'}", TOKEN_MALFORMED },
	{ "kid of 65 bytes", "{'alg':'@A','kid':'" KID_64 "5'}", TOKEN_MALFORMED },
	{ "kid of 64 bytes", "{'alg':'@A','kid':'" KID_64 "'}", TOKEN_UNKNOWN_KEY },
	{ "kid and more", "{'alg':'@A','kid':'@K0'}", TOKEN_UNKNOWN_KEY },
	{ "kid in capitals", "{'alg':'@A','kid':'HS.2025-1'}", TOKEN_UNKNOWN_KEY },

	{ "crit", "{'alg':'@A','kid':'@K','crit':['exp']}", TOKEN_MALFORMED },
	{ "crit empty", "{'alg':'@A','kid':'@K','crit':[]}", TOKEN_MALFORMED },
	{ "crit null", "{'alg':'@A','kid':'@K','crit':null}", TOKEN_MALFORMED },
	{ "crit b64", "{'alg':'@A','kid':'@K','b64':true,'crit':['b64']}", TOKEN_MALFORMED },
	{ "typ JWE", "{'alg':'@A','kid':'@K','typ':'JWE'}", TOKEN_MALFORMED },
	{ "typ empty", "{'alg':'@A','kid':'@K','typ':''}", TOKEN_MALFORMED },
	{ "typ null", "{'alg':'@A','kid':'@K','typ':null}", TOKEN_MALFORMED },
	{ "typ array", "{'alg':'@A','kid':'@K','typ':['JWT']}", TOKEN_MALFORMED },
	{ "typ Cyrillic", "{'alg':'@A','kid':'@K','typ':'JW\u0422'}", TOKEN_MALFORMED },
	{ "typ logout", "{'alg':'@A','kid':'@K','typ':'logout+jwt'}", TOKEN_MALFORMED },

	{ "array", "[{'alg':'@A','kid':'@K'}]", TOKEN_MALFORMED },
	{ "text", "'@A'", TOKEN_MALFORMED },
	{ "null", "null", TOKEN_MALFORMED },
	{ "empty object", "{}", TOKEN_MALFORMED },
	{ "cut off", "{'alg':'@A','kid':'@K'", TOKEN_MALFORMED },
	{ "NUL after", "{'alg':'@A','kid':'@K'}@0", TOKEN_MALFORMED },
	{ "NUL and junk after", "{'alg':'@A','kid':'@K'}@0{'alg':'none'}", TOKEN_MALFORMED },
	{ "junk after", "{'alg':'@A','kid':'@K'}x", TOKEN_MALFORMED },
	{ "two objects", "{'alg':'@A','kid':'@K'}{}", TOKEN_MALFORMED },
	{ "NUL within", "{'alg':'@A',@0'kid':'@K'}", TOKEN_MALFORMED },
	{ "byte order mark", "\xef\xbb\xbf{'alg':'@A','kid':'@K'}", TOKEN_MALFORMED },
	{ "not UTF-8", "{'alg':'@A','kid':'@K','x':'\xff'}", TOKEN_MALFORMED },
	{ "lone surrogate", "{'alg':'@A','kid':'@K','x':'\\ud800'}", TOKEN_MALFORMED },
	{ "comma at the end", "{'alg':'@A','kid':'@K',}", TOKEN_MALFORMED },
	{ "comment", "{'alg':'@A','kid':'@K'/**/}", TOKEN_MALFORMED },
	{ "NaN", "{'alg':'@A','kid':'@K','x':NaN}", TOKEN_MALFORMED },
	{ "number too large", "{'alg':'@A','kid':'@K','x':9223372036854775808}", TOKEN_MALFORMED },
	{ 0 },
};

START_TEST(headers_are_strict)
{
	struct token_verifier *verifier = forge_verifier();
	char token[FORGE_MAX];

	for (const struct header_row *row = header_rows; row->name; row++) {
		forge_token(&forge_keys()->signing[_i], row->header, FORGE_CLAIMS, token);
		forge_expect(verifier, _i, row->name, token, row->status);
	}
	token_verifier_free(verifier);
}
END_TEST

START_TEST(nesting_does_no_harm)
{
	struct token_verifier *verifier = forge_verifier();
	char header[5000] = "{'x':";
	char token[FORGE_MAX];

	memset(header + 5, '[', 4500);
	forge_token(&forge_keys()->signing[_i], header, FORGE_CLAIMS, token);
	forge_expect(verifier, _i, "nested", token, TOKEN_MALFORMED);
	token_verifier_free(verifier);
}
END_TEST

Suite *token_header_suite(void)
{
	Suite *suite = suite_create("token_header");
	TCase *tcase = tcase_create("header");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, headers_are_strict, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, nesting_does_no_harm, 0, FORGE_ALGORITHMS);
	suite_add_tcase(suite, tcase);
	return suite;
}
