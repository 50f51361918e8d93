"""The proxy in front of two copies of the service: the doors are one host, and a copy may go."""

import gzip
import http.client
import json
import os
import re
import subprocess

from client import check, equal
from proxy import SOURCE, Proxy
from service import Database, Service, clean_environment, program

ROOT = os.path.join(SOURCE, '..', '..')


def routes():
    """(method, path, door) of kstthc routes."""
    done = subprocess.run([program(), 'routes'], capture_output=True, text=True, check=True, timeout=30,
                          env=clean_environment())
    rows = [line.split('\t') for line in done.stdout.splitlines()]
    return [(row[0], row[1], row[4]) for row in rows]


class World:
    def __init__(self):
        self.database = self.proxy = None
        self.copies = []

    def __enter__(self):
        try:
            self.database = Database()
            self.database.prepare()
            self.copies = [Service(self.database, KSTTHC_WORKERS='2') for _ in range(2)]
            for copy in self.copies:
                copy.wait_ready()
            self.proxy = Proxy([(copy.ports['front'], copy.ports['back']) for copy in self.copies])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.proxy:
            self.proxy.stop()
        for copy in self.copies:
            copy.stop()
        if self.database:
            self.database.drop()

    def token(self, role, agency=None):
        return self.copies[0].token(role, agency)

    def call(self, method, path, body=None, headers=None, port=None):
        connection = http.client.HTTPConnection('127.0.0.1', port or self.proxy.ports['plain'], timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            return reply, reply.read()
        finally:
            connection.close()


def test_each_route_is_reached(world):
    """By its method and path, as every caller sends them; with the wrong door they all would be 421."""
    table = routes()
    check({door for _, _, door in table} == {'front', 'back'}, 'doors: %s', table)
    for method, path, door in table:
        path = re.sub(r':\w+', 'x', path)
        wrong = 'back' if door == 'front' else 'front'
        equal(world.call(method, path, port=world.copies[0].ports[wrong])[0].status, 421, 'the wrong door: ' + path)
        for asked in [method, 'OPTIONS'] + ['HEAD'] * (method == 'GET'):
            reply, body = world.call(asked, path)
            check(reply.getheader('X-Request-Id'), '%s %s was not answered by a copy: %s %s', asked, path, reply.status, body)
            check(reply.status not in (405, 421) and reply.status < 500, '%s %s: %s %s', asked, path, reply.status, body)


def test_the_doors_file_names_the_back_routes(world):
    """Both ways: what the map has is a route of the back door, with its own limit; what is such a route is in the map."""
    del world
    with open(os.path.join(SOURCE, 'doors.conf'), encoding='utf-8') as file:
        named = set(re.findall(r'^\t"([A-Z]+ /[^"]*)" +back_\w+;$', file.read(), re.MULTILINE))
    back = {'%s %s' % (method, path) for method, path, door in routes() if door == 'back'}
    plain = {row for row in back if ':' not in row}
    equal(named, plain, 'rows of doors.conf')
    with open(os.path.join(SOURCE, 'server.conf'), encoding='utf-8') as file:
        large = set(re.findall(r'^location = (/\S+) \{\n\tclient_max_body_size 32m;', file.read(), re.MULTILINE))
    equal(large, {row.split(' ')[1] for row in plain if row.startswith('POST ')}, 'large bodies in server.conf')


def test_the_plan_comes_through(world):
    equal(len(json.loads(world.call('GET', '/v1/tasks?limit=200')[1])['items']), 55, 'tasks')
    with open(os.path.join(ROOT, 'db', 'seed', 'plan-2025.txt'), 'rb') as file:
        document = file.read()
    # Blank lines mean nothing, and make it more than the front door would take.
    reply, body = world.call('POST', '/v1/plans/parse', document + b'\n' * (64 << 10),
                             {'Content-Type': 'text/plain; charset=utf-8', 'Authorization': 'Bearer ' + world.token('office')})
    equal(reply.status, 200, 'parse: %.300r' % body)
    equal(len(json.loads(body)['plan']['tasks']), 55, 'tasks in the document')


def test_replies_are_compressed_and_still_have_their_tag(world):
    token = {'Authorization': 'Bearer ' + world.token('office')}
    reply, body = world.call('GET', '/v1/tasks/kstthc-2025.29', headers={'Accept-Encoding': 'gzip', **token})
    equal(reply.getheader('Content-Encoding'), 'gzip', 'Content-Encoding')
    check('Accept-Encoding' in ','.join(reply.headers.get_all('Vary')), 'Vary: %s', reply.headers.get_all('Vary'))
    tag = reply.getheader('ETag')
    check(tag.startswith('W/'), 'nginx makes it weak no more, so the map may go: %s', tag)
    again, _ = world.call('GET', '/v1/tasks/kstthc-2025.29', headers={'If-None-Match': tag, **token})
    equal(again.status, 304, 'If-None-Match: ' + tag)
    title = json.loads(gzip.decompress(body))['title']
    patched, said = world.call('PATCH', '/v1/tasks/kstthc-2025.29', json.dumps({'title': title + '.'}),
                               {'If-Match': tag, 'Content-Type': 'application/merge-patch+json', **token})
    equal(patched.status, 200, 'If-Match: %s: %s' % (tag, said))


def test_a_killed_copy_is_survived(world):
    world.copies[1].process.kill()
    world.copies[1].process.wait()
    for i in range(20):
        equal(world.call('GET', '/v1/tasks?limit=1')[0].status, 200, 'read %d' % i)
        equal(world.call('POST', '/v1/tasks', b'{}')[0].status, 401, 'write %d' % i)


def test_the_last_copy_stops_in_peace(world):
    equal(world.copies[0].stop(), 0, 'exit status')
    reply, body = world.call('GET', '/v1/tasks')
    equal((reply.status, reply.getheader('Retry-After'), json.loads(body)['code']), (503, '2', 'unavailable'), 'nobody there')
    equal(world.proxy.said(), '', 'errors of nginx')
