"""What Ulfius and libmicrohttpd do that their manuals do not say, a test for each: what a caller must not notice.

Not seen over HTTP: the cost of endpoint matching (bench), prefix variables, the pool's own options.
"""

import json
import threading
import time

from client import check, equal
from fixtures import new_task, store_agency, store_plan

FRONT_LIMIT = 64 * 1024


def ask(method, path, *headers, body=b'', host='Host: localhost', version='1.1'):
    lines = ['%s %s HTTP/%s' % (method, path, version)] + ([host] if host else []) + list(headers)
    return '\r\n'.join(lines).encode('utf-8', 'surrogateescape') + b'\r\n\r\n' + body


def one(api, data, **more):
    """The only reply to bytes, and whether the connection was closed after it."""
    replies, closed = api.raw(data, replies=None if more.pop('to_end', False) else 1, **more)
    check(len(replies) == 1, 'got %r to %r', replies, data[:200])
    return replies[0], closed


def refused_and_closed(api, data, code=None):
    """400, and nothing of the rest is answered."""
    replies, closed = api.raw(data + ask('GET', '/livez'), wait=3)
    check(closed, 'the connection stays open after %r', data[:200])
    check(len(replies) <= 1, '%d replies to %r', len(replies), data[:200])
    if replies:
        equal(replies[0].status, 400, 'status')
        if code:
            equal(replies[0].code, code, 'code')
    else:
        check(code is None, 'no reply to %r', data[:200])


def token_header(api, role='office'):
    return 'Authorization: Bearer ' + api.token(role)


def post(api, *headers, body, path='/v1/tasks', **more):
    return ask('POST', path, token_header(api), 'Content-Type: application/json', *headers, body=body, **more)


# max_post_body_size truncates in silence: valid JSON, padding, then garbage past the limit

def test_garbage_past_the_limit_is_seen(api):
    body = json.dumps(new_task(store_plan(api), 50)).encode()
    for size in (FRONT_LIMIT + 1, FRONT_LIMIT + 2, FRONT_LIMIT * 2, FRONT_LIMIT * 40):
        padded = body + b' ' * (size - len(body) - 1) + b'x'
        api.call('POST', '/v1/tasks', padded, role='office').is_problem(413, 'body_too_large')
    short = body + b' ' * (FRONT_LIMIT - len(body) - 1)
    api.call('POST', '/v1/tasks', short + b'x', role='office').is_problem(400, 'malformed_json')
    equal(api.call('POST', '/v1/tasks', short + b' ', role='office').status, 201, 'a body of exactly the limit')


def test_rows_past_the_limit_are_not_lost(api):
    row = '1\tNội dung\tKết quả\tSở Tư pháp\tQuý III\n'.encode()
    data = row * ((32 << 20) // len(row) + 2)
    api.call('POST', '/v1/plans/parse', data, role='office', door='back',
             headers={'Content-Type': 'text/plain; charset=utf-8'}).is_problem(413, 'body_too_large')


def test_chunks_past_the_limit_are_seen(api):
    chunk = b'1000\r\n' + b' ' * 4096 + b'\r\n'
    reply, _ = one(api, post(api, 'Transfer-Encoding: chunked', body=chunk * 17 + b'0\r\n\r\n'))
    equal(reply.status, 413, 'status')
    reply, _ = one(api, post(api, 'Transfer-Encoding: chunked', body=b'2\r\n{}\r\n0\r\n\r\n'))
    equal(reply.status, 422, 'status of a short chunked body')


# the whole body is gathered in memory before any callback sees the request

def test_big_posts_do_not_stay_in_memory(api):
    before = api.resident()
    most = [before]
    size = 15_900_000
    replies = []

    def send():
        try:
            replies.extend(api.raw(ask('POST', '/v1/tasks', 'Content-Type: application/json',
                                       'Content-Length: %d' % size, body=b' ' * size), replies=1, wait=30)[0])
        except OSError:
            pass

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most.append(api.resident())
        time.sleep(0.005)
    for thread in threads:
        thread.join()
    grown = (max(most) - before) // 1024
    check(grown < 64, '20 strangers with 15.9 MB each hold %d MB', grown)
    for reply in replies:
        check(reply.status in (401, 413), '%r', reply)
    api.ok('GET', '/livez')


def test_a_declared_gigabyte_costs_nothing(api):
    before = api.resident()
    data = ask('POST', '/v1/tasks', 'Content-Type: application/json', 'Content-Length: 1000000000',
               'Expect: 100-continue', body=b' ' * 1_000_000)
    for _ in range(10):
        api.raw(data, replies=1, wait=0.5)
    check(api.resident() - before < 32 * 1024, 'grown by %d kB', api.resident() - before)
    for length in ('99999999999999999999999', '-1', '0x10', '1 2', '+5', ''):
        replies, closed = api.raw(ask('POST', '/v1/tasks', 'Content-Length: ' + length, body=b'{}'), wait=1)
        check(closed or replies, 'Content-Length: %s is waited for', length)
        check(not replies or replies[0].status in (400, 413), 'Content-Length: %s: %r', length, replies)
    api.ok('GET', '/livez')


# a worker that blocks holds up every connection on it

def test_a_locked_row_does_not_hold_the_others(api):
    code = store_agency(api)
    holder = api.database.session("select from agency where code = '%s' for update" % code)
    blocked = []
    try:
        thread = threading.Thread(target=lambda: blocked.append(timed(lambda: api.call(
            'PATCH', '/v1/agencies/' + code, {'name': 'x'}, role='office', headers={'If-Match': '*'}))))
        thread.start()
        time.sleep(0.1)
        slowest = max(timed(lambda: api.ok('GET', '/v1/tasks/kstthc-2025.1'))[0] for _ in range(100))
        thread.join()
    finally:
        holder.communicate('rollback;\n', timeout=10)
    waited, reply = blocked[0]
    reply.is_problem(503, 'timeout')
    check(waited < 3, 'the writer waited %.1f s', waited)
    check(slowest < 2, 'a reader waited %.1f s', slowest)
    api.ok('PATCH', '/v1/agencies/' + code, {'name': 'x'}, role='office', headers={'If-Match': '*'})


def timed(function):
    began = time.monotonic()
    result = function()
    return time.monotonic() - began, result


def test_the_back_door_does_not_hold_the_front(api):
    text = '1\tRà soát TTHC\tBáo cáo\tSở Tư pháp chủ trì; Sở Y tế phối hợp\tQuý III năm 2025\n'.encode() * 40000
    threads = [threading.Thread(target=lambda: api.call(
        'POST', '/v1/plans/parse', text, role='office', door='back', headers={'Content-Type': 'text/plain'}))
        for _ in range(4)]
    for thread in threads:
        thread.start()
    slowest = max(timed(lambda: api.ok('GET', '/v1/tasks/kstthc-2025.1'))[0] for _ in range(50))
    for thread in threads:
        thread.join()
    check(slowest < 2, 'a reader at the front waited %.1f s', slowest)


# the body is not NUL-terminated

def test_a_body_ends_where_its_length_says(api):
    body = b'{"plan":"khong-co"}'
    data = post(api, 'Content-Length: %d' % (len(body) - 1), body=body[:-1]) + ask('GET', '/livez')
    replies, _ = api.raw(data, replies=2)
    equal([reply.status for reply in replies], [400, 200], 'statuses')
    equal(replies[0].code, 'malformed_json', 'code')
    data = post(api, 'Content-Length: %d' % len(body), body=body) + ask('GET', '/livez')
    equal([reply.status for reply in api.raw(data, replies=2)[0]], [422, 200], 'statuses')


def test_nul_in_a_body(api):
    for body in (b'{}\x00', b'{"plan":"a\x00b"}', b'\x00{}', b'{"plan\x00":"x"}', b'{}\x00{"x":'):
        api.call('POST', '/v1/tasks', body, role='office').is_problem(400, 'malformed_json')


# a wrong method, HEAD and OPTIONS are 404 (test_matrix has them for every route)

def test_options_of_everything(api):
    reply, _ = one(api, ask('OPTIONS', '*'))
    equal(reply.status, 204, 'status')
    check('GET' in reply.headers.get('allow', ''), 'Allow: %r', reply.headers.get('allow'))


# ?x=a&x=b arrives as "a,b"; ?x=a%00b as "a"; %2f in a path stays encoded; one map for path and query

def test_a_doubled_parameter(api):
    for path in ('/v1/agencies?kind=ward&kind=commune', '/v1/agencies?q=a&q=a', '/v1/agencies?limit=1&limit=2',
                 '/v1/agencies?q=a&%71=b'):
        errors = api.get(path).is_problem(400, 'invalid_parameter').errors()
        equal(list(errors.values()), ['duplicate_member'], 'errors of ' + path)
    reply = api.get('/v1/agencies?kind=ward,commune')
    equal(reply.is_problem(400, 'invalid_parameter').errors(), {'kind': 'not_in_list'}, 'errors of a comma')


def test_percent_zero_zero(api):
    for path in ('/v1/agencies?q=a%00b', '/v1/agencies?q=%00', '/v1/agencies/so-tu-phap%00', '/%00', '/livez%00x',
                 '/v1/agencies?%00=a'):
        api.get(path).is_problem(400, 'malformed_request')


def test_bad_escapes(api):
    for path in ('/v1/agencies?q=%', '/v1/agencies?q=%4', '/v1/agencies?q=%zz', '/v1/agencies?q=%ff',
                 '/v1/agencies/%c3',
                 '/v1/agencies?q=%c0%80', '/v1/agencies?q=%ed%a0%80'):
        api.get(path).is_problem(400, 'malformed_request')


def test_an_escaped_slash_is_part_of_its_segment(api):
    api.get('/v1/agencies%2fso-tu-phap').is_problem(404, 'no_such_route')
    equal(api.get('/v1/agencies/so-tu-phap%2f').is_problem(400, 'invalid_parameter').errors(), {'code': 'bad_format'},
          'errors')
    equal(api.get('/v1/plans/kstthc-2025%2Fissue').status, 400, 'status')
    for path in ('/v1/agencies/../plans', '/v1/agencies/%2e%2e/plans', '//v1/agencies', '/v1//agencies',
                 '/v1/agencies/'):
        check(api.get(path).status in (400, 404), '%s is served', path)


def test_path_and_query_are_apart(api):
    for path, name in (('/v1/agencies/so-tu-phap?code=vp-ubnd', 'code'), ('/v1/plans/kstthc-2025?plan=x', 'plan'),
                       ('/v1/tasks/kstthc-2025.1?task=kstthc-2025.2', 'task')):
        equal(api.get(path).is_problem(400, 'invalid_parameter').errors(), {name: 'unknown_member'}, 'errors')


# Transfer-Encoding with Content-Length, two different Content-Lengths, a missing Host

def test_transfer_encoding_with_content_length(api):
    for extra in (['Content-Length: 2', 'Transfer-Encoding: chunked'],
                  ['Transfer-Encoding: chunked', 'Content-Length: 12'],
                  ['Transfer-Encoding: chunked', 'content-length: 0']):
        refused_and_closed(api, post(api, *extra, body=b'2\r\n{}\r\n0\r\n\r\n'), 'ambiguous_framing')


def test_other_transfer_encodings(api):
    """libmicrohttpd takes all that follows for the body: whatever comes back, the second request is not served."""
    follows = b'2\r\n{}\r\n0\r\n\r\n' + ask('GET', '/livez')
    for values in (['gzip'], ['gzip, chunked'], ['identity'], ['chunked, chunked'], ['xchunked'], ['chunked\t,'],
                   ['identity', 'chunked'], ['chunked', 'identity'], ['chunked', 'chunked'], ['']):
        data = post(api, *['Transfer-Encoding: ' + value for value in values], body=follows)
        replies, _ = api.raw(data, wait=0.5, half_close=True)
        check(len(replies) <= 1 and all(400 <= reply.status < 500 for reply in replies), '%r: %r', values, replies)


def test_two_content_lengths(api):
    for first, second in ((2, 3), (3, 2), (0, 2)):
        refused_and_closed(api, post(api, 'Content-Length: %d' % first, 'Content-Length: %d' % second, body=b'{} '))
    refused_and_closed(api, post(api, 'Content-Length: 2, 3', body=b'{} '))


def test_host(api):
    refused_and_closed(api, ask('GET', '/livez', host=None))
    refused_and_closed(api, ask('GET', '/livez', 'Host: other'))
    for host in ('a b', 'a,b', 'x/y', 'user@x'):
        refused_and_closed(api, ask('GET', '/livez', host='Host: ' + host))
    equal(one(api, ask('GET', '/livez', host=None, version='1.0'))[0].status, 200, 'HTTP/1.0 without Host')


def test_http_1_0(api):
    reply, closed = one(api, ask('GET', '/v1/agencies/so-tu-phap', version='1.0'), to_end=True)
    equal((reply.status, closed), (200, True), 'status and close')
    check('transfer-encoding' not in reply.headers, 'HTTP/1.0 gets chunks')
    refused_and_closed(api, post(api, 'Transfer-Encoding: chunked', body=b'2\r\n{}\r\n0\r\n\r\n', version='1.0'))


# ulfius_set_string_body_response sets no Content-Type: verify() looks at every reply

def test_keep_alive_and_pipelining(api):
    data = b''.join(ask('GET', '/v1/tasks/kstthc-2025.%d' % number) for number in range(1, 41))
    replies, closed = api.raw(data, replies=40)
    equal([reply.json['number'] for reply in replies], list(range(1, 41)), 'order of replies')
    check(not closed, 'the connection is closed')
    data = ask('GET', '/livez') + ask('GET', '/khong-co') + ask('OPTIONS', '/livez') + ask('BREW', '/livez') \
        + ask('GET', '/v1/tasks/kstthc-2025.1', 'If-None-Match: *') + post(api, 'Content-Length: 2', body=b'{}') \
        + ask('GET', '/v1/plans/kstthc-2025') + ask('HEAD', '/v1/plans/kstthc-2025')
    equal([reply.status for reply in api.raw(data, replies=7)[0]], [200, 404, 204, 405, 304, 422, 200], 'statuses')
    _, closed = one(api, ask('GET', '/livez', 'Connection: close'), to_end=True)
    check(closed, 'Connection: close is not honoured')


def test_header_limits(api):
    for headers in (['X-A: ' + 'a' * 17000], ['X-%d: b' % number for number in range(70)]):
        reply, _ = one(api, ask('GET', '/livez', *headers))
        reply.is_problem(431, 'headers_too_large')
    for headers in (['X-A: ' + 'a' * 100000], ['X-%d: b' % number for number in range(5000)], ['X' * 70000 + ': a']):
        replies, closed = api.raw(ask('GET', '/livez', *headers), wait=3)
        check(closed or replies, 'no end to %d bytes of headers', len(headers[0]))
        check(all(reply.status in (400, 413, 414, 431) for reply in replies), '%r', replies)
    one(api, ask('GET', '/livez', 'X-A: ' + 'a' * 8000))[0].is_problem(200, None)
    api.ok('GET', '/livez')


def test_uri_limits(api):
    one(api, ask('GET', '/v1/agencies?q=' + 'a' * 8000))[0].is_problem(414, 'uri_too_long')
    replies, closed = api.raw(ask('GET', '/' + 'a' * 100000), wait=3)
    check(closed or replies, 'no end to a long URI')
    check(all(reply.status in (400, 414, 431) for reply in replies), '%r', replies)
    one(api, ask('GET', '/' + 'a/' * 2000))[0].is_problem(404, 'no_such_route')
    for count in (33, 200):
        reply = one(api, ask('GET', '/v1/agencies?' + '&'.join('a%d=1' % number for number in range(count))))[0]
        check(reply.status in (400, 414), '%d parameters: %r', count, reply)


def test_what_is_not_http(api):
    for data in (b'\r\n\r\n', b'GET\r\n\r\n', b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
                 b'GET / HTTP/9.9\r\n\r\n',
                 b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', b'\x00' * 100, ask('GET', 'livez'), ask('GET', '/a b'),
                 ask('GET', '/livez#x'), ask('G\x01T', '/livez'), ask('GET', '/\x01'), ask('GET', '/\u0111')):
        replies, _ = api.raw(data, wait=0.3)
        check(all(400 <= reply.status < 500 or reply.status == 505 for reply in replies), '%r to %r', replies, data)
    api.ok('GET', '/livez')


def test_bytes_in_headers(api):
    for value in ('\udcff\udcfe', 'đ', 'a\x01b', '\t'):
        for name in ('Accept-Language', 'X-Request-Id', 'traceparent', 'If-None-Match', 'Accept', 'Authorization'):
            replies, _ = api.raw(ask('GET', '/v1/agencies/so-tu-phap', '%s: %s' % (name, value)), replies=1, wait=2)
            check(all(reply.status < 500 for reply in replies), '%s: %r gives %r', name, value, replies)


def test_request_id_and_trace(api):
    for given, kept in (('abc-DEF_1.2', True), ('a' * 64, True), ('a' * 65, False), ('a b', False), ('đ', False),
                        ('a"b', False), ('', False)):
        reply = one(api, ask('GET', '/livez', 'X-Request-Id: ' + given))[0]
        equal(reply.headers['x-request-id'] == given, kept, 'X-Request-Id %r kept' % given)
    trace = '0af7651916cd43dd8448eb211c80319c'
    reply = one(api, ask('GET', '/khong-co', 'traceparent: 00-%s-b7ad6b7169203331-01' % trace))[0]
    equal((reply.headers['traceparent'].split('-')[1], reply.json['trace_id']), (trace, trace), 'trace')
    check('b7ad6b7169203331' not in reply.headers['traceparent'], 'the span is the caller\'s')
    for wrong in ('00-%s-b7ad6b7169203331' % trace, '00-%s-%s-01' % ('0' * 32, '1' * 16),
                  '00-%s-%s-01' % (trace, '0' * 16),
                  'ff-%s-b7ad6b7169203331-01' % trace, trace, '00-%s-b7ad6b7169203331-01' % trace.upper()):
        reply = one(api, ask('GET', '/livez', 'traceparent: ' + wrong))[0]
        check(trace not in reply.headers['traceparent'], '%s is taken', wrong)
