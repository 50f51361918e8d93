"""What was acknowledged is there: after kill -9 of the service, and across a restart of PostgreSQL."""

import http.client
import os
import subprocess
import threading
import time

from client import check, equal
from fixtures import store_agency
from test_process import serving

WRITERS = 8


class Writer(threading.Thread):
    """Counts up in an agency's name, each step on the version before; remembers what was acknowledged."""

    def __init__(self, service, code, stop):
        super().__init__()
        self.service, self.code, self.stop = service, code, stop
        self.acknowledged, self.refused, self.error = 0, 0, None

    def run(self):
        while not self.stop.is_set():
            number = self.acknowledged + 1
            try:
                reply = self.service.call('PATCH', '/v1/agencies/' + self.code, {'name': 'Lần %d' % number}, role='office',
                                          headers={'If-Match': '"%d"' % number})
            except (OSError, http.client.HTTPException):
                self.refused += 1
                time.sleep(0.02)
                continue
            except Exception as error:
                self.error = error
                return
            if reply.status == 200:
                self.acknowledged = number
            elif reply.status == 412:
                # The answer before was lost after its commit.
                self.acknowledged = self.service.get('/v1/agencies/' + self.code).json['version'] - 1
            else:
                equal(reply.status, 503, 'status')
                self.refused += 1
                time.sleep(0.02)


def write_for_a_while(service, codes, between):
    stop = threading.Event()
    writers = [Writer(service, code, stop) for code in codes]
    for writer in writers:
        writer.start()
    time.sleep(0.7)
    between()
    stop.set()
    for writer in writers:
        writer.join()
        if writer.error:
            raise writer.error
        check(writer.acknowledged > 3, 'only %d writes of %s', writer.acknowledged, writer.code)
    return writers


def verify(api, writers):
    api.call('GET', '/v1/changes', role='sync')
    for writer in writers:
        stored = api.get('/v1/agencies/' + writer.code).json['version'] - 1
        check(stored in (writer.acknowledged, writer.acknowledged + 1), '%s: %d acknowledged, %d stored', writer.code,
              writer.acknowledged, stored)
        entries = api.database.run("""select count(*), max(version) from (
                select version from kstthc.ledger where resource = 'agency' and key = '%s'
                union all select version from kstthc.ledger_inbox where resource = 'agency' and key = '%s') entries"""
                                   % (writer.code, writer.code))
        equal(entries, '%d|%d' % (stored + 1, stored + 1), 'entries of ' + writer.code)
    equal(api.database.run('select kstthc.ledger_verify()'), '', 'where the chain breaks')


def test_kill_9_loses_nothing_acknowledged(api):
    codes = [store_agency(api) for _ in range(WRITERS)]
    with serving(api.database) as service:
        def kill():
            service.process.kill()
            service.process.wait()

        writers = write_for_a_while(service, codes, kill)
    verify(api, writers)


def test_postgresql_may_be_restarted(api):
    command = os.environ.get('KSTTHC_TEST_RESTART')
    if not command:
        return
    codes = [store_agency(api) for _ in range(WRITERS)]

    def restart():
        subprocess.run(command.split(), check=True, timeout=120)
        time.sleep(1)

    writers = write_for_a_while(api, codes, restart)
    check(sum(writer.refused for writer in writers), 'nobody noticed the restart')
    before = {writer.code: writer.acknowledged for writer in writers}
    verify(api, writers)
    check(all(count > 3 for count in before.values()), 'writes %r', before)
    equal(api.get('/readyz').status, 200, 'readiness after the restart')
