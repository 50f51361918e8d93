#ifndef KSTTHC_PLAN_TIMING_H
#define KSTTHC_PLAN_TIMING_H

#include "plan_reader.h"

/* What the files that read phrases of time share. */

#define PLAN_WEEKLY "FREQ=WEEKLY"
#define PLAN_MONTHLY "FREQ=MONTHLY"
#define PLAN_QUARTERLY "FREQ=MONTHLY;INTERVAL=3"
#define PLAN_HALF_YEARLY "FREQ=MONTHLY;INTERVAL=6"
#define PLAN_YEARLY "FREQ=YEARLY"

/* A number of something, with its word in parentheses: "05 (năm) ngày". */
#define PLAN_SPELT "mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|lam"
#define PLAN_COUNT "# (? " PLAN_SPELT "? " PLAN_SPELT "? " PLAN_SPELT "? )? "

/* What stands before a phrase of time. */
enum plan_bound { PLAN_BOUND_NONE, PLAN_BOUND_BEFORE, PLAN_BOUND_START, PLAN_BOUND_VAGUE };

/* "trước ngày 20 tháng cuối quý": when a report is due after its period. */
struct plan_offset {
	struct plan_span span; /* PLAN_NO_SPAN: there is none */
	const char *rrule;     /* of the period, NULL where the words do not say which */
	int is_each;           /* "kỳ báo cáo": of whichever periods the item has */
};

/* One item of a time cell being read. */
struct plan_timer {
	struct plan_reader *reader;
	struct plan_where where;
	const struct plan_words *words;
	struct plan_list *timings;
	const char *text;           /* the item's words */
	size_t from, to;            /* words of the item */
	size_t left;                /* words not understood */
	size_t added;               /* timings of this item */
	int is_due;                 /* a due date was set */
	int has_start;              /* "từ ngày 1/9" was read: an end must follow */
	int is_periodic;            /* "định kỳ" was read: a recurrence must follow */
	int is_absorbing;           /* further words belong to the phrase before */
	size_t first;               /* timing of this item */
	size_t unread;              /* after the last word not understood, 0 where there is none */
	int has_doubt;              /* a word of time was not understood */
	const char *period;         /* "báo cáo quý": the rule of what follows, or NULL */
	struct plan_offset pending; /* waits for its recurrence */
	int is_statutory;           /* periods from the 15th to the 14th were named */
	int cites_decree;           /* and by nothing but the decree that has them */
};

struct plan_phrase {
	size_t at, end; /* words */
	int numbers[4];
	int is_month; /* its date is the end of the month it names */
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

enum plan_bound plan_timer_bound(const struct plan_timer *timer, size_t at);

/* A recurrence whose days are not certain: without a rule, for the reason named. */
int plan_timer_open(struct plan_timer *timer, const char *code) PLAN_MUST_CHECK;

/* "1,5": the number there is what follows the point of another. */
int plan_timer_is_fraction(const struct plan_timer *timer, size_t at);

/* A day that no rule can say: of each period, or of one that is named from at to end. */
int plan_timer_unruled(struct plan_timer *timer, size_t at, size_t end) PLAN_MUST_CHECK;

/* The same word without diacritics: "sau" (after), not "sáu" (six). */
int plan_word_is_bare(const struct plan_words *words, size_t at);

/* Whether a quarter's or another number stands there: "quý III". */
int plan_timer_has_value(const struct plan_timer *timer, size_t at);

/* Due dates after a period's end, and days of the month given with their months; the words taken, 0 or -1. */
long plan_offset_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

/* The period of "# ngày sau khi kết thúc quý" with its rule; the words taken, or 0. */
size_t plan_period_name(const struct plan_timer *timer, size_t at, struct plan_offset *offset);

/* "15 ngày sau khi kết thúc quý", "ngày làm việc đầu tiên của tháng sau"; the words taken, 0 or -1. */
long plan_end_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

/* Terms that run from an event; the words taken, 0 or -1. */
long plan_term_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

/* "thứ Sáu hàng tuần"; the words taken, 0 or -1. */
long plan_weekday_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

/* "báo cáo quý", "kỳ báo cáo từ ngày 15 đến ngày 14"; the words taken, 0 or -1. */
long plan_report_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

/* Whether the words from at to end cite the decree of statutory periods. */
int plan_cites_decree(const struct plan_timer *timer, size_t at, size_t end);

/* Gives the recurrence an offset belongs to that offset, or keeps it until there is one. */
int plan_offset_add(struct plan_timer *timer, const struct plan_offset *offset) PLAN_MUST_CHECK;

/* A day and month of each year; "hàng năm" before it was about that day. */
int plan_yearly_add(struct plan_timer *timer, const char *rrule) PLAN_MUST_CHECK;

/* The recurrence of "hàng năm" that stands in the item and has no day yet. */
int plan_is_yearly(const struct plan_timer *timer);

/* Whether the item has such a timing. */
int plan_has_kind(const struct plan_timer *timer, enum plan_timing_kind kind);

/* At the end of an item: what waited is added, and rules that other words put in doubt are dropped. */
int plan_item_settle(struct plan_timer *timer) PLAN_MUST_CHECK;

/* Quarters and months with their lists and ranges; the words taken, 0 or -1. */
long plan_periods_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

/* "hàng quý/năm", "hàng tháng, hàng quý"; the words taken, 0 or -1. */
long plan_recurrences_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

/* Any other phrase; the words taken, 0 or -1. */
long plan_phrase_read(struct plan_timer *timer, size_t at) PLAN_MUST_CHECK;

#endif
