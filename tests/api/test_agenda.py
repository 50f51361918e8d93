"""GET /v1/agenda: what one agency owes now, and when its version changes."""

from client import check, equal
from deadline_callers import bring, caller, issue, listed, of_each_status
from fixtures import (assignment, document, issue_deadlines, move, new_task, part, report, store_agency, unique_day)
from service import TODAY, Service

PATH = '/v1/agenda'
MEMBERS = {'kind', 'id', 'due_on', 'title', 'plan', 'task', 'part', 'part_label', 'period', 'role', 'status', 'percent',
           'overdue', 'working_days_left', 'working_days_late', 'actions', 'version'}


def agenda(api, owner, **more):
    return api.ok('GET', PATH, headers=caller(api, 'agency', agency=owner), **more)


def versions(api, agencies):
    return [agenda(api, owner).etag for owner in agencies]


def test_what_is_open_soonest_first(api):
    owner = store_agency(api)
    days = ('2025-09-10', '2025-08-14', '2025-08-15', '2025-12-31', '2025-08-14', '2025-01-24')
    items = issue(api, days, owner)
    bring(api, items[-1]['id'], 'reported', owner)
    report(api, items[0]['id'], owner=owner, percent=35)
    of_each_status(api, owner=owner)
    office = caller(api, 'office')
    for headers in (caller(api, 'agency', agency=owner), caller(api, 'agency', 'office', agency=owner), office,
                    caller(api, 'office', agency='so-noi-vu'), caller(api, 'agency', 'office', agency='so-noi-vu')):
        deadlines = listed(api, headers, agency=owner, status='open')
        got = listed(api, headers, path=PATH, agency=owner)
        equal(got, [{'kind': 'deadline', **{name: item[name] for name in MEMBERS if name != 'kind'}} for item in deadlines],
              'what is open, as the list has it')
        check(len(got) == 6 and got[0]['percent'] == 35, 'its items %r', got)
    got = agenda(api, owner).json['items']
    equal([item['due_on'] for item in got], sorted(item['due_on'] for item in got), 'order')
    equal([(item['overdue'], item['actions'], item['status']) for item in got],
          [(item['due_on'] < TODAY, ['report'], 'open') for item in got], 'of each')


def test_only_its_own(api):
    owner = store_agency(api)
    issue(api, ['2025-09-10'], owner)
    for headers in (caller(api, 'agency', agency='so-noi-vu'), caller(api, 'agency', 'viewer', agency='so-noi-vu'),
                    caller(api, 'agency', 'sync', 'admin', agency='so-noi-vu')):
        api.get(PATH, headers=headers, query={'agency': owner}).is_problem(404, 'not_found')
        check(owner not in api.ok('GET', PATH, headers=headers).body.decode(), 'another one is in it')
    equal(agenda(api, owner).json, agenda(api, owner, query={'agency': owner}).json, 'its own, named')
    for roles in (('viewer',), ('sync',), ('admin',), ('public',), ('viewer', 'sync', 'admin')):
        api.get(PATH, headers=caller(api, *roles, agency=owner), query={'agency': owner}).is_problem(403, 'forbidden')
    api.get(PATH, query={'agency': owner}).is_problem(401, 'unauthorized')
    for headers in (caller(api, 'office'), caller(api, 'office', agency=owner)):
        errors = api.get(PATH, headers=headers).is_problem(400, 'invalid_parameter').errors()
        equal(errors, {'agency': 'required'}, 'of whom')
        api.get(PATH, headers=headers, query={'agency': 'khong-co'}).is_problem(404, 'not_found')
    api.get(PATH, headers=caller(api, 'agency', agency='khong-co')).is_problem(404, 'not_found')
    fresh = agenda(api, store_agency(api))
    equal(fresh.json, {'items': []}, 'of one that never owed anything')
    check(fresh.etag.startswith('"0.'), 'its ETag %s', fresh.etag)


def test_unchanged_is_304(api):
    owner = store_agency(api)
    issue(api, ['2025-09-10'] * 5, owner)
    headers = caller(api, 'agency', agency=owner)
    first = agenda(api, owner)
    for method in ('GET', 'HEAD'):
        whole = api.ok(method, PATH, headers=headers)
        equal((whole.etag, whole.body), (first.etag, first.body if method == 'GET' else b''), method)
        for sent in (first.etag, '"x", %s' % first.etag, 'W/' + first.etag, '*'):
            reply = api.call(method, PATH, headers={**headers, 'If-None-Match': sent})
            equal((reply.status, reply.body, reply.etag), (304, b'', first.etag), '%s with %s' % (method, sent))
        version = first.etag[1:].split('.')[0]
        for sent in ('"%s"' % version, '"0%s' % first.etag[1:], first.etag.replace('agency', 'office'),
                     first.etag.replace('20250815', '20250814'), '"9%s' % first.etag[1:]):
            equal(api.call(method, PATH, headers={**headers, 'If-None-Match': sent}).status, 200, '%s with %s' % (method, sent))
    for query in ({'limit': 2}, {'agency': owner}):
        page = api.ok('GET', PATH, headers=headers, query=query)
        equal(api.get(PATH, headers={**headers, 'If-None-Match': page.etag}, query=query).status, 304, 'of %r' % query)
    check(api.ok('GET', PATH, role='office', query={'agency': owner}).etag != first.etag, 'the office has the same ETag')


def test_every_change_is_its_agency_s_alone(api):
    owner, other = store_agency(api), store_agency(api)
    first, second, third, fourth = [item['id'] for item in issue(api, ['2025-09-10'] * 4, owner)]
    issue(api, ['2025-09-10'], other)
    term = issue_deadlines(api, owner=owner, kind='after_event', text='Chậm nhất 2 ngày làm việc', document=document(),
                           event_on=unique_day(), term={'working_days': 2})[0]
    done = document()
    task = '/v1/tasks/' + term['task']
    changes = (
        ('a report', lambda: report(api, first, owner=owner, percent=50)),
        ('the same report again', lambda: report(api, first, owner=owner, percent=50)),
        ('reported as done', lambda: report(api, first, owner=owner, percent=100, done=True)),
        ('a return', lambda: move(api, first, 'return', reason='Thiếu.')),
        ('done again', lambda: report(api, first, owner=owner, percent=100, done=True)),
        ('verified', lambda: move(api, first, 'verify')),
        ('an extension', lambda: move(api, second, 'extend', due_on='2025-10-01', reason='Mưa.', document=done)),
        ('a reminder', lambda: move(api, third, 'remind', message='Nhanh.')),
        ('cancelled', lambda: move(api, fourth, 'cancel', reason='Trùng.')),
        ('another title', lambda: api.ok('PATCH', task, {'title': 'Việc khác'}, role='office', headers={'If-Match': '*'})),
        ('another date', lambda: api.ok('PATCH', task, {'parts': [part(assignments=[assignment(agency=owner)])]},
                                        role='office', headers={'If-Match': '*'})),
        ('another task', lambda: api.ok('POST', '/v1/tasks', new_task(
            term['plan'], 60, parts=[part(assignments=[assignment(agency=owner)])]), role='office', status=201)),
        ('a task less', lambda: api.ok('DELETE', '/v1/tasks/%s.60' % term['plan'], role='office', headers={'If-Match': '*'},
                                       status=204)),
        ('another plan', lambda: issue(api, ['2025-11-11'], owner)),
    )
    before = versions(api, (owner, other))
    for what, change in changes:
        change()
        now = versions(api, (owner, other))
        known = {**caller(api, 'agency', agency=owner), 'If-None-Match': before[0]}
        equal((api.get(PATH, headers=known).status, api.get(PATH, headers=known).etag), (200, now[0]), 'after ' + what)
        equal(now[1], before[1], 'the other one after ' + what)
        equal(len(agenda(api, owner).json['items']),
              len(listed(api, caller(api, 'agency', agency=owner), agency=owner, status='open')), 'items after ' + what)
        before = now
    for what, change in (
            ('a refused report', lambda: api.call('POST', '/v1/deadlines/%s/reports' % first, {'percent': 1},
                                                  headers=caller(api, 'agency', agency=owner)).is_problem(409, 'wrong_state')),
            ('a label that nobody is shown', lambda: api.ok('PATCH', task, {'label': 'x'}, role='office',
                                                            headers={'If-Match': '*'})),
            ('a reader', lambda: api.ok('GET', '/v1/deadlines/' + second, role='office')),
            ('what became late', lambda: api.database.run("select kstthc.daily_escalate('%s')" % TODAY))):
        change()
        equal(versions(api, (owner, other)), before, what)


def test_a_calendar_edit_changes_every_agenda(api):
    agencies = store_agency(api), store_agency(api)
    for owner in agencies:
        issue(api, ['2036-12-30'], owner)
    before = versions(api, agencies)
    left = agenda(api, agencies[0]).json['items'][0]['working_days_left']
    path = '/v1/calendar/' + unique_day()
    was = api.ok('GET', path).json
    kind = {'work': 'off', 'off': 'work'}[was['kind']]
    api.ok('PUT', path, {'kind': kind, 'reason': 'Chống bão'}, role='office', headers={'If-Match': '*'})
    now = versions(api, agencies)
    check(now[0] != before[0] and now[1] != before[1], 'the same versions')
    equal(agenda(api, agencies[0]).json['items'][0]['working_days_left'], left + (1 if kind == 'work' else -1), 'days left')
    api.ok('PUT', path, {'kind': was['kind'], 'reason': was['reason']}, role='office', headers={'If-Match': '*'})


def test_tomorrow_is_another_agenda(api):
    owner = store_agency(api)
    issue(api, ['2025-08-15', '2025-08-18'], owner)
    today = agenda(api, owner)
    # Its work of that day is not for the other tests to find done.
    held = api.database.session('select from daily_tick for update')
    service = Service(api.database, KSTTHC_TOKEN_KEYS=api.keys.setting(), KSTTHC_TODAY='2025-08-18')
    try:
        service.wait_ready()
        headers = {**caller(api, 'agency', agency=owner), 'If-None-Match': today.etag}
        later = service.ok('GET', PATH, headers=headers)
        equal([(item['overdue'], item['working_days_left'], item['working_days_late']) for item in later.json['items']],
              [(True, None, 1), (False, 0, None)], 'on Monday')
        equal([(item['overdue'], item['working_days_left'], item['working_days_late']) for item in today.json['items']],
              [(False, 0, None), (False, 1, None)], 'on Friday')
    finally:
        service.stop()
        held.communicate('rollback;')


def test_pages(api):
    owner = store_agency(api)
    issue(api, ['2025-09-%02d' % (1 + number // 3) for number in range(14)], owner)
    headers = caller(api, 'agency', agency=owner)
    whole = agenda(api, owner, query={'limit': 200}).json['items']
    equal(len(whole), 14, 'items')
    for limit in (1, 7, 13, 14, 15):
        equal(listed(api, headers, path=PATH, limit=limit), whole, 'pages of %d' % limit)
    page = agenda(api, owner, query={'limit': 3}).json
    report(api, page['items'][0]['id'], owner=owner, percent=100, done=True)
    rest = listed(api, headers, path=PATH, limit=3, page_token=page['next_page_token'])
    equal([item['id'] for item in page['items'] + rest], [item['id'] for item in whole], 'while one is done')
    for query in ({'agency': owner}, {'page_token': 'x'}):
        api.get(PATH, headers=headers, query={'page_token': page['next_page_token'], **query}).is_problem(
            400, 'invalid_page_token')
