#include "fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct body {
	char *text;
	size_t length;
	bool too_long;
};

enum err fetch_setup(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? ERR_OK : ERR_NO_MEMORY;
}

static bool is_loopback(const char *host)
{
	struct in_addr address;

	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return has;
}

static enum fetch_url parsed_class(CURLU *url)
{
	char *scheme = NULL;
	char *host = NULL;
	enum fetch_url class = FETCH_URL_BAD;

	if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD) ||
	    has_part(url, CURLUPART_QUERY) || has_part(url, CURLUPART_FRAGMENT))
		return FETCH_URL_BAD;
	if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		if (strcmp(scheme, "https") == 0)
			class = FETCH_URL_HTTPS;
		else if (strcmp(scheme, "http") == 0 && is_loopback(host))
			class = FETCH_URL_LOOPBACK;
	}
	curl_free(scheme);
	curl_free(host);
	return class;
}

enum fetch_url fetch_url_class(const char *url)
{
	CURLU *parsed = curl_url();
	enum fetch_url class = FETCH_URL_BAD;

	if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK)
		class = parsed_class(parsed);
	curl_url_cleanup(parsed);
	return class;
}

static size_t take(char *bytes, size_t size, size_t count, void *argument)
{
	struct body *body = argument;
	size_t length = size * count;

	if (length > FETCH_MAX_BYTES - body->length) {
		body->too_long = true;
		return CURL_WRITEFUNC_ERROR;
	}
	memcpy(body->text + body->length, bytes, length);
	body->length += length;
	return length;
}

static int look_for_stop(void *argument, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
	const atomic_int *stop = argument;

	(void)total;
	(void)now;
	(void)up_total;
	(void)up;
	return stop && atomic_load(stop) ? 1 : 0;
}

static bool prepare(CURL *curl, const struct fetch_request *request, struct body *body)
{
	CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, request->url);
	bool https = fetch_url_class(request->url) == FETCH_URL_HTTPS;

	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (code == CURLE_OK && request->ca_file)
		code = curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
	/* With the file, it alone: the system's directory of authorities would count beside it. */
	if (code == CURLE_OK && request->ca_file)
		code = curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	if (code != CURLE_OK)
		return false;
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* Else the end waits for a name server that does not answer, time-out or not. */
	curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_for_stop);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)request->stop);
	return true;
}

static enum err perform(CURL *curl, const struct fetch_request *request, const struct body *body,
			char *ret_message, size_t message_size)
{
	CURLcode code = curl_easy_perform(curl);
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status == 200)
		return ERR_OK;
	if (code == CURLE_OK)
		snprintf(ret_message, message_size, "%s answers with status %ld", request->url, status);
	else
		snprintf(ret_message, message_size, "%s: %s", request->url,
			 body->too_long ? "the answer has more than 256 kB" : curl_easy_strerror(code));
	return ERR_UNAVAILABLE;
}

enum err fetch_get(const struct fetch_request *request, char **ret_body, size_t *ret_length,
		   char *ret_message, size_t message_size)
{
	struct body body = { .text = malloc(FETCH_MAX_BYTES + 1) };
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
	enum err err = ERR_NO_MEMORY;

	snprintf(ret_message, message_size, "no memory");
	if (fetch_url_class(request->url) == FETCH_URL_BAD) {
		snprintf(ret_message, message_size, "%s is neither https nor http on this machine",
			 request->url);
		err = ERR_UNAVAILABLE;
	} else if (body.text && curl && headers && prepare(curl, request, &body)) {
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		err = perform(curl, request, &body, ret_message, message_size);
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	if (err) {
		free(body.text);
		return err;
	}
	body.text[body.length] = '\0';
	*ret_body = body.text;
	*ret_length = body.length;
	return ERR_OK;
}
