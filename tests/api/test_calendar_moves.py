"""A day that becomes free or worked, or a rule of terms, moves what is open, due today or later, and follows from it: each
move is in the ledger and in the story. Today is 2025-08-15, a Friday."""

import functools

from client import check, equal
from fixtures import move, report, store_agency
from owed import (PAPER, Q3, again, by, empty, every, extend, finish, issue, kinds, on, piece, short, shorts, story,
                  the_one)
from test_changes import drain


def term(event_on, **length):
    return {'kind': 'after_event', 'text': 'sau khi nhận', 'term': length, 'event_on': event_on, 'document': PAPER}


def set_day(api, day, kind, **more):
    """How many deadlines moved."""
    path = '/v1/calendar/' + day
    return api.ok('PUT', path, {'kind': kind, **more}, role='office',
                  headers={'If-Match': api.ok('GET', path).etag}).json['moved_deadlines']


def set_rule(api, rule, value):
    path = '/v1/term-rules/' + rule
    return api.ok('PATCH', path, {'value': value}, role='office',
                  headers={'If-Match': api.ok('GET', path).etag}).json['moved_deadlines']


def cursor(api):
    """The end of the feed, when all that was done is numbered."""
    api.database.run('select kstthc.ledger_number(10000)')
    return drain(api)[1]


def changes_since(api, after):
    """Of deadlines, as the feed has them."""
    api.database.run('select kstthc.ledger_number(10000)')
    return sorted((one['key'], one['data']['due_on']) for one in drain(api, after, resource='deadline')[0])


def due(api, one):
    return again(api, one)['due_on']


def check_a_day_off_moves_terms_and_back(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), term('2025-08-18', working_days=5), term('2025-08-20', days=5), on('2025-08-25')),
                 piece(by(a), every('FREQ=MONTHLY;BYMONTH=8', due_offset={'working_days': 3})))
    working, plain, named = (the_one(api, code, task=code + '.1', period=period)
                             for period in ('2025-08-18', '2025-08-20', '2025-08-25'))
    after_month = the_one(api, code, period='2025-08')
    equal([due(api, one) for one in (working, plain, named, after_month)],
          ['2025-08-25', '2025-08-25', '2025-08-25', '2025-09-03'], 'due')
    end = cursor(api)
    equal(set_day(api, '2025-08-25', 'off', reason='Nghỉ bù'), 2, 'moved')
    equal([due(api, one) for one in (working, plain, named, after_month)],
          ['2025-08-26', '2025-08-26', '2025-08-25', '2025-09-03'], 'a day off')
    equal(changes_since(api, end), sorted([(working['id'], '2025-08-26'), (plain['id'], '2025-08-26')]), 'the ledger')
    for one in (working, plain):
        last = story(api, one)[-1]
        equal((last['kind'], last['by']['role'], last['text']),
              ('moved', 'office', 'Hạn chuyển từ 25/08/2025 sang 26/08/2025 do lịch làm việc thay đổi.'), 'the story')
    equal([kinds(api, one) for one in (named, after_month)], ['created'] * 2, 'of what does not follow from it')
    equal(set_day(api, '2025-08-25', 'off', reason='Lý do khác'), 0, 'another reason')
    equal(set_day(api, '2025-08-25', 'work'), 2, 'back again')
    equal([due(api, one) for one in (working, plain)], ['2025-08-25'] * 2, 'back again')
    equal(kinds(api, working), 'created moved moved', 'the story goes on')


def check_a_makeup_saturday_and_its_rule(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), term('2025-11-06', working_days=3)))
    one = the_one(api, code)
    equal(due(api, one), '2025-11-11', 'without it')
    equal(set_day(api, '2025-11-08', 'work', reason='Làm bù'), 1, 'moved')
    equal(due(api, one), '2025-11-10', 'with it')
    equal(set_rule(api, 'makeup-days', 'skip'), 1, 'moved by the rule')
    equal(due(api, one), '2025-11-11', 'where it does not count')
    equal(set_rule(api, 'makeup-days', 'count'), 1, 'moved back by the rule')
    equal(due(api, one), '2025-11-10', 'where it counts')
    equal(set_day(api, '2025-11-08', 'off'), 1, 'moved back')
    equal(due(api, one), '2025-11-11', 'off again')


def check_what_is_past_closed_or_fixed_stays(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), *(term('2025-09-0%d' % day, working_days=10 - day) for day in range(1, 6)), term('2025-08-13', working_days=1),
                            term('2025-08-12', working_days=3)))
    first, second, third, fourth, fifth = (the_one(api, code, period='2025-09-0%d' % day) for day in range(1, 6))
    past, today = (the_one(api, code, period='2025-08-%d' % day) for day in (13, 12))
    equal((past['due_on'], today['due_on']), ('2025-08-14', '2025-08-15'), 'past and today')
    finish(api, first)
    move(api, second['id'], 'cancel', reason='Thôi')
    extend(api, third, '2025-09-19')
    report(api, fourth['id'], owner=a, percent=100, done=True)
    equal(set_day(api, '2025-09-12', 'off'), 2, 'moved')
    equal([due(api, one) for one in (first, second, third, fourth, fifth)],
          ['2025-09-12', '2025-09-12', '2025-09-19', '2025-09-15', '2025-09-15'], 'due')
    equal(set_day(api, '2025-08-14', 'off'), 1, 'a day of the past')
    equal([due(api, one) for one in (past, today)], ['2025-08-14', '2025-08-18'], 'after a day of the past')
    equal(set_day(api, '2025-08-14', 'work'), 1, 'moved back')


def check_named_dates_and_ends_of_periods_by_their_rules(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), on('2025-10-11'), on('2025-10-13')),
                 piece(by(a), {'kind': 'half_year', 'text': '6 tháng', 'due_on': '2025-12-31'}, every('FREQ=MONTHLY;BYMONTH=8')),
                 piece(by(a), on('2025-08-09'), every('FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=20')))
    saturday, monday = (the_one(api, code, period='2025-10-%d' % day) for day in (11, 13))
    half, august, late = (the_one(api, code, period=period) for period in ('2025-H2', '2025-08', '2025-08-09'))
    by_day = the_one(api, code, period='2025-Q3')
    equal(due(api, august), '2025-08-31', 'a Sunday')
    equal(set_day(api, '2025-10-13', 'off'), 0, 'named dates stay')
    equal(set_rule(api, 'named-date', 'next'), 4, 'moved by the rule')
    equal([due(api, one) for one in (saturday, monday, half, august, late, by_day)],
          ['2025-10-14', '2025-10-14', '2025-12-31', '2025-08-31', '2025-08-09', '2025-09-22'], 'named dates')
    equal(set_day(api, '2025-10-14', 'off'), 2, 'moved on')
    equal(due(api, saturday), '2025-10-15', 'moved on')
    equal(set_day(api, '2025-10-11', 'work'), 1, 'a Saturday worked')
    equal((due(api, saturday), due(api, monday)), ('2025-10-11', '2025-10-15'), 'a Saturday worked')
    equal(set_rule(api, 'named-date', 'stay'), 3, 'moved back by the rule')
    equal(due(api, monday), '2025-10-13', 'as it is named')
    equal(set_rule(api, 'period-end', 'next'), 1, 'moved by the other rule')
    equal((due(api, august), due(api, half)), ('2025-09-01', '2025-12-31'), 'ends of periods')
    equal(set_day(api, '2025-12-31', 'off'), 1, 'the last day of the year')
    equal(due(api, half), '2026-01-01', 'into the next year')
    equal(set_rule(api, 'period-end', 'stay'), 2, 'moved back')
    equal([due(api, one) for one in (saturday, monday, half, august, late, by_day)],
          ['2025-10-11', '2025-10-13', '2025-12-31', '2025-08-31', '2025-08-09', '2025-09-20'], 'as at first')


def check_the_end_of_a_term_of_days(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), term('2025-10-01', days=3)))
    one = the_one(api, code)
    equal(due(api, one), '2025-10-06', 'a Saturday')
    equal(set_rule(api, 'term-end', 'stay'), 1, 'moved by the rule')
    equal(due(api, one), '2025-10-04', 'where it stays')
    equal(set_rule(api, 'term-end', 'next'), 1, 'moved back')


def check_terms_over_tet_and_a_leap_day(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), term('2026-02-13', working_days=3)), year=2026)
    one = the_one(api, code)
    equal(due(api, one), '2026-02-18', 'before Tết is known')
    moved = [set_day(api, '2026-02-%d' % day, 'off', reason='Tết Nguyên đán') for day in (16, 17, 18)]
    equal((moved, due(api, one)), ([1] * 3, '2026-02-23'), 'after Tết')
    code = issue(api, piece(by(a), term('2028-02-25', working_days=2)), year=2028)
    leap = the_one(api, code)
    equal(due(api, leap), '2028-02-29', 'the leap day')
    equal((set_day(api, '2028-02-29', 'off'), due(api, leap)), (1, '2028-03-01'), 'the leap day off')
    code = issue(api, piece(by(a), term('2025-12-31', working_days=1)))
    over = the_one(api, code)
    equal(set_day(api, '2026-01-01', 'off'), 1, 'New Year')
    equal(due(api, over), '2026-01-02', 'over New Year')


def check_agendas_and_days_left_follow(api):
    a, b = store_agency(api), store_agency(api)
    code = issue(api, piece(by(a), on('2025-11-14')))
    one = the_one(api, code)
    path, query = '/v1/deadlines/' + one['id'], {'agency': a}
    before = api.ok('GET', path, role='office')
    agenda = api.ok('GET', '/v1/agenda', role='office', query=query)
    left = agenda.json['items'][0]['working_days_left']
    equal(before.json['working_days_left'], left, 'left')
    for kind, gone in (('off', 1), ('work', 0)):
        equal(set_day(api, '2025-11-12', kind), 0, 'nothing moves')
        now = api.ok('GET', path, role='office', headers={'If-None-Match': before.etag})
        equal((now.json['working_days_left'], now.json['version']), (left - gone, 1), 'left with one day ' + kind)
        check(now.etag != before.etag, 'the same ETag')
        now = api.ok('GET', '/v1/agenda', role='office', query=query, headers={'If-None-Match': agenda.etag})
        equal(now.json['items'][0]['working_days_left'], left - gone, 'left in the agenda')
        equal(api.call('GET', '/v1/agenda', role='office', query=query, headers={'If-None-Match': now.etag}).status, 304, 'again')
    equal(api.ok('GET', '/v1/agenda', role='office', query={'agency': b}).json['items'], [], 'of one that owes nothing')


def check_an_edit_in_the_plan_uses_the_days_of_now(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), on('2025-11-20')), piece(by(a), term('2025-08-12', working_days=2)))
    set_day(api, '2025-11-26', 'off')
    api.ok('PATCH', '/v1/tasks/%s.1' % code, {'parts': [piece(by(a), term('2025-11-25', working_days=1)),
                                                       piece(by(a), {**term('2025-08-12', working_days=2), 'text': 'khác'})]},
           role='office', headers={'If-Match': '*'})
    equal(shorts(api, code, 'due_on'), ['2025-08-14', '2025-11-27'], 'due')
    # A day of the past is set off: what was due by it moves only when the plan names another day.
    late = the_one(api, code, period='2025-08-12')
    set_day(api, '2025-08-13', 'off')
    api.ok('PATCH', '/v1/tasks/%s.1' % code, {'parts': [piece(by(a), term('2025-11-25', working_days=1)),
                                                       piece(by(a), {**term('2025-08-12', working_days=2), 'text': 'khác nữa'})]},
           role='office', headers={'If-Match': '*'})
    equal(short(again(api, late), 'due_on', 'overdue', 'version'), '2025-08-14 True 3', 'what was late stays late')


CHECKS = [value for name, value in list(globals().items()) if name.startswith('check_')]


def cases(api):
    del api
    with empty() as service:
        for function in CHECKS:
            yield function.__name__[6:], functools.partial(function, service)
