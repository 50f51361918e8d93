#include "result.h"

#include <stdlib.h>
#include <string.h>

#include "db.h"

struct db_result *result_new(void)
{
	return calloc(1, sizeof(struct db_result));
}

void db_result_free(struct db_result *result)
{
	if (!result)
		return;
	PQclear(result->pg);
	free(result);
}

void result_take_rows(struct db_result *result, PGresult *pg)
{
	PQclear(result->pg);
	result->pg = pg;
	result->message[0] = '\0';
}

/* Cut where a UTF-8 sequence ends; without the newline libpq ends its own with. */
static void keep_message(struct db_result *result, const char *text)
{
	size_t length = strlen(text);

	if (length >= sizeof(result->message)) {
		length = sizeof(result->message) - 1;
		while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(result->message, text, length);
	while (length && result->message[length - 1] == '\n')
		length--;
	result->message[length] = '\0';
}

/* Messages of class 22 quote the value refused, which may be a person's; between other quotes stand names. */
static void hide_values(struct db_result *result)
{
	char *first = strchr(result->message, '"');
	char *last = strrchr(result->message, '"');

	if (!first)
		return;
	if (last == first)
		first[1] = '\0'; /* cut off before the closing one */
	else
		memmove(first + 1, last, strlen(last) + 1);
}

void result_take_failure(struct db_result *result, PGresult *pg, const char *text)
{
	const char *primary = PQresultErrorField(pg, PG_DIAG_MESSAGE_PRIMARY);

	PQclear(result->pg);
	result->pg = pg;
	if (!primary && pg)
		primary = PQresultErrorMessage(pg);
	keep_message(result, primary ? primary : text);
	if (!strncmp(db_sqlstate(result), "22", 2))
		hide_values(result);
}

size_t db_rows(const struct db_result *result)
{
	return result ? (size_t)PQntuples(result->pg) : 0;
}

/* PQfnumber() folds case, and allocates to do it. */
static int find_column(const struct db_result *result, const char *column)
{
	int count = PQnfields(result->pg);

	for (int i = 0; i < count; i++)
		if (!strcmp(PQfname(result->pg, i), column))
			return i;
	return -1;
}

/* The column of a value that is there, or -1. */
static int find_value(const struct db_result *result, size_t row, const char *column)
{
	int at;

	if (row >= db_rows(result))
		return -1;
	at = find_column(result, column);
	if (at < 0 || PQgetisnull(result->pg, (int)row, at))
		return -1;
	return at;
}

const char *db_value(const struct db_result *result, size_t row, const char *column)
{
	int at = find_value(result, row, column);

	return at < 0 ? NULL : PQgetvalue(result->pg, (int)row, at);
}

size_t db_value_length(const struct db_result *result, size_t row, const char *column)
{
	int at = find_value(result, row, column);

	return at < 0 ? 0 : (size_t)PQgetlength(result->pg, (int)row, at);
}

static const char *error_field(const struct db_result *result, int field)
{
	const char *value = result ? PQresultErrorField(result->pg, field) : NULL;

	return value ? value : "";
}

const char *db_sqlstate(const struct db_result *result)
{
	return error_field(result, PG_DIAG_SQLSTATE);
}

const char *db_constraint(const struct db_result *result)
{
	return error_field(result, PG_DIAG_CONSTRAINT_NAME);
}

const char *db_message(const struct db_result *result)
{
	return result ? result->message : "";
}
