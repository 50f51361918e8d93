#include "body.h"

#include <stdlib.h>
#include <string.h>

#include "accept.h"
#include "check.h"

size_t body_limit(enum door door)
{
	return door == DOOR_BACK ? BODY_BACK_MAX : BODY_FRONT_MAX;
}

/* A POST whose members are all optional may come without a body: it is {}. */
static bool may_be_empty(const struct route *route)
{
	if (!route->body || strcmp(route->method, "POST") != 0)
		return false;
	for (const struct field *field = route->body; field->name; field++)
		if (field->required)
			return false;
	return true;
}

static bool is_left_out(const struct call *call)
{
	return call->request_length == 0 && may_be_empty(call->route);
}

enum err body_check_type(struct call *call)
{
	const struct route *route = call->route;
	bool patch = call->method == METHOD_PATCH;
	const char *type = route->consumes;

	if (!type && route->body)
		type = patch ? "application/merge-patch+json" : "application/json";
	if (!type || is_left_out(call) || accept_content_type(call->headers.content_type, type))
		return ERR_OK;
	call_header(call,
		    patch                         ? "Accept-Patch"
		    : call->method == METHOD_POST ? "Accept-Post"
						  : "Accept",
		    type);
	return call_problem(call, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
}

enum err body_check_size(struct call *call)
{
	if (call->request_length > body_limit(call->door))
		return call_problem(call, PROBLEM_BODY_TOO_LARGE);
	return ERR_OK;
}

struct position {
	int line;
	int column; /* in bytes, from 1 */
};

static enum err malformed(struct call *call, const char *code, struct position at)
{
	const char *format = call->language == LANGUAGE_EN ? "line %d, column %d" : "dòng %d, cột %d";

	call_error(call, PLACE_POINTER, "", code, arena_printf(&call->arena, format, at.line, at.column));
	return call_problem(call, PROBLEM_MALFORMED_JSON);
}

/* The bytes of a string from its opening quote on; up to the end when it has no other. */
static size_t string_length(const char *text, size_t length)
{
	size_t i = 1;

	while (i < length && text[i] != '"')
		i += text[i] == '\\' ? 2 : 1;
	return i < length ? i + 1 : length;
}

/*
 * Jansson nests up to 2,048 deep and takes a hundred bytes for each value:
 * both are bounded before it sees the text. Returns the code of what is wrong,
 * or NULL; text that is not JSON is left for the parser to find.
 */
static const char *scan(const char *text, size_t length, struct position *ret_position)
{
	size_t depth = 0;
	size_t values = 0;
	size_t line_start = 0;
	int line = 1;
	size_t step;

	for (size_t i = 0; i < length; i += step) {
		bool opens = text[i] == '{' || text[i] == '[';

		step = text[i] == '"' ? string_length(text + i, length - i) : 1;
		depth += opens;
		depth -= depth && (text[i] == '}' || text[i] == ']');
		values += opens || text[i] == ',' || text[i] == ':';
		if (text[i] == '\n') {
			line++;
			line_start = i + 1;
		}
		if (depth > CHECK_MAX_DEPTH || values > CHECK_MAX_VALUES) {
			*ret_position = (struct position){ line, (int)(i - line_start) + 1 };
			return depth > CHECK_MAX_DEPTH ? "too_deep" : "too_many";
		}
	}
	return NULL;
}

static const char *parse_error_code(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		return "duplicate_member";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "control_character";
	case json_error_invalid_utf8:
		return "bad_utf8";
	case json_error_stack_overflow:
		return "too_deep";
	default:
		return "syntax";
	}
}

static enum err parse(struct call *call)
{
	const char *text = call->request_body;
	size_t length = call->request_length;
	struct position position = { 1, 1 };
	json_error_t error;
	const char *code;

	if (is_left_out(call)) {
		call->body = json_object();
		return call->body ? ERR_OK : ERR_NO_MEMORY;
	}
	if (!length)
		return malformed(call, "syntax", position);
	code = scan(text, length, &position);
	if (code)
		return malformed(call, code, position);
	call->body = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (call->body)
		return ERR_OK;
	if (json_error_code(&error) == json_error_out_of_memory)
		return ERR_NO_MEMORY;
	position = (struct position){ error.line > 0 ? error.line : 1, error.column > 0 ? error.column : 1 };
	return malformed(call, parse_error_code(&error), position);
}

enum err body_read(struct call *call)
{
	enum err err;

	if (!call->route->body)
		return ERR_OK;
	err = parse(call);
	if (err != ERR_OK)
		return err;
	field_check(call, call->route->body, call->body, call->method == METHOD_PATCH);
	if (call->error_count || call->problem != PROBLEM_NONE)
		return call_problem(call, PROBLEM_INVALID);
	call->body_text = json_dumps(call->body, JSON_COMPACT | JSON_REAL_PRECISION(15));
	return call->body_text ? ERR_OK : ERR_NO_MEMORY;
}
