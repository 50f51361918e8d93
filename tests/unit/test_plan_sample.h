#ifndef KSTTHC_TEST_PLAN_SAMPLE_H
#define KSTTHC_TEST_PLAN_SAMPLE_H

#include <check.h>

#include "../../service/plan.h"

/* A small directory and a way to read a document with it; fails the test when the arena is used up. */
extern const struct plan_directory sample_directory;

struct sample {
	struct arena arena;
	struct plan plan;
};

void sample_read(struct sample *sample, const char *text);
void sample_read_bytes(struct sample *sample, const char *text, size_t length);
void sample_free(struct sample *sample);

/* A plan of 2026 with one task that has these cells. */
void sample_read_cells(struct sample *sample, const char *outputs, const char *people, const char *time);

/* How many findings have the code. */
size_t sample_count(const struct plan *plan, const char *code);

/*
 * "on_date 2026-09-30; recurring FREQ=MONTHLY": the timings of a cell, in words. After a rule "statutory" and its
 * offset: "+1m5" the 5th of the month after, "-3d" days, "+5wd" working days; a term in the same way.
 */
const char *sample_timings(struct sample *sample, const struct plan_part *part);

/* A time cell, its timings in words and the codes of all findings about them, in order. */
struct sample_phrase {
	const char *cell;
	const char *timings;
	const char *findings;
};

/* Fails the test unless the cell is read so, composed and decomposed. */
void sample_check_phrase(const struct sample_phrase *phrase);

/* "lead vp-ubnd [name] duty; ...": the assignments in words. */
const char *sample_assignments(struct sample *sample, const struct plan_assignment *items, size_t count);

#endif
