"""Forged tokens: (name, why it is refused, how it is made), each for every algorithm unless it says which.

A token here is right in everything but what its name says, so that the reason of its refusal is the one that is meant.
What stands in test_traps_jwt is not repeated. Accepted, and so not here: header members that RFC 7515 has us ignore, as
long as our key has signed.
"""

import hashlib
import time
import zlib

from forge import ABSENT, text_of
from jwt import encode, hmac_sign

MALFORMED = 'the token is malformed'
KEY = "the token's key is not known"
ALGORITHM = "the token's algorithm is not its key's"
SIGNATURE = "the token's signature is wrong"
EXPIRED = 'the token has expired'
EARLY = 'the token is not yet valid'
ISSUER = "the token's issuer is not accepted"
AUDIENCE = 'the token is meant for another audience'
CLAIM = 'a claim of the token is missing or wrong'
SCOPE = None  # a good token that grants nothing here: 403

FAR = 4102444800
ENTRIES_MAX = 1000  # of a list in a token


def now():
    return int(time.time())


def short(value):
    text = ascii(value)
    return text if len(text) < 50 else '%.40s... of %d' % (text, len(text))


def rows_of(name, reason, values, make):
    """A row for each value, in which make(forge, value) is the token."""
    return tuple(('%s %s' % (name, short(value)), reason, lambda f, value=value: make(f, value)) for value in values)


# --- header: where a key may be fetched from, or what key is offered

OFFERED = (
    ('jwk with the key that signed', SIGNATURE, lambda f: f.forged_head(jwk=f.jwk)),
    ('jwk that has our kid', SIGNATURE, lambda f: f.forged_head(jwk={**f.jwk, 'kid': f.kid, 'alg': f.alg})),
    ('jwk under a kid of its own', KEY, lambda f: f.forged_head(jwk={**f.jwk, 'kid': 'la'}, kid='la')),
    ('jwk and no kid', MALFORMED, lambda f: f.forged_head(jwk=f.jwk, kid=ABSENT)),
    ('jwks in the header', SIGNATURE, lambda f: f.forged_head(jwks={'keys': [f.jwk]})),
    ('jku that leads to the attacker', SIGNATURE, lambda f: f.forged_head(jku=f.attacker.fetch + 'jwks.json')),
    ('jku under a kid of its own', KEY, lambda f: f.forged_head(jku=f.attacker.fetch + 'jwks.json', kid='la')),
    ('jku to a file', SIGNATURE, lambda f: f.forged_head(jku='file://' + f.keys.path(f.kid))),
    ('x5u that leads to the attacker', SIGNATURE, lambda f: f.forged_head(x5u=f.attacker.fetch + 'chain.pem')),
    ('x5c with a certificate', SIGNATURE, lambda f: f.forged_head(x5c=[encode(f.attacker.certificate)])),
    ('x5t of a certificate', SIGNATURE,
     lambda f: f.forged_head(x5t=encode(hashlib.sha1(f.attacker.certificate).digest()))),
    ('x5t#S256 of a certificate', SIGNATURE,
     lambda f: f.forged_head(**{'x5t#S256': encode(hashlib.sha256(f.attacker.certificate).digest())})),
    ('iss that leads to the attacker', SIGNATURE,
     lambda f: f.whole(body={**f.claims, 'iss': f.attacker.fetch}, sign=f.by_attacker)),
)

# --- header: kid, which finds the key

PATHS = ('../../etc/passwd', 'file:///dev/null', '..%2f..%2fdev%2fnull', '/proc/self/environ', 'hs1/../hs1', '\\\\x\\y',
         "' or 1=1 --", "hs1' union select 'x", 'hs1;drop table kstthc.agency', '$(id)', '`id`', '%s%n', '{{7*7}}',
         'hs1,rs1', 'hs1=HS256', '<hs1>', '"hs1"')
LIKE = (' %s', '%s ', '%s\n', '\t%s', '%s\u200b', '\ufeff%s', '%s\u0301', '\uff48%s', '%s\u202e', '%s\x7f')
KIDS = (
    *rows_of('kid', MALFORMED, PATHS,
             lambda f, kid: f.head(kid=kid, sign=hmac_sign(b'') if f.alg == 'HS256' else None)),
    *rows_of('kid like', MALFORMED, LIKE, lambda f, form: f.head(kid=form % f.kid)),
    *rows_of('kid', KEY, ('.', '..', '-', '_', 'a' * 64), lambda f, kid: f.head(kid=kid)),
    *rows_of('kid', MALFORMED, ('a' * 65, 'a' * 5000, True, 1.5, -1, None, [['hs1']], {'kid': 'hs1'}, ABSENT),
             lambda f, kid: f.head(kid=kid)),
    ('kid in Cyrillic', MALFORMED, lambda f: f.head(kid=f.kid.replace('s', '\u0455'))),
    ('kid in capitals', KEY, lambda f: f.head(kid=f.kid.upper())),
    ('kid cut off', KEY, lambda f: f.head(kid=f.kid[:-1])),
    ('kid with one letter more', KEY, lambda f: f.head(kid=f.kid + '1')),
    ('kid in a list', MALFORMED, lambda f: f.head(kid=[f.kid])),
    ('kid with NUL in the middle', MALFORMED, lambda f: f.head(kid=f.kid + '\0' + f.kid)),
    ('Kid instead', MALFORMED, lambda f: f.head(kid=ABSENT, Kid=f.kid)),
    ('kid of the service itself', SIGNATURE, lambda f: f.head(kid=f.own_kid, alg='ES256', sign=f.by_attacker)),
    ('kid of the service itself, our key', SIGNATURE, lambda f: f.head(kid=f.own_kid, alg='ES256')),
)

# --- header: alg, typ, extensions, and its JSON

ALGS = (
    *rows_of('alg like', ALGORITHM, ('%s\n', '\t%s', '%s\u200b', '\ufeff%s', '%s,none', 'none,%s', '%s.', '"%s"',
                                     '%s\u0130', 'x-%s'), lambda f, form: f.head(alg=form % f.alg)),
    *rows_of('alg', ALGORITHM, ('\uff28\uff33256', 'H\u0405256', 'E\u0405256', 'R\u0405256', 'ES256K', 'EdDSA', 'dir',
                                'RSA1_5', 'A128KW', 'HMAC', 'sha256', '256', 'x' * 2000),
             lambda f, alg: f.head(alg=alg)),
    *rows_of('alg', MALFORMED, (None, 256.0, -1, [], [['HS256']], {'alg': 'HS256'}, False, ABSENT),
             lambda f, alg: f.head(alg=alg)),
    ('alg in a list of two', MALFORMED, lambda f: f.head(alg=[f.alg, 'none'])),
    ('Alg instead', MALFORMED, lambda f: f.head(alg=ABSENT, Alg=f.alg)),
    ('alg cut at a NUL', MALFORMED, lambda f: f.head(alg=f.alg + '\0none')),
    ('alg under enc', MALFORMED, lambda f: f.head(alg=ABSENT, enc=f.alg)),
)
TYPS = (
    *rows_of('typ', MALFORMED, ('JWS', 'JOSE+JSON', 'id_token', 'jwt+x', 'secevent+jwt', 'logout+jwt',
                                'token-introspection+jwt', 'JWT ', ' JWT', 'JWT\n', 'JWT\0', '\uff2aWT', 'at+jwt;a=b',
                                ['JWT'], {'JWT': 1}, True, None, 0), lambda f, typ: f.head(typ=typ)),
)
EXTENSIONS = (
    *rows_of('crit', MALFORMED, (None, [''], ['alg'], ['exp', 'nbf'], [1], {'exp': 1}, True, ['crit'],
                                 ['http://openid.net/specs/x']), lambda f, crit: f.head(crit=crit, exp=FAR)),
    ('crit by an escape', MALFORMED, lambda f: f.head_text('{', '{"cr\\u0069t":["exp"],')),
    ('b64 false, the payload in the open', MALFORMED, lambda f: f.join(
        encode(text_of({**f.header, 'b64': False, 'crit': ['b64']})), text_of(f.claims).decode())),
    ('b64 false, detached', MALFORMED, lambda f: f.unencoded(crit=True, detached=True)),
    ('b64 false, without crit', SIGNATURE, lambda f: f.unencoded(crit=False, detached=False)),
    ('b64 false, detached, without crit', MALFORMED, lambda f: f.unencoded(crit=False, detached=True)),
    ('zip DEF', MALFORMED, lambda f: f.deflated()),
    ('zip DEF, raw', MALFORMED, lambda f: f.deflated(lambda data: zlib.compress(data)[2:-4])),
    ('cty JWT, nested', MALFORMED, lambda f: f.whole({**f.header, 'cty': 'JWT'}, f.good().encode())),
    ('cty JWT, nested as text', MALFORMED, lambda f: f.whole({**f.header, 'cty': 'JWT'}, text_of(f.good()))),
    ('epk and ECDH-ES', ALGORITHM, lambda f: f.head(alg='ECDH-ES', enc='A128GCM', epk=f.attacker.jwks['ES256'])),
    ('JWE of five parts, dir', MALFORMED, lambda f: f.encrypted('dir')),
    ('JWE of five parts, our alg', MALFORMED, lambda f: f.encrypted(f.alg)),
    ('JWE of five parts, ECDH-ES', MALFORMED, lambda f: f.encrypted('ECDH-ES', epk=f.attacker.jwks['ES256'])),
    ('JWE of three parts', ALGORITHM, lambda f: f.encrypted('dir', parts=3)),
    ('JWE of four parts', MALFORMED, lambda f: f.encrypted('dir', parts=4)),
)
HEADER_JSON = (
    ('alg twice', MALFORMED, lambda f: f.head_twice('alg', f.alg)),
    ('alg twice, none last', MALFORMED, lambda f: f.head_twice('alg', 'none', last=True)),
    ('alg twice by an escape', MALFORMED, lambda f: f.head_twice('alg', 'none', escaped=True)),
    ('alg twice by an escape, last', MALFORMED, lambda f: f.head_twice('alg', 'none', escaped=True, last=True)),
    ('kid twice by an escape', MALFORMED, lambda f: f.head_twice('kid', 'la', escaped=True)),
    ('kid twice by an escape, last', MALFORMED, lambda f: f.head_twice('kid', 'la', escaped=True, last=True)),
    ('typ twice', MALFORMED, lambda f: f.head_twice('typ', 'JWT')),
    ('twice deep inside', MALFORMED, lambda f: f.head_text('{', '{"x":[{"a":1,"a":2}],')),
    ('header with a comma too many', MALFORMED, lambda f: f.head_text('}', ',}')),
    ('header with a comment', MALFORMED, lambda f: f.head_text('{', '{/**/')),
    ('header in single quotes', MALFORMED, lambda f: f.whole(text_of(f.header).replace(b'"', b"'"))),
    ('header with NaN', MALFORMED, lambda f: f.head_text('{', '{"x":NaN,')),
    ('header behind a BOM', MALFORMED, lambda f: f.whole(b'\xef\xbb\xbf' + text_of(f.header))),
    ('header in UTF-16', MALFORMED, lambda f: f.whole(text_of(f.header).decode().encode('utf-16'))),
    ('header with half a surrogate', MALFORMED, lambda f: f.head_text('{', '{"x":"\\ud800",')),
    ('header in overlong UTF-8', MALFORMED, lambda f: f.whole(text_of(f.header).replace(b'JWT', b'\xc1\x8aWT'))),
    ('header twice', MALFORMED, lambda f: f.whole(text_of(f.header) * 2)),
    ('header in a list', MALFORMED, lambda f: f.whole([f.header])),
    ('header as a text', MALFORMED, lambda f: f.whole(text_of(text_of(f.header).decode()))),
)

# --- claims: who made it, for whom, and when

NAMES = ('kstthcx', 'xkstthc', 'kst', 'Kstthc', 'kstthc/', '/kstthc', ' kstthc', 'kstthc\n', 'https://kstthc',
         'kstthc,x', 'k\u0455tthc', 'kstthc\u200b', 'kstthc\u0301', '\uff4bstthc', '', '*', '%')
OTHER_TYPES = (1, 0, True, False, 1.5, {'kstthc': 'kstthc'}, {}, None)
PARTIES = (
    *rows_of('iss', ISSUER, NAMES, lambda f, value: f.body(iss=value)),
    *rows_of('iss', CLAIM, (*OTHER_TYPES, [['kstthc']], ['kstthc', 'x']), lambda f, value: f.body(iss=value)),
    *rows_of('aud', AUDIENCE, (*NAMES, 'kstthc x', ['Kstthc'], ['kstthc/', 'xkstthc'], ['']),
             lambda f, value: f.body(aud=value)),
    *rows_of('aud', CLAIM, (*OTHER_TYPES, [['kstthc']], [{'kstthc': 1}], ['kstthc', None], ['kstthc', ['x']]),
             lambda f, value: f.body(aud=value)),
    ('aud of too many', CLAIM, lambda f: f.body(aud=['x'] * ENTRIES_MAX + ['kstthc'])),
    ('azp instead of aud', AUDIENCE, lambda f: f.body(aud=ABSENT, azp='kstthc')),
)
NO_TIME = (None, False, '', 'now', '2099-01-01T00:00:00Z', {}, {'exp': FAR}, [], [FAR], '%d' % FAR, '0x7fffffff')
DIGITS = ('1e10', '4102444800.0', '41024448E2', '9223372036854775807', '-9223372036854775808', '253402300800', '-1')
NO_NUMBER = ('1e400', '-1e400', '9223372036854775808', '1' + '0' * 300, 'NaN', 'Infinity', '+4102444800', '04102444800',
             '0x7fffffff', '4102444800,', "'4102444800'", 'FAR', '')
TIMES = (
    *(row for name in ('exp', 'nbf', 'iat') for row in (
        *rows_of(name, CLAIM, NO_TIME, lambda f, value, name=name: f.body(**{name: value})),
        *rows_of(name, CLAIM, DIGITS, lambda f, value, name=name: f.number(name, value)),
        *rows_of(name + ' as digits', MALFORMED, NO_NUMBER, lambda f, value, name=name: f.number(name, value)))),
    ('no exp', CLAIM, lambda f: f.body(exp=ABSENT)),
    ('Exp instead', CLAIM, lambda f: f.body(exp=ABSENT, Exp=FAR)),
    ('exp in milliseconds', CLAIM, lambda f: f.body(exp=(now() + 600) * 1000)),
    ('exp one day ago', EXPIRED, lambda f: f.body(exp=now() - 86400)),
    ('exp just beyond the leeway', EXPIRED, lambda f: f.body(exp=now() - 31)),
    ('exp -0', EXPIRED, lambda f: f.number('exp', '-0')),
    ('nbf tomorrow', EARLY, lambda f: f.body(nbf=now() + 86400, exp=now() + 90000)),
    ('nbf after exp', EARLY, lambda f: f.body(nbf=now() + 700)),
    ('iat tomorrow', EARLY, lambda f: f.body(iat=now() + 86400, exp=now() + 90000)),
    ('iat after exp', EARLY, lambda f: f.body(iat=now() + 700)),
    ('iat in milliseconds', CLAIM, lambda f: f.body(iat=now() * 1000)),
)

# --- claims: what is granted to whom

SUBJECTS = (
    *rows_of('sub', CLAIM, ('', '\t', 'a\x1f', 'a\x7f', 'a\u0085b', 'a\u200eb', '\ufeffa', 'a\u2028b',
                            'a\u2066b', 'a\ue000b', 'a\U000e0041b', 'a\ufffeb', '\u0102' * 64, 'a' * 4000, True, None,
                            0, 1.5, [], ['a'], {'a': 'a'}, ABSENT), lambda f, value: f.body(sub=value)),
    ('sub with half a surrogate', MALFORMED, lambda f: f.body(sub='a\ud800')),
    ('sub with NUL', MALFORMED, lambda f: f.body(sub='a\0b')),
    ('sub in broken UTF-8', MALFORMED, lambda f: f.whole(body=text_of(f.claims).replace(b'ke-gia', b'ke\xff'))),
    ('client_id instead of sub', CLAIM, lambda f: f.body(sub=ABSENT, client_id='ke-gia-mao')),
)
ROLES = (
    *rows_of('roles', SCOPE, ('public', ['public'], 'SYNC', ['Sync'], ['sync '], ['sync,office'], 'sync;office',
                              'sync\n', '\tsync', ['s\u0443nc'], ['\uff53ync'], ['sync\u0301'], ['sync\u200b'], ['*'],
                              ['%'], ['syn'], ['synchro'], ['role:sync'], ['/sync'], [''], 'admin', ['ADMIN'],
                              ['admin', 'office', 'agency-x', 'viewer'], ['-1'], ['32'], ABSENT),
             lambda f, value: f.body(roles=value)),
    *rows_of('roles', CLAIM, ({'sync': 'sync'}, {'0': 'sync'}, {'roles': ['sync']}, [['sync']], [{'role': 'sync'}],
                              ['sync', None], ['sync', 1], [True], 16, 1.5, True, False, None),
             lambda f, value: f.body(roles=value)),
    *rows_of('roles', MALFORMED, ('sync\0', ['sync\0admin'], ['\ud800sync']), lambda f, value: f.body(roles=value)),
    ('roles, too many', CLAIM, lambda f: f.body(roles=['x'] * ENTRIES_MAX + ['sync'])),
    ('roles, too many words', CLAIM, lambda f: f.body(roles='x ' * ENTRIES_MAX + 'sync')),
    ('role instead of roles', SCOPE, lambda f: f.body(roles=ABSENT, role='sync', scope='sync', Roles=['sync'])),
    ('roles of Keycloak', SCOPE, lambda f: f.body(roles=ABSENT, realm_access={'roles': ['sync']},
                                                  groups=['sync'], authorities=['ROLE_SYNC'])),
    ('roles in the header', SCOPE, lambda f: f.whole({**f.header, 'roles': ['sync']},
                                                     {**f.claims, 'roles': ['viewer']})),
    ('a name with dots for a path', SCOPE, lambda f: f.body(roles=ABSENT, **{'roles.0': 'sync', '/roles': ['sync']})),
)
AGENCIES = (
    *rows_of('agency', CLAIM, ('../../so-y-te', 'so-y-te/../so-tu-phap', '..%2fso-y-te', '/so-y-te', 'So-Y-Te',
                               'so-y-te ', ' so-y-te', 'so y te', 'so-y-te\n', "so-y-te'--", 'so-y-te,so-tu-phap',
                               '{so-y-te}', '*', '%', 'so_y_te', 's\u043e-y-te', 'so-y-te\u200b', 'x' * 4000, {}, [],
                               {'code': 'so-y-te'}, True, 0, 1.5, ['so-y-te', 'so-tu-phap'], ['so-y-te', 7]),
             lambda f, value: f.body(agency=value, roles=['agency', 'sync'])),
    *rows_of('agency without the role', CLAIM, ('', 'So-Y-Te', [['so-y-te']], 7, 'x' * 65),
             lambda f, value: f.body(agency=value)),
    ('agency, too many times', CLAIM,
     lambda f: f.body(agency=['y'] * (ENTRIES_MAX + 1), roles=['agency', 'sync'])),
    ('agency with NUL', MALFORMED, lambda f: f.body(agency='so-y-te\0x', roles=['agency', 'sync'])),
    ('the role agency and no agency', CLAIM, lambda f: f.body(roles=['agency', 'sync'])),
    ('the role agency and null', CLAIM, lambda f: f.body(roles=['agency', 'sync'], agency=None)),
)
DUPLICATES = (
    *rows_of('twice', MALFORMED, ('iss', 'aud', 'sub', 'exp', 'iat', 'roles'), lambda f, name: f.twice(name, 'x')),
    *rows_of('twice by an escape', MALFORMED, ('iss', 'aud', 'sub', 'exp', 'iat', 'roles'),
             lambda f, name: f.twice(name, 'x', escaped=True)),
    *rows_of('twice the same', MALFORMED, ('iss', 'aud', 'sub'), lambda f, name: f.twice(name, f.claims[name])),
    ('twice, what is not ours', MALFORMED, lambda f: f.body_text('{', '{"x":1,"x":1,')),
    ('twice, deep inside', MALFORMED, lambda f: f.body_text('{', '{"x":[[{"a":1,"\\u0061":2}]],')),
    ('twice agency', MALFORMED, lambda f: f.body_text('{', '{"agency":"so-y-te","agency":"so-tu-phap",')),
)
