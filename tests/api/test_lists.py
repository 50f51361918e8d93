"""Lists: keyset pages, Link, limits, tokens bound to their query, filters, search."""

import base64
import re
import threading
import unicodedata
import urllib.parse

from client import check, equal
from fixtures import assignment, new_task, part, plan, store_agency, store_plan, unique

PLAN = 'kstthc-2025'
SECTIONS = {1: (1, 3), 2: (4, 6), 3: (7, 10), 4: (11, 15), 5: (16, 19), 6: (20, 32), 7: (33, 39), 8: (40, 42),
            9: (43, 46), 10: (47, 48), 11: (49, 49), 12: (50, 52), 13: (53, 53), 14: (54, 55)}


def tasks(api, as_role=None, **query):
    return api.all_pages('/v1/tasks', as_role=as_role, **query)


def numbers(api, **query):
    return [item['number'] for item in tasks(api, plan=PLAN, **query)]


def fold(text):
    text = unicodedata.normalize('NFD', text.lower()).replace('đ', 'd')
    return ''.join(c for c in text if not unicodedata.combining(c))


def matches(item, query):
    """agency_parties() of the seed for one agency: itself and its groups."""
    parties = {'so-tu-phap': {'so-tu-phap', 'so-ban-nganh'}, 'xa-21211': {'xa-21211', 'ubnd-cap-xa', 'tt-pvhcc-cap-xa'}}
    people = [one for piece in item['parts'] for one in piece['assignments']]
    kinds = {one['kind'] for piece in item['parts'] for one in piece['timings']}
    words = ' '.join([item['title']] + [text for piece in item['parts'] for text in piece['outputs']])
    if 'agency' in query or 'role' in query:
        wanted = parties.get(query.get('agency'))
        if not any((wanted is None or one.get('agency') in wanted or one.get('group') in wanted)
                   and query.get('role') in (None, one['role']) for one in people):
            return False
    return (query.get('section') in (None, item['section']['ordinal'])
            and ('timing' not in query or query['timing'] in kinds)
            and ('q' not in query or re.search(r'\b' + fold(query['q']), fold(words)) is not None))


def test_the_plan_has_its_55_tasks(api):
    page = api.ok('GET', '/v1/tasks', query={'plan': PLAN, 'limit': 200}).json
    equal([item['number'] for item in page['items']], list(range(1, 56)), 'numbers')
    check('next_page_token' not in page, 'a token after the last page')
    for ordinal, (first, last) in SECTIONS.items():
        equal(numbers(api, section=ordinal), list(range(first, last + 1)), 'section %d' % ordinal)


def test_pages_of_every_size(api):
    everything = numbers(api)
    for limit in (1, 2, 7, 54, 55, 56, 200):
        equal(numbers(api, limit=limit), everything, 'pages of %d' % limit)


def test_default_limit_is_50(api):
    equal(len(api.ok('GET', '/v1/tasks', query={'plan': PLAN}).json['items']), 50, 'items')
    equal(len(api.ok('GET', '/v1/agencies').json['items']), 50, 'items')


def test_limit_is_cut_to_200(api):
    code = store_plan(api, tasks=203)
    for limit in (200, 201, 1000, 10 ** 30):
        page = api.ok('GET', '/v1/tasks', role='office', query={'plan': code, 'limit': limit})
        equal(len(page.json['items']), 200, 'items with limit=%d' % limit)
        check('next_page_token' in page.json, 'no token')
    equal(len(tasks(api, as_role='office', plan=code, limit=999)), 203, 'all items')


def test_wrong_limits(api):
    for limit in ('0', '-1', 'ba', '', '1.5', '1e2', '0x10', ' 1', '1 ', '+1', '١'):
        reply = api.get('/v1/tasks', query={'limit': limit})
        equal(list(reply.is_problem(400, 'invalid_parameter').errors()), ['limit'], 'errors of limit=' + limit)


def test_link_leads_to_the_next_page(api):
    target = '/v1/tasks?plan=%s&limit=20' % PLAN
    found = []
    while target and len(found) < 99:
        reply = api.ok('GET', target)
        found += [item['number'] for item in reply.json['items']]
        link = reply.headers.get('link')
        equal(bool(link), 'next_page_token' in reply.json, 'Link and token together')
        target = link and re.fullmatch('<([^>]+)>; rel="next"', link).group(1)
    equal(found, list(range(1, 56)), 'numbers')


def test_link_keeps_filters_with_diacritics(api):
    reply = api.ok('GET', '/v1/tasks', query={'plan': PLAN, 'limit': 3, 'q': 'thực hiện', 'role': 'lead'})
    link = re.fullmatch('<([^>]+)>; rel="next"', reply.headers['link']).group(1)
    query = dict(urllib.parse.parse_qsl(link.split('?')[1]))
    equal((query['q'], query['role'], query['limit']), ('thực hiện', 'lead', '3'), 'filters in Link')
    equal(query['page_token'], reply.json['next_page_token'], 'token in Link')
    api.ok('GET', link)


def test_token_is_bound_to_route_and_filters(api):
    token = api.ok('GET', '/v1/tasks', query={'plan': PLAN, 'limit': 2}).json['next_page_token']
    api.ok('GET', '/v1/tasks', query={'plan': PLAN, 'limit': 3, 'page_token': token})
    for path, query in (('/v1/tasks', {}), ('/v1/tasks', {'plan': PLAN, 'section': 1}), ('/v1/tasks', {'plan': 'x'}),
                        ('/v1/agencies', {}), ('/v1/plans', {}), ('/v1/agencies', {'parent': PLAN})):
        api.get(path, query={**query, 'page_token': token}).is_problem(400, 'invalid_page_token')


def test_junk_tokens(api):
    good = api.ok('GET', '/v1/tasks', query={'plan': PLAN, 'limit': 2}).json['next_page_token']
    raw = base64.urlsafe_b64decode(good + '==')
    junk = ['x', '=', 'a' * 5000, good[:-1], good + 'A', good[::-1], 'null', '[]', '%00', good + '=',
            base64.urlsafe_b64encode(raw[:-1]).decode().rstrip('='),
            base64.urlsafe_b64encode(b'["kstthc-2025",2]').decode().rstrip('=')]
    # A key of another shape behind the right hash, wherever the hash ends.
    for cut in range(4, len(raw) - 1):
        for tail in (b'[]', b'{}', b'["a"]', b'["a","b"]', b'[1,2,3]', b'null',
                     b'["kstthc-2025",99999999999999999999]'):
            junk.append(base64.urlsafe_b64encode(raw[:cut] + tail).decode().rstrip('='))
    for token in junk:
        reply = api.get('/v1/tasks', query={'plan': PLAN, 'page_token': token})
        check(reply.status in (200, 400), 'page_token=%s: %r', token, reply)
        if reply.status == 400:
            equal(reply.code, 'invalid_page_token', 'code')
    for token in junk[:12]:
        api.get('/v1/tasks', query={'plan': PLAN, 'page_token': token}).is_problem(400, 'invalid_page_token')


def test_pages_while_items_come_and_go(api):
    code = store_plan(api, tasks=9)
    seen = []
    query = {'plan': code, 'limit': 3}
    for step in range(9):
        page = api.ok('GET', '/v1/tasks', role='office', query=query).json
        seen += [item['number'] for item in page['items']]
        if 'next_page_token' not in page:
            break
        query['page_token'] = page['next_page_token']
        if step == 0:
            api.ok('DELETE', '/v1/tasks/%s.3' % code, role='office', headers={'If-Match': '*'}, status=204)
            api.ok('POST', '/v1/tasks', new_task(code, 20), role='office', status=201)
    equal(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 20], 'numbers')


def test_every_filter_of_tasks_alone(api):
    everything = tasks(api, plan=PLAN)
    for query in ({'agency': 'so-tu-phap'}, {'agency': 'xa-21211'}, {'role': 'appraise'}, {'role': 'monitor'},
                  {'timing': 'quarter'}, {'timing': 'recurring'}, {'timing': 'after_event'}, {'q': 'rà soát'}):
        wanted = [item['number'] for item in everything if matches(item, query)]
        equal(numbers(api, **query), wanted, 'tasks of %s' % query)
    equal(numbers(api, timing='after_event'), [], 'no such timing')


def test_all_filters_of_tasks_combined(api):
    everything = tasks(api, plan=PLAN)
    hits = 0
    for agency_code in (None, 'so-tu-phap', 'xa-21211'):
        for role in (None, 'lead', 'cooperate', 'implement'):
            for timing in (None, 'continuous', 'by_plan'):
                for section in (None, 4, 6):
                    for q in (None, 'rà soát', 'thực hiện'):
                        query = {'agency': agency_code, 'role': role, 'timing': timing, 'section': section, 'q': q}
                        query = {name: value for name, value in query.items() if value is not None}
                        wanted = [item['number'] for item in everything if matches(item, query)]
                        hits += len(wanted) > 0
                        equal(numbers(api, limit=4, **query), wanted, 'tasks of %s' % query)
    check(hits > 60, 'only %d combinations found something', hits)


def test_agency_and_role_must_be_one_assignment(api):
    code = store_plan(api, tasks=1)
    parts = [part(assignments=[assignment(agency='so-y-te', role='lead'),
                               assignment(agency='so-noi-vu', role='monitor')])]
    api.ok('POST', '/v1/tasks', new_task(code, 50, parts=parts), role='office', status=201)
    for agency_code, role, wanted in (('so-y-te', 'lead', [50]), ('so-y-te', 'monitor', []),
                                      ('so-noi-vu', 'monitor', [50]), ('so-noi-vu', 'lead', [])):
        got = [item['number'] for item in tasks(api, as_role='office', plan=code, agency=agency_code)]
        equal(got, [50], 'of ' + agency_code)
        page = api.ok('GET', '/v1/tasks', role='office', query={'plan': code, 'agency': agency_code, 'role': role})
        equal([item['number'] for item in page.json['items']], wanted, '%s as %s' % (agency_code, role))


def test_search_with_and_without_diacritics(api):
    written = numbers(api, q='rà soát')
    check(len(written) > 3, 'rà soát: %r', written)
    for q in ('ra soat', 'RÀ SOÁT', 'Rà Soát', 'ra  soat', unicodedata.normalize('NFD', 'rà soát'), 'ra soa'):
        equal(numbers(api, q=q), written, q)
    equal(numbers(api, q='rá soát'), [], 'another tone')
    equal(numbers(api, q='soát rà'), [], 'another order')


def test_search_takes_d_with_and_without_stroke(api):
    stroke = numbers(api, q='đồng bộ')
    check(28 in stroke, 'đồng bộ: %r', stroke)
    check(set(stroke) <= set(numbers(api, q='dong bo')), 'dong bo')
    check(set(stroke) <= set(numbers(api, q='đong bo')) or not numbers(api, q='đong bo'), 'đong bo')


def test_search_is_no_query_language(api):
    for q in ("'", '"', '\\', '%', '_', '&', '|', '!', '(', ')', ':*', '<->', "a' | 'b", '; drop table task', ',',
              ' , ',
              '-', '--', '*', '😀', 'a' * 200, 'đ' * 200, ',' * 200, '\u200b', 'ﬁ', 'İ'):
        reply = api.get('/v1/tasks', query={'plan': PLAN, 'q': q})
        check(reply.status in (200, 400), 'q=%r: %r', q, reply)
    equal(numbers(api, q='%'), [], 'a lone sign finds nothing')
    for q in ('', '   '):
        equal(api.get('/v1/tasks', query={'q': q}).is_problem(400, 'invalid_parameter').errors(), {'q': 'too_short'},
              'q')


def test_filters_of_agencies(api):
    everything = api.all_pages('/v1/agencies', limit=200)
    check(len(everything) >= 115, 'only %d agencies', len(everything))
    codes = [item['code'] for item in everything]
    equal(codes, sorted(codes), 'order')
    for query in ({'kind': 'special_zone'}, {'group': 'ubnd-cap-xa'}, {'parent': 'vp-ubnd'}, {'kind': 'ward'}):
        name, value = next(iter(query.items()))
        wanted = [item['code'] for item in everything
                  if value in (item['groups'] if name == 'group' else [item[name]])]
        check(wanted, 'nothing to find for %r', query)
        equal([item['code'] for item in api.all_pages('/v1/agencies', limit=9, **query)], wanted,
              'agencies of %r' % query)
    equal(len(api.all_pages('/v1/agencies', group='ubnd-cap-xa')), 96, 'commune-level units')


def test_filters_of_agencies_combined(api):
    old = store_agency(api, name='Sở Đường sắt cũ', successor='so-xay-dung', parent='vp-ubnd', kind='media',
                       groups=['so-ban-nganh'], valid_from='2020-01-01', valid_to='2024-12-31', aliases=['SĐSC thử'])
    query = {'kind': 'media', 'parent': 'vp-ubnd', 'group': 'so-ban-nganh', 'successor': 'so-xay-dung',
             'q': 'so duong sat', 'valid_on': '2024-12-31'}

    def found(**change):
        return [item['code'] for item in api.all_pages('/v1/agencies', **{**query, **change})]

    equal(found(), [old], 'all filters')
    for change in ({'kind': 'ward'}, {'parent': 'so-y-te'}, {'group': 'ubnd-cap-xa'}, {'successor': 'so-y-te'},
                   {'q': 'đường thủy'}, {'valid_on': '2025-01-01'}, {'valid_on': '2019-12-31'}):
        equal(found(**change), [], 'with %r' % change)
    equal(found(q='sđsc'), [old], 'by alias')
    equal(found(valid_on='2020-01-01'), [old], 'the first day')
    query.pop('valid_on')
    equal(found(), [], 'today')


def test_valid_on_is_the_day_of_the_merger(api):
    before = {item['code'] for item in api.all_pages('/v1/agencies', valid_on='2025-06-30', limit=200)}
    after = {item['code'] for item in api.all_pages('/v1/agencies', valid_on='2025-07-01', limit=200)}
    check('xa-21211' not in before and 'xa-21211' in after, 'xa-21211')
    check('so-tu-phap' in before and 'so-tu-phap' in after, 'so-tu-phap')


def test_agencies_are_searched_by_name_short_name_and_alias(api):
    for q, code in (('tịnh khê', 'xa-21211'), ('tinh khe', 'xa-21211'), ('skhcn', 'so-khcn'), ('Sở KH&CN', 'so-khcn'),
                    ('van phong ubnd tinh', 'vp-ubnd')):
        check(code in [item['code'] for item in api.all_pages('/v1/agencies', q=q)], 'q=%s', q)


def test_plans_by_year_and_status(api):
    code = unique('thu')
    api.ok('POST', '/v1/plans', plan(code, year=2001), role='office', door='back', status=201)
    office = [item['code'] for item in api.all_pages('/v1/plans', as_role='office', year=2001)]
    equal(office, [code], 'the office finds the draft')
    equal(api.all_pages('/v1/plans', year=2001), [], 'nobody else does')
    equal(api.all_pages('/v1/plans', as_role='office', year=2001, status='issued'), [], 'it is no issued one')
    listed = api.all_pages('/v1/plans', as_role='office', year=2001, status='draft')[0]
    equal(set(listed), {'code', 'year', 'title', 'status', 'decision', 'issued_on', 'version'}, 'members of an item')
    everything = [item['code'] for item in api.all_pages('/v1/plans', as_role='office', limit=1)]
    equal(everything, sorted(everything), 'order')
    check(PLAN in everything and code in everything, 'both are there')


def test_lists_hold_under_writers(api):
    """Each page a reader gets while others write is whole, and no item of before is lost."""
    code = store_plan(api, tasks=30)
    stop = threading.Event()
    wrong = []

    def write():
        number = 100
        while not stop.is_set():
            number += 1
            reply = api.call('POST', '/v1/tasks', new_task(code, number), role='office')
            if reply.status != 201:
                wrong.append(reply)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(10):
            got = [item['number'] for item in tasks(api, as_role='office', plan=code, limit=7)]
            equal(got, sorted(set(got)), 'numbers in order, once each')
            equal([number for number in got if number <= 30], list(range(1, 31)), 'those of before')
    finally:
        stop.set()
        writer.join()
    equal(wrong, [], 'writes')


def test_unknown_values_find_nothing(api):
    for query in ({'plan': 'khong-co'}, {'agency': 'khong-co'}, {'section': 999}, {'q': 'xyzzy'}):
        equal(api.all_pages('/v1/tasks', **query), [], 'tasks of %r' % query)
    equal(api.all_pages('/v1/agencies', group='khong-co'), [], 'agencies')
