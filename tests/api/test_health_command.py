"""kstthc health: what a container's health check asks."""

import concurrent.futures
import socket
import threading
import time

from client import check, equal
from service import free_ports


def health(api, listen):
    began = time.monotonic()
    done = api.database.kstthc('health', KSTTHC_LISTEN=listen)
    check(time.monotonic() - began < 5, 'it took %.1f s', time.monotonic() - began)
    return done.returncode, done.stderr


def test_ready(api):
    equal(health(api, '127.0.0.1:%d' % api.ports['front']), (0, ''), 'health')


def test_every_address_is_this_machine(api):
    """As in a container, where the service listens on 0.0.0.0."""
    equal(health(api, '0.0.0.0:%d' % api.ports['front']), (0, ''), 'health')


def test_nobody_there(api):
    equal(health(api, '127.0.0.1:%d' % free_ports(1)[0]), (1, 'kstthc: nobody answers at KSTTHC_LISTEN\n'), 'health')


def answers(peer, data, pause=0.0):
    connection, _ = peer.accept()
    with connection:
        connection.recv(1000)
        for i in range(len(data)):
            try:
                connection.sendall(data[i:i + 1])
            except OSError:
                return
            time.sleep(pause)
        if not data:
            connection.settimeout(10)
            while connection.recv(100):
                pass


def ask(api, data, pause=0.0):
    with socket.create_server(('127.0.0.1', 0)) as peer:
        thread = threading.Thread(target=answers, args=(peer, data, pause))
        thread.start()
        try:
            return health(api, '127.0.0.1:%d' % peer.getsockname()[1])
        finally:
            thread.join()


def test_not_ready(api):
    refusal = (1, 'kstthc: the service is not ready\n')
    equal(ask(api, b'HTTP/1.1 503 Service Unavailable\r\n\r\n'), refusal, '503')
    equal(ask(api, b'HTTP/1.1 200'.ljust(13, b'0')), refusal, '2000')
    equal(ask(api, b'HTTP/1.1 200 OK\r\n\r\n'), (0, ''), '200')


def test_no_answer(api):
    silence = (1, 'kstthc: what is at KSTTHC_LISTEN does not answer\n')
    cases = {'silence': (b'', 0), 'half a line': (b'HTTP/1', 0), 'a byte each half second': (b'HTTP/1.1 200 OK\r\n\r\n', 0.5)}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = {what: pool.submit(ask, api, *case) for what, case in cases.items()}
        for what, answer in asked.items():
            equal(answer.result(), silence, what)
