#include "jwk.h"

#include <jansson.h>
#include <rhonabwy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token_jws.h"
#include "token_key.h"

#define PEM_SIZE ((size_t)4096)
#define P256_TEXT ((size_t)43)      /* 32 bytes in base64url */
#define MODULUS_TEXT ((size_t)1366) /* 8192 bits: a longer one makes each verification dear */
#define EXPONENT_TEXT ((size_t)11)  /* 8 bytes */

#define BASE64URL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static const char *text_of(const json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text ? text : "";
}

static bool is_number(const char *text, size_t least, size_t most)
{
	size_t length = strlen(text);

	return length >= least && length <= most && strspn(text, BASE64URL) == length;
}

/* Absent, or just that text. */
static bool allows(const json_t *entry, const char *name, const char *wanted)
{
	return !json_object_get(entry, name) || strcmp(text_of(entry, name), wanted) == 0;
}

static bool allows_verify(const json_t *entry)
{
	const json_t *operations = json_object_get(entry, "key_ops");
	const json_t *operation;
	size_t i;

	if (!operations)
		return true;
	json_array_foreach(operations, i, operation) {
		if (json_is_string(operation) && strcmp(json_string_value(operation), "verify") == 0)
			return true;
	}
	return false;
}

static bool shows_private(const json_t *entry)
{
	static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k", NULL };

	for (size_t i = 0; names[i]; i++) {
		if (json_object_get(entry, names[i]))
			return true;
	}
	return false;
}

static const char *rsa_fault(const json_t *entry)
{
	if (is_number(text_of(entry, "n"), 1, MODULUS_TEXT) &&
	    is_number(text_of(entry, "e"), 1, EXPONENT_TEXT))
		return NULL;
	return "n or e is missing, no number, or over 8192 or 64 bits";
}

static const char *ec_fault(const json_t *entry)
{
	if (strcmp(text_of(entry, "crv"), "P-256") != 0)
		return "crv is not P-256";
	if (is_number(text_of(entry, "x"), P256_TEXT, P256_TEXT) &&
	    is_number(text_of(entry, "y"), P256_TEXT, P256_TEXT))
		return NULL;
	return "x or y is not a number of 32 bytes";
}

/* What of an entry's members is wrong; NULL for nothing. */
static const char *find_fault(const json_t *entry, bool *ret_rsa)
{
	bool rsa = strcmp(text_of(entry, "kty"), "RSA") == 0;
	const char *kid = text_of(entry, "kid");

	*ret_rsa = rsa;
	if (!rsa && strcmp(text_of(entry, "kty"), "EC") != 0)
		return "kty is neither RSA nor EC";
	if (!token_kid_valid(kid, strlen(kid)))
		return "kid is not 1 to 64 characters of A-Z a-z 0-9 . _ -";
	if (!allows(entry, "use", "sig") || !allows_verify(entry))
		return "it is not for signatures";
	if (!allows(entry, "alg", rsa ? "RS256" : "ES256"))
		return rsa ? "alg is not RS256" : "alg is not ES256";
	if (shows_private(entry))
		return "it shows its private part, so anybody can sign with it";
	return rsa ? rsa_fault(entry) : ec_fault(entry);
}

/* A JWK of the public numbers alone, so that nothing else of the entry reaches the library. */
static json_t *bare_jwk(const json_t *entry, bool rsa)
{
	if (rsa)
		return json_pack("{s:s, s:s, s:s}", "kty", "RSA", "n", text_of(entry, "n"), "e",
				 text_of(entry, "e"));
	return json_pack("{s:s, s:s, s:s, s:s}", "kty", "EC", "crv", "P-256", "x", text_of(entry, "x"), "y",
			 text_of(entry, "y"));
}

/*
 * r_global_init() is not called: all that it does is to set curl up for x5u,
 * which no key of ours has, and that once more for itself.
 */
static bool make_pem(const json_t *entry, bool rsa, char *pem, size_t *length)
{
	json_t *bare = bare_jwk(entry, rsa);
	jwk_t *jwk = NULL;
	bool made = bare && r_jwk_init(&jwk) == RHN_OK && r_jwk_import_from_json_t(jwk, bare) == RHN_OK &&
		    r_jwk_export_to_pem_der(jwk, R_FORMAT_PEM, (unsigned char *)pem, length, 0) == RHN_OK;

	r_jwk_free(jwk);
	json_decref(bare);
	return made;
}

/* With an exponent of 1 everything is its own signature; an even one is no key. */
static bool exponent_fit(const struct token_ready_key *key)
{
	gnutls_datum_t n;
	gnutls_datum_t e;
	bool fit;

	if (gnutls_pubkey_export_rsa_raw2(key->public_key, &n, &e, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
		return false;
	fit = e.size > 0 && e.data[e.size - 1] % 2 == 1 && (e.size > 1 || e.data[0] > 2);
	gnutls_free(n.data);
	gnutls_free(e.data);
	return fit;
}

/* Whether it could be put in force; otherwise why not. */
static bool is_fit(const struct token_key *key, char *ret_fault, size_t fault_size)
{
	const struct token_complaint to = { ret_fault, fault_size };
	struct token_ready_key ready;
	bool fit;

	if (token_key_prepare(key, TOKEN_KEY_VERIFIES, &to, &ready) != ERR_OK)
		return false;
	fit = key->algorithm != TOKEN_RS256 || exponent_fit(&ready);
	token_key_clear(&ready);
	if (!fit)
		snprintf(ret_fault, fault_size, "token key %s: its exponent is even or 1", key->kid);
	return fit;
}

static void pass_over(struct jwk_set *set, const json_t *entry, const char *fault)
{
	const char *kid = text_of(entry, "kid");

	if (set->unfit++ > 0)
		return;
	if (token_kid_valid(kid, strlen(kid)))
		snprintf(set->fault, sizeof(set->fault), "%s: %s", kid, fault);
	else
		snprintf(set->fault, sizeof(set->fault), "%s", fault);
}

static bool has_kid(const struct jwk_set *set, const char *kid)
{
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->keys[i].kid, kid) == 0)
			return true;
	}
	return false;
}

static enum err add_key(struct jwk_set *set, const struct token_key *key)
{
	struct token_key *copy = &set->keys[set->count];

	*copy = *key;
	copy->kid = strdup(key->kid);
	copy->pem = strdup(key->pem);
	set->count++;
	return copy->kid && copy->pem ? ERR_OK : ERR_NO_MEMORY;
}

static enum err read_entry(struct jwk_set *set, const json_t *entry)
{
	char pem[PEM_SIZE] = "";
	char unfit[sizeof(set->fault) - TOKEN_KID_MAX] = "";
	struct token_key key = { .pem = pem, .length = sizeof(pem) - 1 };
	const char *fault;
	bool rsa = false;

	/* Every Keycloak has one: nothing to speak of. */
	if (strcmp(text_of(entry, "use"), "enc") == 0)
		return ERR_OK;
	fault = find_fault(entry, &rsa);
	if (!fault && has_kid(set, text_of(entry, "kid")))
		fault = "there are two of this kid";
	if (!fault && set->count == JWK_KEYS_MAX)
		fault = "there are more than 32 keys";
	if (!fault && !make_pem(entry, rsa, pem, &key.length))
		fault = "it is not a key";
	if (!fault) {
		key.kid = text_of(entry, "kid");
		key.algorithm = rsa ? TOKEN_RS256 : TOKEN_ES256;
		pem[key.length] = '\0';
		if (is_fit(&key, unfit, sizeof(unfit)))
			return add_key(set, &key);
		fault = unfit;
	}
	pass_over(set, entry, fault);
	return ERR_OK;
}

static int by_kid(const void *a, const void *b)
{
	return strcmp(((const struct token_key *)a)->kid, ((const struct token_key *)b)->kid);
}

static enum err read_entries(struct jwk_set *set, const json_t *entries)
{
	const json_t *entry;
	size_t i;

	set->keys = calloc(JWK_KEYS_MAX, sizeof(*set->keys));
	if (!set->keys)
		return ERR_NO_MEMORY;
	json_array_foreach(entries, i, entry) {
		enum err err = read_entry(set, entry);

		if (err)
			return err;
	}
	/* An issuer may list them in any order, and another one each time. */
	qsort(set->keys, set->count, sizeof(*set->keys), by_kid);
	return ERR_OK;
}

enum err jwk_read_set(const char *text, size_t length, struct jwk_set *ret_set, char *ret_message,
		      size_t message_size)
{
	struct jwk_set set = { 0 };
	json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	const json_t *entries = json_object_get(document, "keys");
	enum err err = ERR_INVALID;

	snprintf(ret_message, message_size, "no memory for the keys");
	if (json_is_array(entries))
		err = read_entries(&set, entries);
	else
		snprintf(ret_message, message_size, "this is no set of keys (JWKS)");
	json_decref(document);
	if (err) {
		jwk_set_release(&set);
		return err;
	}
	*ret_set = set;
	return ERR_OK;
}

void jwk_set_release(struct jwk_set *set)
{
	token_keys_free(set->keys, set->count);
	*set = (struct jwk_set){ 0 };
}
