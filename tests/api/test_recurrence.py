"""recurrence_days(): which days a recurrence means in a year. Rules that name a day are held against python3-dateutil,
ends of periods against what is written here by hand."""

import calendar
import collections
import datetime
import itertools
import json
import random

import days
from client import Failure, check, equal
from dateutil.rrule import rrulestr

CALENDAR = 'calendar'
STATUTORY = 'statutory'
WEEKDAYS = ('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')
YEARS = (2024, 2025, 2026, 2027, 2028)
DAY = days.DAY

Row = collections.namedtuple('Row', 'period begin end base')


def ask(api, questions):
    """questions: (rrule, basis, due_offset or None, year). Each one's rows in the order of the function."""
    sent = json.dumps([[rrule, basis, offset, str(year)] for rrule, basis, offset, year in questions])
    printed = api.database.run("""set search_path = kstthc, pg_temp;
        set jit = off;
        select coalesce((
            select json_agg(json_build_array(period, period_from, period_to, base_on) order by ordinality)
            from recurrence_days(q->>0, q->>1, nullif(q->2, 'null'), (q->>3)::integer) with ordinality as r
        ), '[]')
        from jsonb_array_elements($sent$%s$sent$) with ordinality as question (q, position) order by position;""" % sent)
    answers = [[Row(*row) for row in json.loads(line)] for line in printed.splitlines()]
    equal(len(answers), len(questions), 'answers')
    return answers


def due(api, questions):
    """(rrule, basis, due_offset, year). When each one's occurrences are due."""
    sent = json.dumps([[{'kind': 'recurring', 'recurrence': {'rrule': rrule, 'basis': basis, 'due_offset': offset}}, str(year)]
                       for rrule, basis, offset, year in questions])
    printed = api.database.run("""set search_path = kstthc, pg_temp;
        set jit = off;
        select (
            select json_agg(deadline_due(rule, d.base_on, amount) order by d.base_on)
            from timing_days(q->0, (q->>1)::integer) d
        )
        from jsonb_array_elements($sent$%s$sent$) with ordinality as question (q, position) order by position;""" % sent)
    return [json.loads(line) for line in printed.splitlines()]


def days_by_dateutil(rrule, year):
    """The occurrences in the year as RFC 5545 has them from its first day; those of an interval of months lie in its
    last month."""
    parts = dict(one.split('=') for one in rrule.split(';'))
    month = int(parts.get('INTERVAL', 1)) if parts['FREQ'] == 'MONTHLY' else 1
    if month > 12:
        return []
    found = rrulestr('RRULE:' + rrule, dtstart=datetime.datetime(year, month, 1))
    end = datetime.datetime(year, 12, 31)
    return [day.date().isoformat() for day in itertools.takewhile(lambda day: day <= end, found)]


# Rules that name their days.

def some(chance, choices, most):
    return ','.join(map(str, sorted(chance.sample(choices, chance.randint(1, most)))))


def month_days(chance):
    return some(chance, [*range(1, 32), *range(-31, 0)], 3)


def months(chance):
    return some(chance, range(1, 13), 4)


def ordinal_weekdays(chance):
    # Either kind alone: dateutil takes days with and without a number for days that are both, not for either.
    numbers = ('1', '2', '3', '4', '5', '-1', '-2', '-5') if chance.random() < 0.7 else ('',)
    return ','.join(chance.sample([number + name for number in numbers for name in WEEKDAYS], chance.randint(1, 2)))


def bound(chance, year):
    """COUNT or UNTIL, mostly neither."""
    which = chance.randrange(6)
    if which == 0:
        return ['COUNT=%d' % chance.randint(1, 15)]
    if which == 1:
        return ['UNTIL=%d%02d%02d' % (year, chance.randint(1, 12), chance.randint(1, 28))]
    return []


def interval(chance, most):
    number = chance.choice((1, 1, 1, *range(2, most + 1)))
    return [] if number == 1 else ['INTERVAL=%d' % number]


def by_month(chance):
    return ['BYMONTH=' + months(chance)] if chance.randrange(3) == 0 else []


SHAPES = {
    'a day of months of the year': lambda chance: ['FREQ=YEARLY', 'BYMONTH=' + months(chance),
                                                   'BYMONTHDAY=' + month_days(chance)],
    'a day of every month of the year': lambda chance: ['FREQ=YEARLY', 'BYMONTHDAY=' + month_days(chance)],
    'a day of the month': lambda chance: ['FREQ=MONTHLY', *interval(chance, 12), 'BYMONTHDAY=' + month_days(chance)],
    'a day of some months': lambda chance: ['FREQ=MONTHLY', *by_month(chance), 'BYMONTHDAY=' + month_days(chance)],
    'a weekday of the month': lambda chance: ['FREQ=MONTHLY', *interval(chance, 12),
                                              'BYDAY=' + ordinal_weekdays(chance)],
    'a weekday of some months': lambda chance: ['FREQ=MONTHLY', *by_month(chance), 'BYDAY=' + ordinal_weekdays(chance)],
    'weekdays': lambda chance: ['FREQ=WEEKLY', *by_month(chance), 'BYDAY=' + some(chance, WEEKDAYS, 4)],
    'weekdays of every nth week': lambda chance: ['FREQ=WEEKLY', *interval(chance, 6),
                                                  'BYDAY=' + some(chance, WEEKDAYS, 3)],
}


def generated(shape, count):
    """[(rrule, year)]: the same ones each time."""
    chance = random.Random(shape)
    found = []
    for _ in range(count):
        year = chance.choice(YEARS)
        found.append((';'.join(SHAPES[shape](chance) + bound(chance, year)), year))
    return found


def compare_generated(api, shape):
    rules = generated(shape, 500)
    answers = ask(api, [(rrule, CALENDAR, None, year) for rrule, year in rules])
    wrong = []
    for (rrule, year), rows in zip(rules, answers):
        wanted = days_by_dateutil(rrule, year)
        if [row.base for row in rows] != wanted:
            wrong.append('%s in %d: got %s, wanted %s' % (rrule, year, [row.base for row in rows], wanted))
    if wrong:
        raise Failure('%d of %d rules are wrong:\n%s' % (len(wrong), len(rules), '\n'.join(wrong[:15])))


def cases(api):
    for shape in SHAPES:
        yield 'rules_of_' + shape.replace(' ', '_'), lambda shape=shape: compare_generated(api, shape)


def test_oracle_knows_what_the_rfc_says(api):
    del api
    for rrule, year, wanted in BY_RFC:
        equal(days_by_dateutil(rrule, year), wanted, '%s in %d' % (rrule, year))
    found = sum(len(days_by_dateutil(*rule)) > 0 for shape in SHAPES for rule in generated(shape, 500))
    check(found > 3000, 'only %d of the generated rules have an occurrence', found)


BY_RFC = (
    ('FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=20', 2025, ['2025-03-20', '2025-06-20', '2025-09-20', '2025-12-20']),
    ('FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=15', 2025, ['2025-06-15', '2025-12-15']),
    ('FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=1', 2025, ['2025-05-01', '2025-10-01']),
    ('FREQ=MONTHLY;INTERVAL=13;BYMONTHDAY=1', 2025, []),
    # A month that lacks the day is passed over; a day from the end is always there.
    ('FREQ=MONTHLY;BYMONTHDAY=31', 2025, ['2025-01-31', '2025-03-31', '2025-05-31', '2025-07-31', '2025-08-31',
                                          '2025-10-31', '2025-12-31']),
    ('FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1', 2028, ['2028-02-29', '2028-04-30', '2028-06-30', '2028-08-31',
                                                     '2028-10-31', '2028-12-31']),
    ('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', 2028, ['2028-02-29']),
    ('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1', 2025, ['2025-02-28']),
    ('FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=1,15', 2025, ['2025-03-01', '2025-03-15', '2025-09-01', '2025-09-15']),
    ('FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR', 2025, ['2025-03-28', '2025-06-27', '2025-09-26', '2025-12-26']),
    ('FREQ=MONTHLY;BYDAY=1MO;COUNT=2', 2025, ['2025-01-06', '2025-02-03']),
    ('FREQ=MONTHLY;BYDAY=5TH', 2025, ['2025-01-30', '2025-05-29', '2025-07-31', '2025-10-30']),
    ('FREQ=WEEKLY;BYDAY=FR;UNTIL=20250117', 2025, ['2025-01-03', '2025-01-10', '2025-01-17']),
    # Every second week, the first of which has 1 January in it.
    ('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=3', 2025, ['2025-01-03', '2025-01-13', '2025-01-17']),
)


def test_rules_written_by_hand(api):
    answers = ask(api, [(rrule, CALENDAR, None, year) for rrule, year, _ in BY_RFC])
    for (rrule, year, wanted), rows in zip(BY_RFC, answers):
        equal([row.base for row in rows], wanted, '%s in %d' % (rrule, year))


def test_no_period_comes_twice(api):
    """One deadline a part, period and agency: two occurrences with one code would be one deadline."""
    rules = [rule for shape in SHAPES for rule in generated(shape, 60)]
    wrong = []
    for (rrule, year), rows in zip(rules, ask(api, [(rrule, CALENDAR, None, year) for rrule, year in rules])):
        for row in rows:
            check(row.period and (not row.begin or row.begin <= row.end), '%s: %r', rrule, row)
        twice = [code for code, count in collections.Counter(row.period for row in rows).items() if count > 1]
        if twice:
            wrong.append('%s in %d: %s' % (rrule, year, twice))
    check(not wrong, '%d rules give a period twice:\n%s', len(wrong), '\n'.join(wrong[:15]))


# Ends of periods.

def last_of(year, month):
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def months_before(year, month, count):
    """(year, month) so many months earlier."""
    number = year * 12 + month - 1 - count
    return number // 12, number % 12 + 1


def code_of_months(year, first, last):
    if (first, last) == (1, 12):
        return str(year)
    if (first, last) in ((1, 6), (7, 12)):
        return '%d-H%d' % (year, last // 6)
    if last - first == 2 and last % 3 == 0:
        return '%d-Q%d' % (year, last // 3)
    if first == last:
        return '%d-%02d' % (year, last)
    return '%d-%02d/%d-%02d' % (year, first, year, last)


def row_of_months(year, first, last, basis):
    """Months of the year as a period: the whole of them, or the 15th before the first to the 14th of the last."""
    if basis == STATUTORY:
        begin, end = datetime.date(*months_before(year, first, 1), 15), datetime.date(year, last, 14)
    else:
        begin, end = datetime.date(year, first, 1), last_of(year, last)
    return Row(code_of_months(year, first, last), begin.isoformat(), end.isoformat(), end.isoformat())


def spans(length):
    return [(last - length + 1, last) for last in range(length, 13, length)]


# Which months the periods of a rule are.
ENDS = {
    'FREQ=MONTHLY': spans(1), 'FREQ=MONTHLY;INTERVAL=1': spans(1), 'FREQ=MONTHLY;INTERVAL=2': spans(2),
    'FREQ=MONTHLY;INTERVAL=3': spans(3), 'FREQ=MONTHLY;INTERVAL=4': spans(4), 'FREQ=MONTHLY;INTERVAL=6': spans(6),
    'FREQ=MONTHLY;INTERVAL=12': spans(12), 'FREQ=YEARLY': spans(12), 'FREQ=YEARLY;INTERVAL=1': spans(12),
    'FREQ=MONTHLY;INTERVAL=3;COUNT=2': spans(3)[:2], 'FREQ=MONTHLY;COUNT=5': spans(1)[:5],
    'FREQ=MONTHLY;INTERVAL=3;COUNT=9': spans(3),
    'FREQ=MONTHLY;INTERVAL=3;UNTIL=20991231': spans(3),
}


def test_ends_of_months_quarters_and_years(api):
    questions = [(rrule, basis, None, year) for rrule in ENDS for basis in (CALENDAR, STATUTORY) for year in YEARS]
    for (rrule, basis, _, year), rows in zip(questions, ask(api, questions)):
        wanted = [row_of_months(year, first, last, basis) for first, last in ENDS[rrule]]
        equal(rows, wanted, '%s, %s, in %d' % (rrule, basis, year))


def test_ends_written_by_hand(api):
    """In so many words: what the generated ones are made from could be wrong."""
    questions = [(rrule, basis, None, year) for rrule, basis, year, _ in BY_HAND]
    for (rrule, basis, year, wanted), rows in zip(BY_HAND, ask(api, questions)):
        equal([tuple(row) for row in rows], [tuple(row) for row in wanted], '%s, %s, in %d' % (rrule, basis, year))


def ends_on(period, begin, end):
    return Row(period, begin, end, end)


BY_HAND = (
    ('FREQ=MONTHLY;INTERVAL=3', CALENDAR, 2025, [
        ends_on('2025-Q1', '2025-01-01', '2025-03-31'), ends_on('2025-Q2', '2025-04-01', '2025-06-30'),
        ends_on('2025-Q3', '2025-07-01', '2025-09-30'), ends_on('2025-Q4', '2025-10-01', '2025-12-31')]),
    ('FREQ=MONTHLY;INTERVAL=3', STATUTORY, 2025, [
        ends_on('2025-Q1', '2024-12-15', '2025-03-14'), ends_on('2025-Q2', '2025-03-15', '2025-06-14'),
        ends_on('2025-Q3', '2025-06-15', '2025-09-14'), ends_on('2025-Q4', '2025-09-15', '2025-12-14')]),
    ('FREQ=YEARLY', CALENDAR, 2028, [ends_on('2028', '2028-01-01', '2028-12-31')]),
    ('FREQ=YEARLY', STATUTORY, 2025, [ends_on('2025', '2024-12-15', '2025-12-14')]),
    ('FREQ=MONTHLY;INTERVAL=6', STATUTORY, 2026, [
        ends_on('2026-H1', '2025-12-15', '2026-06-14'), ends_on('2026-H2', '2026-06-15', '2026-12-14')]),
    ('FREQ=MONTHLY;INTERVAL=2;COUNT=1', CALENDAR, 2028, [ends_on('2028-01/2028-02', '2028-01-01', '2028-02-29')]),
    ('FREQ=MONTHLY;COUNT=2', CALENDAR, 2025, [
        ends_on('2025-01', '2025-01-01', '2025-01-31'), ends_on('2025-02', '2025-02-01', '2025-02-28')]),
    ('FREQ=MONTHLY;COUNT=1', STATUTORY, 2025, [ends_on('2025-01', '2024-12-15', '2025-01-14')]),
)


def test_oracle_agrees_with_what_is_written_by_hand(api):
    del api
    for rrule, basis, year, wanted in BY_HAND:
        if rrule in ENDS:
            equal([row_of_months(year, first, last, basis) for first, last in ENDS[rrule]], wanted, rrule)


def test_ends_of_named_months(api):
    """"Định kỳ 06 tháng và cuối năm"."""
    rule = 'FREQ=YEARLY;BYMONTH=6,12'
    questions = [(rule, basis, None, year) for basis in (CALENDAR, STATUTORY) for year in YEARS]
    for (_, basis, _, year), rows in zip(questions, ask(api, questions)):
        wanted = ['%d-%s' % (year, end) for end in (('06-30', '12-31') if basis == CALENDAR else ('06-14', '12-14'))]
        equal([row.base for row in rows], wanted, '%s %d' % (basis, year))
        equal([row.end for row in rows], wanted, 'ends of periods, %s %d' % (basis, year))
        equal(rows[0].period, '%d-H1' % year, 'period')
    feb = [rows[0].base for rows in ask(api, [('FREQ=YEARLY;BYMONTH=2', CALENDAR, None, year) for year in YEARS])]
    equal(feb, ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29'], 'ends of February')


def test_weeks_end_on_sundays(api):
    for year, rows in zip(YEARS, ask(api, [('FREQ=WEEKLY', CALENDAR, None, year) for year in YEARS])):
        wanted = []
        for day in days.days_of(year):
            if day.isoweekday() == 7:
                code = '%d-W%02d' % day.isocalendar()[:2]
                wanted.append(ends_on(code, (day - 6 * DAY).isoformat(), day.isoformat()))
        equal(rows, wanted, 'weeks of %d' % year)


def test_daily_is_each_working_day(api):
    for year, rows in zip((2025, 2026), ask(api, [('FREQ=DAILY', CALENDAR, None, year) for year in (2025, 2026)])):
        wanted = [ends_on(*[day.isoformat()] * 3) for day in days.days_of(year) if days.is_working(day)]
        equal(rows, wanted, 'days of %d' % year)


def test_periods_of_days_that_are_named(api):
    """"Trước ngày 20 hàng tháng", and of the last month of each quarter: the period is the month, the quarter."""
    for rrule, length in (('FREQ=MONTHLY;BYMONTHDAY=20', 1), ('FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=20', 3),
                          ('FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=20', 6)):
        rows, = ask(api, [(rrule, CALENDAR, None, 2025)])
        wanted = [row_of_months(2025, first, last, CALENDAR)._replace(base='2025-%02d-20' % last)
                  for first, last in spans(length)]
        equal(rows, wanted, rrule)


# What comes so many days or months after a period.

OFFSETS = (
    ({'months': 0, 'day': 20}, CALENDAR, ['2025-03-20', '2025-06-20', '2025-09-20', '2025-12-20']),
    ({'months': 1, 'day': 5}, CALENDAR, ['2025-04-05', '2025-07-05', '2025-10-05', '2026-01-05']),
    # The day that a month lacks is its last.
    ({'months': 2, 'day': 31}, CALENDAR, ['2025-05-31', '2025-08-31', '2025-11-30', '2026-02-28']),
    ({'months': 12, 'day': 31}, CALENDAR, ['2026-03-31', '2026-06-30', '2026-09-30', '2026-12-31']),
    ({'months': 0, 'day': 20}, STATUTORY, ['2025-03-20', '2025-06-20', '2025-09-20', '2025-12-20']),
    ({'days': 0}, CALENDAR, ['2025-03-31', '2025-06-30', '2025-09-30', '2025-12-31']),
    ({'days': -5}, CALENDAR, ['2025-03-26', '2025-06-25', '2025-09-25', '2025-12-26']),
    ({'days': -31}, CALENDAR, ['2025-02-28', '2025-05-30', '2025-08-30', '2025-11-30']),
    ({'days': 92}, CALENDAR, ['2025-07-01', '2025-09-30', '2025-12-31', '2026-04-02']),
    ({'days': 5}, STATUTORY, ['2025-03-19', '2025-06-19', '2025-09-19', '2025-12-19']),
    # Over 1 and 2 January 2026, and the weekend after them.
    ({'working_days': 1}, CALENDAR, ['2025-04-01', '2025-07-01', '2025-10-01', '2026-01-05']),
    ({'working_days': 5}, CALENDAR, ['2025-04-08', '2025-07-07', '2025-10-07', '2026-01-09']),
    ({'working_days': 60}, STATUTORY, None),
)


def test_offsets(api):
    """The period is the same whatever is added to its end."""
    questions = [('FREQ=MONTHLY;INTERVAL=3', basis, offset, 2025) for offset, basis, _ in OFFSETS]
    for (offset, basis, wanted), rows, days_due in zip(OFFSETS, ask(api, questions), due(api, questions)):
        periods = [row_of_months(2025, first, last, basis) for first, last in spans(3)]
        if wanted is None:
            wanted = [days.term_end(datetime.date.fromisoformat(row.end), offset['working_days']).isoformat()
                      for row in periods]
        equal(days_due, wanted, 'days of %r, %s' % (offset, basis))
        equal([row[:3] for row in rows], [row[:3] for row in periods], 'periods of %r, %s' % (offset, basis))


def test_offsets_of_a_leap_year(api):
    questions = [('FREQ=MONTHLY;INTERVAL=6', CALENDAR, {'months': 2, 'day': 30}, year) for year in (2027, 2028)]
    got = [[row.base for row in rows] for rows in ask(api, questions)]
    equal(got, [['2027-08-30', '2028-02-29'], ['2028-08-30', '2029-02-28']], 'days')


def test_oracle_knows_working_days_after_a_quarter(api):
    del api
    for offset, _, wanted in OFFSETS:
        if 'working_days' in offset and wanted:
            got = [days.term_end(last_of(2025, month), offset['working_days']).isoformat() for month in (3, 6, 9, 12)]
            equal(got, wanted, '%r' % offset)
