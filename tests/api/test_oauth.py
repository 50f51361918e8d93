"""Tokens for programs, and who a token is."""

import base64
import json
import urllib.parse

from client import check, equal
from fixtures import store_client
from jwt import Maker
from test_process import serving

FORM = {'Content-Type': 'application/x-www-form-urlencoded'}
GRANT = {'grant_type': 'client_credentials'}


def basic(code, secret):
    return {'Authorization': 'Basic ' + base64.b64encode(('%s:%s' % (code, secret)).encode()).decode()}


def ask(api, body, headers=None):
    text = body if isinstance(body, bytes) else urllib.parse.urlencode(body).encode()
    return api.call('POST', '/v1/oauth/token', text, headers={**FORM, **(headers or {})})


def grant(api, code, secret, **more):
    reply = ask(api, {**GRANT, **more}, basic(code, secret))
    equal(reply.status, 200, 'status of %r' % reply)
    equal((reply.headers['cache-control'], reply.headers['pragma']), ('no-store', 'no-cache'), 'caching (RFC 6749, 5.1)')
    return reply.json


def refused(reply, status, code, error):
    reply.is_problem(status, code)
    equal(reply.json['error'], error, 'error (RFC 6749, 5.2)')
    if status == 401:
        check(reply.headers.get('www-authenticate', '').startswith('Basic realm="kstthc"'), 'WWW-Authenticate of %r', reply)
    return reply


def bearer(token):
    return {'Authorization': 'Bearer ' + token}


def claims_of(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def test_both_ways(api):
    client, secret = store_client(api, roles=['sync', 'viewer'])
    by_header = grant(api, client['code'], secret)
    equal((by_header['token_type'], by_header['expires_in'], by_header['scope']), ('Bearer', 900, 'viewer sync'), 'reply')
    by_form = ask(api, {**GRANT, 'client_id': client['code'], 'client_secret': secret}).json
    equal(by_form['scope'], 'viewer sync', 'scope')
    check(by_form['access_token'] != by_header['access_token'], 'the same token twice: no jti')
    for answer in (by_header, by_form):
        api.ok('GET', '/v1/changes?limit=1', headers=bearer(answer['access_token']))
        api.call('POST', '/v1/tasks', {}, headers=bearer(answer['access_token'])).is_problem(403, 'forbidden')
    claims = claims_of(by_header['access_token'])
    check(claims['jti'] and claims['jti'] != claims_of(by_form['access_token'])['jti'], 'no jti of its own')
    equal((claims['sub'], claims['client_id'], claims['iss'], claims['aud'], claims['exp'] - claims['iat']),
          ('client:' + client['code'], client['code'], 'kstthc', 'kstthc', 900), 'claims')


def test_scope(api):
    client, secret = store_client(api, roles=['sync', 'viewer'])
    equal(grant(api, client['code'], secret, scope='sync')['scope'], 'sync', 'one role')
    equal(grant(api, client['code'], secret, scope=' viewer  sync viewer')['scope'], 'viewer sync', 'both')
    token = grant(api, client['code'], secret, scope='viewer')['access_token']
    api.call('GET', '/v1/changes', headers=bearer(token)).is_problem(403, 'forbidden')
    for scope in ('admin', 'sync admin', 'public', 'SYNC', 'sync,viewer', ' '):
        refused(ask(api, {**GRANT, 'scope': scope}, basic(client['code'], secret)), 400, 'invalid_scope', 'invalid_scope')


def test_spellings_of_basic(api):
    client, secret = store_client(api)
    value = basic(client['code'], secret)['Authorization'][6:]
    for scheme in ('basic ', 'BASIC ', 'Basic   '):
        equal(ask(api, GRANT, {'Authorization': scheme + value}).status, 200, scheme)
    equal(ask(api, {**GRANT, 'client_id': client['code']}, basic(client['code'], secret)).status, 200, 'its own id in the form')
    other = store_client(api)[0]['code']
    refused(ask(api, {**GRANT, 'client_id': other}, basic(client['code'], secret)), 401, 'invalid_client', 'invalid_client')
    cut = base64.b64encode(('%s:%s\0x' % (client['code'], secret)).encode()).decode()
    for bad in (cut, value + ',x', value + ', Basic ' + value, value + ' x', value[:-1], value.rstrip('=') + '==='):
        refused(ask(api, GRANT, {'Authorization': 'Basic ' + bad}), 401, 'invalid_client', 'invalid_client')
    twice = ('POST /v1/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n'
             'Authorization: Basic %s\r\nAuthorization: Basic eDp5\r\nContent-Length: 29\r\n\r\n'
             'grant_type=client_credentials' % value)
    replies, _ = api.raw(twice.encode(), replies=1)
    equal(replies[0].status, 401, 'two headers')


def test_wrong_credentials(api):
    client, secret = store_client(api)
    code = client['code']
    other = store_client(api)
    for headers in (basic(code, 'sai'), basic(code, ''), basic(code, secret[:-1]), basic(code, secret + 'x'), basic('', secret),
                    basic('khong-co', secret), basic(code.upper(), secret), basic(other[0]['code'], secret), {},
                    basic("' or 1=1 --", secret), basic(code, 'x' * 5000), {'Authorization': 'Basic'}, {'Authorization': 'Basic !!!'},
                    {'Authorization': 'Basic ' + base64.b64encode(code.encode()).decode()}, {'Authorization': 'Digest x'},
                    {'Authorization': basic(code, secret)['Authorization'].replace('Basic', 'Basicx')}):
        refused(ask(api, GRANT, headers), 401, 'invalid_client', 'invalid_client')
    for more in ({'client_id': code}, {'client_secret': secret}, {'client_id': code, 'client_secret': 'sai'},
                 {'client_id': code + '\0', 'client_secret': secret}):
        reply = ask(api, {**GRANT, **more})
        check(reply.status in (400, 401) and reply.json['error'] in ('invalid_client', 'invalid_request'), '%r: %r', more, reply)
    check(secret not in api.log_text(), 'a secret is in the log')


def test_malformed(api):
    client, secret = store_client(api)
    sent = basic(client['code'], secret)
    for body in (b'', b'grant_type=', b'grant_type=client_credentials&grant_type=client_credentials', b'grant_type=%zz', b'grant_type=%00',
                 b'scope=sync', b'grant_type=client_credentials&scope=sync&scope=sync', b'grant_type\0=client_credentials',
                 b'\xff', b'&'.join(b'a%d=1' % n for n in range(40)), b'{"grant_type": "client_credentials"}'):
        refused(ask(api, body, sent), 400, 'invalid_token_request', 'invalid_request')
    refused(ask(api, {**GRANT, 'client_id': client['code'], 'client_secret': secret}, sent), 400, 'invalid_token_request',
            'invalid_request')
    for kind in ('password', 'authorization_code', 'refresh_token', 'CLIENT_CREDENTIALS', 'client_credentials '):
        refused(ask(api, {'grant_type': kind}, sent), 400, 'unsupported_grant_type', 'unsupported_grant_type')
    equal(ask(api, {**GRANT, 'khac': '1'}, sent).status, 200, 'a parameter that is not known (RFC 6749, 3.2)')
    ask(api, GRANT, {**sent, 'Content-Type': 'application/json'}).is_problem(415, 'unsupported_media_type')
    ask(api, b'a' * 65537, sent).is_problem(413, 'body_too_large')


def test_disabled(api):
    client, secret = store_client(api)
    path = '/v1/clients/' + client['code']
    grant(api, client['code'], secret)
    api.ok('PATCH', path, {'status': 'disabled'}, role='admin', headers={'If-Match': '*'})
    refused(ask(api, GRANT, basic(client['code'], secret)), 401, 'invalid_client', 'invalid_client')
    api.ok('PATCH', path, {'status': 'active', 'roles': ['viewer']}, role='admin', headers={'If-Match': '*'})
    equal(grant(api, client['code'], secret)['scope'], 'viewer', 'roles as they are now')


def test_rotation(api):
    client, first = store_client(api)
    path = '/v1/clients/%s/rotate' % client['code']
    second = api.ok('POST', path, {'keep_old_seconds': 600}, role='admin').json['secret']
    for secret in (first, second):
        grant(api, client['code'], secret)
    third = api.ok('POST', path, {'keep_old_seconds': 0}, role='admin').json['secret']
    grant(api, client['code'], third)
    for secret in (first, second):
        refused(ask(api, GRANT, basic(client['code'], secret)), 401, 'invalid_client', 'invalid_client')
    fourth = api.ok('POST', path, {}, role='admin').json['secret']
    grant(api, client['code'], third)
    api.database.run("update kstthc.client set old_secret_until = now() - interval '1 second' where code = '%s'" % client['code'])
    refused(ask(api, GRANT, basic(client['code'], third)), 401, 'invalid_client', 'invalid_client')
    grant(api, client['code'], fourth)


def test_me(api):
    client, secret = store_client(api, roles=['agency', 'viewer'], agency='so-y-te')
    token = grant(api, client['code'], secret)['access_token']
    me = api.ok('GET', '/v1/me', headers=bearer(token)).json
    equal((me['subject'], me['issuer'], me['roles'], me['agency']),
          ('client:' + client['code'], 'kstthc', ['viewer', 'agency'], {'code': 'so-y-te', 'name': 'Sở Y tế'}), 'me')
    check('listTasks' in me['operations'] and 'getMe' in me['operations'] and 'createTask' not in me['operations'], '%r', me)
    maker = Maker(api.keys)
    me = api.ok('GET', '/v1/me', headers=bearer(maker.make(roles=['giam-doc'], sub='Ông Ba'))).json
    equal((me['subject'], me['roles'], me['agency']), ('Ông Ba', [], None), 'a token without a role of ours')
    check('getMe' in me['operations'] and 'listChanges' not in me['operations'], '%r', me)
    me = api.ok('GET', '/v1/me', headers=bearer(maker.make(roles=['agency'], agency='khong-co'))).json
    equal(me['agency'], {'code': 'khong-co', 'name': None}, 'an agency that is not there')
    api.get('/v1/me').is_problem(401, 'unauthorized')
    api.ok('GET', '/v1/me', role='admin').json['operations'].index('createClient')


def test_settings_are_written_down(api):
    """A start with other settings stands in the audit trail, one with the same leaves nothing."""
    def entries():
        return api.all_pages('/v1/audit', resource='setting', key='idle-seconds', as_role='admin')

    before = len(entries())
    for seconds, more in (('47', 1), ('47', 1), ('48', 2)):
        with serving(api.database, KSTTHC_IDLE_SECONDS=seconds):
            pass
        equal(len(entries()), before + more, 'entries after a start with %s' % seconds)
    equal((entries()[0]['data']['value'], entries()[0]['actor']), ('48', 'start'), 'the newest')
    every = api.all_pages('/v1/audit', resource='setting', as_role='admin')
    check(not [entry for entry in every if entry['key'] in ('listen', 'bulk-listen')], "a copy's own address is written down")
    values = {entry['key']: entry['data']['value'] for entry in every}
    equal(values['database-url'], '(set)', 'a secret')
