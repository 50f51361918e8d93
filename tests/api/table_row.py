"""What a row of the table is."""

EVERYONE = ('public', 'viewer', 'agency', 'office', 'sync', 'admin')
STAFF = ('viewer', 'agency', 'office')
OFFICE = ('office',)
SYNC = ('sync',)
ADMIN = ('admin',)
JSON = 'application/json'
PATCH = 'application/merge-patch+json'
FORM = 'application/x-www-form-urlencoded'
TEXT = {'Content-Type': 'text/plain; charset=utf-8'}
LIST = {'limit': ('0', 'too_small')}


def under(prefix, errors):
    return {prefix + pointer: code for pointer, code in errors.items()}


def many(what, count):
    return [what] * count


class Route:
    """good(api) gives path, body, headers of a request that succeeds with one of statuses, whoever of roles sends it.

    scope: which agency's data that request touches: its code, or a function (api, path, body) that gives it;
        None where the row is bound to no agency
    any_token: whether a token will do that has none of our roles
    told_once: members of a 201's reply that Location does not have, such as a secret
    again: whether a 201's Location gives what was created once more, as JSON
    read_at: a function of the path: where to read what the row would change, where that is not its own path
    cache: its Cache-Control, where that is one of its own
    produces: the type of its reply
    secret_path: whether the path's variable is a secret: of any form, and told nowhere
    consumes: with FORM the Content-Type is set, and a dict for a body is sent as a form
    """

    def __init__(self, method, path, operation, roles, good, statuses=(200,), door='front', query=(), bad=(),
                 bad_query=None, headers=None, consumes=None, scope=None, any_token=False, told_once=(), again=True,
                 read_at=None, cache=None, produces=JSON, secret_path=False):
        self.method = method
        self.path = path
        self.operation = operation
        self.roles = roles
        self.good = good
        self.statuses = statuses
        self.door = door
        self.query = query
        self.bad = bad
        self.bad_query = bad_query or {}
        self.headers = {**({'Content-Type': FORM} if consumes == FORM else {}), **(headers or {})}
        self.consumes = consumes
        self.scope = scope
        self.any_token = any_token
        self.told_once = told_once
        self.again = again
        self.read_at = read_at or (lambda path: path)
        self.cache = cache
        self.produces = produces
        self.secret_path = secret_path

    @property
    def row(self):
        return '\t'.join((self.method, self.path, self.operation, ','.join(self.roles), self.door))

    @property
    def role(self):
        """Who asks when it does not matter which of them does; None: without a token."""
        return None if 'public' in self.roles else self.roles[0]

    @property
    def takes_body(self):
        return self.consumes is not None


def get(path, operation, good_path, roles=EVERYONE, **more):
    return Route('GET', path, operation, roles, lambda api: (good_path, None, {}), **more)
