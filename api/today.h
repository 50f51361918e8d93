#ifndef KSTTHC_TODAY_H
#define KSTTHC_TODAY_H

#include <time.h>

#define TODAY_SIZE 11 /* "2025-08-15" and its NUL */

/*
 * The date at Asia/Ho_Chi_Minh, UTC+7 without summer time since 1975, at an
 * instant of UTC; or the fixed date when it is not NULL (KSTTHC_TODAY).
 */
void today_write(const char *fixed, time_t now, char ret_today[TODAY_SIZE]);

/* Whether it is a real date of 1900 to 2199 in exactly this form. */
int today_is_date(const char *text);

#endif
