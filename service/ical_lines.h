#ifndef KSTTHC_ICAL_LINES_H
#define KSTTHC_ICAL_LINES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The lines that a calendar is made of (RFC 5545, 3.1): at most 75 octets each,
 * longer ones folded, CRLF at the end of each. What ical_write() says of texts
 * is done here.
 *
 * While text is NULL nothing is written, only length grows: the same calls
 * once more write as much.
 */
struct ical_lines {
	char *text;
	size_t length;
	size_t column; /* octets of the line so far */
};

/* At most 74 octets that stay together. */
void ical_lines_put(struct ical_lines *lines, const char *octets, size_t length);

/* The same of a string. */
void ical_lines_puts(struct ical_lines *lines, const char *octets);

/* Escaped (RFC 5545, 3.3.11). */
void ical_lines_put_text(struct ical_lines *lines, const char *text);

/* Without escapes (RFC 5545, 3.3.13). */
void ical_lines_put_uri(struct ical_lines *lines, const char *uri);

void ical_lines_end(struct ical_lines *lines);

/* Whether nothing of it would be written; NULL is empty. */
bool ical_text_is_empty(const char *text);

#endif
