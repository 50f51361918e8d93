"""The moves of a deadline: who may make which in which state, what they change, and how the story reads."""

import datetime
import unicodedata
import uuid

import days
from client import check, equal
from deadline_callers import OFFICE_ACTIONS, STATUSES, bring, caller, dated, issue, of_each_status, read, story
from fixtures import (assignment, document, issue_deadlines, move, new_task, part, report, store_agency, store_deadline,
                      store_issued_plan, unique_day)
from service import TODAY

BODIES = {
    'report': {'percent': 40, 'note': 'Đang làm.'},
    'verify': {'note': 'Đúng.'},
    'return': {'reason': 'Thiếu phụ lục.'},
    'extend': {'due_on': '2025-09-30', 'reason': 'Mưa lũ.', 'document': document()},
    'remind': {'message': 'Đề nghị khẩn trương.'},
    'cancel': {'reason': 'Trùng việc.'},
}
FROM = {'report': ('open', 'reported'), 'verify': ('reported',), 'return': ('reported', 'done', 'cancelled'),
        'extend': ('open', 'reported'), 'remind': ('open',), 'cancel': ('open', 'reported')}
REPORTED = {'status': 'reported', 'percent': 100, 'done_on': TODAY, 'working_days_left': None}
CHANGES = {
    ('report', 'open'): {'percent': 40},
    ('report', 'reported'): {'status': 'open', 'percent': 40, 'done_on': None, 'working_days_left': 10},
    ('verify', 'reported'): {'status': 'done'},
    ('return', 'reported'): {'status': 'open', 'percent': 0, 'done_on': None, 'working_days_left': 10},
    ('return', 'done'): {'status': 'open', 'percent': 0, 'done_on': None, 'working_days_left': 10},
    ('return', 'cancelled'): {'status': 'open', 'percent': 0, 'working_days_left': 10},
    ('extend', 'open'): {'due_on': '2025-09-30', 'original_due_on': '2025-08-29', 'fixed': True, 'working_days_left': 30},
    ('extend', 'reported'): {'due_on': '2025-09-30', 'original_due_on': '2025-08-29', 'fixed': True},
    ('remind', 'open'): {},
    ('cancel', 'open'): {'status': 'cancelled', 'working_days_left': None},
    ('cancel', 'reported'): {'status': 'cancelled'},
}


def make(api, deadline, name, headers, body=None):
    tail = 'reports' if name == 'report' else name
    return api.call('POST', '/v1/deadlines/%s/%s' % (deadline, tail), BODIES[name] if body is None else body,
                    headers=headers)


def test_every_move_in_every_status_by_every_caller(api):
    owner = store_agency(api)
    office, own = caller(api, 'office'), caller(api, 'agency', agency=owner)
    foreign = caller(api, 'agency', agency='so-noi-vu')
    items = iter(issue(api, ['2025-08-29'] * (len(FROM) * len(STATUSES)), owner))
    for name, starts in FROM.items():
        may, may_not = ((own, office) if name == 'report' else (office, own))
        for status in STATUSES:
            deadline, what = next(items)['id'], '%s of one that is %s' % (name, status)
            bring(api, deadline, status, owner)
            before = read(api, deadline, office)
            told = story(api, deadline)
            make(api, deadline, name, may_not).is_problem(403, 'forbidden')
            make(api, deadline, name, foreign).is_problem(*((404, 'not_found') if name == 'report' else (403, 'forbidden')))
            make(api, deadline, name, {}).is_problem(401, 'unauthorized')
            if status not in starts:
                make(api, deadline, name, may).is_problem(409, 'wrong_state')
            equal((read(api, deadline, office).json, read(api, deadline, office).etag), (before.json, before.etag),
                  what + ', refused')
            equal(story(api, deadline), told, 'the story after %s, refused' % what)
            if status in starts:
                reply = make(api, deadline, name, may)
                equal(reply.status, 201 if name == 'report' else 200, what)
                wanted = {**before.json, **CHANGES[name, status], 'version': before.json['version'] + 1}
                wanted['actions'] = ['report'] if name == 'report' else OFFICE_ACTIONS[wanted['status']]
                equal(reply.json, wanted, what)
                equal(read(api, deadline, may).json, wanted, what + ', read again')
                equal(len(story(api, deadline)), len(told) + 1, 'entries after ' + what)


def test_what_may_be_done_next_is_what_can_be_done(api):
    owner, ids = of_each_status(api)
    for status, deadline in ids.items():
        equal(read(api, deadline, caller(api, 'office')).json['actions'], OFFICE_ACTIONS[status], 'office, ' + status)
        equal(read(api, deadline, caller(api, 'agency', agency=owner)).json['actions'],
              ['report'] if status in FROM['report'] else [], 'its agency, ' + status)
        equal(read(api, deadline, caller(api, 'viewer')).json['actions'], [], 'viewer, ' + status)
    both = caller(api, 'agency', 'office', agency=owner)
    equal(read(api, ids['open'], both).json['actions'], ['report', 'extend', 'remind', 'cancel'], 'both roles')
    stranger = caller(api, 'agency', 'office', agency='so-noi-vu')
    for status, deadline in ids.items():
        equal(read(api, deadline, stranger).json['actions'], OFFICE_ACTIONS[status], 'office of another, ' + status)
    make(api, ids['open'], 'report', stranger).is_problem(404, 'not_found')
    make(api, ids['open'], 'report', both)


LATE = ('2025-08-15', '2025-08-16', '2025-08-14', '2025-08-10', '2025-05-02', '2025-04-29', '2025-04-26', '2025-04-25',
        '2025-04-24', '2025-02-03', '2025-01-31', '2025-01-26', '2025-01-24', '2025-01-01')


def working_days_late(due_on):
    end, today = datetime.date.fromisoformat(due_on), datetime.date.fromisoformat(TODAY)
    return days.working_days_between(end, today) if end < today else None


def test_in_time_or_late_by_working_days(api):
    owner = store_agency(api)
    items = {item['due_on']: item for item in issue(api, LATE, owner)}
    in_time = 0
    for due_on, item in items.items():
        late = working_days_late(due_on)
        in_time += late is None
        left = None if late is not None else days.working_days_between(
            datetime.date.fromisoformat(TODAY), datetime.date.fromisoformat(due_on))
        equal((item['overdue'], item['working_days_late'], item['working_days_left']), (late is not None, late, left),
              'open, due on ' + due_on)
        got = report(api, item['id'], owner=owner, percent=100, done=True).json
        equal((got['overdue'], got['working_days_late'], got['working_days_left'], got['done_on']),
              (False, late, None, TODAY), 'reported, due on ' + due_on)
        got = move(api, item['id'], 'verify').json
        equal((got['overdue'], got['working_days_late'], got['working_days_left'], got['done_on']),
              (False, late, None, TODAY), 'done, due on ' + due_on)
    summary = api.ok('GET', '/v1/deadlines/summary', role='office', query={'agency': owner}).json
    equal((summary['done_in_time'], summary['done_late']), (in_time, len(LATE) - in_time), 'counted')
    got = move(api, items['2025-08-14']['id'], 'return', reason='Thiếu.').json
    equal((got['status'], got['overdue'], got['working_days_late'], got['done_on']), ('open', True, 1, None), 'returned')
    summary = api.ok('GET', '/v1/deadlines/summary', role='office', query={'agency': owner}).json
    equal((summary['open'], summary['late'], summary['done_late']), (1, 1, len(LATE) - in_time - 1), 'counted again')


def test_done_late_is_in_time_when_it_is_extended(api):
    owner = store_agency(api)
    deadline = issue(api, ['2025-08-01'], owner)[0]['id']
    equal(report(api, deadline, owner=owner, percent=100, done=True).json['working_days_late'], 10, 'late')
    got = move(api, deadline, 'extend', due_on='2025-08-12', reason='Mưa.', document=document()).json
    equal((got['working_days_late'], got['original_due_on']), (3, '2025-08-01'), 'extended, not enough')
    got = move(api, deadline, 'extend', due_on='2025-08-15', reason='Mưa.', document=document()).json
    equal((got['working_days_late'], got['original_due_on'], got['status']), (None, '2025-08-01', 'reported'), 'enough')
    move(api, deadline, 'verify')
    summary = api.ok('GET', '/v1/deadlines/summary', role='office', query={'agency': owner}).json
    equal((summary['done_in_time'], summary['done_late']), (1, 0), 'counted')


def test_extended_only_to_a_later_day(api):
    deadline = store_deadline(api)
    for day in ('2025-09-30', '2025-09-29', '2000-01-01'):
        reply = make(api, deadline, 'extend', caller(api, 'office'), {**BODIES['extend'], 'due_on': day})
        equal(reply.is_problem(422, 'invalid').errors(), {'/due_on': 'not_after_due_on'}, 'extended to ' + day)
    for day in ('2025-10-01', '2025-12-31', '2099-01-01'):
        got = move(api, deadline, 'extend', **{**BODIES['extend'], 'due_on': day}).json
        equal((got['due_on'], got['original_due_on'], got['fixed']), (day, '2025-09-30', True), 'extended to ' + day)


def test_percent(api):
    deadline = store_deadline(api)
    for percent in (0, 99):
        reply = api.call('POST', '/v1/deadlines/%s/reports' % deadline, {'percent': percent, 'done': True}, role='agency')
        equal(reply.is_problem(422, 'invalid').errors(), {'/percent': 'too_small'}, '%d and done' % percent)
    for percent, done, status in ((100, False, 'open'), (0, False, 'open'), (60, None, 'open'), (30, False, 'open'),
                                  (100, True, 'reported')):
        body = {'percent': percent} if done is None else {'percent': percent, 'done': done}
        got = report(api, deadline, **body).json
        equal((got['percent'], got['status']), (percent, status), 'reported %r' % body)
    equal(move(api, deadline, 'return', reason='Thiếu.').json['percent'], 30, 'what it was before it was reported done')
    report(api, deadline, percent=100, done=True)
    equal(report(api, deadline, percent=70).json['status'], 'open', 'taken back')
    report(api, deadline, percent=100, done=True)
    equal(move(api, deadline, 'verify').json['percent'], 100, 'verified')
    equal(move(api, deadline, 'return', reason='Thiếu.').json['percent'], 70, 'the last one')


def test_what_was_sent_is_kept_as_it_was_sent(api):
    deadline = store_deadline(api)
    note = 'Đã họp; “nháy” <b>&amp;</b> \\ " \' 😀\nDòng hai\tcó thụt.'
    documents = [document(link='https://vb.quangngai.gov.vn/x?a=1&b=%20'), {'title': 'Chỉ có tên'},
                 *({'title': 'Phụ lục %d' % number} for number in range(18))]
    report(api, deadline, percent=7, note=unicodedata.normalize('NFD', note), documents=documents)
    report(api, deadline, percent=100, done=True, note='đ' * 4000)
    report(api, deadline, percent=8)
    reports = api.all_pages('/v1/deadlines/%s/reports' % deadline, as_role='viewer', limit=1)
    by = {'role': 'agency', 'agency': 'so-tu-phap'}
    equal([{name: value for name, value in one.items() if name not in ('id', 'at')} for one in reports],
          [{'by': by, 'percent': 7, 'note': note, 'documents': documents, 'done': False},
           {'by': by, 'percent': 100, 'note': 'đ' * 4000, 'documents': [], 'done': True},
           {'by': by, 'percent': 8, 'note': None, 'documents': [], 'done': False}], 'reports')
    check(reports[0]['note'] == unicodedata.normalize('NFC', note), 'not NFC: %r', reports[0]['note'])
    events = api.all_pages('/v1/deadlines/%s/history' % deadline, as_role='agency', limit=2)
    equal([event['id'] for event in events[1:]], [one['id'] for one in reports], 'in the story')
    equal(events[1]['data'], {'percent': 7, 'note': note, 'documents': documents, 'done': False}, 'its data')
    equal(events[1]['text'], 'Cơ quan báo cáo đạt 7%: ' + note, 'its sentence')
    for event in events:
        at = datetime.datetime.fromisoformat(event['at'])
        equal(at.utcoffset(), datetime.timedelta(hours=7), 'zone of %s' % event['at'])
        check(abs((at - datetime.datetime.now(at.tzinfo)).total_seconds()) < 3600, 'at %s', event['at'])


def test_if_match_and_idempotency_key(api):
    deadline = store_deadline(api)
    first = report(api, deadline, percent=10, headers={'If-Match': '"1"'})
    equal(first.headers['location'], '/v1/deadlines/%s/reports' % deadline, 'Location')
    equal(report(api, deadline, percent=20, headers={'If-Match': first.etag}).json['version'], 3, 'by the ETag of before')
    stale = {'If-Match': first.etag}
    own = caller(api, 'agency', agency='so-tu-phap')
    make(api, deadline, 'report', {**own, **stale}).is_problem(412, 'stale_version')
    # Who is late is told so, not that the move is none of this state.
    for name in ('verify', 'return', 'extend', 'remind', 'cancel'):
        make(api, deadline, name, {**caller(api, 'office'), **stale}).is_problem(412, 'stale_version')
    report(api, deadline, percent=30, headers={'If-Match': '*'})
    key = {**own, 'Idempotency-Key': str(uuid.uuid4())}
    once = make(api, deadline, 'report', key)
    again = make(api, deadline, 'report', key)
    equal((once.status, again.status, again.json), (201, 201, once.json), 'the same request again')
    equal(len(api.all_pages('/v1/deadlines/%s/reports' % deadline, as_role='office')), 4, 'reports')
    make(api, deadline, 'report', key, {'percent': 41}).is_problem(422, 'key_reused')


def test_a_story_holds_a_thousand_entries(api):
    deadline = store_deadline(api)
    events = 'update kstthc.deadline set events = %d where id = ' + deadline
    api.database.run(events % 999)
    report(api, deadline, percent=1)
    own, office = caller(api, 'agency', agency='so-tu-phap'), caller(api, 'office')
    equal(make(api, deadline, 'report', own).is_problem(422, 'invalid').errors(), {'': 'too_many'}, 'a report')
    equal(make(api, deadline, 'remind', office).status, 200, 'what an agency has filled the office can go on with')
    api.database.run(events % 1100)
    equal(make(api, deadline, 'remind', office).is_problem(422, 'invalid').errors(), {'': 'too_many'}, 'a reminder')
    equal(make(api, deadline, 'cancel', office).json['status'], 'cancelled', 'the last')


def test_the_story_of_one_that_is_done(api):
    owner = store_agency(api)
    deadline = issue(api, ['2025-08-14'], owner)[0]['id']
    report(api, deadline, owner=owner, percent=30, note='Đã có dự thảo.')
    report(api, deadline, owner=owner, percent=45)
    api.database.run("select kstthc.daily_escalate('%s')" % TODAY)
    make(api, deadline, 'remind', caller(api, 'office', 'agency', agency=owner), {'message': 'Báo cáo trước thứ Sáu!'})
    move(api, deadline, 'extend', due_on='2025-09-03', reason='Khắc phục mưa lũ.',
         document={'number': '5/UBND-NC', 'date': '2025-08-15', 'title': 'về việc gia hạn'})
    report(api, deadline, owner=owner, percent=100, done=True, note='Gửi báo cáo số 12.')
    move(api, deadline, 'return', reason='Thiếu phụ lục 2.')
    report(api, deadline, owner=owner, percent=100, done=True)
    move(api, deadline, 'verify')
    move(api, deadline, 'return', reason='Số liệu sai.')
    report(api, deadline, owner=owner, percent=100, done=True)
    move(api, deadline, 'verify', note='Đủ hồ sơ.')
    wanted = (
        ('created', 'office', 'Được giao, hạn 14/08/2025.'),
        ('report', 'agency', 'Cơ quan báo cáo đạt 30%: Đã có dự thảo.'),
        ('report', 'agency', 'Cơ quan báo cáo đạt 45%.'),
        ('late', 'system', 'Quá hạn 14/08/2025 mà chưa báo cáo hoàn thành.'),
        ('remind', 'office', 'Đôn đốc: Báo cáo trước thứ Sáu!'),
        ('extend', 'office', 'Gia hạn từ 14/08/2025 đến 03/09/2025 (theo văn bản số 5/UBND-NC ngày 15/08/2025 về việc gia '
                             'hạn): Khắc phục mưa lũ.'),
        ('report', 'agency', 'Cơ quan báo cáo đã hoàn thành: Gửi báo cáo số 12.'),
        ('return', 'office', 'Trả lại: Thiếu phụ lục 2.'),
        ('report', 'agency', 'Cơ quan báo cáo đã hoàn thành.'),
        ('verify', 'office', 'Xác nhận hoàn thành.'),
        ('return', 'office', 'Trả lại: Số liệu sai.'),
        ('report', 'agency', 'Cơ quan báo cáo đã hoàn thành.'),
        ('verify', 'office', 'Xác nhận hoàn thành: Đủ hồ sơ.'),
    )
    for limit in (5, 200):
        events = api.all_pages('/v1/deadlines/%s/history' % deadline, as_role='viewer', limit=limit)
        equal([(event['kind'], event['by']['role'], event['text']) for event in events], list(wanted), 'the story')
    for event in events:
        equal(event['by']['agency'], owner if event['by']['role'] == 'agency' else None, 'whose entry')
    equal(events[4]['data'], {'message': 'Báo cáo trước thứ Sáu!'}, 'what was reminded of')
    equal(events[5]['data'], {'due_on': '2025-09-03', 'old_due_on': '2025-08-14', 'reason': 'Khắc phục mưa lũ.',
                              'document': {'number': '5/UBND-NC', 'date': '2025-08-15', 'title': 'về việc gia hạn'}},
          'what it was extended by')


def test_the_story_of_one_that_is_cancelled(api):
    for document_, words in ((None, 'Hủy: Trùng việc.'),
                             ({'title': 'Công văn 7'}, 'Hủy (theo văn bản Công văn 7): Trùng việc.'),
                             ({'number': '7/UBND', 'title': 'về việc dừng'},
                              'Hủy (theo văn bản số 7/UBND về việc dừng): Trùng việc.')):
        deadline = store_deadline(api)
        move(api, deadline, 'cancel', reason='Trùng việc.', **({'document': document_} if document_ else {}))
        equal(story(api, deadline), ['Được giao, hạn 30/09/2025.', words], 'the story')


def test_the_story_of_one_whose_plan_changes(api):
    heir, owner = store_agency(api), store_agency(api)
    day = datetime.date.fromisoformat(unique_day())
    first, second = (days.term_end(day, number) for number in (2, 3))
    deadline = issue_deadlines(api, owner=owner, kind='after_event', text='Chậm nhất 2 ngày làm việc', event_on=str(day),
                               term={'working_days': 2}, document=document())[0]
    path = '/v1/tasks/' + deadline['task']

    def set_parts(parts):
        api.ok('PATCH', path, {'parts': parts}, role='office', headers={'If-Match': '*'})

    kind = api.ok('GET', '/v1/calendar/%s' % first).json
    for body in ({'kind': 'off', 'reason': 'Chống bão'}, {'kind': kind['kind'], 'reason': kind['reason']}):
        api.ok('PUT', '/v1/calendar/%s' % first, body, role='office', headers={'If-Match': '*'})
    own = [assignment(agency=owner)]
    set_parts([part(assignments=own, timings=[dated('2025-10-10')])])
    set_parts([part(assignments=[assignment(agency='so-noi-vu')], timings=[dated('2025-10-10')])])
    set_parts([part(assignments=own, timings=[dated('2025-10-10')])])
    move(api, deadline['id'], 'extend', due_on='2025-11-10', reason='Mưa.', document={'title': 'Công văn'})
    set_parts([part(assignments=own, timings=[dated('2025-10-20')])])
    api.ok('PATCH', '/v1/agencies/' + owner, {'valid_to': '2025-08-14', 'successor': heir}, role='office',
           headers={'If-Match': '*'})
    report(api, deadline['id'], owner=heir, percent=5)
    equal(story(api, deadline['id']), [
        'Được giao, hạn %s.' % first.strftime('%d/%m/%Y'),
        'Hạn chuyển từ %s sang %s do lịch làm việc thay đổi.' % (first.strftime('%d/%m/%Y'), second.strftime('%d/%m/%Y')),
        'Hạn chuyển từ %s sang %s do lịch làm việc thay đổi.' % (second.strftime('%d/%m/%Y'), first.strftime('%d/%m/%Y')),
        'Hạn chuyển từ %s sang 10/10/2025 do kế hoạch thay đổi.' % first.strftime('%d/%m/%Y'),
        'Hủy vì không còn thuộc kế hoạch.',
        'Được giao lại, hạn 10/10/2025.',
        'Gia hạn từ 10/10/2025 đến 10/11/2025 (theo văn bản Công văn): Mưa.',
        'Nội dung giao thay đổi, hạn vẫn là 10/11/2025 do kế hoạch thay đổi.',
        'Chuyển nghĩa vụ từ %s sang %s, hạn 10/11/2025.' % (owner, heir),
        'Cơ quan báo cáo đạt 5%.'], 'the story')
    make(api, deadline['id'], 'report', caller(api, 'agency', agency=owner)).is_problem(404, 'not_found')


def test_a_former_task_keeps_its_story(api):
    code = store_issued_plan(api)
    made = api.ok('POST', '/v1/tasks', new_task(code, 50), role='office', status=201)
    deadline = api.all_pages('/v1/deadlines', task=made.json['code'], as_role='office')[0]
    report(api, deadline['id'], percent=100, done=True)
    api.ok('DELETE', '/v1/tasks/' + made.json['code'], role='office', headers={'If-Match': '*'}, status=204)
    got = move(api, deadline['id'], 'verify').json
    equal((got['status'], got['task'], got['former_task'], got['title']),
          ('done', None, deadline['task'], deadline['title']), 'verified after its task went')
    equal(story(api, deadline['id'])[-1], 'Xác nhận hoàn thành.', 'the end of the story')
