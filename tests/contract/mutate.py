"""Damage that the lint must notice: a check that nothing can fail is none."""

import copy

import document
import lint


def task(doc):
    return doc['components']['schemas']['Task']


def operation(doc, identifier):
    for _, _, one, _ in document.operations(doc):
        if one['operationId'] == identifier:
            return one
    raise KeyError(identifier)


def m_version(doc):
    doc['openapi'] = '3.0.3'


def m_duplicate_operation_id(doc):
    operation(doc, 'getTask')['operationId'] = 'getPlan'


def m_no_description(doc):
    operation(doc, 'getTask')['description'] = ''


def m_dangling_ref(doc):
    task(doc)['properties']['plan'] = {'$ref': '#/components/schemas/Nothing'}


def m_path_variable(doc):
    doc['paths']['/v1/tasks/{task}']['parameters'].pop(0)


def m_path_variable_optional(doc):
    del doc['components']['parameters']['taskCode']['required']


def m_bad_schema(doc):
    task(doc)['type'] = 'objekt'


def m_required_without_property(doc):
    task(doc)['required'].append('colour')


def m_old_nullable(doc):
    task(doc)['properties']['number'] = {'type': 'integer', 'nullable': True}


def m_unknown_format(doc):
    doc['components']['schemas']['Date']['format'] = 'day'


def m_open_request(doc):
    del doc['components']['schemas']['Assignment']['additionalProperties']


def m_bad_request_example(doc):
    body = operation(doc, 'createTask')['requestBody']['content']['application/json']
    body['examples']['survey']['value']['number'] = 0


def m_bad_response_example(doc):
    content = operation(doc, 'getTask')['responses']['200']['content']['application/json']
    content['examples']['parts']['value']['parts'][0]['timings'][0]['due_on'] = '2025-02-30'


def m_bad_problem_example(doc):
    content = doc['components']['responses']['NotFound']['content']['application/problem+json']
    content['examples']['not_found']['value']['code'] = 'gone_fishing'


def m_bad_parameter_example(doc):
    doc['components']['parameters']['taskCode']['example'] = 'Nhiệm vụ'


def m_unused_component(doc):
    doc['components']['schemas']['Zebra'] = {'type': 'object'}


def m_unsorted(doc):
    schemas = doc['components']['schemas']
    schemas['Agency'] = schemas.pop('Agency')


def m_no_error_response(doc):
    del operation(doc, 'getTask')['responses']['404']


def m_error_without_problem(doc):
    operation(doc, 'getTask')['responses']['404'] = {
        'description': 'None.', 'content': {'application/json': {'schema': True}}}


def m_no_security(doc):
    operation(doc, 'createTask')['security'] = []


def m_token_for_public(doc):
    operation(doc, 'listTasks')['security'] = [{'bearer': []}]


def m_role(doc):
    operation(doc, 'createTask')['x-roles'] = ['boss']


def m_door(doc):
    del operation(doc, 'createPlan')['servers']


def m_no_examples(doc):
    del operation(doc, 'listPlans')['x-examples']


def m_example_without_parameter(doc):
    del operation(doc, 'getTask')['x-examples'][0]['parameters']


def m_example_order(doc):
    operation(doc, 'getTask')['x-examples'][0]['order'] = operation(doc, 'getPlan')['x-examples'][0]['order']


def m_example_never_run(doc):
    content = operation(doc, 'getTask')['responses']['200']['content']['application/json']
    content['examples']['other'] = content['examples']['parts']


def m_example_keeps_nothing(doc):
    operation(doc, 'listDeadlines')['x-examples'][0]['keep'] = {'deadline': '/items/9/id'}


def m_example_takes_what_nothing_kept(doc):
    del operation(doc, 'listDeadlines')['x-examples'][0]['keep']


def m_example_takes_what_is_kept_later(doc):
    operation(doc, 'listDeadlines')['x-examples'][0]['order'] = 999


def m_example_body_taken_from_elsewhere(doc):
    operation(doc, 'amendPlan')['x-examples'][1]['body'] = {'confirm': 'khac'}


def m_no_if_match(doc):
    operation(doc, 'patchTask')['parameters'] = []


def m_no_request_id(doc):
    del operation(doc, 'getTask')['responses']['200']['headers']['X-Request-Id']


def mutations():
    return [(name[2:], function) for name, function in globals().items() if name.startswith('m_')]


def damaged(doc, function):
    copied = copy.deepcopy(doc)
    function(copied)
    return copied


def missed(doc):
    """Names of mutations that the lint lets through."""
    return [name for name, function in mutations() if not lint.lint(damaged(doc, function))]
