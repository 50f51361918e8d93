#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../api/role.h"
#include "test_token_forge.h"

Suite *token_key_suite(void);

#define SECRET "0123456789abcdef0123456789abcdef"

/* The verifier's answer to one key, or to the same twice. */
static enum err try_keys(const struct token_key *keys, size_t count, char *message, size_t size)
{
	struct token_verifier *verifier;
	enum err err;

	ck_assert_int_eq(token_verifier_new(&forge_options, &verifier), ERR_OK);
	err = forge_set(verifier, keys, count, message, size);
	token_verifier_free(verifier);
	return err;
}

static void refused(struct token_key key, const char *why)
{
	char message[200] = "";

	ck_assert_msg(try_keys(&key, 1, message, sizeof(message)) == ERR_CONFIG, "%s passed", why);
	ck_assert_msg(strstr(message, why), "\"%s\" does not say \"%s\"", message, why);
}

static char *generate(gnutls_pk_algorithm_t kind, unsigned bits)
{
	gnutls_x509_privkey_t key;
	gnutls_datum_t pem;
	char *text;

	ck_assert_int_ge(gnutls_x509_privkey_init(&key), 0);
	ck_assert_int_ge(gnutls_x509_privkey_generate(key, kind, bits, 0), 0);
	ck_assert_int_ge(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
							   &pem),
			 0);
	text = strndup((const char *)pem.data, pem.size);
	gnutls_free(pem.data);
	gnutls_x509_privkey_deinit(key);
	return text;
}

START_TEST(secrets_are_checked)
{
	const struct token_key *public_key = &forge_keys()->verifying[TOKEN_RS256];

	refused((struct token_key){ "k", TOKEN_HS256, SECRET, 31, 0 }, "32 bytes");
	refused((struct token_key){ "k", TOKEN_HS256, "", 0, 0 }, "32 bytes");
	refused((struct token_key){ "k", TOKEN_HS256, NULL, 0, 0 }, "no key");
	refused((struct token_key){ "k", TOKEN_HS256, public_key->pem, public_key->length, 0 }, "not a PEM");
	ck_assert_int_eq(try_keys(&(struct token_key){ "k", TOKEN_HS256, SECRET, 32, 0 }, 1, NULL, 0),
			 ERR_OK);
}
END_TEST

START_TEST(kids_are_checked)
{
	static const char *const kids[] = { NULL, "", "a b", "a/b", "é", "a\n", "a'b" };
	char long_kid[66] = "";
	struct token_key twice[] = { { "k", TOKEN_HS256, SECRET, 32, 0 },
				     { "k", TOKEN_HS256, SECRET, 32, 0 } };
	char message[200] = "";

	for (size_t i = 0; i < sizeof(kids) / sizeof(kids[0]); i++)
		refused((struct token_key){ kids[i], TOKEN_HS256, SECRET, 32, 0 }, "kid");
	memset(long_kid, 'k', 65);
	refused((struct token_key){ long_kid, TOKEN_HS256, SECRET, 32, 0 }, "kid");
	ck_assert_int_eq(try_keys(&(struct token_key){ long_kid + 1, TOKEN_HS256, SECRET, 32, 0 }, 1, NULL,
				  0),
			 ERR_OK);
	ck_assert_int_eq(try_keys(twice, 2, message, sizeof(message)), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(message, "two"));
	refused((struct token_key){ "k", (enum token_algorithm)7, SECRET, 32, 0 }, "algorithm");
}
END_TEST

START_TEST(pem_keys_are_checked)
{
	const struct token_key *keys = forge_keys()->verifying;
	char *weak = generate(GNUTLS_PK_RSA, 1024);
	char *p384 = generate(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1));
	char *ed25519 = generate(GNUTLS_PK_EDDSA_ED25519, 0);
	char *pss = generate(GNUTLS_PK_RSA_PSS, 2048);

	refused((struct token_key){ "k", TOKEN_RS256, SECRET, 32, 0 }, "wants a PEM");
	refused((struct token_key){ "k", TOKEN_ES256, "", 0, 0 }, "wants a PEM");
	refused((struct token_key){ "k", TOKEN_RS256, weak, strlen(weak), 0 }, "2048 bits");
	refused((struct token_key){ "k", TOKEN_ES256, p384, strlen(p384), 0 }, "P-256");
	refused((struct token_key){ "k", TOKEN_ES256, ed25519, strlen(ed25519), 0 }, "P-256");
	refused((struct token_key){ "k", TOKEN_RS256, pss, strlen(pss), 0 }, "wants an RSA");
	refused((struct token_key){ "k", TOKEN_ES256, keys[TOKEN_RS256].pem, keys[TOKEN_RS256].length, 0 },
		"P-256");
	refused((struct token_key){ "k", TOKEN_RS256, keys[TOKEN_ES256].pem, keys[TOKEN_ES256].length, 0 },
		"RSA");
	refused((struct token_key){ "k", TOKEN_ES256, keys[TOKEN_ES256].pem, keys[TOKEN_ES256].length / 2,
				    0 },
		"usable");
	refused((struct token_key){ "k", TOKEN_ES256, "-----BEGIN PUBLIC KEY-----\n", 27, 0 }, "usable");
	free(weak);
	free(p384);
	free(ed25519);
	free(pss);
}
END_TEST

/* A private key stands for its public half. */
START_TEST(private_keys_verify)
{
	struct token_verifier *verifier = forge_verifier();
	char token[FORGE_MAX];

	ck_assert_int_eq(forge_set(verifier, forge_keys()->signing, FORGE_ALGORITHMS, NULL, 0), ERR_OK);
	forge_token(&forge_keys()->signing[_i], FORGE_HEADER, FORGE_CLAIMS, token);
	forge_expect(verifier, _i, "private key", token, TOKEN_OK);
	token_verifier_free(verifier);
}
END_TEST

static const char *const two_roles[] = { "agency", "office", NULL };

static const struct token_claims claims = {
	.issuer = "https://idp.example",
	.audience = "kstthc",
	.role_claim = "roles",
	.agency_claim = "agency",
	.subject = "sở-tư-pháp \"1\"",
	.roles = two_roles,
	.agency = "so-tu-phap",
	.issued = FORGE_NOW,
	.expires = FORGE_NOW + 300,
};

START_TEST(signed_tokens_verify)
{
	struct token_verifier *verifier = forge_verifier();
	struct caller caller;
	char *token;

	for (int i = 0; i < 50; i++) {
		ck_assert_int_eq(token_sign(&forge_keys()->signing[_i], &claims, &token), ERR_OK);
		ck_assert_int_eq(token_verify(verifier, token, strlen(token), FORGE_NOW, false, &caller),
				 TOKEN_OK);
		free(token);
		ck_assert_uint_eq(caller.roles, ROLE_AGENCY | ROLE_OFFICE);
		ck_assert_str_eq(caller.subject, claims.subject);
		ck_assert_str_eq(caller.agency, "so-tu-phap");
		ck_assert_int_eq(caller.expires, FORGE_NOW + 300);
	}
	token_verifier_free(verifier);
}
END_TEST

START_TEST(signing_wants_a_fit_private_key)
{
	char *p384 = generate(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1));
	const struct token_key wrong = { "k", TOKEN_ES256, p384, strlen(p384), 0 };
	const struct token_key empty = { "k", TOKEN_HS256, "", 0, 0 };
	char *token;

	ck_assert_int_eq(token_sign(&wrong, &claims, &token), ERR_CONFIG);
	ck_assert_int_eq(token_sign(&empty, &claims, &token), ERR_CONFIG);
	ck_assert_int_eq(token_sign(&forge_keys()->verifying[TOKEN_RS256], &claims, &token), ERR_CONFIG);
	ck_assert_int_eq(token_sign(&forge_keys()->verifying[TOKEN_ES256], &claims, &token), ERR_CONFIG);
	free(p384);
}
END_TEST

START_TEST(signing_wants_sound_claims)
{
	struct token_claims wrong = claims;
	char large[TOKEN_MAX_BYTES] = "";
	char *token;

	wrong.issuer = "\xff";
	ck_assert_int_eq(token_sign(&forge_keys()->signing[_i], &wrong, &token), ERR_INVALID);
	wrong = claims;
	wrong.roles = (const char *const[]){ "viewer", "\xff", NULL };
	ck_assert_int_eq(token_sign(&forge_keys()->signing[_i], &wrong, &token), ERR_INVALID);
	wrong = claims;
	wrong.audience = memset(large, 'x', sizeof(large) - 1);
	ck_assert_int_eq(token_sign(&forge_keys()->signing[_i], &wrong, &token), ERR_INVALID);
}
END_TEST

START_TEST(a_made_key_signs_and_verifies)
{
	struct token_verifier *verifier = forge_verifier();
	struct token_key key = { .kid = "own", .algorithm = TOKEN_ES256 };
	char *pem;
	char *another;
	char *token;

	ck_assert_int_eq(token_make_key(&pem), ERR_OK);
	ck_assert_int_eq(token_make_key(&another), ERR_OK);
	ck_assert_str_ne(pem, another);
	ck_assert_int_eq(strncmp(pem, "-----BEGIN PRIVATE KEY-----\n", 28), 0);
	key.pem = pem;
	key.length = strlen(pem);
	ck_assert_int_eq(token_sign(&key, &claims, &token), ERR_OK);
	ck_assert_int_eq(forge_set(verifier, &key, 1, NULL, 0), ERR_OK);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_OK);
	key.pem = another;
	key.length = strlen(another);
	ck_assert_int_eq(forge_set(verifier, &key, 1, NULL, 0), ERR_OK);
	ck_assert_int_eq(forge_verify(verifier, token), TOKEN_BAD_SIGNATURE);
	free(token);
	free(pem);
	free(another);
	token_verifier_free(verifier);
}
END_TEST

START_TEST(statuses_have_texts)
{
	for (int i = TOKEN_OK; i <= TOKEN_FAILED + 1; i++)
		ck_assert_uint_gt(strlen(token_status_text((enum token_status)i)), 10);
}
END_TEST

/* Key files, in a directory of their own. */

static char folder[64];

static void folder_make(void)
{
	snprintf(folder, sizeof(folder), "%s/token-key-XXXXXX", P_tmpdir);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
}

static void folder_remove(void)
{
	static const char *const names[] = { "a", "b", "c", "fifo" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

static void write_file(const char *name, const char *content, size_t length, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, content, length), (ssize_t)length);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

static void read_refused(const char *setting, const char *why)
{
	struct token_key *keys;
	size_t count;
	char message[300] = "";

	ck_assert_msg(token_keys_read(setting, &keys, &count, message, sizeof(message)) == ERR_CONFIG,
		      "%s passed", setting);
	ck_assert_msg(strstr(message, why), "%s: \"%s\" does not say \"%s\"", setting, message, why);
	ck_assert_ptr_null(strstr(message, "0123456789"));
}

START_TEST(reads_key_files)
{
	const struct token_key *rsa = &forge_keys()->verifying[TOKEN_RS256];
	struct token_key *keys;
	size_t count;
	char message[300] = "";

	write_file("a", SECRET "\n\n", 34, 0600);
	write_file("b", rsa->pem, rsa->length, 0644);
	ck_assert_msg(token_keys_read("k.1=HS256:a,k-2=RS256:b", &keys, &count, message, sizeof(message)) ==
			      ERR_OK,
		      "%s", message);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(keys[0].kid, "k.1");
	ck_assert_int_eq(keys[0].algorithm, TOKEN_HS256);
	/* One newline at the end is the editor's, a second is the secret's. */
	ck_assert_uint_eq(keys[0].length, 33);
	ck_assert_mem_eq(keys[0].pem, SECRET "\n", 33);
	ck_assert_int_eq(keys[1].algorithm, TOKEN_RS256);
	ck_assert_int_eq(try_keys(keys, count, message, sizeof(message)), ERR_OK);
	token_keys_free(keys, count);
	ck_assert_int_eq(token_keys_read("", &keys, &count, message, sizeof(message)), ERR_OK);
	ck_assert_uint_eq(count, 0);
	token_keys_free(keys, count);
}
END_TEST

START_TEST(file_modes_are_checked)
{
	static const mode_t open_modes[] = { 0640, 0604, 0620, 0602, 0610, 0601 };
	const struct token_key *rsa = &forge_keys()->signing[TOKEN_RS256];
	const struct token_key *public_key = &forge_keys()->verifying[TOKEN_RS256];

	write_file("a", SECRET, 32, open_modes[_i]);
	read_refused("k=HS256:a", "group and others");
	write_file("b", rsa->pem, rsa->length, open_modes[_i]);
	read_refused("k=RS256:b", "group and others");
	write_file("c", public_key->pem, public_key->length, 0666);
	read_refused("k=RS256:c", "owner");
}
END_TEST

START_TEST(wrong_settings_are_named)
{
	char *large = calloc(1, 65537);

	write_file("a", SECRET, 32, 0600);
	write_file("b", large, 65537, 0600);
	write_file("c", "", 0, 0600);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	free(large);
	read_refused("k", "kid=ALG:file");
	read_refused("k=HS256", "kid=ALG:file");
	read_refused("k=HS256:", "kid=ALG:file");
	read_refused("=HS256:a", "kid=ALG:file");
	read_refused("k/k=HS256:a", "kid=ALG:file");
	read_refused(SECRET, "kid=ALG:file");
	read_refused("k=HS256:a,", "kid=ALG:file");
	read_refused(",k=HS256:a", "kid=ALG:file");
	read_refused("k=hs256:a", "HS256, RS256 or ES256");
	read_refused("k=none:a", "HS256, RS256 or ES256");
	read_refused("k=HS256:missing", "missing");
	read_refused("k=HS256:a,l=HS256:missing", "missing");
	read_refused("k=HS256:b", "64 kB");
	read_refused("k=HS256:c", "empty");
	read_refused("k=HS256:.", "not a file");
	read_refused("k=HS256:fifo", "not a file");
}
END_TEST

Suite *token_key_suite(void)
{
	Suite *suite = suite_create("token_key");
	TCase *tcase = tcase_create("keys");
	TCase *files = tcase_create("files");

	tcase_add_unchecked_fixture(tcase, forge_setup, forge_teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, secrets_are_checked);
	tcase_add_test(tcase, kids_are_checked);
	tcase_add_test(tcase, pem_keys_are_checked);
	tcase_add_loop_test(tcase, private_keys_verify, 0, FORGE_ALGORITHMS);
	tcase_add_loop_test(tcase, signed_tokens_verify, 0, FORGE_ALGORITHMS);
	tcase_add_test(tcase, signing_wants_a_fit_private_key);
	tcase_add_loop_test(tcase, signing_wants_sound_claims, 0, FORGE_ALGORITHMS);
	tcase_add_test(tcase, a_made_key_signs_and_verifies);
	tcase_add_test(tcase, statuses_have_texts);
	suite_add_tcase(suite, tcase);

	tcase_add_unchecked_fixture(files, forge_setup, forge_teardown);
	tcase_add_checked_fixture(files, folder_make, folder_remove);
	tcase_set_timeout(files, 60);
	tcase_add_test(files, reads_key_files);
	tcase_add_loop_test(files, file_modes_are_checked, 0, 6);
	tcase_add_test(files, wrong_settings_are_named);
	suite_add_tcase(suite, files);
	return suite;
}
