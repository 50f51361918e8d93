"""Programs with secrets of their own: /v1/clients, and what the ledger keeps of them."""

import re

from client import check, equal
from fixtures import new_client, store_client, unique

SECRET = '[A-Za-z0-9_-]{43}'


def test_create(api):
    body = new_client(roles=['sync', 'viewer', 'sync'], note='Chạy mỗi giờ.')
    reply = api.ok('POST', '/v1/clients', body, role='admin', status=201)
    document = reply.json
    check(re.fullmatch(SECRET, document.pop('secret')), 'the secret is %r', reply.json['secret'])
    equal(reply.headers['location'], '/v1/clients/' + body['code'], 'Location')
    equal(reply.headers['cache-control'], 'no-store', 'Cache-Control')
    equal((document['roles'], document['status'], document['agency'], document['note']),
          (['viewer', 'sync'], 'active', None, 'Chạy mỗi giờ.'), 'client')
    again = api.ok('GET', reply.headers['location'], role='admin')
    equal(again.json, document, 'what is read again')
    equal(again.etag, reply.etag, 'ETag')
    taken = api.call('POST', '/v1/clients', body, role='admin').is_problem(409, 'conflict')
    equal(taken.errors(), {'/code': 'taken'}, 'errors')


def test_secrets_are_kept_nowhere(api):
    document, secret = store_client(api)
    rotated = api.ok('POST', '/v1/clients/%s/rotate' % document['code'], {}, role='admin').json['secret']
    dump = api.database.run("select string_agg(t::text, ' ') from (select c::text as t from kstthc.client c"
                            " union all select l::text from kstthc.ledger l union all select i::text"
                            " from kstthc.ledger_inbox i union all select d::text from kstthc.idempotency d) all_of_it")
    check(document['code'] in dump, 'the client is not in the database')
    for value in (secret, rotated):
        check(value not in dump and value not in api.log_text(), 'a secret is kept')


def test_agency(api):
    reply = api.call('POST', '/v1/clients', new_client(roles=['agency']), role='admin').is_problem(422, 'invalid')
    equal(reply.errors(), {'/agency': 'required'}, 'errors')
    reply = api.call('POST', '/v1/clients', new_client(roles=['agency'], agency='khong-co'), role='admin')
    equal(reply.is_problem(422, 'invalid').errors(), {'/agency': 'unknown_agency'}, 'errors')
    document, _ = store_client(api, roles=['agency'], agency='so-tu-phap')
    path = '/v1/clients/' + document['code']
    reply = api.call('PATCH', path, {'agency': None}, role='admin', headers={'If-Match': '*'})
    equal(reply.is_problem(422, 'invalid').errors(), {'/agency': 'required'}, 'errors')
    patched = api.ok('PATCH', path, {'agency': None, 'roles': ['viewer']}, role='admin', headers={'If-Match': '"1"'})
    equal((patched.json['agency'], patched.json['roles'], patched.etag), (None, ['viewer'], '"2"'), 'client')


def test_list(api):
    document, _ = store_client(api, roles=['agency'], agency='so-y-te')
    other, _ = store_client(api)
    equal([item['code'] for item in api.all_pages('/v1/clients', agency='so-y-te', as_role='admin')],
          [document['code']], 'of the agency')
    every = [item['code'] for item in api.all_pages('/v1/clients', limit=2, as_role='admin')]
    equal(every, sorted(set(every)), 'in order, each once')
    check({document['code'], other['code']} <= set(every), 'somebody is missing')
    sync = [item['code'] for item in api.all_pages('/v1/clients', role='sync', as_role='admin')]
    check(other['code'] in sync and document['code'] not in sync, 'by role')
    path = '/v1/clients/' + other['code']
    api.ok('PATCH', path, {'status': 'disabled'}, role='admin', headers={'If-Match': '*'})
    disabled = [item['code'] for item in api.all_pages('/v1/clients', status='disabled', as_role='admin')]
    check(other['code'] in disabled and document['code'] not in disabled, 'by status')


def test_rotate(api):
    document, secret = store_client(api)
    path = '/v1/clients/%s/rotate' % document['code']
    reply = api.ok('POST', path, {'keep_old_seconds': 60}, role='admin', headers={'If-Match': '"1"'})
    check(reply.json['secret'] != secret, 'the secret is the old one')
    check(reply.json['old_secret_until'] > reply.json['secret_made_at'], 'the old one is not kept: %r', reply.json)
    api.call('POST', path, {}, role='admin', headers={'If-Match': '"1"'}).is_problem(412, 'stale_version')
    equal(api.ok('POST', path, {'keep_old_seconds': 0}, role='admin').json['old_secret_until'], None, 'at once')
    reply = api.call('POST', path, {'keep_old_seconds': 604801}, role='admin').is_problem(422, 'invalid')
    equal(reply.errors(), {'/keep_old_seconds': 'too_large'}, 'errors')
    api.call('POST', '/v1/clients/khong-co/rotate', {}, role='admin').is_problem(404, 'not_found')


def test_a_rotation_asked_for_twice(api):
    """While the old secret is kept, a second rotation would end it before its time: that has to be said."""
    document, _ = store_client(api)
    path = '/v1/clients/%s/rotate' % document['code']
    first = api.ok('POST', path, {}, role='admin')
    for body in ({}, {'keep_old_seconds': 60}, None):
        api.call('POST', path, body, role='admin').is_problem(409, 'wrong_state')
    equal(api.get('/v1/clients/' + document['code'], role='admin').etag, first.etag, 'what was not changed')
    second = api.ok('POST', path, {}, role='admin', headers={'If-Match': first.etag})
    api.ok('POST', path, {'keep_old_seconds': 0}, role='admin')
    third = api.ok('POST', path, {}, role='admin')
    check(len({reply.json['secret'] for reply in (first, second, third)}) == 3, 'the same secret twice')
    done = api.database.kstthc('client', 'rotate', document['code'])
    check(done.returncode == 1 and 'state' in done.stderr and not done.stdout, 'the command: %r', done)


def test_audit(api):
    """Who changed a client stands in the audit trail and not in the feed."""
    document, _ = store_client(api)
    path = '/v1/clients/' + document['code']
    api.ok('PATCH', path, {'status': 'disabled'}, role='admin', headers={'If-Match': '"1"', 'X-Request-Id': 'dong-cua'})
    api.ok('POST', path + '/rotate', {}, role='admin')
    entries = api.all_pages('/v1/audit', resource='client', key=document['code'], as_role='admin')
    equal([(entry['op'], entry['version']) for entry in entries], [('update', 3), ('update', 2), ('create', 1)], 'entries')
    equal(entries[1]['data']['status'], 'disabled', 'what was changed')
    equal((entries[1]['request_id'], entries[1]['actor']), ('dong-cua', 'admin'), 'who')
    check(not [name for name in entries[0]['data'] if 'hash' in name or name == 'secret'], 'a hash: %r', entries[0])
    news, cursor = [], None
    while True:
        page = api.ok('GET', '/v1/changes', role='sync', query={'limit': 200, **({'after': cursor} if cursor else {})}).json
        news += page['items']
        cursor = page['next']
        if not page['has_more']:
            break
    check(news, 'the feed is empty')
    equal({entry['resource'] for entry in news} & {'client', 'key', 'setting'}, set(), 'in the feed')
    reply = api.ok('GET', '/v1/changes', role='sync', query={'resource': 'client'}).json
    equal((reply['items'], reply['has_more']), ([], False), 'asked for by name')


def test_audit_filters(api):
    document, _ = store_client(api)
    every = api.all_pages('/v1/audit', limit=200, as_role='admin')
    equal([entry['seq'] for entry in every], list(range(len(every), 0, -1)), 'newest first, without a hole')
    equal({entry['resource'] for entry in every} >= {'agency', 'plan', 'task', 'client', 'setting'}, True, 'resources')
    by_actor = api.all_pages('/v1/audit', actor='admin', as_role='admin')
    check(by_actor and {entry['actor'] for entry in by_actor} == {'admin'}, 'by actor')
    today = every[0]['at'][:10]
    equal(len(api.all_pages('/v1/audit', **{'from': today, 'to': today}, as_role='admin')) > 0, True, 'today')
    for query in ({'to': '2020-01-01'}, {'from': '2199-01-01'}, {'actor': 'khong ai'}, {'request_id': 'x'},
                  {'key': document['code'], 'resource': 'agency'}):
        equal(api.all_pages('/v1/audit', **query, as_role='admin'), [], 'entries of %r' % query)


def test_command(api):
    """kstthc client does the same."""
    code = unique('lenh')
    run = api.database.kstthc
    done = run('client', 'add', code, '--name', 'Tác vụ', '--role', 'sync', '--role', 'viewer')
    check(done.returncode == 0 and re.fullmatch(SECRET + '\n', done.stdout), 'add: %r', done)
    equal(api.ok('GET', '/v1/clients/' + code, role='admin').json['roles'], ['viewer', 'sync'], 'roles')
    listed = run('client', 'list').stdout
    check('%s\tactive\t["viewer","sync"]\t-\tTác vụ\n' % code in listed, 'list: %r', listed)
    check(run('client', 'disable', code).returncode == 0, 'disable')
    equal(api.ok('GET', '/v1/clients/' + code, role='admin').json['status'], 'disabled', 'status')
    check(run('client', 'enable', code).returncode == 0, 'enable')
    done = run('client', 'rotate', code, '--keep-old-seconds', '0')
    check(re.fullmatch(SECRET + '\n', done.stdout), 'rotate: %r', done)
    entries = api.all_pages('/v1/audit', resource='client', key=code, as_role='admin')
    equal([entry['actor'] for entry in entries], ['command'] * 4, 'who did it')
    for arguments in ((), ('add',), ('add', code, '--name', 'x', '--role', 'sync'), ('add', 'x y', '--name', 'x', '--role', 'sync'),
                      ('add', 'a', '--name', 'x'), ('add', 'a', '--role', 'chu'), ('add', 'a', '--name'),
                      ('add', 'a', '--name', 'x', '--role', 'agency'), ('add', 'a', '--name', 'x', '--role', 'agency', '--agency', 'khong'),
                      ('disable', 'khong-co'), ('rotate', 'khong-co'), ('rotate', code, '--keep-old-seconds', '-1'), ('xoa', code)):
        done = run('client', *arguments)
        check(done.returncode == 1 and done.stderr.startswith('kstthc: ') and done.stderr.count('\n') == 1 and not done.stdout,
              'client %r: %r', arguments, done)
