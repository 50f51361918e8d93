"""Each route of the table: every caller, bad body, not found, wrong method, and the rest of what is checked before
anything runs."""

import re
import urllib.parse

from callers import ALLOWED, CALLERS, FORBIDDEN, FOREIGN, HOME, UNAUTHORIZED, expected, own_agency
from client import Failure, check, equal
from service import program
from table import FORM, JSON, ROUTES
import subprocess

OTHER = {'front': 'back', 'back': 'front'}


def bare(path):
    return path.split('?')[0]


def absent_path(route):
    return re.sub(':[a-z]+', 'khong-co', route.path)


def request(route, api):
    """A good request with the headers a writer needs, made of things that exist."""
    path, body, headers = route.good(api)
    return path, encoded(route, body), {**route.headers, **headers}


def encoded(route, body):
    if route.consumes == FORM and isinstance(body, dict):
        return urllib.parse.urlencode(body).encode()
    return body


def cases(api):
    yield 'table_is_complete', complete
    for route in ROUTES:
        for name, test in tests_of(route):
            yield '%s_%s' % (route.operation, name), lambda route=route, test=test: test(api, route)
    for path in sorted({route.path for route in ROUTES}):
        yield 'methods_of_%s' % path, lambda path=path: methods(api, path)


def tests_of(route):
    yield 'every_caller', every_caller
    yield 'invalid_token', invalid_token
    yield 'wrong_door', wrong_door
    yield 'unknown_parameter', unknown_parameter
    yield 'language', language
    if ':' in route.path:
        yield 'not_found', not_found
        if not route.secret_path:
            yield 'bad_path', bad_path
    if route.method == 'GET':
        yield 'head', head
    if route.statuses != (204,):
        yield 'not_acceptable', not_acceptable
    if route.bad_query:
        yield 'bad_query', bad_query
    if route.takes_body:
        yield 'wrong_type', wrong_type
        yield 'too_large', too_large
        yield 'bad_body', bad_body
        if 'json' in route.consumes:
            yield 'not_json', not_json
    if route.method in ('PUT', 'PATCH', 'DELETE'):
        yield 'precondition_required', precondition_required
        yield 'stale', stale


def complete():
    printed = subprocess.run([program(), 'routes'], capture_output=True, text=True, timeout=30, check=True).stdout
    got = set(printed.splitlines())
    table = {route.row for route in ROUTES}
    equal(sorted(got - table), [], 'routes that this table lacks')
    equal(sorted(table - got), [], 'routes that the program lacks')


def every_caller(api, route):
    """Those who are refused ask for the same thing, one after the other; then it can still be done for one who may."""
    asked = request(route, api)
    own = own_agency(route, api, asked[0], asked[1])
    for caller in CALLERS:
        if expected(route, caller, own) != ALLOWED:
            told(route, caller, own, ask_as(api, route, caller, asked, own))
    for caller in CALLERS:
        if expected(route, caller, own) == ALLOWED:
            reply = ask_as(api, route, caller, asked, own)
            told(route, caller, own, reply)
            succeeded(api, route, caller, reply)
            if route.method != 'GET':
                asked = request(route, api)
                own = own_agency(route, api, asked[0], asked[1])


def ask_as(api, route, caller, asked, own):
    path, body, headers = asked
    return api.call(route.method, path, body, door=route.door, headers={**headers, **caller.headers(api, own or HOME)})


def told(route, caller, own, reply):
    """Whether the reply is what the table promises this caller."""
    promise = expected(route, caller, own)
    try:
        if promise == ALLOWED:
            check(reply.status in route.statuses, 'got %r', reply)
        elif promise == UNAUTHORIZED:
            reply.is_problem(401, 'unauthorized')
            equal(reply.headers.get('www-authenticate'), 'Bearer realm="kstthc"', 'WWW-Authenticate')
        elif promise == FORBIDDEN:
            reply.is_problem(403, 'forbidden')
            equal(reply.headers.get('www-authenticate'),
                  'Bearer realm="kstthc", error="insufficient_scope", scope="%s"' % ' '.join(route.roles),
                  'WWW-Authenticate')
        else:
            equal(promise, FOREIGN, 'promise')
            check((reply.status, reply.code) in ((403, 'forbidden'), (404, 'not_found')), 'got %r', reply)
    except Failure as failure:
        raise Failure('%s as %s, who is %s: %s' % (route.operation, caller.name, promise, failure)) from None


def succeeded(api, route, caller, reply):
    if route.method != 'GET':
        equal(reply.headers['cache-control'], 'no-store', 'Cache-Control of a write')
    elif route.cache:
        equal(reply.headers['cache-control'], route.cache, 'Cache-Control')
    elif caller.roles is not None:
        equal(reply.headers['cache-control'], 'private, no-cache', 'Cache-Control with a token')
    else:
        equal(reply.headers['cache-control'], 'no-cache', 'Cache-Control without a token')
    if reply.status == 201:
        check(reply.headers.get('location', '').startswith('/v1/'), '201 without Location')
    if reply.status == 201 and route.again:
        again = api.ok('GET', reply.headers['location'], role=route.role)
        lasting = {name: value for name, value in reply.json.items() if name not in route.told_once}
        equal(again.json, lasting, 'what Location has')
        equal(again.etag, reply.etag, 'its ETag')
    if reply.status == 204:
        equal(reply.body, b'', 'body of 204')


def invalid_token(api, route):
    path, body, headers = request(route, api)
    good = api.token(route.role or 'office')
    wrong = good[:-3] + ('AAA' if good[-3:] != 'AAA' else 'BBB')
    for token in (wrong, 'x', 'x.y.z', ''):
        reply = api.call(route.method, path, body, door=route.door,
                         headers={**headers, 'Authorization': 'Bearer ' + token})
        reply.is_problem(401, 'unauthorized')
        check(re.fullmatch('Bearer realm="kstthc", error="invalid_token", error_description="[^"]+"',
                           reply.headers.get('www-authenticate', '')), 'WWW-Authenticate: %r', reply.headers)
        check(len(token) < 9 or token not in str(reply.headers), 'the token is repeated')


def wrong_door(api, route):
    path, body, headers = request(route, api)
    api.call(route.method, path, body, role=route.role, door=OTHER[route.door],
             headers=headers).is_problem(421, 'wrong_door')


def not_found(api, route):
    _, body, headers = request(route, api)
    reply = api.call(route.method, absent_path(route), body, role=route.role, door=route.door, headers=headers)
    if route.method == 'PUT':
        reply.is_problem(412, 'stale_version')
    else:
        reply.is_problem(404, 'not_found')
    hidden = any(other.path == route.path and other.secret_path for other in ROUTES)
    equal(reply.json['instance'], route.path if hidden else absent_path(route), 'instance')


def bad_path(api, route):
    _, body, headers = request(route, api)
    name = re.search(':([a-z]+)', route.path).group(1)
    for value in ('HOA', 'a%20b', '%C4%91', '-a', 'x' * 65):
        reply = api.call(route.method, re.sub(':[a-z]+', value, route.path), body, role=route.role, door=route.door,
                         headers=headers)
        equal(reply.is_problem(400, 'invalid_parameter').errors(), {name: 'bad_format'}, 'errors of ' + value)


def head(api, route):
    path = request(route, api)[0]
    with_body = api.call('GET', path, role=route.role, door=route.door)
    without = api.call('HEAD', path, role=route.role, door=route.door)
    equal((without.status, without.body), (200, b''), 'HEAD')
    for name in ('content-type', 'content-length', 'etag', 'cache-control', 'link'):
        equal(without.headers.get(name), with_body.headers.get(name), name + ' of HEAD')


def not_acceptable(api, route):
    path, body, headers = request(route, api)
    kind, other = route.produces.split('/')[0], 'text/*' if route.produces == JSON else 'application/*'
    for accept in ('image/png', 'application/json;q=0, application/yaml;q=0, text/calendar;q=0, */*;q=0', other):
        api.call(route.method, path, body, role=route.role, door=route.door,
                 headers={**headers, 'Accept': accept}).is_problem(406, 'not_acceptable')
    for accept in ('*/*', kind + '/*, text/html',
                   'image/png, application/json;q=0.1, application/yaml;q=0.1, text/calendar;q=0.1'):
        reply = api.call(route.method, path, body, role=route.role, door=route.door,
                         headers={**headers, 'Accept': accept})
        check(reply.status != 406, 'Accept: %s is refused', accept)


def unknown_parameter(api, route):
    path, body, headers = request(route, api)
    reply = api.call(route.method, path + ('&' if '?' in path else '?') + 'la=1&khac=&access_token=x', body,
                     role=route.role, door=route.door, headers=headers)
    equal(reply.is_problem(400, 'invalid_parameter').errors(),
          {'la': 'unknown_member', 'khac': 'unknown_member', 'access_token': 'unknown_member'}, 'errors')


def bad_query(api, route):
    path, body, headers = request(route, api)
    query = '&'.join('%s=%s' % (name, urllib.parse.quote(value)) for name, (value, _) in route.bad_query.items())
    reply = api.call(route.method, bare(path) + '?' + query, body, role=route.role, door=route.door, headers=headers)
    equal(reply.is_problem(400, 'invalid_parameter').errors(),
          {name: code for name, (_, code) in route.bad_query.items()}, 'errors')


def wrong_type(api, route):
    path, body, headers = request(route, api)
    answer = {'POST': 'accept-post', 'PATCH': 'accept-patch'}.get(route.method)
    for media in ('text/html', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x',
                  route.consumes + '; charset=iso-8859-1', None):
        if media == route.consumes:
            continue
        sent = dict(headers)
        sent['Content-Type'] = media
        reply = api.call(route.method, path, body, role=route.role, door=route.door, headers=sent)
        reply.is_problem(415, 'unsupported_media_type')
        if answer:
            equal(reply.headers.get(answer), route.consumes, answer)


def too_large(api, route):
    path, body, headers = request(route, api)
    limit = 65536 if route.door == 'front' else 32 << 20
    body = b' ' * (limit + 1)
    reply = api.call(route.method, path, body, role=route.role, door=route.door, headers=headers)
    reply.is_problem(413, 'body_too_large')


def bad_body(api, route):
    path, _, headers = request(route, api)
    for body, errors in route.bad:
        reply = api.call(route.method, path, encoded(route, body), role=route.role, door=route.door, headers=headers)
        reply.is_problem(422, 'invalid')
        equal(reply.errors(), errors, 'errors')


def not_json(api, route):
    path, _, headers = request(route, api)
    for body in (b'{', b'{"a":1,}', b'{} x', b'nul', b"{'a':1}", b'\xef\xbb\xbf{}'):
        api.call(route.method, path, body, role=route.role, door=route.door, headers=headers).is_problem(
            400, 'malformed_json')
    for body in (b'[]', b'"x"', b'7', b'null', b'true'):
        reply = api.call(route.method, path, body, role=route.role, door=route.door, headers=headers)
        equal(reply.is_problem(422, 'invalid').errors(), {'': 'wrong_type'}, 'errors of %r' % body)


def precondition_required(api, route):
    path, body, headers = request(route, api)
    headers = {name: value for name, value in headers.items() if name != 'If-Match'}
    api.call(route.method, path, body, role=route.role, door=route.door, headers=headers).is_problem(
        428, 'precondition_required')


def stale(api, route):
    path, body, headers = request(route, api)
    before = api.ok('GET', route.read_at(path), role=route.role)
    for tag in ('"99"', 'W/' + headers['If-Match'], '"99", "0"', '"x"', '""', '"' + '9' * 30 + '"'):
        api.call(route.method, path, body, role=route.role, door=route.door,
                 headers={**headers, 'If-Match': tag}).is_problem(412, 'stale_version')
    for tag in ('99', '', '"1', 'W/1', '"1"x'):
        reply = api.call(route.method, path, body, role=route.role, door=route.door,
                         headers={**headers, 'If-Match': tag})
        equal(reply.is_problem(400, 'invalid_parameter').errors(), {'If-Match': 'bad_format'}, 'errors of ' + tag)
    equal(api.ok('GET', route.read_at(path), role=route.role).json, before.json, 'what was not changed')


def language(api, route):
    path, body, headers = request(route, api)
    wrong = bare(path) + '?la=1'
    words = {}
    for header, tag in (('en', 'en'), ('vi', 'vi'), (None, 'vi'), ('fr', 'vi'), ('vi;q=0.5, en-GB', 'en'),
                        ('en;q=0, *', 'vi')):
        sent = {**headers, 'Accept-Language': header}
        reply = api.call(route.method, wrong, body, role=route.role, door=route.door, headers=sent)
        equal(reply.headers['content-language'], tag, 'language for %s' % header)
        words.setdefault(tag, reply.json['title'])
        equal(reply.json['title'], words[tag], 'title for %s' % header)
    check(words['en'] != words['vi'], 'both languages have the same words')


def methods(api, path):
    routes = [route for route in ROUTES if route.path == path]
    known = {route.method for route in routes}
    allow = known | {'OPTIONS'} | ({'HEAD'} if 'GET' in known else set())
    asked = absent_path(routes[0])
    for door in ('front', 'back'):
        for method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'BREW'):
            if method not in known:
                reply = api.call(method, asked, door=door).is_problem(405, 'method_not_allowed')
                equal(set(reply.headers.get('allow', '').split(', ')), allow, 'Allow of %s' % method)
        reply = api.ok('OPTIONS', asked, status=204, door=door)
        equal(set(reply.headers.get('allow', '').split(', ')), allow, 'Allow of OPTIONS')
    for wrong in (asked + '/', asked + '/x/y', '/' + asked, asked.upper() if asked.upper() != asked else '/X'):
        if absent_path(routes[0]).count('/') < 4:
            api.call('GET', wrong).is_problem(404, 'no_such_route')
