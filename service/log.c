#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Room kept at the end for " cut=true\n". */
#define LINE_END 11

static const char *const level_names[] = {
	[LOG_INFO] = "info",
	[LOG_WARNING] = "warning",
	[LOG_ERROR] = "error",
};

static void put(struct log_line *line, const char *bytes, size_t length)
{
	size_t room = sizeof(line->text) - LINE_END - line->length;

	/* Never a part of something: a cut in a letter, an escape or a quote could not be read. */
	if (length > room || line->cut) {
		line->cut = 1;
		return;
	}
	memcpy(line->text + line->length, bytes, length);
	line->length += length;
}

static void put_key(struct log_line *line, const char *key)
{
	put(line, " ", 1);
	put(line, key, strlen(key));
	put(line, "=", 1);
}

/* What logfmt readers take without quotes. */
static int is_plain(const char *value)
{
	if (!*value)
		return 0;
	for (const unsigned char *c = (const unsigned char *)value; *c; c++)
		if (*c <= ' ' || *c == '"' || *c == '=' || *c == '\\' || *c == 0x7f)
			return 0;
	return 1;
}

static void put_quoted(struct log_line *line, const char *value)
{
	put(line, "\"", 1);
	for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
		char escaped[8];

		if (*c == '"' || *c == '\\') {
			char pair[2] = { '\\', (char)*c };

			put(line, pair, sizeof(pair));
		} else if (*c < ' ' || *c == 0x7f) {
			int length = snprintf(escaped, sizeof(escaped), "\\u%04x", *c);

			put(line, escaped, (size_t)length);
		} else {
			put(line, (const char *)c, 1);
		}
	}
	put(line, "\"", 1);
}

void log_begin(struct log_line *line, enum log_level level, const char *event)
{
	struct timespec now;
	struct tm tm;
	char stamp[64];
	int length;

	line->length = 0;
	line->cut = 0;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	length = snprintf(stamp, sizeof(stamp), "time=%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ",
			  tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
			  now.tv_nsec / 1000000);
	put(line, stamp, (size_t)length);
	log_text(line, "level", level_names[level]);
	log_text(line, "event", event);
}

void log_text(struct log_line *line, const char *key, const char *value)
{
	if (!value)
		return;
	put_key(line, key);
	if (is_plain(value))
		put(line, value, strlen(value));
	else
		put_quoted(line, value);
}

void log_int(struct log_line *line, const char *key, int64_t value)
{
	char digits[32];
	int length = snprintf(digits, sizeof(digits), "%lld", (long long)value);

	put_key(line, key);
	put(line, digits, (size_t)length);
}

void log_ms(struct log_line *line, const char *key, int64_t microseconds)
{
	char digits[40];
	int length = snprintf(digits, sizeof(digits), "%lld.%03lld", (long long)(microseconds / 1000),
			      (long long)(microseconds % 1000));

	put_key(line, key);
	put(line, digits, (size_t)length);
}

void log_end(struct log_line *line)
{
	ssize_t written;

	if (line->cut) {
		memcpy(line->text + line->length, " cut=true", 9);
		line->length += 9;
	}
	line->text[line->length++] = '\n';
	written = write(STDERR_FILENO, line->text, line->length);
	(void)written; /* nowhere left to say that the log is gone */
}

void log_say(enum log_level level, const char *event, const char *format, ...)
{
	struct log_line line;
	char sentence[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	log_begin(&line, level, event);
	log_text(&line, "message", sentence);
	log_end(&line);
}
