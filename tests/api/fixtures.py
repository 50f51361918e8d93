"""Bodies and resources that the tests make; each with a code of its own."""

import datetime
import itertools
import threading

_numbers = itertools.count(1)
_lock = threading.Lock()


def unique(prefix):
    with _lock:
        return '%s-%d' % (prefix, next(_numbers))


def assignment(**more):
    return {'agency': 'so-tu-phap', 'name': 'Sở Tư pháp', 'role': 'lead', 'duty': 'chủ trì', **more}


def part(**more):
    return {
        'outputs': ['Báo cáo thẩm định.'],
        'timings': [{'kind': 'on_date', 'text': 'Trước ngày 30/9/2025', 'due_on': '2025-09-30'}],
        'assignments': [assignment(), {'group': 'ubnd-cap-xa', 'name': 'Ủy ban nhân dân cấp xã', 'role': 'cooperate'}],
        **more,
    }


def task(number=1, section=1, **more):
    return {'number': number, 'section': section, 'title': 'Thẩm định quy định về TTHC số %d.' % number,
            'parts': [part()], **more}


def new_task(plan, number, **more):
    return {'plan': plan, **task(number, **more)}


def plan(code, tasks=2, **more):
    return {
        'code': code,
        'year': 2025,
        'title': 'Hoạt động kiểm soát thủ tục hành chính, kế hoạch thử ' + code,
        'decision': {'number': None, 'date': None, 'issuer': 'Chủ tịch Ủy ban nhân dân tỉnh Quảng Ngãi'},
        'sections': [
            {'ordinal': 1, 'label': 'A', 'title': 'Ban hành văn bản', 'ancestors': []},
            {'ordinal': 2, 'label': 'B.I', 'title': 'Rà soát TTHC',
             'ancestors': [{'label': 'B', 'title': 'Cải cách TTHC'}]},
        ],
        'tasks': [task(number) for number in range(1, tasks + 1)],
        'target_rule': {'text': 'Việc giao chỉ tiêu theo nguyên tắc sau:', 'stretch_percent': 10},
        'indicators': [{'code': '01', 'name': 'Tỷ lệ công bố TTHC đúng hạn.', 'unit': '%',
                        'target': {'comparison': 'ge', 'value': 97.5},
                        'scope': [{'group': 'so-ban-nganh', 'name': 'Các sở, ban, ngành', 'role': 'implement'}]}],
        **more,
    }


def store_plan(api, tasks=2, **more):
    """A new draft; its code."""
    code = unique('thu')
    api.ok('POST', '/v1/plans', plan(code, tasks, **more), role='office', door='back', status=201)
    return code


def issue_plan(api, code):
    return api.ok('POST', '/v1/plans/%s/issue' % code, {}, role='office')


def store_issued_plan(api, tasks=1, **more):
    """A new plan in force; its code. Each of its tasks is one deadline, of Sở Tư pháp."""
    code = store_plan(api, tasks, **more)
    issue_plan(api, code)
    return code


def amendment(api, code, **more):
    """A new draft that changes the plan's first task; its code."""
    body = plan(code + '-sua', tasks=1)
    body['tasks'][0]['title'] = 'Thẩm định quy định về TTHC (sửa đổi).'
    return api.ok('POST', '/v1/plans', {**body, **more}, role='office', door='back', status=201).json['code']


def etag_of(api, path, role='office'):
    return api.ok('GET', path, role=role).etag


def issue_deadlines(api, tasks=1, owner='so-tu-phap', **timing):
    """What a new plan in force has its owner do, one deadline a task, as the office reads it."""
    given = {'timings': [timing]} if timing else {}
    code = unique('thu')
    body = plan(code, tasks=tasks)
    for one in body['tasks']:
        one['parts'] = [part(assignments=[assignment(agency=owner)], **given)]
    api.ok('POST', '/v1/plans', body, role='office', door='back', status=201)
    issue_plan(api, code)
    return api.all_pages('/v1/deadlines', plan=code, agency=owner, limit=200, as_role='office')


_deadlines = {}


def store_deadline(api):
    """The id of an open deadline of Sở Tư pháp that no other test has seen. Plans are made for many at once."""
    with _lock:
        pool = _deadlines.setdefault(api.database.name, [])
        if pool:
            return pool.pop()
    ids = [item['id'] for item in issue_deadlines(api, tasks=40)]
    with _lock:
        pool += ids[1:]
    return ids[0]


def report(api, deadline, owner='so-tu-phap', headers=None, **more):
    """The reply to its owner's report."""
    return api.ok('POST', '/v1/deadlines/%s/reports' % deadline, {'percent': 50, **more}, role='agency', agency=owner,
                  headers=headers, status=201)


def move(api, deadline, name, headers=None, **body):
    """The reply to what the office does to it: verify, return, extend, remind or cancel."""
    return api.ok('POST', '/v1/deadlines/%s/%s' % (deadline, name), body, role='office', headers=headers)


def store_report(api):
    """The id of a deadline that was reported as done."""
    deadline = store_deadline(api)
    report(api, deadline, percent=100, done=True, documents=[document()])
    return deadline


def document(**more):
    return {'number': '12/BC-STP', 'date': '2025-08-14', 'title': 'Báo cáo kết quả thực hiện', **more}


_days = itertools.count(0)


def unique_day():
    """A day of the calendar that no other test changes."""
    with _lock:
        return (datetime.date(2036, 1, 1) + datetime.timedelta(days=next(_days))).isoformat()


def store_feed(api, owner='so-tu-phap', **more):
    """A new calendar address: (its document, its secret)."""
    reply = api.ok('POST', '/v1/calendar-feeds', {'agency': owner, **more}, role='office', status=201)
    return reply.json, reply.json['secret']


def agency(**more):
    return {'name': 'Phòng Thử nghiệm', 'kind': 'other', 'short_name': 'PTN', 'aliases': ['P. Thử nghiệm'], **more}


def store_agency(api, **more):
    """A new agency; its code."""
    code = unique('co-quan')
    api.ok('PUT', '/v1/agencies/' + code, agency(**more), role='office', headers={'If-None-Match': '*'}, status=201)
    return code


def new_client(**more):
    return {'code': unique('chuong-trinh'), 'name': 'Đồng bộ Cổng Dịch vụ công quốc gia', 'roles': ['sync'], **more}


def store_client(api, **more):
    """A new client: (its document, its secret)."""
    reply = api.ok('POST', '/v1/clients', new_client(**more), role='admin', status=201)
    return reply.json, reply.json['secret']


DOCUMENT = '''KẾ HOẠCH

Hoạt động kiểm soát thủ tục hành chính năm 2025 trên địa bàn tỉnh Quảng Ngãi

(Kèm theo Quyết định số: /QĐ-UBND ngày tháng năm 2025 của Chủ tịch Ủy ban nhân dân tỉnh Quảng Ngãi)

Stt\tNội dung công việc\tKết quả công việc\tCơ quan, đơn vị thực hiện\tThời gian thực hiện
A\tBan hành văn bản quản lý nhà nước về kiểm soát thủ tục hành chính (TTHC)\t\t\t
1\tXây dựng văn bản về kiểm soát TTHC.\tVăn bản.\t- Sở Tư pháp chủ trì. - Đơn vị Lạ phối hợp.\tQuý III
2\tRà soát TTHC.\tBáo cáo.\t- Các sở, ban, ngành. - Ủy ban nhân dân cấp xã.\tThường xuyên
'''
