"""What each day brings: the next obligations, those that became late, agencies that end. Days pass in one transaction that
is undone; but where copies meet."""

import datetime
import functools
import json
import time

from client import check, equal
from owed import (DAILY, GROUP, MONTHLY, PAPER, Q3, WEEKLY, all_of, body_of, by, edit_agency, finish, issue, kinds, on, owed,
                  piece, quoted, shorts, story)
from fixtures import store_agency
from test_process import scratch, serving

AGENCIES = ['co-quan-%d' % number for number in range(1, 51)]
A, B, C = AGENCIES[:3]
DUE = "select coalesce(string_agg(%s, ' ' order by due_on, agency), '') from deadline"
LATE = """select coalesce(string_agg(d.agency || ' ' || (e.data->>'due_on') || ' on ' || e.day, ', ' order by e.id), 'none')
    from deadline_event e join deadline d on d.id = e.deadline where e.kind = 'late'"""
ALL = """select md5(concat((select json_agg(d order by id) from deadline d), (select json_agg(e order by id) from deadline_event e),
    (select json_agg(i order by id) from ledger_inbox i), (select json_agg(a order by agency) from agenda a)))"""


def date(text):
    return datetime.date.fromisoformat(text)


def days(first, last, *weekdays):
    """Of those ISO weekdays."""
    found = [date(first) + datetime.timedelta(days=n) for n in range((date(last) - date(first)).days + 1)]
    return ' '.join(str(day) for day in found if day.isoweekday() in weekdays)


def fridays(first, last):
    return days(first, last, 5)


class Story:
    """Days one after the other, and what is asked on them."""

    def __init__(self, database):
        self.database = database
        self.sql = ['set search_path = kstthc; begin;']
        self.wanted = []

    def at(self, today):
        self.sql.append("set local kstthc.today = '%s';" % today)
        return self

    def issue(self, today, *parts, decided=None, **more):
        body = body_of(list(parts), **more)
        self.at(today).sql.append("""do $$ begin perform plan_store(%s, null); end $$;
            update plan set status = 'issued', issued_on = '%s', decision_date = %s, version = version + 1 where code = '%s';"""
                                  % (quoted(body), today, "'%s'" % decided if decided else 'null', body['code']))
        return self

    def tick(self, today):
        """All that is to be done that day."""
        self.at(today).sql.append("do $$ begin while daily_tick('%s') loop end loop; end $$;" % today)
        return self

    def do(self, sql):
        self.sql.append(sql)
        return self

    def move(self, name, **body):
        """What the office does to the only deadline."""
        return self.do("""do $$ begin perform deadline_move((select code from deadline), '{"move": "%s", "role": "office",
            "from": ["open", "reported", "done"]}', '%s', '{0}', kstthc_today(), '{office}', null, '{}'); end $$;"""
                       % (name, json.dumps(body)))

    def ask(self, sql, wanted, what):
        self.wanted.append((wanted, what))
        self.sql.append(sql + ';')
        return self

    def ask_due(self, wanted, what):
        return self.ask(DUE % 'due_on::text', wanted, what)

    def check(self):
        got = self.database.run('\n'.join(self.sql + ['rollback;']) + '\n').split('\n')
        equal(len(got), len(self.wanted), 'answers')
        for answer, (wanted, what) in zip(got, self.wanted):
            equal(answer, wanted, what)


# Next periods.

def check_weeks_and_days_are_made_when_they_are_near(database):
    Story(database).issue('2025-08-15', piece(by(A), WEEKLY)) \
        .ask_due(fridays('2025-08-15', '2025-09-19'), 'issued') \
        .tick('2025-08-15').ask_due(fridays('2025-08-15', '2025-09-19'), 'the same day') \
        .tick('2025-08-21').ask_due(fridays('2025-08-15', '2025-09-19'), 'before the next') \
        .tick('2025-08-22').ask_due(fridays('2025-08-15', '2025-09-26'), 'the next') \
        .ask("select string_agg(kind || by_role || day, ' ') from deadline_event where data->>'due_on' = '2025-09-26'",
             'createdsystem2025-08-22', 'told').check()
    Story(database).issue('2025-08-15', piece(by(A), DAILY)) \
        .ask_due(days('2025-08-15', '2025-09-19', 1, 2, 3, 4, 5), 'days') \
        .tick('2025-08-18').ask_due(days('2025-08-15', '2025-09-22', 1, 2, 3, 4, 5), 'the next').check()


def check_months_are_made_at_once(database):
    Story(database).issue('2025-10-15', piece(by(A), MONTHLY)).ask_due('2025-10-31 2025-11-30 2025-12-31', 'months') \
        .tick('2025-10-16').ask_due('2025-10-31 2025-11-30 2025-12-31', 'no more').check()


def check_standstill_is_caught_up(database):
    weekly = piece(by(A), WEEKLY)
    for story in (Story(database).issue('2025-08-15', weekly).tick('2025-08-15').tick('2025-08-18')
                  .ask_due(fridays('2025-08-15', '2025-09-22'), 'three days'),
                  # Nothing ran between the issue and the standstill.
                  Story(database).issue('2025-08-15', weekly),
                  Story(database).issue('2025-08-01', weekly, decided='2025-08-10').tick('2025-08-12')):
        story.tick('2025-10-14').ask_due(fridays('2025-08-15', '2025-11-18'), 'sixty days').check()
    Story(database).issue('2025-10-30', piece(by(A), WEEKLY)).tick('2025-10-30') \
        .tick('2026-01-09').ask_due(fridays('2025-10-31', '2025-12-31'), 'over the year, which its plan ends with').check()


def check_what_recurs_is_not_owed_of_before(database):
    Story(database).issue('2025-08-15', piece(by(A), MONTHLY, WEEKLY), decided='2025-10-15').tick('2025-08-16').tick('2025-09-20') \
        .ask_due('2025-10-17 2025-10-24 2025-10-31 2025-11-30 2025-12-31', 'decided later').check()
    # What the office made weekly yesterday is not owed for the weeks of before.
    Story(database).issue('2025-07-01', piece(by(A), MONTHLY)).tick('2025-07-01').tick('2025-08-14') \
        .do("update task set parts = jsonb_set(parts, '{0,timings}', '[%s]'), version = version + 1;" % json.dumps(WEEKLY)) \
        .tick('2025-08-15').ask(DUE % 'due_on::text' + " where status = 'open'",
                                '2025-07-31 ' + fridays('2025-08-15', '2025-09-19'), 'weeks, and the month that was late') \
        .check()


def check_once_a_day_and_never_back(database):
    Story(database).issue('2025-08-15', piece(by(A), WEEKLY, on('2025-08-10'))).tick('2025-08-22') \
        .do('create temp table was as %s as all_of_it;' % ALL) \
        .ask("select daily_tick('2025-08-22')", 'f', 'again').ask("select daily_tick('2025-08-21')", 'f', 'the day before') \
        .tick('2025-08-01') \
        .ask('select (%s) = all_of_it from was' % ALL, 't', 'all as it was') \
        .ask('select done_for from daily_tick', '2025-08-22', 'the last day done') \
        .tick('2025-08-29').ask_due('2025-08-10 ' + fridays('2025-08-15', '2025-10-03'), 'a week later').check()


def check_a_plan_a_piece(database):
    parts = [piece(by(A), WEEKLY)]
    Story(database).issue('2025-08-15', *parts).issue('2025-08-15', *parts).at('2025-08-22') \
        .ask("select daily_tick('2025-08-22')", 't', 'one').ask("select count(*) from deadline", '13', 'of one') \
        .ask("select daily_tick('2025-08-22')", 't', 'two').ask("select count(*) from deadline", '14', 'of both') \
        .ask("select daily_tick('2025-08-22')", 't', 'what is late').ask("select daily_tick('2025-08-22')", 'f', 'no more').check()


# Late ones.

def check_late_is_told_once(database):
    Story(database).issue('2025-08-15', piece(by(A), on('2025-08-20'))) \
        .tick('2025-08-20').ask(LATE, 'none', 'on its day') \
        .do('create temp table was as select version, sequence from deadline;') \
        .tick('2025-08-21').ask(LATE, A + ' 2025-08-20 on 2025-08-21', 'the day after') \
        .tick('2025-08-22').ask(LATE, A + ' 2025-08-20 on 2025-08-21', 'once') \
        .ask('select count(*) from was join deadline using (version, sequence)', '1', 'no other version') \
        .ask('select version from agenda', '1', 'of the agenda neither') \
        .move('extend', due_on='2025-08-26', reason='Chờ', document=PAPER) \
        .tick('2025-08-26').ask(LATE, A + ' 2025-08-20 on 2025-08-21', 'extended') \
        .tick('2025-09-10').ask(LATE, '%s 2025-08-20 on 2025-08-21, %s 2025-08-26 on 2025-09-10' % (A, A), 'late again') \
        .ask("select by_role || events from deadline_event join deadline d on d.id = deadline where kind = 'late' limit 1",
             'system4', 'whose entry').check()


def check_what_is_closed_is_not_late(database):
    for name, body in (('report', {'percent': 100, 'done': True}), ('cancel', {'reason': 'Thôi'})):
        Story(database).issue('2025-08-15', piece(by(A), on('2025-08-20'))).move(name, **body).tick('2025-09-21') \
            .ask(LATE, 'none', name).check()
    Story(database).issue('2025-08-15', piece(by(A), on('2025-08-20'))).move('report', percent=100, done=True) \
        .tick('2025-08-21').move('return', reason='Thiếu').tick('2025-08-22') \
        .ask(LATE, A + ' 2025-08-20 on 2025-08-22', 'returned when it was late').check()


def check_thousands_are_told_in_pieces(database):
    first = date('2025-06-01')
    timings = [on(str(first + datetime.timedelta(days=n))) for n in range(50)]
    count = "select count(*) from deadline_event where kind = 'late'"
    Story(database).issue('2025-08-15', piece(by(*AGENCIES), *timings)).at('2025-08-16') \
        .ask('select count(*) from deadline', '2500', 'deadlines') \
        .ask("select daily_tick('2025-08-16')", 't', 'the plan').ask(count, '0', 'the plan comes first') \
        .ask("select daily_tick('2025-08-16')", 't', 'first').ask(count, '1000', 'in the first piece') \
        .ask("select daily_tick('2025-08-16')", 't', 'second').ask(count, '2000', 'in the second') \
        .tick('2025-08-16').ask(count, '2500', 'all').ask('select count(distinct deadline) from deadline_event '
                                                          "where kind = 'late'", '2500', 'each once').check()


# Agencies whose days come and go.

def check_agencies_end_and_begin(database):
    status = DUE % "agency || '-' || status"
    Story(database).at('2025-08-15') \
        .do("update agency set valid_to = '2025-08-20', successor = '%s', version = version + 1 where code = '%s';" % (B, A)) \
        .do("update agency set valid_from = '2025-08-25', groups = '{%s}', version = version + 1 where code = '%s';" % (GROUP, C)) \
        .issue('2025-08-15', piece(by(A), Q3), piece(all_of(GROUP), on('2025-08-24'), on('2025-08-25'))) \
        .ask(status, '%s-open %s-open' % (C, A), 'issued') \
        .tick('2025-08-20').ask(status, '%s-open %s-open' % (C, A), 'on its last day') \
        .tick('2025-08-21').ask(status, '%s-open %s-open' % (C, B), 'the day after') \
        .ask("select by_role || ' ' || deadline_event_text(kind, by_role, data) from deadline_event where kind = 'transfer'",
             'system Chuyển nghĩa vụ từ %s sang %s, hạn 30/09/2025.' % (A, B), 'told') \
        .tick('2025-08-26').ask(status, '%s-open %s-open' % (C, B), 'later').check()


def check_the_year_ends(database):
    Story(database).issue('2025-08-15', piece(by(A), {'kind': 'year', 'text': 'Trong năm 2025', 'due_on': '2025-12-31'})) \
        .tick('2025-12-31').ask(LATE, 'none', 'on 31 December') \
        .tick('2026-01-01').ask(LATE, A + ' 2025-12-31 on 2026-01-01', 'on 1 January').check()


# Copies.

def check_two_copies_at_once(database):
    with scratch() as own:
        fill(own)
        body = body_of([piece(by(A), WEEKLY, on('2025-08-10'))])
        own.run("""set search_path = kstthc; select from plan_store(%s, null);
            update plan set status = 'issued', issued_on = '2025-08-15', version = version + 1;""" % quoted(body))
        held = own.session("set kstthc.today = '2025-08-22'; select daily_tick('2025-08-22')")
        began = time.monotonic()
        equal(own.run(TICK), 'f', 'while another is at it')
        check(time.monotonic() - began < 2, 'it waited')
        # It dies: the lease is free, and nothing is half done.
        held.communicate('rollback;\n', timeout=10)
        equal(own.run(TICK + TICK + TICK), 't\nt\nf', 'plan, late ones, nothing')
        equal(own.run(DUE.replace('deadline', 'kstthc.deadline') % 'due_on::text'), '2025-08-10 ' + fridays('2025-08-15', '2025-09-26'), 'due')
        equal(own.run("select count(*) from kstthc.deadline_event where kind = 'late'"), '2', 'late entries')
    del database


TICK = "set lock_timeout = '5s'; set kstthc.today = '2025-08-22'; select kstthc.daily_tick('2025-08-22');\n"


def check_a_service_goes_on_where_the_last_one_stood(database):
    del database
    with scratch() as own:
        equal(own.kstthc('migrate').returncode, 0, 'migrate')
        with serving(own, KSTTHC_TODAY='2025-12-31') as service:
            a, b = store_agency(service), store_agency(service)
            code = issue(service, piece(by(a), on('2025-12-31')), piece(by(b), on('2025-12-31')), decision={'date': '2025-01-01'})
            done = owed(service, code, agency=b)[0]
            finish(service, done)
            equal(shorts(service, code, 'overdue', 'working_days_left'), ['False 0', 'False None'], 'on its day')
            # Who answers on the next day, with its own people: none.
            edit_agency(service, a, valid_to='2026-12-31')
        with serving(own, KSTTHC_TODAY='2026-01-01') as service:
            one = owed(service, code, agency=a)[0]
            equal((one['overdue'], one['working_days_left'], one['working_days_late']), (True, None, 1), 'on 1 January')
            deadline = time.monotonic() + 10
            while kinds(service, one) != 'created late' and time.monotonic() < deadline:
                time.sleep(0.05)
            entry = story(service, one)[-1]
            equal((entry['kind'], entry['by']['role'], entry['text']),
                  ('late', 'system', 'Quá hạn 31/12/2025 mà chưa báo cáo hoàn thành.'), 'the story')
            equal(kinds(service, done), 'created report verify', 'of the one that is done')


def fill(database):
    equal(database.kstthc('migrate').returncode, 0, 'migrate')
    database.run("""insert into kstthc.agency_group (code, name) values ('%s', 'Nhóm thử');
        insert into kstthc.agency (code, name, kind) select code, 'Phòng Thử nghiệm', 'other' from unnest('{%s}'::text[]) code"""
                 % (GROUP, ','.join(AGENCIES)))


CHECKS = [value for name, value in list(globals().items()) if name.startswith('check_')]


def cases(api):
    del api
    with scratch() as database:
        fill(database)
        for function in CHECKS:
            yield function.__name__[6:], functools.partial(function, database)
