"""A service of the tests: scratch database, keys, process, ports."""

import contextlib
import itertools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

from client import Client, Failure

TODAY = '2025-08-15'
_numbers = itertools.count(1)


def program():
    return os.environ['KSTTHC_BIN']


def psql_environment():
    """As the service's sessions are; what changes deadlines must say which day it is."""
    return {**clean_environment(), 'PGOPTIONS': '-c jit=off -c kstthc.today=' + TODAY}


def clean_environment():
    return {name: value for name, value in os.environ.items()
            if not name.startswith('KSTTHC_') and not name.startswith('PG')}


# Below those that the system hands out, and another part of them for each worker (see run).
PORTS = 12000 + 8000 * (int(os.environ.get('KSTTHC_TEST_WORKER', 1)) % 2)


def free_ports(count):
    ports = []
    while len(ports) < count:
        port = random.randrange(PORTS, PORTS + 8000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(('127.0.0.1', port))
            ports += [port] if port not in ports else []
    return ports


class Database:
    """A scratch database on the cluster of KSTTHC_TEST_SUPER_URL."""

    def __init__(self):
        self.super_url = os.environ['KSTTHC_TEST_SUPER_URL']
        self.name = 'kstthc_api_%d_%d' % (os.getpid(), next(_numbers))
        self.run('create database %s owner kstthc_owner' % self.name, url=self.super_url)

    def url(self, user):
        url = re.sub(r'\b(user|dbname)=\S+', '', self.super_url)
        return '%s user=%s dbname=%s' % (' '.join(url.split()), user, self.name)

    def admin_url(self):
        return re.sub(r'\bdbname=\S+', 'dbname=' + self.name, self.super_url)

    def command(self, url=None):
        return ['psql', '--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1',
                url or self.admin_url()]

    def run(self, sql, url=None, errors=False):
        """What the SQL prints; with errors also what the server says beside."""
        done = subprocess.run(self.command(url), input=sql, capture_output=True, text=True, env=psql_environment(),
                              timeout=120, check=False)
        if done.returncode:
            raise Failure('psql: ' + done.stderr)
        return (done.stderr if errors else '') + done.stdout.strip()

    def session(self, statement):
        """A psql in the middle of a transaction that has run the statement; write the rest to its stdin."""
        psql = subprocess.Popen(self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.STDOUT, env=psql_environment(), bufsize=1)
        psql.stdin.write('set search_path = kstthc; begin; %s;\n\\echo ready\n' % statement)
        for line in psql.stdout:
            if line.strip() == 'ready':
                return psql
        raise Failure('psql ended with %s' % psql.wait())

    def environment(self):
        return {'KSTTHC_DATABASE_URL': self.url('kstthc_service'), 'KSTTHC_MIGRATE_URL': self.url('kstthc_owner')}

    def kstthc(self, *arguments, **settings):
        """Runs a command of the program to its end."""
        environment = clean_environment()
        environment.update(self.environment())
        environment.update(settings)
        return subprocess.run([program(), *arguments], capture_output=True, text=True, env=environment, timeout=120,
                              check=False)

    def prepare(self):
        for command in ('migrate', 'seed'):
            done = self.kstthc(command)
            if done.returncode:
                raise Failure('kstthc %s: %d %s' % (command, done.returncode, done.stderr))

    def drop(self):
        self.run('drop database if exists %s with (force)' % self.name, url=self.super_url)


class Service(Client):
    """kstthc serve on free ports of 127.0.0.1."""

    def __init__(self, database, **settings):
        self.database = database
        front, back = free_ports(2)
        super().__init__({'front': front, 'back': back}, self.token)
        self.environment = clean_environment()
        self.environment.update(database.environment())
        self.environment.update({
            'KSTTHC_LISTEN': '127.0.0.1:%d' % front,
            'KSTTHC_BULK_LISTEN': '127.0.0.1:%d' % back,
            'KSTTHC_TODAY': TODAY,
            'KSTTHC_WORKERS': '8',
        })
        # All tests come from one address: what limits do is tested where they are set.
        self.environment.update({'KSTTHC_LIMIT_' + name: '1000000000/1'
                                 for name in ('PUBLIC', 'READ', 'WRITE', 'BULK', 'LOGIN', 'REFUSED')})
        self.environment.update(settings)
        self.tokens = {}
        self.lock = threading.Lock()
        self.log = tempfile.TemporaryFile(mode='w+')
        self.process = subprocess.Popen([program(), 'serve'], env=self.environment, stderr=self.log,
                                        stdin=subprocess.DEVNULL)

    def wait_ready(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure('serve ended with %d: %s' % (self.process.returncode, self.log_text()[-2000:]))
            try:
                with urllib.request.urlopen('http://127.0.0.1:%d/readyz' % self.ports['front'], timeout=5):
                    return self
            except OSError:
                time.sleep(0.05)
        raise Failure('serve is not ready after 20 s: ' + self.log_text()[-2000:])

    def log_text(self):
        self.log.flush()
        with open('/proc/self/fd/%d' % self.log.fileno(), encoding='utf-8', errors='replace') as copy:
            return copy.read()

    def token(self, role, agency=None):
        with self.lock:
            if (role, agency) not in self.tokens:
                arguments = ['token', '--role', role]
                if agency or role == 'agency':
                    arguments += ['--agency', agency or 'so-tu-phap']
                done = subprocess.run([program(), *arguments], env=self.environment, capture_output=True, text=True,
                                      timeout=30, check=False)
                if done.returncode:
                    raise Failure('kstthc %s: %s' % (' '.join(arguments), done.stderr))
                self.tokens[role, agency] = done.stdout.strip()
            return self.tokens[role, agency]

    def resident(self, field='VmRSS'):
        """Memory in kB."""
        with open('/proc/%d/status' % self.process.pid, encoding='ascii') as status:
            return int(re.search(field + r':\s+(\d+) kB', status.read()).group(1))

    def stop(self, wait=20):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(wait)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise Failure('serve did not stop within %d s' % wait) from None
        return self.process.returncode


class Keys:
    """Key files for KSTTHC_TOKEN_KEYS, made with openssl."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='kstthc-keys-')
        self.secret = os.urandom(48).hex().encode()
        self.write('hs1', self.secret)
        self.openssl('genrsa', '-out', self.path('rs1-private'), '2048')
        self.openssl('rsa', '-in', self.path('rs1-private'), '-pubout', '-out', self.path('rs1'))
        self.openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', self.path('es1-private'))
        self.openssl('ec', '-in', self.path('es1-private'), '-pubout', '-out', self.path('es1'))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data, mode=0o600):
        with open(self.path(name), 'wb') as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
        return self.path(name)

    @staticmethod
    def openssl(*arguments, data=None):
        done = subprocess.run(['openssl', *arguments], input=data, capture_output=True, timeout=60, check=False)
        if done.returncode:
            raise Failure('openssl %s: %s' % (arguments[0], done.stderr.decode()))
        return done.stdout

    def setting(self):
        return 'hs1=HS256:%s,rs1=RS256:%s,es1=ES256:%s' % (self.path('hs1'), self.path('rs1'), self.path('es1'))

    def remove(self):
        shutil.rmtree(self.folder)
