"""Terms and working days by looking at one day after the other. Slow and plain: what the service's are held against."""

import collections
import datetime
import json
import os

CALENDAR = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'db', 'seed', 'calendar.json')
FIRST = datetime.date(2020, 1, 1)
LAST = datetime.date(2040, 12, 31)
DAY = datetime.timedelta(days=1)

Exceptional = collections.namedtuple('Exceptional', 'kind reason verified')


class OutOfCalendar(Exception):
    """A day that is asked for, or passed on the way, has no row."""


def read_exceptions(path=CALENDAR):
    """{date: Exceptional} of the days that are not what their weekday is."""
    with open(path, encoding='utf-8') as file:
        days = json.load(file)['days']
    return {datetime.date.fromisoformat(day['date']): Exceptional(day['kind'], day['reason'], day['verified'])
            for day in days}


EXCEPTIONS = read_exceptions()


def is_weekend(day):
    return day.isoweekday() >= 6


def kind(day):
    if day in EXCEPTIONS:
        return EXCEPTIONS[day].kind
    return 'off' if is_weekend(day) else 'work'


def is_makeup(day):
    return kind(day) == 'work' and is_weekend(day)


def is_working(day, count_makeup=True):
    """Whether the day counts for terms."""
    if is_makeup(day):
        return count_makeup
    return kind(day) == 'work'


def after(day):
    if day >= LAST:
        raise OutOfCalendar(day)
    return day + DAY


def next_working(day, count_makeup=True):
    """The day itself when it counts, or the first one after it that does."""
    while not is_working(day, count_makeup):
        day = after(day)
    return day


def term_end(day, working_days, count_makeup=True):
    """The last day of a term of so many working days from a day, which itself is not counted."""
    if not FIRST <= day <= LAST:
        raise OutOfCalendar(day)
    if working_days == 0:
        return next_working(day, count_makeup)
    while working_days > 0:
        day = after(day)
        if is_working(day, count_makeup):
            working_days -= 1
    return day


def calendar_term_end(day, days, count_makeup=True):
    """The last day of a term of so many days, moved to the next that counts when it is one that does not."""
    if not FIRST <= day <= LAST:
        raise OutOfCalendar(day)
    while days > 0:
        day = after(day)
        days -= 1
    return next_working(day, count_makeup)


def skipped(day, last_day, count_makeup=True):
    """The days after a day, up to the last one, that do not count."""
    found = []
    while day < last_day:
        day = after(day)
        if not is_working(day, count_makeup):
            found.append(day)
    return found


def moved_over(day, days, count_makeup=True):
    """The days that the end of a term of so many days was moved over."""
    end = day + days * DAY
    last_day = calendar_term_end(day, days, count_makeup)
    found = []
    while end < last_day:
        found.append(end)
        end = after(end)
    return found


def working_days_between(begin, end, count_makeup=True):
    """How many days after the first, up to and including the last, count; negative backwards."""
    if end < begin:
        return -working_days_between(end, begin, count_makeup)
    count = 0
    while begin < end:
        begin = after(begin)
        if is_working(begin, count_makeup):
            count += 1
    return count


def reason(day):
    """What the calendar says about an exceptional day; None for any other."""
    return EXCEPTIONS[day].reason if day in EXCEPTIONS else None


def days_of(*years):
    for year in years:
        day = datetime.date(year, 1, 1)
        while day.year == year:
            yield day
            day += DAY
