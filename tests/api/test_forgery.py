"""Forged tokens over HTTP, for each algorithm, and the ways a token may not come in by.

The tables are in forgeries.py and forgeries_signed.py.
"""

import base64
import contextlib
import json
import socket
import urllib.parse

import forgeries as of
import forgeries_signed as signed
from client import check, equal
from forge import ALGORITHMS, SUBJECT, TOKEN_MAX_BYTES, Attacker, Forge
from jwt import Maker

EVERY = (of.OFFERED + of.KIDS + of.ALGS + of.TYPS + of.EXTENSIONS + of.HEADER_JSON + of.PARTIES + of.TIMES +
         of.SUBJECTS + of.ROLES + of.AGENCIES + of.DUPLICATES + signed.EVERY_KEY + signed.ENCODINGS)
OWN = {'HS256': signed.SECRETS, 'RS256': signed.RSA, 'ES256': signed.EC}
CONTROLS = {'HS256': (), 'RS256': signed.RSA_CONTROLS, 'ES256': signed.EC_CONTROLS}
LEAST = 40  # of each algorithm, beside test_traps_jwt
PATH = '/v1/changes?limit=1'


@contextlib.contextmanager
def listening():
    """Where a jku or x5u leads: whoever fetches it has connected."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        server.settimeout(0.2)
        yield server
        with contextlib.suppress(socket.timeout):
            server.accept()[0].close()
            raise AssertionError('the service fetched a key that a token named')


def own_kid(api):
    head = api.token('sync').split('.')[0]
    return json.loads(base64.urlsafe_b64decode(head + '=='))['kid']


@contextlib.contextmanager
def forges(api):
    with listening() as server:
        attacker = Attacker(api.keys, 'http://127.0.0.1:%d/' % server.getsockname()[1])
        yield [Forge(api.keys, alg, attacker, own_kid(api)) for alg in ALGORITHMS]


def probe(api, value):
    value = value.encode() if isinstance(value, str) else value
    return api.get(PATH, headers={'Authorization': b'Bearer ' + value})


def wrong_answer(reply, reason):
    """What is wrong with the refusal, or None."""
    challenge = reply.headers.get('www-authenticate', '')
    if reason is of.SCOPE:
        wanted = (403, 'Bearer realm="kstthc", error="insufficient_scope", scope="sync"')
    else:
        wanted = (401, 'Bearer realm="kstthc", error="invalid_token", error_description="%s"' % reason)
    if (reply.status, challenge) != wanted:
        return 'got %r %s, wanted %r' % (reply, challenge, wanted)
    return 'the subject is repeated' if SUBJECT.encode() in reply.body else None


def run_table(api, forge):
    """Names of the rows that did not end as they should, with what came instead."""
    wrong = []
    seen = {forge.good(): 'the good one'}
    for name, reason, make in EVERY + OWN[forge.alg]:
        value = make(forge)
        check(value not in seen, '%s: %s is the same token as %s', forge.alg, name, seen.get(value))
        seen[value] = name
        answer = wrong_answer(probe(api, value), reason)
        if answer:
            wrong.append('%s, %s: %s' % (forge.alg, name, answer))
    return wrong


def good_passes(api, forge, when):
    for name, make in (('the good one', Forge.good), ('again', Forge.good), ('a new one', lambda f: f.body(jti=when)),
                       *signed.CONTROLS, *CONTROLS[forge.alg]):
        reply = probe(api, make(forge))
        check(reply.status == 200, '%s %s, %s: %r %r', forge.alg, when, name, reply,
              reply.headers.get('www-authenticate'))


def test_the_table_is_large_enough(_):
    for alg in ALGORITHMS:
        names = [name for name, _, _ in EVERY + OWN[alg]]
        check(len(names) >= LEAST, '%d mutations of %s', len(names), alg)
        equal(sorted({name for name in names if names.count(name) > 1}), [], 'names of two rows')


def test_forged_tokens(api):
    wrong = []
    with forges(api) as made:
        for forge in made:
            good_passes(api, forge, 'before')
            wrong += run_table(api, forge)
            good_passes(api, forge, 'after')
    check(not wrong, '%d are not refused as they should:\n%s', len(wrong), '\n'.join(wrong))
    log = api.log_text()
    for secret in (SUBJECT, 'etc/passwd', 'union select', api.keys.secret.decode()):
        check(secret not in log, '%s stands in the log', secret)


# sizes

def test_the_greatest_token(api):
    with forges(api) as made:
        for forge in made:
            for size in (TOKEN_MAX_BYTES - 1, TOKEN_MAX_BYTES):
                equal(probe(api, forge.sized(size)).status, 200, 'status of %s of %d bytes' % (forge.alg, size))
            equal(probe(api, forge.sized(TOKEN_MAX_BYTES + 1)).status, 401, 'status of one byte more')


def sent(api, *lines, path=PATH, method='GET', body=b''):
    """Status of the only reply to a request of these lines; None when the connection ends without one."""
    head = b'\r\n'.join((b'%s %s HTTP/1.1' % (method.encode(), path.encode()), b'Host: localhost',
                         b'Connection: close', *(line.encode() if isinstance(line, str) else line for line in lines)))
    try:
        replies, closed = api.raw(head + b'\r\n\r\n' + body, wait=10)
    except ConnectionResetError:
        return None
    check(closed and len(replies) <= 1, '%d replies to %r, closed %r', len(replies), head[:100], closed)
    return replies[0].status if replies else None


def test_headers_beyond_all_bounds(api):
    """Good tokens, but for their size. Beyond a connection's memory libmicrohttpd answers, and may reset as we send."""
    with forges(api) as made:
        for forge in made:
            for size, wanted in ((16000, (401,)), (16384, (431,)), (32768, (431,)), (65536, (431, None)),
                                 (1 << 20, (431, None))):
                status = sent(api, 'Authorization: Bearer ' + forge.sized(size))
                check(status in wanted, '%s of %d bytes: %s', forge.alg, size, status)
            for size, wanted in ((9000, (401,)), (13000, (431,)), (1 << 20, (431, None))):
                status = sent(api, 'Authorization: Bearer ' + forge.head(kid='x' * size))
                check(status in wanted, '%s with a kid of %d bytes: %s', forge.alg, size, status)
            good_passes(api, forge, 'after great headers')


# forms of the header

def test_schemes(api):
    good = Maker(api.keys).make()
    basic = base64.b64encode(b':' + good.encode()).decode()
    for scheme in ('Bearer ', 'bearer ', 'BEARER ', 'bEaReR   '):
        equal(sent(api, 'Authorization: ' + scheme + good), 200, 'status for %r' % scheme)
    equal(sent(api, 'aUTHORIZATION:Bearer %s \t ' % good), 200, 'status with blanks behind')
    for value in ('JWT ' + good, 'Token ' + good, 'token ' + good, 'DPoP ' + good, 'OAuth ' + good, 'MAC ' + good,
                  'Negotiate ' + good, 'Digest ' + good, 'PoP ' + good, 'Basic ' + basic, 'Basic ' + good,
                  'Bearers ' + good, 'Beare ' + good, 'xBearer ' + good, 'Bearer=' + good, 'Bearer:' + good,
                  'Bearer,' + good, 'Bearer;' + good, 'Bearer\t' + good, 'Bearer\u00a0' + good, 'Bearer%20' + good,
                  'Bearer\x0b' + good, '"Bearer ' + good + '"', 'B\u0435arer ' + good, '\uff22earer ' + good,
                  'Basic ' + basic + ', Bearer ' + good, 'Bearer x, Bearer ' + good, 'Bearer x Bearer ' + good,
                  'Bearer realm="x", token="' + good + '"', 'Bearer access_token=' + good, ', Bearer ' + good,
                  'Bearer "' + good + '"', 'Bearer ' + good + ';', 'Bearer ' + good + '\x0b', 'Bearer ' + good + ' x',
                  'Bearer ' + good[:40] + ' ' + good[40:], good, '', ' ', 'Bearer', 'Bearer '):
        equal(sent(api, 'Authorization: ' + value), 401, 'status for %.40r' % value)


def test_a_public_route_refuses_what_it_cannot_read(api):
    """Who sends credentials takes himself for somebody: an answer meant for nobody would mislead him."""
    with forges(api) as made:
        path = '/v1/agencies?limit=1'
        equal(sent(api, path=path), 200, 'status without any')
        for forge in made:
            equal(sent(api, 'Authorization: Bearer ' + forge.good(), path=path), 200, 'status with a good one')
            for value in ('Token ' + forge.good(), 'Basic ' + forge.good(), forge.good(), '', 'Bearer', 'Bearer x',
                          'Bearer ' + forge.forged_head(), 'Bearer ' + forge.body(exp=1),
                          'Bearer ' + forge.body(iss='x'), 'Bearer ' + forge.head(alg='none')):
                equal(sent(api, 'Authorization: ' + value, path=path), 401, 'status for %.40r' % value)


def test_bytes_that_no_header_has(api):
    good = Maker(api.keys).make()
    bearer = 'Authorization: Bearer '
    for line in (bearer + good[:40] + '\0' + good[40:], bearer + '\0' + good, 'Authorization: \0Bearer ' + good,
                 bearer.encode() + good.encode('utf-16'), bearer.encode() + good.encode('utf-16-be'),
                 bearer.encode() + b'\xef\xbb\xbf' + good.encode(), bearer.encode() + b'\xff' + good.encode(),
                 (bearer + good).encode('utf-16-le'), bearer + good[:40] + '\r' + good[40:],
                 bearer + good[:40] + '\n' + good[40:], bearer + good[:40] + '\r\n' + good[40:],
                 bearer + good[:40] + '\r\n ' + good[40:], bearer + good[:40] + '\r\n\t' + good[40:],
                 bearer + '\r\n ' + good, 'Authorization: \r\n Bearer ' + good, 'Authorization : Bearer ' + good,
                 ' Authorization: Bearer ' + good, 'Authorization Bearer ' + good, 'Authorization\0: Bearer ' + good,
                 'Authorization\t: Bearer ' + good, 'X: x\rAuthorization: Bearer ' + good):
        status = sent(api, line)
        check(status in (400, 401), 'status %s for %.60r', status, line)


def test_two_authorization_headers(api):
    good, other = Maker(api.keys).make(), Maker(api.keys).make('RS256')
    one = 'Authorization: Bearer '
    for lines in ((one + good, one + good), (one + good, one + other), (one + good, one + 'x'), (one + 'x', one + good),
                  (one + good, 'authorization: bearer ' + good), ('AUTHORIZATION: Basic eDp4', one + good),
                  (one + good, 'Authorization: '), ('Authorization:', one + good), (one + good,) * 3,
                  (one + good, 'X: x', one + other)):
        equal(sent(api, *lines), 401, 'status for %d headers' % len(lines))


# other ways in

def test_other_headers_are_no_way_in(api):
    good = Maker(api.keys).make()
    for name in ('X-Authorization', 'Proxy-Authorization', 'X-Access-Token', 'X-Auth-Token', 'Access-Token', 'Token',
                 'X-Api-Key', 'X-Forwarded-Authorization', 'X-Original-Authorization', 'Authorisation',
                 'Authentication',
                 'X-JWT-Assertion', 'Authorization_', 'Sec-WebSocket-Protocol', 'WWW-Authenticate',
                 'Forwarded'):
        for value in ('Bearer ' + good, good):
            equal(sent(api, name + ': ' + value), 401, 'status for ' + name)
    for name in ('X-Forwarded-User', 'X-Remote-User', 'Remote-User', 'X-User', 'X-Role', 'X-Roles', 'X-Scope',
                 'X-Forwarded-For', 'X-Real-IP', 'X-SSL-Client-Verify', 'X-Amzn-Oidc-Data', 'X-Agency'):
        for value in ('admin', 'sync', '127.0.0.1', 'SUCCESS'):
            equal(sent(api, name + ': ' + value), 401, 'status for ' + name)
    for name in ('X-Original-URL', 'X-Rewrite-URL', 'X-HTTP-Method-Override', 'X-Forwarded-Prefix'):
        equal(sent(api, name + ': /livez'), 401, 'status for ' + name)


def test_cookies_are_no_way_in(api):
    good = Maker(api.keys).make()
    for name in ('access_token', 'token', 'jwt', 'session', 'id_token', 'Authorization', 'auth', 'Bearer',
                 '__Host-token'):
        for value in (good, 'Bearer ' + good, 'Bearer%20' + good, '"%s"' % good):
            equal(sent(api, 'Cookie: %s=%s' % (name, value)), 401, 'status for the cookie ' + name)
    equal(sent(api, 'Cookie: ' + good), 401, 'status for a cookie without a name')
    equal(sent(api, 'Cookie: access_token=x', 'Authorization: Bearer ' + good), 200, 'a cookie beside a good token')


def test_the_address_is_no_way_in(api):
    good = Maker(api.keys).make()
    for name in ('access_token', 'token', 'authorization', 'Authorization', 'bearer', 'jwt', 'id_token', 'api_key'):
        equal(sent(api, path='/v1/changes?' + urllib.parse.urlencode({name: good})), 401, 'status for ?' + name)
        equal(sent(api, path='/v1/changes?' + urllib.parse.urlencode({name: 'Bearer ' + good})), 401, '?' + name)
    # A public route refuses it as it does any parameter that it does not know.
    equal(sent(api, path='/v1/agencies?access_token=' + good), 400, 'status of a public route')
    for path in ('http://%s@localhost/v1/changes' % good, 'http://x:%s@localhost/v1/changes' % good,
                 '/v1/changes;access_token=' + good, '/v1/changes#access_token=' + good, '/v1/changes/' + good,
                 '//%s@localhost/v1/changes' % good):
        status = sent(api, path=path)
        check(status in (400, 401, 404), 'status %s for %.40r', status, path)


def test_the_body_is_no_way_in(api):
    good = Maker(api.keys).make()
    form = ('access_token=' + good).encode()
    for path, wanted in (('/v1/tasks', 401), ('/v1/changes', 405)):
        for media in ('application/x-www-form-urlencoded', 'application/json', 'multipart/form-data; boundary=x'):
            equal(sent(api, 'Content-Type: ' + media, 'Content-Length: %d' % len(form), path=path, method='POST',
                       body=form), wanted, 'status of %s as %s' % (path, media))
    # A trailer comes after the body, when it is too late to say who asks.
    chunked = b'2\r\n{}\r\n0\r\nAuthorization: Bearer %s\r\n\r\n' % good.encode()
    equal(sent(api, 'Content-Type: application/json', 'Transfer-Encoding: chunked', 'Trailer: Authorization',
               path='/v1/tasks', method='POST', body=chunked), 401, 'status with a trailer')
