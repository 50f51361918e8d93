"""The means to forge a token: one that is right in everything but one thing."""

import base64
import hashlib
import json
import zlib

from jwt import claims, ec_sign, encode, header, hmac_sign, raw_of_der, rsa_sign

ALGORITHMS = ('HS256', 'RS256', 'ES256')
KIDS = {'HS256': 'hs1', 'RS256': 'rs1', 'ES256': 'es1'}
P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
TOKEN_MAX_BYTES = 8192
SUBJECT = 'ke-gia-mao'
ABSENT = object()


def merged(base, changes):
    """ABSENT takes a member away; None is JSON's null."""
    return {name: value for name, value in {**base, **changes}.items() if value is not ABSENT}


def text_of(value):
    return value if isinstance(value, bytes) else json.dumps(value, separators=(',', ':')).encode()


def encode_loosely(data):
    """base64url whose unused bits are not zero, which loose decoders take for the same bytes."""
    letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    text = encode(data)
    return text[:-1] + letters[letters.index(text[-1]) + 1]


def padded(data, remainder):
    """JSON with blanks behind, of a length that leaves this remainder by 3: what base64 it ends in."""
    data = text_of(data)
    return data + b' ' * ((remainder - len(data)) % 3)


class Attacker:
    """Keys of each kind that the service was never given, and what may be told of them in a header."""

    def __init__(self, keys, fetch):
        self.fetch = fetch
        self.secret = b'khoa-cua-ke-gia-mao-dai-hon-32-byte'
        keys.openssl('genrsa', '-out', keys.path('rs-forged'), '2048')
        keys.openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', keys.path('es-forged'))
        keys.openssl('ecparam', '-name', 'secp256k1', '-genkey', '-noout', '-out', keys.path('es-koblitz'))
        keys.openssl('ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', keys.path('es-384'))
        self.signers = {'HS256': hmac_sign(self.secret), 'RS256': rsa_sign(keys, 'rs-forged'),
                        'ES256': ec_sign(keys, 'es-forged')}
        modulus = modulus_of(keys, 'rs-forged').to_bytes(256, 'big')
        point = keys.openssl('ec', '-in', keys.path('es-forged'), '-pubout', '-outform', 'DER')[-64:]
        self.jwks = {
            'HS256': {'kty': 'oct', 'k': encode(self.secret)},
            'RS256': {'kty': 'RSA', 'n': encode(modulus), 'e': 'AQAB'},
            'ES256': {'kty': 'EC', 'crv': 'P-256', 'x': encode(point[:32]), 'y': encode(point[32:])},
        }
        self.certificate = keys.openssl('req', '-x509', '-new', '-key', keys.path('rs-forged'), '-subj', '/CN=kstthc',
                                        '-days', '1', '-outform', 'DER')


def remembered(sign):
    """The same signature for the same data, also of ECDSA: the same token whenever nothing was changed."""
    made = {}

    def signed(data):
        if data not in made:
            made[data] = sign(data)
        return made[data]

    return signed


class Forge:
    """Forged tokens of one algorithm; sign is by the key that the service has for it."""

    def __init__(self, keys, alg, attacker, own_kid):
        self.keys = keys
        self.alg = alg
        self.kid = KIDS[alg]
        self.own_kid = own_kid
        self.attacker = attacker
        self.sign = remembered({'HS256': hmac_sign(keys.secret), 'RS256': rsa_sign(keys), 'ES256': ec_sign(keys)}[alg])
        self.by_attacker = attacker.signers[alg]
        self.jwk = attacker.jwks[alg]
        self.header = header(self.kid, self.alg)
        self.claims = claims(sub=SUBJECT)
        self.made_good = self.whole()

    def join(self, head, body, sign=None):
        """Signs two parts that are encoded already."""
        data = '%s.%s' % (head, body)
        return '%s.%s' % (data, encode((sign or self.sign)(data.encode())))

    def whole(self, head=None, body=None, sign=None):
        """head and body: a dict, or bytes as they are."""
        return self.join(encode(text_of(self.header if head is None else head)),
                         encode(text_of(self.claims if body is None else body)), sign)

    def head(self, sign=None, **members):
        return self.whole(merged(self.header, members), sign=sign)

    def forged_head(self, **members):
        """A header that offers the key which signed."""
        return self.head(sign=self.by_attacker, **members)

    def body(self, **members):
        return self.whole(body=merged(self.claims, members))

    def head_text(self, old, new):
        return self.whole(head=replaced(text_of(self.header), old, new))

    def body_text(self, old, new):
        return self.whole(body=replaced(text_of(self.claims), old, new))

    def number(self, name, text):
        """A claim of these very digits, which json.dumps() would not write."""
        return self.whole(body=text_of(merged(self.claims, {name: '@'})).replace(b'"@"', text.encode()))

    def twice(self, name, value, escaped=False):
        """A claim twice, the good one last."""
        spelt = name if not escaped else '\\u%04x%s' % (ord(name[0]), name[1:])
        return self.body_text('{', '{"%s":%s,' % (spelt, json.dumps(value)))

    def head_twice(self, name, value, escaped=False, last=False):
        spelt = name if not escaped else '\\u%04x%s' % (ord(name[0]), name[1:])
        extra = '"%s":%s' % (spelt, json.dumps(value))
        return self.head_text('}', ',' + extra + '}') if last else self.head_text('{', '{' + extra + ',')

    def good(self):
        """Always the same one: the service has it among the tokens it remembers."""
        return self.made_good

    def parts(self):
        return self.made_good.split('.')

    def signature(self):
        return base64.urlsafe_b64decode(self.parts()[2] + '==')

    def with_signature(self, signature):
        return '.'.join(self.parts()[:2] + [encode(signature)])

    def deflated(self, make=zlib.compress):
        return self.whole(merged(self.header, {'zip': 'DEF'}), make(text_of(self.claims)))

    def unencoded(self, crit, detached):
        """RFC 7797: the payload signed as it is, not as base64url."""
        extra = {'b64': False, 'crit': ['b64']} if crit else {'b64': False}
        head = encode(text_of(merged(self.header, extra)))
        body = text_of(self.claims)
        signature = encode(self.sign(head.encode() + b'.' + body))
        return '%s.%s.%s' % (head, '' if detached else encode(body), signature)

    def encrypted(self, alg, parts=5, **members):
        """The shape of a JWE; its tag is our signature."""
        head = merged(self.header, {'alg': alg, 'enc': 'A128GCM', **members})
        data = '.'.join([encode(text_of(head))] + [encode(text_of(self.claims))] * (parts - 2))
        return '%s.%s' % (data, encode(self.sign(data.encode())))

    def serialized(self, general, encoded):
        """RFC 7515, 7.2: JSON instead of the compact form."""
        head, body, signature = self.parts()
        signed = {'protected': head, 'signature': signature}
        whole = {'payload': body, 'signatures': [signed]} if general else {'payload': body, **signed}
        return encode(text_of(whole)) if encoded else text_of(whole).decode()

    def sized(self, size):
        """A good token of just so many bytes."""
        for longer in range(4):
            head = encode(text_of(merged(self.header, {'x': 'x' * longer})))
            room = size - len(head) - 2 - len(self.parts()[2])
            data = text_of(merged(self.claims, {'jti': ''}))
            data = data.replace(b'"jti":""', b'"jti":"%s"' % (b'x' * (room * 3 // 4 - len(data))))
            token = self.join(head, encode(data))
            if len(token) == size:
                return token
        raise AssertionError('no token of %d bytes' % size)


def replaced(text, old, new):
    assert old.encode() in text, (old, text)
    return text.replace(old.encode(), new.encode(), 1)


def modulus_of(keys, name):
    return int(keys.openssl('rsa', '-in', keys.path(name), '-noout', '-modulus').decode().split('=')[1], 16)


def rsa_modulus(forge):
    return modulus_of(forge.keys, 'rs1-private')


def rsa_raw(forge, block):
    """The private key used on a block of ours, without any padding of RFC 8017."""
    return forge.keys.openssl('pkeyutl', '-decrypt', '-inkey', forge.keys.path('rs1-private'), '-pkeyopt',
                              'rsa_padding_mode:none', data=block.rjust(256, b'\0'))


def rsa_block(data, digest_info, ending=b''):
    """RFC 8017, 9.2, with what may be wrong in it."""
    block = digest_info + hashlib.sha256(data).digest() + ending
    return b'\0\1' + b'\xff' * (253 - len(block)) + b'\0' + block


def pss_sign(keys):
    return lambda data: keys.openssl('dgst', '-sha256', '-sigopt', 'rsa_padding_mode:pss', '-sigopt',
                                     'rsa_pss_saltlen:32', '-sign', keys.path('rs1-private'), data=data)


def ec_digest_sign(keys, digest, name='es1-private'):
    return lambda data: raw_of_der(keys.openssl('dgst', digest, '-sign', keys.path(name), data=data))


def der_of(keys, name):
    return lambda data: keys.openssl('dgst', '-sha256', '-sign', keys.path(name), data=data)


def numbers(signature):
    return int.from_bytes(signature[:32], 'big'), int.from_bytes(signature[32:], 'big')


def pair(r, s):
    return r.to_bytes(32, 'big') + s.to_bytes(32, 'big')
