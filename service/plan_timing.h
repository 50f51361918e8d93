#ifndef KSTTHC_PLAN_TIMING_H
#define KSTTHC_PLAN_TIMING_H

#include "plan_reader.h"

/* What the files that read phrases of time share. */

/* One item of a time cell being read. */
struct plan_timer {
	struct plan_reader *reader;
	struct plan_where where;
	const struct plan_words *words;
	struct plan_list *timings;
	const char *text; /* the item's words */
	size_t from, to;  /* words of the item */
	size_t left;      /* words not understood */
	size_t added;     /* timings of this item */
	int is_due;       /* a due date was set */
	int has_start;    /* "từ ngày 1/9" was read: an end must follow */
	int is_periodic;  /* "định kỳ" was read: a recurrence must follow */
	int is_absorbing; /* further words belong to the phrase before */
};

struct plan_phrase {
	size_t at, end; /* words */
	int numbers[4];
	int is_range; /* it has its own end: "từ" before it starts nothing */
};

/* Reading a phrase takes its words, or is not for it; -1 the arena is used up. */
enum { PHRASE_FAILED = -1, PHRASE_TAKEN, PHRASE_OTHER };

int plan_timer_find(struct plan_timer *timer, const char *code) PLAN_MUST_CHECK;
int plan_timer_add(struct plan_timer *timer, enum plan_timing_kind kind, const char *rrule) PLAN_MUST_CHECK;

/* A due date; what stands around the phrase may make it a start or leave it open. */
int plan_timer_due(struct plan_timer *timer, const struct plan_phrase *phrase, enum plan_timing_kind kind,
		   struct plan_date due) PLAN_MUST_CHECK;

/* Timings without a date, for the reason named. */
int plan_timer_unknown(struct plan_timer *timer, const char *code) PLAN_MUST_CHECK;

/* Quarters and months with their lists and ranges; the words taken, 0 or -1. */
long plan_periods_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

/* "hàng quý/năm", "hàng tháng, hàng quý"; the words taken, 0 or -1. */
long plan_recurrences_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

/* Any other phrase; the words taken, 0 or -1. */
long plan_phrase_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

#endif
