#define _GNU_SOURCE /* memmem */
#include "token_key.h"

#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_MIN_BYTES 32
#define RSA_MIN_BITS 2048
#define SHA256_BYTES 32
#define P256_BYTES 32

static const char *const algorithm_names[] = {
	[TOKEN_HS256] = "HS256",
	[TOKEN_RS256] = "RS256",
	[TOKEN_ES256] = "ES256",
};

#define ALGORITHMS (sizeof(algorithm_names) / sizeof(algorithm_names[0]))

const char *token_algorithm_name(enum token_algorithm algorithm)
{
	return algorithm_names[algorithm];
}

bool token_algorithm_find(const char *name, size_t length, enum token_algorithm *ret_algorithm)
{
	for (size_t i = 0; i < ALGORITHMS; i++) {
		if (strlen(algorithm_names[i]) == length && memcmp(algorithm_names[i], name, length) == 0) {
			*ret_algorithm = (enum token_algorithm)i;
			return true;
		}
	}
	return false;
}

enum err token_key_complain(const struct token_complaint *to, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(to->message, to->size, format, args);
	va_end(args);
	return ERR_CONFIG;
}

static bool contains(const char *text, size_t length, const char *part)
{
	return length && memmem(text, length, part, strlen(part));
}

static bool is_pem(const char *text, size_t length)
{
	return contains(text, length, "-----BEGIN ");
}

bool token_key_is_private(const char *text, size_t length)
{
	return is_pem(text, length) && contains(text, length, "PRIVATE KEY-----");
}

static enum err prepare_secret(const struct token_key *key, struct token_ready_key *ready,
			       const struct token_complaint *to)
{
	/* A public key is no secret: whoever reads it could sign (RFC 8725, 2.1). */
	if (is_pem(key->pem, key->length))
		return token_key_complain(to, "token key %s: HS256 wants a secret, not a PEM key", key->kid);
	if (key->length < SECRET_MIN_BYTES)
		return token_key_complain(to, "token key %s: an HS256 secret has at least %d bytes, not %zu",
					  key->kid, SECRET_MIN_BYTES, key->length);
	ready->secret = malloc(key->length);
	if (!ready->secret)
		return ERR_NO_MEMORY;
	memcpy(ready->secret, key->pem, key->length);
	ready->secret_length = key->length;
	ready->signature_length = SHA256_BYTES;
	return ERR_OK;
}

static int import_private(gnutls_pubkey_t public_key, const gnutls_datum_t *pem)
{
	gnutls_privkey_t private_key;
	int rc = gnutls_privkey_init(&private_key);

	if (rc < 0)
		return rc;
	rc = gnutls_privkey_import_x509_raw(private_key, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (rc >= 0)
		rc = gnutls_privkey_verify_params(private_key);
	if (rc >= 0)
		rc = gnutls_pubkey_import_privkey(public_key, private_key, 0, 0);
	gnutls_privkey_deinit(private_key);
	return rc;
}

static enum err check_public(const struct token_key *key, struct token_ready_key *ready,
			     const struct token_complaint *to)
{
	gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
	unsigned bits = 0;
	int kind = gnutls_pubkey_get_pk_algorithm(ready->public_key, &bits);

	if (kind != (key->algorithm == TOKEN_RS256 ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA))
		return token_key_complain(to, "token key %s: %s wants %s key", key->kid,
					  token_algorithm_name(key->algorithm),
					  key->algorithm == TOKEN_RS256 ? "an RSA" : "a P-256");
	if (key->algorithm == TOKEN_RS256) {
		ready->signature_length = (bits + 7) / 8;
		if (bits < RSA_MIN_BITS)
			return token_key_complain(to, "token key %s: an RSA key has at least %d bits, not %u",
						  key->kid, RSA_MIN_BITS, bits);
		return ERR_OK;
	}
	ready->signature_length = P256_BYTES * 2;
	if (gnutls_pubkey_export_ecc_raw(ready->public_key, &curve, NULL, NULL) < 0 ||
	    curve != GNUTLS_ECC_CURVE_SECP256R1)
		return token_key_complain(to, "token key %s: the curve of ES256 is P-256, no other",
					  key->kid);
	return ERR_OK;
}

static enum err prepare_public(const struct token_key *key, enum token_key_use use,
			       struct token_ready_key *ready, const struct token_complaint *to)
{
	gnutls_datum_t pem = { (unsigned char *)key->pem, (unsigned)key->length };
	bool is_private = token_key_is_private(key->pem, key->length);
	int rc;

	if (!is_pem(key->pem, key->length))
		return token_key_complain(to, "token key %s: %s wants a PEM key, not a secret", key->kid,
					  token_algorithm_name(key->algorithm));
	if (use == TOKEN_KEY_SIGNS && !is_private)
		return token_key_complain(to, "token key %s: a private key is needed to sign", key->kid);
	if (gnutls_pubkey_init(&ready->public_key) < 0)
		return ERR_NO_MEMORY;
	rc = is_private ? import_private(ready->public_key, &pem)
			: gnutls_pubkey_import(ready->public_key, &pem, GNUTLS_X509_FMT_PEM);
	if (rc >= 0)
		rc = gnutls_pubkey_verify_params(ready->public_key);
	if (rc == GNUTLS_E_MEMORY_ERROR)
		return ERR_NO_MEMORY;
	if (rc < 0)
		return token_key_complain(to, "token key %s: not a usable PEM key: %s", key->kid,
					  gnutls_strerror(rc));
	return check_public(key, ready, to);
}

enum err token_key_prepare(const struct token_key *key, enum token_key_use use,
			   const struct token_complaint *to, struct token_ready_key *ret_key)
{
	struct token_ready_key ready = { .algorithm = key->algorithm, .profile = key->profile };
	enum err err;

	if (!key->kid || !token_kid_valid(key->kid, strlen(key->kid)))
		return token_key_complain(to, "a token key's kid is 1 to %d characters of A-Z a-z 0-9 . _ -",
					  TOKEN_KID_MAX);
	if ((size_t)key->algorithm >= ALGORITHMS)
		return token_key_complain(to, "token key %s: no such algorithm", key->kid);
	if (!key->pem || key->length > INT32_MAX)
		return token_key_complain(to, "token key %s: no key", key->kid);
	memcpy(ready.kid, key->kid, strlen(key->kid) + 1);
	if (key->algorithm == TOKEN_HS256)
		err = prepare_secret(key, &ready, to);
	else
		err = prepare_public(key, use, &ready, to);
	if (err) {
		token_key_clear(&ready);
		return err;
	}
	*ret_key = ready;
	return ERR_OK;
}

void token_key_clear(struct token_ready_key *key)
{
	if (key->secret)
		explicit_bzero(key->secret, key->secret_length);
	free(key->secret);
	if (key->public_key)
		gnutls_pubkey_deinit(key->public_key);
	*key = (struct token_ready_key){ 0 };
}

static enum token_status verify_mac(const struct token_ready_key *key, const struct token_jws *jws)
{
	unsigned char mac[SHA256_BYTES];

	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key->secret, key->secret_length, jws->signed_text,
			     jws->signed_length, mac) < 0)
		return TOKEN_FAILED;
	/* In constant time, or the MAC could be guessed byte by byte. */
	return gnutls_memcmp(mac, jws->signature, sizeof(mac)) == 0 ? TOKEN_OK : TOKEN_BAD_SIGNATURE;
}

static enum token_status verify_public(const struct token_ready_key *key, gnutls_sign_algorithm_t algorithm,
				       const struct token_jws *jws, const gnutls_datum_t *signature)
{
	gnutls_datum_t text = { (unsigned char *)jws->signed_text, (unsigned)jws->signed_length };
	int rc = gnutls_pubkey_verify_data2(key->public_key, algorithm, 0, &text, signature);

	if (rc >= 0)
		return TOKEN_OK;
	return rc == GNUTLS_E_MEMORY_ERROR ? TOKEN_FAILED : TOKEN_BAD_SIGNATURE;
}

/* JWS has r and s side by side (RFC 7518, 3.4), GnuTLS takes them as DER. */
static enum token_status verify_ecdsa(const struct token_ready_key *key, const struct token_jws *jws)
{
	gnutls_datum_t r = { (unsigned char *)jws->signature, P256_BYTES };
	gnutls_datum_t s = { (unsigned char *)jws->signature + P256_BYTES, P256_BYTES };
	gnutls_datum_t der;
	enum token_status status;

	if (gnutls_encode_rs_value(&der, &r, &s) < 0)
		return TOKEN_FAILED;
	status = verify_public(key, GNUTLS_SIGN_ECDSA_SHA256, jws, &der);
	gnutls_free(der.data);
	return status;
}

enum token_status token_key_verify(const struct token_ready_key *key, const struct token_jws *jws)
{
	gnutls_datum_t signature = { (unsigned char *)jws->signature, (unsigned)jws->signature_length };

	if (jws->signature_length != key->signature_length)
		return TOKEN_BAD_SIGNATURE;
	switch (key->algorithm) {
	case TOKEN_HS256:
		return verify_mac(key, jws);
	case TOKEN_RS256:
		return verify_public(key, GNUTLS_SIGN_RSA_SHA256, jws, &signature);
	case TOKEN_ES256:
		return verify_ecdsa(key, jws);
	}
	return TOKEN_BAD_SIGNATURE;
}

static int generate_pem(gnutls_x509_privkey_t key, gnutls_datum_t *ret_pem)
{
	int rc = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
					      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);

	if (rc < 0)
		return rc;
	return gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, ret_pem);
}

enum err token_make_key(char **ret_pem)
{
	gnutls_x509_privkey_t key;
	gnutls_datum_t pem;
	char *copy;
	int rc;

	if (gnutls_x509_privkey_init(&key) < 0)
		return ERR_NO_MEMORY;
	rc = generate_pem(key, &pem);
	gnutls_x509_privkey_deinit(key);
	if (rc < 0)
		return rc == GNUTLS_E_MEMORY_ERROR ? ERR_NO_MEMORY : ERR_INTERNAL;
	/* A copy: GnuTLS's memory need not be free()'s. */
	copy = strndup((const char *)pem.data, pem.size);
	explicit_bzero(pem.data, pem.size);
	gnutls_free(pem.data);
	if (!copy)
		return ERR_NO_MEMORY;
	*ret_pem = copy;
	return ERR_OK;
}
