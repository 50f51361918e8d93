#include "today.h"

#include <stdio.h>
#include <string.h>

#define UTC_OFFSET ((time_t)7 * 3600)

void today_write(const char *fixed, time_t now, char ret_today[TODAY_SIZE])
{
	time_t local = now + UTC_OFFSET;
	struct tm tm;

	if (fixed && strlen(fixed) == TODAY_SIZE - 1) {
		memcpy(ret_today, fixed, TODAY_SIZE);
		return;
	}
	gmtime_r(&local, &tm);
	/* The remainders tell the compiler that it fits. */
	snprintf(ret_today, TODAY_SIZE, "%04u-%02u-%02u", ((unsigned)tm.tm_year + 1900) % 10000,
		 ((unsigned)tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100);
}

static int digits(const char *text, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

int today_is_date(const char *text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year;
	int month;
	int day;
	int leap;

	if (strlen(text) != TODAY_SIZE - 1 || text[4] != '-' || text[7] != '-')
		return 0;
	year = digits(text, 4);
	month = digits(text + 5, 2);
	day = digits(text + 8, 2);
	if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1)
		return 0;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= days[month - 1] + (month == 2 && leap);
}
