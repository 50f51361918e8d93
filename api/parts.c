#include "routes.h"

static const char *const kinds[] = {
	"on_date", "quarter",    "half_year",   "year",    "recurring", "continuous",
	"by_plan", "on_request", "after_event", "unknown", NULL,
};

static const char *const roles[] = { "lead", "implement", "cooperate", "monitor", "appraise", NULL };
static const char *const sources[] = { "output", NULL };

static const char *const bases[] = { "calendar", "statutory", NULL };

/* That an offset has one form and a term one is held by timing_error() of the database. */
static const struct field due_offset[] = {
	{ "months", FIELD_INTEGER, .min = 0, .max = 12 },
	{ "day", FIELD_INTEGER, .min = 1, .max = 31 },
	{ "days", FIELD_INTEGER, .min = -31, .max = 92 },
	{ "working_days", FIELD_INTEGER, .min = 1, .max = 60 },
	{ 0 },
};

static const struct field recurrence[] = {
	{ "rrule", FIELD_TEXT, .required = true, .min = 1, .max = 200 },
	{ "basis", FIELD_ENUM, .values = bases },
	{ "due_offset", FIELD_OBJECT, .fields = due_offset },
	{ 0 },
};

static const struct field term[] = {
	{ "working_days", FIELD_INTEGER, .min = 0, .max = 366 },
	{ "days", FIELD_INTEGER, .min = 0, .max = 1000 },
	{ 0 },
};

const struct field document_fields[] = {
	{ "number", FIELD_TEXT, .min = 1, .max = 100 },
	{ "date", .type = FIELD_DATE },
	{ "title", FIELD_TEXT, .required = true, .min = 1, .max = 1000 },
	{ "link", .type = FIELD_URL },
	{ 0 },
};

static const struct field timing_fields[] = {
	{ "kind", FIELD_ENUM, .required = true, .values = kinds },
	{ "text", FIELD_TEXT, .required = true, .min = 1, .max = 1000 },
	{ "due_on", .type = FIELD_DATE },
	{ "recurrence", FIELD_OBJECT, .fields = recurrence },
	{ "term", FIELD_OBJECT, .fields = term },
	{ "event_on", .type = FIELD_DATE },
	{ "document", FIELD_OBJECT, .fields = document_fields },
	{ "source", FIELD_ENUM, .values = sources },
	{ 0 },
};

const struct field assignment_fields[] = {
	{ "agency", .type = FIELD_CODE },
	{ "group", .type = FIELD_CODE },
	{ "name", FIELD_TEXT, .required = true, .min = 1, .max = 1000 },
	{ "role", FIELD_ENUM, .required = true, .values = roles },
	{ "duty", FIELD_TEXT, .min = 1, .max = 1000 },
	{ 0 },
};

static const struct field output = { "", FIELD_TEXT, .min = 1, .max = 4000 };
static const struct field timing = { "", FIELD_OBJECT, .fields = timing_fields };
static const struct field assignment = { "", FIELD_OBJECT, .fields = assignment_fields };

const struct field part_fields[] = {
	{ "label", FIELD_TEXT, .min = 1, .max = 20 },
	{ "outputs", FIELD_LIST, .max = 100, .fields = &output },
	{ "timings", FIELD_LIST, .max = 20, .fields = &timing },
	{ "assignments", FIELD_LIST, .max = 100, .fields = &assignment },
	{ 0 },
};
