#ifndef KSTTHC_TEXT_H
#define KSTTHC_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/*
 * Unicode helpers for UTF-8 text. Lengths are in bytes. Results live in the
 * caller's arena and end with a NUL; functions returning text return NULL
 * when the arena is used up.
 */

/* Whether it is well-formed UTF-8 and holds no NUL. */
int text_valid(const char *text, size_t length);

/* The canonical composition. The text must be valid; NULL otherwise too. */
char *text_nfc(struct arena *arena, const char *text, size_t length) __attribute__((warn_unused_result));

/*
 * The form names are searched and compared in: lower case, without
 * diacritics, "đ" as "d", white space as text_squeeze() leaves it.
 */
char *text_fold(struct arena *arena, const char *text, size_t length) __attribute__((warn_unused_result));

/*
 * White space of any kind, no-break spaces and control characters included,
 * as single spaces, none at the ends. Invisible marks (zero-width space, byte
 * order mark, soft hyphen) are left out.
 */
char *text_squeeze(struct arena *arena, const char *text, size_t length) __attribute__((warn_unused_result));

/* How many code points a valid text has. */
size_t text_length(const char *text);

/*
 * Reads the code point at the start of a text that is not empty; returns its
 * bytes, at least 1. A malformed sequence reads as U+FFFD.
 */
size_t text_next(const char *text, size_t length, uint32_t *ret_code);

/* Writes the code point as UTF-8; returns its bytes, at most 4. */
size_t text_put(char *out, uint32_t code);

int text_is_space(uint32_t code);

/* Zero-width marks that text_squeeze() leaves out. */
int text_is_invisible(uint32_t code);

int text_is_lower(uint32_t code);
int text_is_upper(uint32_t code);
uint32_t text_lower(uint32_t code);

/*
 * text_fold() of one word into out, which has room for twice the length; no
 * NUL is added. Returns the bytes written.
 */
size_t text_fold_into(char *out, const char *text, size_t length);

#endif
