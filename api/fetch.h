#ifndef KSTTHC_FETCH_H
#define KSTTHC_FETCH_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "../service/error.h"

/*
 * GET of a small document from an issuer: https with the certificate verified,
 * or http from this machine alone; no redirects, no proxy of the environment,
 * nothing but status 200, a bound on time and size.
 */
#define FETCH_MAX_BYTES ((size_t)256 << 10)

enum fetch_url { FETCH_URL_BAD, FETCH_URL_HTTPS, FETCH_URL_LOOPBACK };

/*
 * What a URL is to us: https, http to a loopback host (localhost, 127.0.0.0/8,
 * [::1]), or neither. One with a user, a query or a fragment is neither.
 */
enum fetch_url fetch_url_class(const char *url);

struct fetch_request {
	const char *url;
	const char *ca_file;    /* instead of the system's authorities; or NULL */
	int64_t timeout_ms;     /* of all of it */
	const atomic_int *stop; /* not 0: give up soon; or NULL */
};

/* Once, before there are threads. */
enum err fetch_setup(void) MUST_CHECK;

/*
 * *ret_body ends with a NUL that is not counted, and is to be freed with
 * free(). ERR_UNAVAILABLE with a sentence that names the URL, ERR_NO_MEMORY.
 */
enum err fetch_get(const struct fetch_request *request, char **ret_body, size_t *ret_length,
		   char *ret_message, size_t message_size) MUST_CHECK;

#endif
