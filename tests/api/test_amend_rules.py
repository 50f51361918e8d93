"""What an amendment refuses, what it tells whom, and what it costs."""

import threading
import time

from amend import NEW, TITLES, Case, amended, mine, shape
from client import check, equal
from fixtures import assignment, issue_plan, part, report, store_plan
from plan_2025 import PLAN
from test_changes import drain


def renumbered(*given):
    return {'renumbered': [{'from': old, 'to': new} for old, new in given]}


def test_errors(api):
    case = Case(api, work=False)
    draft = case.draft()
    issued = Case(api, work=False).code
    other_year = case.draft(year=2026)
    for named, more, errors in (
            ('khong-co', {}, {'/draft': 'unknown_draft'}),
            (case.code, {}, {'/draft': 'own_plan'}),
            (issued, {}, {'/draft': 'unknown_draft'}),
            (other_year, {}, {'/draft': 'other_year'}),
            (draft, renumbered((1, 2), (1, 3)), {'/renumbered/1/from': 'duplicate_task'}),
            (draft, renumbered((1, 2), (3, 2)), {'/renumbered/1/to': 'duplicate_task'}),
            (draft, renumbered((7, 1)), {'/renumbered/0/from': 'unknown_task'}),
            (draft, renumbered((1, 7)), {'/renumbered/0/to': 'unknown_task'}),
            (draft, {'dropped': [2, 7]}, {'/dropped/1': 'unknown_task'}),
            (draft, {'dropped': [2, 2]}, {'/dropped/1': 'duplicate_task'}),
            (draft, {'dropped': [1], **renumbered((1, 2))}, {'/dropped/0': 'duplicate_task'}),
            (draft, {'dropped': [9], **renumbered((8, 9))},
             {'/dropped/0': 'unknown_task', '/renumbered/0/from': 'unknown_task', '/renumbered/0/to': 'unknown_task'})):
        reply = case.amend(named, **more).is_problem(422, 'invalid')
        equal(reply.errors(), errors, 'errors of %r' % more)
    for more in (renumbered((0, 1)), renumbered((1, 10000)), {'dropped': ['1']}, {'dropped': [1] * 201}, {'confirm': ''},
                 {'date': '2025-02-30'}, {'renumbered': [{'from': 1}]}, {'extra': 1}):
        case.amend(draft, **more).is_problem(422, 'invalid')
    equal(case.get()['amendments'], [], 'amendments')


def test_of_which_plan_and_version(api):
    case = Case(api, work=False)
    draft = case.draft()
    etag = api.ok('GET', '/v1/plans/' + case.code, role='office').etag
    body = {'draft': draft}
    api.call('POST', '/v1/plans/khong-co/amend', body, role='office').is_problem(404, 'not_found')
    api.call('POST', '/v1/plans/%s/amend' % store_plan(api), body, role='office').is_problem(409, 'wrong_state')
    case.amend(draft, headers={'If-Match': '"77"'}).is_problem(412, 'stale_version')
    confirm = case.amend(draft, headers={'If-Match': etag}).json['confirm']
    api.ok('PATCH', '/v1/plans/' + case.code, {'publish_progress': True}, role='office', headers={'If-Match': '*'})
    case.amend(draft, headers={'If-Match': etag}, confirm=confirm).is_problem(412, 'stale_version')
    case.amend(draft, headers={'If-Match': '*'}, confirm=confirm)
    check(case.get()['publish_progress'] and case.get()['amendments'], 'the plan afterwards')


def test_a_confirm_is_of_what_was_seen(api):
    case = Case(api, work=False)
    other = Case(api, work=False)
    bodies = case.bodies()
    bodies[5]['parts'] = [part()]
    draft = case.draft([mine(NEW)] + bodies)
    confirm = case.compare(draft, number='1/QĐ')['confirm']
    equal(case.compare(draft, number='1/QĐ')['confirm'], confirm, 'the same again')

    def is_stale(what, **more):
        reply = case.amend(draft, **{'number': '1/QĐ', 'confirm': confirm, **more}).is_problem(409, 'conflict')
        equal(reply.errors(), {'/confirm': 'stale_confirm'}, what)

    is_stale('another number', number='2/QĐ')
    is_stale('a date', date='2025-08-20')
    is_stale('number and date in each other\'s place', number='1/QĐ', date='2025-08-15')
    is_stale('another mapping', dropped=[1])
    is_stale('another confirm', confirm=other.compare(other.draft())['confirm'])
    is_stale('a part of it', confirm=confirm[:-1])
    tag = {'If-Match': '*'}
    for what, path, change, back in (
            ('a task of the plan', '/v1/tasks/%s.2' % case.code, {'title': 'Khác'}, {'title': TITLES[1]}),
            ('people of a task whose people change', '/v1/tasks/%s.6' % case.code,
             {'parts': [part(assignments=[assignment(agency='so-khcn')])]}, {'parts': mine('')['parts']}),
            ('a task of the draft', '/v1/tasks/%s.2' % draft, {'label': '2a'}, {'label': None}),
            ('people of a task of the draft', '/v1/tasks/%s.1' % draft,
             {'parts': [part(assignments=[assignment(agency='so-khcn')])]}, {'parts': mine('')['parts']})):
        api.ok('PATCH', path, change, role='office', headers=tag)
        is_stale(what)
        api.ok('PATCH', path, back, role='office', headers=tag)
    changed = {**case.wanted, 'title': 'Tên khác'}
    api.ok('POST', '/v1/plans', changed, role='office', door='back', headers=tag)
    is_stale('the draft')
    api.ok('POST', '/v1/plans', case.wanted, role='office', door='back', headers=tag)
    report(api, next(iter(case.deadlines())), percent=70)
    case.apply(draft, number='1/QĐ')


def test_done_once(api):
    case = Case(api)
    draft = case.draft([mine(NEW)] + case.bodies())
    confirm = case.compare(draft)['confirm']
    case.apply(draft)
    after = case.get(), case.tasks(), case.deadlines()
    for more in ({'confirm': confirm}, {}):
        equal(case.amend(draft, **more).is_problem(422, 'invalid').errors(), {'/draft': 'unknown_draft'}, 'again')
    equal((case.get(), case.tasks(), case.deadlines()), after, 'the plan')


def test_a_draft_that_is_issued_meanwhile(api):
    case = Case(api, work=False)
    draft = case.draft()
    confirm = case.compare(draft)['confirm']
    issue_plan(api, draft)
    equal(case.amend(draft, confirm=confirm).is_problem(422, 'invalid').errors(), {'/draft': 'unknown_draft'}, 'errors')


def test_decisions(api):
    case = Case(api, work=False)
    case.apply(case.draft(), number='9/QĐ-UBND', date='2025-08-20')
    case.apply(case.draft(decision={'number': '10/QĐ-UBND', 'date': '2025-08-21', 'issuer': 'x'}))
    case.apply(case.draft(decision={'number': '11/QĐ-UBND', 'date': '2025-08-22', 'issuer': 'x'}), number='12/QĐ-UBND')
    case.apply(case.draft(decision={'number': None, 'date': None, 'issuer': None}))
    equal([(one['number'], one['date']) for one in case.get()['amendments']],
          [('9/QĐ-UBND', '2025-08-20'), ('10/QĐ-UBND', '2025-08-21'), ('12/QĐ-UBND', '2025-08-22'), (None, None)],
          'amendments')
    equal(case.get(), api.ok('GET', '/v1/plans/' + case.code).json, 'what the public sees')


def test_amended_twice(api):
    """What the first dropped stays as it was; what it renumbered is renumbered back."""
    case = Case(api)
    old, bodies = case.deadlines(), case.bodies()
    case.apply(case.draft([mine(NEW)] + bodies[1:]))
    case.apply(case.draft([bodies[5]] + bodies[:5]))
    diff = case.apply(case.draft(bodies))
    equal(shape(diff), (0, [], [(1, 6), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5)], [], []), 'diff')
    new = case.deadlines()
    for deadline, was in old.items():
        if was['task'] != case.code + '.1':
            equal((new[deadline]['task'], new[deadline]['status']), (was['task'], was['status']), 'task and status')
        else:
            equal((new[deadline]['status'], new[deadline]['percent']), ('cancelled', 40), 'the dropped one')


def test_the_plan_of_2025(api):
    """All 55 tasks, each two neighbours changed places, what is due reported in part."""
    seed = api.ok('GET', '/v1/plans/' + PLAN).json
    seeded = api.all_pages('/v1/tasks', plan=PLAN, limit=200)
    case = Case(api, [{'title': one['title'], 'label': one['label'], 'section': one['section']['ordinal'],
                       'parts': one['parts']} for one in seeded], work=False,
                **{key: seed[key] for key in ('title', 'sections', 'target_rule', 'indicators')})
    before = case.deadlines()
    for deadline, one in list(before.items())[::40]:
        report(api, deadline, owner=one['agency'], percent=60)
    bodies = case.bodies()
    for place in range(0, 54, 2):
        bodies[place], bodies[place + 1] = bodies[place + 1], bodies[place]
    began = time.monotonic()
    diff = case.apply(case.draft(bodies))
    check(time.monotonic() - began < 10, 'it took %.1f s', time.monotonic() - began)
    equal(shape(diff), (1, [], [(n, n + 1 if n % 2 else n - 1) for n in range(1, 55)], [], []), 'diff')
    after = case.deadlines()
    equal(set(after), set(before), 'ids')
    for deadline, was in before.items():
        now = after[deadline]
        equal({key: now[key] for key in ('agency', 'period', 'due_on', 'status', 'title')},
              {key: was[key] for key in ('agency', 'period', 'due_on', 'status', 'title')}, 'deadline %s' % deadline)


def test_more_than_a_request_can_do(api):
    case = Case(api, work=False)
    draft = case.draft()
    api.database.run("""set search_path = kstthc, pg_temp; set session_replication_role = replica;
        insert into task (plan, number, section, title, parts)
        select '%s', n, 1, 'Việc ' || n, '[{"outputs": [], "timings": [], "assignments": []}]' from generate_series(7, 7989) n
        """ % draft)
    equal(case.amend(draft).is_problem(422, 'invalid').errors(), {'': 'too_many'}, 'errors')
    api.database.run("""set search_path = kstthc, pg_temp; set session_replication_role = replica;
        delete from task where plan = '%s' and number >= 7989""" % draft)
    case.compare(draft)
    api.database.run("""set search_path = kstthc, pg_temp; set session_replication_role = replica;
        delete from task where plan = '%s' and number > 6""" % draft)


def wait_until_waiting(api):
    for _ in range(100):
        if api.database.run("""select 'yes' from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock' limit 1"""):
            return
        time.sleep(0.01)
    check(False, 'it does not wait')


def test_a_report_meanwhile_is_kept(api):
    """It holds its deadlines when the amendment comes; what it told stays, of a dropped task and of one renumbered."""
    case = Case(api)
    ids = {one['task'].rpartition('.')[2]: key for key, one in case.deadlines().items()}
    draft = case.draft(case.bodies()[1:])
    confirm = case.compare(draft)['confirm']
    holder = api.database.session("""update deadline set percent = 90, version = version + 1 where id = %s;
        update deadline set percent = 100, status = 'reported', done_on = '2025-08-15', version = version + 1 where id = %s
        """ % (ids['5'], ids['1']))
    replies = []
    caller = threading.Thread(target=lambda: replies.append(case.amend(draft, confirm=confirm)))
    caller.start()
    wait_until_waiting(api)
    holder.communicate('commit;\n', timeout=10)
    caller.join()
    amended.append(case.code)
    equal(replies[0].status, 200, 'amend')
    now = case.deadlines()
    equal([(now[ids[n]]['task'], now[ids[n]]['status'], now[ids[n]]['percent']) for n in '15'],
          [(None, 'reported', 100), (case.code + '.4', 'open', 90)], 'what was reported')


def test_with_the_calendar_being_edited(api):
    """Who edits it holds it, then the deadlines; an amendment takes them in the same order, or both would wait."""
    case = Case(api, work=False)
    draft = case.draft([mine(NEW)] + case.bodies())
    confirm = case.compare(draft)['confirm']
    holder = api.database.session('select from calendar_edition for update')
    replies = []
    caller = threading.Thread(target=lambda: replies.append(case.amend(draft, confirm=confirm)))
    caller.start()
    wait_until_waiting(api)
    said = holder.communicate("set local lock_timeout = '100ms'; select from deadline where plan = '%s' for update; commit;\n"
                              % case.code, timeout=10)[0]
    caller.join()
    amended.append(case.code)
    check('timeout' not in said, 'the amendment holds deadlines and waits for the calendar: %s', said)
    equal(replies[0].status, 200, 'amend')


def test_patch_of_a_plan(api):
    case = Case(api, work=False)
    path = '/v1/plans/' + case.code
    first = api.ok('GET', path, role='office')
    patched = api.ok('PATCH', path, {'publish_progress': True}, role='office', headers={'If-Match': first.etag})
    equal(patched.json, {**first.json, 'publish_progress': True, 'version': first.json['version'] + 1}, 'patched')
    deadline = '/v1/deadlines/' + next(iter(case.deadlines()))
    equal(api.ok('GET', deadline).json['status'], 'open', 'what the public sees')
    api.call('PATCH', path, {'publish_progress': False}, role='office', headers={'If-Match': first.etag}).is_problem(
        412, 'stale_version')
    for body in ({}, {'publish_progress': True}):
        equal(api.ok('PATCH', path, body, role='office', headers={'If-Match': '*'}).json, patched.json, 'no change')
    for body in ({'publish_progress': None}, {'publish_progress': 1}, {'title': 'x'}):
        api.call('PATCH', path, body, role='office', headers={'If-Match': '*'}).is_problem(422, 'invalid')
    api.ok('PATCH', path, {'publish_progress': False}, role='office', headers={'If-Match': patched.etag})
    equal(api.ok('GET', deadline).json['status'], None, 'what the public sees')
    api.call('PATCH', '/v1/plans/khong-co', {}, role='office', headers={'If-Match': '*'}).is_problem(404, 'not_found')


def test_who_follows_the_changes_has_it_all(api):
    """Replayed from the beginning, the feed gives the tasks, plans and deadlines that the API gives."""
    case = Case(api)
    case.apply(case.draft([mine(NEW)] + case.bodies()[1:]))
    held = {}
    for item in drain(api)[0]:
        held[item['resource'], item['key']] = item['data']
        check(item['resource'] != 'task' or held.get(('plan', item['key'].rpartition('.')[0])), 'a task of no plan: %r', item)
    for code in sorted(set(amended)):
        equal(held['plan', code], api.ok('GET', '/v1/plans/' + code, role='office').json, 'plan')
        tasks = {one['code']: {**one, 'section': one['section']['ordinal']}
                 for one in api.all_pages('/v1/tasks', plan=code, limit=200, as_role='office')}
        equal(of_plan(held, 'task', code), tasks, 'tasks of ' + code)
        deadlines = {one['id']: one for one in api.all_pages('/v1/deadlines', plan=code, limit=200, as_role='office')}
        replayed = of_plan(held, 'deadline', code)
        equal(set(replayed), set(deadlines), 'deadlines of ' + code)
        for key, data in replayed.items():
            # Of open ones that are overdue the API counts on from day to day.
            left_out = {'working_days_late'} if data['status'] == 'open' else set()
            equal({name: deadlines[key][name] for name in set(data) - left_out},
                  {name: data[name] for name in set(data) - left_out}, 'deadline ' + key)
    gone = [key for (resource, key), data in held.items()
            if resource == 'plan' and data is None and key.rpartition('-')[0] in amended]
    check(len(gone) >= len(set(amended)), 'drafts that the feed tells as deleted: %d', len(gone))


def of_plan(held, resource, code):
    return {key: data for (of, key), data in held.items() if of == resource and data and data['plan'] == code}
