#ifndef KSTTHC_PROBLEM_H
#define KSTTHC_PROBLEM_H

#include "../service/error.h"

/*
 * What is told to a caller whose request was not done: the codes of problem
 * documents (RFC 9457), their statuses, and their words in two languages.
 */
enum language { LANGUAGE_VI, LANGUAGE_EN };

#define PROBLEMS(X)                                              \
	X(INTERNAL, "internal", 500)                             \
	X(MALFORMED_REQUEST, "malformed_request", 400)           \
	X(AMBIGUOUS_FRAMING, "ambiguous_framing", 400)           \
	X(MALFORMED_JSON, "malformed_json", 400)                 \
	X(INVALID_PARAMETER, "invalid_parameter", 400)           \
	X(INVALID_PAGE_TOKEN, "invalid_page_token", 400)         \
	X(INVALID_TOKEN_REQUEST, "invalid_token_request", 400)   \
	X(UNSUPPORTED_GRANT, "unsupported_grant_type", 400)      \
	X(INVALID_SCOPE, "invalid_scope", 400)                   \
	X(UNAUTHORIZED, "unauthorized", 401)                     \
	X(INVALID_CLIENT, "invalid_client", 401)                 \
	X(FORBIDDEN, "forbidden", 403)                           \
	X(NOT_FOUND, "not_found", 404)                           \
	X(NO_SUCH_ROUTE, "no_such_route", 404)                   \
	X(METHOD_NOT_ALLOWED, "method_not_allowed", 405)         \
	X(NOT_ACCEPTABLE, "not_acceptable", 406)                 \
	X(CONFLICT, "conflict", 409)                             \
	X(WRONG_STATE, "wrong_state", 409)                       \
	X(REQUEST_IN_PROGRESS, "request_in_progress", 409)       \
	X(CURSOR_GONE, "cursor_gone", 410)                       \
	X(STALE_VERSION, "stale_version", 412)                   \
	X(BODY_TOO_LARGE, "body_too_large", 413)                 \
	X(URI_TOO_LONG, "uri_too_long", 414)                     \
	X(UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", 415) \
	X(WRONG_DOOR, "wrong_door", 421)                         \
	X(INVALID, "invalid", 422)                               \
	X(KEY_REUSED, "key_reused", 422)                         \
	X(PRECONDITION_REQUIRED, "precondition_required", 428)   \
	X(TOO_MANY_REQUESTS, "too_many_requests", 429)           \
	X(HEADERS_TOO_LARGE, "headers_too_large", 431)           \
	X(UNAVAILABLE, "unavailable", 503)                       \
	X(TIMEOUT, "timeout", 503)                               \
	X(OVERLOADED, "overloaded", 503)

#define PROBLEM_ENUM(name, code, status) PROBLEM_##name,
enum problem { PROBLEM_NONE, PROBLEMS(PROBLEM_ENUM) PROBLEM_COUNT };
#undef PROBLEM_ENUM

/* Of PROBLEM_NONE and of values out of range: those of PROBLEM_INTERNAL. */
const char *problem_code(enum problem problem);
int problem_status(enum problem problem);
const char *problem_title(enum problem problem, enum language language);
const char *problem_detail(enum problem problem, enum language language);

/* PROBLEM_NONE when there is no such code. */
enum problem problem_find(const char *code);

/* What an error of the layers below is to a caller; PROBLEM_NONE for ERR_OK. */
enum problem problem_of_error(enum err err);

/*
 * The words for the code of one wrong member, parameter or header; NULL when
 * there is no such code.
 */
const char *problem_member_detail(const char *code, enum language language);

/* Codes of wrong members in order, for tests and the contract; NULL after the last. */
const char *problem_member_code(unsigned index);

/* "vi", "en" */
const char *language_name(enum language language);

#endif
