"""The rows of the calendar, of deadlines, and of where they are read."""

from callers import HOME
from fixtures import document, etag_of, store_deadline, store_feed, store_report, unique_day
from table_row import EVERYONE, JSON, LIST, OFFICE, PATCH, STAFF, Route, get, many, under

BAD_DOCUMENT = {'number': '', 'date': '2025-02-30', 'link': 'ftp://x', 'la': 1}
BAD_DOCUMENT_ERRORS = {'/number': 'too_short', '/date': 'not_a_date', '/title': 'required', '/link': 'bad_format',
                       '/la': 'unknown_member'}
LONG = 'x' * 4001


def put_day_good(api):
    path = '/v1/calendar/' + unique_day()
    return path, {'kind': 'off', 'reason': 'Nghỉ phòng, chống bão', 'verified': True}, {'If-Match': etag_of(api, path)}


def patch_rule_good(api):
    path = '/v1/term-rules/period-end'
    return path, {'value': 'stay', 'legal_basis': 'Quy chế làm việc'}, {'If-Match': etag_of(api, path)}


def deadline_path(tail=''):
    return lambda api: ('/v1/deadlines/%s%s' % (store_deadline(api), tail), None, {})


def move(name, operation, body, store=store_deadline, roles=OFFICE, tail=None, **more):
    def good(api):
        return '/v1/deadlines/%s/%s' % (store(api), tail or name), body, {}
    return Route('POST', '/v1/deadlines/:id/' + (tail or name), operation, roles, good, consumes=JSON, **more)


def feed_good(api):
    return '/v1/calendar-feeds/%s.ics' % store_feed(api)[1], None, {}


def delete_feed_good(api):
    return '/v1/calendar-feeds/' + store_feed(api)[0]['id'], None, {'If-Match': '"1"'}


DEADLINE_ROUTES = (
    get('/v1/calendar', 'listCalendar', '/v1/calendar?from=2025-04-20&to=2025-05-05&kind=off&exceptional=true',
        query=('from', 'to', 'kind', 'exceptional', 'limit', 'page_token'),
        bad_query={'from': ('2025-02-29', 'not_a_date'), 'to': ('mai', 'not_a_date'), 'kind': ('makeup', 'not_in_list'),
                   'exceptional': ('yes', 'wrong_type'), **LIST}),
    get('/v1/calendar/term', 'getTerm', '/v1/calendar/term?from=2025-08-28&working_days=3',
        query=('from', 'working_days', 'days'),
        bad_query={'from': ('2025-04-31', 'not_a_date'), 'working_days': ('367', 'too_large'), 'days': ('-1', 'too_small')}),
    get('/v1/calendar/:date', 'getCalendarDay', '/v1/calendar/2025-09-02'),
    Route('PUT', '/v1/calendar/:date', 'putCalendarDay', OFFICE, put_day_good, consumes=JSON, headers={'If-Match': '*'},
          bad=(({'kind': 'holiday', 'reason': '', 'verified': 1, 'working': True},
                {'/kind': 'not_in_list', '/reason': 'too_short', '/verified': 'wrong_type',
                 '/working': 'unknown_member'}),
               ({'reason': 'x' * 201, 'verified': None},
                {'/kind': 'required', '/reason': 'too_long', '/verified': 'null_not_allowed'}))),
    get('/v1/term-rules', 'listTermRules', '/v1/term-rules?limit=2', query=('limit', 'page_token'), bad_query=LIST),
    get('/v1/term-rules/:rule', 'getTermRule', '/v1/term-rules/term-end'),
    Route('PATCH', '/v1/term-rules/:rule', 'patchTermRule', OFFICE, patch_rule_good, consumes=PATCH,
          headers={'If-Match': '*'},
          bad=(({'value': 'previous', 'legal_basis': '', 'choices': []},
                {'/value': 'not_in_list', '/legal_basis': 'too_short', '/choices': 'unknown_member'}),
               ({'value': None, 'legal_basis': 'x' * 1001},
                {'/value': 'null_not_allowed', '/legal_basis': 'too_long'}))),
    get('/v1/deadlines', 'listDeadlines',
        '/v1/deadlines?plan=kstthc-2025&agency=so-tu-phap&role=implement&from=2025-01-01&to=2025-12-31&sort=-due_on',
        query=('plan', 'task', 'agency', 'role', 'status', 'from', 'to', 'overdue', 'period', 'sort', 'limit', 'page_token'),
        bad_query={'plan': ('Đ', 'bad_format'), 'task': ('a b', 'bad_format'), 'agency': ('-x', 'bad_format'),
                   'role': ('cooperate', 'not_in_list'), 'status': ('late', 'not_in_list'),
                   'from': ('hôm nay', 'not_a_date'), 'to': ('2025-02-30', 'not_a_date'), 'overdue': ('1', 'wrong_type'),
                   'period': ('Q3', 'too_short'), 'sort': ('agency', 'not_in_list'), **LIST}),
    get('/v1/deadlines/summary', 'getDeadlineSummary', '/v1/deadlines/summary?agency=so-tu-phap&plan=kstthc-2025',
        query=('agency', 'plan'), bad_query={'agency': ('Sở', 'bad_format'), 'plan': ('', 'bad_format')}),
    Route('GET', '/v1/deadlines/:id', 'getDeadline', EVERYONE, deadline_path()),
    Route('GET', '/v1/deadlines/:id/reports', 'listReports', STAFF,
          lambda api: ('/v1/deadlines/%s/reports' % store_report(api), None, {}), query=('limit', 'page_token'),
          bad_query=LIST, scope=HOME),
    Route('GET', '/v1/deadlines/:id/history', 'getDeadlineHistory', STAFF, deadline_path('/history'),
          query=('limit', 'page_token'), bad_query=LIST, scope=HOME),
    move('report', 'createReport', {'percent': 60, 'note': 'Đang thực hiện.', 'documents': [document()]}, tail='reports',
         roles=('agency',), statuses=(201,), scope=HOME, again=False,
         bad=(({'percent': 101, 'note': LONG, 'documents': [BAD_DOCUMENT, 7], 'done': 'true', 'status': 'done'},
               {'/percent': 'too_large', '/note': 'too_long', **under('/documents/0', BAD_DOCUMENT_ERRORS),
                '/documents/1': 'wrong_type', '/done': 'wrong_type', '/status': 'unknown_member'}),
              ({'note': '  ', 'documents': many({'title': 'x'}, 21), 'done': None},
               {'/percent': 'required', '/note': 'too_short', '/documents': 'too_many', '/done': 'null_not_allowed'}),
              ({'percent': 50.5}, {'/percent': 'wrong_type'}), ({'percent': -1}, {'/percent': 'too_small'}))),
    move('verify', 'verifyDeadline', {'note': 'Đúng yêu cầu.'}, store_report,
         bad=(({'note': LONG, 'reason': 'x'}, {'/note': 'too_long', '/reason': 'unknown_member'}),)),
    move('return', 'returnDeadline', {'reason': 'Thiếu phụ lục.'}, store_report,
         bad=(({'reason': '', 'note': 'x'}, {'/reason': 'too_short', '/note': 'unknown_member'}),
              ({}, {'/reason': 'required'}))),
    move('extend', 'extendDeadline', {'due_on': '2025-10-31', 'reason': 'Khắc phục mưa lũ.', 'document': document()},
         bad=(({'due_on': '2025-11-31', 'reason': LONG, 'document': BAD_DOCUMENT},
               {'/due_on': 'not_a_date', '/reason': 'too_long', **under('/document', BAD_DOCUMENT_ERRORS)}),
              ({'document': [], 'percent': 1},
               {'/due_on': 'required', '/reason': 'required', '/document': 'wrong_type', '/percent': 'unknown_member'}),
              ({'due_on': '2025-10-31', 'reason': 'x'}, {'/document': 'required'}))),
    move('remind', 'remindDeadline', {'message': 'Đề nghị khẩn trương.'},
         bad=(({'message': LONG, 'to': 'x'}, {'/message': 'too_long', '/to': 'unknown_member'}),
              ({}, {'/message': 'required'}))),
    move('cancel', 'cancelDeadline', {'reason': 'Đã thực hiện chung.'},
         bad=(({'reason': 5, 'document': BAD_DOCUMENT}, {'/reason': 'wrong_type', **under('/document', BAD_DOCUMENT_ERRORS)}),
              ({'document': None}, {'/reason': 'required', '/document': 'null_not_allowed'}))),
    get('/v1/agenda', 'getAgenda', '/v1/agenda?agency=so-tu-phap&limit=2', roles=('agency', 'office'),
        query=('agency', 'limit', 'page_token'), bad_query={'agency': ('Sở Tư pháp', 'bad_format'), **LIST}, scope=HOME),
    get('/v1/calendar-feeds', 'listCalendarFeeds', '/v1/calendar-feeds?limit=2', roles=STAFF,
        query=('agency', 'limit', 'page_token'), bad_query={'agency': ('?', 'bad_format'), **LIST}),
    Route('POST', '/v1/calendar-feeds', 'createCalendarFeed', STAFF,
          lambda api: ('/v1/calendar-feeds', {'agency': HOME, 'name': 'Lịch phòng'}, {}), (201,), consumes=JSON, scope=HOME,
          told_once=('secret',), again=False,
          bad=(({'agency': 'Sở', 'name': '', 'secret': 'x'},
                {'/agency': 'bad_format', '/name': 'too_short', '/secret': 'unknown_member'}),
               ({'agency': None, 'name': 'x' * 201}, {'/agency': 'null_not_allowed', '/name': 'too_long'}))),
    Route('GET', '/v1/calendar-feeds/:feed', 'getCalendarFeed', EVERYONE, feed_good, produces='text/calendar', cache='private, no-cache',
          secret_path=True),
    Route('DELETE', '/v1/calendar-feeds/:feed', 'deleteCalendarFeed', STAFF, delete_feed_good, (204,),
          headers={'If-Match': '*'}, scope=HOME, read_at=lambda path: '/v1/calendar-feeds?agency=%s&limit=200' % HOME),
)
