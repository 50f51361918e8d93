#ifndef KSTTHC_ISSUERS_H
#define KSTTHC_ISSUERS_H

#include <stddef.h>

#include "../service/arena.h"
#include "../service/error.h"
#include "token.h"

/*
 * The file of KSTTHC_ISSUERS: a JSON list of foreign issuers whose tokens are
 * accepted, each as
 *
 *	{"name": "sso", "issuer": "https://sso.example/realms/tinh", "audience": "kstthc",
 *	 "jwks_uri": "https://…" or "jwks_file": "/path"; with neither: by OpenID discovery,
 *	 "ca_file": "/path",
 *	 "roles": {"claim": ["realm_access", "roles"], "map": {"can-bo": "office"}},
 *	 "agency": {"claim": ["groups"], "prefix": "/don-vi/", "map": {"STP": "so-tu-phap"}},
 *	 "require": {"typ": "Bearer"}}
 *
 * name, issuer, audience and roles must be there. What roles.map does not name
 * grants nothing. Without agency none of its tokens is bound to one.
 */
#define ISSUERS_MAX ((size_t)8)
#define ISSUERS_FILE_MAX ((size_t)256 << 10)

struct issuer {
	struct arena arena; /* holds it and all it points to */
	struct token_profile profile;
	const char *jwks_uri;   /* or NULL */
	const char *jwks_file;  /* or NULL; with neither the keys are found by discovery */
	const char *ca_file;    /* or NULL */
	const char *definition; /* the whole entry as text: equal texts, equal issuers */
};

struct issuers {
	struct issuer *list[ISSUERS_MAX];
	size_t count;
};

/*
 * Reads the text of such a file. own is our own issuer, which none may be.
 * ERR_CONFIG with one sentence a fault, each with its place and a line feed
 * after it but the last; as many as there is room for. ERR_NO_MEMORY.
 */
enum err issuers_parse(const char *text, size_t length, const char *own, struct issuers *ret_issuers,
		       char *ret_message, size_t message_size) MUST_CHECK;

/* The same of the file itself, see trusted_file_read(); path "" is no issuer. */
enum err issuers_read(const char *path, const char *own, struct issuers *ret_issuers, char *ret_message,
		      size_t message_size) MUST_CHECK;

/* NULL is fine. */
void issuer_free(struct issuer *issuer);
void issuers_release(struct issuers *issuers);

#endif
