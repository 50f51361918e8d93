"""Two or three acts on plans, calendar, agencies and deadlines, each of which was under way when the next came.

What stands afterwards is what one after the other would give, and nobody
waits for somebody who waits for him.
"""

import threading

from client import equal
from fixtures import report, unique
from races import GROUP, Volley, World, crossing, dated, moving, plan, reporting, request, task
from service import Service


def last(items, owner):
    return max((item for item in items if item['agency'] == owner), key=lambda item: int(item['id']))


def patch(world, path, **body):
    return request(world.service, 'PATCH', path, body, If_Match='*')


def statuses(replies, *wanted):
    equal([reply.status for reply in replies], list(wanted), 'statuses of %r' % (replies,))


def holding(deadline):
    return 'select from deadline where id = %s for update' % deadline['id']


def crossing_amend_and_calendar(world):
    code = world.issue([task(1), task(2)])
    held = holding(last(world.deadlines(code), 'so-1'))
    numbers = 2, 3
    for other in (request(world.service, 'PUT', '/v1/calendar/2025-09-29', {'kind': 'off', 'reason': 'Bão'}, If_Match='*'),
                  patch(world, '/v1/term-rules/named-date', value='next'),
                  patch(world, '/v1/term-rules/named-date', value='stay')):
        amend = world.amending(code, [task(1), task(numbers[1])], renumbered=[{'from': numbers[0], 'to': numbers[1]}])
        statuses(crossing(world, held, request(world.service, 'POST', '/v1/plans/%s/amend' % code, amend), other), 200, 200)
        numbers = numbers[::-1]


def crossing_agency_and_task(world):
    """The agency's change goes through all plans; the task is of the last."""
    plans = sorted(world.issue([task(1), task(2, group=True)]) for _ in range(3))
    held = holding(last(world.deadlines(plans[1]), 'so-1'))
    for groups, lead in ([GROUP], 'so-2'), ([], 'so-1'):
        statuses(crossing(world, held, patch(world, '/v1/agencies/so-2', groups=groups),
                          patch(world, '/v1/tasks/%s.1' % plans[2], parts=task(1, lead)['parts'])), 200, 200)
    equal([item['agency'] for item in world.deadlines(plans[0], status='open')], ['so-1', 'so-1'], 'of the first plan')


def crossing_agency_and_report(world):
    """Who reports is the agency that changes: its agenda has become another one in the first plan already."""
    plans = sorted(world.issue([task(1, 'so-2'), task(2, 'so-2'), task(3, group=True)]) for _ in range(2))
    held, reported = sorted(world.deadlines(plans[1], agency='so-2'), key=lambda item: int(item['id']))[:2]
    for groups in [GROUP], []:
        statuses(crossing(world, holding(held), patch(world, '/v1/agencies/so-2', groups=groups),
                          reporting(world.service, reported['id'], 'so-2', 'chéo')), 200, 201)


def crossing_agency_and_issue(world):
    """A plan that is issued while an agency joins a group knows the agency."""
    held = last(world.deadlines(world.issue([task(1)])), 'so-1')
    for groups in ([GROUP], []):
        draft = world.draft(plan(unique('dua'), [task(1, group=True)]))
        replies = crossing(world, holding(held), patch(world, '/v1/agencies/so-3', groups=groups),
                           request(world.service, 'POST', '/v1/plans/%s/issue' % draft, {}))
        statuses(replies, 200, 200)
        equal(sorted(item['agency'] for item in world.deadlines(draft)), ['so-1'] + ['so-3'] * len(groups), 'who owes')


def crossing_two_tasks_change_hands(world):
    """Two plans, from one agency to another and back: each act changes what both of them owe."""
    for held in 'so-1', 'so-2':
        one, two = world.issue([task(1, 'so-1')]), world.issue([task(1, 'so-2')])
        statuses(crossing(world, "select from agenda where agency = '%s' for update" % held,
                          patch(world, '/v1/tasks/%s.1' % one, parts=task(1, 'so-2')['parts']),
                          patch(world, '/v1/tasks/%s.1' % two, parts=task(1, 'so-1')['parts'])), 200, 200)


def crossing_verify_and_amend(world):
    """The first that an agency has done in a plan."""
    for confirmed in (True, False):
        code = world.issue([task(1), task(2)])
        amend = world.amending(code, [task(1), task(3)])
        if not confirmed:
            del amend['confirm']
        deadline = last(world.deadlines(code), 'so-1')['id']
        report(world.service, deadline, 'so-1', percent=100, done=True)
        statuses(crossing(world, "select from agenda where agency = 'so-1' for update",
                          moving(world.service, deadline, 'verify'),
                          request(world.service, 'POST', '/v1/plans/%s/amend' % code, amend)), 200, 200)


def crossing_the_day_and_amend(world):
    """What became late first was made last."""
    code = world.issue([task(1, 'so-6', dated('2025-08-03'))])
    for number, day in (2, '2025-08-02'), (3, '2025-08-01'):
        world.ok('POST', '/v1/tasks', {'plan': code, **task(number, 'so-6', dated(day))}, status=201)
    ids = sorted(int(item['id']) for item in world.deadlines(code))
    tasks = [task(number, 'so-6', dated('2025-08-0%d' % (4 - number))) for number in (1, 2, 3)]
    amend = world.amending(code, [{**tasks[0], 'number': 4}] + tasks[1:], renumbered=[{'from': 1, 'to': 4}])
    ticks = []
    day = threading.Thread(target=lambda: ticks.append(world.database.run(
        "set search_path = kstthc; set lock_timeout = '3s'; select daily_escalate(kstthc_today())")))
    holder = world.database.session('select from deadline where id = %d for update' % ids[1])
    with Volley(world.service) as volley:
        day.start()
        world.await_waiting(1, holder.stdout)
        volley.send(0, request(world.service, 'POST', '/v1/plans/%s/amend' % code, amend))
        world.await_waiting(2, volley.peers[0])
        holder.communicate('commit;\n', timeout=10)
        statuses([volley.receive(0)], 200)
    day.join()
    equal(len(ticks), 1, 'the day\'s work')


ALL = """set search_path = kstthc;
    select md5(string_agg(entry, ' ' order by entry)) from (
        select t::text as entry from deadline t union all select t::text from deadline_event t
        union all select t::text from plan t union all select t::text from task t union all select t::text from agenda t
        union all select t::text from deadline_tally t union all select t::text from agency t
        union all select t::text from calendar_edition t union all select t::text from term_rule t
        union all select concat(resource, key, version) from ledger
        union all select concat(resource, key, version) from ledger_inbox) entries"""


def crossing_a_lock_that_is_held_long(world):
    """Whoever needs it is told to try again; nothing is half done, and the same request does it later."""
    code, draft = world.issue([task(1), task(2)]), world.draft(plan(unique('dua'), [task(1, 'so-5')]))
    amend = world.amending(code, [task(1), task(3)])
    deadline = last(world.deadlines(code), 'so-1')
    report(world.service, deadline['id'], 'so-1', percent=100, done=True)
    impatient = Service(world.database, **{**world.settings, 'KSTTHC_LOCK_TIMEOUT_MS': '200'})
    impatient.tokens = world.service.tokens
    reported = reporting(impatient, deadline['id'], 'so-1', 'chờ', Idempotency_Key=unique('khoa-cua-mot-lan-bao-cao'))
    issue = request(impatient, 'POST', '/v1/plans/%s/issue' % draft, {})
    amended = request(impatient, 'POST', '/v1/plans/%s/amend' % code, amend)
    patched = request(impatient, 'PATCH', '/v1/tasks/%s.1' % code, {'parts': task(1, 'so-4')['parts']}, If_Match='*')
    rule = request(impatient, 'PATCH', '/v1/term-rules/named-date', {'value': 'next'}, If_Match='*')
    agency = request(impatient, 'PATCH', '/v1/agencies/so-3', {'groups': [GROUP]}, If_Match='*')
    verify, cancel = (moving(impatient, deadline['id'], name) for name in ('verify', 'cancel'))
    try:
        impatient.wait_ready()
        for statement, requests in {
                holding(deadline): [reported, verify, amended, agency, rule],
                'select from calendar_edition for update': [amended, issue, patched, rule, agency],
                "select from plan where code in ('%s', '%s') for update" % (code, draft): [amended, issue, patched, verify],
                "select from agenda where agency = 'so-1' for update": [reported, cancel]}.items():
            before = world.database.run(ALL)
            holder = world.database.session(statement)
            with Volley(impatient, count=len(requests)) as volley:
                for reply in volley.fire(requests):
                    reply.is_problem(503, 'timeout')
            for path in '/v1/deadlines/' + deadline['id'], '/v1/agenda?agency=so-1', '/v1/deadlines?plan=' + code:
                world.ok('GET', path)
            holder.communicate('rollback;\n', timeout=10)
            equal(world.database.run(ALL), before, 'what is there after waiting for ' + statement)
        with Volley(impatient) as volley:
            statuses([volley.fire([one])[0] for one in (reported, reported, issue)], 201, 201, 200)
    finally:
        impatient.stop()
    kinds = [entry['kind'] for entry in world.ok('GET', '/v1/deadlines/%s/history' % deadline['id']).json['items']]
    equal(kinds, ['created', 'report', 'report'], 'the story')


def cases(api):
    world = []

    def run(function):
        if not world:
            world.append(World(api))
        function(world[0])
        world[0].verify()

    try:
        for name, function in list(globals().items()):
            if name.startswith('crossing_'):
                yield name[9:], lambda function=function: run(function)
    finally:
        if world:
            world[0].close()
