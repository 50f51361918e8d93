"""Structure of openapi.yaml: what any OpenAPI 3.1 document needs, and this one's own rules."""

import re

import jsonschema

import document
from document import ROLES, at, filled, follow, operations, pointer, resolve, violations, walk

TOP = ('openapi', 'info', 'servers', 'x-doors', 'tags', 'paths', 'components')
OPERATION = ('operationId', 'tags', 'summary', 'description', 'security', 'servers', 'x-door', 'x-roles', 'parameters',
             'requestBody', 'responses', 'x-examples')
# keep: {name: JSON pointer into the reply}; a later example's parameters and body have {name} for what was there.
EXAMPLE = ('name', 'order', 'role', 'agency', 'parameters', 'body', 'status', 'keep')
FORM = 'application/x-www-form-urlencoded'
# What a supervisor asks, as often as it likes.
UNLIMITED = ('getLiveness', 'getReadiness')
FORMATS = ('date', 'date-time', 'uri', 'email')


def check_top(doc):
    if not re.fullmatch(r'3\.1\.\d+', str(doc.get('openapi'))):
        yield 'openapi is not 3.1'
    for name in TOP:
        if not doc.get(name):
            yield 'top level lacks %s' % name
    for name in doc:
        if name not in TOP:
            yield 'unknown top-level member %s' % name
    for name in ('title', 'version', 'description'):
        if not doc.get('info', {}).get(name):
            yield 'info lacks %s' % name


def check_references(doc):
    for path, node in walk(doc):
        if isinstance(node, dict) and isinstance(node.get('$ref'), str):
            try:
                resolve(doc, node['$ref'])
            except (KeyError, IndexError, ValueError, TypeError):
                yield '%s: $ref %s does not resolve' % (pointer(path), node['$ref'])


def check_components(doc):
    used = {node['$ref'] for _, node in walk(doc) if isinstance(node, dict) and isinstance(node.get('$ref'), str)}
    used |= {'#/components/securitySchemes/' + name for path, node in walk(doc)
             if path and path[-1] == 'security' for requirement in node for name in requirement}
    for kind, members in doc['components'].items():
        for name in members:
            if '#/components/%s/%s' % (kind, name) not in used:
                yield 'components.%s.%s is not used' % (kind, name)
        if list(members) != sorted(members):
            yield 'components.%s is not sorted' % kind
    if [tag['name'] for tag in doc['tags']] != sorted(tag['name'] for tag in doc['tags']):
        yield 'tags are not sorted'


def schemas(doc):
    """Outermost schemas; what is inside them is checked with them."""
    for path, node in walk(doc):
        if path[:2] == ('components', 'schemas') and len(path) == 3:
            yield path, node
        elif path and path[-1] == 'schema' and path[0] in ('paths', 'components'):
            if 'schemas' not in path and 'value' not in path:
                yield path, node


def check_schemas(doc):
    for path, schema in schemas(doc):
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            yield '%s: not a schema: %s' % (pointer(path), error.message)
        for inner, node in walk(schema):
            if not isinstance(node, dict) or (inner and inner[-1] == 'properties'):
                continue
            where = pointer(path + inner)
            if 'nullable' in node:
                yield '%s: nullable is of OpenAPI 3.0' % where
            if 'format' in node and node['format'] not in FORMATS:
                yield '%s: format %s is not checked by anyone' % (where, node['format'])
            for name in node.get('required', []):
                if 'properties' in node and name not in node['properties']:
                    yield '%s: required %s is not among the properties' % (where, name)
            for value in node.get('examples', []):
                for wrong in violations(doc, schema_of(node), value):
                    yield '%s: example: %s' % (where, wrong)


def schema_of(node):
    return {key: value for key, value in node.items() if key != 'examples'}


def check_request_schemas_closed(doc):
    for path, method, operation, _ in operations(doc):
        for media in operation.get('requestBody', {}).get('content', {}).values():
            for wrong in open_objects(doc, media.get('schema', {}), set()):
                yield '%s %s: request schema %s is open' % (method, path, wrong)


def open_objects(doc, schema, seen):
    for _, node in walk(schema):
        if not isinstance(node, dict):
            continue
        if isinstance(node.get('$ref'), str) and node['$ref'] not in seen:
            seen.add(node['$ref'])
            yield from open_objects(doc, resolve(doc, node['$ref']), seen)
        if 'properties' in node and 'type' in node and node.get('additionalProperties') is not False:
            yield ', '.join(node['properties'])[:40]


def check_operations(doc):
    seen = set()
    tags = {tag['name'] for tag in doc['tags']}
    for path, method, operation, _ in operations(doc):
        where = '%s %s' % (method, path)
        identifier = operation.get('operationId', '')
        if not re.fullmatch('[a-z]+[A-Z][A-Za-z]*', identifier):
            yield '%s: operationId "%s" is not like getThing' % (where, identifier)
        if identifier in seen:
            yield '%s: operationId %s is used twice' % (where, identifier)
        seen.add(identifier)
        for name in operation:
            if name not in OPERATION:
                yield '%s: unknown member %s' % (where, name)
        for name in ('summary', 'description', 'responses', 'x-examples'):
            if not operation.get(name):
                yield '%s: no %s' % (where, name)
        if not operation.get('tags') or not set(operation['tags']) <= tags:
            yield '%s: no declared tag' % where
        yield from access(where, operation, doc)
        yield from statuses(where, method, operation, doc)
    for path, item in doc['paths'].items():
        for name in item:
            if name not in document.METHODS + ('parameters',):
                yield '%s: unknown member %s' % (path, name)


def access(where, operation, doc):
    roles = operation.get('x-roles') or []
    if not roles or [role for role in ROLES if role in roles] != roles:
        yield '%s: x-roles is not a sorted set of known roles' % where
    security = operation.get('security')
    if 'public' in roles and security not in ([], [{}, {'bearer': []}], [{}, {'basic': []}]):
        yield '%s: security of a public operation asks for a token' % where
    if 'public' not in roles and security != [{'bearer': []}]:
        yield '%s: security does not ask for a token' % where
    if operation.get('x-door') not in doc['x-doors']:
        yield '%s: x-door is none of %s' % (where, ', '.join(doc['x-doors']))
    if (operation.get('x-door') == 'back') != bool(operation.get('servers')):
        yield '%s: servers are for the back door' % where


def statuses(where, method, operation, doc):
    responses = operation.get('responses', {})
    needed = ['400', '401', '421', '500', '503', 'default']
    if '204' not in responses:
        needed.append('406')
    if 'public' not in operation.get('x-roles', []):
        needed.append('403')
    if method in ('put', 'patch', 'delete'):
        needed += ['412', '428']
    if 'requestBody' in operation:
        needed += ['413', '415']
        if FORM not in operation['requestBody'].get('content', {}):
            needed.append('422')
    if operation.get('operationId') not in UNLIMITED:
        needed.append('429')
    if method == 'get' and any('ETag' in follow(doc, r).get('headers', {}) for c, r in responses.items() if c == '200'):
        needed.append('304')
    if '{' in where and method != 'put':
        needed.append('404')
    for status in needed:
        if status not in responses:
            yield '%s: no response %s' % (where, status)
    if not any(str(status).startswith('2') for status in responses):
        yield '%s: no response of success' % where
    for status, response in responses.items():
        if not isinstance(status, str) or not re.fullmatch('[2-5][0-9][0-9]|default', status):
            yield '%s: %r is not a status' % (where, status)
        response = follow(doc, response)
        if not response.get('description'):
            yield '%s: response %s has no description' % (where, status)
        types = list(response.get('content', {}))
        if str(status)[0] in '45d' and types != ['application/problem+json']:
            yield '%s: response %s is not a problem document' % (where, status)
        for name in ('X-Request-Id', 'traceparent', 'Vary', 'Cache-Control'):
            if name not in response.get('headers', {}) and status != '304':
                yield '%s: response %s lacks header %s' % (where, status, name)


def check_parameters(doc):
    for path, method, operation, parameters in operations(doc):
        where = '%s %s' % (method, path)
        names = [(parameter.get('in'), parameter.get('name')) for parameter in parameters]
        for name in {n for n in names if names.count(n) > 1}:
            yield '%s: parameter %s twice' % (where, name[1])
        declared = {name for place, name in names if place == 'path'}
        for name in declared ^ set(re.findall(r'\{(\w+)\}', path)):
            yield '%s: path variable %s is not in both path and parameters' % (where, name)
        for parameter in parameters:
            if not parameter.get('description') or 'schema' not in parameter:
                yield '%s: parameter %s has no description or schema' % (where, parameter.get('name'))
            if parameter.get('in') == 'path' and not parameter.get('required'):
                yield '%s: path parameter %s is not required' % (where, parameter.get('name'))
            if 'example' in parameter:
                for wrong in violations(doc, parameter.get('schema', {}), parameter['example']):
                    yield '%s: example of parameter %s: %s' % (where, parameter.get('name'), wrong)
        match = [p for p in parameters if p.get('name') == 'If-Match']
        if method in ('put', 'patch', 'delete') and not match:
            yield '%s: no If-Match' % where


def check_examples(doc):
    for path, node in walk(doc):
        if len(path) > 1 and path[-1] == 'examples' and isinstance(node, dict):
            media = doc
            for key in path[:-1]:
                media = media[key]
            for name, example in node.items():
                for wrong in violations(doc, media.get('schema', {}), example.get('value')):
                    yield '%s/%s: %s' % (pointer(path), name, wrong)
        if isinstance(node, dict) and path[:2] == ('components', 'headers') and len(path) == 3 and 'example' in node:
            for wrong in violations(doc, node['schema'], node['example']):
                yield '%s: example: %s' % (pointer(path), wrong)


def check_calls(doc):
    orders = [call[0] for call in document.calls(doc)]
    for order in {o for o in orders if orders.count(o) > 1}:
        yield 'x-examples order %s is used twice' % order
    kept = {}
    for _, path, method, operation, parameters, example in document.calls(doc):
        where = '%s %s: x-examples %s' % (method, path, example.get('name'))
        yield from call(doc, where, operation, {p['name']: p for p in parameters if 'name' in p}, example, kept)
        yield from keep(doc, where, operation, example, kept)
    for path, method, operation, _ in operations(doc):
        where = '%s %s' % (method, path)
        examples = operation.get('x-examples', [])
        names = {example['name'] for example in examples}
        documented = [m for m in operation.get('requestBody', {}).get('content', {}).values()]
        documented += [m for r in operation['responses'].values() if '$ref' not in r
                       for m in r.get('content', {}).values()]
        for media in documented:
            if not media.get('examples'):
                yield '%s: a body has no example' % where
            for name in set(media.get('examples', {})) - names:
                yield '%s: example %s is never run' % (where, name)


def keep(doc, where, operation, example, kept):
    """What later examples take from this one's reply: the reply as it is documented has it."""
    response = follow(doc, operation['responses'].get(str(example.get('status')), {}))
    for name, place in example.get('keep', {}).items():
        for media in response.get('content', {}).values():
            try:
                kept[name] = at(media['examples'][example['name']]['value'], place)
            except KeyError:
                yield '%s: its response has no %s to keep' % (where, place)


def taken(where, members, kept):
    """The members, with what was kept by examples before."""
    members = {name: filled(value, kept) for name, value in members.items()}
    missing = ['%s: nothing before it keeps %s' % (where, value) for value in members.values()
               if re.search(r'\{\w+\}', str(value))]
    return members, missing


def call(doc, where, operation, named, example, kept):
    for name in example:
        if name not in EXAMPLE:
            yield '%s: unknown member %s' % (where, name)
    if str(example.get('status')) not in operation['responses']:
        yield '%s: status %s is not among the responses' % (where, example.get('status'))
        return
    if example.get('role', 'public') not in operation.get('x-roles', []):
        yield '%s: role %s may not' % (where, example.get('role', 'public'))
    given, missing = taken(where, example.get('parameters', {}), kept)
    yield from missing
    for name, value in given.items():
        if name not in named:
            yield '%s: parameter %s is not declared' % (where, name)
        else:
            for wrong in violations(doc, named[name].get('schema', {}), value):
                yield '%s: parameter %s: %s' % (where, name, wrong)
    for name, parameter in named.items():
        if parameter.get('required') and name not in given:
            yield '%s: parameter %s is missing' % (where, name)
    for media in operation.get('requestBody', {}).get('content', {}).values():
        body = media.get('examples', {}).get(example['name'])
        if not body:
            yield '%s: no request body of that name' % where
        elif 'body' in example:
            members, missing = taken(where, example['body'], kept)
            yield from missing
            if any(name not in body['value'] or body['value'][name] != value for name, value in members.items()):
                yield '%s: its body is not as what it takes from before' % where
    for media in follow(doc, operation['responses'][str(example['status'])]).get('content', {}).values():
        if example['name'] not in media.get('examples', {}):
            yield '%s: no response body of that name' % where


# A stage stands on the ones before it: values are held only against what is a schema.
STAGES = (
    (check_top, check_references),
    (check_schemas,),
    (check_components, check_request_schemas_closed, check_operations, check_parameters, check_examples, check_calls),
)


def lint(doc):
    """Everything wrong with the document."""
    for stage in STAGES:
        found = [wrong for check in stage for wrong in check(doc)]
        if found:
            return found
    return []


def lint_text(text):
    for number, line in enumerate(text.split('\n'), 1):
        if line != line.rstrip() or '\t' in line:
            yield 'line %d: trailing space or tab' % number
        if len(line) > 120:
            yield 'line %d: longer than 120 characters' % number
    if not text.endswith('\n') or text.endswith('\n\n'):
        yield 'the file does not end with one newline'
