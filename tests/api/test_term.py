"""Terms: the service's one lookup against a count day by day."""

import contextlib
import datetime
import random

import days
from client import Failure, check, equal

DAY = days.DAY
TERMS = range(31)
LINK = '/v1/calendar/term'
RULE = '/v1/term-rules/makeup-days'


def date(text):
    return datetime.date.fromisoformat(text)


def term(api, begin, **length):
    return api.ok('GET', LINK, query={'from': begin, **length}).json


@contextlib.contextmanager
def makeup_days(api, value):
    """The rule set to a value for a while."""
    before = set_rule(api, value)
    try:
        yield
    finally:
        set_rule(api, before)


def set_rule(api, value):
    """What it was before."""
    now = api.ok('GET', RULE)
    if now.json['value'] != value:
        api.ok('PATCH', RULE, {'value': value}, role='office', headers={'If-Match': now.etag})
    return now.json['value']


# The oracle itself, against what was counted or read elsewhere.

def test_oracle_counts_the_years(api):
    del api
    equal([sum(days.is_working(day, makeup) for day in days.days_of(year))
           for year in (2025, 2026) for makeup in (True, False)], [250, 249, 249, 247], 'working days')
    equal(len(days.EXCEPTIONS), 29, 'rows')
    equal(days.working_days_between(date('2024-12-31'), date('2025-12-31')), 250, 'between')
    equal(days.working_days_between(date('2025-12-31'), date('2024-12-31')), -250, 'backwards')
    equal(days.working_days_between(date('2025-12-31'), date('2025-12-31')), 0, 'nothing between')


def test_oracle_knows_terms_counted_by_hand(api):
    del api
    for begin, working_days, wanted in BY_HAND:
        equal(days.term_end(date(begin), working_days).isoformat(), wanted, '%d from %s' % (working_days, begin))
    for begin, length, wanted in BY_HAND_IN_DAYS:
        equal(days.calendar_term_end(date(begin), length).isoformat(), wanted, '%d days from %s' % (length, begin))
    for begin, working_days, counted, skipped in MAKEUP:
        for value, makeup in ((counted, True), (skipped, False)):
            equal(days.term_end(date(begin), working_days, makeup).isoformat(), value, begin)


# Counted on a paper calendar.
BY_HAND = (
    # Tết 2025: off from Saturday 25 January to Sunday 2 February.
    ('2025-01-24', 0, '2025-01-24'), ('2025-01-24', 1, '2025-02-03'), ('2025-01-25', 0, '2025-02-03'),
    ('2025-01-25', 1, '2025-02-03'), ('2025-01-29', 0, '2025-02-03'), ('2025-01-23', 2, '2025-02-03'),
    ('2025-01-20', 10, '2025-02-10'), ('2025-02-02', 1, '2025-02-03'), ('2025-02-03', 1, '2025-02-04'),
    # Tết 2026: off from Saturday 14 to Sunday 22 February.
    ('2026-02-13', 1, '2026-02-23'), ('2026-02-17', 0, '2026-02-23'), ('2026-02-12', 2, '2026-02-23'),
    ('2026-02-09', 5, '2026-02-23'),
    # 31 December to 1 January, and the Friday swapped after it.
    ('2024-12-31', 1, '2025-01-02'), ('2025-12-31', 0, '2025-12-31'), ('2025-12-31', 1, '2026-01-05'),
    ('2026-01-01', 0, '2026-01-05'), ('2025-12-30', 2, '2026-01-05'), ('2026-12-31', 1, '2027-01-01'),
    # The leap day.
    ('2028-02-28', 1, '2028-02-29'), ('2028-02-29', 0, '2028-02-29'), ('2028-02-29', 1, '2028-03-01'),
    ('2027-02-26', 1, '2027-03-01'),
    # A plain week, a weekend.
    ('2025-08-15', 10, '2025-08-29'), ('2025-08-16', 0, '2025-08-18'), ('2025-08-16', 1, '2025-08-18'),
    ('2025-08-29', 1, '2025-09-03'),
    # The ends of the calendar.
    ('2020-01-01', 0, '2020-01-01'), ('2040-12-28', 1, '2040-12-31'), ('2040-12-31', 0, '2040-12-31'),
)
BY_HAND_IN_DAYS = (
    ('2025-08-15', 0, '2025-08-15'), ('2025-08-15', 1, '2025-08-18'), ('2025-08-15', 30, '2025-09-15'),
    ('2025-01-20', 5, '2025-02-03'), ('2025-01-20', 4, '2025-01-24'), ('2025-12-31', 1, '2026-01-05'),
    ('2028-02-28', 1, '2028-02-29'), ('2028-02-28', 2, '2028-03-01'), ('2027-02-27', 1, '2027-03-01'),
    ('2025-08-02', 30, '2025-09-03'), ('2020-01-01', 1000, '2022-09-27'),
)
# Terms over a Saturday that was worked to make up: where it counts, and where it does not.
MAKEUP = (
    ('2025-04-25', 1, '2025-04-26', '2025-04-28'), ('2025-04-25', 2, '2025-04-28', '2025-04-29'),
    ('2025-04-24', 5, '2025-05-05', '2025-05-06'), ('2025-04-26', 0, '2025-04-26', '2025-04-28'),
    ('2026-01-09', 1, '2026-01-10', '2026-01-12'), ('2026-01-05', 5, '2026-01-10', '2026-01-12'),
    ('2026-01-10', 1, '2026-01-12', '2026-01-12'),
    ('2026-08-21', 1, '2026-08-22', '2026-08-24'), ('2026-08-20', 9, '2026-09-04', '2026-09-07'),
    ('2026-08-21', 0, '2026-08-21', '2026-08-21'),
)


# The statement that all terms come from.

def ends(api, function):
    """{(day, n): last day} of all days of 2025 and 2026 and all terms, by one statement."""
    lines = api.database.run("""set search_path = kstthc, pg_temp;
        select begin::date || ' ' || n || ' ' || %s(begin::date, n)
        from generate_series(timestamp '2025-01-01', timestamp '2026-12-31', interval '1 day') as begin,
            generate_series(0, %d) as n;""" % (function, TERMS[-1]))
    found = {}
    for line in lines.splitlines():
        begin, n, end = line.split(' ')
        found[date(begin), int(n)] = date(end)
    return found


def compare_all(api, function, oracle, makeup):
    got = ends(api, function)
    begins = list(days.days_of(2025, 2026))
    equal(len(got), len(begins) * len(TERMS), 'terms')
    wrong = []
    for begin in begins:
        for n in TERMS:
            wanted = oracle(begin, n, makeup)
            if got[begin, n] != wanted:
                wrong.append('%s and %d: got %s, wanted %s' % (begin, n, got[begin, n], wanted))
    if wrong:
        raise Failure('%d terms of %s are wrong, makeup days %s:\n%s'
                      % (len(wrong), function, 'count' if makeup else 'skipped', '\n'.join(wrong[:20])))


def test_all_days_of_two_years(api):
    for value, makeup in (('skip', False), ('count', True)):
        with makeup_days(api, value):
            compare_all(api, 'term_end', days.term_end, makeup)
            compare_all(api, 'term_end_days', days.calendar_term_end, makeup)


def test_the_calendar_is_the_oracles(api):
    """Day by day, with its running number, so that a day that is wrong is named as such."""
    lines = api.database.run("""set search_path = kstthc, pg_temp;
        select code || ' ' || kind || ' ' || working || ' ' || number - lag(number, 1, 0) over (order by day)
        from calendar_day where day < '2036-01-01' order by day;""").splitlines()
    day = days.FIRST
    for line in lines:
        working = days.is_working(day)
        wanted = '%s %s %s %d' % (day, days.kind(day), str(working).lower(), working)
        equal(line, wanted, 'calendar')
        day += DAY
    # Those of later years are other tests' to change.
    equal(day, datetime.date(2036, 1, 1), 'the day after the last')


# Over HTTP.

def compare_term(api, begin, name, length, makeup=True):
    got = term(api, begin.isoformat(), **{name: length})
    if name == 'working_days':
        last_day = days.term_end(begin, length, makeup)
        over = days.skipped(begin, last_day, makeup)
    else:
        last_day = days.calendar_term_end(begin, length, makeup)
        over = days.moved_over(begin, length, makeup)
    what = '%s=%d from %s' % (name, length, begin)
    equal({key: value for key, value in got.items() if key != 'skipped'},
          {'from': begin.isoformat(), name: length, 'last_day': last_day.isoformat()}, what)
    equal([one['date'] for one in got['skipped']], [day.isoformat() for day in over], 'skipped of ' + what)
    for day, one in zip(over, got['skipped']):
        equal(set(one), {'date', 'reason'}, 'members of a skipped day')
        if days.reason(day):
            equal(one['reason'], days.reason(day), 'reason of %s' % day)


def sample(seed, count):
    chance = random.Random(seed)
    begins = list(days.days_of(2025, 2026))
    for _ in range(count):
        yield chance.choice(begins), chance.choice(('working_days', 'days')), chance.randrange(61)


def test_a_sample_over_http(api):
    for begin, name, length in sample(2025, 400):
        compare_term(api, begin, name, length)


def test_a_sample_where_makeup_days_do_not_count(api):
    with makeup_days(api, 'skip'):
        for begin, name, length in sample(2026, 60):
            compare_term(api, begin, name, length, makeup=False)
        for begin, working_days, _, wanted in MAKEUP:
            equal(term(api, begin, working_days=working_days)['last_day'], wanted, 'skipping, from %s' % begin)
            compare_term(api, date(begin), 'working_days', working_days, makeup=False)


def test_terms_counted_by_hand(api):
    for begin, working_days, wanted in BY_HAND:
        equal(term(api, begin, working_days=working_days)['last_day'], wanted, '%d from %s' % (working_days, begin))
        compare_term(api, date(begin), 'working_days', working_days)
    for begin, length, wanted in BY_HAND_IN_DAYS:
        equal(term(api, begin, days=length)['last_day'], wanted, '%d days from %s' % (length, begin))
        compare_term(api, date(begin), 'days', length)


def test_a_term_over_a_makeup_saturday(api):
    for begin, working_days, wanted, _ in MAKEUP:
        equal(term(api, begin, working_days=working_days)['last_day'], wanted, 'counting, from %s' % begin)


def test_each_skipped_day_has_its_reason(api):
    got = term(api, '2025-04-25', working_days=5)
    equal(got['last_day'], '2025-05-06', 'last day')
    equal([one['date'] for one in got['skipped']],
          ['2025-04-27', '2025-04-30', '2025-05-01', '2025-05-02', '2025-05-03', '2025-05-04'], 'skipped')
    equal([one['reason'] for one in got['skipped'] if one['date'] in ('2025-04-30', '2025-05-01', '2025-05-02')],
          ['Giải phóng', 'Quốc tế Lao động', 'hoán đổi (bù 26/4)'], 'reasons')


def test_the_longest_terms(api):
    for begin, name, length in (('2020-01-01', 'working_days', 366), ('2025-01-01', 'working_days', 366),
                                ('2025-01-01', 'days', 1000), ('2025-01-01', 'days', 0)):
        compare_term(api, date(begin), name, length)


def refused(api, query, errors):
    reply = api.call('GET', LINK, query=query)
    equal(reply.status, 400, 'status for %r: %r' % (query, reply))
    equal(reply.errors(), errors, 'errors for %r' % query)


def test_terms_that_leave_the_calendar(api):
    for query in ({'from': '2019-12-31', 'working_days': 1}, {'from': '2019-12-31', 'days': 1},
                  {'from': '2041-01-01', 'working_days': 0}, {'from': '2041-01-01', 'days': 0},
                  {'from': '2040-12-31', 'working_days': 1}, {'from': '2040-12-31', 'days': 1},
                  {'from': '2040-12-01', 'working_days': 366}, {'from': '2039-01-01', 'days': 1000},
                  {'from': '1900-01-01', 'days': 1}, {'from': '2199-12-31', 'days': 1000}):
        refused(api, query, {'from': 'out_of_calendar'})


def refused_for(api, query, *names):
    reply = api.call('GET', LINK, query=query)
    equal(reply.status, 400, 'status for %r: %r' % (query, reply))
    check(reply.errors() and set(reply.errors()) <= set(names), 'errors for %r: %r', query, reply.errors())


def test_terms_that_are_none(api):
    refused_for(api, {'from': '2025-08-15'}, 'working_days', 'days')
    refused_for(api, {'from': '2025-08-15', 'working_days': 5, 'days': 5}, 'working_days', 'days')
    for name, most in (('working_days', 366), ('days', 1000)):
        for value in ('-1', str(most + 1), '99999999999999999999', 'x', '1.5', '', '1e1', ' 1', '+1'):
            refused_for(api, {'from': '2025-08-15', name: value}, name)
    refused_for(api, {'working_days': 5}, 'from')
    for value in ('2025-02-30', '2025-02-29', '30/4/2025', '2025-8-1', '', 'nay'):
        refused_for(api, {'from': value, 'working_days': 5}, 'from')
