"""What becomes of a deadline when parts are renamed, dropped or put elsewhere, and of those that are closed or fixed by
hand. Today is 2025-08-15."""

import functools

from client import check, equal
from fixtures import move, new_task, report, store_agency
from owed import (GROUP, MONTHLY, PAPER, Q3, Q4, QUARTERLY, again, all_of, body_of, by, change, edit_agency, empty, every,
                  extend, finish, issue, issue_body, kinds, on, owed, piece, short, shorts, story, the_one)


def labelled(people, label, *timings, **more):
    return piece(people, *timings, label=label, **more)


# Parts.

def check_another_label(api):
    a = store_agency(api)
    people = by(a)
    code = issue(api, labelled(people, 'a)', Q3), labelled(people, 'b)', Q3))
    first, second = (the_one_of(api, code, label) for label in ('a)', 'b)'))
    report(api, first['id'], owner=a, percent=10)
    finish(api, second)
    change(api, code, labelled(people, 'c)', Q3), labelled(people, 'd)', Q3))
    equal(short(again(api, first), 'part', 'part_label', 'status', 'percent'), '1 c) open 10', 'the first')
    equal(short(again(api, second), 'part', 'part_label', 'status'), '2 b) done', 'the second, which is done')
    equal(len(owed(api, code)), 2, 'how many')
    equal(kinds(api, first), 'created report moved', 'the story')


def the_one_of(api, code, label):
    found = [one for one in owed(api, code) if one['part_label'] == label]
    equal(len(found), 1, 'deadlines of part %s' % label)
    return found[0]


def check_a_part_is_dropped_and_put_back(api):
    a = store_agency(api)
    people = by(a)
    code = issue(api, labelled(people, 'a)', Q3), labelled(people, 'b)', on('2025-08-10')))
    second = the_one_of(api, code, 'b)')
    report(api, second['id'], owner=a, percent=25)
    change(api, code, labelled(people, 'a)', Q3))
    equal(shorts(api, code, 'part_label', 'status', 'percent'), ['a) open 0', 'b) cancelled 25'], 'dropped')
    change(api, code, labelled(people, 'a)', Q3), labelled(people, 'b)', on('2025-08-10')))
    equal(short(again(api, second), 'status', 'percent', 'due_on'), 'open 25 2025-08-10', 'put back')


def check_parts_change_places(api):
    a, b = store_agency(api), store_agency(api)
    code = issue(api, labelled(by(a), 'a)', Q3), labelled(by(a), 'b)', Q3))
    first = the_one_of(api, code, 'a)')
    report(api, first['id'], owner=a, percent=30)
    change(api, code, labelled(by(a), 'b)', Q3), labelled(by(a), 'a)', Q3))
    equal(shorts(api, code, 'part', 'part_label', 'percent'), ['1 b) 0', '2 a) 30'], 'with labels')
    # Without labels a part is known by its place, and by what is due of whom.
    code = issue(api, piece(by(a), Q3), piece(by(a), Q4), piece(by(b), Q3))
    one, two, three = sorted(owed(api, code), key=lambda one: one['part'])
    change(api, code, piece(by(b), Q3), piece(by(a), Q3), piece(by(a), Q4))
    equal([short(again(api, each), 'part', 'agency', 'period', 'status') for each in (one, two, three)],
          ['2 %s 2025-Q3 open' % a, '3 %s 2025-Q4 open' % a, '1 %s 2025-Q3 open' % b], 'without')
    change(api, code, piece(by(a), Q4))
    equal([short(again(api, each), 'part', 'status') for each in (one, two, three)], ['2 cancelled', '1 open', '1 cancelled'],
          'the last that is left')


def check_a_merger_of_a_day_takes_over_each_part(api):
    a, b, new = (store_agency(api) for _ in range(3))
    once = every('FREQ=YEARLY;BYMONTH=9')
    code = issue(api, labelled(by(a, b), 'a)', once), labelled(by(a, b), 'b)', once), labelled(by(b), 'c)', once))
    ids = {(one['part_label'], one['agency']): one for one in owed(api, code)}
    report(api, ids['a)', b]['id'], owner=b, percent=50)
    report(api, ids['b)', a]['id'], owner=a, percent=50)
    finish(api, ids['b)', b])
    merge(api, new, a, b)
    equal(shorts(api, code, 'part_label', 'agency', 'status', 'percent'),
          sorted(['a) %s open 50' % new, 'a) %s cancelled 0' % a, 'b) %s done 100' % b, 'b) %s cancelled 50' % a,
                  'c) %s open 0' % new]), 'each part')


def merge(api, into, *codes):
    """Several at once, as happens on the day after the last one of them."""
    api.database.run("""set search_path = kstthc; begin;
        alter table agency disable trigger agency_sync_update;
        update agency set valid_to = '2025-08-14', successor = '%s' where code in ('%s');
        alter table agency enable trigger agency_sync_update;
        select deadline_sync_all('2025-08-15', 'system'); commit;""" % (into, "', '".join(codes)))


# By hand.

def check_what_was_extended_stays(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), Q3), decision={'date': '2025-01-01'})
    one = the_one(api, code)
    extend(api, one, '2025-10-15')
    change(api, code, piece(by(a), Q4))
    now = the_one(api, code)
    equal(short(now, 'id', 'period', 'due_on', 'original_due_on', 'fixed'),
          one['id'] + ' 2025-Q4 2025-10-15 2025-09-30 True', 'extended')
    equal(story(api, one)[-1]['text'], 'Nội dung giao thay đổi, hạn vẫn là 15/10/2025 do kế hoạch thay đổi.', 'in words')


def check_what_is_done_never_changes(api):
    a, b = store_agency(api), store_agency(api)
    code = issue(api, labelled(by(a), 'a)', Q3))
    one = the_one(api, code)
    finish(api, one)
    was = again(api, one)
    for parts in ([labelled(by(a), 'a)', on('2025-09-20'))], [labelled(by(a), 'b)', {**Q3, 'text': 'Quý 3'})],
                  [labelled(by(b), 'a)', Q3)], [labelled(by(a, role='implement'), 'a)', Q3)]):
        change(api, code, *parts)
        equal(again(api, one), was, 'done')
    equal(shorts(api, code, 'agency', 'status'), sorted([a + ' done', b + ' cancelled']), 'who else owed it')
    edit_agency(api, a, valid_to='2025-08-14', successor=b)
    equal(again(api, one), was, 'done by one that is gone')


def check_what_the_office_cancelled_never_comes_back(api):
    a, b = store_agency(api, groups=[GROUP]), store_agency(api)
    code = issue(api, labelled(all_of(GROUP), 'a)', Q3, MONTHLY))
    one = the_one(api, code, agency=a, period='2025-Q3')
    plain = issue(api, piece(by(a), Q3))
    for each in (one, the_one(api, plain)):
        move(api, each['id'], 'cancel', reason='Không còn phù hợp.')
    was = again(api, one)

    def gone(what):
        equal(again(api, one), was, what)
        equal([each['status'] for each in owed(api, code, period='2025-Q3') if each['agency'] in (a, b)], ['cancelled'], what)
    change(api, code, labelled(all_of(GROUP), 'a)', {**Q3, 'text': 'Quý 3'}, MONTHLY))
    gone('other words')
    change(api, code, labelled(all_of(GROUP), 'b)', Q3, MONTHLY))
    gone('another label')
    edit_agency(api, a, groups=[])
    edit_agency(api, a, groups=[GROUP])
    gone('left and came back')
    edit_agency(api, a, valid_to='2025-08-14', successor=b)
    gone('a successor')
    equal(shorts(api, plain, 'agency', 'status'), [a + ' cancelled'], 'a successor of the same part')
    change(api, plain, piece(by(b), on('2025-11-11')))
    equal(shorts(api, plain, 'agency', 'status', 'due_on'), sorted([a + ' cancelled 2025-09-30', b + ' open 2025-11-11']),
          'another day is another duty')
    equal(the_one(api, code, agency=b, period='2025-09')['status'], 'open', 'what it does take over')


def check_what_is_reported_waits_for_the_office(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), Q3))
    one = the_one(api, code)
    report(api, one['id'], owner=a, percent=100, done=True)
    change(api, code, piece(by(a), on('2025-08-12')))
    equal(short(again(api, one), 'status', 'due_on', 'done_on', 'working_days_late'), 'reported 2025-09-30 2025-08-15 None',
          'not late by a day that is named afterwards')
    change(api, code, piece(by(a), on('2025-08-20')))
    equal(short(again(api, one), 'status', 'due_on', 'working_days_late'), 'reported 2025-08-20 None', 'moved on')
    change(api, code, piece(by(store_agency(api)), Q3))
    equal(again(api, one)['status'], 'reported', 'of one that is no longer named')


# Tasks.

def check_a_task_is_deleted_and_made_again(api):
    a = store_agency(api)
    code = issue_body(api, body_of([piece(by(a), Q3, Q4)], [piece(by(a), Q3)]))
    quarter, done = (the_one(api, code, task=code + '.1', period=period) for period in ('2025-Q3', '2025-Q4'))
    report(api, quarter['id'], owner=a, percent=30)
    finish(api, done)
    etag = api.ok('GET', '/v1/tasks/%s.1' % code, role='office').etag
    title = quarter['title']
    api.ok('DELETE', '/v1/tasks/%s.1' % code, role='office', headers={'If-Match': etag}, status=204)
    for one, status in ((quarter, 'cancelled'), (done, 'done')):
        equal(short(again(api, one), 'task', 'former_task', 'title', 'status'), 'None %s.1 %s %s' % (code, title, status), 'deleted')
    equal(kinds(api, quarter), 'created report cancel', 'the story')
    api.ok('POST', '/v1/tasks', new_task(code, 1, parts=[piece(by(a), Q3, Q4)]), role='office', status=201)
    equal(shorts(api, code, 'period', 'status', task=code + '.1'), ['2025-Q3 open', '2025-Q4 open'], 'of the new task')
    equal([again(api, one)['task'] for one in (quarter, done)], [None, None], 'of the old one')
    equal(shorts(api, code, 'status', task=code + '.2'), ['open'], 'of the other task')


def check_a_new_task_owes_from_today_on(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), Q3), decision={'date': '2025-01-01'})
    api.ok('POST', '/v1/tasks', new_task(code, 7, parts=[piece(by(a), QUARTERLY, on('2025-08-01'))]), role='office', status=201)
    equal(shorts(api, code, 'due_on', task=code + '.7'), ['2025-08-01', '2025-09-30', '2025-12-31'], 'of the new task')


# What the office dates.

def refused(api, code, timing, error):
    reply = api.call('PATCH', '/v1/tasks/%s.1' % code, {'parts': [piece(by('so'), timing)]}, role='office',
                     headers={'If-Match': '*'})
    equal(reply.status, 422, 'status')
    check(error.items() <= reply.errors().items(), 'errors: %r', reply.errors())


def check_by_plan_is_dated_by_a_document(api):
    a = store_agency(api)
    for kind in ('by_plan', 'on_request'):
        timing = {'kind': kind, 'text': 'Theo kế hoạch'}
        code = issue(api, piece(by(a), timing))
        equal(owed(api, code), [], 'without a date')
        refused(api, code, {**timing, 'due_on': '2025-11-20'}, {'/parts/0/timings/0/document': 'document_missing'})
        change(api, code, piece(by(a), {**timing, 'due_on': '2025-11-20', 'document': PAPER}))
        one = the_one(api, code)
        equal(short(one, 'due_on', 'period', 'status'), '2025-11-20 2025-11-20 open', 'dated')
        change(api, code, piece(by(a), {**timing, 'due_on': '2025-12-01', 'document': PAPER}))
        equal(short(the_one(api, code), 'id', 'due_on'), one['id'] + ' 2025-12-01', 'dated again')
        change(api, code, piece(by(a), timing))
        equal(the_one(api, code)['status'], 'cancelled', 'without a date again')


def check_after_an_event_a_term_runs(api):
    a = store_agency(api)
    timing = {'kind': 'after_event', 'text': '10 ngày làm việc', 'term': {'working_days': 10}}
    code = issue(api, piece(by(a), timing))
    equal(owed(api, code), [], 'before the event')
    refused(api, code, {**timing, 'event_on': '2025-08-20'}, {'/parts/0/timings/0/document': 'document_missing'})
    change(api, code, piece(by(a), {**timing, 'event_on': '2025-08-20', 'document': PAPER}))
    one = the_one(api, code)
    equal(short(one, 'due_on', 'period'), '2025-09-03 2025-08-20', 'ten working days')
    for term, event_on, wanted in (({'working_days': 10}, '2025-08-29', '2025-09-12'), ({'days': 10}, '2025-08-29', '2025-09-08'),
                                   ({'working_days': 0}, '2025-08-30', '2025-09-01')):
        change(api, code, piece(by(a), {**timing, 'term': term, 'event_on': event_on, 'document': PAPER}))
        equal(short(the_one(api, code), 'id', 'due_on'), one['id'] + ' ' + wanted, '%r from %s' % (term, event_on))


def check_what_never_ends_owes_no_date(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), {'kind': 'continuous', 'text': 'Thường xuyên'}, {'kind': 'unknown', 'text': '?'}))
    equal(owed(api, code), [], 'deadlines')
    change(api, code, piece(by(a), Q3))
    change(api, code, piece(by(a), {'kind': 'continuous', 'text': 'Thường xuyên'}))
    equal(shorts(api, code, 'period', 'status'), ['2025-Q3 cancelled'], 'continuous now')


# From when a plan binds.

def check_from_when_a_plan_binds(api):
    a = store_agency(api)
    parts = [piece(by(a), on('2025-02-01'), MONTHLY)]
    for body, decision, first in (({}, {'date': '2025-06-30'}, '2025-06-30'), ({}, {'date': '2025-07-01'}, '2025-07-31'),
                                  ({}, {}, '2025-08-31'), ({}, {'date': '2025-10-15'}, '2025-10-31'),
                                  ({'decision': {'number': '1', 'date': '2024-12-31', 'issuer': 'Chủ tịch'}}, {}, '2025-01-31')):
        code = issue_body(api, body_of(parts, **body), **decision)
        wanted = sorted(['2025-02-01'] + [day for day in MONTH_ENDS if day >= first])
        equal(shorts(api, code, 'due_on'), wanted, 'decided %r %r' % (body, decision))
        # No edit makes it bind earlier.
        change(api, code, piece(by(a), on('2025-02-01'), {**MONTHLY, 'text': 'Mỗi tháng'}))
        equal(shorts(api, code, 'due_on'), wanted, 'edited, decided %r %r' % (body, decision))


MONTH_ENDS = ['2025-01-31', '2025-02-28', '2025-03-31', '2025-04-30', '2025-05-31', '2025-06-30', '2025-07-31', '2025-08-31',
              '2025-09-30', '2025-10-31', '2025-11-30', '2025-12-31']


def check_a_plan_of_another_year(api):
    a = store_agency(api)
    code = issue(api, piece(by(a), every('FREQ=MONTHLY;INTERVAL=6')), year=2024)
    equal(shorts(api, code, 'due_on', 'period'), ['2024-06-30 2024-H1', '2024-12-31 2024-H2'], 'put in after its year')
    code = issue(api, piece(by(a), every('FREQ=MONTHLY;BYMONTH=2'), every('FREQ=YEARLY')), year=2028)
    equal(shorts(api, code, 'due_on', 'period'), ['2028-02-29 2028-02', '2028-12-31 2028'], 'the leap day')
    change(api, code, piece(by(a), on('2028-02-29')))
    equal(shorts(api, code, 'due_on', status='open'), ['2028-02-29'], 'the leap day by name')


CHECKS = [value for name, value in list(globals().items()) if name.startswith('check_')]


def cases(api):
    del api
    with empty() as service:
        for function in CHECKS:
            yield function.__name__[6:], functools.partial(function, service)
