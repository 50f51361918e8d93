"""Limits of time and of connections, each on a service of its own; IPv6."""

import contextlib
import select
import socket
import time

from client import Reply, check, equal, read_replies
from service import Service, free_ports
from test_traps import ask, one


@contextlib.contextmanager
def serving(api, **settings):
    service = Service(api.database, KSTTHC_WORKERS='2', KSTTHC_BULK_WORKERS='1', **settings)
    try:
        yield service.wait_ready()
    finally:
        service.stop()


def connect(service):
    return socket.create_connection(('127.0.0.1', service.ports['front']), timeout=10)


def works(peer):
    """Whether a connection is served."""
    try:
        peer.sendall(ask('GET', '/livez'))
        replies, _ = read_replies(peer, 1)
        return [reply.status for reply in replies] == [200]
    except OSError:
        return False


# no timeout by default; inactivity only

def test_silent_connections_are_closed(api):
    with serving(api, KSTTHC_IDLE_SECONDS='1') as service:
        began = time.monotonic()
        with connect(service) as idle, connect(service) as half, connect(service) as used:
            half.sendall(b'GET /livez HTTP/1.1\r\nHo')
            check(works(used), 'a fresh connection')
            for peer in (idle, half, used):
                _, closed = read_replies(peer)
                check(closed, 'still open')
        check(time.monotonic() - began < 8, 'closed after %.1f s', time.monotonic() - began)


def test_what_libmicrohttpd_never_answers_ends_too(api):
    """More parameters than fit its memory and unknown encodings hold a connection until it is idle too long."""
    many = '/v1/agencies?' + '&'.join('a%d=1' % number for number in range(1000))
    with serving(api, KSTTHC_IDLE_SECONDS='1') as service:
        for data in (ask('GET', many), ask('POST', '/v1/tasks', 'Transfer-Encoding: gzip', body=b'x'),
                     ask('POST', '/v1/tasks', 'Content-Length: 10', body=b'{}')):
            replies, closed = service.raw(data, wait=8)
            check(closed or replies, 'no end to %r', data[:60])
            check(all(400 <= reply.status < 500 for reply in replies), '%r', replies)
        service.ok('GET', '/livez')


def test_connections_are_limited(api):
    """A byte a second holds a connection for ever: so their number is bounded, and those there are still served."""
    with serving(api, KSTTHC_CONNECTIONS='16') as service:
        held = [connect(service) for _ in range(40)]
        try:
            for peer in held:
                with contextlib.suppress(OSError):
                    peer.sendall(b'GET /livez HTTP/1.1\r\n')
            time.sleep(0.2)
            for peer in held:
                with contextlib.suppress(OSError):
                    peer.sendall(b'Host: x\r\n\r\n')
            time.sleep(0.5)
            served = 0
            for peer in held:
                peer.settimeout(0.01)
                replies, _ = read_replies(peer, 1)
                served += [reply.status for reply in replies] == [200]
            check(1 <= served <= 17, '%d of 40 connections were served', served)
        finally:
            for peer in held:
                peer.close()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with connect(service) as peer:
                if works(peer):
                    return
            time.sleep(0.05)
        raise AssertionError('no connection is served after the others were closed')


def serve_twelve(service):
    """How many of twelve connections at once are served, and how many closed."""
    with contextlib.ExitStack() as held:
        peers = [held.enter_context(connect(service)) for _ in range(12)]
        served = sum(works(peer) for peer in peers)
        closed = 0
        for peer in peers:
            peer.settimeout(0.2)
            with contextlib.suppress(socket.timeout):
                closed += ended(peer)
        return served, closed


def ended(peer):
    try:
        return peer.recv(1) == b''
    except ConnectionError:
        return True


def test_connections_of_one_address_are_limited(api):
    """One too many is closed at once; those that go make room."""
    with serving(api, KSTTHC_CONNECTIONS_PER_ADDRESS='4') as service:
        for _ in range(3):
            # Those of the round before go when the service has seen that they went.
            for _ in range(20):
                counts = serve_twelve(service)
                check(counts[0] <= 4, 'served and closed: %r', counts)
                if counts == (4, 8):
                    break
                time.sleep(0.3)
            equal(counts, (4, 8), 'served and closed')
            time.sleep(0.3)
        with contextlib.ExitStack() as held:
            # Several workers accept them, in what order nobody can say.
            silent = [held.enter_context(connect(service)) for _ in range(5)]
            closed = select.select(silent, [], [], 10)[0]
            equal(len(closed), 1, 'closed of five')
            check(ended(closed[0]), 'the one too many')
            check(all(works(peer) for peer in silent if peer is not closed[0]), 'the four others')


def test_connections_of_a_proxy_are_those_of_many(api):
    with serving(api, KSTTHC_CONNECTIONS_PER_ADDRESS='4', KSTTHC_TRUSTED_PROXIES='127.0.0.0/8') as service:
        equal(serve_twelve(service), (12, 0), 'served and closed')


# client_address is copied as 16 bytes

def test_ipv6(api):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(('::1', 0))
    except OSError:
        return
    front, back = free_ports(2)
    service = Service(api.database, KSTTHC_LISTEN='[::1]:%d' % front, KSTTHC_BULK_LISTEN='[::1]:%d' % back)
    service.ports = {'front': front, 'back': back}
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                replies, _ = service.raw(ask('GET', '/readyz'), family=socket.AF_INET6, replies=1)
                break
            except OSError:
                check(time.monotonic() < deadline, 'not listening: %s', service.log_text()[-500:])
                time.sleep(0.05)
        equal([reply.status for reply in replies], [200], 'statuses')
    finally:
        equal(service.stop(), 0, 'exit status')


def test_expect_100_continue(api):
    body = b'{}'
    replies, _ = api.raw(ask('POST', '/v1/tasks', 'Content-Type: application/json', 'Expect: 100-continue',
                             'Content-Length: %d' % len(body), body=body), replies=2, wait=3)
    check([reply.status for reply in replies if isinstance(reply, Reply)][-1:] == [401], '%r', replies)
    equal(one(api, ask('GET', '/livez'))[0].status, 200, 'the service goes on')
