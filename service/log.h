#ifndef KSTTHC_LOG_H
#define KSTTHC_LOG_H

#include <stddef.h>
#include <stdint.h>

/*
 * logfmt lines on stderr: time, level, event, then key=value pairs. A line is
 * one write(2), so lines of several threads do not mix. No secret and no
 * personal data may be handed to it: log what identifies a request, never what
 * it carried.
 *
 *	struct log_line line;
 *	log_begin(&line, LOG_INFO, "request");
 *	log_text(&line, "op", "getTask");
 *	log_int(&line, "status", 200);
 *	log_end(&line);
 *
 * A line that would not fit is cut and says cut=true.
 */
enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR };

struct log_line {
	size_t length;
	int cut;
	char text[2048];
};

void log_begin(struct log_line *line, enum log_level level, const char *event);

/* A NULL value leaves the pair out. Bytes that are not printable UTF-8 are escaped. */
void log_text(struct log_line *line, const char *key, const char *value);
void log_int(struct log_line *line, const char *key, int64_t value);

/* Milliseconds with three places, from microseconds. */
void log_ms(struct log_line *line, const char *key, int64_t microseconds);

void log_end(struct log_line *line);

/* A line with one free sentence, for start and stop. */
void log_say(enum log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
