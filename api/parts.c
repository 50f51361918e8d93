#include "routes.h"

static const char *const kinds[] = {
	"on_date", "quarter",    "half_year",   "year",    "recurring", "continuous",
	"by_plan", "on_request", "after_event", "unknown", NULL,
};

static const char *const roles[] = { "lead", "implement", "cooperate", "monitor", "appraise", NULL };
static const char *const sources[] = { "output", NULL };

static const struct field recurrence[] = {
	{ "rrule", FIELD_TEXT, .required = true, .min = 1, .max = 200 },
	{ 0 },
};

static const struct field timing_fields[] = {
	{ "kind", FIELD_ENUM, .required = true, .values = kinds },
	{ "text", FIELD_TEXT, .required = true, .min = 1, .max = 1000 },
	{ "due_on", .type = FIELD_DATE },
	{ "recurrence", FIELD_OBJECT, .fields = recurrence },
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
