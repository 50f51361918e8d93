"""nginx with the configuration of docker/proxy, on free ports of 127.0.0.1, as nobody in particular."""

import os
import shutil
import subprocess
import tempfile
import time

from client import Failure
from service import free_ports

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docker', 'proxy')
COPIES = ('172.31.81.11', '172.31.81.12')
HEAD_SECONDS = 1


def substitutions(ports, copies, folder, more):
    """What a machine without containers has elsewhere: addresses, files, and less patience."""
    changes = {
        'listen 8000 ': 'listen 127.0.0.1:%d ' % ports['plain'],
        'listen 8443 ': 'listen 127.0.0.1:%d ' % ports['tls'],
        'listen 127.0.0.1:8079;': 'listen 127.0.0.1:%d;' % ports['health'],
        ' /tmp/': ' %s/' % folder,
        ' /run/secrets/': ' %s/' % folder,
        ' /dev/stdout ': ' %s/access.log ' % folder,
        'client_header_timeout 10s': 'client_header_timeout %ds' % HEAD_SECONDS,
        'proxy_read_timeout 8s': 'proxy_read_timeout 1s',
        **more,
    }
    for address, (front, back) in zip(COPIES, copies):
        changes[address + ':8080 '] = '127.0.0.1:%d ' % front
        changes[address + ':8081 '] = '127.0.0.1:%d ' % back
    return changes


class Proxy:
    """copies: (front port, back port) of each of the two; more: what else is to be another way."""

    def __init__(self, copies, configuration='plain.conf', more=None):
        self.ports = dict(zip(('plain', 'tls', 'health'), free_ports(3)))
        self.folder = tempfile.mkdtemp(prefix='kstthc-proxy-')
        self.path = lambda name: os.path.join(self.folder, name)
        unused = substitutions(self.ports, copies, self.folder, more or {})
        for name in sorted(os.listdir(SOURCE)):
            with open(os.path.join(SOURCE, name), encoding='utf-8') as file:
                text = file.read()
            for old, new in substitutions(self.ports, copies, self.folder, more or {}).items():
                if old in text:
                    unused.pop(old, None)
                    text = text.replace(old, new)
            with open(self.path(name), 'w', encoding='utf-8') as file:
                file.write(text)
        if unused:
            raise Failure('docker/proxy has no more %s' % sorted(unused))
        if configuration == 'tls.conf':
            self.make_certificate()
        self.give_away()
        self.errors = open(self.path('errors'), 'w+b')
        self.process = subprocess.Popen([*self.as_nobody(), 'nginx', '-e', 'stderr', '-c', self.path(configuration)],
                                        stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors,
                                        env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'})
        self.wait_ready()

    def make_certificate(self):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
                        '-days', '2', '-subj', '/CN=localhost', '-keyout', self.path('tls_key'), '-out',
                        self.path('tls_certificate')], check=True, capture_output=True, timeout=60)

    @staticmethod
    def as_nobody():
        if os.getuid():
            return []
        return ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs', '--bounding-set=-all']

    def give_away(self):
        if os.getuid() == 0:
            for name in ['', *os.listdir(self.folder)]:
                os.chown(self.path(name), 65534, 65534)

    def log(self):
        with open(self.path('access.log'), encoding='utf-8') as file:
            return file.read()

    def said(self):
        with open(self.path('errors'), encoding='utf-8', errors='replace') as file:
            return file.read()

    def wait_ready(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure('nginx ended with %d: %s' % (self.process.returncode, self.said()))
            if os.path.exists(self.path('nginx.pid')) and os.path.getsize(self.path('nginx.pid')):
                return
            time.sleep(0.02)
        raise Failure('nginx is not ready after 10 s: ' + self.said())

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.errors.close()
        shutil.rmtree(self.folder)
