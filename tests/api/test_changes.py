"""The feed: every committed change once, in one order, without a gap."""

import concurrent.futures
import random
import re
import threading
import time

from client import check, equal
from fixtures import issue_plan, new_task, plan, store_agency, store_plan, unique

WRITERS = 16
POLLERS = 3
AUDIT_ONLY = {'calendar-feed', 'client', 'key', 'setting'}


def page(api, **query):
    return api.ok('GET', '/v1/changes', role='sync', query={k: v for k, v in query.items() if v is not None}).json


def drain(api, after=None, **query):
    """(items from after on, the last cursor)"""
    found = []
    while True:
        got = page(api, after=after, limit=200, **query)
        found += got['items']
        check(got['items'] or not got['has_more'], 'nothing, and more of it, after %s', after)
        after = got['next']
        if not got['has_more']:
            return found, after


def test_from_the_beginning_to_the_end(api):
    items, _ = drain(api)
    ledger = api.all_pages('/v1/audit', limit=200, as_role='admin')
    withheld = {entry['seq'] for entry in ledger if entry['resource'] in AUDIT_ONLY}
    check(withheld, 'nothing is withheld: the start writes the settings down')
    last = items[-1]['seq']
    equal([item['seq'] for item in items], [seq for seq in range(1, last + 1) if seq not in withheld], 'sequence numbers')
    keys = [item['key'] for item in items if item['resource'] == 'task' and item['key'].startswith('kstthc-2025.')]
    equal(sorted(set(keys), key=lambda key: int(key.split('.')[1]))[:55],
          ['kstthc-2025.%d' % number for number in range(1, 56)], 'tasks of the seed')
    check({'agency', 'group', 'plan', 'task'} <= {item['resource'] for item in items}, 'resources')
    for item in items:
        equal(set(item), {'seq', 'resource', 'key', 'op', 'version', 'at', 'actor', 'data', 'hash'}, 'members')
        check(re.fullmatch('[0-9a-f]{64}', item['hash']), 'hash %r', item['hash'])
        check(re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)', item['at']), 'at %r', item['at'])
        equal(item['data'] is None, item['op'] == 'delete', 'data of %s' % item['op'])


def test_versions_of_a_key_count_up(api):
    last, alive = {}, set()
    for item in drain(api)[0]:
        key = item['resource'], item['key']
        check(item['version'] > last.get(key, 0), '%r goes from %r to %r', key, last.get(key), item['version'])
        equal(item['op'] == 'create', key not in alive, 'op %s of %r' % (item['op'], key))
        last[key] = item['version']
        if item['op'] == 'delete':
            alive.remove(key)
        else:
            alive.add(key)


def test_cursor(api):
    _, after = drain(api)
    equal(page(api, after=after)['items'], [], 'nothing new')
    check(not page(api, after=after)['has_more'], 'has_more')
    code = store_agency(api)
    got = page(api, after=after)
    equal([(item['resource'], item['key'], item['op'], item['version']) for item in got['items']],
          [('agency', code, 'create', 1)], 'what is new')
    equal(page(api, after=after), got, 'the same cursor again')
    equal(page(api, after=got['next'])['items'], [], 'after it')
    check(re.fullmatch(r'[0-9a-f]+\.\d+\.[0-9a-f]+', got['next']), 'cursor %r', got['next'])


def test_a_change_tells_who_when_and_what(api):
    _, after = drain(api)
    code = store_agency(api)
    got = api.ok('PATCH', '/v1/agencies/' + code, {'name': 'Tên mới'}, role='office', headers={'If-Match': '"1"'}).json
    items, _ = drain(api, after)
    equal([(item['op'], item['version'], item['actor']) for item in items],
          [('create', 1, 'office'), ('update', 2, 'office')], 'changes')
    equal(items[1]['data'], got, 'data')


def test_what_was_refused_is_no_change(api):
    code = store_agency(api)
    _, after = drain(api)
    path = '/v1/agencies/' + code
    api.call('PATCH', path, {'parent': 'khong-co'}, role='office', headers={'If-Match': '*'})
    api.call('PATCH', path, {'name': 'x'}, role='office', headers={'If-Match': '"7"'})
    api.call('PATCH', path, {}, role='office', headers={'If-Match': '*'})
    body = plan(unique('thu'))
    body['tasks'][1]['section'] = 9
    api.call('POST', '/v1/plans', body, role='office', door='back')
    equal(drain(api, after)[0], [], 'changes')


def test_tombstone(api):
    code = store_plan(api)
    _, after = drain(api)
    api.ok('DELETE', '/v1/tasks/%s.1' % code, role='office', headers={'If-Match': '"1"'}, status=204)
    # The draft's own version goes up with it.
    (gone,) = drain(api, after, resource='task')[0]
    equal((gone['resource'], gone['key'], gone['op'], gone['version'], gone['data']),
          ('task', code + '.1', 'delete', 2, None), 'tombstone')
    made = api.ok('POST', '/v1/tasks', new_task(code, 1), role='office', status=201).json
    equal(made['version'], 3, 'version of the one made anew')


def test_a_plan_comes_as_plan_and_tasks(api):
    _, after = drain(api)
    code = store_plan(api, tasks=3)
    issue_plan(api, code)
    items, _ = drain(api, after)
    equal([(item['resource'], item['key'], item['op']) for item in items if item['resource'] != 'deadline'],
          [('plan', code, 'create')] + [('task', '%s.%d' % (code, number), 'create') for number in (1, 2, 3)]
          + [('plan', code, 'update')], 'changes of plan and tasks')
    # As they were read, the plan is binding before anybody owes anything.
    places = [item['resource'] for item in items]
    equal(places[-3:], ['deadline'] * 3, 'what it makes agencies owe')


def test_resource_filter(api):
    everything, end = drain(api)
    for resource in ('agency', 'task', 'plan', 'group'):
        got, after = drain(api, resource=resource)
        equal(got, [item for item in everything if item['resource'] == resource], resource)
        equal(drain(api, after)[0], [], 'after the filtered end')
    equal(drain(api, resource='khong-co')[0], [], 'of no resource')
    code = store_agency(api)
    equal(drain(api, end, resource='task')[0], [], 'filtered')
    equal([item['key'] for item in drain(api, end, resource='agency')[0]], [code], 'found')


def test_limits(api):
    for limit in (1, 2, 199, 200, 201, 5000):
        got = page(api, limit=limit)
        check(len(got['items']) <= min(limit, 200), '%d items with limit=%d', len(got['items']), limit)
    small, after = [], None
    for _ in range(5):
        got = page(api, limit=3, after=after)
        small += got['items']
        after = got['next']
        check(got['has_more'], 'has_more')
    equal(small, page(api, limit=15)['items'], 'pages of 3')


def test_410_for_a_cursor_of_another_history(api):
    _, after = drain(api)
    epoch, seq, digest = after.split('.')
    other = digest[:-1] + ('0' if digest[-1] != '0' else '1')
    for wrong in ((epoch, seq, other), (epoch, str(int(seq) + 1000), digest), ('0' * len(epoch), seq, digest),
                  (epoch, '1', digest), (epoch, '0', digest)):
        api.get('/v1/changes', role='sync', query={'after': '.'.join(wrong)}).is_problem(410, 'cursor_gone')


def test_malformed_cursors(api):
    for wrong in ('x', '1', '..', 'a.b.c', 'a.1', '%s.%s.%s' % ('a' * 80, 1, 'b' * 80), 'a.99999999999999999999.b', "'",
                  '-1.1.a', '٣.١.a'):
        reply = api.get('/v1/changes', role='sync', query={'after': wrong})
        equal(reply.is_problem(400, 'invalid_parameter').errors(), {'after': 'bad_format'}, 'errors of ' + wrong)


def test_the_chain_holds(api):
    drain(api)
    equal(api.database.run('select kstthc.ledger_verify() is null'), 't', 'ledger_verify()')


def test_head_of_changes_counts_nothing(api):
    _, after = drain(api)
    equal(api.call('HEAD', '/v1/changes', role='sync', query={'after': after}).status, 200, 'HEAD')
    equal(page(api, after=after)['items'], [], 'items')


class Poller(threading.Thread):
    def __init__(self, api, after, done):
        super().__init__()
        self.api, self.after, self.done = api, after, done
        self.items, self.failure, self.longest = [], None, 0.0

    def run(self):
        try:
            while True:
                last = self.done.is_set()
                began = time.monotonic()
                got = page(self.api, after=self.after, limit=random.choice((1, 7, 50, 200)))
                self.longest = max(self.longest, time.monotonic() - began)
                self.items += got['items']
                self.after = got['next']
                if last and not got['has_more']:
                    return
        except Exception as failure:
            self.failure = failure


def write_much(api, number, until):
    """Changes of one writer: (resource, key, version) of every one acknowledged."""
    made = []
    code = store_agency(api, name='Người viết %d' % number)
    made.append(('agency', code, 1))
    version = 1
    while time.monotonic() < until:
        choice = random.random()
        if choice < 0.5:
            reply = api.call('PATCH', '/v1/agencies/' + code, {'name': 'Lần %d của %d' % (version, number)},
                             role='office',
                             headers={'If-Match': '"%d"' % version})
            check(reply.status == 200, '%r', reply)
            version += 1
            made.append(('agency', code, version))
        elif choice < 0.6:
            # What is refused after the row was locked.
            api.call('PATCH', '/v1/agencies/' + code, {'parent': 'khong-co'}, role='office', headers={'If-Match': '*'})
        else:
            body = new_task('thu-bao', number * 500 + len(made))
            reply = api.ok('POST', '/v1/tasks', body, role='office', status=201).json
            made.append(('task', reply['code'], 1))
            if choice > 0.9:
                api.ok('DELETE', '/v1/tasks/' + reply['code'], role='office', headers={'If-Match': '"1"'}, status=204)
                made.append(('task', reply['code'], 2))
    return made


def test_storm(api):
    """16 writers over HTTP, a transaction that stays open, 3 pollers: dense, each once, nobody waits."""
    # Issued: an edit of a draft's tasks is a change of the draft too.
    api.call('POST', '/v1/plans', plan('thu-bao'), role='office', door='back')
    api.call('POST', '/v1/plans/thu-bao/issue', {}, role='office')
    _, after = drain(api)
    done = threading.Event()
    pollers = [Poller(api, after, done) for _ in range(POLLERS)]
    for poller in pollers:
        poller.start()
    slow = api.database.session("insert into agency (code, name, kind) values ('treo', 'Treo', 'other')")
    until = time.monotonic() + 4
    try:
        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            made = [one for found in pool.map(lambda number: write_much(api, number, until), range(1, WRITERS + 1))
                    for one in found]
    finally:
        slow.communicate('rollback;\n', timeout=10)
        done.set()
        for poller in pollers:
            poller.join()
    start = int(after.split('.')[1])
    for poller in pollers:
        if poller.failure:
            raise poller.failure
        equal([item['seq'] for item in poller.items], list(range(start + 1, start + 1 + len(poller.items))), 'sequence')
        equal(sorted((item['resource'], item['key'], item['version']) for item in poller.items
                     if item['resource'] != 'deadline'), sorted(made),
              'changes read, against those acknowledged')
        equal(poller.items, pollers[0].items, 'what two pollers saw')
        check(poller.longest < 2, 'a reader waited %.1f s', poller.longest)
    check(len(made) > 100, 'only %d changes', len(made))
    test_versions_of_a_key_count_up(api)
    test_the_chain_holds(api)
