#ifndef KSTTHC_BODY_H
#define KSTTHC_BODY_H

#include "call.h"

/* What a door takes; one byte more is kept so that a longer body is seen and not cut (see traps.md). */
#define BODY_FRONT_MAX ((size_t)64 * 1024)
#define BODY_BACK_MAX ((size_t)32 * 1024 * 1024)

size_t body_limit(enum door door);

/* 415 with Accept-Post, Accept-Patch or Accept. A body that may be left out and is has no type. */
enum err body_check_type(struct call *call) MUST_CHECK;

/* 413 */
enum err body_check_size(struct call *call) MUST_CHECK;

/*
 * Parses and checks the JSON body of the row: 400 malformed_json with the
 * position (duplicates and NUL too), 422 with every wrong member. Leaves body
 * and body_text. Rows without fields are left alone.
 */
enum err body_read(struct call *call) MUST_CHECK;

#endif
