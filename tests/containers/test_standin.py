"""What the proxy passes on and what it refuses; two stand-ins say what reached them. With TLS, as it is served."""

import http.client
import json
import socket
import ssl
import time

from client import PROBLEM, check, equal, read_replies
from proxy import HEAD_SECONDS, Proxy
from standin import StandIn


class World:
    def __enter__(self):
        self.copies = [StandIn(), StandIn()]
        # A copy that failed is asked again at once: each test finds two.
        self.proxy = Proxy([copy.ports for copy in self.copies], 'tls.conf', {' max_fails=1 ': ' max_fails=0 '})
        self.tls = ssl.create_default_context(cafile=self.proxy.path('tls_certificate'))
        return self

    def __exit__(self, *_):
        self.proxy.stop()
        for copy in self.copies:
            copy.stop()

    def connect(self):
        return http.client.HTTPSConnection('localhost', self.proxy.ports['tls'], timeout=10, context=self.tls)

    def call(self, method, target, body=None, **headers):
        connection = self.connect()
        try:
            connection.request(method, target, body, {name.replace('_', '-'): value for name, value in headers.items()})
            reply = connection.getresponse()
            return reply, reply.read()
        finally:
            connection.close()

    def seen(self):
        return [one for copy in self.copies for one in copy.seen]

    def begun(self):
        return sum(copy.begun for copy in self.copies)

    def forget(self):
        for copy in self.copies:
            copy.seen.clear()

    def raw(self, data, wait=5.0):
        with socket.create_connection(('127.0.0.1', self.proxy.ports['tls']), timeout=wait) as plain:
            with self.tls.wrap_socket(plain, server_hostname='localhost') as peer:
                peer.sendall(data)
                return read_replies(peer)


def sent(body):
    return {name: value for name, value in json.loads(body)['headers']}


def test_a_client_cannot_say_who_it_is(world):
    _, body = world.call('GET', '/v1/tasks', X_Forwarded_For='203.0.113.7', Forwarded='for=203.0.113.7',
                         X_Real_IP='203.0.113.7', X_Forwarded_Host='evil.example', X_Forwarded_Proto='gopher')
    headers = json.loads(body)['headers']
    equal([value for name, value in headers if name == 'x-forwarded-for'], ['127.0.0.1'], 'X-Forwarded-For')
    equal(sent(body)['x-forwarded-proto'], 'https', 'X-Forwarded-Proto')
    check('203.0.113.7' not in body.decode() and 'evil' not in body.decode(), 'a forged header came through: %s', body)


def test_the_request_arrives_as_it_was_sent(world):
    _, body = world.call('GET', '/v1/tasks/a%2Fb?q=%C3%A0%20b', Authorization='Bearer x', If_None_Match='"1"',
                         Accept_Language='en', traceparent='00-' + 'a' * 32 + '-' + 'b' * 16 + '-01')
    equal(json.loads(body)['target'], '/v1/tasks/a%2Fb?q=%C3%A0%20b', 'target')
    for name in ('authorization', 'if-none-match', 'accept-language', 'traceparent'):
        check(name in sent(body), 'no %s', name)
    equal(sent(body)['host'], 'localhost:%d' % world.proxy.ports['tls'], 'Host')
    check('connection' not in sent(body), 'the connections to the copies are not kept: %r', sent(body))


def test_the_weak_tag_of_a_compressed_reply_may_come_back(world):
    for given, wanted in (('W/"3.o.20250815"', '"3.o.20250815"'), ('"3"', '"3"'), ('*', '*')):
        _, body = world.call('GET', '/v1/tasks/x', If_Match=given)
        equal(sent(body)['if-match'], wanted, 'If-Match: ' + given)
    check('if-match' not in sent(world.call('GET', '/')[1]), 'an If-Match out of nothing')


# What libmicrohttpd reads in its own way.
HOSTILE = {
    'folded header': b'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n',
    'folded first header': b'GET / HTTP/1.1\r\n Host: x\r\nHost: x\r\n\r\n',
    'bare CR in a value': b'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\rX-B: c\r\n\r\n',
    'bare CR as line end': b'GET / HTTP/1.1\rHost: x\r\r',
    'NUL in a value': b'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\0c\r\n\r\n',
    'NUL in a name': b'GET / HTTP/1.1\r\nHost: x\r\nX\0A: b\r\n\r\n',
    'NUL in the target': b'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n',
    'blank before the colon': b'GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc',
    'other transfer coding': b'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n',
    'two transfer codings': b'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'transfer coding twice': b'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n',
    'both lengths': b'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'two lengths': b'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
    'signed length': b'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc',
    'bad chunk': b'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n',
    'no Host': b'GET / HTTP/1.1\r\n\r\n',
    'two Hosts': b'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
    'head of 40 kB': b'GET / HTTP/1.1\r\nHost: x\r\n' + b''.join(b'X-%d: %s\r\n' % (i, b'a' * 4000) for i in range(10)) + b'\r\n',
}


def test_ambiguous_heads_are_refused(world):
    world.forget()
    for what, data in HOSTILE.items():
        replies, closed = world.raw(data, wait=HEAD_SECONDS + 3)
        check(closed and all(400 <= reply.status < 502 for reply in replies), '%s: %r, closed: %s', what, replies, closed)
        equal(world.seen(), [], what + ' reached a copy')


def test_chunks_become_a_length(world):
    replies, _ = world.raw(b'POST /v1/tasks HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\n\r\n'
                           b'3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n')
    equal(sent(replies[0].body).get('content-length'), '5', 'Content-Length')
    check('transfer-encoding' not in sent(replies[0].body), 'Transfer-Encoding came through')


def test_a_slow_head_is_cut_off(world):
    world.forget()
    began = time.monotonic()
    with socket.create_connection(('127.0.0.1', world.proxy.ports['tls']), timeout=5) as plain:
        with world.tls.wrap_socket(plain, server_hostname='localhost') as peer:
            peer.settimeout(0.5)
            for byte in b'GET / HTTP/1.1\r\nHost: x\r\nX-A: ' + b'a' * 100:
                try:
                    peer.send(bytes([byte]))
                    if not peer.recv(100):
                        break
                except socket.timeout:
                    continue
                except OSError:
                    break
    took = time.monotonic() - began
    check(HEAD_SECONDS - 0.5 <= took <= HEAD_SECONDS + 1.5, 'cut off after %.1f s, not %d', took, HEAD_SECONDS)
    equal(world.seen(), [], 'what reached a copy')


def test_a_slow_body_holds_no_worker(world):
    begun = world.begun()
    connection = world.connect()
    connection.putrequest('POST', '/v1/plans')
    connection.putheader('Content-Length', '1000')
    connection.endheaders(b'x' * 999)
    time.sleep(0.3)
    equal(world.begun(), begun, 'requests that reached a copy before the body was whole')
    connection.send(b'x')
    equal(json.loads(connection.getresponse().read())['body_length'], 1000, 'body')
    connection.close()


def is_problem(reply, body, status, code, path, language='vi'):
    """As the service's own."""
    document = json.loads(body)
    equal(set(document), PROBLEM, 'members')
    equal((reply.status, document['status'], document['code'], document['instance']), (status, status, code, path), 'problem')
    equal(reply.headers.get_all('Content-Type'), ['application/problem+json'], 'Content-Type')
    equal(reply.getheader('Content-Language'), language, 'Content-Language')
    equal(document['title'].isascii(), language == 'en', 'title: ' + document['title'])
    for name, value in (('Cache-Control', 'no-store'), ('X-Content-Type-Options', 'nosniff'),
                        ('X-Request-Id', document['trace_id']), ('Strict-Transport-Security', 'max-age=31536000')):
        equal(reply.headers.get_all(name), [value], name)


def refused(world, method, path, length, chunked=False):
    world.forget()
    connection = world.connect()
    if chunked:
        connection.request(method, path, iter([b'x' * 8192] * (length // 8192) + [b'x' * (length % 8192)]),
                           encode_chunked=True, headers={'Transfer-Encoding': 'chunked'})
    else:
        connection.putrequest(method, path)
        connection.putheader('Content-Length', str(length))
        connection.endheaders()
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    is_problem(reply, body, 413, 'body_too_large', path)
    equal(world.seen(), [], 'what reached a copy')


def test_bodies_have_the_limit_of_their_door(world):
    for path, limit in (('/v1/tasks', 64 << 10), ('/v1/plans/x/issue', 64 << 10)):
        equal(json.loads(world.call('POST', path, b'x' * limit)[1])['body_length'], limit, path)
        refused(world, 'POST', path, limit + 1)
        refused(world, 'POST', path, limit + 1, chunked=True)
    for path in ('/v1/plans', '/v1/plans/parse'):
        equal(json.loads(world.call('POST', path, b'x' * (1 << 20))[1])['body_length'], 1 << 20, path)
        refused(world, 'POST', path, (32 << 20) + 1)
    # Of a route whose path has a large limit, what goes to the front has the front's.
    refused(world, 'GET', '/v1/plans', (64 << 10) + 1, chunked=True)


def asked(world, method, path='/v1/tasks/x'):
    world.forget()
    for copy in world.copies:
        copy.mute = True
    try:
        reply, body = world.call(method, path, b'{}' if method in ('POST', 'PUT', 'PATCH') else None)
    finally:
        for copy in world.copies:
            copy.mute = False
    if method != 'HEAD':
        is_problem(reply, body, 503, 'unavailable', path)
    equal((reply.status, reply.getheader('Retry-After')), (503, '2'), method)
    return len(world.seen())


def test_only_reads_are_asked_twice(world):
    equal(asked(world, 'GET'), 2, 'GET')
    equal(asked(world, 'HEAD'), 2, 'HEAD')
    for method, path in (('POST', '/v1/tasks'), ('PATCH', '/v1/tasks/x'), ('PUT', '/v1/tasks/x'), ('DELETE', '/v1/tasks/x'),
                         ('POST', '/v1/plans')):
        equal(asked(world, method, path), 1, '%s %s' % (method, path))


def test_connections_are_limited_at_the_back(world):
    held = []
    for _ in range(3):
        connection = world.connect()
        connection.putrequest('POST', '/v1/plans')
        connection.putheader('Content-Length', '10')
        connection.endheaders(b'x')
        held.append(connection)
    time.sleep(0.3)
    equal(world.call('POST', '/v1/plans', b'x')[0].status, 429, 'a fourth')
    for connection in held:
        connection.close()


def test_the_back_door_is_not_for_floods(world):
    answers = [world.call('POST', '/v1/plans', b'x', Accept_Language='en-GB,vi') for _ in range(40)]
    codes = [reply.status for reply, _ in answers]
    check(10 <= codes.count(200) <= 25 and codes.count(429) == 40 - codes.count(200), 'answers: %s', codes)
    is_problem(*answers[-1], 429, 'too_many_requests', '/v1/plans', 'en')
    equal(answers[-1][0].getheader('Retry-After'), '5', 'Retry-After')
    equal(world.call('GET', '/v1/tasks')[0].status, 200, 'the front meanwhile')


def test_plain_http_only_says_where_to_go(world):
    connection = http.client.HTTPConnection('127.0.0.1', world.proxy.ports['plain'], timeout=5)
    connection.request('GET', '/v1/tasks?limit=3', headers={'Host': 'kstthc.example'})
    reply = connection.getresponse()
    reply.read()
    connection.close()
    equal((reply.status, reply.getheader('Location')), (308, 'https://kstthc.example/v1/tasks?limit=3'), 'redirect')
    check('max-age=' in (world.call('GET', '/')[0].getheader('Strict-Transport-Security') or ''), 'no HSTS')


def test_the_health_check(world):
    connection = http.client.HTTPConnection('127.0.0.1', world.proxy.ports['health'], timeout=5)
    connection.request('GET', '/')
    equal(connection.getresponse().status, 204, 'health')
    connection.close()


def test_the_log_has_nothing_personal(world):
    world.call('GET', '/v1/tasks?q=secret-query', Authorization='Bearer secret-token', Referer='secret-referer',
               User_Agent='secret-agent')
    world.call('GET', '/v1/calendar-feeds/secret-key.ics')
    deadline = time.monotonic() + 2
    while '/v1/calendar-feeds' not in world.proxy.log() and time.monotonic() < deadline:
        time.sleep(0.02)
    log = world.proxy.log()
    check('place=/v1/tasks way=front_read status=200' in log, 'the log: %s', log[-500:])
    check('secret' not in log and 'place=/v1/calendar-feeds ' in log, 'the log: %s', log[-500:])
    equal(world.proxy.said(), '', 'errors of nginx')


def test_no_log_has_the_secret_of_a_path(_):
    """What nginx finds wrong with its own machine is written, with the request: but not with that of a feed."""
    proxy = Proxy([(1, 1), (1, 1)], more={'proxy_pass http://front;': 'proxy_pass http://unix:/nonexistent/front;'})
    try:
        for path in ('/v1/calendar-feeds/secret-key.ics', '/v1/tasks'):
            connection = http.client.HTTPConnection('127.0.0.1', proxy.ports['plain'], timeout=5)
            connection.request('GET', path)
            reply = connection.getresponse()
            body = reply.read()
            connection.close()
            equal((reply.status, b'secret' in body), (503, False), path)
        deadline = time.monotonic() + 2
        while '/v1/tasks' not in proxy.log() and time.monotonic() < deadline:
            time.sleep(0.02)
        said, log = proxy.said(), proxy.log()
        check('GET /v1/tasks' in said, 'nginx says nothing, so it proves nothing: %s', said)
        check('secret' not in said + log and 'place=/v1/calendar-feeds way=front_feed' in log, 'the logs: %s', said + log)
    finally:
        proxy.stop()
