"""Everything that changes deadlines at once, by 32 who each do at random; also while the service or PostgreSQL goes down.

KSTTHC_TEST_LONG is for how many seconds the storm goes on; without it, shortly.
"""

import http.client
import os
import random
import subprocess
import threading
import time

from client import Failure, check, equal
from fixtures import unique
from races import GROUP, World, dated, monthly, plan, task

WORKERS = 32
SECONDS = float(os.environ.get('KSTTHC_TEST_LONG', '0.6'))
REFUSALS = {'wrong_state', 'stale_version', 'conflict', 'invalid', 'not_found'}
DAYS = ('2025-08-04', '2025-09-30', '2025-10-05', '2025-10-11', '2025-12-31')


class Notes:
    """What was reported: acknowledged, and what came to no answer."""

    def __init__(self):
        self.acknowledged, self.unknown, self.ids = {}, {}, []
        self.plans, self.etags, self.faults, self.name = [], {}, [], unique('bao-cao')


class Worker(threading.Thread):
    def __init__(self, world, notes, seed, stop, disturbed=False):
        super().__init__()
        self.world, self.notes, self.stop, self.disturbed = world, notes, stop, disturbed
        self.chance, self.number = random.Random(seed), seed
        self.service = (world.service, world.other)[seed % 2]
        self.counts = {}

    def run(self):
        acts = [self.report] * 8 + [self.move] * 4 + [self.read] * 3 + [self.patch_task] * 2 + [
            self.amend, self.patch_agency, self.issue, self.find]
        # Each of these counts thousands of days anew.
        acts += [self.put_day, self.patch_rule] if self.number % 8 == 0 else []
        while not self.stop.is_set():
            act = self.chance.choice(acts)
            try:
                act()
            except (OSError, http.client.HTTPException) as error:
                if not self.disturbed:
                    self.notes.faults.append('%s: %r' % (act.__name__, error))
                time.sleep(0.02)
            except Exception as error:
                self.notes.faults.append('%s: %r' % (act.__name__, error))

    def call(self, method, path, body=None, role='office', **more):
        reply = self.service.call(method, path, body, role=role, **more)
        of = '%s %d' % (path.split('/')[2].split('?')[0], reply.status)
        self.counts[of] = self.counts.get(of, 0) + 1
        if reply.status >= 500 and self.disturbed:
            time.sleep(0.02)
        elif reply.status >= 400 and reply.code not in REFUSALS:
            self.notes.faults.append('%s %s %r: %r' % (method, path, body, reply))
        return reply

    def deadline(self):
        return self.chance.choice(self.notes.ids[-400:])

    def if_match(self, etag):
        return {'If-Match': etag if etag and self.chance.random() < 0.5 else '*'}

    def find(self):
        code = self.chance.choice(self.notes.plans)
        reply = self.call('GET', '/v1/deadlines', query={'plan': code, 'limit': 200})
        if reply.status == 200:
            self.notes.ids += [(item['id'], item['agency']) for item in reply.json['items'] if item['status'] == 'open']

    def report(self):
        deadline, owner = self.deadline()
        note, done = unique(self.notes.name), self.chance.random() < 0.3
        path = '/v1/deadlines/' + deadline
        etag = self.call('GET', path, role='agency', agency=owner).etag if self.chance.random() < 0.5 else None
        self.notes.unknown[note] = deadline
        reply = self.call('POST', path + '/reports', {'percent': 100 if done else 40, 'done': done, 'note': note}, role='agency',
                          agency=owner, headers={'If-Match': etag} if etag else None)
        if reply.status == 201:
            self.notes.acknowledged[note] = deadline
        if reply.status < 500:
            del self.notes.unknown[note]

    def move(self):
        name, body = self.chance.choice([
            ('verify', {}), ('verify', {}), ('return', {'reason': 'x'}), ('remind', {'message': 'x'}),
            ('cancel', {'reason': 'x'}),
            ('extend', {'due_on': '2025-12-%02d' % self.chance.randint(1, 31), 'reason': 'x', 'document': {'title': 'x'}})])
        self.call('POST', '/v1/deadlines/%s/%s' % (self.deadline()[0], name), body)

    def read(self):
        """An agenda that has the same ETag is the same."""
        agency = self.chance.choice(self.world.agencies)
        reply = self.call('GET', '/v1/agenda', query={'agency': agency, 'limit': 200})
        if reply.status == 200 and self.notes.etags.setdefault((agency, reply.etag), reply.body) != reply.body:
            self.notes.faults.append('two agendas of %s are %s' % (agency, reply.etag))
        self.call('GET', '/v1/deadlines/summary', query={'agency': agency})

    def some_task(self, number):
        timings = [dated(self.chance.choice(DAYS))] + [monthly(self.chance.randint(1, 9))] * self.chance.randint(0, 1)
        return task(number, self.chance.choice(self.world.agencies), *timings, group=self.chance.random() < 0.5)

    def patch_task(self):
        number = self.chance.randint(1, 5)
        self.call('PATCH', '/v1/tasks/%s.%d' % (self.chance.choice(self.notes.plans), number),
                  {'parts': self.some_task(number)['parts']}, headers={'If-Match': '*'})

    def amend(self):
        code = self.chance.choice(self.notes.plans)
        numbers = self.chance.sample(range(1, 8), 5)
        tasks = [{**self.some_task(number), 'number': at + 1} for at, number in enumerate(numbers)]
        draft = self.call('POST', '/v1/plans', plan(unique('sua'), tasks), door='back')
        if draft.status != 201:
            return
        body = {'draft': draft.json['code']}
        told = self.call('POST', '/v1/plans/%s/amend' % code, body)
        if told.status == 200:
            self.call('POST', '/v1/plans/%s/amend' % code, {**body, 'confirm': told.json['confirm']})

    def patch_agency(self):
        code = self.chance.choice(self.world.agencies[1:])
        ended = self.chance.random() < 0.3
        self.call('PATCH', '/v1/agencies/' + code, {
            'groups': [GROUP] * self.chance.randint(0, 1), 'valid_to': '2025-08-01' if ended else None,
            'successor': self.world.agencies[0] if ended else None}, headers={'If-Match': '*'})

    def put_day(self):
        self.call('PUT', '/v1/calendar/2025-10-%02d' % self.chance.randint(1, 31), {'kind': self.chance.choice(['work', 'off'])},
                  headers={'If-Match': '*'})

    def patch_rule(self):
        rule, values = self.chance.choice([('named-date', 'stay next'), ('makeup-days', 'count skip'), ('term-end', 'next stay')])
        self.call('PATCH', '/v1/term-rules/' + rule, {'value': self.chance.choice(values.split())}, headers={'If-Match': '*'})

    def issue(self):
        if len(self.notes.plans) > 6:
            return
        code = unique('dua')
        if self.call('POST', '/v1/plans', plan(code, [self.some_task(n) for n in range(1, 6)]), door='back').status == 201:
            if self.call('POST', '/v1/plans/%s/issue' % code, {}).status == 200:
                self.notes.plans.append(code)


def storm(world, between=None):
    """What was noted, after a while in the middle of which something may happen."""
    notes, stop = Notes(), threading.Event()
    first = Worker(world, notes, 0, stop)
    notes.plans = [world.issue([first.some_task(number) for number in range(1, 6)]) for _ in range(3)]
    for code in notes.plans:
        notes.ids += [(item['id'], item['agency']) for item in world.deadlines(code)]
    for agency in world.agencies:
        world.service.token('agency', agency)
    world.other.tokens = world.service.tokens
    seed = random.randrange(10 ** 6)
    workers = [Worker(world, notes, seed + number, stop, between is not None) for number in range(WORKERS)]
    ticker = threading.Thread(target=world.tick)
    threads = workers if between else workers + [ticker]
    for thread in threads:
        thread.start()
    try:
        time.sleep(SECONDS / 2)
        if between:
            between()
        time.sleep(SECONDS / 2)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    counts = {}
    for worker in workers:
        for of, count in worker.counts.items():
            counts[of] = counts.get(of, 0) + count
    if notes.faults:
        raise Failure('seed %d, %r: %d faults:\n%s' % (seed, counts, len(notes.faults), '\n'.join(notes.faults[:10])))
    if os.environ.get('KSTTHC_TEST_LONG'):
        print(seed, sorted(counts.items()))
    return notes


def verify(world, notes):
    world.verify()
    rows = world.database.run("""select data->>'note', deadline from kstthc.deadline_event
        where kind = 'report' and data ? 'note'""")
    found = {}
    for row in rows.splitlines():
        note, _, deadline = row.partition('|')
        check(note not in found, '%s is there twice', note)
        found[note] = deadline
    for note, deadline in notes.acknowledged.items():
        equal(found.pop(note, None), deadline, 'the acknowledged report ' + note)
    equal([note for note in found if note.startswith(notes.name + '-') and note not in notes.unknown], [], 'reports that nobody made')
    check(notes.acknowledged, 'no reports')


def storm_of_all(world):
    verify(world, storm(world))


def storm_with_kill_9(world):
    def kill():
        world.other.process.kill()
        world.other.process.wait()

    notes = storm(world, kill)
    world.start_other()
    verify(world, notes)


def storm_with_postgresql_restarted(world):
    command = os.environ.get('KSTTHC_TEST_RESTART')
    if not command or 'KSTTHC_TEST_LONG' not in os.environ:
        return
    notes = storm(world, lambda: subprocess.run(command.split(), check=True, timeout=120))
    for one in (world.service, world.other):
        one.wait_ready()
    verify(world, notes)


def storm_was_without_deadlocks(world):
    """Of those the service does again what was given up; none is to happen. Counted when the sessions have ended."""
    world.service.stop()
    world.other.stop()
    equal(world.database.run('select deadlocks from pg_stat_database where datname = current_database()'), '0', 'deadlocks')


def cases(api):
    world = []

    def run(function):
        if not world:
            world.append(World(api, '100ms', KSTTHC_LOCK_TIMEOUT_MS='30000', KSTTHC_WRITE_TIMEOUT_MS='40000',
                               KSTTHC_READ_TIMEOUT_MS='20000'))
        function(world[0])

    try:
        for name, function in list(globals().items()):
            if name.startswith('storm_'):
                yield name[6:], lambda function=function: run(function)
    finally:
        if world:
            world[0].close()
