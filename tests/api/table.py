"""Every route: how to ask it well, and how to ask it with several things wrong at once.

A route that `kstthc routes` prints and this table lacks fails test_matrix.
"""

from fixtures import (DOCUMENT, agency, amendment, etag_of, new_client, new_task, part, plan, store_agency, store_client,
                      store_issued_plan, store_plan, unique)
from table_deadlines import DEADLINE_ROUTES
from table_row import (ADMIN, EVERYONE, FORM, JSON, LIST, OFFICE, PATCH, SYNC, TEXT, Route, get, many, under)

BAD_CONTACT = {'phone': 'abc', 'website': 'ftp://x', 'email': 'khong phai', 'fax': '1'}
BAD_AGENCY = {'kind': 'wrong', 'short_name': 5, 'parent': 'KHÔNG', 'official_code': 'x' * 33, 'groups': 'x',
              'valid_from': '2025-02-30', 'valid_to': 7, 'successor': '', 'contact': BAD_CONTACT, 'aliases': [1, ''],
              'la': True, 'name': 'a\u0007b'}
BAD_AGENCY_ERRORS = {
    '/kind': 'not_in_list', '/short_name': 'wrong_type', '/parent': 'bad_format', '/official_code': 'too_long',
    '/groups': 'wrong_type', '/valid_from': 'not_a_date', '/valid_to': 'wrong_type', '/successor': 'bad_format',
    '/contact/phone': 'bad_format', '/contact/website': 'bad_format', '/contact/email': 'bad_format',
    '/contact/fax': 'unknown_member', '/aliases/0': 'wrong_type', '/aliases/1': 'too_short',
    '/la': 'unknown_member', '/name': 'control_character'}
BAD_PARTS = [
    {'label': 'x' * 21, 'outputs': ['', 'x' * 4001], 'timings': [{'kind': 'mai', 'due_on': '31/12/2025'}],
     'assignments': [{'role': 'boss', 'la': 1}]},
    7,
]
BAD_PARTS_ERRORS = {
    '/0/label': 'too_long', '/0/outputs/0': 'too_short', '/0/outputs/1': 'too_long',
    '/0/timings/0/kind': 'not_in_list', '/0/timings/0/text': 'required', '/0/timings/0/due_on': 'not_a_date',
    '/0/assignments/0/role': 'not_in_list', '/0/assignments/0/name': 'required',
    '/0/assignments/0/la': 'unknown_member', '/1': 'wrong_type'}


def put_good(api):
    return '/v1/agencies/' + store_agency(api), agency(name='Phòng Thử nghiệm mới'), {'If-Match': '"1"'}


def patch_agency_good(api):
    return '/v1/agencies/' + store_agency(api), {'short_name': None}, {'If-Match': '"1"'}


def issue_good(api):
    return '/v1/plans/%s/issue' % store_plan(api), {'number': '1/QĐ-UBND', 'date': '2025-08-01'}, {}


def patch_plan_good(api):
    path = '/v1/plans/' + store_issued_plan(api)
    return path, {'publish_progress': True}, {'If-Match': etag_of(api, path)}


def amend_good(api):
    code = store_issued_plan(api)
    return '/v1/plans/%s/amend' % code, {'draft': amendment(api, code)}, {}


def create_task_good(api):
    return '/v1/tasks', new_task(store_plan(api), 77), {}


def patch_task_good(api):
    return '/v1/tasks/%s.1' % store_plan(api), {'title': 'Nội dung khác'}, {'If-Match': '"1"'}


def delete_task_good(api):
    return '/v1/tasks/%s.1' % store_plan(api), None, {'If-Match': '"1"'}


def bad_plan():
    body = plan('Sai Mã', year=1800, title='', tasks=0, la=1)
    body['decision'] = {'number': 5, 'date': '2025-13-01'}
    body['sections'] = [{'ordinal': 0, 'title': '', 'ancestors': [{'title': 'x'}]}]
    body['tasks'] = [{'number': 'một', 'section': 1.5, 'title': 'x' * 4001, 'parts': []}]
    body['target_rule'] = {'below': 3}
    body['indicators'] = [{'code': 'X', 'name': '', 'target': {'comparison': '>=', 'value': '60'}}]
    return body


BAD_PLAN_ERRORS = {
    '/code': 'bad_format', '/year': 'too_small', '/title': 'too_short', '/la': 'unknown_member',
    '/decision/number': 'wrong_type', '/decision/date': 'not_a_date',
    '/sections/0/ordinal': 'too_small', '/sections/0/label': 'required', '/sections/0/title': 'too_short',
    '/sections/0/ancestors/0/label': 'required',
    '/tasks/0/number': 'wrong_type', '/tasks/0/section': 'wrong_type', '/tasks/0/title': 'too_long',
    '/tasks/0/parts': 'too_few', '/target_rule/text': 'required', '/target_rule/below': 'wrong_type',
    '/indicators/0/code': 'bad_format', '/indicators/0/name': 'too_short', '/indicators/0/unit': 'required',
    '/indicators/0/target/comparison': 'not_in_list', '/indicators/0/target/value': 'wrong_type'}
BAD_TASK = {'plan': 'Không', 'number': 0, 'label': 'x' * 21, 'title': '  ', 'parts': BAD_PARTS, 'code': 'a.1'}
BAD_TASK_ERRORS = {'/plan': 'bad_format', '/number': 'too_small', '/label': 'too_long', '/title': 'too_short',
                   '/section': 'required', '/code': 'unknown_member', **under('/parts', BAD_PARTS_ERRORS)}


def create_token_good(api):
    client, secret = store_client(api)
    return '/v1/oauth/token', {'grant_type': 'client_credentials', 'client_id': client['code'], 'client_secret': secret}, {}


def patch_client_good(api):
    return '/v1/clients/' + store_client(api)[0]['code'], {'note': 'Ghi chú'}, {'If-Match': '"1"'}


def rotate_client_good(api):
    return '/v1/clients/%s/rotate' % store_client(api)[0]['code'], {'keep_old_seconds': 60}, {}


BAD_CLIENT = {'name': ' ', 'roles': ['sync', 'chu', 7], 'agency': 'Sở', 'note': '', 'code': 'A b', 'secret': 'x'}
BAD_CLIENT_ERRORS = {'/name': 'too_short', '/roles/1': 'not_in_list', '/roles/2': 'wrong_type', '/agency': 'bad_format',
                     '/note': 'too_short', '/secret': 'unknown_member'}

ROUTES = (
    get('/livez', 'getLiveness', '/livez'),
    get('/readyz', 'getReadiness', '/readyz'),
    get('/openapi.yaml', 'getContract', '/openapi.yaml'),
    get('/.well-known/jwks.json', 'getSigningKeys', '/.well-known/jwks.json', cache='public, max-age=300'),
    Route('POST', '/v1/oauth/token', 'createToken', EVERYONE, create_token_good, consumes=FORM),
    get('/v1/me', 'getMe', '/v1/me', roles=EVERYONE[1:], any_token=True),
    get('/v1/agencies', 'listAgencies', '/v1/agencies?kind=department&group=so-ban-nganh&valid_on=2025-08-15',
        query=('kind', 'parent', 'group', 'successor', 'q', 'valid_on', 'limit', 'page_token'),
        bad_query={'kind': ('sai', 'not_in_list'), 'parent': ('Không', 'bad_format'), 'group': ('a b', 'bad_format'),
                   'successor': ('x' * 65, 'too_long'), 'q': ('', 'too_short'),
                   'valid_on': ('2025-02-29', 'not_a_date'),
                   **LIST}),
    get('/v1/agencies/:code', 'getAgency', '/v1/agencies/so-tu-phap'),
    Route('PUT', '/v1/agencies/:code', 'putAgency', OFFICE, put_good, consumes='application/json',
          headers={'If-Match': '*'},
          bad=((BAD_AGENCY, BAD_AGENCY_ERRORS), ({}, {'/name': 'required', '/kind': 'required'}),
               ({'name': None, 'kind': None, 'groups': None, 'aliases': many('x', 51), 'contact': []},
                {'/name': 'null_not_allowed', '/kind': 'null_not_allowed', '/groups': 'null_not_allowed',
                 '/aliases': 'too_many', '/contact': 'wrong_type'}))),
    Route('PATCH', '/v1/agencies/:code', 'patchAgency', OFFICE, patch_agency_good,
          consumes='application/merge-patch+json', headers={'If-Match': '*'},
          bad=((BAD_AGENCY, BAD_AGENCY_ERRORS), ({'name': None, 'version': 3},
                                                 {'/name': 'null_not_allowed', '/version': 'unknown_member'}))),
    Route('POST', '/v1/plans/parse', 'parsePlan', OFFICE, lambda api: ('/v1/plans/parse', DOCUMENT.encode(), TEXT),
          door='back', query=('year',), bad_query={'year': ('mới', 'wrong_type')}, consumes='text/plain', headers=TEXT,
          bad=((b'K\xe1 HO\xc0CH', {'': 'bad_utf8'}),)),
    Route('POST', '/v1/plans', 'createPlan', OFFICE, lambda api: ('/v1/plans', plan(unique('thu')), {}), (201,),
          door='back', consumes='application/json', bad=((bad_plan(), BAD_PLAN_ERRORS),
                                                         (plan('thu', year=1999), {'/year': 'too_small'}))),
    get('/v1/plans', 'listPlans', '/v1/plans?year=2025&status=issued', query=('year', 'status', 'limit', 'page_token'),
        bad_query={'year': ('99999999999999999999', 'wrong_type'), 'status': ('ISSUED', 'not_in_list'), **LIST}),
    get('/v1/plans/:plan', 'getPlan', '/v1/plans/kstthc-2025'),
    Route('POST', '/v1/plans/:plan/issue', 'issuePlan', OFFICE, issue_good, consumes='application/json',
          bad=(({'number': 5, 'date': '15/8/2025', 'la': 1},
                {'/number': 'wrong_type', '/date': 'not_a_date', '/la': 'unknown_member'}),)),
    Route('PATCH', '/v1/plans/:plan', 'patchPlan', OFFICE, patch_plan_good, consumes=PATCH, headers={'If-Match': '*'},
          bad=(({'publish_progress': 'true', 'title': 'Khác'},
                {'/publish_progress': 'wrong_type', '/title': 'unknown_member'}),
               ({'publish_progress': None}, {'/publish_progress': 'null_not_allowed'}))),
    Route('POST', '/v1/plans/:plan/amend', 'amendPlan', OFFICE, amend_good, consumes=JSON,
          bad=(({'draft': 'Bản sửa', 'renumbered': [{'from': 0, 'to': 10000}, {'la': 1}, 7], 'dropped': ['hai', 0],
                 'number': '', 'date': '2025-02-30', 'confirm': '', 'la': 1},
                {'/draft': 'bad_format', '/renumbered/0/from': 'too_small', '/renumbered/0/to': 'too_large',
                 '/renumbered/1/from': 'required', '/renumbered/1/to': 'required', '/renumbered/1/la': 'unknown_member',
                 '/renumbered/2': 'wrong_type', '/dropped/0': 'wrong_type', '/dropped/1': 'too_small',
                 '/number': 'too_short', '/date': 'not_a_date', '/confirm': 'too_short', '/la': 'unknown_member'}),
               ({'renumbered': many({'from': 1, 'to': 2}, 201), 'dropped': many(1, 201)},
                {'/draft': 'required', '/renumbered': 'too_many', '/dropped': 'too_many'}))),
    get('/v1/tasks', 'listTasks',
        '/v1/tasks?plan=kstthc-2025&role=lead&timing=continuous&section=6&q=%C4%91%E1%BB%93ng+b%E1%BB%99',
        query=('plan', 'section', 'agency', 'role', 'timing', 'q', 'limit', 'page_token'),
        bad_query={'plan': ('Đ', 'bad_format'), 'section': ('sáu', 'wrong_type'), 'agency': ('-x', 'bad_format'),
                   'role': ('', 'not_in_list'), 'timing': ('weekly', 'not_in_list'), 'q': ('x' * 201, 'too_long'),
                   **LIST}),
    get('/v1/tasks/:task', 'getTask', '/v1/tasks/kstthc-2025.29'),
    Route('POST', '/v1/tasks', 'createTask', OFFICE, create_task_good, (201,), consumes='application/json',
          bad=((BAD_TASK, BAD_TASK_ERRORS),
               ({'plan': 'a', 'number': 10000, 'section': 1, 'title': 'x', 'parts': many(part(), 21)},
                {'/number': 'too_large', '/parts': 'too_many'}),
               ({'plan': 'a', 'number': 1, 'section': 1, 'title': 'x',
                 'parts': [{'outputs': many('x', 101), 'timings': many({'kind': 'unknown', 'text': 'x'}, 21),
                            'assignments': many({'name': 'x', 'role': 'lead'}, 101)}]},
                {'/parts/0/outputs': 'too_many', '/parts/0/timings': 'too_many', '/parts/0/assignments': 'too_many'}))),
    Route('PATCH', '/v1/tasks/:task', 'patchTask', OFFICE, patch_task_good,
          consumes='application/merge-patch+json', headers={'If-Match': '*'},
          bad=(({'title': None, 'section': 'x', 'parts': BAD_PARTS, 'number': 4, 'plan': 'x', 'label': ''},
                {'/title': 'null_not_allowed', '/section': 'wrong_type', '/number': 'unknown_member',
                 '/plan': 'unknown_member', '/label': 'too_short', **under('/parts', BAD_PARTS_ERRORS)}),)),
    Route('DELETE', '/v1/tasks/:task', 'deleteTask', OFFICE, delete_task_good, (204,), headers={'If-Match': '*'}),
    get('/v1/changes', 'listChanges', '/v1/changes?limit=2&resource=agency', roles=SYNC,
        query=('after', 'resource', 'limit'),
        bad_query={'after': ('', 'too_short'), 'resource': ('?', 'bad_format'), **LIST}),
    get('/v1/clients', 'listClients', '/v1/clients?status=active&role=sync&agency=so-tu-phap', roles=ADMIN,
        query=('status', 'role', 'agency', 'limit', 'page_token'),
        bad_query={'status': ('on', 'not_in_list'), 'role': ('public', 'not_in_list'), 'agency': ('?', 'bad_format'), **LIST}),
    Route('POST', '/v1/clients', 'createClient', ADMIN, lambda api: ('/v1/clients', new_client(), {}), (201,),
          consumes='application/json', told_once=('secret',),
          bad=((BAD_CLIENT, {**BAD_CLIENT_ERRORS, '/code': 'bad_format'}),
               ({}, {'/code': 'required', '/name': 'required', '/roles': 'required'}),
               ({'code': 'a', 'name': 'x', 'roles': []}, {'/roles': 'too_few'}))),
    Route('GET', '/v1/clients/:client', 'getClient', ADMIN,
          lambda api: ('/v1/clients/' + store_client(api)[0]['code'], None, {})),
    Route('PATCH', '/v1/clients/:client', 'patchClient', ADMIN, patch_client_good,
          consumes='application/merge-patch+json', headers={'If-Match': '*'},
          bad=(({**BAD_CLIENT, 'status': 'gone'}, {**BAD_CLIENT_ERRORS, '/code': 'unknown_member', '/status': 'not_in_list'}),
               ({'name': None, 'roles': None, 'status': None},
                {'/name': 'null_not_allowed', '/roles': 'null_not_allowed', '/status': 'null_not_allowed'}))),
    Route('POST', '/v1/clients/:client/rotate', 'rotateClient', ADMIN, rotate_client_good, consumes='application/json',
          bad=(({'keep_old_seconds': -1, 'secret': 'x'}, {'/keep_old_seconds': 'too_small', '/secret': 'unknown_member'}),)),
    get('/v1/audit', 'listAudit', '/v1/audit?resource=agency&from=2025-01-01&limit=2', roles=ADMIN,
        query=('resource', 'key', 'actor', 'request_id', 'from', 'to', 'limit', 'page_token'),
        bad_query={'resource': ('?', 'bad_format'), 'key': ('', 'too_short'), 'actor': ('x' * 201, 'too_long'),
                   'request_id': ('', 'too_short'), 'from': ('hôm nay', 'not_a_date'), 'to': ('2025-02-30', 'not_a_date'),
                   **LIST}),
    *DEADLINE_ROUTES,
)
