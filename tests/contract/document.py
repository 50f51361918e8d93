"""openapi.yaml as data: loading, references, validation of values."""

import copy
import datetime
import re

import jsonschema
import yaml

METHODS = ('get', 'put', 'post', 'delete', 'patch')
ROLES = ('public', 'viewer', 'agency', 'office', 'sync', 'admin')


class StrictLoader(yaml.SafeLoader):
    """A member twice in one mapping is an error; dates stay text."""


def _mapping(loader, node):
    pairs = loader.construct_pairs(node, deep=True)
    seen = {}
    for key, value in pairs:
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, 'member "%s" twice' % (key,), node.start_mark)
        seen[key] = value
    return seen


StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
StrictLoader.add_constructor('tag:yaml.org,2002:timestamp', yaml.SafeLoader.construct_yaml_str)

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks('date')
def _is_date(value):
    if not isinstance(value, str):
        return True
    try:
        return bool(re.fullmatch(r'\d{4}-\d\d-\d\d', value)) and bool(datetime.date.fromisoformat(value))
    except ValueError:
        return False


@FORMATS.checks('date-time')
def _is_date_time(value):
    if not isinstance(value, str):
        return True
    shape = r'(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)'
    found = re.fullmatch(shape, value)
    return bool(found) and _is_date(found.group(1))


@FORMATS.checks('uri')
def _is_uri(value):
    return not isinstance(value, str) or bool(re.fullmatch(r'[a-z][a-z0-9+.-]*:[^\s]+', value))


@FORMATS.checks('email')
def _is_email(value):
    return not isinstance(value, str) or bool(re.fullmatch(r'[^@\s]+@[^@\s]+', value))


def load(text):
    return yaml.load(text, StrictLoader)


def walk(node, path=()):
    """Every node with the keys that lead to it."""
    yield path, node
    if isinstance(node, dict):
        children = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    else:
        return
    for key, child in children:
        yield from walk(child, path + (key,))


def pointer(path):
    return '#/' + '/'.join(str(key).replace('~', '~0').replace('/', '~1') for key in path)


def resolve(doc, reference):
    if not reference.startswith('#/'):
        raise KeyError(reference)
    node = doc
    for key in reference[2:].split('/'):
        key = key.replace('~1', '/').replace('~0', '~')
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def follow(doc, node):
    while isinstance(node, dict) and '$ref' in node:
        node = resolve(doc, node['$ref'])
    return node


def operations(doc):
    """(path, method, operation, parameters with those of the path, all resolved)."""
    for path, item in doc['paths'].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                parameters = [follow(doc, p) for p in item.get('parameters', []) + operation.get('parameters', [])]
                yield path, method, operation, parameters


def closed(doc):
    """The document with every object schema closed: replies may have no member that is not in the contract."""
    strict = copy.deepcopy(doc)
    for _, node in walk(strict):
        if isinstance(node, dict) and isinstance(node.get('properties'), dict) and 'type' in node:
            node.setdefault('additionalProperties', False)
    return strict


def violations(doc, schema, value):
    """What is wrong with value, as sentences."""
    validator = jsonschema.Draft202012Validator(
        schema, resolver=jsonschema.RefResolver('', doc), format_checker=FORMATS)
    return ['%s: %s' % (pointer(error.absolute_path), error.message[:300])
            for error in sorted(validator.iter_errors(value), key=lambda e: str(list(e.absolute_path)))]


def at(value, pointer_text):
    """What a JSON pointer leads to; KeyError where it leads nowhere."""
    for key in pointer_text.split('/')[1:]:
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (IndexError, ValueError, TypeError):
            raise KeyError(pointer_text) from None
    return value


def filled(value, kept):
    """A parameter or member of an example with what earlier replies gave in place of {name}."""
    if not isinstance(value, str):
        return value
    return re.sub(r'\{(\w+)\}', lambda found: str(kept.get(found.group(1), found.group(0))), value)


def calls(doc):
    """The executable examples of all operations in their order."""
    found = []
    for path, method, operation, parameters in operations(doc):
        for example in operation.get('x-examples', []):
            found.append((example['order'], path, method, operation, parameters, example))
    return sorted(found, key=lambda call: call[0])
