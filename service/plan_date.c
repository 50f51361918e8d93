#include "plan_reader.h"

int plan_days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int is_leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	if (month < 1 || month > 12)
		return 0;
	return days[month - 1] + (month == 2 && is_leap);
}

int plan_date_is_real(struct plan_date date)
{
	return date.year >= 1990 && date.year <= 2100 && date.day >= 1 &&
	       date.day <= plan_days_of_month(date.year, date.month);
}

struct plan_date plan_date_find(const struct plan_words *words, size_t at, size_t end)
{
	static const char *const patterns[] = { "# thang # nam #", "# / # / #", "# - # - #", NULL };

	for (; at < end; at++) {
		for (const char *const *pattern = patterns; *pattern; pattern++) {
			int numbers[4];
			struct plan_date date;

			if (!plan_words_match(words, at, end, *pattern, numbers))
				continue;
			date = (struct plan_date){ numbers[2], numbers[1], numbers[0] };
			if (plan_date_is_real(date))
				return date;
		}
	}
	return (struct plan_date){ 0 };
}
