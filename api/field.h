#ifndef KSTTHC_FIELD_H
#define KSTTHC_FIELD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The fields of a body or a query, as rows. field_check() (see check.h) holds
 * a document against them and reports every wrong member by JSON pointer.
 * Texts are checked to be valid UTF-8 without control characters (but newline
 * and tab in FIELD_TEXT) and brought to NFC, so what is stored is one form.
 */
enum field_type {
	FIELD_TEXT,    /* min..max code points after trimming; max 0: 2,000 */
	FIELD_CODE,    /* [a-z0-9] [a-z0-9.-]*, min..max bytes; max 0: 64 */
	FIELD_ENUM,    /* one of values */
	FIELD_INTEGER, /* min..max */
	FIELD_NUMBER,  /* JSON number, min..max */
	FIELD_BOOLEAN, /* query: true or false */
	FIELD_DATE,    /* "2025-08-15", a real date of 1900 to 2199 */
	FIELD_EMAIL,
	FIELD_PHONE,  /* digits, spaces, + ( ) . -, 3 to 20 digits */
	FIELD_URL,    /* http or https */
	FIELD_OBJECT, /* members in fields */
	FIELD_LIST,   /* min..max items, each as fields[0] says (its name is NULL); max 0: 200 */
};

struct field {
	const char *name; /* a table ends with { 0 }; list item rows: "" */
	enum field_type type;
	bool required;
	bool nullable; /* JSON null is allowed; in a merge patch it removes */
	int64_t min;
	int64_t max;
	const char *const *values;  /* FIELD_ENUM, ended by NULL */
	const struct field *fields; /* FIELD_OBJECT members, FIELD_LIST item */
};

#endif
