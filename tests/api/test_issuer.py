"""Foreign issuers: whose tokens count, as whom, and what becomes of them when keys change or issuers fail."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time

from client import check, equal
from fixtures import agency, unique
from issuer import Issuer, IssuersFile
from jwt import Maker
from service import clean_environment
from test_process import sentence, serving

PATH = '/v1/changes?limit=1'
SYNC = {'realm_access': {'roles': ['dong-bo']}}


@contextlib.contextmanager
def issuers(*realms, **more):
    made = [Issuer(realm, **more) for realm in realms]
    try:
        yield made
    finally:
        for one in made:
            one.close()


@contextlib.contextmanager
def service_of(api, *entries, **settings):
    """A service that knows these issuers, and its file of them."""
    file = IssuersFile(*entries)
    try:
        with serving(api.database, KSTTHC_ISSUERS=file.path,
                     **{'KSTTHC_KEYS_SECONDS': '3600', 'KSTTHC_KEYS_PAUSE_SECONDS': '1', **settings}) as service:
            service.file = file
            yield service
    finally:
        file.remove()


def ask(service, token, **more):
    return service.get(PATH, headers={'Authorization': 'Bearer ' + token}, **more)


def expect(service, token, status, what):
    reply = ask(service, token)
    check(reply.status == status, '%s: %r, wanted %d', what, reply, status)
    return reply


def await_status(service, token, status, what, seconds=8):
    """Until it is answered so; 401, 429 and 503 on the way are no fault."""
    deadline = time.monotonic() + seconds
    while True:
        reply = ask(service, token)
        if reply.status == status:
            return reply
        check(time.monotonic() < deadline, '%s: after %d s still %r, wanted %d', what, seconds, reply, status)
        time.sleep(0.05)


def reload(service):
    service.process.send_signal(signal.SIGHUP)


def test_discovery_and_mapping(api):
    with issuers('tinh') as (sso,), service_of(api, sso.entry()) as service:
        equal(sso.count('discovery'), 1, 'discovery documents fetched')
        expect(service, sso.token(**SYNC), 200, 'a mapped role')
        expect(service, sso.token(), 403, 'another mapped role')
        for roles in ([], ['admin'], ['sync'], ['DONG-BO'], ['la']):
            expect(service, sso.token(realm_access={'roles': roles}), 403, 'roles %r' % roles)
        expect(service, sso.token(realm_access=None), 403, 'no roles')
        expect(service, sso.token(realm_access=None, roles=['sync']), 403, 'our own claim')
        for name, wrong in (('typ', 'ID'), ('typ', None), ('aud', 'account'), ('iss', sso.url + '/'), ('iss', 'kstthc'),
                            ('exp', int(time.time()) - 60), ('realm_access', {'roles': 7}),
                            ('realm_access', ['dong-bo'])):
            expect(service, sso.token(**{**SYNC, name: wrong}), 401, '%s %r' % (name, wrong))
        rsa = sso.rotate(sso.make_key('RS256'))
        expect(service, sso.token(rsa, **SYNC), 200, 'a token by RS256')
        expect(service, sso.token(sso.keys[0], kid=rsa.kid, **SYNC), 401, "signed with the encryption key")
        code = unique('co-quan')
        service.ok('PUT', '/v1/agencies/' + code, agency(), status=201,
                   headers={'Authorization': 'Bearer ' + sso.token(), 'If-None-Match': '*'})
        actor = api.database.run("select actor from (select key, actor from kstthc.ledger union all select key, actor "
                                 "from kstthc.ledger_inbox) entries where key = '%s'" % code)
        equal(actor, 'sso:f1a2-can-bo', 'who, in the ledger')
        check('f1a2-can-bo' not in service.log_text(), 'who, in the log')


def test_an_issuer_speaks_for_itself_alone(api):
    with contextlib.ExitStack() as stack:
        one, two = stack.enter_context(issuers('tinh', 'bo'))
        one.rotate()
        less = {'claim': ['realm_access', 'roles'], 'map': {'xem': 'viewer'}}
        service = stack.enter_context(service_of(api, one.entry('tinh'), two.entry('bo', roles=less)))
        expect(service, one.token(**SYNC), 200, 'its own')
        for key in (two.keys[-1], two.rotate()):
            check(key.kid in [other.kid for other in one.keys], 'the kid of both')
            expect(service, two.token(key, realm_access={'roles': ['xem']}), 403, 'a kid that the other one has too')
        expect(service, one.token(two.keys[-1], kid='k-1', **SYNC), 401, "the other one's key under its own kid")
        expect(service, two.token(**SYNC), 403, 'a role that only the other one may give')
        expect(service, two.token(iss=one.url, **SYNC), 401, "in the other one's name")
        expect(service, one.token(iss=two.url, **SYNC), 401, "in the other one's name")
        expect(service, one.token(iss='kstthc', aud='kstthc', roles=['sync'], **SYNC), 401, 'in our name')


class Reader(threading.Thread):
    """Reads with whatever is the token of the moment."""

    def __init__(self, service, state):
        super().__init__(daemon=True)
        self.service, self.state = service, state

    def run(self):
        while not self.state['stop']:
            phase, token = self.state['now']
            began = time.monotonic()
            try:
                reply = ask(self.service, token)
            except Exception as error:
                self.state['wrong'].append(repr(error))
                return
            self.state['slowest'] = max(self.state['slowest'], time.monotonic() - began)
            if reply.status == 200:
                self.state['done'][phase] = self.state['done'].get(phase, 0) + 1
            else:
                self.state['wrong'].append('phase %s: %r %r' % (phase, reply, reply.headers.get('www-authenticate')))


@contextlib.contextmanager
def readers(services, count, token):
    state = {'stop': False, 'now': (0, token), 'wrong': [], 'done': {}, 'slowest': 0.0}
    threads = [Reader(services[number % len(services)], state) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield state
    finally:
        state['stop'] = True
        for thread in threads:
            thread.join(30)
    check(not state['wrong'], '%d right requests were refused: %r', len(state['wrong']), state['wrong'][:3])


def await_reads(state, phase, seconds=15):
    deadline = time.monotonic() + seconds
    while not state['done'].get(phase):
        check(time.monotonic() < deadline, 'nobody reads in phase %s: %r', phase, state)
        time.sleep(0.01)


def test_rotation_refuses_nobody(api):
    """The new key signs at once; only its tokens tell the service that there is one."""
    with issuers('tinh') as (sso,), service_of(api, sso.entry(), KSTTHC_WORKERS='16') as service:
        sso.mode, sso.delay = 'slow', 0.1
        keys = [sso.make_key() for _ in range(3)]
        tokens = [sso.token(key, **SYNC) for key in keys]
        with readers([service], 64, sso.token(**SYNC)) as state:
            for phase, key in enumerate(keys, 1):
                await_reads(state, phase - 1)
                time.sleep(1.1)
                if phase == 3:
                    # By now nobody has a token of the ones before under way.
                    sso.drop_passive()
                sso.rotate(key)
                state['now'] = phase, tokens[phase - 1]
            await_reads(state, len(keys))
            time.sleep(1.1)
        for phase in range(len(keys) + 1):
            check(state['done'].get(phase, 0) > 0, 'nobody read in phase %d: %r', phase, state['done'])
        equal(sso.count(), 4, 'times the keys were fetched')
        equal(sso.count('discovery'), 1, 'times discovery was')
        check('k-1,' not in service.log_text().split('in force are now')[-1], 'the dropped ones stay')
        reply = expect(service, sso.token(kid='khong-co', **SYNC), 401, 'an unknown key, asked for')
        check('key is not known' in reply.headers['www-authenticate'], 'why: %r', reply.headers['www-authenticate'])


def test_made_up_keys_disturb_nobody(api):
    with issuers('tinh') as (sso,), service_of(api, sso.entry(), KSTTHC_WORKERS='4') as service:
        good, forged = sso.token(**SYNC), [sso.token(kid='bia-%d' % number, **SYNC) for number in range(40)]
        seen = {}
        began = time.monotonic()
        with readers([service], 4, good) as state:
            def attack(mine):
                for number in range(10 ** 6):
                    if state['stop']:
                        return
                    reply = ask(service, mine[number % len(mine)])
                    seen[reply.status] = seen.get(reply.status, 0) + 1
                    if reply.status == 429:
                        equal(reply.code, 'too_many_requests', 'code')
                        check(1 <= int(reply.headers['retry-after']) <= 1, 'Retry-After: %r', reply.headers)

            attackers = [threading.Thread(target=attack, args=(forged[number::4],), daemon=True) for number in range(4)]
            for thread in attackers:
                thread.start()
            time.sleep(2.6)
        for thread in attackers:
            thread.join(30)
        took = time.monotonic() - began
        check(set(seen) == {401, 429} and seen[429] > 50, 'answers to made-up keys: %r', seen)
        check(2 <= sso.count(since=began) <= took + 1, '%d fetches in %.1f s', sso.count(since=began), took)
        check(state['done'].get(0, 0) > 50 and state['slowest'] < 2, 'the others: %r', state)
        equal(service.log_text().count('sso: in force are now'), 1, 'times the keys were put in force')


def test_failing_issuers(api):
    """Each in its own way, side by side: what is known goes on, what is not is 503, and all comes back."""
    modes = ('silent', 'broken', 'redirect', 'huge', 'junk', 'stopped', 'said')
    with issuers(*modes, encryption=False) as made, \
            service_of(api, *[one.entry(one.realm) for one in made], KSTTHC_FETCH_TIMEOUT_MS='700') as service:
        tokens = [(one, one.token(**SYNC), one.token(one.make_key('ES256'), **SYNC))
                  for one in made]
        for one in made:
            one.mode = one.realm if one.realm not in ('stopped', 'said') else 'good'
            if one.realm == 'stopped':
                one.stop()
            if one.realm == 'said':
                one.said = 'http://127.0.0.1:%d/realms/la' % one.port
        reload(service)
        for one, known, unknown in tokens:
            reply = await_status(service, unknown, 503, one.realm)
            check('retry-after' in reply.headers, 'no Retry-After: %r', reply)
            expect(service, known, 200, 'a known key of ' + one.realm)
            began = time.monotonic()
            expect(service, unknown, 503, one.realm)
            check(time.monotonic() - began < 0.5, 'it waits for %s, which is failing', one.realm)
        log = service.log_text()
        for one in made:
            equal(log.count('%s: cannot be read' % one.realm), 1, 'lines that %s fails' % one.realm)
        equal([one.count('/elsewhere') for one in made], [0] * len(made), 'redirects followed')
        for one, known, _ in tokens:
            one.released.set()
            one.mode, one.said = 'good', None
            if one.realm == 'stopped':
                one.start()
            one.rotate(one.make_key('ES256'))
        for one, known, unknown in tokens:
            await_status(service, one.token(**SYNC), 200, 'back again: ' + one.realm)
            expect(service, known, 200, 'the key before')
        log = service.log_text()
        for one in made:
            equal(log.count('%s: can be read again' % one.realm), 1, 'lines that %s works' % one.realm)


def test_certificates_are_verified(api):
    """By the authorities of the entry, and for the host that was asked; and TLS does not lead out of TLS."""
    made = [Issuer('tinh', certified='IP:127.0.0.1'), Issuer('la', certified='IP:127.0.0.2'),
            Issuer('ngoai', certified='IP:127.0.0.1'), Issuer('ra', certified='IP:127.0.0.1')]
    good, other_host, unknown, outside = made
    outside.elsewhere = 'http://127.0.0.1:%d%s' % (outside.port, outside.key_path)
    try:
        entries = [one.entry(one.realm, ca_file=one.authority) for one in (good, other_host, outside)]
        with service_of(api, *entries, unknown.entry(unknown.realm)) as service:
            expect(service, good.token(**SYNC), 200, 'a certificate of its authority')
            for one in (other_host, unknown, outside):
                expect(service, one.token(**SYNC), 503, one.realm)
            log = service.log_text()
            check('ra: cannot be read' in log and 'no jwks_uri that may be fetched' in log, 'the reason: %s', log[:2000])
        equal([one.count() for one in made], [1, 0, 0, 0], 'key sets fetched')
    finally:
        for one in made:
            one.close()


def test_an_issuer_that_is_down_at_start(api):
    with issuers('tinh') as (sso,):
        token = sso.token(**SYNC)
        sso.stop()
        with service_of(api, sso.entry()) as service:
            expect(service, token, 503, 'before it is there')
            service.ok('GET', PATH, role='sync')
            sso.start()
            await_status(service, token, 200, 'once it is there')


def test_sighup_reads_the_issuers_file_again(api):
    with issuers('tinh', 'bo') as (one, two), service_of(api) as service:
        token = one.token(**SYNC)
        expect(service, token, 401, 'an issuer that is not there')
        service.file.write([one.entry()])
        reload(service)
        await_status(service, token, 200, 'put in')
        before = one.count()
        for text in ('', '{', '[{"name": "sso"}]', json.dumps([one.entry(), one.entry()])):
            service.file.write(text)
            reload(service)
            time.sleep(0.1)
            expect(service, token, 200, 'with a file that is wrong')
        check('/0/issuer is missing' in service.log_text(), 'the fault in the log')
        check(one.count() > before, 'keys are not read again')
        one.stop()
        service.file.write([two.entry('bo'), one.entry(roles={'claim': ['realm_access', 'roles'],
                                                              'map': {'dong-bo': 'viewer'}})])
        reload(service)
        await_status(service, token, 403, 'another mapping, the issuer down')
        await_status(service, two.token(**SYNC), 200, 'a second one')
        service.file.write([two.entry('bo')])
        reload(service)
        await_status(service, token, 401, 'taken out')
        expect(service, two.token(**SYNC), 200, 'the one that stays')


def test_sighup_reads_key_files_again(api):
    with issuers('tinh') as (sso,):
        path = sso.files.write('jwks', json.dumps(sso.jwks()).encode())
        secret = sso.files.write('hs', api.keys.secret)
        with service_of(api, sso.entry(jwks_file=path), KSTTHC_TOKEN_KEYS='hs1=HS256:' + secret) as service:
            old, key = Maker(api.keys).make(), sso.make_key()
            expect(service, sso.token(**SYNC), 200, 'by the file')
            expect(service, old, 200, 'by the secret')
            expect(service, sso.token(key, **SYNC), 401, 'a key that is not in the file')
            sso.rotate(key)
            sso.files.write('jwks', json.dumps(sso.jwks()).encode())
            sso.files.write('hs', b'khac' * 10)
            reload(service)
            await_status(service, sso.token(key, **SYNC), 200, 'put into the file')
            await_status(service, old, 401, 'with the secret before')
            sso.files.write('jwks', b'{}')
            sso.files.write('hs', b'ngan')
            reload(service)
            time.sleep(0.2)
            expect(service, sso.token(key, **SYNC), 200, 'with a file that is wrong')
            log = service.log_text()
            check('own: cannot be read' in log and 'sso: cannot be read' in log, 'the faults are not in the log')
        equal(sso.count(), 0, 'fetches')


def test_wrong_issuers_are_named_at_start(api):
    file = IssuersFile({'name': 'A'}, {'name': 'b', 'issuer': 'http://sso.example', 'audience': 'k'})
    try:
        lines = sentence({**api.environment, 'KSTTHC_ISSUERS': file.path}, '/0/name', '/0/roles', '/1/issuer', '/1/roles')
        check(all('KSTTHC_ISSUERS' in line for line in lines), 'the setting is not named: %r', lines)
        os.chmod(file.path, 0o622)
        sentence({**api.environment, 'KSTTHC_ISSUERS': file.path}, 'KSTTHC_ISSUERS: %s' % file.path)
    finally:
        file.remove()
    sentence({**api.environment, 'KSTTHC_ISSUERS': file.path}, 'KSTTHC_ISSUERS: %s' % file.path)
    done = subprocess.run([os.environ['KSTTHC_BIN'], 'config'], env=clean_environment(), capture_output=True, text=True,
                          timeout=20, check=True)
    for name in ('KSTTHC_ISSUERS', 'KSTTHC_KEYS_SECONDS=60', 'KSTTHC_KEYS_PAUSE_SECONDS=5', 'KSTTHC_FETCH_TIMEOUT_MS=2000',
                 'KSTTHC_KEYS_STALE_SECONDS=86400'):
        check(name in done.stdout, '%s is not in the table of settings', name)
