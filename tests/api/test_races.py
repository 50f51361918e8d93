"""Two at the same instant: one session holds what the other one's statement runs into.

A holder's transaction is open when the call begins, and ends while it waits.
What comes out must be what one after the other would give.
"""

import json
import threading
import time

from client import check, equal
from fixtures import part, plan, store_agency, store_plan, unique

WAIT = 0.25


def overtaken(api, statement, call):
    """The reply of a call that had to wait for a session which ran the statement, and then committed."""
    holder = api.database.session(statement)
    replies = []
    caller = threading.Thread(target=lambda: replies.append(call()))
    caller.start()
    time.sleep(WAIT)
    waited = caller.is_alive()
    holder.communicate('commit;\n', timeout=10)
    caller.join()
    check(replies, 'no reply')
    check(waited, 'it did not wait: %r', replies[0])
    return replies[0]


def store(api, body):
    api.ok('POST', '/v1/plans', body, role='office', door='back', status=201)
    return body['code']


def quoted(body):
    return '$body$%s$body$' % json.dumps(body, ensure_ascii=False)


def replace(body, version=1):
    return "select plan_store(%s, '{%d}')" % (quoted(body), version)


def test_replace_after_delete_has_the_task_again(api):
    body = plan(unique('dua'))
    code = store(api, body)
    again = {**body, 'title': 'Thay thế'}
    reply = overtaken(api, "delete from task where code = '%s.2'; update plan set version = 2 where code = '%s'" % (code, code),
                      lambda: api.call('POST', '/v1/plans', again, role='office', door='back', headers={'If-Match': '"2"'}))
    equal(reply.status, 200, 'replace')
    equal([task['number'] for task in api.ok('GET', '/v1/tasks', query={'plan': code}, role='office').json['items']],
          [task['number'] for task in body['tasks']], 'tasks of the replaced draft')


def test_an_edit_of_a_task_is_another_version_of_its_draft(api):
    body = plan(unique('dua'))
    code = store(api, body)
    api.ok('PATCH', '/v1/tasks/%s.1' % code, {'title': 'Sửa'}, role='office', headers={'If-Match': '*'})
    api.call('POST', '/v1/plans', {**body, 'title': 'Khác'}, role='office', door='back',
             headers={'If-Match': '"1"'}).is_problem(412, 'stale_version')
    api.call('POST', '/v1/plans/%s/issue' % code, {}, role='office', headers={'If-Match': '"1"'}).is_problem(
        412, 'stale_version')
    api.ok('DELETE', '/v1/tasks/%s.1' % code, role='office', headers={'If-Match': '*'}, status=204)
    api.call('POST', '/v1/plans/%s/issue' % code, {}, role='office', headers={'If-Match': '"2"'}).is_problem(
        412, 'stale_version')
    api.ok('POST', '/v1/plans/%s/issue' % code, {}, role='office', headers={'If-Match': '"3"'})


def moved(body):
    """The body with a section more, into which its first task has moved."""
    section = {'ordinal': 8, 'label': 'X', 'title': 'Mục mới'}
    tasks = [{**body['tasks'][0], 'section': 8}] + body['tasks'][1:]
    return {**body, 'sections': body['sections'] + [section], 'tasks': tasks}


def test_patch_of_a_task_that_moves_meanwhile(api):
    body = plan(unique('dua'))
    code = store(api, body)
    path = '/v1/tasks/%s.%d' % (code, body['tasks'][0]['number'])
    reply = overtaken(api, replace(moved(body)), lambda: api.call(
        'PATCH', path, {'title': 'Đã sửa'}, role='office', headers={'If-Match': '*'}))
    equal((reply.status, reply.json.get('title'), reply.json['section']['ordinal']), (200, 'Đã sửa', 8), 'patch')
    code = store(api, {**body, 'code': unique('dua')})
    path = '/v1/tasks/%s.%d' % (code, body['tasks'][0]['number'])
    reply = overtaken(api, replace(moved({**body, 'code': code})), lambda: api.call(
        'PATCH', path, {'title': 'Đã sửa'}, role='office', headers={'If-Match': '"1"'}))
    reply.is_problem(412, 'stale_version')


def test_a_deleted_number_comes_back_above_its_old_version(api):
    body = plan(unique('dua'))
    code = store(api, body)
    number = body['tasks'][0]['number']
    new = {'plan': code, 'number': number, 'section': body['tasks'][0]['section'], 'title': 'Mới', 'parts': [part()]}
    reply = overtaken(api, "select from plan where code = '%s' for no key update; delete from task where code = '%s.%d'" % (
        code, code, number), lambda: api.call('POST', '/v1/tasks', new, role='office'))
    equal((reply.status, reply.json['version']), (201, 3), 'the task and its version')


def test_a_section_that_goes_meanwhile_is_named(api):
    body = moved(plan(unique('dua')))
    without = {**body, 'sections': body['sections'][:-1],
               'tasks': [{**body['tasks'][0], 'section': body['sections'][0]['ordinal']}] + body['tasks'][1:]}
    code = store(api, body)
    new = {'plan': code, 'number': 77, 'section': 8, 'title': 'Mới', 'parts': [part()]}
    reply = overtaken(api, replace(without), lambda: api.call('POST', '/v1/tasks', new, role='office'))
    equal(reply.is_problem(422, 'invalid').errors(), {'/section': 'unknown_section'}, 'create')
    code = store(api, {**body, 'code': unique('dua')})
    reply = overtaken(api, replace({**without, 'code': code}), lambda: api.call(
        'PATCH', '/v1/tasks/%s.%d' % (code, body['tasks'][1]['number']), {'section': 8}, role='office',
        headers={'If-Match': '*'}))
    equal(reply.is_problem(422, 'invalid').errors(), {'/section': 'unknown_section'}, 'patch')


def test_an_official_code_taken_meanwhile_is_named(api):
    one, other = store_agency(api), store_agency(api)
    taken = unique('H48')
    reply = overtaken(api, "update agency set official_code = '%s' where code = '%s'" % (taken, one), lambda: api.call(
        'PATCH', '/v1/agencies/' + other, {'official_code': taken}, role='office', headers={'If-Match': '*'}))
    equal(reply.is_problem(422, 'invalid').errors(), {'/official_code': 'taken'}, 'errors')


def test_a_heading_that_changes_changes_its_tasks(api):
    body = plan(unique('dua'))
    code = store(api, body)
    path = '/v1/tasks/%s.%d' % (code, body['tasks'][0]['number'])
    before = api.ok('GET', path, role='office')
    section = body['tasks'][0]['section']
    sections = [{**one, 'title': 'Tên mới'} if one['ordinal'] == section else one for one in body['sections']]
    api.ok('POST', '/v1/plans', {**body, 'sections': sections}, role='office', door='back', headers={'If-Match': '"1"'})
    after = api.ok('GET', path, role='office', headers={'If-None-Match': before.etag})
    equal((after.json['section']['title'], after.etag != before.etag), ('Tên mới', True), 'the task under its new heading')


def test_an_agency_edit_does_not_hold_up_who_names_it(api):
    agency = store_agency(api)
    code = store_plan(api)
    holder = api.database.session("update agency set note = 'x' where code = '%s'" % agency)
    try:
        api.ok('POST', '/v1/tasks', {'plan': code, 'number': 78, 'section': 1, 'title': 'Mới', 'parts': [
            part(assignments=[{'agency': agency, 'name': 'x', 'role': 'lead'}])]}, role='office', status=201)
    finally:
        holder.communicate('rollback;\n', timeout=10)


def test_a_feed_page_is_bounded_in_bytes(api):
    cursor, code = None, unique('lon')
    while True:
        page = api.ok('GET', '/v1/changes', role='sync', query={'limit': 200, **({'after': cursor} if cursor else {})}).json
        cursor = page['next']
        if not page['has_more']:
            break
    text = 'x' * 3900
    tasks = [{'number': n, 'section': 1, 'title': 'T', 'parts': [{'outputs': [text] * 15}]} for n in range(1, 151)]
    api.ok('POST', '/v1/plans', {'code': code, 'year': 2026, 'title': 'Lớn', 'tasks': tasks,
                                 'sections': [{'ordinal': 1, 'label': 'A', 'title': 'Mục'}]}, role='office', door='back',
           status=201)
    seen = 0
    while True:
        reply = api.ok('GET', '/v1/changes', role='sync', query={'limit': 200, 'after': cursor})
        check(len(reply.body) < 6_000_000, 'a page of %d bytes', len(reply.body))
        seen += len(reply.json['items'])
        cursor = reply.json['next']
        if not reply.json['has_more']:
            break
    equal(seen, 151, 'entries of the plan and its tasks')
    too_large = {'code': unique('lon'), 'year': 2026, 'title': 'Lớn', 'sections': [{'ordinal': 1, 'label': 'A', 'title': 'Mục'}],
                 'tasks': [{'number': 1, 'section': 1, 'title': 'T', 'parts': [{'outputs': [text] * 20}]}]}
    api.call('POST', '/v1/plans', too_large, role='office', door='back').is_problem(422, 'invalid')
