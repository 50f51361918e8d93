"""The end: of keys that are withdrawn or not answered for, and of the service while keys are read."""

import time

from client import check, equal
from test_issuer import SYNC, await_status, expect, issuers, reload, service_of


def test_stops_while_keys_change(api):
    """All issuers have new keys in answers that are under way when the service is to end."""
    realms = ['r%d' % number for number in range(8)]
    with issuers(*realms, encryption=False) as made:
        for one in made:
            one.rotate(one.make_key('ES256'))
            one.mode, one.delay = 'turning', 0.2
        for _ in range(3):
            entries = [one.entry(one.realm, jwks_uri='http://127.0.0.1:%d%s' % (one.port, one.key_path)) for one in made]
            with service_of(api, *entries, KSTTHC_KEYS_SECONDS='1') as service:
                before = made[-1].count()
                while made[-1].count() == before:
                    time.sleep(0.01)
                status = service.stop()
                check(status == 0, 'it ends with %d: %s', status, service.log_text()[-6000:])


def test_an_issuer_withdraws_its_last_key(api):
    """A set without a key for us is an answer, and not that the issuer is away."""
    with issuers('tinh', encryption=False) as (sso,), service_of(api, sso.entry()) as service:
        key = sso.keys[-1]
        known = sso.token(key, **SYNC)
        for keys in ([], [sso.make_key('ES256')]):
            expect(service, known, 200, 'a token of its key')
            for unfit in keys:
                unfit.jwk['crv'] = 'P-384'
            sso.keys = keys
            reload(service)
            await_status(service, known, 401, 'after the last key was withdrawn')
            await_status(service, sso.token(key, kid='khong-co', **SYNC), 401, 'another one')
            for _ in range(3):
                reload(service)
                time.sleep(0.1)
            sso.keys = [key]
            reload(service)
            await_status(service, known, 200, 'after it was put back')
        log = service.log_text()
        equal(log.count('no key fit for us'), 2, 'warnings')
        check('no key fit for us, so none of its tokens is good: k-2: crv is not P-256' in log, 'the reason: %s', log)
        equal(log.count('cannot be read'), 0, 'times it is said to be away')


def test_keys_are_not_good_for_ever(api):
    """Those of an issuer that does not answer end after a while, in all its ways, and come back with it."""
    with issuers('tinh', 'bo') as (sso, other), \
            service_of(api, sso.entry(), other.entry('bo'), KSTTHC_KEYS_STALE_SECONDS='2') as service:
        known = sso.token(**SYNC)
        expect(service, known, 200, 'a token of its key')
        sso.mode = 'junk'
        reload(service)
        await_status(service, sso.token(kid='khong-co', **SYNC), 503, 'it does not answer')
        began = time.monotonic()
        expect(service, known, 200, 'a token of its key, while it does not answer')
        await_status(service, known, 503, 'long after it stopped to answer')
        check(time.monotonic() - began > 1, 'its keys were given up after %.1f s', time.monotonic() - began)
        sso.stop()
        reload(service)
        time.sleep(2.5)
        expect(service, known, 503, 'longer')
        expect(service, other.token(**SYNC), 200, 'the other one, which answers')
        sso.mode = 'good'
        sso.start()
        await_status(service, known, 200, 'back again')
        log = service.log_text()
        equal(log.count('sso: cannot be read for 2 s, its last keys are given up'), 1, 'warnings: %s' % log)
        equal(log.count('given up'), 1, 'warnings')
        equal(log.count('sso: cannot be read, and has no keys in force'), 1, 'what an operator is told then')
