#include <string.h>

#include "../service/text.h"
#include "check.h"
#include "today.h"

#define TEXT_MAX 2000
#define CODE_MAX 64
#define EMAIL_MAX 254
#define URL_MAX 2000
#define PHONE_MIN 3
#define PHONE_MAX 20

/* What the scratch arena may hold before it is emptied between two texts. */
#define SCRATCH_KEPT ((size_t)65536)

/* C0, DEL and C1 (U+0080 to U+009F, in UTF-8 c2 80 to c2 9f); newline and tab may stand in texts. */
static bool has_control(const char *text, bool is_text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c < ' ' && !(is_text && (*c == '\n' || *c == '\t')))
			return true;
		if (*c == 0x7f || (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f))
			return true;
	}
	return false;
}

static bool is_code(const char *text)
{
	const char *rest = "abcdefghijklmnopqrstuvwxyz0123456789.-";

	return *text && *text != '.' && *text != '-' && !text[strspn(text, rest)];
}

bool check_is_code(const char *text)
{
	return strlen(text) <= CODE_MAX && is_code(text);
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* At least two labels of letters, digits and inner dashes. */
static bool is_domain(const char *text)
{
	size_t labels = 0;

	for (;; text++) {
		size_t length = strspn(text, LETTERS "0123456789-");

		if (!length || text[0] == '-' || text[length - 1] == '-')
			return false;
		labels++;
		text += length;
		if (*text != '.')
			return !*text && labels >= 2;
	}
}

/* What can be written to, not all that RFC 5321 allows. */
static bool is_email(const char *text)
{
	size_t local = strspn(text, LETTERS "0123456789!#$%&'*+-/=?^_`{|}~.");

	return local && local <= 64 && text[local] == '@' && strlen(text) <= EMAIL_MAX && *text != '.' &&
	       text[local - 1] != '.' && !strstr(text, "..") && is_domain(text + local + 1);
}

static bool is_phone(const char *text)
{
	size_t digits = 0;

	for (const char *c = text; *c; c++) {
		if (*c >= '0' && *c <= '9')
			digits++;
		else if (!strchr(" +().-", *c))
			return false;
	}
	return digits >= PHONE_MIN && digits <= PHONE_MAX && strlen(text) <= (size_t)PHONE_MAX * 3;
}

static bool is_url(const char *text)
{
	size_t scheme = strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0;

	return scheme && strlen(text) <= URL_MAX && text[scheme] && !strchr("/?#", text[scheme]) &&
	       !strpbrk(text, " \"<>\\^`{|}");
}

static bool is_one_of(const char *const *values, const char *text)
{
	for (; *values; values++)
		if (strcmp(*values, text) == 0)
			return true;
	return false;
}

/* "a, b, c": what may stand there. */
static const char *list_of(struct arena *arena, const char *const *values)
{
	const char *text = *values;

	while (text && *++values)
		text = arena_printf(arena, "%s, %s", text, *values);
	return text;
}

static void check_enum(struct check *check, const struct field *field, const char *text,
		       const struct trail *trail)
{
	if (!is_one_of(field->values, text) && !call_errors_full(check->call))
		check_fail(check, trail, "not_in_list", list_of(&check->call->arena, field->values));
}

static bool is_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return !length || ((unsigned char)text[0] > ' ' && (unsigned char)text[length - 1] > ' ');
}

/* Leaves the value trimmed and in NFC. */
static bool normalise(struct check *check, json_t *value)
{
	const char *text = json_string_value(value);
	size_t length = json_string_length(value);
	char *composed;

	if (is_plain(text, length))
		return true;
	while (length && strchr(" \t\n\r", text[length - 1]))
		length--;
	while (length && strchr(" \t\n\r", *text)) {
		text++;
		length--;
	}
	if (check->scratch.used > SCRATCH_KEPT)
		arena_release(&check->scratch);
	composed = text_nfc(&check->scratch, text, length);
	return composed && json_string_setn_nocheck(value, composed, strlen(composed)) == 0;
}

static void check_length(struct check *check, const struct field *field, const char *text,
			 const struct trail *trail)
{
	int64_t max = field->max ? field->max : field->type == FIELD_CODE ? CODE_MAX : TEXT_MAX;
	int64_t length = (int64_t)text_length(text);

	if (length < field->min)
		check_fail_bound(check, trail, "too_short", field->min);
	else if (length > max)
		check_fail_bound(check, trail, "too_long", max);
	else if (field->type == FIELD_CODE && !is_code(text))
		check_fail(check, trail, "bad_format", NULL);
}

static void fail_unless(struct check *check, const struct trail *trail, bool right, const char *code)
{
	if (!right)
		check_fail(check, trail, code, NULL);
}

void check_text(struct check *check, const struct field *field, json_t *value, const struct trail *trail)
{
	const char *text;

	if (!normalise(check, value)) {
		check_fail(check, trail, "bad_utf8", NULL);
		return;
	}
	text = json_string_value(value);
	if (has_control(text, field->type == FIELD_TEXT)) {
		check_fail(check, trail, "control_character", NULL);
		return;
	}
	switch (field->type) {
	case FIELD_ENUM:
		check_enum(check, field, text, trail);
		return;
	case FIELD_DATE:
		fail_unless(check, trail, today_is_date(text), "not_a_date");
		return;
	case FIELD_EMAIL:
		fail_unless(check, trail, is_email(text), "bad_format");
		return;
	case FIELD_PHONE:
		fail_unless(check, trail, is_phone(text), "bad_format");
		return;
	case FIELD_URL:
		fail_unless(check, trail, is_url(text), "bad_format");
		return;
	default:
		check_length(check, field, text, trail);
	}
}
