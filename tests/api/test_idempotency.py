"""Idempotency-Key: whatever becomes of a reply, sending the request again does no harm."""

import http.client
import json
import signal
import socket
import struct
import threading
import time
import uuid

from client import Failure, check, equal
from fixtures import new_client, new_task, plan, store_plan, unique
from test_process import serving

SENDERS = 64


def key():
    return {'Idempotency-Key': str(uuid.uuid4())}


def count(api, table, where):
    return int(api.database.run("select count(*) from kstthc.%s where %s" % (table, where)))


def same(first, again, what):
    equal((again.status, again.body), (first.status, first.body), what)
    for name in ('location', 'etag', 'content-type'):
        equal(again.headers.get(name), first.headers.get(name), '%s: %s' % (what, name))


def test_again(api):
    """Each route that creates: the same answer, one effect."""
    draft, other = store_plan(api), unique('thu')
    client = new_client()
    for path, body, role, door, table, where in (
            ('/v1/tasks', new_task(draft, 500), 'office', 'front', 'task', "plan = '%s' and number = 500" % draft),
            ('/v1/plans', plan(other), 'office', 'back', 'plan', "code = '%s'" % other),
            ('/v1/clients', client, 'admin', 'front', 'client', "code = '%s'" % client['code'])):
        sent = key()
        first = api.ok('POST', path, body, role=role, door=door, headers=sent, status=201)
        again = api.call('POST', path, body, role=role, door=door, headers=sent)
        same(first, again, path)
        quoted = api.call('POST', path, body, role=role, door=door,
                          headers={'Idempotency-Key': '"%s"' % sent['Idempotency-Key']})
        same(first, quoted, path + ' with quotes')
        otherwise = json.dumps(dict(reversed(body.items())), indent=2).encode()
        same(first, api.call('POST', path, otherwise, role=role, door=door, headers={**sent, 'Content-Type': 'application/json'}),
             path + ' written otherwise')
        equal(count(api, table, where), 1, path)
        api.call('POST', path, body, role=role, door=door, headers=key()).is_problem(
            409, 'conflict') if path != '/v1/plans' else None
    rotated = api.ok('POST', '/v1/clients/%s/rotate' % client['code'], {}, role='admin', headers=sent_for(client))
    again = api.ok('POST', '/v1/clients/%s/rotate' % client['code'], {}, role='admin', headers=sent_for(client))
    same(rotated, again, 'rotate')
    equal(api.get('/v1/clients/' + client['code'], role='admin').json['version'], 2, 'rotated once')


def sent_for(client):
    return {'Idempotency-Key': str(uuid.uuid5(uuid.NAMESPACE_URL, client['code']))}


def test_the_answer_stays(api):
    """What was answered is answered, whatever has become of it since."""
    draft, sent = store_plan(api), key()
    first = api.ok('POST', '/v1/tasks', new_task(draft, 501), role='office', headers=sent, status=201)
    path = first.headers['location']
    api.ok('PATCH', path, {'title': 'Tên khác'}, role='office', headers={'If-Match': first.etag})
    same(first, api.call('POST', '/v1/tasks', new_task(draft, 501), role='office', headers=sent), 'after a change')
    api.ok('DELETE', path, role='office', headers={'If-Match': '*'}, status=204)
    same(first, api.call('POST', '/v1/tasks', new_task(draft, 501), role='office', headers=sent), 'after its end')
    api.get(path, role='office').is_problem(404, 'not_found')


def test_another_request(api):
    draft, sent = store_plan(api), key()
    body = new_task(draft, 502)
    api.ok('POST', '/v1/tasks', body, role='office', headers=sent, status=201)
    for other, headers in (({**body, 'title': 'Khác'}, sent), ({**body, 'number': 503}, sent),
                           (body, {**sent, 'If-Match': '*'})):
        reply = api.call('POST', '/v1/tasks', other, role='office', headers=headers)
        if reply.status == 201:
            raise AssertionError('it was done: %r' % reply)
        if 'If-Match' in headers:
            continue
        equal(reply.is_problem(422, 'key_reused').errors(), {'Idempotency-Key': 'taken'}, 'errors')
        check(body['title'] not in reply.body.decode(), 'the first answer is told: %r', reply)
    equal(count(api, 'task', "plan = '%s' and number = 503" % draft), 0, 'another task')


def test_bound_to_caller_and_route(api):
    """Whoever else has the key has nothing by it."""
    client, sent = new_client(), key()
    first = api.ok('POST', '/v1/clients', client, role='admin', headers=sent, status=201)
    token = api.database.kstthc('token', '--role', 'admin', '--subject', 'quản trị khác').stdout.strip()
    reply = api.call('POST', '/v1/clients', client, headers={**sent, 'Authorization': 'Bearer ' + token})
    equal(reply.is_problem(409, 'conflict').errors(), {'/code': 'taken'}, 'another caller')
    check(first.json['secret'] not in reply.body.decode(), 'a secret is told')
    rotated = api.ok('POST', '/v1/clients/%s/rotate' % client['code'], {}, role='admin', headers=sent)
    check(rotated.json['secret'] != first.json['secret'], 'another route has the same answer')


def test_what_was_refused_may_be_sent_again(api):
    draft, sent = store_plan(api), key()
    wrong = {**new_task(draft, 504), 'section': 77}
    api.call('POST', '/v1/tasks', wrong, role='office', headers=sent).is_problem(422, 'invalid')
    api.ok('POST', '/v1/tasks', new_task(draft, 504), role='office', headers=sent, status=201)


def test_malformed_keys(api):
    draft = store_plan(api)
    for value in ('', 'x', '1234567890', 'a' * 36, 'abcabcabcabcabcabcabcabc', 'x' * 129, str(uuid.uuid4()) + ' a', '""',
                  "' or 1=1 -- " + str(uuid.uuid4()), '"%s' % uuid.uuid4(), '%s, %s' % (uuid.uuid4(), uuid.uuid4())):
        reply = api.call('POST', '/v1/tasks', new_task(draft, 505), role='office', headers={'Idempotency-Key': value})
        equal(reply.is_problem(400, 'invalid_parameter').errors(), {'Idempotency-Key': 'bad_key'}, 'errors of %r' % value)
    equal(count(api, 'task', "plan = '%s' and number = 505" % draft), 0, 'a task')


def test_expiry(api):
    draft, sent = store_plan(api), key()
    api.ok('POST', '/v1/tasks', new_task(draft, 506), role='office', headers=sent, status=201)
    api.database.run("update kstthc.idempotency set at = at - interval '24 hours'")
    api.call('POST', '/v1/tasks', new_task(draft, 506), role='office', headers=sent).is_problem(409, 'conflict')
    api.ok('POST', '/v1/clients', new_client(), role='admin', headers=key(), status=201)
    with serving(api.database):
        wait_for(api, "select not exists (select from kstthc.idempotency where at < now() - interval '24 hours')")
    equal(count(api, 'idempotency', 'true'), 1, 'what has not expired')


def test_cost_does_not_grow(api):
    """The look-up and the purge go by an index, however much is kept."""
    api.database.run("""insert into kstthc.idempotency (key, request, at, nonce)
        select sha256(('k' || n)::bytea), sha256('r'), now() - n * interval '0.4 seconds', ''
        from generate_series(1, 100000) n""")
    plans = api.database.run("""set client_min_messages = log; load 'auto_explain'; set auto_explain.log_min_duration = 0;
        set auto_explain.log_nested_statements = on; set enable_seqscan = on; set search_path = kstthc; analyze idempotency;
        select idempotency_begin(sha256('x'), sha256('y')); select idempotency_purge();""", errors=True)
    api.database.run('delete from kstthc.idempotency')
    check('Index' in plans and 'Seq Scan on idempotency' not in plans, 'plans: %s', plans[-3000:])


def post(port, path, body, headers):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
    connection.request('POST', path, json.dumps(body).encode(), {'Content-Type': 'application/json', **headers})
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


def storm(api, path, body, headers):
    """Answers of as many senders at the same instant."""
    start, answers = threading.Barrier(SENDERS), []

    def send():
        start.wait()
        answers.append(post(api.ports['front'], path, body, headers))

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_64_senders(api):
    """One effect; each sender has its answer, or is told to come back and then has it."""
    busy = 0
    for number in range(510, 515):
        draft = store_plan(api)
        client = new_client()
        for path, body, role, table, where in (
                ('/v1/tasks', new_task(draft, number), 'office', 'task', "plan = '%s' and number = %d" % (draft, number)),
                ('/v1/clients', client, 'admin', 'client', "code = '%s'" % client['code'])):
            headers = {'Authorization': 'Bearer ' + api.token(role), **key()}
            answers = storm(api, path, body, headers)
            equal(len(answers), SENDERS, 'answers')
            good = {text for status, text in answers if status == 201}
            equal(len(good), 1, 'different answers to %s' % path)
            for status, text in answers:
                check(status in (201, 409), '%d %r', status, text)
                if status == 409:
                    equal(json.loads(text)['code'], 'request_in_progress', 'code')
                    busy += 1
            equal(post(api.ports['front'], path, body, headers), (201, good.pop()), 'afterwards')
            equal(count(api, table, where), 1, 'effects')
    check(busy > 0, 'nobody met another one: the test shows nothing')


class Lost:
    """A request whose sender is gone before the reply."""

    def __init__(self, api, path, body, headers):
        text = json.dumps(body).encode()
        head = 'POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n' % (
            path, len(text))
        head += ''.join('%s: %s\r\n' % pair for pair in headers.items())
        self.peer = socket.create_connection(('127.0.0.1', api.ports['front']))
        self.peer.sendall(head.encode() + b'\r\n' + text)

    def hang_up(self):
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.peer.close()


def wait_for(api, question):
    for _ in range(200):
        if api.database.run(question) == 't':
            return
        time.sleep(0.01)
    raise Failure('never: ' + question)


def test_lost_reply(api):
    """The connection is cut while the request is carried out; the retry finds what was done."""
    with serving(api.database, KSTTHC_LOCK_TIMEOUT_MS='10000', KSTTHC_WRITE_TIMEOUT_MS='20000') as patient:
        for number in range(520, 530):
            lose_reply(patient, number)


def lose_reply(api, number):
    draft, sent = store_plan(api), key()
    body, code = new_task(draft, number), '%s.%d' % (draft, number)
    # The plan's row is held, so that the request is under way when its sender goes.
    holder = api.database.session("select code from plan where code = '%s' for update" % draft)
    lost = Lost(api, '/v1/tasks', body, {'Authorization': 'Bearer ' + api.token('office'), 'X-Request-Id': code, **sent})
    wait_for(api, "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')")
    reply = api.call('POST', '/v1/tasks', body, role='office', headers=sent).is_problem(409, 'request_in_progress')
    equal(reply.headers.get('retry-after'), '1', 'Retry-After')
    lost.hang_up()
    holder.stdin.write('commit;\n')
    holder.stdin.close()
    holder.wait()
    wait_for(api, "select count(*) = 1 from kstthc.task where code = '%s'" % code)
    reply = api.ok('POST', '/v1/tasks', body, role='office', headers={**sent, 'X-Request-Id': 'retry'}, status=201)
    equal(reply.json, api.get(reply.headers['location'], role='office').json, 'the answer')
    entries = api.all_pages('/v1/audit', resource='task', key=code, as_role='admin')
    equal([entry['request_id'] for entry in entries], [code], 'who did it')


def test_a_copy_that_stands_still(api):
    """Stopped between its two round trips, it holds its locks as an idle transaction, which the server ends."""
    with serving(api.database, KSTTHC_LOCK_TIMEOUT_MS='10000', KSTTHC_WRITE_TIMEOUT_MS='20000') as frozen:
        draft, sent = store_plan(api), key()
        holder = api.database.session("select code from plan where code = '%s' for update" % draft)
        answers = []
        asking = threading.Thread(target=lambda: answers.append(
            frozen.call('POST', '/v1/tasks', new_task(draft, 560), role='office', headers=sent)))
        frozen.token('office')
        asking.start()
        wait_for(api, "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')")
        frozen.process.send_signal(signal.SIGSTOP)
        try:
            holder.stdin.write('commit;\n')
            holder.stdin.close()
            holder.wait()
            wait_for(api, "select exists (select from pg_stat_activity where datname = current_database()"
                          " and state = 'idle in transaction')")
        finally:
            frozen.process.send_signal(signal.SIGCONT)
        asking.join()
        equal(answers[0].status, 201, 'status once it goes on')
