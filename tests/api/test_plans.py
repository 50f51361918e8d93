"""From a document to a binding plan."""

import copy
import json
import os
import threading

from client import check, equal
from fixtures import DOCUMENT, issue_plan, part, plan, store_plan, task, unique
from test_conditional import at_once

SEED = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'db', 'seed')
TEXT = {'Content-Type': 'text/plain; charset=utf-8'}


def parse(api, text, **more):
    data = text if isinstance(text, bytes) else text.encode()
    headers = {**TEXT, **more.pop('headers', {})}
    return api.ok('POST', '/v1/plans/parse', data, role='office', door='back', headers=headers, **more)


def store(api, body, **more):
    return api.call('POST', '/v1/plans', body, role='office', door='back', **more)


def read_seed(name):
    with open(os.path.join(SEED, name), encoding='utf-8') as file:
        return file.read()


def test_parse_reads_the_2025_plan(api):
    got = parse(api, read_seed('plan-2025.txt')).json
    equal(set(got), {'plan', 'findings'}, 'members')
    equal([one['number'] for one in got['plan']['tasks']], list(range(1, 56)), 'tasks')
    equal(len(got['plan']['indicators']), 10, 'indicators')
    equal(len(got['plan']['sections']), 14, 'sections')
    wanted = json.loads(read_seed('plan-2025.json'))
    for mine, theirs in zip(got['plan']['tasks'], wanted['tasks']):
        for name in ('number', 'section'):
            equal(mine[name], theirs[name], name)
        equal([[t['kind'] for t in p['timings']] for p in mine['parts']],
              [[t['kind'] for t in p['timings']] for p in theirs['parts']], 'timings of task %d' % mine['number'])


def test_parse_stores_nothing(api):
    before = [item['code'] for item in api.all_pages('/v1/plans', as_role='office')]
    parse(api, DOCUMENT.replace('2025', '2031'))
    equal([item['code'] for item in api.all_pages('/v1/plans', as_role='office')], before, 'plans')


def test_findings_in_both_languages(api):
    vietnamese = parse(api, DOCUMENT)
    english = parse(api, DOCUMENT, headers={'Accept-Language': 'en'})
    equal(vietnamese.json['plan'], english.json['plan'], 'the plan in both languages')
    equal((vietnamese.headers.get('content-language'), english.headers.get('content-language')), ('vi', 'en'),
          'language')
    pairs = list(zip(vietnamese.json['findings'], english.json['findings']))
    check(pairs, 'no finding about "Đơn vị Lạ"')
    for mine, theirs in pairs:
        for name in ('row', 'field', 'severity', 'code'):
            equal(mine[name], theirs[name], name)
        check(mine['detail'] and mine['detail'] != theirs['detail'], 'details: %r %r', mine, theirs)
        check(mine['severity'] in ('info', 'warning', 'error'), '%r', mine)
    lines = DOCUMENT.split('\n')
    about = [one for one in vietnamese.json['findings'] if 'Đơn vị Lạ' in (one.get('text') or '')]
    check(about and 'Đơn vị Lạ' in lines[about[0]['row'] - 1], 'nothing names the unknown unit: %r', pairs)


def test_parse_takes_a_year(api):
    text = DOCUMENT.replace(' năm 2025', '')
    without = parse(api, text).json['plan']
    check('year' not in without, 'a year was found in %r', without.get('year'))
    equal(parse(api, text, query={'year': 2027}).json['plan']['code'], 'kstthc-2027', 'code')
    equal(parse(api, DOCUMENT, query={'year': 2027}).json['plan']['year'], 2025, 'the document says it')


def test_parse_never_fails_on_content(api):
    for text in ('x', '\n', '\t' * 1000, '<ul>' * 1000, 'KẾ HOẠCH', '1\t2\t3\n' * 3000, '\ufeff' + DOCUMENT, '\r\n',
                 DOCUMENT.replace('\n', '\r\n'), 'A' * 100000, '9' * 400, '1\t' + 'a) ' * 5000):
        got = parse(api, text).json
        equal(set(got), {'plan', 'findings'}, 'members for %r' % text[:20])


def test_parse_refuses_what_is_not_text(api):
    for data in (b'', b'\xff\xfe', 'KẾ HOẠCH'.encode('utf-16'), b'a\x00b', b'\xc3'):
        reply = api.call('POST', '/v1/plans/parse', data, role='office', door='back', headers=TEXT)
        check(reply.status in (400, 422), '%r: %r', data, reply)


def test_what_parse_gives_can_be_stored(api):
    for text in (DOCUMENT, read_seed('plan-2025.txt')):
        body = parse(api, text).json['plan']
        body['code'] = unique('thu')
        made = store(api, body)
        equal(made.status, 201, 'status: %r' % made)
        equal(made.headers['location'], '/v1/plans/' + body['code'], 'Location')
        tasks = api.all_pages('/v1/tasks', as_role='office', plan=body['code'])
        equal(len(tasks), len(body['tasks']), 'tasks')
        for stored, sent in zip(tasks, body['tasks']):
            equal(stored['code'], '%s.%d' % (body['code'], sent['number']), 'code')
            equal(stored['title'], sent['title'], 'title')
            equal(stored['parts'], sent['parts'], 'parts')
            equal(stored['section']['ordinal'], sent['section'], 'section')
        got = api.ok('GET', made.headers['location'], role='office').json
        for name in ('year', 'title', 'decision', 'sections', 'indicators'):
            equal(got[name], body[name], name)
        equal(got.get('target_rule'), body.get('target_rule'), 'target_rule')


def test_store_again_changes_nothing(api):
    body = plan(unique('thu'), tasks=3)
    first = store(api, body)
    equal(first.status, 201, 'first')
    changes = newest(api)
    for _ in range(3):
        again = store(api, body)
        equal((again.status, again.json, again.etag), (200, first.json, first.etag), 'again')
    shuffled = copy.deepcopy(body)
    shuffled['tasks'].reverse()
    shuffled['sections'].reverse()
    equal(store(api, shuffled).status, 200, 'the same in another order')
    equal(newest(api), changes, 'the feed')
    for one in api.all_pages('/v1/tasks', as_role='office', plan=body['code']):
        equal(one['version'], 1, 'version of a task')


def newest(api):
    """All keys of the feed so far."""
    cursor, found = None, []
    while True:
        query = {'limit': 200, **({'after': cursor} if cursor else {})}
        page = api.ok('GET', '/v1/changes', role='sync', query=query).json
        found += [(item['resource'], item['key'], item['version']) for item in page['items']]
        cursor = page['next']
        if not page['has_more']:
            return found


def test_concurrent_stores_of_the_same(api):
    body = plan(unique('thu'), tasks=20)
    replies = at_once(16, lambda index: store(api, body))
    statuses = sorted(reply.status for reply in replies)
    equal(statuses.count(201), 1, 'created among %r' % statuses)
    check(set(statuses) <= {200, 201, 503}, 'statuses %r', statuses)
    equal(len(api.all_pages('/v1/tasks', as_role='office', plan=body['code'])), 20, 'tasks')


def test_concurrent_stores_of_different(api):
    code = unique('thu')
    replies = at_once(16, lambda index: store(api, plan(code, tasks=index + 1, title='Bản %d' % index)))
    winners = [index for index, reply in enumerate(replies) if reply.status == 201]
    equal(len(winners), 1, 'winners among %r' % sorted(reply.status for reply in replies))
    check({reply.status for reply in replies} <= {201, 409, 503}, '%r', replies)
    equal(api.ok('GET', '/v1/plans/' + code, role='office').json['title'], 'Bản %d' % winners[0], 'title')
    equal(len(api.all_pages('/v1/tasks', as_role='office', plan=code)), winners[0] + 1, 'tasks of the winner')


def test_a_draft_is_invisible_to_others(api):
    code = store_plan(api)
    for role in (None, 'viewer', 'agency', 'sync', 'admin'):
        api.get('/v1/plans/' + code, role=role).is_problem(404, 'not_found')
        api.get('/v1/tasks/%s.1' % code, role=role).is_problem(404, 'not_found')
        equal(api.all_pages('/v1/tasks', as_role=role, plan=code), [], 'tasks for %s' % role)
        check(code not in [item['code'] for item in api.all_pages('/v1/plans', as_role=role)], 'listed for %s', role)
    api.ok('GET', '/v1/plans/' + code, role='office')
    issue_plan(api, code)
    for role in (None, 'viewer', 'agency', 'sync', 'admin', 'office'):
        api.ok('GET', '/v1/plans/' + code, role=role)
        equal(len(api.all_pages('/v1/tasks', as_role=role, plan=code)), 2, 'tasks for %s' % role)


def test_a_bad_plan_is_stored_not_at_all(api):
    body = plan(unique('thu'), tasks=4)
    body['sections'].append({'ordinal': 2, 'label': 'C', 'title': 'Trùng', 'ancestors': []})
    body['tasks'][1]['number'] = 1
    body['tasks'][2]['section'] = 9
    body['tasks'][3]['parts'] = [
        part(assignments=[{'agency': 'khong-co', 'name': 'x', 'role': 'lead'},
                          {'group': 'khong-co', 'name': 'x', 'role': 'lead'},
                          {'agency': 'so-y-te', 'group': 'so-ban-nganh', 'name': 'x', 'role': 'lead'}]),
        part(timings=[{'kind': 'quarter', 'text': 'Quý III'},
                      {'kind': 'continuous', 'text': 'Thường xuyên', 'due_on': '2025-09-30'},
                      {'kind': 'year', 'text': 'Năm', 'due_on': '2025-12-31', 'recurrence': {'rrule': 'FREQ=YEARLY'}},
                      {'kind': 'recurring', 'text': 'Hàng tháng', 'recurrence': {'rrule': 'FREQ=SOMETIMES'}}])]
    body['indicators'][0]['scope'].append({'group': 'khong-co', 'name': 'x', 'role': 'implement'})
    reply = store(api, body).is_problem(422, 'invalid')
    equal(reply.errors(), {
        '/sections/2/ordinal': 'duplicate_ordinal', '/tasks/1/number': 'duplicate_number',
        '/tasks/2/section': 'unknown_section',
        '/tasks/3/parts/0/assignments/0/agency': 'unknown_agency',
        '/tasks/3/parts/0/assignments/1/group': 'unknown_group',
        '/tasks/3/parts/0/assignments/2/agency': 'agency_and_group',
        '/tasks/3/parts/1/timings/0/due_on': 'due_on_missing',
        '/tasks/3/parts/1/timings/1/due_on': 'due_on_not_allowed',
        '/tasks/3/parts/1/timings/2/recurrence': 'rrule_not_allowed',
        '/tasks/3/parts/1/timings/3/recurrence/rrule': 'bad_rrule',
        '/indicators/0/scope/1/group': 'unknown_group'}, 'errors')
    api.get('/v1/plans/' + body['code'], role='office').is_problem(404, 'not_found')
    equal(api.all_pages('/v1/tasks', as_role='office', plan=body['code']), [], 'tasks')


def test_a_bad_task_names_every_wrong_field(api):
    code = store_plan(api)
    body = {'plan': code, **task(9, 7)}
    body['parts'] = [part(assignments=[{'agency': 'khong-co', 'name': 'x', 'role': 'lead'}]),
                     part(timings=[{'kind': 'on_date', 'text': 'Sớm'}])]
    wrong = {'/section': 'unknown_section', '/parts/0/assignments/0/agency': 'unknown_agency',
             '/parts/1/timings/0/due_on': 'due_on_missing'}
    equal(api.call('POST', '/v1/tasks', body, role='office').is_problem(422, 'invalid').errors(), wrong,
          'errors of POST')
    patch = {name: body[name] for name in ('section', 'parts')}
    reply = api.call('PATCH', '/v1/tasks/%s.1' % code, patch, role='office', headers={'If-Match': '*'})
    equal(reply.is_problem(422, 'invalid').errors(), wrong, 'errors of PATCH')
    body = {'plan': 'khong-co', **task(9)}
    reply = api.call('POST', '/v1/tasks', body, role='office').is_problem(422, 'invalid')
    equal(reply.errors().get('/plan'), 'unknown_plan', 'errors of an unknown plan')
    reply = api.call('POST', '/v1/tasks', {'plan': code, **task(1)}, role='office')
    equal(reply.is_problem(409, 'conflict').errors(), {'/number': 'taken'}, 'errors of a number that is taken')


def test_statement_errors_of_agencies(api):
    path = '/v1/agencies/' + unique('co-quan')
    body = {'name': 'Sai', 'kind': 'other', 'parent': 'khong-co', 'successor': 'khong-co-nua', 'groups': ['la'],
            'valid_from': '2025-07-02', 'valid_to': '2025-07-01', 'official_code': '21211'}
    wrong = {'/parent': 'unknown_parent', '/successor': 'unknown_successor', '/groups/0': 'unknown_group',
             '/valid_to': 'valid_to_before_valid_from', '/official_code': 'taken'}
    reply = api.call('PUT', path, body, role='office', headers={'If-None-Match': '*'}).is_problem(422, 'invalid')
    equal(reply.errors(), wrong, 'errors of PUT')
    api.get(path).is_problem(404, 'not_found')
    api.ok('PUT', path, {'name': 'Đúng', 'kind': 'other'}, role='office', headers={'If-None-Match': '*'}, status=201)
    reply = api.call('PATCH', path, {**body, 'parent': path.split('/')[-1]}, role='office', headers={'If-Match': '*'})
    equal(reply.is_problem(422, 'invalid').errors(), {**wrong, '/parent': 'own_parent'}, 'errors of PATCH')


def test_issue(api):
    code = store_plan(api)
    got = api.ok('POST', '/v1/plans/%s/issue' % code, {'number': '12/QĐ-UBND', 'date': '2025-08-14'},
                 role='office').json
    equal((got['status'], got['issued_on'], got['decision']['number'], got['decision']['date'], got['version']),
          ('issued', '2025-08-15', '12/QĐ-UBND', '2025-08-14', 2), 'issued')
    api.call('POST', '/v1/plans/%s/issue' % code, {}, role='office').is_problem(409, 'wrong_state')
    equal(api.ok('GET', '/v1/plans/' + code).json, got, 'what is stored')


def test_issue_without_a_body(api):
    for body, headers in ((None, {}), (b'', {'Content-Type': None}), ({}, {})):
        code = store_plan(api)
        got = api.ok('POST', '/v1/plans/%s/issue' % code, body, role='office', headers=headers).json
        equal((got['status'], got['decision']['number']), ('issued', None), 'issued with %r' % body)


def test_of_16_issuers_one_wins(api):
    code = store_plan(api)
    replies = at_once(16, lambda index: api.call('POST', '/v1/plans/%s/issue' % code, {}, role='office'))
    statuses = sorted(reply.status for reply in replies)
    equal(statuses.count(200), 1, 'winners among %r' % statuses)
    check(set(statuses) <= {200, 409, 503}, 'statuses %r', statuses)


def test_an_issued_plan_is_never_replaced(api):
    body = plan(unique('thu'))
    store(api, body)
    issue_plan(api, body['code'])
    before = api.ok('GET', '/v1/plans/' + body['code']).json
    for headers in ({}, {'If-Match': '*'}, {'If-Match': '"2"'}):
        reply = store(api, {**body, 'title': 'Khác'}, headers=headers)
        equal(reply.status, 409, 'status with %r: %r' % (headers, reply))
    equal(api.ok('GET', '/v1/plans/' + body['code']).json, before, 'the plan')


def test_replacing_a_draft_keeps_what_is_the_same(api):
    body = plan(unique('thu'), tasks=4)
    tag = store(api, body).etag
    changed = copy.deepcopy(body)
    changed['tasks'] = [changed['tasks'][0], {**changed['tasks'][1], 'title': 'Khác'}, task(9, 2)]
    changed['sections'].append({'ordinal': 3, 'label': 'C', 'title': 'Thêm', 'ancestors': []})
    equal(store(api, changed, headers={'If-Match': tag}).json['version'], 2, 'version')
    got = {one['number']: one['version'] for one in api.all_pages('/v1/tasks', as_role='office', plan=body['code'])}
    equal(got, {1: 1, 2: 2, 9: 1}, 'versions of the tasks')


def test_a_large_plan_goes_through_the_back_door(api):
    body = plan(unique('thu'), tasks=0)
    body['tasks'] = [task(number, title='Nhiệm vụ %d %s' % (number, 'dài ' * 100)) for number in range(1, 1001)]
    slow = []
    stop = threading.Event()

    def look():
        while not stop.is_set():
            reply = api.get('/v1/tasks/kstthc-2025.1')
            if reply.status != 200:
                slow.append(reply)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        equal(store(api, body).status, 201, 'status')
    finally:
        stop.set()
        reader.join()
    equal(slow, [], 'what the front door answered meanwhile')
    equal(len(api.all_pages('/v1/tasks', as_role='office', plan=body['code'], limit=200)), 1000, 'tasks')


def test_codes_in_a_path_may_be_escaped(api):
    equal(api.ok('GET', '/v1/plans/kstthc%2D2025').json['code'], 'kstthc-2025', 'code')
