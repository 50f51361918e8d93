"""ETag, If-None-Match, If-Match; two writers at once."""

import concurrent.futures
import re
import threading

from client import check, equal
from fixtures import agency, plan, store_agency, store_plan, unique

SINGLE = ('/v1/agencies/so-tu-phap', '/v1/plans/kstthc-2025', '/v1/tasks/kstthc-2025.1')


def at_once(count, function):
    """Results of function(0..count-1), started together."""
    gate = threading.Barrier(count)

    def one(index):
        gate.wait()
        return function(index)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_every_single_resource_has_an_etag(api):
    for path in SINGLE:
        for role in (None, 'office', 'viewer'):
            reply = api.ok('GET', path, role=role)
            check(re.fullmatch(r'"[0-9]+(\.[a-z0-9+-]+)*"', reply.etag or ''), 'ETag of %s: %r', path, reply.etag)
            equal(reply.etag.strip('"').split('.')[0], str(reply.json['version']), 'version in the ETag of ' + path)
            equal(api.ok('GET', path, role=role).etag, reply.etag, 'ETag of %s asked again' % path)


def test_304_when_nothing_changed(api):
    for path in SINGLE:
        first = api.ok('GET', path)
        tag, length = first.etag, len(first.body)
        for sent in (tag, 'W/' + tag, '*', '"x", %s' % tag, 'W/"0" ,%s,"y"' % tag):
            for method in ('GET', 'HEAD'):
                reply = api.call(method, path, headers={'If-None-Match': sent})
                equal((reply.status, reply.body), (304, b''), '%s with If-None-Match: %s' % (method, sent))
                equal(reply.headers.get('etag'), tag, 'ETag of 304')
                if 'content-length' in reply.headers:
                    equal(int(reply.headers['content-length']), length, 'Content-Length of 304')
        for sent in ('"x"', '"0", W/"00"', '"999"', '"%s.x"' % tag.strip('"')):
            equal(api.get(path, headers={'If-None-Match': sent}).status, 200, 'with If-None-Match: ' + sent)
        for sent in ('x', '"', '"a', tag.strip('"'), '*, "1"'):
            reply = api.get(path, headers={'If-None-Match': sent})
            equal(reply.is_problem(400, 'invalid_parameter').errors(), {'If-None-Match': 'bad_format'}, 'errors')


def test_304_only_for_who_may_see_it(api):
    code = store_plan(api)
    tag = api.ok('GET', '/v1/plans/' + code, role='office').etag
    for role in (None, 'viewer', 'agency', 'sync', 'admin'):
        for sent in (tag, '*'):
            api.get('/v1/plans/' + code, role=role, headers={'If-None-Match': sent}).is_problem(404, 'not_found')


def test_etag_changes_with_each_change_and_only_then(api):
    code = store_agency(api)
    path = '/v1/agencies/' + code
    seen = []
    for number in range(1, 5):
        reply = api.ok('GET', path)
        equal(reply.json['version'], number, 'version')
        check(reply.etag not in seen, 'ETag %s again', reply.etag)
        seen.append(reply.etag)
        changed = api.ok('PATCH', path, {'name': 'Tên số %d' % number}, role='office', headers={'If-Match': reply.etag})
        equal(changed.json['version'], number + 1, 'version after the change')
        equal(api.ok('GET', path).etag, changed.etag, 'ETag told to the writer')
    same = api.ok('PATCH', path, {'name': 'Tên số 4'}, role='office', headers={'If-Match': '*'})
    equal(same.json['version'], 5, 'version after a patch that changes nothing')


def test_if_match_takes_lists_other_roles_and_any(api):
    code = store_agency(api)
    path = '/v1/agencies/' + code
    for number, sent in enumerate(('"1"', '"x", "2"', '"3.office.20250815"', '"4.viewer"', '*', ' "77" , "6" ',
                                   '"7.x"'), 1):
        reply = api.call('PATCH', path, {'name': 'Lần %d' % number}, role='office', headers={'If-Match': sent})
        equal((reply.status, reply.json.get('version')), (200, number + 1), 'If-Match: ' + sent)
    for sent in ('W/"8"', '"08x"', '"7"', '"8 "', '"-8"', '"8,"'):
        reply = api.call('PATCH', path, {'name': 'Không'}, role='office', headers={'If-Match': sent})
        check(reply.status in (412, 400), 'If-Match: %s: %r', sent, reply)
    equal(api.ok('GET', path).json['version'], 8, 'version')


def test_put_creates_and_replaces(api):
    code = unique('co-quan')
    path = '/v1/agencies/' + code
    api.call('PUT', path, agency(), role='office', headers={'If-Match': '*'}).is_problem(412, 'stale_version')
    made = api.ok('PUT', path, agency(), role='office', headers={'If-None-Match': '*'}, status=201)
    equal(made.headers['location'], path, 'Location')
    api.call('PUT', path, agency(), role='office', headers={'If-None-Match': '*'}).is_problem(412, 'stale_version')
    reply = api.call('PUT', path, agency(), role='office', headers={'If-None-Match': '"1"'})
    check(reply.status == 400, 'If-None-Match with a tag: %r', reply)
    reply = api.call('PUT', path, agency(), role='office', headers={'If-None-Match': '*', 'If-Match': '"1"'})
    check(reply.status in (400, 412), 'both: %r', reply)
    put = api.ok('PUT', path, {'name': 'Gọn', 'kind': 'other'}, role='office', headers={'If-Match': made.etag}).json
    equal((put['name'], put['short_name'], put['aliases'], put['version']), ('Gọn', None, [], 2), 'replaced whole')


def test_merge_patch(api):
    code = store_agency(api, contact={'phone': '0255 382 2222', 'email': 'a@b.vn'}, groups=['so-ban-nganh'])
    path = '/v1/agencies/' + code
    patch = {'short_name': None, 'contact': {'phone': None, 'website': 'https://x.vn'}, 'groups': []}
    got = api.ok('PATCH', path, patch, role='office', headers={'If-Match': '"1"'}).json
    equal(got['contact'], {'address': None, 'phone': None, 'website': 'https://x.vn', 'email': 'a@b.vn'}, 'contact')
    equal((got['short_name'], got['groups'], got['name']), (None, [], 'Phòng Thử nghiệm'), 'the rest')
    equal(api.ok('PATCH', path, {}, role='office', headers={'If-Match': '"2"'}).json, got, 'an empty patch')


def test_task_patch_and_delete(api):
    code = store_plan(api)
    path = '/v1/tasks/%s.1' % code
    got = api.ok('PATCH', path, {'label': '1a', 'section': 2}, role='office', headers={'If-Match': '"1"'}).json
    equal((got['label'], got['section']['label'], got['version']), ('1a', 'B.I', 2), 'patched')
    got = api.ok('PATCH', path, {'label': None}, role='office', headers={'If-Match': '"2"'}).json
    equal(got['label'], None, 'the label that was removed')
    api.call('DELETE', path, role='office', headers={'If-Match': '"2"'}).is_problem(412, 'stale_version')
    api.ok('DELETE', path, role='office', headers={'If-Match': '"3"'}, status=204)
    api.get(path, role='office').is_problem(404, 'not_found')
    for method, body in (('DELETE', None), ('PATCH', {'label': 'x'})):
        api.call(method, path, body, role='office', headers={'If-Match': '*'}).is_problem(404, 'not_found')


def test_an_old_etag_never_fits_what_was_made_anew(api):
    code = store_plan(api)
    path = '/v1/tasks/%s.1' % code
    old = api.ok('GET', path, role='office')
    api.ok('DELETE', path, role='office', headers={'If-Match': old.etag}, status=204)
    body = {'plan': code, 'number': 1, 'section': 1, 'title': 'Mới', 'parts': old.json['parts']}
    new = api.ok('POST', '/v1/tasks', body, role='office', status=201)
    check(new.json['version'] > old.json['version'], 'version %d again', new.json['version'])
    reply = api.call('PATCH', path, {'title': 'x'}, role='office', headers={'If-Match': old.etag})
    reply.is_problem(412, 'stale_version')


def test_post_honours_if_match(api):
    code = store_plan(api)
    path = '/v1/plans/%s/issue' % code
    api.call('POST', path, {}, role='office', headers={'If-Match': '"9"'}).is_problem(412, 'stale_version')
    api.call('POST', path, {}, role='office', headers={'If-Match': 'W/"1"'}).is_problem(412, 'stale_version')
    api.ok('POST', path, {}, role='office', headers={'If-Match': '"1"'})
    body = plan(unique('thu'))
    api.ok('POST', '/v1/plans', body, role='office', door='back', status=201)
    changed = {**body, 'title': 'Khác'}
    api.call('POST', '/v1/plans', changed, role='office', door='back').is_problem(409, 'conflict')
    api.call('POST', '/v1/plans', changed, role='office', door='back',
             headers={'If-Match': '"5"'}).is_problem(412, 'stale_version')
    got = api.ok('POST', '/v1/plans', changed, role='office', door='back', headers={'If-Match': '"1"'}).json
    equal((got['title'], got['version']), ('Khác', 2), 'the replaced draft')


def test_if_match_any_replaces_a_draft(api):
    body = plan(unique('thu'))
    # RFC 9110, 13.1.1 and 13.1.2: "*" stands for whatever is there.
    api.call('POST', '/v1/plans', body, role='office', door='back', headers={'If-Match': '*'}).is_problem(412, 'stale_version')
    api.ok('POST', '/v1/plans', body, role='office', door='back', headers={'If-None-Match': '*'}, status=201)
    api.call('POST', '/v1/plans', body, role='office', door='back', headers={'If-None-Match': '*'}).is_problem(
        412, 'stale_version')
    got = api.ok('POST', '/v1/plans', {**body, 'title': 'Khác'}, role='office', door='back', headers={'If-Match': '*'})
    equal((got.json['title'], got.json['version']), ('Khác', 2), 'the replaced draft')
    path = '/v1/plans/%s/issue' % body['code']
    api.call('POST', path, {}, role='office', headers={'If-Match': '"1"'}).is_problem(412, 'stale_version')
    api.ok('POST', path, {}, role='office', headers={'If-Match': '*'})


def test_of_64_writers_exactly_one_wins(api):
    code = store_agency(api)
    path = '/v1/agencies/' + code
    for round_number in range(1, 4):
        tag = '"%d"' % round_number
        replies = at_once(64, lambda index, tag=tag: api.call(
            'PATCH', path, {'name': 'Người thứ %d với %s' % (index, tag)}, role='office', headers={'If-Match': tag}))
        winners = [index for index, reply in enumerate(replies) if reply.status == 200]
        others = {reply.status for reply in replies} - {200}
        check(others <= {412, 503}, 'statuses %r', sorted(r.status for r in replies))
        equal(len(winners), 1, 'winners of round %d' % round_number)
        now = api.ok('GET', path).json
        equal((now['name'], now['version']), ('Người thứ %d với %s' % (winners[0], tag), round_number + 1), 'stored')


def test_of_64_deleters_exactly_one_wins(api):
    code = store_plan(api)
    path = '/v1/tasks/%s.1' % code
    replies = at_once(64, lambda index: api.call('DELETE', path, role='office', headers={'If-Match': '"1"'}))
    statuses = sorted(reply.status for reply in replies)
    equal(statuses.count(204), 1, 'winners among %r' % statuses)
    check(set(statuses) <= {204, 404, 412, 503}, 'statuses %r', statuses)


def test_of_64_creators_exactly_one_wins(api):
    path = '/v1/agencies/' + unique('co-quan')
    replies = at_once(64, lambda index: api.call(
        'PUT', path, agency(name='Người thứ %d' % index), role='office', headers={'If-None-Match': '*'}))
    winners = [index for index, reply in enumerate(replies) if reply.status == 201]
    equal(len(winners), 1, 'winners among %r' % sorted(reply.status for reply in replies))
    check({reply.status for reply in replies} <= {201, 412, 503}, 'statuses %r', sorted(r.status for r in replies))
    equal(api.ok('GET', path).json['name'], 'Người thứ %d' % winners[0], 'what is stored')


def test_no_update_is_lost_by_readers_who_try_again(api):
    code = store_agency(api, aliases=[])
    path = '/v1/agencies/' + code

    def add(index):
        while True:
            seen = api.ok('GET', path)
            reply = api.call('PATCH', path, {'aliases': seen.json['aliases'] + ['tên %d' % index]}, role='office',
                             headers={'If-Match': seen.etag})
            if reply.status == 200:
                return
            check(reply.status in (412, 503), '%r', reply)

    at_once(8, add)
    got = api.ok('GET', path).json
    equal(sorted(got['aliases']), sorted('tên %d' % index for index in range(8)), 'aliases')
    equal(got['version'], 9, 'version')


def test_issue_and_patch_at_once(api):
    """Whatever comes first, nothing is lost and the plan is issued once."""
    code = store_plan(api)
    replies = at_once(16, lambda index: issue_or_patch(api, code, index))
    equal([reply.status for reply in replies[:8]].count(200), 1, 'issued')
    check(all(reply.status in (200, 412, 503) for reply in replies[8:]), '%r', replies[8:])
    equal(api.ok('GET', '/v1/plans/' + code).json['status'], 'issued', 'status')


def issue_or_patch(api, code, index):
    if index < 8:
        return api.call('POST', '/v1/plans/%s/issue' % code, {}, role='office')
    return api.call('PATCH', '/v1/tasks/%s.1' % code, {'title': 'Lần %d' % index}, role='office',
                    headers={'If-Match': '"1"'})
