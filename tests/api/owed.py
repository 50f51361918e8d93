"""Plans of the tests' own, and what agencies owe by them. On a database of their own: so that days, groups and the
calendar can change without a word to other tests."""

import contextlib
import json

from client import equal
from fixtures import assignment, part, plan, task, unique
from test_process import scratch, serving

GROUP = 'nhom-thu'
OTHER_GROUP = 'nhom-khac'
Q3 = {'kind': 'quarter', 'text': 'Quý III', 'due_on': '2025-09-30'}
Q4 = {'kind': 'quarter', 'text': 'Quý IV', 'due_on': '2025-12-31'}
QUARTERLY = {'kind': 'recurring', 'text': 'Hàng quý', 'recurrence': {'rrule': 'FREQ=MONTHLY;INTERVAL=3'}}
MONTHLY = {'kind': 'recurring', 'text': 'Hàng tháng', 'recurrence': {'rrule': 'FREQ=MONTHLY'}}
WEEKLY = {'kind': 'recurring', 'text': 'Hàng tuần', 'recurrence': {'rrule': 'FREQ=WEEKLY;BYDAY=FR'}}
DAILY = {'kind': 'recurring', 'text': 'Hàng ngày', 'recurrence': {'rrule': 'FREQ=DAILY'}}
PAPER = {'number': '30/KH-UBND', 'title': 'Kế hoạch triển khai'}


@contextlib.contextmanager
def empty():
    """A service without agencies or plans, but for two groups without members."""
    with scratch() as database:
        done = database.kstthc('migrate')
        equal(done.returncode, 0, 'migrate: ' + done.stderr)
        database.run("insert into kstthc.agency_group (code, name) values ('%s', 'Nhóm thử'), ('%s', 'Nhóm khác')"
                     % (GROUP, OTHER_GROUP))
        with serving(database) as service:
            yield service


def on(day, **more):
    return {'kind': 'on_date', 'text': 'Trước ngày ' + day, 'due_on': day, **more}


def every(rrule, **more):
    return {'kind': 'recurring', 'text': rrule, 'recurrence': {'rrule': rrule, **more}}


def by(*agencies, role='lead'):
    return [assignment(agency=one, role=role) for one in agencies]


def all_of(group, role='implement'):
    return [{'group': group, 'name': 'Nhóm ' + group, 'role': role}]


def piece(people, *timings, **more):
    return part(assignments=people, timings=list(timings), **more)


def body_of(*tasks, **more):
    """Each task is a list of its parts."""
    return {**plan(unique('no'), tasks=0), 'indicators': [],
            'tasks': [task(number, parts=parts) for number, parts in enumerate(tasks, 1)], **more}


def issue(api, *parts, **more):
    """A plan in force whose one task has those parts; its code."""
    return issue_body(api, body_of(list(parts), **more))


def issue_body(api, body, **decision):
    api.ok('POST', '/v1/plans', body, role='office', door='back', status=201)
    api.ok('POST', '/v1/plans/%s/issue' % body['code'], decision, role='office')
    return body['code']


def change(api, plan_code, *parts, number=1, **members):
    body = {**members, **({'parts': list(parts)} if parts else {})}
    api.ok('PATCH', '/v1/tasks/%s.%d' % (plan_code, number), body, role='office', headers={'If-Match': '*'})


def edit_agency(api, code, **members):
    api.ok('PATCH', '/v1/agencies/' + code, members, role='office', headers={'If-Match': '*'})


def owed(api, plan_code, **query):
    return api.all_pages('/v1/deadlines', plan=plan_code, limit=200, as_role='office', **query)


def short(one, *members):
    return ' '.join(str(one[name]) for name in members or ('agency', 'period', 'due_on', 'status'))


def shorts(api, plan_code, *members, **query):
    return sorted(short(one, *members) for one in owed(api, plan_code, **query))


def the_one(api, plan_code, **query):
    found = owed(api, plan_code, **query)
    equal(len(found), 1, 'deadlines of %s: %r' % (plan_code, found))
    return found[0]


def again(api, one):
    return api.ok('GET', '/v1/deadlines/' + one['id'], role='office').json


def story(api, one):
    return api.ok('GET', '/v1/deadlines/%s/history' % one['id'], role='office', query={'limit': 200}).json['items']


def kinds(api, one):
    return ' '.join(entry['kind'] for entry in story(api, one))


def extend(api, one, day):
    api.ok('POST', '/v1/deadlines/%s/extend' % one['id'], {'due_on': day, 'reason': 'Chờ văn bản.', 'document': PAPER},
           role='office')


def finish(api, one):
    api.ok('POST', '/v1/deadlines/%s/reports' % one['id'], {'percent': 100, 'done': True}, role='agency',
           agency=one['agency'], status=201)
    api.ok('POST', '/v1/deadlines/%s/verify' % one['id'], {}, role='office')


def quoted(body):
    return '$body$%s$body$' % json.dumps(body, ensure_ascii=False)
