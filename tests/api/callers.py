"""Who may ask: every kind of caller, and what a row of the table promises each. Nothing here looks at the service."""

import itertools

from jwt import Maker

ROLES = ('viewer', 'agency', 'office', 'sync', 'admin')
HOME = 'so-tu-phap'  # whose caller asks, where a row is not bound to an agency
NO_CLAIM = object()

ALLOWED = 'allowed'            # one of the row's statuses
UNAUTHORIZED = 'unauthorized'  # 401: nobody asks
FORBIDDEN = 'forbidden'        # 403: none of the row's roles
FOREIGN = 'foreign'            # 403 or 404: the role, but another agency's data


class Caller:
    """roles: a list as a token has it, NO_CLAIM, or None without a token. agency: a function of the row's own one."""

    def __init__(self, name, roles, agency=None):
        self.name = name
        self.roles = roles
        self.agency_of = agency or (lambda own: None)

    def headers(self, api, own):
        if self.roles is None:
            return {}
        claims = {'roles': None if self.roles is NO_CLAIM else self.roles, 'agency': self.agency_of(own)}
        return {'Authorization': 'Bearer ' + Maker(api.keys).make(sub=self.name, **claims)}


def same(own):
    return own


# What another agency may be called, so that neither a prefix nor a pattern passes for the right one.
STRANGERS = (
    ('another agency', lambda own: 'xa-21211' if own != 'xa-21211' else 'xa-21220'),
    ('an agency that is not there', lambda own: 'khong-co'),
    ('the same and more', lambda own: own + '-x'),
    ('the same cut off', lambda own: own[:-1]),
)

CALLERS = (
    Caller('no token', None),
    Caller('a token without roles', NO_CLAIM),
    Caller('a token with no role', []),
    Caller('a role that is none', ['giam-doc', '']),
    Caller('public', ['public']),
    *(Caller(role, [role], same if role == 'agency' else None) for role in ROLES),
    *(Caller('agency: ' + name, ['agency'], stranger) for name, stranger in STRANGERS),
    *(Caller(' and '.join(two), list(two), same) for two in itertools.combinations(ROLES, 2)),
    *(Caller('a stranger and ' + role, ['agency', role], STRANGERS[0][1]) for role in ROLES if role != 'agency'),
    *(Caller('%s with an agency' % role, [role], same) for role in ROLES if role != 'agency'),
    Caller('public and no role of ours', ['public', 'root']),
    Caller('all roles', list(ROLES), same),
)


def own_agency(route, api, path, body):
    """Whose data the request touches; None when the row is bound to no agency."""
    return route.scope(api, path, body) if callable(route.scope) else route.scope


def expected(route, caller, own):
    """What the row's roles and its scope promise, and nothing else. own: as own_agency() says."""
    if 'public' in route.roles:
        return ALLOWED
    if caller.roles is None:
        return UNAUTHORIZED
    has = [] if caller.roles is NO_CLAIM else [role for role in caller.roles if role in ROLES]
    if route.any_token:
        return ALLOWED
    granted = set(has) & set(route.roles)
    if not granted:
        return FORBIDDEN
    if granted == {'agency'} and own is not None and caller.agency_of(own) != own:
        return FOREIGN
    return ALLOWED
