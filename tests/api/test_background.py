"""What a copy does beside requests: it numbers changes, and does each day's work."""

import contextlib
import signal
import time

from client import check, equal
from fixtures import store_agency
from service import TODAY
from test_process import scratch, serving

# In the place of the day's work: keeps who called it, then does as it is told.
RECORDER = """set search_path = kstthc;
    create table tick_call (today date, setting text, actor text, request_id text, process integer default pg_backend_pid());
    create table tick_told (seconds float8 not null, fails boolean not null);
    insert into tick_told values (%s, %s);
    alter function daily_tick(date) rename to daily_tick_of_the_service;
    create function daily_tick(today date) returns boolean
    language plpgsql security definer set search_path = kstthc, pg_temp as $$
    begin
        insert into tick_call values (today, current_setting('kstthc.today'), current_setting('kstthc.actor'),
            current_setting('kstthc.request_id'));
        perform pg_sleep(seconds) from tick_told;
        if (select fails from tick_told) then
            raise exception 'as told';
        end if;
        return false;
    end $$;
    grant execute on function daily_tick(date) to kstthc_service;"""

CALLS = 'select count(*) from kstthc.tick_call'
RUNNING = """select count(*) from pg_stat_activity where datname = current_database() and usename = 'kstthc_service'
    and query like '%daily_tick%' and state = 'active'"""


@contextlib.contextmanager
def recording(seconds=0, fails=False):
    with scratch() as database:
        database.prepare()
        database.run(RECORDER % (seconds, fails))
        yield database


def await_count(database, sql, count, seconds=10):
    deadline = time.monotonic() + seconds
    while database.run(sql) != str(count):
        check(time.monotonic() < deadline, '%s is not %d but %s', sql, count, database.run(sql))
        time.sleep(0.05)


def await_told(service, seconds=10):
    deadline = time.monotonic() + seconds
    while 'event=daily-tick' not in service.log_text():
        check(time.monotonic() < deadline, 'nothing is told: %s', service.log_text())
        time.sleep(0.05)


def test_each_copy_does_the_days_work_from_its_start(api):
    with recording(seconds=1) as database:
        with serving(database) as first, serving(database) as second:
            await_count(database, CALLS, 2)
            equal(database.run('select distinct today, setting, actor, request_id from kstthc.tick_call'),
                  '%s|%s|system|daily-tick' % (TODAY, TODAY), 'today, actor and request')
            equal(database.run('select count(distinct process) from kstthc.tick_call'), '2', 'copies')
            for service in (first, second):
                check('event=daily-tick' not in service.log_text(), 'it failed: %s', service.log_text())


def test_numbering_goes_on_beside_a_long_or_failing_day(api):
    for seconds, fails in ((20, False), (0, True)):
        with recording(seconds, fails) as database, serving(database, KSTTHC_STOP_SECONDS='1') as service:
            if fails:
                await_told(service)
            else:
                await_count(database, RUNNING, 1)
            code = store_agency(service)
            await_count(database, "select count(*) from kstthc.ledger where key = '%s'" % code, 1, seconds=5)
            await_count(database, 'select count(*) from kstthc.ledger_inbox', 0, seconds=5)
            equal(service.log_text().count('event=daily-tick'), 1 if fails else 0, 'lines')
            equal(database.run(CALLS), '0', 'days done')


def test_a_day_that_takes_long_does_not_hold_up_the_end(api):
    """Nor is it left half done, by SIGTERM or kill -9."""
    for number, status in ((signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
        with recording(seconds=30) as database, serving(database, KSTTHC_STOP_SECONDS='2') as service:
            await_count(database, RUNNING, 1)
            began = time.monotonic()
            service.process.send_signal(number)
            equal(service.process.wait(10), status, 'exit status')
            took = time.monotonic() - began
            check(took < 5, 'it took %.1f s', took)
            await_count(database, RUNNING, 0)
            equal(database.run(CALLS), '0', 'days half done')


def test_a_day_that_ends_in_time_is_waited_for(api):
    with recording(seconds=2) as database, serving(database, KSTTHC_STOP_SECONDS='10') as service:
        await_count(database, RUNNING, 1)
        service.process.send_signal(signal.SIGTERM)
        equal(service.process.wait(10), 0, 'exit status')
        equal(database.run(CALLS), '1', 'days done')
        check('message=stopped' in service.log_text(), 'the end: %s', service.log_text()[-300:])
