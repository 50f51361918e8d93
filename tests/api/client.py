"""HTTP as the tests speak it. Every reply is held against what each reply must have."""

import http.client
import json
import re
import socket
import urllib.parse

SECURITY = {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
}
VARY = 'Accept, Accept-Language, Authorization'
PROBLEM = {'type', 'title', 'status', 'detail', 'code', 'trace_id', 'instance'}


class Failure(AssertionError):
    """A test's own word for what is wrong."""


def check(condition, text, *values):
    if not condition:
        raise Failure(text % values if values else text)


def equal(got, wanted, what):
    if got != wanted:
        raise Failure('%s: got %.1500r, wanted %.1500r' % (what, got, wanted))


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {}
        self.doubled = []
        for name, value in headers:
            if name.lower() in self.headers:
                self.doubled.append(name)
            self.headers[name.lower()] = value
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get('code')

    @property
    def etag(self):
        return self.headers.get('etag')

    def errors(self):
        """{"/pointer" or "name": code} of a problem document."""
        found = {}
        for error in self.json.get('errors', []):
            where = [key for key in ('pointer', 'parameter', 'header') if key in error]
            equal(len(where), 1, 'places in %r' % error)
            check(error.get('detail'), 'no detail in %r', error)
            found[error[where[0]]] = error['code']
        return found

    def is_problem(self, status, code):
        check((self.status, self.code if self.status >= 400 else None) == (status, code),
              'got %s %s, wanted %s %s', self.status, self.body[:400], status, code)
        return self

    def __repr__(self):
        return '%s %r' % (self.status, self.body[:300])


def verify(reply, method, vary=VARY):
    """What holds for every reply of ours, whatever was asked."""
    equal(reply.headers.get('vary'), vary, 'Vary of %r' % reply)
    equal(reply.doubled, [], 'doubled headers')
    for name, value in SECURITY.items():
        equal(reply.headers.get(name), value, 'header %s of %r' % (name, reply))
    check(re.fullmatch('[A-Za-z0-9._-]{1,64}', reply.headers.get('x-request-id', '')), 'X-Request-Id in %r', reply)
    check(re.fullmatch('00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}', reply.headers.get('traceparent', '')),
          'traceparent of %r', reply)
    check('cache-control' in reply.headers, 'no Cache-Control in %r', reply)
    if reply.body:
        check('content-type' in reply.headers, 'a body without Content-Type: %r', reply)
    if reply.status >= 400:
        verify_problem(reply, method)


def verify_problem(reply, method):
    equal(reply.headers.get('content-type'), 'application/problem+json', 'type of %r' % reply)
    equal(reply.headers.get('cache-control'), 'no-store', 'Cache-Control of a problem')
    check(reply.headers.get('content-language') in ('vi', 'en'), 'Content-Language of %r', reply)
    if reply.status in (429, 503):
        check('retry-after' in reply.headers, '%d without Retry-After', reply.status)
    if method == 'HEAD':
        return
    document = reply.json
    check(set(document) - {'errors', 'error'} == PROBLEM, 'members of %r', document)
    equal(document['status'], reply.status, 'status in the problem')
    equal(document['type'], 'about:blank', 'type in the problem')
    equal(document['trace_id'], reply.headers['traceparent'].split('-')[1], 'trace_id')
    check(document['title'] and document['detail'], 'a problem without words: %r', document)
    check(reply.status < 500 or reply.status == 503, 'a fault of the service: %r', document)
    check(document['code'] not in ('invalid', 'invalid_parameter') or reply.errors(), 'no errors named: %r', document)


class Client:
    vary = VARY

    def __init__(self, ports, token_of):
        self.ports = ports
        self.token_of = token_of

    def call(self, method, path, body=None, role=None, door='front', headers=None, query=None, agency=None,
             connection=None):
        """body: a dict or list goes as JSON, bytes as they are. role: whose token to send. Checks the reply."""
        sent = {}
        if role:
            sent['Authorization'] = 'Bearer ' + self.token_of(role, agency)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        if body is not None:
            sent['Content-Type'] = 'application/merge-patch+json' if method == 'PATCH' else 'application/json'
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        if query:
            path += '?' + urllib.parse.urlencode(query)
        opened = connection or http.client.HTTPConnection('127.0.0.1', self.ports[door], timeout=30)
        try:
            opened.request(method, path, body=body, headers=sent)
            response = opened.getresponse()
            reply = Reply(response.status, response.getheaders(), response.read())
        finally:
            if not connection:
                opened.close()
        verify(reply, method, self.vary)
        return reply

    def get(self, path, role=None, **more):
        return self.call('GET', path, role=role, **more)

    def ok(self, method, path, *arguments, status=200, **more):
        reply = self.call(method, path, *arguments, **more)
        check(reply.status == status, '%s %s: got %r, wanted %d', method, path, reply, status)
        return reply

    def all_pages(self, path, **query):
        """Items of every page, by next_page_token."""
        items = []
        role = query.pop('as_role', None)
        while True:
            page = self.ok('GET', path, query=query, role=role).json
            items += page['items']
            token = page.get('next_page_token')
            if token is None:
                return items
            check(token != query.get('page_token'), '%s: the next page is the same page', path)
            query['page_token'] = token

    def raw(self, data, door='front', wait=5.0, replies=None, family=socket.AF_INET, half_close=False):
        """Sends bytes as they are; returns all replies read until the peer closes, or replies of them came."""
        with socket.socket(family, socket.SOCK_STREAM) as peer:
            peer.settimeout(wait)
            peer.connect(('::1' if family == socket.AF_INET6 else '127.0.0.1', self.ports[door]))
            try:
                peer.sendall(data)
                if half_close:
                    peer.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return read_replies(peer, replies)


def read_replies(peer, wanted=None):
    """(list of Reply, closed by the peer?)"""
    data = b''
    found = []
    closed = False
    while wanted is None or len(found) < wanted:
        reply, data = take_reply(data)
        if reply:
            found.append(reply)
            continue
        try:
            more = peer.recv(65536)
        except socket.timeout:
            break
        except ConnectionResetError:
            more = b''
        if not more:
            closed = True
            break
        data += more
    return found, closed


def take_reply(data):
    head, gap, rest = data.partition(b'\r\n\r\n')
    if not gap:
        return None, data
    lines = head.decode('latin-1').split('\r\n')
    headers = [tuple(part.strip() for part in line.split(':', 1)) for line in lines[1:]]
    status = int(lines[0].split(' ')[1])
    length = 0
    for name, value in headers:
        if name.lower() == 'content-length':
            length = int(value)
    if status in (100, 204, 304):
        length = 0
    if len(rest) < length:
        return None, data
    return Reply(status, headers, rest[:length]), rest[length:]
