"""Which web pages may read replies."""

import contextlib

from client import VARY, check, equal
from test_traps_limits import serving

TASK = '/v1/tasks/kstthc-2025.29'
PORTAL = 'https://portal.example'
OURS = 'access-control-'
EXPOSED = ('ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, WWW-Authenticate')
STRANGERS = ('https://other.example', 'http://portal.example', 'https://portal.example:8443', 'https://portal.example/',
             'https://PORTAL.example', 'https://portal.example.evil', 'null', '*', '', PORTAL + ', ' + PORTAL)


@contextlib.contextmanager
def allowing(api, origins, **settings):
    with serving(api, KSTTHC_CORS_ORIGINS=origins, **settings) as service:
        service.vary = VARY + ', Origin'
        yield service


def granted(reply):
    return {name: value for name, value in reply.headers.items() if name.startswith(OURS)}


def ask_first(service, path, origin, method='PATCH', **more):
    headers = {'Origin': origin, 'Access-Control-Request-Method': method,
               'Access-Control-Request-Headers': 'authorization,if-match', **more}
    return service.ok('OPTIONS', path, headers=headers, status=204)


def test_none_by_default(api):
    for reply in (api.get(TASK, headers={'Origin': PORTAL}), ask_first(api, TASK, PORTAL)):
        equal(granted(reply), {}, 'headers')


def test_a_page_of_the_list_reads(api):
    with allowing(api, 'https://portal.example,http://localhost:3000, http://[::1]:3000') as service:
        for origin in (PORTAL, 'http://localhost:3000', 'http://[::1]:3000'):
            wanted = {OURS + 'allow-origin': origin, OURS + 'expose-headers': EXPOSED}
            sent = {'Origin': origin}
            equal(granted(service.ok('GET', TASK, headers=sent)), wanted, 'headers')
            equal(granted(service.ok('HEAD', TASK, headers=sent)), wanted, 'headers of HEAD')
            etag = service.get(TASK).etag
            equal(granted(service.ok('GET', TASK, headers={**sent, 'If-None-Match': etag}, status=304)), wanted, '304')
            for reply in (service.get('/v1/nothing', headers=sent), service.get('/v1/tasks?la=1', headers=sent),
                          service.call('POST', '/v1/tasks', {}, headers=sent), service.get('/%zz', headers=sent)):
                check(reply.status >= 400, '%r', reply)
                equal(granted(reply), wanted, 'headers of a problem')


def test_others_do_not(api):
    with allowing(api, PORTAL) as service:
        for origin in STRANGERS:
            for reply in (service.ok('GET', TASK, headers={'Origin': origin}), ask_first(service, TASK, origin)):
                equal(granted(reply), {}, 'headers for %r' % origin)
        equal(granted(service.ok('GET', TASK)), {}, 'headers without an origin')


def test_preflight(api):
    with allowing(api, PORTAL) as service:
        for path in (TASK, '/v1/tasks', '/v1/agencies/so-tu-phap'):
            reply = ask_first(service, path, PORTAL)
            equal(granted(reply), {
                OURS + 'allow-origin': PORTAL,
                OURS + 'allow-methods': reply.headers['allow'],
                OURS + 'allow-headers': 'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, '
                                        'Accept-Language, X-Request-Id, traceparent',
                OURS + 'max-age': '600',
                OURS + 'expose-headers': EXPOSED,
            }, 'headers')
        check('PATCH' in ask_first(service, TASK, PORTAL).headers[OURS + 'allow-methods'], 'no PATCH')
        plain = service.ok('OPTIONS', TASK, headers={'Origin': PORTAL}, status=204)
        check(OURS + 'allow-methods' not in plain.headers, 'no preflight, but %r', plain.headers)
        reply = service.call('OPTIONS', '/v1/plans/parse', door='back', headers={
            'Origin': PORTAL, 'Access-Control-Request-Method': 'POST'})
        equal((reply.status, reply.headers.get(OURS + 'allow-methods')), (204, 'POST, OPTIONS'), 'at the back door')


def test_everyone(api):
    with allowing(api, '*', KSTTHC_LIMIT_PUBLIC='3/60') as service:
        for origin in (PORTAL, 'null', 'http://x.example:1'):
            equal(service.ok('GET', TASK, headers={'Origin': origin}).headers.get(OURS + 'allow-origin'), '*', origin)
        reply = service.get(TASK, headers={'Origin': PORTAL}).is_problem(429, 'too_many_requests')
        equal(reply.headers.get(OURS + 'allow-origin'), '*', 'of 429')
        check(OURS + 'allow-credentials' not in reply.headers, 'credentials')
