#include "token_jws.h"

#include <string.h>
#include <strings.h>

#include "base64url.h"

bool token_kid_valid(const char *kid, size_t length)
{
	if (length < 1 || length > TOKEN_KID_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (kid[i] != '.' && !base64url_is_digit(kid[i]))
			return false;
	}
	return true;
}

enum token_status token_json_object(const unsigned char *text, size_t length, json_t **ret_object)
{
	json_error_t error;
	/* Without JSON_DISABLE_EOF_CHECK and JSON_ALLOW_NUL: nothing after it, no NUL in it. */
	json_t *value = json_loadb((const char *)text, length, JSON_REJECT_DUPLICATES, &error);

	if (!value)
		return json_error_code(&error) == json_error_out_of_memory ? TOKEN_FAILED : TOKEN_MALFORMED;
	if (!json_is_object(value)) {
		json_decref(value);
		return TOKEN_MALFORMED;
	}
	*ret_object = value;
	return TOKEN_OK;
}

static bool typ_accepted(const json_t *typ)
{
	static const char *const accepted[] = { "JWT", "at+jwt", "application/at+jwt", NULL };

	if (!typ)
		return true;
	if (!json_is_string(typ))
		return false;
	for (size_t i = 0; accepted[i]; i++) {
		if (strcasecmp(json_string_value(typ), accepted[i]) == 0)
			return true;
	}
	return false;
}

static enum token_status read_header(const json_t *header, struct token_jws *jws)
{
	const json_t *kid = json_object_get(header, "kid");
	const json_t *algorithm = json_object_get(header, "alg");

	/* We understand no extension, so RFC 7515 4.1.11 has us refuse whichever it names. */
	if (json_object_get(header, "crit"))
		return TOKEN_MALFORMED;
	if (!typ_accepted(json_object_get(header, "typ")))
		return TOKEN_MALFORMED;
	if (!json_is_string(kid) || !json_is_string(algorithm))
		return TOKEN_MALFORMED;
	if (!token_kid_valid(json_string_value(kid), json_string_length(kid)))
		return TOKEN_MALFORMED;
	if (json_string_length(algorithm) >= sizeof(jws->algorithm))
		return TOKEN_WRONG_ALGORITHM;
	memcpy(jws->kid, json_string_value(kid), json_string_length(kid) + 1);
	memcpy(jws->algorithm, json_string_value(algorithm), json_string_length(algorithm) + 1);
	return TOKEN_OK;
}

static bool decode_part(const char *text, size_t length, unsigned char *out, size_t *ret_length)
{
	return length && base64url_decode(text, length, out, ret_length);
}

/* Decodes the parts one behind the other into bytes, which have room for any token of the greatest length. */
static bool decode_parts(const char *token, size_t length, struct token_jws *jws, size_t *ret_header_length)
{
	const char *first = memchr(token, '.', length);
	const char *second = first ? memchr(first + 1, '.', length - (size_t)(first + 1 - token)) : NULL;
	size_t header_length;
	unsigned char *out = jws->bytes;

	if (!second)
		return false;
	if (!decode_part(token, (size_t)(first - token), out, &header_length))
		return false;
	out += header_length;
	jws->payload = out;
	if (!decode_part(first + 1, (size_t)(second - first) - 1, out, &jws->payload_length))
		return false;
	out += jws->payload_length;
	jws->signature = out;
	if (!decode_part(second + 1, length - (size_t)(second + 1 - token), out, &jws->signature_length))
		return false;
	jws->signed_text = token;
	jws->signed_length = (size_t)(second - token);
	*ret_header_length = header_length;
	return true;
}

enum token_status token_jws_parse(const char *token, size_t length, struct token_jws *ret_jws)
{
	enum token_status status;
	size_t header_length;
	json_t *header;

	if (length > TOKEN_MAX_BYTES)
		return TOKEN_MALFORMED;
	if (!decode_parts(token, length, ret_jws, &header_length))
		return TOKEN_MALFORMED;
	status = token_json_object(ret_jws->bytes, header_length, &header);
	if (status != TOKEN_OK)
		return status;
	status = read_header(header, ret_jws);
	json_decref(header);
	return status;
}
