#ifndef KSTTHC_PLAN_PHRASE_H
#define KSTTHC_PLAN_PHRASE_H

#include "plan_timing.h"

/* What is done with a phrase of time that fits. */
enum plan_phrase_action {
	ADD,    /* kind and rrule of the row */
	ABSORB, /* the same, and the words up to the next comma */
	CITED,  /* a document's date: no time */
	FILL,
	OPEN, /* a recurrence that no rule can say, up to the next comma */
	PERIODIC,
	DATE,
	DAYS,
	DAY_AND_MONTH,
	MONTH_OF_YEAR,
	YEAR,
	YEARS,
	THIS_YEAR,
	FIRST_MONTHS,
	LAST_MONTHS,
	EVERY_MONTHS,
	TIMES_A_YEAR,
	MONTH_DAY,
	RANGE_DAY,
	YEAR_DAY,
	YEAR_DAYS,
	HALF_AND_END,
	FIRST_HALF,
	SECOND_HALF,
};

struct plan_phrase_row {
	const char *pattern;
	enum plan_phrase_action action;
	enum plan_timing_kind kind;
	const char *rrule;
	const char *finding;
};

/* The first row that matches and whose action takes it decides; a row without a pattern ends them. */
extern const struct plan_phrase_row plan_phrase_rows[];

#endif
