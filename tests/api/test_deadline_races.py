"""64 who report on one deadline at the same instant, alone and while the office changes what it follows from."""

import threading

from client import check, equal
from fixtures import report, unique
from races import GROUP, Volley, World, dated, monthly, moving, none_failed, plan, reporting, request, task

CLIENTS = 64
ROUNDS = 20


def reports_of(world, deadline):
    return world.service.all_pages('/v1/deadlines/%s/reports' % deadline, as_role='office', limit=200)


def stored(world, deadline):
    return world.ok('GET', '/v1/deadlines/' + deadline).json


def fire(world, requests):
    return none_failed(world.volley.fire(requests))


def notes_acknowledged(requests, replies):
    """By the version that each report made."""
    return [note for _, note in sorted((reply.json['version'], note)
                                       for (note, _), reply in zip(requests, replies) if reply.status == 201)]


def race_one_wins_each_round(world):
    deadline = world.deadlines(world.issue([task(1)]))[0]['id']
    etag, won = world.ok('GET', '/v1/deadlines/' + deadline, role='agency', agency='so-1').etag, []
    for number in range(ROUNDS):
        notes = ['%d-%d' % (number, at) for at in range(CLIENTS)]
        sent = [(note, reporting(world.service, deadline, 'so-1', note, If_Match=etag)) for note in notes]
        replies = fire(world, [data for _, data in sent])
        equal(sorted({reply.status for reply in replies}), [201, 412], 'answers')
        for reply in replies:
            if reply.status == 412:
                reply.is_problem(412, 'stale_version')
        first = [reply for reply in replies if reply.status == 201]
        equal(len(first), 1, 'winners of round %d' % number)
        won += notes_acknowledged(sent, replies)
        etag = first[0].etag
    equal([item['note'] for item in reports_of(world, deadline)], won, 'reports')
    equal(stored(world, deadline)['version'], 1 + ROUNDS, 'version')


def race_the_same_report_by_several(world):
    deadline = world.deadlines(world.issue([task(1)]))[0]['id']
    keys = [unique('khoa-cua-mot-lan-bao-cao') for _ in range(CLIENTS // 8)]
    requests = [(keys[at % len(keys)], reporting(world.service, deadline, 'so-1', keys[at % len(keys)], at % len(keys),
                                                 Idempotency_Key=keys[at % len(keys)])) for at in range(CLIENTS)]
    answers = {}
    for _ in range(2):
        for (key, _), reply in zip(requests, fire(world, [data for _, data in requests])):
            check(reply.status == 201 or reply.code == 'request_in_progress', 'got %r', reply)
            if reply.status == 201:
                equal(answers.setdefault(key, (reply.body, reply.etag)), (reply.body, reply.etag), 'answers to one key')
    equal(sorted(item['note'] for item in reports_of(world, deadline)), sorted(keys), 'reports')
    equal(stored(world, deadline)['version'], 1 + len(keys), 'version')


def amid(world, deadlines, disturbance, statuses=(200,), refused=(404, 409)):
    """Reports by all clients, and in the middle something else: none acknowledged is lost, each is there once."""
    owners = {item['id']: item['agency'] for item in deadlines}
    ids = list(owners)
    sent = []
    for at in range(CLIENTS - 1):
        note = unique('bao-cao')
        deadline = ids[at % len(ids)]
        sent.append((deadline, note, reporting(world.service, deadline, owners[deadline], note, at)))
    half = CLIENTS // 2
    replies = fire(world, [data for *_, data in sent[:half]] + [disturbance] + [data for *_, data in sent[half:]])
    check(replies[half].status in statuses, 'in the middle: %r', replies[half])
    done = replies.pop(half)
    for reply in replies:
        check(reply.status == 201 or reply.status in refused, 'a report: %r', reply)
    for deadline in ids:
        of_this = [((note, data), reply) for (to, note, data), reply in zip(sent, replies) if to == deadline]
        wanted = notes_acknowledged([one for one, _ in of_this], [reply for _, reply in of_this])
        mine = {note for (note, _), _ in of_this}
        equal([item['note'] for item in reports_of(world, deadline) if item['note'] in mine], wanted, 'reports on ' + deadline)
    return done, replies


def race_amid_an_amendment(world):
    tasks = [task(1), task(2), task(3)]
    code = world.issue(tasks)
    before = {item['id']: item['task'] for item in world.deadlines(code)}
    amend = world.amending(code, [tasks[0], {**tasks[1], 'number': 4}, tasks[2]], renumbered=[{'from': 2, 'to': 4}])
    amid(world, world.deadlines(code), request(world.service, 'POST', '/v1/plans/%s/amend' % code, amend), refused=())
    equal({item['id']: item['task'] for item in world.deadlines(code)},
          {key: value.replace('.2', '.4') for key, value in before.items()}, 'tasks of the same deadlines')
    amend = world.amending(code, [tasks[0]], dropped=[3, 4])
    _, replies = amid(world, world.deadlines(code), request(world.service, 'POST', '/v1/plans/%s/amend' % code, amend))
    for reply in replies:
        check(reply.status == 201 or reply.code == 'wrong_state', 'a report on a dropped task: %r', reply)
    after = {item['id']: item for item in world.deadlines(code)}
    equal(sorted(after), sorted(before), 'deadlines')
    equal(sorted(item['status'] for item in after.values()), ['cancelled', 'cancelled', 'open'], 'what became of them')


def race_amid_changes(world):
    """Of the task's day and people, of the calendar, of a rule, of an agency."""
    world.ok('PATCH', '/v1/agencies/so-4', {'groups': [GROUP]}, headers={'If-Match': '*'})
    code = world.issue([task(1, 'so-1', dated(), monthly(), group=True), task(2, 'so-4')])
    patch = [('/v1/tasks/%s.1' % code, {'parts': task(1, 'so-1', dated('2025-10-11'), monthly(5), group=True)['parts']}),
             ('/v1/term-rules/named-date', {'value': 'next'}), ('/v1/term-rules/named-date', {'value': 'stay'}),
             ('/v1/agencies/so-5', {'groups': [GROUP]}), ('/v1/agencies/so-4', {'groups': []})]
    disturbances = [request(world.service, 'PATCH', path, body, If_Match='*') for path, body in patch]
    for kind in 'off', 'work':
        disturbances.append(request(world.service, 'PUT', '/v1/calendar/2025-10-06', {'kind': kind}, If_Match='*'))
    for disturbance in disturbances:
        amid(world, world.deadlines(code, status='open'), disturbance, refused=(409,))
    for code in 'so-4', 'so-5':
        world.ok('PATCH', '/v1/agencies/' + code, {'groups': []}, headers={'If-Match': '*'})


def race_of_offices(world):
    """What is reported done is verified, returned, cancelled or extended: one goes first, the others find that out."""
    deadlines = [item['id'] for item in world.deadlines(world.issue([task(number, 'so-6') for number in range(1, 9)]))]
    names = ['verify', 'return', 'cancel', 'extend'] * 2
    for at, deadline in enumerate(deadlines):
        report(world.service, deadline, 'so-6', percent=100, done=True)
        etag = {'If_Match': world.ok('GET', '/v1/deadlines/' + deadline).etag} if at % 2 else {}
        replies = fire(world, [moving(world.service, deadline, name, **etag) for name in names[at:] + names[:at]])
        done = [reply for reply in replies if reply.status == 200]
        for reply in replies:
            check(reply.status == 200 or reply.code in ('wrong_state', 'stale_version', 'invalid'), 'got %r', reply)
        if etag:
            equal((len(done), len({reply.status for reply in replies})), (1, 2), 'winners')
        equal(stored(world, deadline)['version'], 2 + len(done), 'version')
        names_of = [entry['kind'] for entry in world.ok('GET', '/v1/deadlines/%s/history' % deadline).json['items']]
        equal(len(names_of), 2 + len(done), 'entries of the story %r' % names_of)
    items = [stored(world, deadline) for deadline in deadlines]
    summary = world.ok('GET', '/v1/deadlines/summary?agency=so-6').json
    counted = [sum(item['status'] == status for item in items) for status in ('open', 'reported', 'done')]
    equal([summary['open'], summary['reported'], summary['done_in_time'] + summary['done_late']], counted, 'summary')


def race_of_issues(world):
    draft = world.draft(plan(unique('dua'), [task(1), task(2, group=True)]))
    requests = [request(world.service, 'POST', '/v1/plans/%s/issue' % draft, {}) for _ in range(CLIENTS // 8)]
    day = request(world.service, 'PUT', '/v1/calendar/2025-09-29', {'kind': 'off', 'reason': 'Bão'}, If_Match='*')
    rule = request(world.service, 'PATCH', '/v1/term-rules/named-date', {'value': 'next'}, If_Match='*')
    replies = fire(world, requests[1:] + [day, rule] + requests[:1])
    equal(sorted(reply.status for reply in replies), [200] * 3 + [409] * (len(requests) - 1), 'answers')
    equal([(item['task'], item['agency']) for item in world.deadlines(draft)],
          [('%s.%d' % (draft, number), 'so-1') for number in (1, 2)], 'deadlines')
    world.verify()
    fire(world, [request(world.service, 'PATCH', '/v1/term-rules/named-date', {'value': 'stay'}, If_Match='*')])


def race_of_the_day(world):
    """The daily tick, begun anew each time, beside reports on what is late and an amendment of it."""
    tasks = [task(number, 'so-%d' % (1 + number % 3), dated('2025-08-01')) for number in range(1, 31)]
    code = world.issue(tasks)
    stop, failures = threading.Event(), []

    def tick():
        while not stop.is_set():
            try:
                world.tick()
            except AssertionError as failure:
                failures.append(failure)

    ticker = threading.Thread(target=tick)
    ticker.start()
    try:
        for number in (31, 32):
            tasks[0] = {**tasks[0], 'number': number}
            amend = world.amending(code, tasks, renumbered=[{'from': 1 if number == 31 else 31, 'to': number}])
            amid(world, world.deadlines(code), request(world.service, 'POST', '/v1/plans/%s/amend' % code, amend), refused=())
    finally:
        stop.set()
        ticker.join()
    equal(failures, [], 'the day\'s work')
    world.tick()
    for item in world.deadlines(code):
        kinds = [entry['kind'] for entry in world.ok('GET', '/v1/deadlines/%s/history' % item['id']).json['items']]
        equal(kinds.count('late'), 1, 'entries that %s is late' % item['id'])


def cases(api):
    world = []

    def run(function):
        if not world:
            world.append(World(api))
            world[0].volley = Volley(world[0].service, count=CLIENTS)
        function(world[0])
        world[0].verify()

    try:
        for name, function in list(globals().items()):
            if name.startswith('race_'):
                yield name[5:], lambda function=function: run(function)
    finally:
        if world:
            world[0].volley.__exit__()
            world[0].close()
