"""Start, stop, and what goes wrong between: settings, ports, database, schema."""

import contextlib
import hashlib
import signal
import socket
import subprocess
import threading
import time

from client import Failure, check, equal
from fixtures import store_agency
from service import Database, Service, clean_environment, free_ports, program


@contextlib.contextmanager
def scratch():
    database = Database()
    try:
        yield database
    finally:
        database.drop()


@contextlib.contextmanager
def serving(database, **settings):
    service = Service(database, **settings)
    try:
        yield service.wait_ready()
    finally:
        if service.process.poll() is None:
            service.stop()


def sentence(environment, *words, arguments=('serve',)):
    """The start ends at once with exit status 1 and sentences on stderr; one has each of the words."""
    try:
        done = subprocess.run([program(), *arguments], env=environment, capture_output=True, text=True, timeout=20,
                              check=False)
    except subprocess.TimeoutExpired:
        raise Failure('%s: it goes on' % (words,)) from None
    equal(done.returncode, 1, 'exit status (%s)' % done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.startswith('kstthc: ')]
    check(lines, 'no sentence: %r', done.stderr)
    for word in words:
        check(any(word in line for line in lines), 'nothing about %s: %r', word, done.stderr)
    return lines


def test_sigterm_finishes_what_is_in_flight(api):
    with serving(api.database, KSTTHC_LOCK_TIMEOUT_MS='5000', KSTTHC_WRITE_TIMEOUT_MS='8000') as service:
        code = store_agency(service)
        holder = service.database.session("select from agency where code = '%s' for update" % code)
        replies = []
        writer = threading.Thread(target=lambda: replies.append(service.call(
            'PATCH', '/v1/agencies/' + code, {'name': 'Lúc dừng'}, role='office', headers={'If-Match': '"1"'})))
        writer.start()
        time.sleep(0.3)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        check(service.process.poll() is None, 'it did not wait for the request in flight')
        with contextlib.suppress(OSError):
            late, _ = service.raw(b'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n', wait=0.3, replies=1)
            equal(late, [], 'a new connection after SIGTERM')
        holder.communicate('rollback;\n', timeout=10)
        writer.join()
        equal([reply.status for reply in replies], [200], 'the request in flight')
        equal(service.process.wait(10), 0, 'exit status')
    equal(api.ok('GET', '/v1/agencies/' + code).json['name'], 'Lúc dừng', 'what was acknowledged')


def test_sigterm_and_sigint_when_idle(api):
    for number in (signal.SIGTERM, signal.SIGINT):
        with serving(api.database) as service:
            with socket.create_connection(('127.0.0.1', service.ports['front'])) as idle:
                idle.sendall(b'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
                idle.recv(1000)
                began = time.monotonic()
                service.process.send_signal(number)
                equal(service.process.wait(10), 0, 'exit status')
                check(time.monotonic() - began < 5, 'it took %.1f s', time.monotonic() - began)


def test_sigterm_does_not_wait_for_ever(api):
    with serving(api.database, KSTTHC_LOCK_TIMEOUT_MS='30000', KSTTHC_WRITE_TIMEOUT_MS='30000',
                 KSTTHC_STOP_SECONDS='1') as service:
        code = store_agency(service)
        holder = service.database.session("select from agency where code = '%s' for update" % code)

        def write():
            with contextlib.suppress(Exception):
                service.call('PATCH', '/v1/agencies/' + code, {'name': 'x'}, role='office', headers={'If-Match': '*'})

        writer = threading.Thread(target=write)
        writer.start()
        time.sleep(0.3)
        service.process.send_signal(signal.SIGTERM)
        try:
            status = service.process.wait(10)
        except subprocess.TimeoutExpired:
            status = None
        holder.communicate('rollback;\n', timeout=10)
        writer.join()
        check(status is not None, 'it runs 10 s after SIGTERM with KSTTHC_STOP_SECONDS=1')


def test_taken_ports(api):
    for name, door in (('KSTTHC_LISTEN', 'front'), ('KSTTHC_BULK_LISTEN', 'back')):
        front, back = free_ports(2)
        taken = '127.0.0.1:%d' % api.ports[door]
        environment = {**api.environment, 'KSTTHC_LISTEN': '127.0.0.1:%d' % front,
                       'KSTTHC_BULK_LISTEN': '127.0.0.1:%d' % back, name: taken}
        lines = sentence(environment, taken)
        equal(len(lines), 1, 'sentences')
    front, back = free_ports(2)
    environment = {**api.environment, 'KSTTHC_LISTEN': '192.0.2.1:8080', 'KSTTHC_BULK_LISTEN': '127.0.0.1:%d' % back}
    sentence(environment, '192.0.2.1:8080')
    port = front
    environment = {**api.environment, 'KSTTHC_LISTEN': '127.0.0.1:%d' % port,
                   'KSTTHC_BULK_LISTEN': '127.0.0.1:%d' % port}
    sentence(environment, str(port))


def test_wrong_settings_are_named(api):
    for name, value in (('KSTTHC_LISTEN', 'x'), ('KSTTHC_LISTEN', '127.0.0.1'), ('KSTTHC_LISTEN', '127.0.0.1:0'),
                        ('KSTTHC_LISTEN', '127.0.0.1:65536'), ('KSTTHC_LISTEN', 'localhost:8080'),
                        ('KSTTHC_BULK_LISTEN', ':1'),
                        ('KSTTHC_TODAY', '2025-02-30'), ('KSTTHC_TODAY', 'hôm nay'), ('KSTTHC_WORKERS', '0'),
                        ('KSTTHC_WORKERS', '99999'), ('KSTTHC_WORKERS', ' 4'), ('KSTTHC_WORKERS', '4x'),
                        ('KSTTHC_CONNECTIONS', '-1'), ('KSTTHC_IDLE_SECONDS', 'một'), ('KSTTHC_TOKEN_KEYS', 'x'),
                        ('KSTTHC_SIGNING_KEY', 'x')):
        sentence({**api.environment, name: value}, name)
    lines = sentence({**api.environment, 'KSTTHC_WORKERS': 'x', 'KSTTHC_TODAY': 'y', 'KSTTHC_STOP_SECONDS': '0'},
                     'KSTTHC_WORKERS', 'KSTTHC_TODAY', 'KSTTHC_STOP_SECONDS')
    equal(len(lines), 3, 'sentences')
    sentence(api.environment, 'khong-co', arguments=('khong-co',))


def test_unknown_settings_are_named(api):
    done = subprocess.run([program(), 'config'], env={**api.environment, 'KSTTHC_WORKER': '4'}, capture_output=True,
                          text=True,
                          timeout=20, check=False)
    check('KSTTHC_WORKERS' in done.stdout, 'the table of settings: %r', done.stdout[:500])
    check(api.database.name not in done.stdout or '(set)' in done.stdout, 'the connection string is told')


def test_unreachable_database(api):
    for url in ('host=/khong/co user=x dbname=x', 'host=127.0.0.1 port=1 user=x dbname=x connect_timeout=2',
                api.database.url('kstthc_service') + '_khong_co', 'cái này không phải',
                'host=/khong/co password=bimat'):
        for command in ('serve', 'migrate', 'seed', 'token'):
            arguments = (command, '--role', 'office') if command == 'token' else (command,)
            environment = {**api.environment, 'KSTTHC_DATABASE_URL': url, 'KSTTHC_MIGRATE_URL': url}
            lines = sentence(environment, arguments=arguments)
            equal(len(lines), 1, 'sentences of %s with %s: %r' % (command, url, lines))
            check('bimat' not in ''.join(lines), 'a password is told')


def test_schema_missing_older_newer(api):
    with scratch() as database:
        environment = {**api.environment, **database.environment()}
        sentence(environment, 'migrate')
        database.prepare()
        with serving(database):
            pass
        newest = int(database.run('select max(number) from kstthc.schema_migration'))
        database.run("insert into kstthc.schema_migration (number, name, sha256) select number + 1, 'mai sau', sha256 "
                     'from kstthc.schema_migration where number = %d' % newest)
        lines = sentence(environment)
        check(str(newest) in lines[0] and str(newest + 1) in lines[0], 'both versions: %r', lines)
        sentence(environment, arguments=('migrate',))
        database.run('delete from kstthc.schema_migration where number >= %d' % newest)
        lines = sentence(environment)
        check('migrate' in lines[0], 'what to do: %r', lines)


def test_migrate_and_seed_again_change_nothing(api):
    with scratch() as database:
        database.prepare()
        counted = 'select (select count(*) from kstthc.agency), (select count(*) from kstthc.task), ' \
                  '(select count(*) from kstthc.ledger_inbox) + (select count(*) from kstthc.ledger)'
        before = database.run(counted)
        database.prepare()
        equal(database.run(counted), before, 'rows')


def test_an_edited_migration_is_found_out(api):
    with scratch() as database:
        database.prepare()
        database.run("update kstthc.schema_migration set sha256 = reverse(sha256) where number = 2")
        done = database.kstthc('migrate')
        check(done.returncode == 1 and '2' in done.stderr, 'migrate: %d %s', done.returncode, done.stderr)


def test_two_copies_at_once_on_an_empty_database(api):
    with scratch() as database:
        started = [subprocess.Popen([program(), 'migrate'], env={**clean_environment(), **database.environment()},
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(4)]
        for one in started:
            text = one.communicate(timeout=60)[0]
            equal(one.returncode, 0, 'exit status of migrate (%s)' % text)
        started = [subprocess.Popen([program(), 'seed'], env={**clean_environment(), **database.environment()},
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(4)]
        for one in started:
            text = one.communicate(timeout=60)[0]
            equal(one.returncode, 0, 'exit status of seed (%s)' % text)
        with serving(database) as first, serving(database) as second:
            for service in (first, second):
                equal(len(service.ok('GET', '/v1/tasks?limit=200').json['items']), 55, 'tasks')
            first.ok('GET', '/v1/changes', headers={'Authorization': 'Bearer ' + second.token('sync')})


def kill_backends(database):
    database.run("select pg_terminate_backend(pid) from pg_stat_activity "
                 "where datname = '%s' and usename = 'kstthc_service'" % database.name)


def test_terminated_backends_are_replaced(api):
    with serving(api.database, KSTTHC_WORKERS='2', KSTTHC_BULK_WORKERS='1') as service:
        code = store_agency(service)
        for version in range(1, 6):
            kill_backends(service.database)
            service.ok('GET', '/v1/tasks/kstthc-2025.1')
            kill_backends(service.database)
            service.ok('PATCH', '/v1/agencies/' + code, {'name': 'Lần %d' % version}, role='office',
                       headers={'If-Match': '"%d"' % version})
            service.ok('GET', '/readyz')


def test_backends_terminated_under_load(api):
    """Reads go on; a write either happened once or not at all, and never more than a 503."""
    with serving(api.database, KSTTHC_WORKERS='4') as service:
        codes = [store_agency(service) for _ in range(4)]
        stop = threading.Event()
        wrong = []

        def work(code):
            done = 0
            while not stop.is_set():
                if service.get('/v1/agencies/' + code).status not in (200, 503):
                    wrong.append('read')
                version = int(service.ok('GET', '/v1/agencies/' + code).json['version'])
                if version < done:
                    wrong.append('version %d after %d' % (version, done))
                reply = service.call('PATCH', '/v1/agencies/' + code, {'name': 'Tên %d' % version}, role='office',
                                     headers={'If-Match': '"%d"' % version})
                if reply.status == 200:
                    done = reply.json['version']
                elif reply.status != 503:
                    wrong.append(repr(reply))

        threads = [threading.Thread(target=work, args=(code,)) for code in codes]
        for thread in threads:
            thread.start()
        for _ in range(15):
            time.sleep(0.1)
            kill_backends(service.database)
        stop.set()
        for thread in threads:
            thread.join()
        equal(wrong, [], 'wrong answers')


def test_without_a_database_it_is_alive_and_not_ready(api):
    with scratch() as database:
        database.prepare()
        with serving(database) as service:
            token = service.token('office')
            database.run('alter database %s allow_connections false' % database.name, url=database.super_url)
            database.run("select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'" % database.name,
                         url=database.super_url)
            service.get('/readyz').is_problem(503, 'unavailable')
            service.ok('GET', '/livez')
            service.get('/v1/tasks').is_problem(503, 'unavailable')
            sent = {'Authorization': 'Bearer ' + token, 'If-Match': '*'}
            service.call('POST', '/v1/tasks', {}, headers=sent).is_problem(422, 'invalid')
            service.call('DELETE', '/v1/tasks/kstthc-2025.1', headers=sent).is_problem(503, 'unavailable')
            database.run('alter database %s allow_connections true' % database.name, url=database.super_url)
            deadline = time.monotonic() + 5
            while service.get('/readyz').status != 200:
                check(time.monotonic() < deadline, 'not ready 5 s after the database is back')
                time.sleep(0.1)
            equal(len(service.ok('GET', '/v1/tasks?limit=200').json['items']), 55, 'tasks')


def test_a_statement_that_takes_too_long(api):
    """A read that waits ends with 503 timeout in about a second, at a service that goes on."""
    holder = api.database.session('lock table plan in access exclusive mode')
    try:
        began = time.monotonic()
        reply = api.get('/v1/plans')
        took = time.monotonic() - began
    finally:
        holder.communicate('rollback;\n', timeout=10)
    reply.is_problem(503, 'timeout')
    check(took < 3, 'it took %.1f s', took)
    api.ok('GET', '/v1/plans')


def test_one_line_of_log_a_request(api):
    with serving(api.database) as service:
        service.ok('GET', '/v1/tasks/kstthc-2025.1?', headers={'X-Request-Id': 'nhat-ky-1'})
        service.get('/v1/tasks?q=%22x%22%0ay%3dz&la=1', headers={'X-Request-Id': 'nhat-ky-2'})
        token = service.token('office')
        service.get('/v1/plans', role='office', headers={'X-Request-Id': 'nhat-ky-3', 'traceparent':
                    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'})
        text = service.log_text()
        lines = [line for line in text.splitlines() if 'event=request' in line]
        equal([sum('request_id=nhat-ky-%d ' % number in line for line in lines) for number in (1, 2, 3)], [1, 1, 1],
              'lines')
        check('op=getTask' in lines[-3] and 'status=200' in lines[-3], '%r', lines[-3])
        check('status=400' in lines[-2] and 'code=invalid_parameter' in lines[-2], '%r', lines[-2])
        check('trace_id=0af7651916cd43dd8448eb211c80319c' in lines[-1], '%r', lines[-1])
        check('sub=%s ' % hashlib.sha256(b'office').hexdigest()[:12] in lines[-1], 'who, without saying so: %r', lines[-1])
        check(token not in text and token.split('.')[2] not in text, 'a token is in the log')


def test_today_is_the_setting(api):
    with serving(api.database, KSTTHC_TODAY='2025-06-30') as service:
        codes = [item['code'] for item in service.all_pages('/v1/agencies', limit=200)]
        check('xa-21211' not in codes and 'so-tu-phap' in codes, 'agencies of the day before the merger')
