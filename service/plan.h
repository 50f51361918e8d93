#ifndef KSTTHC_PLAN_H
#define KSTTHC_PLAN_H

#include <stddef.h>

#include "arena.h"

/*
 * A plan as its document states it, and the reader of such documents.
 *
 * All text is UTF-8 in NFC, white space folded to single spaces, without
 * markup. Everything a reader makes lives in the caller's arena.
 */

/* A civil date; year 0 means there is none. */
struct plan_date {
	int year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

/* name in JSON */
#define PLAN_ROLES(X)             \
	X(LEAD, "lead")           \
	X(IMPLEMENT, "implement") \
	X(COOPERATE, "cooperate") \
	X(MONITOR, "monitor")     \
	X(APPRAISE, "appraise")

#define PLAN_TIMINGS(X)               \
	X(ON_DATE, "on_date")         \
	X(QUARTER, "quarter")         \
	X(HALF_YEAR, "half_year")     \
	X(YEAR, "year")               \
	X(RECURRING, "recurring")     \
	X(CONTINUOUS, "continuous")   \
	X(BY_PLAN, "by_plan")         \
	X(ON_REQUEST, "on_request")   \
	X(AFTER_EVENT, "after_event") \
	X(UNKNOWN, "unknown")

#define PLAN_ENUM(name, text) PLAN_##name,
enum plan_role { PLAN_ROLES(PLAN_ENUM) };
enum plan_timing_kind { PLAN_TIMINGS(PLAN_ENUM) };
#undef PLAN_ENUM

const char *plan_role_name(enum plan_role role);
const char *plan_timing_name(enum plan_timing_kind kind);

enum plan_comparison { PLAN_EQ, PLAN_GE, PLAN_LE };

/* Where a recurrence's periods end: with the month, or on its 14th (Nghị định 09/2019/NĐ-CP, Điều 12). */
enum plan_basis { PLAN_CALENDAR, PLAN_STATUTORY };

enum plan_span_unit { PLAN_NO_SPAN, PLAN_MONTHS, PLAN_DAYS, PLAN_WORKING_DAYS };

/* How long after a period or an event something is due. */
struct plan_span {
	enum plan_span_unit unit;
	int count; /* days may be negative: before the end of the period */
	int day;   /* of PLAN_MONTHS: the day of the month, count months after the period's last */
};

struct plan_timing {
	enum plan_timing_kind kind;
	const char *text;            /* the document's words */
	struct plan_date due_on;     /* ON_DATE, QUARTER, HALF_YEAR, YEAR */
	int is_month;                /* ON_DATE: the last day of a month the words name */
	const char *rrule;           /* RFC 5545 RECUR of RECURRING: the ends of periods, or NULL */
	enum plan_basis basis;       /* of the rule */
	struct plan_span due_offset; /* from the rule's occurrence */
	struct plan_span term;       /* AFTER_EVENT: days or working days from the event */
	int from_output;             /* read in the output column, not the time column */
};

struct plan_assignment {
	const char *agency; /* code, or NULL */
	const char *group;  /* code, or NULL; never both */
	const char *name;   /* the document's words for who */
	const char *duty;   /* the document's words for what, or NULL */
	enum plan_role role;
};

struct plan_part {
	const char *label; /* "a", "b"; NULL where the task has one part */
	const char **outputs;
	size_t output_count;
	struct plan_timing *timings;
	size_t timing_count;
	struct plan_assignment *assignments;
	size_t assignment_count;
};

/* A section that has tasks of its own: the lowest level of headings. */
struct plan_section {
	int ordinal;       /* 1, 2, 3 ... in the document's order: the key */
	const char *label; /* "A", "B.II": may occur twice; "" for a heading without one */
	const char *title;
	const char **ancestor_labels; /* headings above it, top first */
	const char **ancestor_titles;
	size_t ancestor_count;
};

struct plan_task {
	int number;        /* unique in the plan */
	const char *label; /* the document's own numbering where it is not the number, else NULL */
	int section;       /* ordinal */
	const char *title;
	struct plan_part *parts; /* at least one */
	size_t part_count;
};

struct plan_indicator {
	int number;
	const char *name;
	const char *unit;
	enum plan_comparison comparison;
	double value;
	int has_value;           /* 0: the words were not understood, a finding says so */
	const char *target_text; /* the document's words for the target */
	int has_words;           /* they say more than comparison, value and unit */
	struct plan_assignment *scope;
	size_t scope_count;
};

/* How a target follows from the year before's result; texts NULL where the document has no rule. */
struct plan_target_rule {
	const char *text;        /* the principle's first paragraph */
	const char *below;       /* the words for "result below the target" */
	const char *at_or_above; /* the words for "result at or above it" */
	double stretch_percent;  /* "phấn đấu tăng thêm 10%": 10; 0 when not stated */
};

enum plan_severity { PLAN_INFO, PLAN_WARNING, PLAN_ERROR };

/*
 * What was guessed (info, warning) or not understood (error). The code names
 * the reason; plan_finding_text() words it.
 */
struct plan_finding {
	int row;           /* line of the document, from 1 */
	const char *field; /* JSON pointer into the plan: "/tasks/11/parts/0/assignments" */
	enum plan_severity severity;
	const char *code;
	const char *text; /* the words it is about, or NULL */
};

struct plan {
	const char *title;
	const char *issuer;          /* who decides it, or NULL */
	const char *decision_number; /* or NULL: drafts leave it blank */
	struct plan_date decided_on;
	int year;         /* 0 when none was found (an error finding says so) */
	const char *code; /* "kstthc-<year>", NULL without a year */
	struct plan_section *sections;
	size_t section_count;
	struct plan_task *tasks;
	size_t task_count;
	struct plan_target_rule target_rule;
	struct plan_indicator *indicators;
	size_t indicator_count;
	struct plan_finding *findings;
	size_t finding_count;
};

/*
 * One agency or group that a document may name. aliases are further names.
 * An alias that begins with '~' is a guess: it resolves, with a finding.
 */
struct plan_party {
	const char *code;
	const char *name;
	const char *short_name; /* or NULL */
	const char *const *aliases;
	size_t alias_count;
	int is_group;
};

struct plan_directory {
	const struct plan_party *parties;
	size_t party_count;
};

/*
 * Reads a document of length bytes (text as it comes out of a PDF: cells
 * separated by tabs, repeated page headers, HTML lists in cells). year is the
 * plan's where the document states none; 0 when that is not known. Never fails
 * on content: what it cannot read becomes findings. Returns 0, or -1 when the
 * arena is used up.
 */
int plan_parse(const char *text, size_t length, const struct plan_directory *directory, int year,
	       struct arena *arena, struct plan *ret_plan) __attribute__((warn_unused_result));

/* The reason behind a finding's code, in Vietnamese ("vi") or English ("en"). */
const char *plan_finding_text(const char *code, const char *language);

const char *plan_severity_name(enum plan_severity severity);

#endif
