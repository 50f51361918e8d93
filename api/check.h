#ifndef KSTTHC_CHECK_H
#define KSTTHC_CHECK_H

#include <stdbool.h>

#include "call.h"
#include "field.h"

/*
 * Holds JSON against tables of fields. Every wrong member is noted with
 * call_error(), up to CALL_MAX_ERRORS; texts come out trimmed and in NFC.
 */

/* JSON is nested at most this deep. */
#define CHECK_MAX_DEPTH 32

/* A body has at most this many values: what a parsed one takes is about 100 bytes each. */
#define CHECK_MAX_VALUES 400000

/* Where a value is; its JSON pointer is only made when something is wrong there. */
struct trail {
	const struct trail *up; /* NULL at the document itself */
	const char *name;       /* NULL in a list */
	size_t index;
};

/*
 * The document as an object of fields. partial: a merge patch (RFC 7396):
 * nothing is required, but items of lists are whole. Places are pointers.
 */
void field_check(struct call *call, const struct field *fields, json_t *document, bool partial);

/* One value; the places of errors are as place says. For check.c and query.c. */
struct check {
	struct call *call;
	enum place place;
	struct arena scratch;
};

void check_value(struct check *check, const struct field *field, json_t *value, const struct trail *trail,
		 bool partial);
void check_object(struct check *check, const struct field *fields, json_t *object, const struct trail *trail,
		  bool partial);

/* Texts of every kind, dates and codes included. */
void check_text(struct check *check, const struct field *field, json_t *value, const struct trail *trail);

void check_fail(struct check *check, const struct trail *trail, const char *code, const char *note);
void check_fail_bound(struct check *check, const struct trail *trail, const char *code, int64_t bound);

/* Whether a path variable is a code: FIELD_CODE without bounds of its own. */
bool check_is_code(const char *text);

#endif
