"""Bodies and resources that the tests make; each with a code of its own."""

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
