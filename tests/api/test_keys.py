"""Our own signing keys: published, rotated, withdrawn."""

import base64
import json
import re
import subprocess
import threading
import time

from client import check, equal
from service import TODAY, Database, program
from test_issuer import ask, await_reads, expect, readers
from test_process import scratch, serving

# What stands before the point in the DER of a P-256 public key.
P256_HEAD = bytes.fromhex('3059301306072a8648ce3d020106082a8648ce3d030107034200' + '04')


def decode(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def der_number(data):
    data = data.lstrip(b'\0') or b'\0'
    data = b'\0' + data if data[0] & 0x80 else data
    return b'\x02' + bytes([len(data)]) + data


def verified(api, token, jwk):
    """What a stranger does: the key from the set, openssl, nothing of ours."""
    key = base64.encodebytes(P256_HEAD + decode(jwk['x']) + decode(jwk['y'])).decode()
    path = api.keys.write('published', ('-----BEGIN PUBLIC KEY-----\n%s-----END PUBLIC KEY-----\n' % key).encode())
    data, _, signature = token.rpartition('.')
    signature = decode(signature)
    numbers = der_number(signature[:32]) + der_number(signature[32:])
    signed = api.keys.write('signature', b'\x30' + bytes([len(numbers)]) + numbers)
    return subprocess.run(['openssl', 'dgst', '-sha256', '-verify', path, '-signature', signed], input=data.encode(),
                          capture_output=True, timeout=20, check=False).returncode == 0


def published(service):
    return [key['kid'] for key in service.ok('GET', '/.well-known/jwks.json').json['keys']]


def kid_of(token):
    return json.loads(decode(token.split('.')[0]))['kid']


def fresh_token(service, role='sync'):
    done = subprocess.run([program(), 'token', '--role', role], env=service.environment, capture_output=True, text=True,
                          timeout=30, check=False)
    check(done.returncode == 0, 'kstthc token: %s', done.stderr)
    return done.stdout.strip()


def key_command(database, *arguments, status=0, **settings):
    done = database.kstthc('key', *arguments, **settings)
    check(done.returncode == status, 'kstthc key %s: %d %r %r', ' '.join(arguments), done.returncode, done.stdout,
          done.stderr)
    return done


def rotate(database, *arguments, **settings):
    return re.search(r'the key (\S+) is published', key_command(database, 'rotate', *arguments, **settings).stdout).group(1)


def test_published_keys(api):
    reply = api.ok('GET', '/.well-known/jwks.json')
    equal(reply.headers['content-type'], 'application/json', 'Content-Type')
    equal(reply.headers['cache-control'], 'public, max-age=300', 'Cache-Control')
    equal(set(reply.json), {'keys'}, 'members')
    token = api.token('sync')
    keys = {key['kid']: key for key in reply.json['keys']}
    for key in keys.values():
        equal(set(key), {'kty', 'kid', 'use', 'alg', 'crv', 'x', 'y'}, 'members of a key')
    check(verified(api, token, keys[kid_of(token)]), 'the published key does not verify our token')
    check(not verified(api, token[:-8] + 'AAAAAAAA', keys[kid_of(token)]), 'it verifies anything')
    for kid in ('hs1', 'rs1', 'es1'):
        check(kid not in keys, 'the key of another one is published')
    api.call('POST', '/.well-known/jwks.json', {}).is_problem(405, 'method_not_allowed')


def test_a_key_file_is_published(api):
    """Of a secret nothing is, of a private key its public half."""
    with serving(api.database, KSTTHC_SIGNING_KEY='hs1=HS256:' + api.keys.path('hs1')) as service:
        equal(published(service), [], 'keys')
        expect(service, fresh_token(service), 200, 'a token of the secret')
    path = api.keys.path('rs1-private')
    with serving(api.database, KSTTHC_SIGNING_KEY='rs1=RS256:' + path) as service:
        key, = service.ok('GET', '/.well-known/jwks.json').json['keys']
        equal(set(key), {'kty', 'kid', 'use', 'alg', 'n', 'e'}, 'members')
        modulus = api.keys.openssl('rsa', '-in', path, '-noout', '-modulus').decode().strip().split('=')[1]
        equal(decode(key['n']).hex().upper(), modulus, 'modulus')


class Signer(threading.Thread):
    """Has a new token signed again and again; the last one is what the readers read with."""

    def __init__(self, service, state):
        super().__init__(daemon=True)
        self.service, self.state, self.error = service, state, None
        self.tokens = {}

    def run(self):
        try:
            while not self.state['stop']:
                token = fresh_token(self.service)
                self.tokens[kid_of(token)] = token
                self.state['now'] = kid_of(token), token
                time.sleep(0.02)
        except Exception as error:
            self.error = error


def test_rotation_of_our_own(api):
    with scratch() as database:
        database.prepare()
        settings = {'KSTTHC_KEYS_SECONDS': '1', 'KSTTHC_WORKERS': '8', 'KSTTHC_TODAY': TODAY}
        with serving(database, **settings) as first, serving(database, **settings) as second:
            old, = published(first)
            before = fresh_token(first)
            with readers([first, second], 32, before) as state:
                signer = Signer(first, state)
                signer.start()
                await_reads(state, old)
                new = rotate(database, '--publish-seconds', '3', '--keep-seconds', '60', **settings)
                equal(kid_of(fresh_token(first)), old, 'what signs while the new one is only published')
                await_reads(state, new)
                time.sleep(1.2)
                for service in (first, second):
                    equal(set(published(service)), {old, new}, 'published keys')
            signer.join(30)
            check(not signer.error, 'signing: %r', signer.error)
            equal(kid_of(fresh_token(second)), new, 'what signs afterwards')
            for service in (first, second):
                expect(service, before, 200, 'a token of the key before')
            key_command(database, 'withdraw', old, **settings)
            time.sleep(1.5)
            for service in (first, second):
                expect(service, before, 401, 'a token of the withdrawn key')
                expect(service, signer.tokens[old], 401, 'another one')
                expect(service, signer.tokens[new], 200, 'a token of the new key')
                equal(published(service), [new], 'published keys')
            equal(ask(first, fresh_token(second)).status, 200, 'a new token')


def test_key_command(api):
    with scratch() as database:
        database.prepare()
        lines = key_command(database, 'list').stdout.splitlines()
        equal(len(lines), 2, 'lines of the list: %r' % lines)
        only = lines[1].split('\t')[0]
        equal(lines[1].split('\t')[1:3], ['ES256', 'usable'], 'the only key')
        done = key_command(database, 'withdraw', only, status=1)
        check('no key to sign with' in done.stderr, 'the only one: %r', done.stderr)
        done = key_command(database, 'withdraw', 'khong-co', status=1)
        check('there is no key khong-co' in done.stderr, 'none: %r', done.stderr)
        done = key_command(database, 'rotate')
        equal(done.stderr, '', 'warnings')
        check('in 600 s' in done.stdout and '46800 s after that: 1' in done.stdout, 'what it says: %r', done.stdout)
        done = key_command(database, 'rotate', status=1)
        check('not yet in use' in done.stderr, 'twice: %r', done.stderr)
        states = [line.split('\t')[2] for line in key_command(database, 'list').stdout.splitlines()[1:]]
        equal(states, ['usable', 'published'], 'states')
        pending = key_command(database, 'list').stdout.splitlines()[2].split('\t')[0]
        check('%s stays' % only in key_command(database, 'withdraw', pending).stdout, 'nothing of the one that stays')
        equal(key_command(database, 'list').stdout.splitlines()[1].split('\t')[5], '-', 'when the only one left goes')
        done = key_command(database, 'rotate', '--publish-seconds', '0', '--keep-seconds', '0')
        check('KSTTHC_KEYS_SECONDS' in done.stderr and '120 s' in done.stderr, 'no warning: %r', done.stderr)
        listed = key_command(database, 'list').stdout
        states = [line.split('\t')[2] for line in listed.splitlines()[1:]]
        equal(states, ['withdrawn', 'withdrawn', 'usable'], 'states')
        check('PRIVATE' not in listed, 'the list shows keys')
        done = key_command(database, 'rotate', KSTTHC_SIGNING_KEY='k=ES256:/x')
        check('KSTTHC_SIGNING_KEY' in done.stderr, 'no warning: %r', done.stderr)
        for arguments in ((), ('la',), ('list', 'x'), ('withdraw',), ('rotate', '--publish-seconds'),
                          ('rotate', '--publish-seconds', '-1'), ('rotate', '--publish-seconds', '1e3'),
                          ('rotate', '--keep-seconds', '123456789'), ('rotate', '--la', '1')):
            done = key_command(database, *arguments, status=1)
            check(done.stderr.startswith('kstthc: key '), 'key %r: %r', arguments, done.stderr)
        entries = database.run("select count(*), count(*) filter (where data::text like '%PRIVATE%') from "
                               "(select data from kstthc.ledger where resource = 'key' union all select data from "
                               "kstthc.ledger_inbox where resource = 'key') entries")
        check(re.fullmatch(r'\d+\|0', entries) and int(entries.split('|')[0]) >= 5, 'the ledger: %s', entries)


def test_migrate_leaves_a_rotation_alone(api):
    """It makes a key only where none is left: one that is used at once is unknown to the copies that run."""
    del api
    database = Database()
    try:
        database.prepare()
        for arguments in (('key', 'rotate'), ('migrate',), ('migrate',)):
            done = database.kstthc(*arguments)
            equal(done.returncode, 0, 'kstthc %s: %s' % (' '.join(arguments), done.stderr))
        equal(database.run('select count(*) from kstthc.signing_key'), '2', 'keys after a rotation and two migrations')
        # All are to go, as those are that an older schema had out of use.
        database.run("update kstthc.signing_key set withdraw_at = now() + interval '13 hours'")
        for _ in range(2):
            equal(database.kstthc('migrate').returncode, 0, 'migrate')
        equal(database.run('select count(*), count(*) filter (where withdraw_at is null) from kstthc.signing_key'), '3|1',
              'keys, and those that stay')
    finally:
        database.drop()
