"""GET /v1/deadlines: its filters, orders and pages, against what a plain reading of the whole list gives."""

import itertools

from client import check, equal
from deadline_callers import STATUSES, bring, caller, dated, issue, listed, publish, read
from fixtures import assignment, issue_plan, new_task, part, plan, store_agency, unique
from service import TODAY

FILTERS = ('plan', 'task', 'agency', 'role', 'status', 'from', 'to', 'overdue', 'period')
QUARTER = {'kind': 'quarter', 'text': 'Quý III', 'due_on': '2025-09-30'}
MONTHLY = {'kind': 'recurring', 'text': 'Hàng quý', 'recurrence': {'rrule': 'FREQ=MONTHLY;INTERVAL=3'}}

_stored = {}


def stored(api):
    """(plans, agencies): some sixty deadlines of two plans, three agencies, each role, status and more than one due on a day."""
    if api.database.name in _stored:
        return _stored[api.database.name]
    agencies = [store_agency(api) for _ in range(3)]
    timings = [dated('2025-08-01'), dated('2025-08-14'), dated('2025-08-15'), dated('2025-08-16'), dated('2025-12-31'),
               QUARTER, MONTHLY, dated('2025-09-30')]
    plans = [unique('thu') for _ in range(2)]
    for code in plans:
        body = plan(code, tasks=len(timings))
        body['decision']['date'] = '2025-01-02'
        for number, (one, timing) in enumerate(zip(body['tasks'], timings)):
            who = [assignment(agency=agencies[number % 3]), assignment(agency=agencies[(number + 1) % 3], role='implement')]
            one['parts'] = [part(assignments=who, timings=[timing]), part(assignments=who[:1], timings=[timings[0]])]
        api.ok('POST', '/v1/plans', body, role='office', door='back', status=201)
        issue_plan(api, code)
    items = [item for code in plans for item in listed(api, caller(api, 'office'), plan=code, limit=200)]
    for number, item in enumerate(items):
        bring(api, item['id'], STATUSES[(number * 7 // 3) % 4], item['agency'])
    _stored[api.database.name] = plans, agencies
    return plans, agencies


def matches(item, query):
    """From what the filters promise; item as its reader gets it."""
    return (all(query.get(name) in (None, item[name]) for name in ('plan', 'task', 'agency', 'role', 'period'))
            and query.get('status') in (None, item['status'] or 'none')
            and query.get('from', '0') <= item['due_on'] <= query.get('to', '9')
            and ('overdue' not in query or item['overdue'] == (query['overdue'] == 'true')))


def order(items, sort='due_on'):
    return sorted(items, key=lambda item: (item['due_on'], int(item['id'])), reverse=sort == '-due_on')


def values(everything, plans, agencies):
    """Of each filter: what finds some, and what finds nothing."""
    return {'plan': (*plans, 'khong-co'), 'task': (everything[0]['task'], everything[-1]['task'], plans[0] + '.99'),
            'agency': (*agencies[:2], 'khong-co'), 'role': ('lead', 'implement'), 'status': STATUSES,
            'from': ('2025-08-14', '2025-08-15', '2026-01-01'), 'to': ('2025-08-14', '2025-09-30', '2024-12-31'),
            'overdue': ('true', 'false'), 'period': ('2025-Q3', '2025-08-01', '2025', 'xxxx')}


def readers(api, agencies):
    return {'office': caller(api, 'office'), 'nobody': {}, 'an agency': caller(api, 'agency', agency=agencies[0])}


def combined(names, chosen, number, count):
    """Some of what two filters may ask together, each time others."""
    both = list(itertools.product(*(chosen[name] for name in names)))
    return [dict(zip(names, both[(number + step * 5) % len(both)])) for step in range(min(count, len(both)))]


def test_every_filter_alone_and_in_pairs(api):
    plans, agencies = stored(api)
    for name, headers in readers(api, agencies).items():
        # Other plans' deadlines lie among what is found, and are left out.
        full = [item for code in plans for item in listed(api, headers, plan=code, limit=200)]
        everything, chosen = order(full), values(full, plans, agencies)
        check(len(everything) > 35, '%s sees %d', name, len(everything))
        singles = [{filter_: value} for filter_ in FILTERS for value in chosen[filter_]]
        pairs = [query for number, names in enumerate(itertools.combinations(FILTERS, 2))
                 for query in combined(names, chosen, number + len(name), 3 if name == 'office' else 2)]
        queries = [*(singles if name == 'office' else []), *({'plan': plans[0], **query} for query in pairs)]
        hits = 0
        for query in queries:
            wanted = [item['id'] for item in everything if matches(item, query)]
            hits += len(wanted) > 0
            found = [item['id'] for item in listed(api, headers, limit=200, **query) if item['plan'] in plans]
            equal(found, wanted, 'of %s for %s' % (query, name))
        check(hits > len(queries) // 5, 'only %d of %d found something', hits, len(queries))


def test_all_filters_together(api):
    plans, agencies = stored(api)
    office = caller(api, 'office')
    items = [item for item in listed(api, office, plan=plans[1], agency=agencies[0]) if item['status'] == 'open']
    check(items, 'nothing to find')
    for item in items:
        query = {'plan': item['plan'], 'task': item['task'], 'agency': item['agency'], 'role': item['role'],
                 'status': 'open', 'from': item['due_on'], 'to': item['due_on'], 'period': item['period'],
                 'overdue': 'true' if item['overdue'] else 'false'}
        equal([one['id'] for one in listed(api, office, **query)], [item['id']], 'all filters')
        for name, other in (('plan', plans[0]), ('task', plans[1] + '.99'), ('agency', agencies[1]), ('status', 'done'),
                            ('role', 'lead' if item['role'] == 'implement' else 'implement'), ('from', '2026-01-01'),
                            ('to', '2024-01-01'), ('period', '2024'), ('overdue', 'false' if item['overdue'] else 'true')):
            equal(listed(api, office, **{**query, name: other}), [], 'with another ' + name)


def test_overdue_is_open_and_due_before_today(api):
    plans, _ = stored(api)
    office = caller(api, 'office')
    for code in plans:
        everything = listed(api, office, plan=code)
        for item in everything:
            equal(item['overdue'], item['status'] == 'open' and item['due_on'] < TODAY, 'overdue of %r' % item)
        late = [item['id'] for item in everything if item['overdue']]
        check(late and len(late) < len(everything), '%d late', len(late))
        equal([item['id'] for item in listed(api, office, plan=code, overdue='true')], late, 'late')


def test_pages_in_both_orders(api):
    plans, agencies = stored(api)
    for name, headers in readers(api, agencies).items():
        for query in ({'plan': plans[0]}, {'agency': agencies[0]}, {'plan': plans[0], 'overdue': 'false'}):
            whole = order(listed(api, headers, limit=200, **query))
            if name == 'nobody' and 'overdue' in query:
                equal(whole, [], 'of what is not shown')
            for sort in ('due_on', '-due_on'):
                for limit in (1, 7, 200) if query == {'plan': plans[0]} else (7,):
                    got = listed(api, headers, limit=limit, sort=sort, **query)
                    equal([item['id'] for item in got], [item['id'] for item in order(whole, sort)],
                          'pages of %d by %s of %s for %s' % (limit, sort, query, name))
                    equal(order(got), whole, 'items of the pages')
            equal(listed(api, headers, **query), whole, 'the order when none is asked for')


def test_pages_end_where_the_list_ends(api):
    owner = store_agency(api)
    items = issue(api, ['2025-09-01'] * 14, owner)
    for limit, pages in ((1, 14), (7, 2), (13, 2), (14, 1), (15, 1)):
        for sort in ('due_on', '-due_on'):
            query, count = {'agency': owner, 'limit': limit, 'sort': sort}, 0
            while True:
                page = api.ok('GET', '/v1/deadlines', query=query)
                count += 1
                equal(bool(page.headers.get('link')), 'next_page_token' in page.json, 'Link and token together')
                check(page.json['items'], 'an empty page')
                if 'next_page_token' not in page.json:
                    break
                query['page_token'] = page.json['next_page_token']
            equal(count, pages, 'pages of %d' % limit)
    equal(len(items), 14, 'items')


def test_no_doubles_while_others_come(api):
    """What comes behind the page is found, what comes before it is not, and nothing twice."""
    for sort in ('due_on', '-due_on'):
        owner = store_agency(api)
        items = issue(api, ['2025-09-%02d' % day for day in range(3, 12)], owner)
        code, seen = items[0]['plan'], []
        query = {'agency': owner, 'limit': 2, 'sort': sort}
        for step in range(12):
            page = api.ok('GET', '/v1/deadlines', query=query).json
            seen += [item['due_on'] for item in page['items']]
            if 'next_page_token' not in page:
                break
            query['page_token'] = page['next_page_token']
            if step in (1, 2):
                for number, day in enumerate(('2025-09-01', '2025-09-06', '2025-09-30'), 50 + 10 * step):
                    own = [part(assignments=[assignment(agency=owner)], timings=[dated(day)])]
                    api.ok('POST', '/v1/tasks', new_task(code, number, parts=own), role='office', status=201)
        wanted = [item['due_on'] for item in order(items, sort)]
        # The second of the 6th comes when the reader is at the first, and lies behind: by its id it is the last of the day.
        ahead = ['2025-09-06'] + ['2025-09-30' if sort == 'due_on' else '2025-09-01'] * 2
        equal(seen, sorted(wanted + ahead, reverse=sort == '-due_on'), 'days by ' + sort)


def test_a_page_token_belongs_to_its_query(api):
    plans, agencies = stored(api)
    token = api.ok('GET', '/v1/deadlines', query={'plan': plans[0], 'limit': 2}).json['next_page_token']
    api.ok('GET', '/v1/deadlines', query={'plan': plans[0], 'limit': 7, 'page_token': token})
    for query in ({}, {'plan': plans[1]}, {'plan': plans[0], 'sort': '-due_on'}, {'plan': plans[0], 'agency': agencies[0]},
                  {'plan': plans[0], 'status': 'open'}):
        api.get('/v1/deadlines', query={**query, 'page_token': token}).is_problem(400, 'invalid_page_token')
    for path in ('/v1/tasks', '/v1/calendar'):
        api.get(path, query={'page_token': token}).is_problem(400, 'invalid_page_token')
    for junk in ('x', token[:-2], token[::-1], 'W10', ''):
        api.get('/v1/deadlines', query={'plan': plans[0], 'page_token': junk}).is_problem(400, 'invalid_page_token')


BAD = {'plan': (('Đ', 'bad_format'), ('', 'bad_format'), ('a b', 'bad_format'), ('x' * 65, 'too_long')),
       'task': (('a b', 'bad_format'),), 'agency': (('-x', 'bad_format'),),
       'role': (('cooperate', 'not_in_list'), ('', 'not_in_list'), ('LEAD', 'not_in_list')),
       'status': (('late', 'not_in_list'), ('Open', 'not_in_list'), ('open,done', 'not_in_list')),
       'from': (('2025-02-29', 'not_a_date'), ('15/8/2025', 'not_a_date'), ('', 'not_a_date')),
       'to': (('2025-13-01', 'not_a_date'), ('2025-8-1', 'not_a_date'), ("2025-08-15'", 'not_a_date')),
       'overdue': (('1', 'wrong_type'), ('', 'wrong_type'), ('True', 'wrong_type')),
       'period': (('Q3', 'too_short'), ('x' * 21, 'too_long')),
       'sort': (('agency', 'not_in_list'), ('due_on,id', 'not_in_list'), ('+due_on', 'not_in_list'))}


def test_bad_filters(api):
    for name, wrong in BAD.items():
        for value, code in wrong:
            for headers in ({}, caller(api, 'office')):
                reply = api.get('/v1/deadlines', query={name: value}, headers=headers)
                errors = reply.is_problem(400, 'invalid_parameter').errors()
                equal(list(errors), [name], '%s=%s' % (name, value))
                check(value == '' or errors[name] == code, '%s=%s: %r', name, value, errors)
    every = {name: wrong[0][0] for name, wrong in BAD.items()}
    equal(set(api.get('/v1/deadlines', query=every).is_problem(400, 'invalid_parameter').errors()), set(BAD), 'all at once')
    equal(api.get('/v1/deadlines?status=open&status=done').is_problem(400, 'invalid_parameter').code, 'invalid_parameter', 'twice')
    for query in ({'period': "' or 1=1 --"}, {'period': '%%%%'}, {'from': '2025-12-31', 'to': '2025-01-01'}):
        equal(api.ok('GET', '/v1/deadlines', query=query).json['items'], [], 'of %r' % query)


def test_a_list_shows_what_each_is_alone(api):
    plans, agencies = stored(api)
    publish(api, plans[1])
    for name, headers in readers(api, agencies).items():
        for item in listed(api, headers, plan=plans[1], agency=agencies[0]):
            equal(read(api, item['id'], headers).json, item, 'to ' + name)
    publish(api, plans[1], False)


def test_drafts_have_no_deadlines(api):
    owner, code = store_agency(api), unique('thu')
    body = plan(code, tasks=1)
    body['tasks'][0]['parts'] = [part(assignments=[assignment(agency=owner)])]
    api.ok('POST', '/v1/plans', body, role='office', door='back', status=201)
    for headers in ({}, caller(api, 'office')):
        equal(listed(api, headers, plan=code) + listed(api, headers, agency=owner), [], 'of a draft')
    issue_plan(api, code)
    equal(len(listed(api, {}, plan=code)), 1, 'of the plan')
