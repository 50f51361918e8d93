"""The matrix tried on made-up rows: a service that keeps its promises passes, one that breaks one of them does not.

There is no service here: what it would say comes from a function of roles, agency and row.
"""

import base64
import json

from callers import ALLOWED, CALLERS, FOREIGN, FORBIDDEN, UNAUTHORIZED, expected, own_agency
from client import Failure, Reply, check, equal
from table import FORM, Route
from test_matrix import every_caller, request

OWN = 'so-y-te'


def row(roles, **more):
    return Route('GET', '/v1/deadlines/:id', 'getDeadline', roles, lambda api: ('/v1/deadlines/7', None, {}), **more)


BOUND = row(('agency', 'office'), scope=lambda api, path, body: OWN)
FREE = row(('agency', 'office'))
STAFF = row(('viewer', 'agency', 'office'), scope=OWN)
ANY = row(('viewer', 'agency', 'office', 'sync', 'admin'), any_token=True)
PUBLIC = row(('public', 'viewer', 'agency', 'office', 'sync', 'admin'), scope=OWN)
ROWS = (BOUND, FREE, STAFF, ANY, PUBLIC, row(('admin',)))


class Pretender:
    """Answers as rule(route, roles or None, agency) says: a status."""

    def __init__(self, api, route, rule, challenge=True):
        self.keys = api.keys
        self.route = route
        self.rule = rule
        self.challenge = challenge

    def call(self, method, path, body, door, headers):
        bearer = headers.get('Authorization')
        claims = {}
        if bearer:
            part = bearer.split('.')[1]
            claims = json.loads(base64.urlsafe_b64decode(part + '=='))
        status = self.rule(self.route, claims.get('roles', []) if bearer else None, claims.get('agency'))
        answered = [('Cache-Control', 'private, no-cache' if bearer else 'no-cache')]
        if self.challenge and status == 401:
            answered.append(('WWW-Authenticate', 'Bearer realm="kstthc"'))
        if self.challenge and status == 403:
            answered.append(('WWW-Authenticate', 'Bearer realm="kstthc", error="insufficient_scope", scope="%s"'
                             % ' '.join(self.route.roles)))
        code = {401: 'unauthorized', 403: 'forbidden', 404: 'not_found', 500: 'internal'}.get(status)
        return Reply(status, answered, json.dumps({'code': code}).encode())


def right(route, roles, agency, hidden=404, scope=OWN):
    if 'public' in route.roles:
        return 200
    if roles is None:
        return 401
    if route.any_token:
        return 200
    granted = set(roles) & set(route.roles)
    if not granted:
        return 403
    return hidden if granted == {'agency'} and route.scope and agency != scope else 200


def held(api, route, rule, **more):
    """Whether the matrix has nothing to say."""
    try:
        every_caller(Pretender(api, route, rule, **more), route)
        return True
    except Failure:
        return False


def test_a_right_service_passes(api):
    for route in ROWS:
        check(held(api, route, right), '%s %s', route.roles, route.scope)
        check(held(api, route, lambda *asked: right(*asked, hidden=403)), '%s with 403', route.roles)


def as_if(change):
    """The right rule, but for one thing: change(route, roles, agency) gives a status, or None for the right one."""
    return lambda *asked: change(*asked) or right(*asked)


def has(roles, *wanted):
    return set(roles or []) & set(wanted)


BROKEN = (
    ('no agency is compared', BOUND, as_if(lambda route, roles, agency: 200 if has(roles, 'agency') else None)),
    ('an agency that begins so', BOUND, as_if(
        lambda route, roles, agency: 200 if has(roles, 'agency') and agency and agency.startswith(OWN) else None)),
    ('an agency that the right one begins with', BOUND, as_if(
        lambda route, roles, agency: 200 if has(roles, 'agency') and agency and OWN.startswith(agency) else None)),
    ('any agency that exists not', BOUND, as_if(
        lambda route, roles, agency: 200 if has(roles, 'agency') and agency == 'khong-co' else None)),
    ('the claim without the role', BOUND, as_if(lambda route, roles, agency: 200 if agency == OWN else None)),
    ('a second role bound too', STAFF, as_if(
        lambda route, roles, agency: 404 if has(roles, 'agency') and agency != OWN else None)),
    ('agency refused everywhere', BOUND, as_if(lambda route, roles, agency: 403 if roles == ['agency'] else None)),
    ('scope where there is none', FREE, as_if(
        lambda route, roles, agency: 404 if roles == ['agency'] and agency != OWN else None)),
    ('any token will do', FREE, as_if(lambda route, roles, agency: 200 if roles is not None else None)),
    ('no token will do', FREE, as_if(lambda route, roles, agency: 200 if roles is None else None)),
    ('no role is like no token', FREE, as_if(lambda route, roles, agency: 401 if roles == [] else None)),
    ('public in a token counts', FREE, as_if(lambda route, roles, agency: 200 if has(roles, 'public') else None)),
    ('an unknown role counts', FREE, as_if(lambda route, roles, agency: 200 if has(roles, 'root') else None)),
    ('admin may do everything', FREE, as_if(lambda route, roles, agency: 200 if has(roles, 'admin') else None)),
    ('only the first role counts', FREE, lambda route, roles, agency: right(route, roles and roles[:1], agency)),
    ('only the last role counts', FREE, lambda route, roles, agency: right(route, roles and roles[-1:], agency)),
    ('a role too many is refused', FREE, as_if(
        lambda route, roles, agency: 403 if roles and set(roles) - set(route.roles) else None)),
    ('no role where any token will do', ANY, as_if(lambda route, roles, agency: 403 if roles == [] else None)),
    ('no token where any will do', ANY, as_if(lambda route, roles, agency: 200 if roles is None else None)),
    ('a foreign one on a public row', PUBLIC, as_if(
        lambda route, roles, agency: 404 if roles == ['agency'] and agency != OWN else None)),
    ('a fault of the service', BOUND, as_if(lambda route, roles, agency: 500 if has(roles, 'office') else None)),
)


def test_a_broken_service_fails(api):
    for name, route, rule in BROKEN:
        check(not held(api, route, rule), 'nobody notices: %s', name)
    check(not held(api, FREE, right, challenge=False), 'nobody notices: no WWW-Authenticate')


def test_what_the_table_promises(_):
    promises = {caller.name: expected(BOUND, caller, own_agency(BOUND, None, '', None)) for caller in CALLERS}
    equal(len(promises), len(CALLERS), 'callers with a name of their own')
    for name, promise in (('no token', UNAUTHORIZED), ('a token without roles', FORBIDDEN), ('public', FORBIDDEN),
                          ('viewer', FORBIDDEN), ('agency', ALLOWED), ('agency: another agency', FOREIGN),
                          ('agency: the same and more', FOREIGN), ('office', ALLOWED), ('sync', FORBIDDEN),
                          ('admin', FORBIDDEN), ('viewer and agency', ALLOWED), ('sync and admin', FORBIDDEN),
                          ('a stranger and office', ALLOWED), ('a stranger and viewer', FOREIGN),
                          ('viewer with an agency', FORBIDDEN), ('all roles', ALLOWED)):
        equal(promises[name], promise, 'what is promised to ' + name)


def test_a_form_is_sent_as_one(_):
    good = {'grant_type': 'client_credentials', 'client_secret': 'a b&c'}
    form = Route('POST', '/v1/oauth/token', 'createToken', ('public',), lambda api: ('/v1/oauth/token', good, {}),
                 consumes=FORM)
    equal(request(form, None), ('/v1/oauth/token', b'grant_type=client_credentials&client_secret=a+b%26c',
                                {'Content-Type': FORM}), 'the request')
    equal(form.role, None, 'who asks')
