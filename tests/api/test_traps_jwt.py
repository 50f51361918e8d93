"""What libjwt 1.10.2 takes for a good token, and how else one could be forged; a test for each."""

import base64
import contextlib
import hashlib
import json
import subprocess
import threading
import time

from client import check, equal
from jwt import Maker, claims, der_sign, ec_sign, encode, header, hmac_sign, rsa_sign, token
from service import Service, program

ALGORITHMS = ('HS256', 'RS256', 'ES256')


def probe(api, value, scheme='Bearer '):
    return api.get('/v1/changes?limit=1', headers={'Authorization': scheme + value})


def accepted(api, value, what):
    reply = probe(api, value)
    check(reply.status == 200, '%s is refused: %r %r', what, reply, reply.headers.get('www-authenticate'))


def refused(api, value, what):
    reply = probe(api, value)
    check(reply.status == 401, '%s: %r', what, reply)
    check('error="invalid_token"' in reply.headers['www-authenticate'], '%s: %r', what,
          reply.headers['www-authenticate'])


def public_pem(api, name):
    with open(api.keys.path(name), 'rb') as file:
        return file.read()


def test_good_tokens(api):
    maker = Maker(api.keys)
    for alg in ALGORITHMS:
        accepted(api, maker.make(alg), alg)
        accepted(api, maker.make(alg), alg + ' once more')
    reply = probe(api, maker.make(), scheme='bearer   ')
    equal(reply.status, 200, 'the scheme in lower case')


# any token, also alg none and a forged HS256, when the key is NULL or of length 0

def test_alg_none(api):
    for alg in ('none', 'None', 'NONE', 'nOnE', '', None):
        for kid in ('hs1', 'rs1', 'es1', 'khong-co', '', None):
            for sign in (lambda data: b'', lambda data: b'x', hmac_sign(b'')):
                refused(api, token(header(kid, alg), claims(), sign), 'alg %s, kid %s' % (alg, kid))
    body = '%s.%s' % (encode(header(None, 'none')), encode(claims()))
    for value in (body, body + '.', body + '..', body + '.e30'):
        refused(api, value, value[-4:])


def test_empty_key(api):
    for kid in ('hs1', 'rs1', 'es1', 'khong-co', None):
        for secret in (b'', b'\0', b'\0' * 32):
            refused(api, token(header(kid, 'HS256'), claims(), hmac_sign(secret)), 'kid %s, secret %r' % (kid, secret))


# a token signed HS256 with the public PEM when that PEM is the key; HS512 under an HS256 key; alg "hs256"

def test_public_key_as_secret(api):
    for name in ('rs1', 'es1'):
        pem = public_pem(api, name)
        der = base64.b64decode(b''.join(pem.splitlines()[1:-1]))
        for secret in (pem, pem.strip(), der, pem.decode().replace('\n', '\r\n').encode()):
            refused(api, token(header(name, 'HS256'), claims(), hmac_sign(secret)), 'HS256 with the PEM of ' + name)
            refused(api, token(header('hs1', 'HS256'), claims(), hmac_sign(secret)), 'the same under hs1')


def test_algorithm_is_bound_to_the_key(api):
    keys = api.keys
    for alg, digest in (('HS512', hashlib.sha512), ('HS384', hashlib.sha384), ('HS256', hashlib.sha512),
                        ('HS512', hashlib.sha256)):
        refused(api, token(header('hs1', alg), claims(), hmac_sign(keys.secret, digest)), alg)
    for alg in ('RS512', 'PS256', 'RS384'):
        refused(api, token(header('rs1', alg), claims(), rsa_sign(keys, digest='-sha512')), alg)
    maker = Maker(keys)
    for alg in ALGORITHMS:
        for other in ALGORITHMS:
            if other != alg:
                kid = maker.kids[other]
                refused(api, token(header(kid, alg), claims(), maker.signers[alg]), '%s under %s' % (alg, kid))
                refused(api, token(header(kid, other), claims(), maker.signers[alg]), '%s said to be %s' % (alg, other))


def test_spelling_of_alg(api):
    maker = Maker(api.keys)
    for alg in ALGORITHMS:
        for spelling in (alg.lower(), alg.capitalize(), alg + ' ', ' ' + alg, alg + '\0', alg[:-1], alg + '6', [alg],
                         {}, 1,
                         True):
            head = header(maker.kids[alg], spelling)
            refused(api, token(head, claims(), maker.signers[alg]), 'alg %r' % (spelling,))


# an expired token, one not yet valid, exp as a string, no exp: it checks no claim

def test_times(api):
    maker = Maker(api.keys)
    now = int(time.time())
    for what in ({'exp': now - 60}, {'exp': 0}, {'exp': 1}, {'exp': -1}, {'exp': None}, {'exp': str(now + 600)},
                 {'exp': now + 600.5}, {'exp': True}, {'exp': [now + 600]}, {'exp': 2 ** 62},
                 {'exp': now + 600, 'nbf': now + 300},
                 {'nbf': str(now)}, {'nbf': -5}, {'iat': now + 300}, {'iat': str(now)}, {'iat': 1.5}):
        refused(api, maker.make(**what), '%r' % what)
    for what in ({'iat': None}, {'nbf': now - 10}, {'exp': now + 5, 'iat': now - 100}):
        accepted(api, maker.make(**what), '%r' % what)
    body = json.dumps(claims()).replace('"exp": ', '"exp": 1e400, "x": ')
    refused(api, maker.make(body=body.encode()), 'exp beyond numbers')


def test_a_remembered_token_still_ends(api):
    service = Service(api.database, KSTTHC_TOKEN_KEYS=api.keys.setting(), KSTTHC_TOKEN_LEEWAY_SECONDS='0')
    try:
        service.wait_ready()
        value = Maker(api.keys).make(exp=int(time.time()) + 3)
        accepted(service, value, 'a token of 3 s')
        accepted(service, value, 'the same again')
        time.sleep(3.2)
        refused(service, value, 'the same after 3 s')
    finally:
        service.stop()


# duplicate members, JSON followed by NUL and junk, a payload that is an array, any crit header

def test_duplicate_members(api):
    maker = Maker(api.keys)
    good = json.dumps(claims())
    for extra in ('"exp":9999999999,', '"roles":["admin"],', '"iss":"x",', '"\\u0065xp":9999999999,'):
        refused(api, maker.make(body=good.replace('{', '{' + extra, 1).encode()), 'payload with %s twice' % extra)
    for head in (b'{"alg":"none","kid":"hs1","typ":"JWT","alg":"HS256"}', b'{"kid":"rs1","alg":"HS256","kid":"hs1"}'):
        refused(api, token(head, claims(), maker.signers['HS256']), '%r' % head)


def test_junk_after_json(api):
    maker = Maker(api.keys)
    for tail in (b'\0', b'\0{"roles":["admin"]}', b'x', b'{}', b' \xff'):
        refused(api, maker.make(body=json.dumps(claims()).encode() + tail), 'payload with %r behind' % tail)
        refused(api, token(json.dumps(header('hs1', 'HS256')).encode() + tail, claims(), maker.signers['HS256']),
                'header with %r behind' % tail)


def test_payload_of_another_type(api):
    maker = Maker(api.keys)
    for body in (b'[]', b'"x"', b'null', b'1', b'', json.dumps([claims()]).encode(), b'{', b'\xff\xfe',
                 b'[' * 3000 + b']' * 3000):
        refused(api, maker.make(body=body), 'payload %r' % body[:20])
        refused(api, token(body, claims(), maker.signers['HS256']), 'header %r' % body[:20])


def test_crit(api):
    maker = Maker(api.keys)
    for crit in (['exp'], [], ['b64'], 'exp', {}, 0):
        refused(api, maker.make(head={'crit': crit}), 'crit %r' % (crit,))
    refused(api, maker.make(head={'crit': ['b64'], 'b64': False}), 'b64')


# it refuses any typ other than JWT (so RFC 9068 at+jwt too)

def test_typ(api):
    maker = Maker(api.keys)
    for typ in ('JWT', 'jwt', 'at+jwt', 'application/at+jwt', None):
        accepted(api, maker.make('RS256', head={'typ': typ}), 'typ %s' % typ)
    for typ in ('JOSE', 'JWE', '', 1, 'dpop+jwt'):
        refused(api, maker.make(head={'typ': typ}), 'typ %s' % typ)


# it has no JWKS and no key callback: kid finds key and algorithm in our own table

def test_kid(api):
    maker = Maker(api.keys)
    for kid in ('khong-co', '', None, '../../dev/null', '/dev/null', 'hs1\0', 'HS1', 'a' * 100, "' or 1=1", 1, ['hs1'],
                {}):
        refused(api, token(header(kid, 'HS256'), claims(), maker.signers['HS256']), 'kid %r' % (kid,))
    for extra in ('jwk', 'jku', 'x5u', 'x5c'):
        head = header('rs1', 'RS256', **{extra: {'kty': 'oct', 'k': encode(b'x' * 32)}})
        refused(api, token(head, claims(), hmac_sign(b'x' * 32)), extra)


def test_issuer_and_audience(api):
    maker = Maker(api.keys)
    for what in ({'iss': 'x'}, {'iss': None}, {'iss': ['kstthc']}, {'iss': 'kstthc '}, {'iss': 'KSTTHC'}, {'aud': 'x'},
                 {'aud': None}, {'aud': []}, {'aud': ['x', 'kstthcx']}, {'aud': {'kstthc': 1}}, {'aud': ['kstthc', 1]},
                 {'iss': 'kstthc\0x'}):
        refused(api, maker.make(**what), '%r' % what)
    accepted(api, maker.make(aud=['x', 'kstthc']), 'aud as a list')


def test_signatures(api):
    maker = Maker(api.keys)
    for alg in ALGORITHMS:
        good = maker.make(alg)
        accepted(api, good, alg)
        head, body, signature = good.split('.')
        raw = base64.urlsafe_b64decode(signature + '==')
        for wrong in (b'', raw[:-1], raw + b'\0', bytes([raw[0] ^ 1]) + raw[1:], raw[:-1] + bytes([raw[-1] ^ 1]),
                      b'\0' * len(raw),
                      raw[::-1], raw[:len(raw) // 2]):
            refused(api, '%s.%s.%s' % (head, body, encode(wrong)),
                    '%s with a signature of %d bytes' % (alg, len(wrong)))
        other = encode(claims(roles=['admin', 'sync']))
        refused(api, '%s.%s.%s' % (head, other, signature), alg + ' with another payload')
        for form in (good + '=', good + '.', '.' + good, good + '.x', good.replace('.', '..'), good + ' x',
                     head + '.' + body,
                     good.replace('-', '+').replace('_', '/') + '+', good + '%00', good[:-1] + '*'):
            refused(api, form, '%s in another form' % alg)


def test_a_changed_last_letter(api):
    """base64url leaves unused bits: only one spelling of a signature counts."""
    good = Maker(api.keys).make('HS256')
    letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    taken = [letter for letter in letters if probe(api, good[:-1] + letter).status == 200]
    equal(taken, [good[-1]], 'last letters that are taken')


def test_es256_forms(api):
    keys = api.keys
    refused(api, token(header('es1', 'ES256'), claims(), der_sign(keys)), 'a DER signature')
    refused(api, token(header('es1', 'ES256'), claims(), lambda data: b'\0' * 64), 'r = s = 0')
    order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    for r, s in ((order, order), (1, 0), (0, 1), (order, 1), (2 ** 256 - 1, 2 ** 256 - 1)):
        signature = r.to_bytes(32, 'big') + s.to_bytes(32, 'big')
        refused(api, token(header('es1', 'ES256'), claims(), lambda data: signature), 'r = %x' % r)
    keys.openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', keys.path('es2-private'))
    refused(api, token(header('es1', 'ES256'), claims(), ec_sign(keys, 'es2-private')), 'another key')
    for number in range(20):
        accepted(api, token(header('es1', 'ES256'), claims(jti=str(number)), ec_sign(keys)), 'a right one')


def test_roles(api):
    maker = Maker(api.keys)
    for roles in ('sync', 'viewer sync', ['sync'], ['sync', 'la', 'public']):
        accepted(api, maker.make(roles=roles), 'roles %r' % (roles,))
    for roles in (['public'], ['Sync'], ['sync '], [], '', None, 'office,sync', ['sync viewer'], ['viewer']):
        equal(probe(api, maker.make(roles=roles)).status, 403, 'status for roles %r' % (roles,))
    for roles in ({'sync': True}, 1, [1], [['sync']], True, ['sync\0']):
        refused(api, maker.make(roles=roles), 'roles %r' % (roles,))
    equal(api.get('/v1/tasks/kstthc-2025.1', headers={'Authorization': 'Bearer ' + maker.make(roles=[])}).status, 200,
          'a public route without a role')


def test_agency_claim(api):
    maker = Maker(api.keys)
    for agency in (None, '', 1, 'Sở', 'a' * 65, ['so-y-te']):
        refused(api, maker.make(roles=['agency', 'sync'], agency=agency), 'agency %r' % (agency,))
    accepted(api, maker.make(roles=['agency', 'sync'], agency='so-y-te'), 'an agency')


def test_subject(api):
    maker = Maker(api.keys)
    for subject in (None, '', 'a' * 128, 1, 'a\nb', 'a\u202eb', 'a\0'):
        refused(api, maker.make(sub=subject), 'sub %r' % (subject,))
    accepted(api, maker.make(sub='Nguyễn Văn A'), 'a name')


def test_authorization_header(api):
    good = Maker(api.keys).make()
    for header_value in ('Basic ' + good, good, 'Bearer', 'Bearer ', 'Bearer' + good,
                         'Bearer ' + good + ',Bearer ' + good,
                         'Bearer ' + 'a' * 9000, 'Bearer \t'):
        reply = api.get('/v1/changes', headers={'Authorization': header_value})
        equal(reply.status, 401, 'status for ' + header_value[:20])
    api.get('/v1/changes?access_token=' + good).is_problem(401, 'unauthorized')
    lines = 'GET /v1/changes HTTP/1.1\r\nHost: x\r\n' + ('Authorization: Bearer %s\r\n' % good) * 2 + '\r\n'
    equal(api.raw(lines.encode(), replies=1)[0][0].status, 401, 'two Authorization headers')


def test_tokens_from_many_threads(api):
    """Good and forged ones at once: the table of verified tokens mixes none of them up."""
    maker = Maker(api.keys)
    office = [maker.make('HS256', roles=['office'], jti=str(number)) for number in range(30)]
    sync = [maker.make('HS256', roles=['sync'], jti=str(number)) for number in range(30)]
    forged = [value[:-4] + ('AAAA' if value[-4:] != 'AAAA' else 'BBBB') for value in sync]
    wrong = []

    def ask_all():
        for values, status in ((office, 403), (sync, 200), (forged, 401)):
            for value in values:
                reply = probe(api, value)
                if reply.status != status:
                    wrong.append((status, reply))

    threads = [threading.Thread(target=ask_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(wrong, [], 'wrong answers')


def test_our_own_tokens(api):
    for role in ('viewer', 'agency', 'office', 'sync', 'admin'):
        value = api.token(role)
        head, body = (json.loads(base64.urlsafe_b64decode(part + '==')) for part in value.split('.')[:2])
        equal(head['alg'], 'ES256', 'alg')
        check(body['exp'] > time.time() and body['roles'] == [role], '%r', body)
        equal(api.get('/v1/changes?limit=1', headers={'Authorization': 'Bearer ' + value}).status,
              200 if role == 'sync' else 403, 'status for ' + role)


# refuse to start with a secret under 32 bytes or an RSA key under 2048 bits

def test_unfit_keys_stop_the_start(api):
    keys = api.keys
    keys.openssl('genrsa', '-out', keys.path('weak-private'), '1024')
    keys.openssl('rsa', '-in', keys.path('weak-private'), '-pubout', '-out', keys.path('weak'))
    keys.openssl('ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', keys.path('p384-private'))
    keys.openssl('ec', '-in', keys.path('p384-private'), '-pubout', '-out', keys.path('p384'))
    keys.write('short', b'x' * 31)
    keys.write('empty', b'')
    keys.write('open', b'x' * 48, mode=0o644)
    keys.write('pem-as-secret', public_pem(api, 'rs1'))
    for setting in ('a=HS256:short', 'a=HS256:empty', 'a=RS256:weak', 'a=ES256:p384', 'a=HS256:open',
                    'a=HS256:pem-as-secret',
                    'a=RS256:hs1', 'a=RS256:es1', 'a=ES256:rs1', 'a=HS512:hs1', 'a=none:hs1', 'a=HS256:khong-co',
                    '=HS256:hs1',
                    'a', 'a=HS256', 'a=HS256:hs1,a=RS256:rs1', '%s=HS256:hs1' % ('a' * 65), 'a=hs256:hs1'):
        full = ','.join(':'.join(part.split(':')[:-1] + [keys.path(part.split(':')[-1])]) if ':' in part else part
                        for part in setting.split(','))
        refuses_to_start(api, full, setting)


def refuses_to_start(api, setting, name):
    environment = {**api.environment, 'KSTTHC_TOKEN_KEYS': setting, 'KSTTHC_LISTEN': '127.0.0.1:1',
                   'KSTTHC_BULK_LISTEN': '127.0.0.1:2'}
    done = None
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run([program(), 'serve'], env=environment, capture_output=True, text=True, timeout=10,
                              check=False)
    check(done is not None, '%s: it serves', name)
    check(done.returncode == 1, '%s: exit status %d: %s', name, done.returncode, done.stderr)
    sentences = [line for line in done.stderr.splitlines() if line.startswith('kstthc: ')]
    check(len(sentences) == 1 and '127.0.0.1' not in sentences[0], '%s: %r', name, done.stderr)
    check('x' * 31 not in done.stderr and api.keys.secret.decode() not in done.stderr, '%s: the secret is told', name)
