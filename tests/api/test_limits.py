"""How often a caller may ask: each class of calls, whose count it is, what replies say about it."""

import contextlib
import http.client
import re
import socket
import subprocess
import time
import urllib.parse

from client import check, equal
from fixtures import store_client
from service import Service, clean_environment, free_ports, program
from test_process import sentence
from test_traps import ask
from test_traps_limits import serving

AGENCY = '/v1/agencies/so-tu-phap'


def told(reply):
    """(policy, count, seconds, remaining, seconds to full) of RateLimit-Policy and RateLimit."""
    policy = re.fullmatch(r'"(\w+)";q=(\d+);w=(\d+)', reply.headers.get('ratelimit-policy', ''))
    now = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', reply.headers.get('ratelimit', ''))
    check(policy and now and policy[1] == now[1], 'RateLimit of %r: %r', reply, reply.headers)
    return (policy[1],) + tuple(int(value) for value in (policy[2], policy[3], now[2], now[3]))


def spend(policy, count, seconds, status, send):
    """All that there is of a fresh limit, and one more."""
    for left in range(count - 1, -1, -1):
        reply = send()
        equal(reply.status, status, 'status with %d left' % left)
        got = told(reply)
        equal(got[:4], (policy, count, seconds, left), 'limit')
        check(1 <= got[4] <= seconds, 'seconds to full: %r', got)
        check('retry-after' not in reply.headers, 'Retry-After of %r', reply)
    over(policy, count, seconds, send)


def over(policy, count, seconds, send):
    reply = send().is_problem(429, 'too_many_requests')
    equal(told(reply)[:4], (policy, count, seconds, 0), 'limit')
    wait = int(reply.headers['retry-after'])
    check(1 <= wait <= -(-seconds // count), 'Retry-After: %d', wait)
    check(wait <= told(reply)[4] <= seconds, 'RateLimit %r with Retry-After %d', told(reply), wait)


def bad_token(service):
    return service.call('GET', AGENCY, headers={'Authorization': 'Bearer a.b.c'})


def bad_secret(service):
    return service.call('POST', '/v1/oauth/token', b'grant_type=client_credentials&client_id=x&client_secret=y',
                        headers={'Content-Type': 'application/x-www-form-urlencoded'})


def test_each_class_has_its_own(api):
    with serving(api, KSTTHC_LIMIT_PUBLIC='3/60', KSTTHC_LIMIT_READ='4/120', KSTTHC_LIMIT_WRITE='2/60',
                 KSTTHC_LIMIT_BULK='2/30', KSTTHC_LIMIT_LOGIN='3/60', KSTTHC_LIMIT_REFUSED='5/60') as service:
        spend('public', 3, 60, 200, lambda: service.get(AGENCY))
        spend('read', 4, 120, 200, lambda: service.get(AGENCY, 'office'))
        spend('write', 2, 60, 422, lambda: service.call('POST', '/v1/tasks', {}, role='office'))
        parse = {'door': 'back', 'headers': {'Content-Type': 'text/plain; charset=utf-8'}}
        spend('bulk', 2, 30, 401, lambda: service.call('POST', '/v1/plans/parse', b'x', **parse))
        spend('bulk', 2, 30, 403, lambda: service.call('POST', '/v1/plans/parse', b'x', role='viewer', **parse))
        # One class says nothing about another, one caller nothing about the next.
        equal(told(service.call('HEAD', AGENCY, role='viewer'))[3], 3, 'left after HEAD')
        for remaining in (2, 1, 0):
            equal(told(service.get(AGENCY, 'viewer'))[3], remaining, 'left')
        over('read', 4, 120, lambda: service.get(AGENCY, 'viewer'))
        spend('read', 4, 120, 200, lambda: service.get(AGENCY, 'agency', agency='so-tu-phap'))
        spend('read', 4, 120, 200, lambda: service.get(AGENCY, 'agency', agency='so-y-te'))
        spend('write', 2, 60, 403, lambda: service.call('POST', '/v1/tasks', {}, role='viewer'))
        for role in (None, 'office'):
            service.get(AGENCY, role).is_problem(429, 'too_many_requests')
        spend('refused', 5, 60, 401, lambda: bad_token(service))
        spend('login', 3, 60, 401, lambda: bad_secret(service))


def test_a_remembered_token_is_not_held_up_by_its_neighbours(api):
    with serving(api, KSTTHC_LIMIT_REFUSED='2/60', KSTTHC_LIMIT_PUBLIC='2/60') as service:
        service.ok('GET', AGENCY, role='office')
        spend('refused', 2, 60, 401, lambda: bad_token(service))
        spend('public', 2, 60, 401, lambda: service.call('POST', '/v1/tasks', {}))
        for _ in range(5):
            equal(told(service.ok('GET', AGENCY, role='office'))[0], 'read', 'policy')
        # Another one is not even verified now, right or wrong.
        over('refused', 2, 60, lambda: service.get(AGENCY, 'viewer'))


def test_every_way_of_wrong_credentials_counts(api):
    with serving(api, KSTTHC_LIMIT_REFUSED='4/60') as service:
        token = service.token('office')
        for header in ('Basic eDp5', 'Bearer', 'Bearer ' + 'a' * 9000, 'Bearer ' + token[:-4] + 'AAAA'):
            reply = service.get(AGENCY, headers={'Authorization': header}).is_problem(401, 'unauthorized')
            equal(told(reply)[0], 'refused', 'policy for %.20s' % header)
            check('www-authenticate' in reply.headers, 'no WWW-Authenticate')
        over('refused', 4, 60, lambda: bad_token(service))


def test_a_program_has_its_own_share_of_logins(api):
    """Whoever only knows its name cannot use it up."""
    proxy = {'KSTTHC_TRUSTED_PROXIES': '127.0.0.1'}
    client, secret = store_client(api)
    good = urllib.parse.urlencode({'grant_type': 'client_credentials', 'client_id': client['code'], 'client_secret': secret})
    bad = good.replace(secret, 'x')
    with serving(api, KSTTHC_LIMIT_LOGIN='3/60', **proxy) as service:
        def ask_from(address, form):
            return service.call('POST', '/v1/oauth/token', form.encode(), headers={
                'Content-Type': 'application/x-www-form-urlencoded', 'X-Forwarded-For': address})

        for number in range(9):
            ask_from('192.0.2.%d' % number, bad).is_problem(401, 'invalid_client')
        for number in range(3):
            equal(ask_from('198.51.100.%d' % number, good).status, 200, 'the program itself')
        ask_from('198.51.100.9', good).is_problem(429, 'too_many_requests')


def test_a_proxy_that_is_not_known_is_told_of(api):
    with serving(api) as service:
        for _ in range(3):
            service.ok('GET', AGENCY, headers={'X-Forwarded-For': '192.0.2.1'})
        lines = [line for line in service.log_text().splitlines() if 'KSTTHC_TRUSTED_PROXIES' in line]
        equal(len(lines), 1, 'warnings')
        check('192.0.2.1' not in lines[0] and '127.0.0.1' not in lines[0], 'an address in %r', lines[0])


def test_a_flood_does_not_fill_the_log(api):
    with serving(api, KSTTHC_LIMIT_PUBLIC='1/60') as service:
        connection = http.client.HTTPConnection('127.0.0.1', service.ports['front'], timeout=30)
        for _ in range(600):
            service.get(AGENCY, connection=connection)
        time.sleep(1.1)
        service.get(AGENCY)
        lines = [line for line in service.log_text().splitlines() if ' status=429 ' in line]
        check(20 <= len(lines) < 300, '%d lines for 600 requests', len(lines))
        unlogged = sum(int(number) for line in lines for number in re.findall(r' unlogged=(\d+)', line))
        equal(len(lines) + unlogged, 600, 'lines, and what they say was left out')


def test_what_is_not_limited(api):
    one = {'KSTTHC_LIMIT_' + name: '1/60' for name in ('PUBLIC', 'READ', 'WRITE', 'BULK', 'LOGIN', 'REFUSED')}
    with serving(api, **one) as service:
        for path in ('/livez', '/readyz', '/livez', '/readyz'):
            check('ratelimit' not in service.ok('GET', path).headers, 'RateLimit of %s', path)
        service.ok('OPTIONS', AGENCY, status=204)
        service.get('/v1/nothing').is_problem(404, 'no_such_route')
        service.ok('GET', '/openapi.yaml')
        service.get('/openapi.yaml').is_problem(429, 'too_many_requests')
    with serving(api, **{name: 'off' for name in one}) as service:
        for reply in (service.ok('GET', AGENCY), service.ok('GET', AGENCY, role='office'), bad_token(service)):
            check('ratelimit' not in reply.headers and 'ratelimit-policy' not in reply.headers, '%r', reply.headers)


def test_the_words_of_429(api):
    with serving(api, KSTTHC_LIMIT_PUBLIC='1/60') as service:
        service.ok('GET', AGENCY)
        for language, words in (('vi', 'Quá nhiều yêu cầu'), ('en', 'Too many requests')):
            reply = service.get(AGENCY, headers={'Accept-Language': language}).is_problem(429, 'too_many_requests')
            equal(reply.json['title'], words, 'title')
        equal(service.call('HEAD', AGENCY).status, 429, 'HEAD')


def test_it_fills_again(api):
    with serving(api, KSTTHC_LIMIT_PUBLIC='2/2') as service:
        for _ in range(2):
            while service.get(AGENCY).status == 200:
                pass
            reply = service.get(AGENCY)
            equal((reply.status, reply.headers.get('retry-after')), (429, '1'), 'status and Retry-After')
            time.sleep(1.05)
            service.ok('GET', AGENCY)


# whose address it is

def left(service, headers, **more):
    reply = service.get(AGENCY, headers=headers, **more)
    equal(reply.status, 200, 'status with %r' % headers)
    return told(reply)[3]


def of(address):
    return {'X-Forwarded-For': address}


def test_who_is_no_proxy_is_not_believed(api):
    for settings in ({}, {'KSTTHC_TRUSTED_PROXIES': '10.0.0.0/8,::1'}):
        with serving(api, KSTTHC_LIMIT_PUBLIC='9/60', **settings) as service:
            for number in range(9):
                sent = {'X-Forwarded-For': '192.0.2.%d' % number, 'Forwarded': 'for=192.0.2.%d' % number,
                        'X-Real-IP': '192.0.2.%d' % number}
                equal(left(service, sent), 8 - number, 'left')
            service.get(AGENCY, headers=of('192.0.2.77')).is_problem(429, 'too_many_requests')


def test_behind_a_proxy_each_address_has_its_own(api):
    with serving(api, KSTTHC_LIMIT_PUBLIC='9/60', KSTTHC_TRUSTED_PROXIES='127.0.0.1,10.0.0.0/8') as service:
        for want, sent in ((8, '192.0.2.1'), (7, '192.0.2.1'), (8, '192.0.2.2'), (6, '192.0.2.1, 10.1.2.3'),
                           (5, '192.0.2.2, 192.0.2.1'), (8, '2001:db8:1:2::1'), (7, '2001:db8:1:2:ffff::9'),
                           (8, '2001:db8:1:3::1'), (7, '[2001:db8:1:3::1]:4711'), (4, '::ffff:192.0.2.1'),
                           (8, 'unknown'), (7, '192.0.2.1, _hidden'), (6, '127.0.0.1')):
            equal(left(service, of(sent)), want, 'left of ' + sent)
        equal(left(service, {}), 5, 'left of the proxy itself')
        equal(left(service, {'Forwarded': 'for=192.0.2.99'}), 4, 'the other header')


def test_lines_of_one_header_keep_their_order(api):
    """The proxy's own line comes last, however the names of the others are written."""
    with serving(api, KSTTHC_LIMIT_PUBLIC='9/60', KSTTHC_TRUSTED_PROXIES='127.0.0.1') as service:
        forged = ('x-forwarded-for: 203.0.113.1', 'X-FORWARDED-FOR: 203.0.113.2', 'x-forwarded-for: 192.0.2.1')
        for number in range(3):
            replies, _ = service.raw(ask('GET', AGENCY, *forged), replies=1)
            equal(told(replies[0])[3], 8 - number, 'left')
        equal(left(service, of('192.0.2.1')), 5, 'left')
        equal(left(service, of('203.0.113.2')), 8, 'left')


def test_forwarded(api):
    with serving(api, KSTTHC_LIMIT_PUBLIC='9/60', KSTTHC_TRUSTED_PROXIES='127.0.0.1',
                 KSTTHC_FORWARDED_HEADER='forwarded') as service:
        for want, sent in ((8, 'for=192.0.2.1'), (7, 'for="192.0.2.1:80";proto=https'), (8, 'For="[2001:db8::1]"'),
                           (7, 'for=192.0.2.9, for="[2001:db8::2]:_x"'), (8, 'for=unknown'), (7, 'for="192.0.2.1')):
            equal(left(service, {'Forwarded': sent, **of('192.0.2.55')}), want, 'left of ' + sent)


@contextlib.contextmanager
def on_ipv6(api, **settings):
    """A service on [::1], and a function that asks it."""
    front, back = free_ports(2)
    service = Service(api.database, KSTTHC_LISTEN='[::1]:%d' % front, KSTTHC_BULK_LISTEN='[::1]:%d' % back,
                      KSTTHC_WORKERS='2', **settings)
    service.ports = {'front': front, 'back': back}

    def get(path=AGENCY, **more):
        with contextlib.closing(http.client.HTTPConnection('::1', front, timeout=10)) as connection:
            return service.get(path, connection=connection, **more)

    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                get('/readyz')
                break
            except OSError:
                check(time.monotonic() < deadline, 'not listening: %s', service.log_text()[-500:])
                time.sleep(0.05)
        yield service, get
    finally:
        equal(service.stop(), 0, 'exit status')


def test_an_ipv6_peer_is_known_whole(api):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(('::1', 0))
    except OSError:
        return
    with on_ipv6(api, KSTTHC_LIMIT_PUBLIC='9/60', KSTTHC_TRUSTED_PROXIES='::1') as (service, get):
        equal([told(get(headers=of(address)))[3] for address in
               ('2001:db8::1', '2001:db8::2', '2001:db8:0:1::1', '192.0.2.1')], [8, 7, 8, 8], 'left')
        equal(get(headers={'Authorization': 'Bearer a.b.c'}).status, 401, 'status')
        check(' address=loopback' in service.log_text(), 'no class in the log')
    # ::1 is not all of its network, nor is it what 16 bytes of its socket's address say.
    for trusted in ('::', '::2/128', '2001:db8::/32', '127.0.0.1'):
        with on_ipv6(api, KSTTHC_LIMIT_PUBLIC='9/60', KSTTHC_TRUSTED_PROXIES=trusted) as (_, get):
            equal([told(get(headers=of('192.0.2.%d' % number)))[3] for number in range(2)], [8, 7], 'left')


# what stands in the log

def test_refused_callers_have_a_class_in_the_log(api):
    with serving(api, KSTTHC_LIMIT_PUBLIC='1/60', KSTTHC_TRUSTED_PROXIES='127.0.0.1') as service:
        wanted = []
        for address, kind in (('192.0.2.17', 'public4'), ('2001:db8:77::1', 'public6'), ('10.11.12.13', 'private'),
                              ('unknown', 'loopback')):
            for status, role, method in ((200, None, 'GET'), (429, None, 'GET'), (403, 'viewer', 'POST')):
                body = {} if method == 'POST' else None
                reply = service.call(method, '/v1/tasks', body, role=role, headers=of(address))
                equal(reply.status, status, 'status of %s' % address)
                wanted.append((reply.headers['x-request-id'], status, kind if status > 400 else None))
        log = service.log_text()
    for request, status, kind in wanted:
        line = next(line for line in log.splitlines() if 'request_id=' + request in line)
        check('status=%d' % status in line, '%s', line)
        equal(re.findall(r' address=(\S+)', line), [kind] if kind else [], 'class in ' + line)
    for address in ('192.0.2.17', '2001:db8:77', '10.11.12.13'):
        check(address not in log, '%s stands in the log', address)


# settings

def test_wrong_settings_are_named(api):
    environment = {**clean_environment(), **api.database.environment()}
    rates = ('0/60', '10', '10/0', 'x', '-1/60', '10/60/2', '10/100000', '/', '1/', '/1', 'Off', '9999999999/1', ' 1/1',
             '1' * 30 + '/1')
    for name, values in (('KSTTHC_LIMIT_PUBLIC', rates), ('KSTTHC_LIMIT_ENTRIES', ('1', '-1', 'x')),
                         ('KSTTHC_FORWARDED_HEADER', ('x', 'x-forwarded-for|forwarded', 'forward', 'Forwarded', '|'))):
        for value in values:
            sentence({**environment, name: value}, '%s is "%s"' % (name, value), arguments=('config',))
    for name, value, part in (
            ('KSTTHC_TRUSTED_PROXIES', '::1, 10.0.0.1/8', '10.0.0.1/8'), ('KSTTHC_TRUSTED_PROXIES', 'a.example', 'a.example'),
            ('KSTTHC_CORS_ORIGINS', 'example', 'example'), ('KSTTHC_CORS_ORIGINS', 'https://a.example/', 'https://a.example/'),
            ('KSTTHC_CORS_ORIGINS', 'https://a.example:443', ':443'), ('KSTTHC_CORS_ORIGINS', '*,https://a.example', '*')):
        sentence({**environment, name: value}, '%s has "' % name, part + '"')
    sentence({**environment, 'KSTTHC_TRUSTED_PROXIES': '127.0.0.1,' * 64 + '::1'}, 'KSTTHC_TRUSTED_PROXIES has more')
    sentence({**environment, 'KSTTHC_CORS_ORIGINS': 'http://a,' * 65}, 'KSTTHC_CORS_ORIGINS has more')


def test_settings_are_printed(api):
    environment = {**clean_environment(), 'KSTTHC_LIMIT_BULK': 'off'}
    done = subprocess.run([program(), 'config'], env=environment, capture_output=True, text=True, timeout=20, check=True)
    for line in ('KSTTHC_LIMIT_READ=6000/60 ', 'KSTTHC_LIMIT_BULK=off ', 'KSTTHC_LIMIT_ENTRIES=65536 ',
                 'KSTTHC_FORWARDED_HEADER=x-forwarded-for '):
        check('\n' + line in done.stdout, 'no line %s', line)
