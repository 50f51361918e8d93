"""SIGHUP: the service reads again and goes on, unless it is the terminal that went."""

import os
import signal
import socket
import subprocess
import tempfile
import time

from client import check, equal
from service import free_ports, program
from test_keys import expect, published
from test_process import scratch, serving


def test_sighup_goes_on(api):
    with serving(api.database) as service:
        keys = published(service)
        for _ in range(5):
            service.process.send_signal(signal.SIGHUP)
            time.sleep(0.05)
        service.ok('GET', '/readyz')
        equal(published(service), keys, 'keys')
        check(service.log_text().count('event=reload') >= 1, 'nothing in the log')
        equal(service.log_text().count('in force are now'), 1, 'times keys were put in force')


def in_terminal(api, log):
    """The service in a terminal of its own; the terminal's other end, and the port."""
    master, slave = os.openpty()
    front, back = free_ports(2)
    environment = {**api.environment, 'KSTTHC_LISTEN': '127.0.0.1:%d' % front, 'KSTTHC_BULK_LISTEN': '127.0.0.1:%d' % back}
    process = subprocess.Popen(['setsid', '--ctty', program(), 'serve'], env=environment, stdin=slave, stderr=log)
    os.close(slave)
    return process, master, front


def await_open(port):
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(('127.0.0.1', port)).close()
            return
        except ConnectionRefusedError:
            check(time.monotonic() < deadline, 'the door is closed after 20 s')
            time.sleep(0.05)


def test_a_closed_terminal_ends_it(api):
    with tempfile.TemporaryFile(mode='w+') as log:
        process, master, port = in_terminal(api, log)
        try:
            await_open(port)
            process.send_signal(signal.SIGHUP)
            time.sleep(0.3)
            check(process.poll() is None, 'SIGHUP ends it though the terminal is open')
            os.close(master)
            equal(process.wait(10), 0, 'exit status')
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        log.seek(0)
        check('signal 1' in log.read(), 'the reason in the log')


def test_a_database_that_is_away_keeps_the_keys(api):
    """Tokens go on being verified; the log says once that keys cannot be read, and once that they can."""
    with scratch() as database:
        database.prepare()
        with serving(database, KSTTHC_KEYS_SECONDS='1', KSTTHC_KEYS_STALE_SECONDS='1') as service:
            token = service.token('sync')
            database.run('alter database %s allow_connections false' % database.name, url=database.super_url)
            database.run("select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'" % database.name,
                         url=database.super_url)
            time.sleep(3.3)
            expect(service, token, 503, 'a token of a known key')
            expect(service, token[:-8] + 'AAAAAAAA', 401, 'a forged one')
            equal(len(published(service)), 1, 'keys that are published')
            database.run('alter database %s allow_connections true' % database.name, url=database.super_url)
            deadline = time.monotonic() + 5
            while 'own: can be read again' not in service.log_text():
                check(time.monotonic() < deadline, 'the keys are not read again')
                time.sleep(0.05)
            expect(service, token, 200, 'a token of a known key')
            equal(service.log_text().count('own: cannot be read'), 1, 'lines that they cannot be read')
