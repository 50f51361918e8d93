#include "query.h"

#include <inttypes.h>
#include <string.h>

#include "check.h"
#include "page.h"

static const struct field *find_field(const struct field *fields, const char *name)
{
	for (; fields && fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/* An integer in plain decimal; false for anything else and out of range. */
static bool parse_integer(const char *text, int64_t *ret_number)
{
	const char *digits = text + (*text == '-');
	int64_t number = 0;

	if (!*digits)
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9' || __builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, *digits - '0', &number))
			return false;
	}
	*ret_number = *text == '-' ? -number : number;
	return true;
}

/* The parameter as the JSON its field wants, NULL when its text is no such thing. */
static json_t *convert(const struct field *field, const char *text)
{
	int64_t number;

	switch (field->type) {
	case FIELD_INTEGER:
		return parse_integer(text, &number) ? json_integer(number) : NULL;
	case FIELD_NUMBER:
		return json_loads(text, JSON_DECODE_ANY, NULL);
	case FIELD_BOOLEAN:
		if (strcmp(text, "true") == 0)
			return json_true();
		return strcmp(text, "false") == 0 ? json_false() : NULL;
	default:
		return json_string(text);
	}
}

static bool seen_before(const struct uri *uri, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(uri->pairs[i].name, uri->pairs[index].name) == 0)
			return true;
	return false;
}

static const char *limit_text(struct call *call, int64_t limit)
{
	if (limit > PAGE_LIMIT_MAX)
		limit = PAGE_LIMIT_MAX;
	return arena_printf(&call->arena, "%" PRId64, limit);
}

static void read_limit(struct call *call, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	int64_t limit = 0;

	if (!digits || text[digits]) {
		call_error(call, PLACE_PARAMETER, "limit", "wrong_type", NULL);
		return;
	}
	/* More digits than an integer holds are more than the most. */
	if (!parse_integer(text, &limit))
		limit = PAGE_LIMIT_MAX;
	if (limit < 1)
		call_error_bound(call, PLACE_PARAMETER, "limit", "too_small", 1);
	else
		call->limit = limit_text(call, limit);
}

static void read_pair(struct check *check, const struct uri_pair *pair)
{
	struct call *call = check->call;
	const struct field *field = find_field(call->route->query, pair->name);
	struct trail root = { 0 };
	struct trail here = { &root, pair->name, 0 };
	json_t *value;

	if (!field) {
		check_fail(check, &here, "unknown_member", NULL);
		return;
	}
	value = convert(field, pair->value);
	if (!value) {
		check_fail(check, &here, "wrong_type", NULL);
		return;
	}
	check_value(check, field, value, &here, false);
	if (!call->query)
		call->query = json_object();
	json_object_set_new(call->query, field->name, value);
}

static void read_pairs(struct call *call, const char **ret_token)
{
	struct check check = { .call = call, .place = PLACE_PARAMETER };
	bool takes_limit = call->route->list || find_field(call->route->query, "limit");

	arena_init(&check.scratch, (size_t)1 << 20);
	for (size_t i = 0; i < call->uri.pair_count; i++) {
		const struct uri_pair *pair = &call->uri.pairs[i];

		if (seen_before(&call->uri, i))
			call_error(call, PLACE_PARAMETER, pair->name, "duplicate_member", NULL);
		else if (takes_limit && strcmp(pair->name, "limit") == 0)
			read_limit(call, pair->value);
		else if (call->route->list && strcmp(pair->name, "page_token") == 0)
			*ret_token = pair->value;
		else
			read_pair(&check, pair);
	}
	arena_release(&check.scratch);
	for (const struct field *field = call->route->query; field && field->name; field++)
		if (field->required && !json_object_get(call->query, field->name))
			call_error(call, PLACE_PARAMETER, field->name, "required", NULL);
	if (takes_limit && !call->limit)
		call->limit = limit_text(call, PAGE_LIMIT_DEFAULT);
}

static void check_variables(struct call *call)
{
	for (size_t i = 0; i < ROUTER_VARIABLES && call->variables[i]; i++) {
		size_t length = 0;
		const char *name = route_variable(call->route, i, &length);

		/* Whatever it is, one that nobody has been given is not found. */
		if (i == 0 && call->route->secret_path)
			continue;
		if (name && !check_is_code(call->variables[i]))
			call_error(call, PLACE_PARAMETER, arena_strndup(&call->arena, name, length),
				   "bad_format", NULL);
	}
}

static enum err make_text(struct call *call)
{
	const size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15);
	size_t length;
	char *text;

	call->query_text = "{}";
	if (!call->query)
		return ERR_OK;
	length = json_dumpb(call->query, NULL, 0, flags);
	text = length ? arena_alloc(&call->arena, length + 1) : NULL;
	if (!text)
		return ERR_NO_MEMORY;
	json_dumpb(call->query, text, length, flags);
	call->query_text = text;
	return ERR_OK;
}

enum err query_read(struct call *call)
{
	const char *token = NULL;
	enum err err;

	check_variables(call);
	read_pairs(call, &token);
	if (call->error_count || call->problem != PROBLEM_NONE)
		return call_problem(call, PROBLEM_INVALID_PARAMETER);
	err = make_text(call);
	if (err != ERR_OK || !token)
		return err;
	err = page_token_read(&call->arena, call->route->operation, call->query_text, token, &call->after);
	return err == ERR_INVALID ? call_problem(call, PROBLEM_INVALID_PAGE_TOKEN) : err;
}

const char *query_next_link(struct call *call, const char *page_token)
{
	const char *text = arena_printf(&call->arena, "<%s?", call->uri.path);

	for (size_t i = 0; i < call->uri.pair_count && text; i++) {
		const struct uri_pair *pair = &call->uri.pairs[i];
		char *value = uri_escape(&call->arena, pair->value);

		if (!value)
			return NULL;
		if (strcmp(pair->name, "page_token") != 0)
			text = arena_printf(&call->arena, "%s%s=%s&", text, pair->name, value);
	}
	return text ? arena_printf(&call->arena, "%spage_token=%s>; rel=\"next\"", text, page_token) : NULL;
}
