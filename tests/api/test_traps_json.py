"""What Jansson takes unless told otherwise, and what else a JSON body may hide."""

import json

from client import check, equal
from fixtures import agency, new_task, store_agency, store_plan, unique

CREATE = {'If-None-Match': '*'}


def post(api, body):
    return api.call('POST', '/v1/tasks', body if isinstance(body, bytes) else body.encode(), role='office')


def put(api, **body):
    return api.call('PUT', '/v1/agencies/' + unique('co-quan'), agency(**body), role='office', headers=CREATE)


def test_duplicate_members(api):
    for body in ('{"plan":"a","plan":"b"}', '{"parts":[{"outputs":[],"outputs":[]}]}', '{"a":1,"\\u0061":2}',
                 '{"x":{"y":1,"y":1}}'):
        reply = post(api, body).is_problem(400, 'malformed_json')
        equal(list(reply.errors().values()), ['duplicate_member'], 'errors of ' + body)


def test_depth(api):
    for depth in (33, 100, 2049, 20000):
        for opening, closing in (('[', ']'), ('{"a":', '}')):
            if depth * len(opening + closing) > 60000:
                continue
            post(api, opening * depth + '1' * (opening == '{"a":') + closing * depth).is_problem(400, 'malformed_json')
        post(api, '[' * depth).is_problem(400, 'malformed_json')
    post(api, '{"a":' * 31 + '{}' + '}' * 31).is_problem(422, 'invalid')


def test_escaped_nul_is_refused(api):
    for body in ('{"plan":"\\u0000"}', '{"\\u0000":1}', '{"title":"a\\u0000b"}'):
        post(api, body).is_problem(400, 'malformed_json')


def test_numbers_beyond_64_bits(api):
    for number in ('9223372036854775808', '-9223372036854775809', '1e400', '1' * 400, '0.' + '1' * 400, '1e-400'):
        reply = post(api, '{"number":%s}' % number)
        check(reply.status in (400, 422), '%s: %r', number, reply)
    for number, code in (('9223372036854775807', 'too_large'), ('-1', 'too_small'), ('1.0', 'wrong_type'),
                         ('1e2', 'wrong_type'), ('"7"', 'wrong_type'), ('true', 'wrong_type'),
                         ('null', 'null_not_allowed')):
        equal(post(api, '{"number":%s}' % number).is_problem(422, 'invalid').errors()['/number'], code, number)
    for number in ('01', '+1', '.5', '1.', '0x1', 'NaN', 'Infinity', '-'):
        post(api, '{"number":%s}' % number).is_problem(400, 'malformed_json')


def test_reals_keep_their_digits(api):
    for value in (97.5, 0.1, 33.333333333, 100):
        code = store_plan(api, indicators=[{'code': '01', 'name': 'x', 'unit': '%',
                                            'target': {'comparison': 'eq', 'value': value}}])
        got = api.ok('GET', '/v1/plans/' + code, role='office').json['indicators'][0]['target']['value']
        equal(got, value, 'a target')


def test_bad_utf8(api):
    for wrong in (b'\xff', b'\xc3', b'\xc0\x80', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xe1\xbb'):
        reply = post(api, b'{"title":"a' + wrong + b'"}').is_problem(400, 'malformed_json')
        equal(list(reply.errors().values()), ['bad_utf8'], 'errors of %r' % wrong)
    for wrong in ('\\ud800', '\\udc00', '\\ud800\\u0041', '\\uZZZZ', '\\x'):
        post(api, '{"title":"%s"}' % wrong).is_problem(400, 'malformed_json')


def test_where_the_text_is_wrong_is_told(api):
    reply = api.call('POST', '/v1/tasks', b'{"plan": "x",\n  "number": 5,\n  oops}', role='office',
                     headers={'Accept-Language': 'en'}).is_problem(400, 'malformed_json')
    check('line 3' in json.dumps(reply.json), 'nothing about line 3: %r', reply)


def test_control_characters(api):
    for text in ('\u0001', 'a\u007fb', 'a\u0085b', '\u001b[31m'):
        equal(put(api, name='x' + text + 'y').is_problem(422, 'invalid').errors(), {'/name': 'control_character'},
              repr(text))


def test_texts_are_trimmed_and_composed(api):
    made = put(api, name='  Sở Thử  ', short_name='so\u031b\u0301 thu\u031b\u0309')
    equal(made.status, 201, 'status')
    equal((made.json['name'], made.json['short_name']), ('Sở Thử', 'sớ thử'), 'stored')
    equal(put(api, name=' \t\n ').is_problem(422, 'invalid').errors(), {'/name': 'too_short'}, 'errors')


def test_lengths_count_code_points(api):
    equal(put(api, name='đ' * 300).status, 201, '300 letters of two bytes')
    equal(put(api, name='😀' * 300).status, 201, '300 signs of four bytes')
    equal(put(api, name='đ' * 301).is_problem(422, 'invalid').errors(), {'/name': 'too_long'}, '301')
    equal(put(api, name='o\u031b\u0301' * 300).status, 201, '300 composed letters')


def test_what_is_stored_comes_back_unchanged(api):
    text = 'Dấu " \\ / \b'.replace('\b', '') + ' <b>&amp;</b> \u2028 \u00a0 😀 \' ; -- $1 %s ' + 'ﬁ'
    code = store_plan(api)
    made = api.ok('POST', '/v1/tasks', new_task(code, 9, title=text + ' hết'), role='office', status=201).json
    equal(made['title'], text + ' hết', 'title')


def test_formats(api):
    for contact, pointer in (({'phone': '12'}, '/contact/phone'), ({'phone': '0255 382 2222 ext'}, '/contact/phone'),
                             ({'phone': '1' * 21}, '/contact/phone'),
                             ({'website': 'javascript:alert(1)'}, '/contact/website'),
                             ({'website': 'http://'}, '/contact/website'),
                             ({'website': 'https://a b'}, '/contact/website'),
                             ({'email': 'a@b'}, '/contact/email'), ({'email': 'a b@c.vn'}, '/contact/email'),
                             ({'email': 'a@b..vn'}, '/contact/email'), ({'email': '@b.vn'}, '/contact/email')):
        equal(put(api, contact=contact).is_problem(422, 'invalid').errors(), {pointer: 'bad_format'}, '%r' % contact)
    good = {'phone': '+84 (255) 382-22.22', 'website': 'https://quangngai.gov.vn/a?b=c#d',
            'email': 'mot.cua@quangngai.gov.vn'}
    equal(put(api, contact=good).status, 201, 'good ones')


def test_dates(api):
    for value in ('2025-02-29', '2025-13-01', '2025-00-10', '2025-1-1', '1899-12-31', '2200-01-01', '20250815',
                  '2025-08-15T00:00:00Z', ' 2025-08-15x', '٢٠٢٥-٠٨-١٥', '0000-00-00', 'infinity', 'today', ''):
        equal(put(api, valid_from=value).is_problem(422, 'invalid').errors(), {'/valid_from': 'not_a_date'}, value)
    for value in ('2024-02-29', '1900-01-01', '2199-12-31'):
        equal(put(api, valid_from=value).status, 201, value)


def test_a_hundred_errors_at_most(api):
    reply = post(api, json.dumps({'a%d' % number: 1 for number in range(3000)})).is_problem(422, 'invalid')
    check(50 <= len(reply.errors()) <= 200, '%d errors', len(reply.errors()))
    check(len(reply.body) < 65536, '%d bytes', len(reply.body))


def test_odd_member_names(api):
    reply = post(api, json.dumps({'a/b~c': 1, 'é': 2, '': 3})).is_problem(422, 'invalid')
    check({'/a~1b~0c', '/é', '/'} <= set(reply.errors()), '%r', reply.errors())


def test_a_patch_of_nothing_and_of_null(api):
    code = store_agency(api)
    equal(api.ok('PATCH', '/v1/agencies/' + code, {}, role='office', headers={'If-Match': '*'}).json['version'], 1,
          'version')
    for body in (b'null', b'[]', b'"x"'):
        reply = api.call('PATCH', '/v1/agencies/' + code, body, role='office', headers={'If-Match': '*'})
        reply.is_problem(422, 'invalid')
