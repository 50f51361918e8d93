"""Each constraint of the request schemas against the service, on both sides of the limit.

Every body has one unknown member at its root beside what is tried, so that it is refused for its fields and never
reaches a statement: what the reply names beyond that member is what the service thinks of the value.
"""

import copy
import json

import document
from document import follow

MARK = 'khong-co-thanh-phan-nay'
OTHER_TYPE = {'string': 7, 'integer': '7', 'number': '7', 'boolean': 'true', 'object': [], 'array': {}}
SAMPLES = {'date': '2025-08-15', 'uri': 'https://quangngai.gov.vn', 'email': 'mot.cua@quangngai.gov.vn'}


def settle(doc, schema):
    """The schema that a value of a member has, (schema, nullable)."""
    nullable = False
    schema = {**follow(doc, schema), **{k: v for k, v in schema.items() if k != '$ref'}}
    # Beside properties it says which of them go together; each is tried by itself.
    if 'oneOf' in schema and 'properties' not in schema:
        nullable = any(one.get('type') == 'null' for one in schema['oneOf'])
        schema = follow(doc, next(one for one in schema['oneOf'] if one.get('type') != 'null'))
    if isinstance(schema.get('type'), list):
        nullable = 'null' in schema['type']
        schema = {**schema, 'type': next(one for one in schema['type'] if one != 'null')}
    return schema, nullable


def sample(doc, schema):
    """A value with every member there is."""
    schema, _ = settle(doc, schema)
    kind = schema.get('type')
    if kind == 'object':
        return {name: sample(doc, member) for name, member in schema['properties'].items()}
    if kind == 'array':
        return [sample(doc, schema['items'])]
    if kind in ('integer', 'number'):
        return schema.get('minimum', 0)
    if kind == 'boolean':
        return True
    if 'const' in schema or 'enum' in schema:
        return schema.get('const', schema.get('enum', [None])[0])
    if schema.get('pattern', '').startswith('^[ +()'):
        return '0255 3822 222'
    return SAMPLES.get(schema.get('format'), 'a' * max(1, schema.get('minLength', 1)))


def tries(doc, schema, required):
    """(value, code or None for right, what) for a member; code is of the error at the member itself."""
    schema, nullable = settle(doc, schema)
    kind = schema['type']
    yield None, None if nullable else 'null_not_allowed', 'null'
    yield OTHER_TYPE[kind], 'wrong_type', 'another type'
    if kind in ('integer', 'number'):
        for name, step, code in (('minimum', -1, 'too_small'), ('maximum', 1, 'too_large')):
            if name in schema:
                yield schema[name], None, name
                yield schema[name] + step, code, 'beyond ' + name
    if kind == 'integer':
        yield 1.5, 'wrong_type', 'a fraction'
    if kind == 'array':
        item = sample(doc, schema['items'])
        for name, step, code in (('minItems', -1, 'too_few'), ('maxItems', 1, 'too_many')):
            if name in schema and schema[name] <= 500:
                yield [copy.deepcopy(item) for _ in range(schema[name])], None, name
                yield [copy.deepcopy(item) for _ in range(schema[name] + step)], code, 'beyond ' + name
    if kind == 'string':
        yield from texts(schema)
    yield 'absent', 'required' if required else None, 'absent'


def texts(schema):
    if 'enum' in schema or 'const' in schema:
        for value in schema.get('enum', [schema.get('const')]):
            yield value, None, value
        yield MARK, 'not_in_list', 'not in the list'
        return
    if schema.get('format') == 'date':
        yield '2199-12-31', None, 'a late date'
        yield '2025-02-30', 'not_a_date', 'no date'
        return
    if schema.get('format') or schema.get('pattern', '').startswith('^[ +()'):
        yield 'không phải', 'bad_format', 'another format'
        return
    if 'maxLength' in schema:
        yield 'a' * schema['maxLength'], None, 'maxLength'
        yield 'a' * (schema['maxLength'] + 1), 'too_long', 'beyond maxLength'
    if schema.get('pattern') == '^[a-z0-9][a-z0-9.-]*$':
        yield 'Đ', 'bad_format', 'beside the pattern'
    elif schema.get('minLength'):
        yield '', 'too_short', 'an empty text'
    else:
        yield '', None, 'an empty text'


def places(doc, schema, path=()):
    """(path, schema, required) of every member, through the first item of arrays."""
    schema, _ = settle(doc, schema)
    if schema.get('type') == 'object':
        for name, member in schema['properties'].items():
            yield path + (name,), member, name in schema.get('required', [])
            yield from places(doc, member, path + (name,))
    elif schema.get('type') == 'array':
        yield path + (0,), schema['items'], False
        yield from places(doc, schema['items'], path + (0,))


def body_with(whole, path, value, what):
    body = copy.deepcopy(whole)
    node = body
    for key in path[:-1]:
        node = node[key]
    if what == 'absent':
        del node[path[-1]]
    else:
        node[path[-1]] = value
    body[MARK] = True
    return body


def probe(talker, doc, path, method, operation, parameters, media, schema):
    """What the service thinks otherwise of the body's constraints than the schema, and how many were tried."""
    example = operation['x-examples'][0]
    target, headers, _ = talker.build(path, operation, parameters, example)
    headers['Content-Type'] = media
    if method in ('patch', 'put'):
        headers['If-Match'] = '*'
        headers.pop('If-None-Match', None)
    whole = sample(doc, schema)
    wrong, count = [], 0
    for where, member, required in places(doc, schema):
        at = '/' + '/'.join(map(str, where))
        for value, code, what in tries(doc, member, required):
            if what == 'absent' and where[-1] == 0:
                continue
            count += 1
            body = json.dumps(body_with(whole, where, value, what), ensure_ascii=False).encode()
            status, _, reply = talker.send(operation['x-door'], method, target, body, headers, operation['x-roles'][0])
            wanted = {'/' + MARK: 'unknown_member', **({at: code} if code else {})}
            got = {error['pointer']: error['code'] for error in json.loads(reply).get('errors', [])} \
                if status == 422 else 'status %d %s' % (status, reply[:200])
            if got != wanted:
                wrong.append('%s, %s: %s, wanted %s' % (at, what, got, wanted))
    return wrong, count


def run(talker, doc):
    for path, method, operation, parameters in document.operations(doc):
        for media, content in operation.get('requestBody', {}).get('content', {}).items():
            if 'json' in media:
                wrong, count = probe(talker, doc, path, method, operation, parameters, media, content['schema'])
                name = '%s, %d values at the limits of its body' % (operation['operationId'], count)
                yield name, wrong if count else ['nothing was tried']
