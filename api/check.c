#include "check.h"

#include <stdio.h>
#include <string.h>

#include "../service/text.h"

#define LIST_MAX 200

/* The bytes a trail takes as a JSON pointer (RFC 6901), written to out unless it is NULL. */
static size_t pointer_write(const struct trail *trail, char *out)
{
	size_t length = 0;
	char digits[24];
	const char *name = trail->name;

	if (trail->up)
		length = pointer_write(trail->up, out);
	else
		return 0;
	if (!name) {
		snprintf(digits, sizeof(digits), "%zu", trail->index);
		name = digits;
	}
	if (out)
		out[length] = '/';
	length++;
	for (; *name; name++) {
		int escaped = *name == '~' || *name == '/';

		if (out) {
			out[length] = escaped ? '~' : *name;
			if (escaped)
				out[length + 1] = *name == '~' ? '0' : '1';
		}
		length += escaped ? 2 : 1;
	}
	return length;
}

/* A pointer to an unknown member is as long as its sender likes: it is not repeated beyond this. */
#define POINTER_MAX 1024

static const char *pointer_make(struct arena *arena, const struct trail *trail)
{
	size_t length = pointer_write(trail, NULL);
	char *pointer;

	if (length > POINTER_MAX)
		return trail->up ? pointer_make(arena, trail->up) : "";
	pointer = arena_alloc(arena, length + 1);
	if (pointer)
		pointer_write(trail, pointer);
	return pointer;
}

static const char *where_is(struct check *check, const struct trail *trail)
{
	if (check->place == PLACE_POINTER)
		return pointer_make(&check->call->arena, trail);
	return arena_strdup(&check->call->arena, trail->name ? trail->name : "");
}

void check_fail(struct check *check, const struct trail *trail, const char *code, const char *note)
{
	if (!call_errors_full(check->call))
		call_error(check->call, check->place, where_is(check, trail), code, note);
}

void check_fail_bound(struct check *check, const struct trail *trail, const char *code, int64_t bound)
{
	if (!call_errors_full(check->call))
		call_error_bound(check->call, check->place, where_is(check, trail), code, bound);
}

static const struct field *find_field(const struct field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

void check_object(struct check *check, const struct field *fields, json_t *object, const struct trail *trail,
		  bool partial)
{
	const char *name;
	json_t *value;

	for (const struct field *field = fields; field->name && !partial; field++) {
		struct trail here = { trail, field->name, 0 };

		if (field->required && !json_object_get(object, field->name))
			check_fail(check, &here, "required", NULL);
	}
	json_object_foreach(object, name, value) {
		const struct field *field = find_field(fields, name);
		struct trail here = { trail, name, 0 };

		if (call_errors_full(check->call))
			return;
		if (field)
			check_value(check, field, value, &here, partial);
		else
			check_fail(check, &here, "unknown_member", NULL);
	}
}

static void check_list(struct check *check, const struct field *field, json_t *list,
		       const struct trail *trail)
{
	int64_t count = (int64_t)json_array_size(list);
	int64_t max = field->max ? field->max : LIST_MAX;
	json_t *item;
	size_t i;

	if (count < field->min)
		check_fail_bound(check, trail, "too_few", field->min);
	if (count > max) {
		check_fail_bound(check, trail, "too_many", max);
		return;
	}
	json_array_foreach(list, i, item) {
		struct trail here = { trail, NULL, i };

		if (call_errors_full(check->call))
			return;
		check_value(check, field->fields, item, &here, false);
	}
}

static void check_integer(struct check *check, const struct field *field, json_t *value,
			  const struct trail *trail)
{
	int64_t number = json_integer_value(value);

	if (!field->min && !field->max)
		return;
	if (number < field->min)
		check_fail_bound(check, trail, "too_small", field->min);
	else if (number > field->max)
		check_fail_bound(check, trail, "too_large", field->max);
}

static void check_number(struct check *check, const struct field *field, json_t *value,
			 const struct trail *trail)
{
	double number = json_number_value(value);

	if (!field->min && !field->max)
		return;
	if (number < (double)field->min)
		check_fail_bound(check, trail, "too_small", field->min);
	else if (number > (double)field->max)
		check_fail_bound(check, trail, "too_large", field->max);
}

static bool right_type(const struct field *field, const json_t *value)
{
	switch (field->type) {
	case FIELD_INTEGER:
		return json_is_integer(value);
	case FIELD_NUMBER:
		return json_is_number(value);
	case FIELD_BOOLEAN:
		return json_is_boolean(value);
	case FIELD_OBJECT:
		return json_is_object(value);
	case FIELD_LIST:
		return json_is_array(value);
	default:
		return json_is_string(value);
	}
}

void check_value(struct check *check, const struct field *field, json_t *value, const struct trail *trail,
		 bool partial)
{
	if (json_is_null(value)) {
		if (!field->nullable)
			check_fail(check, trail, "null_not_allowed", NULL);
		return;
	}
	if (!right_type(field, value)) {
		check_fail(check, trail, "wrong_type", NULL);
		return;
	}
	switch (field->type) {
	case FIELD_INTEGER:
		check_integer(check, field, value, trail);
		return;
	case FIELD_NUMBER:
		check_number(check, field, value, trail);
		return;
	case FIELD_BOOLEAN:
		return;
	case FIELD_OBJECT:
		check_object(check, field->fields, value, trail, partial);
		return;
	case FIELD_LIST:
		check_list(check, field, value, trail);
		return;
	default:
		check_text(check, field, value, trail);
	}
}

void field_check(struct call *call, const struct field *fields, json_t *document, bool partial)
{
	struct check check = { .call = call, .place = PLACE_POINTER };
	const struct trail root = { 0 };

	arena_init(&check.scratch, (size_t)256 << 20);
	if (json_is_object(document))
		check_object(&check, fields, document, &root, partial);
	else
		check_fail(&check, &root, "wrong_type", NULL);
	arena_release(&check.scratch);
}
