"""What each caller learns of deadlines: progress by role or where the plan publishes it, and no official's name at all."""

import datetime
import uuid

from client import check, equal
from deadline_callers import (HIDDEN, OFFICE_ACTIONS, STATUSES, bring, caller, dated, issue, listed, of_each_status, publish,
                              read)
from fixtures import assignment, document, move, part, plan, report, store_agency, unique

ACTOR = 'nguyen.van.a'
MEMBERS = {'id', 'plan', 'task', 'former_task', 'part', 'part_label', 'title', 'timing', 'agency', 'role', 'period',
           'period_from', 'period_to', 'basis', 'due_on', 'status', 'overdue', 'percent', 'working_days_left',
           'working_days_late', 'done_on', 'original_due_on', 'fixed', 'actions', 'version'}


def strangers(api, owner=None):
    """Who sees what is due, and nothing of how far it is."""
    return {'nobody': {}, 'public': caller(api, 'public'), 'no role of ours': caller(api, 'giam-doc'),
            'sync': caller(api, 'sync'), 'admin': caller(api, 'admin'), 'sync and admin': caller(api, 'sync', 'admin'),
            'another agency': caller(api, 'agency', agency='so-noi-vu'),
            'sync with the claim of its agency': caller(api, 'sync', 'public', agency=owner),
            'another agency and sync': caller(api, 'agency', 'sync', agency='so-noi-vu')}


def insiders(api, owner):
    """name: (headers, actions by status)."""
    report_ = {'open': ['report'], 'reported': ['report'], 'done': [], 'cancelled': []}
    nothing = {status: [] for status in STATUSES}
    both = {status: report_[status] + OFFICE_ACTIONS[status] for status in STATUSES}
    return {'viewer': (caller(api, 'viewer'), nothing),
            'viewer with an agency': (caller(api, 'viewer', agency=owner), nothing),
            'its agency': (caller(api, 'agency', agency=owner), report_),
            'its agency and sync': (caller(api, 'agency', 'sync', agency=owner), report_),
            'office': (caller(api, 'office'), OFFICE_ACTIONS),
            'office with an agency': (caller(api, 'office', agency=owner), OFFICE_ACTIONS),
            'office and viewer': (caller(api, 'viewer', 'office'), OFFICE_ACTIONS),
            'office and its agency': (caller(api, 'agency', 'office', agency=owner), both),
            'office and another agency': (caller(api, 'agency', 'office', agency='so-noi-vu'), OFFICE_ACTIONS),
            'another agency and viewer': (caller(api, 'agency', 'viewer', agency='so-noi-vu'), nothing)}


def shown_to_strangers(item, published):
    """What they get of what the office gets."""
    hidden = {'actions': []} if published else {**HIDDEN, 'version': 1}
    return {**item, **hidden}


def test_who_sees_what_before_and_after_it_is_published(api):
    owner, ids = of_each_status(api, due_on='2025-08-14')
    office = caller(api, 'office')
    items = {status: read(api, deadline, office).json for status, deadline in ids.items()}
    code = items['open']['plan']
    for item in items.values():
        equal(set(item), MEMBERS, 'members')
    for published in (None, True, False):
        if published is not None:
            publish(api, code, published)
        for name, headers in strangers(api, owner).items():
            wanted = []
            for status, deadline in ids.items():
                what = '%s, %s, %s' % (name, status, published)
                if status == 'cancelled':
                    api.get('/v1/deadlines/' + deadline, headers=headers).is_problem(404, 'not_found')
                    continue
                wanted.append(shown_to_strangers(items[status], published))
                equal(read(api, deadline, headers).json, wanted[-1], what)
            equal(listed(api, headers, plan=code), wanted, 'the list, %s, %s' % (name, published))
            for status in STATUSES:
                equal([item['id'] for item in listed(api, headers, plan=code, status=status)],
                      [ids[status]] if published and status != 'cancelled' else [], 'status=%s, %s' % (status, name))
            for overdue in ('true', 'false'):
                found = [ids[status] for status in STATUSES[:3] if (status == 'open') == (overdue == 'true')]
                equal([item['id'] for item in listed(api, headers, plan=code, overdue=overdue)],
                      found if published else [], 'overdue=%s, %s' % (overdue, name))
        for name, (headers, actions) in insiders(api, owner).items():
            wanted = [{**items[status], 'actions': actions[status]} for status in STATUSES]
            equal(listed(api, headers, plan=code), wanted, 'the list, %s, %s' % (name, published))
            for item in wanted:
                equal(read(api, item['id'], headers).json, item, '%s, %s' % (name, item['status']))
                equal(listed(api, headers, plan=code, status=item['status']), [item], 'status, %s' % name)


def snapshot(api, code, ids, owner):
    """All that strangers can get, byte for byte."""
    found = {}
    queries = [{}, {'agency': owner}, {'sort': '-due_on'}, {'limit': 1}, {'from': '2025-01-01', 'to': '2025-12-31'},
               {'role': 'lead'}, *({'status': status} for status in STATUSES), {'overdue': 'true'}, {'overdue': 'false'},
               {'status': 'open', 'overdue': 'true', 'agency': owner}]
    for name in ('nobody', 'sync and admin', 'another agency'):
        headers = strangers(api, owner)[name]
        asked = [('/v1/deadlines', {'plan': code, **query}) for query in queries]
        asked += [('/v1/deadlines/summary', {'agency': owner}), ('/v1/deadlines/summary', {'agency': owner, 'plan': code})]
        asked += [('/v1/deadlines/' + deadline + tail, None) for deadline in ids for tail in ('', '/reports', '/history')]
        asked += [('/v1/agenda', {'agency': owner}), ('/v1/calendar-feeds', {'agency': owner}), ('/v1/plans/' + code, None)]
        for path, query in asked:
            reply = api.get(path, headers=headers, query=query)
            body = reply.json
            body.pop('trace_id', None)
            found[name, path, str(query)] = (reply.status, body, reply.etag, reply.headers.get('link'),
                                             reply.headers['cache-control'])
    return found


def test_progress_changes_nothing_that_strangers_get(api):
    owner = store_agency(api)
    items = issue(api, ['2025-08-12', '2025-08-14', '2025-08-20', '2025-08-29'], owner)
    ids, code = [item['id'] for item in items], items[0]['plan']
    before = snapshot(api, code, ids, owner)

    def unchanged(what):
        now = snapshot(api, code, ids, owner)
        for key, reply in before.items():
            equal(now[key], reply, '%r after %s' % (key, what))

    report(api, ids[0], owner=owner, percent=70, note='Gần xong.', documents=[document()])
    bring(api, ids[1], 'reported', owner)
    move(api, ids[2], 'remind', message='Nhanh lên.')
    bring(api, ids[3], 'done', owner)
    unchanged('reports, a reminder and what was verified')
    move(api, ids[3], 'return', reason='Thiếu.')
    move(api, ids[1], 'verify')
    unchanged('what was returned')
    equal(read(api, ids[1], caller(api, 'office')).json['status'], 'done', 'that something happened')
    api.database.run("select kstthc.daily_escalate('2025-08-15')")
    unchanged('what became late')


def test_what_is_due_is_public_and_has_a_version(api):
    """An extension is seen as another day, by a new version and ETag; by which way it came is not."""
    owner = store_agency(api)
    item = issue(api, ['2025-08-29'], owner)[0]
    first = read(api, item['id'], {})
    bring(api, item['id'], 'done', owner)
    equal(api.get('/v1/deadlines/' + item['id'], headers={'If-None-Match': first.etag}).status, 304, 'verified')
    move(api, item['id'], 'return', reason='Thiếu.')
    move(api, item['id'], 'extend', due_on='2025-09-30', reason='Mưa.', document=document())
    second = api.ok('GET', '/v1/deadlines/' + item['id'], headers={'If-None-Match': first.etag})
    equal(second.json, {**first.json, 'due_on': '2025-09-30', 'version': 2}, 'extended')
    parts = [part(assignments=[assignment(agency=owner, role='implement')], timings=[dated('2025-10-01', text='Khác')])]
    api.ok('PATCH', '/v1/tasks/' + item['task'], {'parts': parts, 'title': 'Việc khác'}, role='office',
           headers={'If-Match': '*'})
    third = read(api, item['id'], {})
    equal(third.json, {**second.json, 'title': 'Việc khác', 'role': 'implement', 'period': '2025-10-01', 'version': 3,
                       'timing': {'kind': 'on_date', 'text': 'Khác'}}, 'changed with the plan')
    check(len({first.etag, second.etag, third.etag}) == 3, 'ETags %r', (first.etag, second.etag, third.etag))
    parts[0]['timings'] = [dated('2025-10-02', text='Khác')]
    api.ok('PATCH', '/v1/tasks/' + item['task'], {'parts': parts}, role='office', headers={'If-Match': '*'})
    third = read(api, item['id'], {})
    equal((third.json['period'], third.json['due_on'], third.json['version']), ('2025-10-02', '2025-09-30', 4),
          'of another day in the plan, and fixed by hand')
    api.ok('PATCH', '/v1/tasks/' + item['task'], {'title': 'Tên nữa'}, role='office', headers={'If-Match': '*'})
    equal(api.ok('GET', '/v1/deadlines/' + item['id'], headers={'If-None-Match': third.etag}).json['title'], 'Tên nữa',
          'only the title')
    publish(api, item['plan'])
    check(read(api, item['id'], {}).etag != third.etag, 'the same ETag when it is published')


def test_an_etag_of_one_caller_is_not_that_of_another(api):
    owner = store_agency(api)
    item = issue(api, ['2025-08-29'], owner)[0]
    seen = {}
    for name, headers in [*strangers(api, owner).items(), *((name, one[0]) for name, one in insiders(api, owner).items())]:
        reply = read(api, item['id'], headers)
        body = {**reply.json}
        equal(seen.setdefault(reply.etag, body), body, 'what %s gets with %s' % (name, reply.etag))


def test_page_tokens_tell_what_is_shown(api):
    """A stranger's page ends at the same deadline whatever lies between, and goes on from there."""
    owner = store_agency(api)
    items = issue(api, ['2025-08-%02d' % day for day in range(1, 13)], owner)
    for index, item in enumerate(items):
        bring(api, item['id'], STATUSES[index % 4], owner)
    shown = [item['id'] for index, item in enumerate(items) if index % 4 != 3]
    for sort, wanted in (('due_on', shown), ('-due_on', shown[::-1])):
        for limit in (1, 2, 8, 9):
            for headers in ({}, caller(api, 'agency', agency='so-noi-vu')):
                got = listed(api, headers, agency=owner, sort=sort, limit=limit)
                equal([item['id'] for item in got], wanted, 'pages of %d by %s' % (limit, sort))
    full = api.ok('GET', '/v1/deadlines', query={'agency': owner, 'limit': 9}).json
    check('next_page_token' not in full, 'a token after the last that is shown')


def test_reports_and_stories_are_the_agency_s_own(api):
    owner, ids = of_each_status(api)
    publish(api, read(api, ids['open'], caller(api, 'office')).json['plan'])
    for status, deadline in ids.items():
        for tail in ('/reports', '/history'):
            path = '/v1/deadlines/' + deadline + tail
            for name, headers in strangers(api, owner).items():
                if 'another' in name:
                    api.get(path, headers=headers).is_problem(404, 'not_found')
                elif name == 'nobody':
                    api.get(path, headers=headers).is_problem(401, 'unauthorized')
                else:
                    api.get(path, headers=headers).is_problem(403, 'forbidden')
            got = [api.ok('GET', path, headers=headers).json for headers, _ in insiders(api, owner).values()]
            equal([one == got[0] for one in got], [True] * len(got), 'the same for each who may, %s' % status)
            check(bool(got[0]['items']) == (tail == '/history' or status in ('reported', 'done')), 'items of %s', status)
    for wrong in ('0', '01', '-1', '9' * 18, '9' * 30, 'x', '%00', '1.0'):
        for tail in ('', '/reports', '/history'):
            reply = api.get('/v1/deadlines/%s%s' % (wrong, tail), role='office')
            check(reply.status in (400, 404), 'deadline %r: %r', wrong + tail, reply)


def expected_summary(items, today='2025-08-15'):
    opened = [item for item in items if item['status'] == 'open']
    soon = (datetime.date.fromisoformat(today) + datetime.timedelta(days=7)).isoformat()
    done = [item['working_days_late'] for item in items if item['status'] == 'done']
    return {'open': len(opened), 'due_within_7_days': sum(today <= item['due_on'] <= soon for item in opened),
            'late': sum(item['due_on'] < today for item in opened),
            'reported': sum(item['status'] == 'reported' for item in items),
            'done_in_time': done.count(None), 'done_late': len(done) - done.count(None)}


def test_summary(api):
    owner = store_agency(api)
    plans = [of_each_status(api, due_on=day, owner=owner)[1]
             for day in ('2025-08-14', '2025-08-15', '2025-08-22', '2025-08-23')]
    viewer = caller(api, 'viewer')
    items = listed(api, viewer, agency=owner)
    codes = [read(api, ids['open'], viewer).json['plan'] for ids in plans]
    path = '/v1/deadlines/summary'

    def asked(headers, **query):
        got = api.ok('GET', path, headers=headers, query=query).json
        equal((got.pop('agency'), got.pop('plan'), got.pop('on')), (owner, query.get('plan'), '2025-08-15'), 'of what')
        return got

    equal(expected_summary(items), {'open': 4, 'due_within_7_days': 2, 'late': 1, 'reported': 4, 'done_in_time': 3,
                                    'done_late': 1}, 'what the test expects')
    for headers, _ in insiders(api, owner).values():
        equal(asked(headers, agency=owner), expected_summary(items), 'of all plans')
        for code in codes:
            equal(asked(headers, agency=owner, plan=code),
                  expected_summary([item for item in items if item['plan'] == code]), 'of one plan')
    equal(asked(caller(api, 'agency', agency=owner)), expected_summary(items), 'its own by itself')
    nothing = expected_summary([])
    publish(api, codes[0])
    for name, headers in strangers(api, owner).items():
        seen = expected_summary([item for item in items if item['plan'] == codes[0]])
        equal(asked(headers, agency=owner), seen, 'what is published, ' + name)
        equal([asked(headers, agency=owner, plan=code) for code in codes], [seen, nothing, nothing, nothing], name)
    for headers in ({}, viewer, caller(api, 'office'), caller(api, 'viewer', agency=owner)):
        equal(api.get(path, headers=headers).is_problem(400, 'invalid_parameter').errors(), {'agency': 'required'}, 'of whom')
    for headers in ({}, viewer):
        for query, wanted in (({'agency': 'khong-co'}, {'agency': 'unknown_agency'}),
                              ({'agency': owner, 'plan': 'khong-co'}, {'plan': 'unknown_plan'})):
            equal(api.get(path, headers=headers, query=query).is_problem(400, 'invalid_parameter').errors(), wanted, 'unknown')
    draft = api.ok('POST', '/v1/plans', plan(unique('thu')), role='office', door='back', status=201).json['code']
    equal(api.get(path, query={'agency': owner, 'plan': draft}).is_problem(400, 'invalid_parameter').errors(),
          {'plan': 'unknown_plan'}, 'a draft')


def test_former_tasks(api):
    """When a task is dropped what was reported stays, and only that: strangers do not get it where progress is hidden."""
    owner = store_agency(api)
    items = issue(api, ['2025-08-29'] * len(STATUSES), owner)
    code = items[0]['plan']
    for item, status in zip(items, STATUSES):
        bring(api, item['id'], status, owner)
        api.ok('DELETE', '/v1/tasks/' + item['task'], role='office', headers={'If-Match': '*'}, status=204)
    for headers, actions in insiders(api, owner).values():
        for item, status in zip(items, ('cancelled', *STATUSES[1:])):
            got = read(api, item['id'], headers).json
            equal((got['status'], got['task'], got['former_task'], got['title'], got['actions']),
                  (status, None, item['task'], item['title'], actions[status] if status != 'cancelled' else []),
                  'a former task')
            equal(listed(api, headers, task=item['task']), [], 'found by its old number')
        equal([got['id'] for got in listed(api, headers, plan=code)], [item['id'] for item in items], 'of the plan')
    for published in (False, True):
        publish(api, code, published)
        for name, headers in strangers(api, owner).items():
            left = [items[1]['id'], items[2]['id']] if published else []
            equal([got['id'] for got in listed(api, headers, plan=code)], left, name)
            for item in items:
                equal(api.get('/v1/deadlines/' + item['id'], headers=headers).status, 200 if item['id'] in left else 404, name)


def test_no_official_is_named_anywhere(api):
    owner = store_agency(api)
    by_office, by_agency = (caller(api, 'office', sub=ACTOR), caller(api, 'agency', agency=owner, sub=ACTOR))
    replies = []

    def ask(method, path, body=None, headers=by_office, **more):
        key = {'Idempotency-Key': str(uuid.uuid4())} if path.endswith('/reports') and method == 'POST' else {}
        replies.append(api.call(method, path, body, headers={**headers, **key, **more.pop('extra', {})}, **more))
        check(replies[-1].status < 300 or more, '%s %s: %r', method, path, replies[-1])
        return replies[-1]

    code = unique('thu')
    body = plan(code)
    for one in body['tasks']:
        one['parts'] = [part(assignments=[assignment(agency=owner)])]
    ask('POST', '/v1/plans', body, door='back')
    ask('POST', '/v1/plans/%s/issue' % code, {})
    ids = [item['id'] for item in listed(api, by_office, plan=code)]
    path = '/v1/deadlines/' + ids[0]
    ask('POST', path + '/reports', {'percent': 100, 'done': True, 'note': 'Xong.'}, by_agency)
    ask('POST', path + '/return', {'reason': 'Thiếu.'})
    ask('POST', path + '/reports', {'percent': 100, 'done': True}, by_agency)
    ask('POST', path + '/verify', {})
    other = '/v1/deadlines/' + ids[1]
    ask('POST', other + '/remind', {'message': 'Nhanh.'})
    ask('POST', other + '/extend', {'due_on': '2025-11-11', 'reason': 'Mưa.', 'document': document()})
    ask('POST', other + '/cancel', {'reason': 'Trùng.'})
    feed = ask('POST', '/v1/calendar-feeds', {'agency': owner}).json
    ask('PATCH', '/v1/plans/' + code, {'publish_progress': True}, extra={'If-Match': '*'})
    ask('PATCH', '/v1/tasks/%s.1' % code, {'title': 'Khác'}, extra={'If-Match': '*'})
    ask('POST', '/v1/plans/%s/amend' % code, {'draft': 'khong-co'}, door='front')
    for headers in (by_office, by_agency):
        for read_path in (path, path + '/reports', path + '/history', other + '/history', '/v1/deadlines?agency=' + owner,
                          '/v1/deadlines/summary?agency=' + owner, '/v1/agenda?agency=' + owner, '/v1/tasks/%s.1' % code,
                          '/v1/calendar-feeds?agency=' + owner, '/v1/plans/' + code, '/v1/tasks?plan=' + code):
            ask('GET', read_path, headers=headers)
    ask('GET', '/v1/calendar-feeds/%s.ics' % feed['secret'], headers={})
    ask('POST', path + '/verify', {}, door='front')
    ask('POST', path + '/reports', {'percent': 5}, by_agency, door='front')
    ask('DELETE', '/v1/calendar-feeds/' + feed['id'], extra={'If-Match': '*'})
    for reply in replies:
        for word in (ACTOR, 'nguyen', 'actor', 'Nguyễn'):
            check(word not in reply.body.decode() and word not in str(reply.headers), '%s in %r', word, reply)
    check(ACTOR not in api.log_text(), 'the log names who it was')
    with_name = api.all_pages('/v1/audit', as_role='admin', actor=ACTOR, limit=200)
    check({'deadline', 'plan', 'task', 'calendar-feed'} <= {entry['resource'] for entry in with_name}, 'in the ledger')
    for entry in with_name:
        check(ACTOR not in str({**entry, 'actor': None}), 'elsewhere than as its actor: %r', entry)
    dump = api.database.run("""set search_path = kstthc;
        select count(*) from (select row_to_json(d)::text as line from deadline d union all
            select row_to_json(e)::text from deadline_event e union all select row_to_json(f)::text from calendar_feed f
            union all select row_to_json(a)::text from agenda a union all select row_to_json(t)::text from deadline_tally t) x
        where line like '%nguyen%'""")
    equal(dump, '0', 'rows that name who it was')
