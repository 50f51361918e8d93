"""Who asks about deadlines, and what brings one of them where a test wants it."""

from client import check
from fixtures import assignment, document, issue_deadlines, issue_plan, move, part, plan, report, store_agency, unique
from jwt import Maker

STATUSES = ('open', 'reported', 'done', 'cancelled')
# What a caller gets of progress who may not see it.
HIDDEN = {'status': None, 'overdue': None, 'percent': None, 'working_days_left': None, 'working_days_late': None,
          'done_on': None, 'original_due_on': None, 'fixed': None, 'actions': []}
OFFICE_ACTIONS = {'open': ['extend', 'remind', 'cancel'], 'reported': ['verify', 'return', 'extend', 'cancel'],
                  'done': ['return'], 'cancelled': ['return']}


def caller(api, *roles, agency=None, sub='thu-nghiem'):
    """Headers of who has these roles; of nobody without."""
    if not roles:
        return {}
    return {'Authorization': 'Bearer ' + Maker(api.keys).make(sub=sub, roles=list(roles), agency=agency)}


def read(api, deadline, headers):
    return api.ok('GET', '/v1/deadlines/' + deadline, headers=headers)


def listed(api, headers, path='/v1/deadlines', **query):
    """Items of every page, for any caller."""
    found = []
    while True:
        page = api.ok('GET', path, headers=headers, query=query).json
        found += page['items']
        token = page.get('next_page_token')
        if token is None:
            return found
        check(token != query.get('page_token'), '%s: the next page is the same page', path)
        query['page_token'] = token


def bring(api, deadline, status, owner):
    """From open to a status, by the moves there are."""
    if status in ('reported', 'done'):
        report(api, deadline, owner=owner, percent=100, done=True, note='Đã xong.', documents=[document()])
    if status == 'done':
        move(api, deadline, 'verify')
    if status == 'cancelled':
        move(api, deadline, 'cancel', reason='Đã thực hiện chung.')


def dated(due_on, **more):
    return {'kind': 'on_date', 'text': 'Ngày ' + due_on, 'due_on': due_on, **more}


def of_each_status(api, due_on='2025-08-29', owner=None):
    """(owner, {status: id}) of a new plan and, unless named, a new agency."""
    owner = owner or store_agency(api)
    items = issue_deadlines(api, tasks=len(STATUSES), owner=owner, **dated(due_on))
    ids = dict(zip(STATUSES, (item['id'] for item in items)))
    for status, deadline in ids.items():
        bring(api, deadline, status, owner)
    return owner, ids


def issue(api, days, owner, role='lead', more=()):
    """What the owner has to do by each of these days, one a task, as the office reads it."""
    code = unique('thu')
    body = plan(code, tasks=len(days))
    for one, day in zip(body['tasks'], days):
        one['parts'] = [part(assignments=[assignment(agency=owner, role=role), *more], timings=[dated(day)])]
    api.ok('POST', '/v1/plans', body, role='office', door='back', status=201)
    issue_plan(api, code)
    return api.all_pages('/v1/deadlines', plan=code, agency=owner, limit=200, as_role='office')


def publish(api, plan_code, value=True):
    api.ok('PATCH', '/v1/plans/' + plan_code, {'publish_progress': value}, role='office', headers={'If-Match': '*'})


def story(api, deadline, role='office'):
    return [event['text'] for event in api.all_pages('/v1/deadlines/%s/history' % deadline, as_role=role)]
