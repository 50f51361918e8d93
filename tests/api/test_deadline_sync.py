"""Deadlines are those that follow from the plans as they stand, and lose nothing that was reported. Today is 2025-08-15."""

import functools
import threading
import time

from client import check, equal
from fixtures import report, store_agency
from owed import (GROUP, MONTHLY, OTHER_GROUP, Q3, Q4, QUARTERLY, again, all_of, by, change, edit_agency, empty, every,
                  extend, finish, issue, kinds, on, owed, piece, short, shorts, story, the_one)


def agencies(api, count, **more):
    return [store_agency(api, **more) for _ in range(count)]


# Who owes.

def check_one_for_each_part_period_and_agency(api):
    a, b, c = agencies(api, 3)
    code = issue(api, piece(by(a, b), Q3, label='a)'), piece(by(b, role='implement') + by(c, role='cooperate'), Q3, Q4))
    equal(shorts(api, code, 'part', 'part_label', 'agency', 'role', 'period', 'due_on', 'status', 'fixed', 'percent'),
          ['1 a) %s lead 2025-Q3 2025-09-30 open False 0' % a, '1 a) %s lead 2025-Q3 2025-09-30 open False 0' % b,
           '2 None %s implement 2025-Q3 2025-09-30 open False 0' % b,
           '2 None %s implement 2025-Q4 2025-12-31 open False 0' % b], 'deadlines')
    equal([(kinds(api, one), story(api, one)[0]['by']['role']) for one in owed(api, code)], [('created', 'office')] * 4, 'told')


def check_named_twice_leads(api):
    a = store_agency(api, groups=[GROUP, OTHER_GROUP])
    code = issue(api, piece(all_of(GROUP) + by(a) + all_of(OTHER_GROUP) + by(a, role='implement'), Q3))
    equal(short(the_one(api, code, agency=a), 'role', 'due_on'), 'lead 2025-09-30', 'role')
    change(api, code, piece(all_of(GROUP) + by(a, role='cooperate'), Q3))
    one = the_one(api, code, agency=a)
    equal((one['role'], kinds(api, one)), ('implement', 'created moved'), 'role as a member')
    change(api, code, piece(all_of(GROUP, role='cooperate'), Q3))
    equal(again(api, one)['status'], 'cancelled', 'who only cooperates')


def check_said_twice_is_once(api):
    a, = agencies(api, 1)
    code = issue(api, piece(by(a), {**Q3, 'text': 'Trong quý III'}, every('FREQ=MONTHLY;INTERVAL=3'), Q3))
    equal(shorts(api, code, 'period', 'timing'), ["2025-Q3 {'kind': 'quarter', 'text': 'Trong quý III'}",
                                                  "2025-Q4 {'kind': 'recurring', 'text': 'FREQ=MONTHLY;INTERVAL=3'}"], 'periods')


def check_an_agency_that_begins_or_has_ended(api):
    late = store_agency(api, valid_from='2025-10-01')
    gone = store_agency(api, valid_to='2025-08-14')
    last = store_agency(api, valid_to='2025-08-15')
    early = store_agency(api, valid_from='2025-09-30')
    code = issue(api, piece(by(late, gone, last, early), Q3, Q4))
    equal(shorts(api, code, 'agency', 'period'),
          sorted([late + ' 2025-Q4', last + ' 2025-Q3', last + ' 2025-Q4', early + ' 2025-Q3', early + ' 2025-Q4']), 'who owes')


# Groups.

def check_a_group_is_opened(api):
    members = agencies(api, 3, groups=[OTHER_GROUP])
    other = store_agency(api, groups=[GROUP])
    code = issue(api, piece(all_of(OTHER_GROUP), Q3))
    got = {one['agency'] for one in owed(api, code)}
    check(set(members) <= got and other not in got, 'members: %r', got)


def check_a_joiner_owes_from_today_on(api):
    joiner, a = agencies(api, 2)
    code = issue(api, piece(all_of(GROUP), on('2025-08-14'), on('2025-08-15'), QUARTERLY, MONTHLY),
                 decision={'date': '2025-01-01'})
    edit_agency(api, joiner, groups=[OTHER_GROUP])
    equal(owed(api, code, agency=joiner), [], 'of another group')
    edit_agency(api, joiner, groups=[OTHER_GROUP, GROUP])
    wanted = ['2025-08 2025-08-31', '2025-08-15 2025-08-15', '2025-09 2025-09-30', '2025-10 2025-10-31', '2025-11 2025-11-30',
              '2025-12 2025-12-31', '2025-Q3 2025-09-30', '2025-Q4 2025-12-31']
    equal(shorts(api, code, 'period', 'due_on', agency=joiner), wanted, 'of the joiner')
    # What the others were late with before it came is not its own, whatever is edited later.
    change(api, code, title='Tên khác')
    equal(shorts(api, code, 'period', 'due_on', agency=joiner), wanted, 'after another title')
    change(api, code, piece(all_of(GROUP), on('2025-08-14'), on('2025-08-15'), QUARTERLY, MONTHLY, outputs=['Báo cáo khác.']))
    equal(shorts(api, code, 'period', 'due_on', agency=joiner), wanted, 'after another output')
    # What the plan names anew is everyone's.
    change(api, code, piece(all_of(GROUP) + by(a), on('2025-08-14'), on('2025-08-13')))
    equal(shorts(api, code, 'period', agency=joiner, status='open'), ['2025-08-13'], 'a new date that has passed')
    equal(shorts(api, code, 'period', agency=a), ['2025-08-13', '2025-08-14'], 'who is named itself')


def check_a_leaver_keeps_what_it_reported(api):
    leaver = store_agency(api, groups=[GROUP])
    code = issue(api, piece(all_of(GROUP), on('2025-08-20'), on('2025-08-21'), on('2025-08-22'), on('2025-08-14'),
                            on('2025-08-23')))
    done, reported, started, late, extended = (the_one(api, code, agency=leaver, period='2025-08-%d' % day)
                                               for day in (20, 21, 22, 14, 23))
    finish(api, done)
    report(api, reported['id'], owner=leaver, percent=100, done=True)
    report(api, started['id'], owner=leaver, percent=40, note='Đã xong dự thảo')
    extend(api, extended, '2025-09-23')
    edit_agency(api, leaver, groups=[])
    members = ('status', 'percent')
    equal([short(again(api, one), *members) for one in (done, reported, started, late, extended)],
          ['done 100', 'reported 100', 'cancelled 40', 'cancelled 0', 'cancelled 0'], 'of the leaver')
    equal(kinds(api, started), 'created report cancel', 'the story')
    equal(story(api, started)[-1]['text'], 'Hủy vì cơ quan không còn được giao.', 'in words')
    # It comes back: the same ones, with what was reported; not those that have become due meanwhile.
    edit_agency(api, leaver, groups=[GROUP])
    equal([short(again(api, one), *members) for one in (done, reported, started, late, extended)],
          ['done 100', 'reported 100', 'open 40', 'cancelled 0', 'open 0'], 'come back')
    equal(kinds(api, started), 'created report cancel reopen', 'the story goes on')
    equal(again(api, extended)['due_on'], '2025-09-23', 'what was extended')
    equal(len(owed(api, code, agency=leaver)), 5, 'how many')


# Successors.

def check_a_successor_takes_over_with_reports(api):
    old, new = agencies(api, 2)
    code = issue(api, piece(by(old), Q3, on('2025-08-14'), on('2025-08-20')))
    quarter, late, done = (the_one(api, code, period=period) for period in ('2025-Q3', '2025-08-14', '2025-08-20'))
    report(api, quarter['id'], owner=old, percent=60)
    finish(api, done)
    # Until its last day has passed nothing changes.
    edit_agency(api, old, valid_to='2025-08-15', successor=new)
    equal({one['agency'] for one in owed(api, code)}, {old}, 'on its last day')
    edit_agency(api, old, valid_to='2025-08-14')
    equal([short(again(api, one), 'agency', 'status', 'percent') for one in (quarter, late, done)],
          [new + ' open 60', new + ' open 0', old + ' done 100'], 'the day after')
    equal(kinds(api, quarter), 'created report transfer', 'the story')
    equal(story(api, quarter)[-1]['data'], {'because': 'agency', 'due_on': '2025-09-30', 'from': old, 'to': new}, 'from and to')
    report(api, quarter['id'], owner=new, percent=70)
    equal(len(owed(api, code)), 3, 'how many')
    # What is done is not owed again, nor by the one that took over.
    change(api, code, piece(by(old), Q3, on('2025-08-14'), on('2025-08-20'), outputs=['Khác.']))
    equal(shorts(api, code, 'agency', 'status'), sorted([new + ' open', new + ' open', old + ' done']), 'after an edit')


def check_a_successor_that_owes_it_too_owes_it_once(api):
    old, new = agencies(api, 2)
    code = issue(api, piece(by(old) + by(new, role='implement'), Q3))
    mine = the_one(api, code, agency=new)
    theirs = the_one(api, code, agency=old)
    report(api, mine['id'], owner=new, percent=30)
    report(api, theirs['id'], owner=old, percent=80)
    edit_agency(api, old, valid_to='2025-08-14', successor=new)
    equal(short(again(api, mine), 'agency', 'status', 'percent', 'role'), new + ' open 30 lead', 'its own, and it leads now')
    equal(short(again(api, theirs), 'agency', 'status', 'percent'), old + ' cancelled 80', 'the predecessor\'s')


def check_two_become_one_and_a_chain(api):
    a, b, middle, last = agencies(api, 4)
    code = issue(api, piece(by(a, b), Q3))
    second = the_one(api, code, agency=b)
    report(api, second['id'], owner=b, percent=20)
    edit_agency(api, middle, valid_to='2025-08-14', successor=last)
    edit_agency(api, a, valid_to='2025-08-14', successor=middle)
    equal(shorts(api, code, 'agency', 'status'), sorted([b + ' open', last + ' open']), 'through a chain')
    edit_agency(api, b, valid_to='2025-08-14', successor=last)
    equal(shorts(api, code, 'agency', 'status'), sorted([b + ' cancelled', last + ' open']), 'two become one')
    both = issue(api, piece(by(a, b), Q3))
    equal(shorts(api, both, 'agency', 'status'), [last + ' open'], 'named by their old names')


def check_a_merger_keeps_the_one_that_is_further(api):
    a, b, new = agencies(api, 3)
    code = issue(api, piece(by(a, b), Q3))
    report(api, the_one(api, code, agency=b)['id'], owner=b, percent=20)
    api.database.run("""set search_path = kstthc;
        update agency set valid_to = '2025-08-14', successor = '%s', version = version + 1 where code in ('%s', '%s')""" % (new, a, b))
    equal(shorts(api, code, 'agency', 'status', 'percent'), sorted([a + ' cancelled 0', new + ' open 20']), 'merged')


def check_an_agency_that_ends_without_successor(api):
    a, = agencies(api, 1)
    code = issue(api, piece(by(a), Q3))
    edit_agency(api, a, valid_to='2025-08-14')
    equal(shorts(api, code), [a + ' 2025-Q3 2025-09-30 cancelled'], 'nobody took over')
    edit_agency(api, a, valid_to=None)
    equal(shorts(api, code), [a + ' 2025-Q3 2025-09-30 open'], 'it goes on after all')


# Timing.

def check_another_date_keeps_the_deadline(api):
    a, = agencies(api, 1)
    code = issue(api, piece(by(a), on('2025-09-10')))
    one = the_one(api, code)
    report(api, one['id'], owner=a, percent=45)
    for timing, period, due_on in ((on('2025-10-20'), '2025-10-20', '2025-10-20'), (Q3, '2025-Q3', '2025-09-30'),
                                   (Q4, '2025-Q4', '2025-12-31'), (on('2025-08-10'), '2025-08-10', '2025-08-10'),
                                   (Q3, '2025-Q3', '2025-09-30')):
        change(api, code, piece(by(a), timing))
        now = the_one(api, code)
        equal((now['id'], now['period'], now['due_on'], now['percent'], now['timing']['text'], now['status']),
              (one['id'], period, due_on, 45, timing['text'], 'open'), 'moved')
        equal([entry['data'] for entry in story(api, one)][-1]['due_on'], due_on, 'told')
    equal(kinds(api, one), 'created report' + ' moved' * 5, 'the story')
    equal(story(api, one)[2]['text'], 'Hạn chuyển từ 10/09/2025 sang 20/10/2025 do kế hoạch thay đổi.', 'in words')


def check_more_dates_and_fewer(api):
    a, = agencies(api, 1)
    code = issue(api, piece(by(a), on('2025-09-01'), on('2025-10-01')))
    first, second = owed(api, code)
    change(api, code, piece(by(a), on('2025-09-05'), on('2025-10-01'), on('2025-11-01')))
    equal(short(again(api, first), 'due_on'), '2025-09-05', 'the one that moved')
    equal(short(again(api, second), 'due_on', 'version'), '2025-10-01 1', 'the one that stays')
    equal(shorts(api, code, 'due_on'), ['2025-09-05', '2025-10-01', '2025-11-01'], 'days')
    change(api, code, piece(by(a), on('2025-10-01')))
    equal(shorts(api, code, 'due_on', 'status'), ['2025-09-05 cancelled', '2025-10-01 open', '2025-11-01 cancelled'], 'fewer')
    change(api, code, piece(by(a), on('2025-10-01'), on('2025-11-01')))
    equal(shorts(api, code, 'due_on', 'status'), ['2025-09-05 cancelled', '2025-10-01 open', '2025-11-01 open'], 'again')


def check_quarterly_becomes_monthly(api):
    a, = agencies(api, 1)
    code = issue(api, piece(by(a), QUARTERLY), decision={'date': '2025-02-01'})
    equal(shorts(api, code, 'period'), ['2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4'], 'quarters')
    first = the_one(api, code, period='2025-Q1')
    finish(api, first)
    before = short(again(api, first), 'status', 'period', 'due_on', 'version')
    change(api, code, piece(by(a), MONTHLY))
    equal(shorts(api, code, 'period', 'status'),
          ['2025-08 open', '2025-09 open', '2025-10 open', '2025-11 open', '2025-12 open', '2025-Q1 done',
           '2025-Q2 open', '2025-Q3 cancelled', '2025-Q4 cancelled'], 'months, and the quarter that was late')
    equal(short(again(api, first), 'status', 'period', 'due_on', 'version'), before, 'what was done')
    change(api, code, piece(by(a), QUARTERLY))
    equal(shorts(api, code, 'period', 'status', status='open'), ['2025-Q2 open', '2025-Q3 open', '2025-Q4 open'], 'back')


def check_what_bounds_a_recurrence(api):
    a, = agencies(api, 1)
    code = issue(api, piece(by(a), every('FREQ=MONTHLY;INTERVAL=3;COUNT=3')), decision={'date': '2025-01-01'})
    equal(shorts(api, code, 'period', 'due_on'), ['2025-Q1 2025-03-31', '2025-Q2 2025-06-30', '2025-Q3 2025-09-30'], 'COUNT')
    third = the_one(api, code, period='2025-Q3')
    steps = ((every('FREQ=MONTHLY;INTERVAL=3;UNTIL=20251231'), ['2025-09-30', '2025-12-31']),
             (every('FREQ=MONTHLY;INTERVAL=3;UNTIL=20251230'), ['2025-09-30']),
             (every('FREQ=MONTHLY;INTERVAL=3', basis='statutory'), ['2025-09-14', '2025-12-14']),
             (every('FREQ=MONTHLY;INTERVAL=3', due_offset={'months': 0, 'day': 20}), ['2025-09-20', '2025-12-20']),
             (every('FREQ=MONTHLY;INTERVAL=3', due_offset={'days': 15}), ['2025-10-15', '2026-01-15']),
             (every('FREQ=MONTHLY;INTERVAL=3', due_offset={'working_days': 5}), ['2025-10-07', '2026-01-07']),
             (QUARTERLY, ['2025-09-30', '2025-12-31']))
    for timing, wanted in steps:
        change(api, code, piece(by(a), timing))
        equal([one['due_on'] for one in owed(api, code, status='open') if one['due_on'] >= '2025-08-15'], wanted, timing['text'])
        equal(again(api, third)['due_on'], wanted[0], 'the same deadline')
    equal(kinds(api, third), 'created' + ' moved' * 7, 'the story')


def check_other_words_only(api):
    a, = agencies(api, 1)
    code = issue(api, piece(by(a), {**Q3, 'text': 'Quý 3'}))
    one = the_one(api, code)
    change(api, code, piece(by(a), Q3))
    now = again(api, one)
    equal((now['timing']['text'], now['due_on'], now['version']), ('Quý III', '2025-09-30', 2), 'words')
    equal(story(api, one)[-1]['text'], 'Nội dung giao thay đổi, hạn vẫn là 30/09/2025 do kế hoạch thay đổi.', 'in words')
    change(api, code, piece(by(a), Q3, outputs=['Khác.']), title='Tên khác', label='1a')
    equal(short(again(api, one), 'version', 'title'), '2 Tên khác', 'nothing of it changed')


# Locks, in one order: plans, calendar, deadlines, agendas; or two at once wait for each other.

def not_held_while_it_waits(api, waits_for, wanted, call):
    """Whoever makes the call holds nothing that the one whom he waits for may want."""
    holder = api.database.session(waits_for)
    replies = []
    caller = threading.Thread(target=lambda: replies.append(call()))
    caller.start()
    time.sleep(0.25)
    check(caller.is_alive(), 'it did not wait: %r', replies)
    said = holder.communicate(wanted + ' for update nowait;\ncommit;\n', timeout=10)[0]
    caller.join()
    check('ERROR' not in said, 'it is held: %s', said)


def check_an_agency_locks_all_deadlines_before_agendas(api):
    a = store_agency(api, groups=[GROUP])
    codes = sorted(issue(api, piece(all_of(GROUP), Q3)) for _ in range(2))
    agenda = "select from agenda where agency = '%s'" % a
    other = the_one(api, codes[1], agency=a)
    edit_agency(api, a, groups=[])
    not_held_while_it_waits(api, 'select from deadline where id = %s for update' % other['id'], agenda,
                            lambda: edit_agency(api, a, groups=[GROUP]))
    equal([shorts(api, code, 'status', agency=a) for code in codes], [['open']] * 2, 'after all')


def check_agendas_are_touched_in_order(api):
    first, second = sorted(agencies(api, 2))
    code = issue(api, piece(by(first, second), on('2025-09-10')))
    change(api, code, piece(by(second), on('2025-09-10')))
    not_held_while_it_waits(api, "select from agenda where agency = '%s' for update" % first,
                            "select from agenda where agency = '%s'" % second,
                            lambda: change(api, code, piece(by(first), on('2025-09-10'))))
    equal(shorts(api, code, 'agency', 'status'), [first + ' open', second + ' cancelled'], 'after all')


CHECKS = [value for name, value in list(globals().items()) if name.startswith('check_')]


def cases(api):
    del api
    with empty() as service:
        for function in CHECKS:
            yield function.__name__[6:], functools.partial(function, service)
