"""Requests that arrive at the same instant, and what must hold of deadlines whatever came out of it."""

import json
import select
import socket
import time

from client import Failure, check, equal, take_reply, verify
from fixtures import unique
from service import Database, Service

GROUP = 'nhom-thu'
WAIT = 5


def request(service, method, path, body=None, role='office', agency=None, **headers):
    """The bytes of one; a header's name with underscores."""
    data = b'' if body is None else json.dumps(body).encode()
    sent = {'Host': 'x', 'Authorization': 'Bearer ' + service.token(role, agency), 'Content-Length': len(data),
            'Content-Type': 'application/merge-patch+json' if method == 'PATCH' else 'application/json',
            **{name.replace('_', '-'): value for name, value in headers.items()}}
    lines = ['%s %s HTTP/1.1' % (method, path)] + ['%s: %s' % header for header in sent.items()]
    return '\r\n'.join(lines).encode() + b'\r\n\r\n' + data


def reporting(service, deadline, owner, note, percent=50, done=False, **headers):
    return request(service, 'POST', '/v1/deadlines/%s/reports' % deadline, {'percent': percent, 'note': note, 'done': done},
                   role='agency', agency=owner, **headers)


def moving(service, deadline, name, **more):
    body = {'verify': {}, 'return': {'reason': 'Thiếu phụ lục.'}, 'cancel': {'reason': 'Đã thực hiện chung.'},
            'remind': {'message': 'Đề nghị khẩn trương.'},
            'extend': {'due_on': '2025-12-31', 'reason': 'Mưa lũ.', 'document': {'title': 'Công văn'}}}[name]
    return request(service, 'POST', '/v1/deadlines/%s/%s' % (deadline, name), body, **more)


class Volley:
    """Connections kept open, over each of which one request goes out, all before any reply is read."""

    def __init__(self, *services, count=1):
        self.peers = [socket.create_connection(('127.0.0.1', service.ports['front']), timeout=20)
                      for service in services for _ in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for peer in self.peers:
            peer.close()

    def send(self, at, data):
        self.peers[at].sendall(data)

    def receive(self, at, method='POST'):
        data, reply = b'', None
        while not reply:
            more = self.peers[at].recv(65536)
            check(more, 'no reply but %r', data)
            data += more
            reply, _ = take_reply(data)
        verify(reply, method)
        return reply

    def fire(self, requests):
        check(len(requests) <= len(self.peers), '%d requests', len(requests))
        for at, data in enumerate(requests):
            self.send(at, data)
        return [self.receive(at, data.split(b' ', 1)[0].decode()) for at, data in enumerate(requests)]


def none_failed(replies):
    failed = [repr(reply) for reply in replies if reply.status >= 500]
    equal(failed, [], 'failures among %d' % len(replies))
    return replies


def crossing(world, held, first, second):
    """The replies of two requests; the first was under way when the second came, for it waits for what is held.
    Each is another copy's: of one copy they may be the same thread's."""
    holder = world.database.session(held)
    try:
        with Volley(world.service, world.other) as volley:
            volley.send(0, first)
            world.await_waiting(1, volley.peers[0])
            volley.send(1, second)
            world.await_waiting(2, volley.peers[1])
            holder.communicate('commit;\n', timeout=10)
            return none_failed([volley.receive(0), volley.receive(1)])
    finally:
        holder.kill()
        holder.wait()


class World:
    """A service with few agencies and plans, where a deadlock is never resolved before the wait for a lock ends:
    so that each is a reply 503."""

    AGENCIES = 6

    def __init__(self, api, deadlock_timeout='20s', **settings):
        self.database = Database()
        self.database.run("alter database %s set deadlock_timeout = '%s'" % (self.database.name, deadlock_timeout))
        done = self.database.kstthc('migrate')
        equal(done.returncode, 0, done.stderr)
        self.database.run("insert into kstthc.agency_group (code, name) values ('%s', 'Nhóm thử')" % GROUP)
        self.settings = {'KSTTHC_TOKEN_KEYS': api.environment['KSTTHC_TOKEN_KEYS'], 'KSTTHC_WORKERS': '16',
                         'KSTTHC_LOCK_TIMEOUT_MS': '3000', 'KSTTHC_WRITE_TIMEOUT_MS': '8000', **settings}
        self.service = Service(self.database, **self.settings)
        self.start_other()
        self.service.wait_ready()
        self.watcher = self.database.session('rollback')
        self.agencies = ['so-%d' % number for number in range(1, self.AGENCIES + 1)]
        for code in self.agencies:
            self.ok('PUT', '/v1/agencies/' + code, agency(code), headers={'If-None-Match': '*'}, status=201)

    def start_other(self):
        self.other = Service(self.database, **self.settings).wait_ready()

    def close(self):
        self.watcher.kill()
        self.watcher.wait()
        try:
            self.service.stop()
            self.other.stop()
        finally:
            self.database.drop()

    def ok(self, method, path, body=None, role='office', **more):
        return self.service.ok(method, path, body, role=role, **more)

    def await_waiting(self, count, peer):
        """Until so many wait for a lock, or the peer's reply is there."""
        until = time.monotonic() + WAIT
        while not select.select([peer], [], [], 0.005)[0]:
            check(time.monotonic() < until, 'fewer than %d wait', count)
            self.watcher.stdin.write("""select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock';\n""")
            if int(self.watcher.stdout.readline()) >= count:
                return

    def draft(self, body):
        return self.ok('POST', '/v1/plans', body, door='back', status=201).json['code']

    def issue(self, tasks, code=None):
        """A new plan in force of these tasks; its code."""
        code = self.draft(plan(code or unique('dua'), tasks))
        self.ok('POST', '/v1/plans/%s/issue' % code, {})
        return code

    def deadlines(self, code, **query):
        return self.service.all_pages('/v1/deadlines', plan=code, as_role='office', limit=200, **query)

    def amending(self, code, tasks, **more):
        """The body that makes these the plan's tasks, confirmed."""
        body = {'draft': self.draft(plan(unique('sua'), tasks)), **more}
        return {**body, 'confirm': self.ok('POST', '/v1/plans/%s/amend' % code, body).json['confirm']}

    def tick(self):
        """All of the day's work, begun anew."""
        self.database.run("""set search_path = kstthc; update daily_tick set done_for = null; delete from plan_tick;
            do $$ begin while daily_tick(kstthc_today()) loop commit; end loop; end $$;""")

    def verify(self):
        verify_deadlines(self.database)


def agency(code, **more):
    return {'name': 'Sở thử ' + code, 'kind': 'other', **more}


def dated(day='2025-09-30'):
    return {'kind': 'on_date', 'text': 'Trước ngày ' + day, 'due_on': day}


def monthly(days=3):
    return {'kind': 'recurring', 'text': 'Hàng tháng',
            'recurrence': {'rrule': 'FREQ=MONTHLY', 'due_offset': {'working_days': days}}}


def task(number, lead='so-1', *timings, title=None, group=False):
    people = [{'agency': lead, 'name': lead, 'role': 'lead'}] + [{'group': GROUP, 'name': 'Nhóm', 'role': 'implement'}] * group
    return {'number': number, 'section': 1, 'title': title or 'Việc %s của kế hoạch' % ' '.join(str(number) * 3),
            'parts': [{'outputs': ['Báo cáo.'], 'timings': list(timings) or [dated()], 'assignments': people}]}


def plan(code, tasks):
    return {'code': code, 'year': 2025, 'title': 'Kế hoạch thử ' + code, 'tasks': tasks,
            'sections': [{'ordinal': 1, 'label': 'A', 'title': 'Mục'}]}


CHECKS = {
    'open but not as the plan has it': """
        with w as (select n.* from plan p, deadline_wanted(p.code, null, kstthc_today()) n where p.status = 'issued')
        select d.id, d.task, d.part_key, d.agency, d.period, d.due_on, w.due_on
        from deadline d left join w using (task, part_key, agency, period)
        where d.status = 'open' and (w.task is null or (not d.fixed and d.due_on <> w.due_on)
            or (d.part, d.part_label, d.timing_kind, d.timing_text, d.role, d.base_on, d.rule, d.amount)
                is distinct from (w.part, w.part_label, w.timing_kind, w.timing_text, w.role, w.base_on, w.rule, w.amount))""",
    'owed but not there': """
        with w as (select n.* from plan p, deadline_wanted(p.code, null, kstthc_today()) n where p.status = 'issued')
        select w.task, w.part_key, w.agency, w.period, w.due_on
        from w
        where w.due_on >= kstthc_today() and (not w.often or w.due_on <= deadline_horizon(kstthc_today()))
            and not exists (select from deadline d left join agency_heirs(kstthc_today()) h on h.code = d.agency
                where d.task = w.task and d.cancelled_by is distinct from 'plan'
                    -- What is done, or cancelled by the office, stays with who had it, under the name that it had.
                    and ((d.part_key, d.period, d.agency) = (w.part_key, w.period, w.agency)
                        or (d.status <> 'open' and coalesce(h.heir, d.agency) = w.agency)))""",
    'counted otherwise': """
        with counted as (
            select agency, plan, count(*) filter (where late_days is null) as in_time,
                count(*) filter (where late_days is not null) as late
            from deadline where status = 'done' group by agency, plan)
        select agency, plan, c.in_time, c.late, t.done_in_time, t.done_late
        from counted c full join deadline_tally t using (agency, plan)
        where (coalesce(c.in_time, 0), coalesce(c.late, 0)) <> (coalesce(t.done_in_time, 0), coalesce(t.done_late, 0))""",
    'without an agenda': 'select distinct agency from deadline where agency not in (select agency from agenda)',
    'with another count of events': """
        select d.id, d.events, count(e.id) from deadline d left join deadline_event e on e.deadline = d.id
        group by d.id having d.events <> count(e.id)""",
    'with a version twice or none in the ledger': """
        select key, count(*), max(version) from ledger where resource = 'deadline'
        group by key having count(*) <> max(version) or count(*) <> count(distinct version)""",
    'in the ledger in another order': """
        select * from (select key, version, lag(version) over (partition by key order by seq) as before
            from ledger where resource = 'deadline') entries
        where version <> coalesce(before, 0) + 1""",
    'other than in the ledger': """
        select d.id, d.version, l.version from deadline d
        left join lateral (select version, data from ledger where resource = 'deadline' and key = d.code
            order by seq desc limit 1) l on true
        where l.version is distinct from d.version or l.data::text is distinct from deadline_json(d)::text""",
    'tasks other than in the ledger': """
        select t.code, t.version, l.version from task t
        left join lateral (select version, data from ledger where resource = 'task' and key = t.code
            order by seq desc limit 1) l on true
        where l.version is distinct from t.version or l.data::text is distinct from task_json(t)::text""",
    'where the chain breaks': 'select ledger_verify() where ledger_verify() is not null',
}


def verify_deadlines(database):
    """What holds of all deadlines whenever nobody writes."""
    script = ['set search_path = kstthc;',
              'do $$ begin while ledger_number(10000) > 0 loop end loop; end $$;']
    for name, sql in CHECKS.items():
        script.append("\\echo '-- %s'\n%s;" % (name, sql))
    found, name = [], None
    for line in database.run('\n'.join(script)).splitlines():
        if line.startswith('-- '):
            name = line[3:]
        elif line.strip():
            found.append('%s: %s' % (name, line))
    if found:
        raise Failure('%d broken:\n%s' % (len(found), '\n'.join(found[:40])))
