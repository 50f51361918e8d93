"""Who waits for an issuer's keys, how long, and that nobody else waits with them."""

import contextlib
import http.client
import threading
import time

from client import check, equal
from jwt import token
from test_issuer import PATH, SYNC, ask, await_status, expect, issuers, service_of

# Of the issuer that is slow, and how long /livez may take meanwhile: it was as long as the issuer.
SLOW = 1.8
PATIENCE = 0.7


def made_up(sso, number):
    return sso.token(kid='bia-%d' % number, **SYNC)


class Loop(threading.Thread):
    """The same request on one connection again and again, with a rest in between."""

    def __init__(self, service, state, path, rest, token=None):
        super().__init__(daemon=True)
        self.service, self.state, self.path, self.rest = service, state, path, rest
        self.headers = {'Authorization': 'Bearer ' + token} if token else {}
        self.seen = []
        self.start()

    def run(self):
        with contextlib.closing(http.client.HTTPConnection('127.0.0.1', self.service.ports['front'], timeout=30)) as line:
            while not self.seen or not self.state['stop']:
                began = time.monotonic()
                reply = self.service.get(self.path, headers=self.headers, connection=line)
                self.seen.append((reply.status, time.monotonic() - began))
                time.sleep(self.rest)


def almost_at_once(service, tokens):
    """What each is answered, and after how long; far enough from each other to come to different workers."""
    loops = []
    for token in tokens:
        loops.append(Loop(service, {'stop': True}, PATH, 0, token))
        time.sleep(0.02)
    for loop in loops:
        loop.join(30)
    return [loop.seen[0] for loop in loops]


def test_strangers_hold_up_nobody(api):
    with issuers('tinh') as (sso,), service_of(api, sso.entry(), KSTTHC_WORKERS='8',
                                               KSTTHC_FETCH_TIMEOUT_MS='6000') as service:
        sso.mode, sso.delay = 'slow', SLOW
        reply = expect(service, made_up(sso, 0), 401, 'who waits alone, as long as it takes')
        check('key is not known' in reply.headers['www-authenticate'], 'why: %r', reply.headers)
        time.sleep(1.1)
        state = {'stop': False}
        before = sso.count()
        others = [Loop(service, state, '/livez', 0.02) for _ in range(12)]
        strangers = [Loop(service, state, PATH, 0.1, made_up(sso, number)) for number in range(40)]
        time.sleep(6)
        state['stop'] = True
        for loop in others + strangers:
            loop.join(30)
        check(sso.count() > before + 1, 'the keys were fetched %d times only', sso.count() - before)
        took = sorted(seconds for loop in others for _, seconds in loop.seen)
        check(len(took) > 200 and took[-1] < PATIENCE, '%d times /livez, the slowest: %r', len(took), took[-5:])
        seen = [status for loop in strangers for status, _ in loop.seen]
        check(set(seen) == {429} and len(seen) > 100, 'answers to strangers: %d, %r', len(seen), set(seen))
        sso.mode = 'good'
        key = sso.rotate()
        await_status(service, sso.token(key, **SYNC), 200, 'a new key afterwards')


def test_few_wait_long(api):
    """A quarter of the workers, over all issuers; the others are told when to come again."""
    with issuers('tinh', 'bo') as made, service_of(api, *[one.entry(one.realm) for one in made], KSTTHC_WORKERS='8',
                                                   KSTTHC_FETCH_TIMEOUT_MS='6000',
                                                   KSTTHC_KEYS_PAUSE_SECONDS='600') as service:
        for one in made:
            one.mode, one.delay = 'slow', SLOW
        seen = almost_at_once(service, [made_up(one, number) for number in range(8) for one in made])
        equal(sum(seconds > 1 for _, seconds in seen), 2, 'who waited long, of %r' % seen)
        check({status for status, _ in seen} <= {401, 429}, 'answers: %r', seen)
        equal([one.count() for one in made], [2, 2], 'times the keys were fetched')
        for one in made:
            one.mode = 'good'


def test_when_to_come_again(api):
    """Not later than the keys are read in any case."""
    with issuers('tinh') as (sso,), service_of(api, sso.entry(), KSTTHC_KEYS_SECONDS='3',
                                               KSTTHC_KEYS_PAUSE_SECONDS='600') as service:
        expect(service, made_up(sso, 0), 401, 'the first one')
        reply = expect(service, made_up(sso, 1), 429, 'the second one')
        check(1 <= int(reply.headers['retry-after']) <= 3, 'Retry-After: %r', reply.headers)


def test_no_set_has_a_key_of_another_algorithm(api):
    with issuers('tinh') as (sso,), service_of(api, sso.entry()) as service:
        before = sso.count()
        for alg in ('HS256', 'RS512', 'PS256', 'EdDSA', 'none', 'es256'):
            expect(service, token({'alg': alg, 'kid': 'bia'}, sso.claims(**SYNC), sso.keys[-1].sign), 401, alg)
        equal(sso.count(), before, 'times the keys were fetched')


def test_the_end_waits_for_no_issuer(api):
    with issuers('tinh') as (sso,), service_of(api, sso.entry(), KSTTHC_FETCH_TIMEOUT_MS='10000') as service:
        sso.mode = 'silent'
        seen = []
        thread = threading.Thread(target=lambda: seen.append(ask(service, made_up(sso, 0)).status), daemon=True)
        thread.start()
        time.sleep(0.6)
        equal(seen, [], 'what is waited for is answered already')
        began = time.monotonic()
        equal(service.stop(), 0, 'exit status')
        check(time.monotonic() - began < 3, 'it took %.1f s', time.monotonic() - began)
        thread.join(10)
        equal(seen, [429], 'who waited')
