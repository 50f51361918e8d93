"""Tokens made by hand, good and forged; keys of service.Keys."""

import base64
import hashlib
import hmac
import json
import time


def encode(data):
    if not isinstance(data, bytes):
        data = json.dumps(data, separators=(',', ':'), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def claims(**more):
    now = int(time.time())
    body = {'iss': 'kstthc', 'aud': 'kstthc', 'sub': 'thu-nghiem', 'roles': ['sync', 'office'], 'iat': now,
            'exp': now + 600,
            **more}
    return {name: value for name, value in body.items() if value is not None}


def header(kid, alg, **more):
    return {key: value for key, value in {'typ': 'JWT', 'alg': alg, 'kid': kid, **more}.items() if value is not None}


def hmac_sign(secret, digest=hashlib.sha256):
    return lambda data: hmac.new(secret, data, digest).digest()


def rsa_sign(keys, name='rs1-private', digest='-sha256'):
    return lambda data: keys.openssl('dgst', digest, '-sign', keys.path(name), data=data)


def der_sign(keys, name='es1-private'):
    return lambda data: keys.openssl('dgst', '-sha256', '-sign', keys.path(name), data=data)


def raw_of_der(der):
    """r and s of a DER signature as 64 bytes."""
    numbers = []
    rest = der[2:]
    while rest:
        length = rest[1]
        numbers.append(int.from_bytes(rest[2:2 + length], 'big').to_bytes(32, 'big'))
        rest = rest[2 + length:]
    return b''.join(numbers)


def ec_sign(keys, name='es1-private'):
    sign = der_sign(keys, name)
    return lambda data: raw_of_der(sign(data))


def token(head, body, sign):
    """head and body: a dict, or bytes as they are."""
    data = '%s.%s' % (encode(head), encode(body))
    return '%s.%s' % (data, encode(sign(data.encode())))


class Maker:
    """Tokens of the test keys."""

    def __init__(self, keys):
        self.keys = keys
        self.signers = {'HS256': hmac_sign(keys.secret), 'RS256': rsa_sign(keys), 'ES256': ec_sign(keys)}
        self.kids = {'HS256': 'hs1', 'RS256': 'rs1', 'ES256': 'es1'}

    def make(self, alg='HS256', head=None, body=None, **more):
        """A token right but for what is given; more are claims."""
        return token(header(self.kids[alg], alg, **(head or {})), claims(**more) if body is None else body,
                     self.signers[alg])
