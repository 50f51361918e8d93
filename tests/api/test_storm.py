"""The ledger under writers of every pace, one of which never ends.

16 sessions write with transactions of 0 to 50 ms, some rolled back, while 3
readers follow /v1/changes and one transaction stays open beside them with a
change of its own. Each committed change is read once by each reader, in order
per resource, without a hole in the sequence; the chain holds; nobody waits.
"""

import random
import threading
import time

from client import Failure, check, equal

WRITERS = 16
TRANSACTIONS = 40
READERS = 3
CODE = 'storm-%d'


def script(writer, seed):
    """SQL of one writer and how often each agency is changed for good: {code: changes}."""
    chance = random.Random(seed)
    lines, committed = ['set search_path = kstthc, pg_temp;'], {}
    for _ in range(TRANSACTIONS):
        rows = sorted(chance.sample(range(8), chance.randint(1, 3)))
        lines.append('begin;')
        for row in rows:
            lines.append("update agency set note = 'writer %d', version = version + 1 where code = '%s';"
                         % (writer, CODE % row))
            if chance.random() < 0.5:
                lines.append('select pg_sleep(%.3f);' % chance.uniform(0, 0.02))
        if chance.random() < 0.25:
            lines.append('rollback;')
        else:
            lines.append('commit;')
            for row in rows:
                committed[CODE % row] = committed.get(CODE % row, 0) + 1
    return '\n'.join(lines), committed


class Reader(threading.Thread):
    def __init__(self, api, cursor, stop):
        super().__init__()
        self.api, self.cursor, self.stop = api, cursor, stop
        self.entries, self.slowest, self.error = [], 0, None

    def run(self):
        try:
            ended = False
            while True:
                began = time.monotonic()
                reply = self.api.call('GET', '/v1/changes', role='sync', query={'after': self.cursor, 'limit': 200})
                self.slowest = max(self.slowest, time.monotonic() - began)
                equal(reply.status, 200, 'changes')
                page = reply.json
                self.entries += [(item['seq'], item['key'], item['version'], item['op']) for item in page['items']]
                self.cursor = page['next']
                if not page['items'] and ended:
                    return
                ended = self.stop.is_set() and not page['has_more']
        except Exception as error:
            self.error = error


def test_storm(api):
    database = api.database
    database.run("""set search_path = kstthc, pg_temp;
        insert into agency (code, name, kind) select 'storm-' || n, 'Sở thử ' || n, 'other' from generate_series(0, 8) n""")
    start = last_cursor(api)
    scripts = [script(writer, 7 * writer + 1) for writer in range(WRITERS)]
    open_one = database.session("update agency set note = 'open', version = version + 1 where code = 'storm-8'")
    stop = threading.Event()
    readers = [Reader(api, start, stop) for _ in range(READERS)]
    failures = []

    def write(text):
        try:
            database.run(text)
        except Failure as failure:
            failures.append(failure)

    writers = [threading.Thread(target=write, args=(text,)) for text, _ in scripts]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join(60)
        check(not thread.is_alive(), 'a reader waits for the transaction that stays open')
    open_one.stdin.write('commit;\n')
    open_one.stdin.close()
    open_one.wait()
    check(not failures, 'writers failed: %s', failures)
    for reader in readers:
        if reader.error:
            raise reader.error

    wanted = {}
    for _, committed in scripts:
        for code, count in committed.items():
            wanted[code] = wanted.get(code, 0) + count
    for reader in readers:
        verify(reader, wanted)
    equal([reader.entries for reader in readers[1:]], [readers[0].entries] * (READERS - 1), 'what the readers saw')
    equal(database.run('select kstthc.ledger_verify()'), '', 'where the chain breaks')
    late = api.call('GET', '/v1/changes', role='sync', query={'after': readers[0].cursor}).json['items']
    equal([(item['key'], item['op']) for item in late], [('storm-8', 'update')], 'the change of the open transaction')


def last_cursor(api):
    cursor, more = None, True
    while more:
        query = {'limit': 200} if cursor is None else {'limit': 200, 'after': cursor}
        page = api.call('GET', '/v1/changes', role='sync', query=query).json
        cursor, more = page['next'], page['has_more']
    return cursor


def verify(reader, wanted):
    numbers = [seq for seq, *_ in reader.entries]
    equal(numbers, list(range(numbers[0], numbers[0] + len(numbers))), 'the sequence')
    found, versions = {}, {}
    for _, key, version, op in reader.entries:
        equal(op, 'update', 'operation')
        found[key] = found.get(key, 0) + 1
        equal(version, versions.get(key, version - 1) + 1, 'versions of %s in order' % key)
        versions[key] = version
    equal(found, wanted, 'committed changes by agency')
