"""Calendar addresses: told once, revocable, secret; and what a calendar program reads there, by libical."""

import datetime
import re

import days
import ical
from client import check, equal
from deadline_callers import bring, caller, dated, issue, listed, of_each_status
from fixtures import assignment, document, issue_deadlines, move, part, report, store_agency, store_feed, unique_day
from service import TODAY

FEEDS = '/v1/calendar-feeds'
ACTIONS = ('GET', 'HEAD')


def address(secret):
    return '%s/%s.ics' % (FEEDS, secret)


def events(api, secret):
    return ical.parse(api.ok('GET', address(secret)).body)


def event(api, secret, deadline):
    """The one of a deadline."""
    return [one for one in events(api, secret) if one['uid'].startswith('deadline-%s@' % deadline)][0]


def alarm_times(due_on):
    """8 o'clock in the morning, 7, 3 and 1 working days before: by going back day by day."""
    found = []
    for count in (7, 3, 1):
        day = due_on
        while count:
            day -= days.DAY
            count -= days.is_working(day)
        found.append(day.strftime('%Y%m%dT010000Z'))
    return found


def test_told_once_listed_and_revoked(api):
    owner = store_agency(api)
    callers = {'viewer': caller(api, 'viewer'), 'office': caller(api, 'office'), 'its own': caller(api, 'agency', agency=owner)}
    made = {}
    for name, headers in callers.items():
        body = {'name': 'Lịch của ' + name, **({} if name == 'its own' else {'agency': owner})}
        reply = api.ok('POST', FEEDS, body, headers=headers, status=201)
        feed = reply.json
        secret = feed.pop('secret')
        check(re.fullmatch('[0-9a-f]{64}', secret), 'secret %r', secret)
        equal(feed, {'id': feed['id'], 'agency': owner, 'name': body['name'], 'created_on': TODAY, 'revoked_on': None,
                     'version': 1}, 'the feed')
        equal((reply.headers['location'], reply.etag), (FEEDS + '/' + feed['id'], '"1"'), 'where it is')
        equal(reply.headers['cache-control'], 'no-store', 'Cache-Control of a secret')
        made[secret] = feed
    for headers in callers.values():
        for limit in (1, 2, 200):
            equal(listed(api, headers, path=FEEDS, agency=owner, limit=limit), list(made.values()), 'the list')
    equal(listed(api, callers['its own'], path=FEEDS), list(made.values()), 'its own')
    equal(listed(api, caller(api, 'agency', agency='so-noi-vu'), path=FEEDS, agency=owner), [], 'to another agency')
    equal(listed(api, callers['office'], path=FEEDS, agency='khong-co'), [], 'of none')
    api.get(FEEDS, headers=caller(api, 'sync')).is_problem(403, 'forbidden')
    api.get(FEEDS).is_problem(401, 'unauthorized')
    foreign = caller(api, 'agency', agency='so-noi-vu')
    for (secret, feed), headers in zip(made.items(), callers.values()):
        path = '%s/%s' % (FEEDS, feed['id'])
        api.call('DELETE', path, headers=headers).is_problem(428, 'precondition_required')
        api.call('DELETE', path, headers={**headers, 'If-Match': '"2"'}).is_problem(412, 'stale_version')
        api.call('DELETE', path, headers={**foreign, 'If-Match': '*'}).is_problem(404, 'not_found')
        reply = api.call('DELETE', address(secret), headers={**headers, 'If-Match': '*'})
        check(reply.status in (400, 404) and secret not in reply.body.decode(), 'revoked by its address: %r', reply)
        tag = api.ok('GET', address(secret)).etag
        api.ok('DELETE', path, headers={**headers, 'If-Match': '"1"'}, status=204)
        for method in ACTIONS:
            reply = api.call(method, address(secret), headers={'If-None-Match': tag})
            equal(reply.status, 404, 'the address of a revoked one')
        api.call('DELETE', path, headers={**headers, 'If-Match': '*'}).is_problem(404, 'not_found')
    equal(listed(api, callers['office'], path=FEEDS, agency=owner), [], 'what is left')
    kept = api.all_pages('/v1/audit', as_role='admin', resource='calendar-feed', key=list(made.values())[0]['id'])
    equal([(entry['op'], entry['version']) for entry in kept], [('update', 2), ('create', 1)], 'in the ledger')


def test_of_which_agency(api):
    for body, headers, status, code in (
            ({}, caller(api, 'office'), 422, {'/agency': 'required'}), ({}, caller(api, 'viewer'), 422, {'/agency': 'required'}),
            ({}, caller(api, 'office', agency='so-tu-phap'), 422, {'/agency': 'required'}),
            ({'agency': 'khong-co'}, caller(api, 'office'), 422, {'/agency': 'unknown_agency'}),
            ({'agency': 'khong-co'}, caller(api, 'agency', agency='so-tu-phap'), 404, {}),
            ({'agency': 'so-noi-vu'}, caller(api, 'agency', agency='so-tu-phap'), 404, {}),
            ({'agency': 'so-noi-vu'}, caller(api, 'agency', 'sync', agency='so-tu-phap'), 404, {})):
        reply = api.call('POST', FEEDS, body, headers=headers)
        equal((reply.status, reply.errors()), (status, code), 'a feed of %r' % body)
    reply = api.call('POST', FEEDS, {'agency': 'so-noi-vu'}, headers=caller(api, 'agency', 'viewer', agency='so-tu-phap'))
    equal(reply.status, 201, 'who may see all')


def test_a_hundred_of_an_agency(api):
    owner = store_agency(api)
    api.database.run("""insert into kstthc.calendar_feed (agency, key_hash, created_on)
        select '%s', sha256(('%s' || n)::bytea), '%s' from generate_series(1, 99) n""" % (owner, owner, TODAY))
    feed, _ = store_feed(api, owner)
    for headers in (caller(api, 'office'), caller(api, 'agency', agency=owner)):
        reply = api.call('POST', FEEDS, {'agency': owner}, headers=headers)
        equal(reply.is_problem(422, 'invalid').errors(), {'': 'too_many'}, 'one more')
    store_feed(api)
    api.ok('DELETE', FEEDS + '/' + feed['id'], role='office', headers={'If-Match': '*'}, status=204)
    store_feed(api, owner)


def test_only_the_right_key_opens(api):
    _, secret = store_feed(api)
    other = store_feed(api)[1]
    wrong = (secret.upper(), secret[:-1], secret + '0', secret[1:] + secret[0], '0' * 64, '', secret + '.ics', '%20' + secret,
             secret[:32] + other[32:], 'x' * 2000, "' or true --".replace(' ', '%20'), '%00' * 3, '%C4%91' * 20)
    for method in ACTIONS:
        for key in wrong:
            reply = api.call(method, FEEDS + '/' + key + '.ics')
            check(reply.status in (400, 404), '%s %s: %r', method, key, reply)
            if method == 'GET' and reply.status == 404:
                equal(reply.json['instance'].count('/'), 3, 'instance %s' % reply.json['instance'])
                check(len(key) < 20 or key not in reply.body.decode(), 'the key in %r', reply)
        for path in (FEEDS + '/' + secret, FEEDS + '/' + secret + '.ICS', FEEDS + '/' + secret + '.ics.ics',
                     FEEDS + '/' + secret + '.ical'):
            reply = api.call(method, path, role='office')
            check(reply.status == 404 and secret not in reply.body.decode(), '%s %s: %r', method, path, reply)
    for path in (address(secret) + '?x=1', address('0' * 64) + '?token=' + secret):
        reply = api.get(path)
        check(reply.status in (400, 404) and secret not in reply.body.decode().split('"errors"')[-1], '%r', reply)


def test_a_key_is_kept_nowhere(api):
    owner = store_agency(api)
    issue(api, ['2025-09-10'], owner)
    feed, secret = store_feed(api, owner, name='Lịch')
    replies = [api.get(address(secret)), api.get(address(secret), headers={'If-None-Match': '"1"'}),
               api.get(address(secret), headers={'Accept': 'application/json'}),
               api.call('POST', address(secret), {}), api.call('PUT', address(secret), {}, role='office'),
               api.get(address(secret), query={'limit': 1}),
               api.get(address(secret), headers={'Accept-Language': 'en', 'If-None-Match': 'x'}),
               api.get(FEEDS, role='office', query={'agency': owner}), api.get('/v1/audit', role='admin'),
               api.get('/v1/audit', role='admin', query={'resource': 'calendar-feed', 'key': feed['id']})]
    api.ok('DELETE', FEEDS + '/' + feed['id'], role='office', headers={'If-Match': '*'}, status=204)
    replies += [api.get(address(secret)), api.call('HEAD', address(secret))]
    for reply in replies:
        check(secret not in reply.body.decode() and secret not in str(reply.headers), 'the key in %r', reply)
    check(secret[:16] not in api.log_text(), 'the key in the log')
    equal(api.ok('GET', '/v1/changes', role='sync', query={'resource': 'calendar-feed'}).json['items'], [], 'told to others')
    for entry in api.all_pages('/v1/audit', as_role='admin', resource='calendar-feed', limit=200):
        equal(set(entry['data']), {'id', 'agency', 'name', 'created_on', 'revoked_on', 'version'}, 'what the ledger keeps')
    dump = api.database.run("""set search_path = kstthc;
        select count(*) from (select row_to_json(f)::text as line from calendar_feed f union all
            select row_to_json(l)::text from ledger l) x where line like '%%%s%%'""" % secret)
    equal(dump, '0', 'rows that hold the key')


def test_the_calendar(api):
    owner = store_agency(api, name='Phòng Thử nghiệm; số 1, "A\\B"')
    _, secret = store_feed(api, owner)
    empty = api.ok('GET', address(secret))
    equal(ical.parse(empty.body), [], 'of one that owes nothing')
    issue(api, ['2025-09-10'], owner)
    reply = api.ok('GET', address(secret))
    equal(reply.headers['content-type'], 'text/calendar; charset=utf-8', 'type')
    check('no-store' not in reply.headers['cache-control'], 'Cache-Control %s', reply.headers['cache-control'])
    properties = ical.properties(reply.body)
    equal(properties['NAME'], 'Hạn kiểm soát thủ tục hành chính: Phòng Thử nghiệm; số 1, "A\\B"', 'name')
    equal((properties['METHOD'], properties['VERSION']), ('PUBLISH', '2.0'), 'method')
    check(empty.etag != reply.etag, 'the same ETag')
    for method in ACTIONS:
        whole = api.ok(method, address(secret))
        equal((whole.etag, len(whole.body) > 0), (reply.etag, method == 'GET'), method)
        again = api.call(method, address(secret), headers={'If-None-Match': reply.etag})
        equal((again.status, again.body, again.etag), (304, b'', reply.etag), method + ', unchanged')
        for tag in ('"9' + reply.etag[1:], empty.etag):
            equal(api.call(method, address(secret), headers={'If-None-Match': tag}).etag, reply.etag, 'for who has %s' % tag)
    equal(api.ok('GET', address(secret), role='agency').body, reply.body, 'with a token it is the same')
    api.ok('PATCH', '/v1/agencies/' + owner, {'name': 'Tên mới'}, role='office', headers={'If-Match': '*'})
    renamed = api.ok('GET', address(secret), headers={'If-None-Match': reply.etag})
    equal(ical.properties(renamed.body)['NAME'], 'Hạn kiểm soát thủ tục hành chính: Tên mới', 'its new name')


def wanted_event(item):
    day = datetime.date.fromisoformat(item['due_on'])
    summary = ({'done': 'Đã hoàn thành: ', 'reported': 'Chờ xác nhận: '}.get(item['status'], 'Hạn: ') + item['title']
               + (' (%s)' % item['part_label'] if item['part_label'] else ''))
    described = ['%s, thời gian theo kế hoạch: %s' % ('Chủ trì' if item['role'] == 'lead' else 'Thực hiện',
                                                      item['timing']['text']),
                 'Kỳ: ' + item['period'], 'Hạn: ' + day.strftime('%d/%m/%Y'), 'Mức độ hoàn thành: %d%%' % item['percent']]
    if item['original_due_on']:
        described[2] += ', hạn ban đầu ' + datetime.date.fromisoformat(item['original_due_on']).strftime('%d/%m/%Y')
    return {'date': item['due_on'], 'end': (day + days.DAY).isoformat(), 'summary': summary,
            'description': '\n'.join(described), 'category': 'Kiểm soát thủ tục hành chính', 'url': None, 'transparent': True,
            'status': 'CANCELLED' if item['status'] == 'cancelled' else 'CONFIRMED',
            'alarms': [(at, summary) for at in alarm_times(day)] if item['status'] == 'open' else []}


def without_identity(one):
    return {**{name: value for name, value in one.items() if name not in ('uid', 'stamp', 'sequence')},
            'alarms': [(alarm['at'], alarm['text']) for alarm in one['alarms']]}


def test_every_deadline_is_read_back(api):
    owner = store_agency(api)
    of_each_status(api, owner=owner)
    hard = ('Rà soát; đánh giá, "đơn giản hóa" TTHC \\ \\n; 100% — «đủ»\nDòng hai: ' + 'kiểm soát thủ tục hành chính ' * 40,
            '😀' * 100, 'ệ' * 150, 'a' + 'ệ' * 150, 'aa' + 'ộ' * 150)
    for title in hard:
        item = issue_deadlines(api, owner=owner, **dated('2025-11-05', text='Chậm nhất; ngày 05/11, \\ "2025"'))[0]
        parts = [part(label='a;,\\', assignments=[assignment(agency=owner, role='implement')], timings=[dated('2025-11-05')])]
        api.ok('PATCH', '/v1/tasks/' + item['task'], {'title': title, 'parts': parts}, role='office', headers={'If-Match': '*'})
    extended = issue(api, ['2025-09-01'], owner)[0]['id']
    move(api, extended, 'extend', due_on='2025-09-04', reason='Mưa.', document=document())
    _, secret = store_feed(api, owner)
    body = api.ok('GET', address(secret)).body
    lines = body.split(b'\r\n')
    equal(lines.pop(), b'', 'the end')
    for line in lines:
        check(0 < len(line) <= 75 and b'\r' not in line and b'\n' not in line, 'line %r', line)
        line.decode()
    items = listed(api, caller(api, 'viewer'), agency=owner)
    found = ical.parse(body)
    equal([without_identity(one) for one in found], [wanted_event(item) for item in items], 'events')
    equal(len({one['uid'] for one in found}), len(items), 'uids')
    equal(len({alarm['uid'] for one in found for alarm in one['alarms']}), sum(len(one['alarms']) for one in found), 'alarm uids')
    for one, item in zip(found, items):
        check(re.fullmatch('deadline-%s@[0-9a-f]+[.]kstthc' % item['id'], one['uid']), 'uid %s', one['uid'])


def test_alarms_over_holidays_and_makeup_days(api):
    owner = store_agency(api)
    due = [day.isoformat() for first, count in ((datetime.date(2025, 1, 24), 16), (datetime.date(2025, 4, 24), 20),
                                                (datetime.date(2025, 8, 28), 12), (datetime.date(2026, 1, 1), 14),
                                                (datetime.date(2026, 2, 13), 16), (datetime.date(2026, 8, 20), 20))
           for day in (first + number * days.DAY for number in range(count))]
    for start in range(0, len(due), 40):
        issue(api, due[start:start + 40], owner)
    found = events(api, store_feed(api, owner)[1])
    equal([one['date'] for one in found], due, 'dates')
    for one in found:
        day = datetime.date.fromisoformat(one['date'])
        equal([alarm['at'] for alarm in one['alarms']], alarm_times(day), 'alarms of %s' % day)


def test_uid_and_sequence(api):
    owner, heir = store_agency(api), store_agency(api)
    item = issue(api, ['2025-08-29'], owner)[0]
    deadline, task = item['id'], '/v1/tasks/' + item['task']
    secret = store_feed(api, owner)[1]
    first = event(api, secret, deadline)
    equal(first['sequence'], 0, 'at first')

    def set_task(**body):
        return lambda: api.ok('PATCH', task, body, role='office', headers={'If-Match': '*'})

    own, done = [assignment(agency=owner)], {'percent': 100, 'done': True, 'owner': owner}
    before = first
    for grows, what, change in (
            (0, 'a report', lambda: report(api, deadline, owner=owner, percent=40)),
            (0, 'a reminder', lambda: move(api, deadline, 'remind', message='Nhanh.')),
            (0, 'another title', set_task(title='Việc khác')),
            (1, 'an extension', lambda: move(api, deadline, 'extend', due_on='2025-09-30', reason='x', document=document())),
            (0, 'reported', lambda: report(api, deadline, **done)),
            (1, 'done', lambda: move(api, deadline, 'verify')),
            (1, 'returned', lambda: move(api, deadline, 'return', reason='Thiếu.')),
            (0, 'another day in the plan, of one fixed by hand', set_task(parts=[part(assignments=own,
                                                                                      timings=[dated('2025-10-10')])])),
            (1, 'no more in the plan', set_task(parts=[part(assignments=[assignment(agency=heir)])])),
            (1, 'again in the plan', set_task(parts=[part(assignments=own, timings=[dated('2025-10-10')])])),
            (0, 'reported', lambda: report(api, deadline, **done)),
            (1, 'cancelled', lambda: move(api, deadline, 'cancel', reason='Trùng.'))):
        change()
        now = event(api, secret, deadline)
        equal((now['uid'], now['sequence']), (first['uid'], before['sequence'] + grows), 'uid and sequence after ' + what)
        check(now['stamp'] >= before['stamp'], '%s: stamp %s after %s', what, now['stamp'], before['stamp'])
        before = now
    equal((before['status'], before['alarms']), ('CANCELLED', []), 'at last')
    equal(event(api, store_feed(api, owner)[1], deadline)['uid'], first['uid'], 'at another address')


def test_every_change_is_seen(api):
    owner = store_agency(api)
    _, ids = of_each_status(api, owner=owner)
    secret = store_feed(api, owner)[1]
    day = '/v1/calendar/' + unique_day()
    was = api.ok('GET', day).json
    for what, change in (('a report', lambda: report(api, ids['open'], owner=owner, percent=40)),
                         ('a verification', lambda: move(api, ids['reported'], 'verify')),
                         ('a return', lambda: move(api, ids['done'], 'return', reason='Thiếu.')),
                         ('a cancellation', lambda: move(api, ids['done'], 'cancel', reason='Trùng.')),
                         ('another working day', lambda: api.ok(
                             'PUT', day, {'kind': 'off' if was['kind'] == 'work' else 'work', 'reason': 'Chống bão'},
                             role='office', headers={'If-Match': '*'})),
                         ('another plan', lambda: bring(api, issue(api, ['2025-09-09'], owner)[0]['id'], 'open', owner))):
        tag = api.ok('GET', address(secret)).etag
        change()
        equal(api.get(address(secret), headers={'If-None-Match': tag}).status, 200, 'after ' + what)
        tag = api.ok('GET', address(secret)).etag
        equal(api.get(address(secret), headers={'If-None-Match': tag}).status, 304, 'when nothing changed after ' + what)


def test_the_last_two_thousand_since_last_year(api):
    owner = store_agency(api)
    item = issue(api, ['2023-12-31', '2024-01-01', '2025-12-31'], owner)[0]
    secret = store_feed(api, owner)[1]
    equal([one['date'] for one in events(api, secret)], ['2024-01-01', '2025-12-31'], 'since last year')
    api.database.run("""set search_path = kstthc;
        insert into deadline (plan, task, part_key, part, timing_kind, timing_text, agency, role, period, base_on, rule, due_on,
            status, cancelled_by)
        select '%s', '%s', 'x', 1, 'on_date', 'x', '%s', 'lead', n::text, '2025-01-01', 'named-date', date '2025-01-01' + n / 8,
            'cancelled', 'office'
        from generate_series(1, 1999) n""" % (item['plan'], item['task'], owner))
    found = events(api, secret)
    equal((len(found), found[0]['date'], found[-1]['date']), (2000, '2025-01-01', '2025-12-31'), 'the last ones')
    equal([one['date'] for one in found], sorted(one['date'] for one in found), 'order')


def test_titles_as_long_as_they_may_be(api):
    owner = store_agency(api)
    items = issue(api, ['2025-12-31'] * 40, owner)
    title = '😀,x' * 1333
    api.database.run("set search_path = kstthc; update task set title = '%s', version = version + 1 where plan = '%s'" % (
        title, items[0]['plan']))
    found = events(api, store_feed(api, owner)[1])
    equal([one['summary'] for one in found], ['Hạn: ' + title] * 40, 'titles')
