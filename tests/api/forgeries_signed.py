"""Forged tokens of the second kind: signed by what is not the key, or written in another form."""

import hashlib
import hmac
import json

from forge import (P256_ORDER, der_of, ec_digest_sign, encode_loosely, numbers, padded, pair, pss_sign, rsa_block,
                   rsa_modulus, rsa_raw, text_of)
from forgeries import ENTRIES_MAX, MALFORMED, SIGNATURE, rows_of
from jwt import encode, hmac_sign

SHA256_INFO = bytes.fromhex('3031300d060960864801650304020105000420')


def secret(change):
    return lambda f: f.whole(sign=hmac_sign(change(f.keys.secret)))


def mac_by_file(f):
    """By the public key as it is stored; an HMAC's file is the secret itself, so that one with a line's end."""
    with open(f.keys.path(f.kid), 'rb') as file:
        return f.whole(sign=hmac_sign(file.read() + (b'\r\n' if f.alg == 'HS256' else b'')))


# The same ways with nothing wrong: these are accepted, or the rows below would prove nothing.
CONTROLS = (
    ('parts joined by hand', lambda f: f.join(*f.parts()[:2])),
    ('exp as digits', lambda f: f.number('exp', '4102444800')),
    ('exp at the end of time', lambda f: f.number('exp', '253402300799')),
    ('a member more in the header', lambda f: f.head_text('{', '{"x":[{"a":1}],')),
    ('a member more in the payload', lambda f: f.body_text('{', '{"x":[[{"a":1,"\\u0062":2}]],')),
    ('a name by an escape', lambda f: f.head_text('"alg"', '"\\u0061lg"')),
    ('blanks behind the header', lambda f: f.join(encode(padded(f.header, 1)), f.parts()[1])),
    ('letters of base64url', lambda f: f.body(x='???>>>~~~')),
    ('what RFC 7515 has us ignore', lambda f: f.head(x='x', jku='x', jwk=f.jwk, x5c=['x'], cty='x', zip='x')),
    ('a subject of 127 bytes', lambda f: f.body(sub='a' + '\u0102' * 63)),
    ('roles as words', lambda f: f.body(roles=' viewer  sync ')),
    ('roles, as many as may be', lambda f: f.body(roles=['x'] * (ENTRIES_MAX - 1) + ['sync'])),
    ('aud, as many as may be', lambda f: f.body(aud=['x'] * (ENTRIES_MAX - 1) + ['kstthc'])),
    ('an agency', lambda f: f.body(roles=['agency', 'sync'], agency='so-y-te')),
)

# --- another key, or the right one used in another way

EVERY_KEY = (
    ('signed by another key of the kind', SIGNATURE, lambda f: f.whole(sign=f.by_attacker)),
    ('a MAC by the kid', SIGNATURE, lambda f: f.whole(sign=hmac_sign(f.kid.encode()))),
    ('a MAC by the file of the key', SIGNATURE, mac_by_file),
    ('a MAC by nothing', SIGNATURE, lambda f: f.whole(sign=hmac_sign(b''))),
    ('signed: the payload alone', SIGNATURE, lambda f: f.whole(sign=lambda data: f.sign(data.split(b'.')[1]))),
    ('signed: the header alone', SIGNATURE, lambda f: f.whole(sign=lambda data: f.sign(data.split(b'.')[0]))),
    ('signed: the parts the other way round', SIGNATURE,
     lambda f: f.whole(sign=lambda data: f.sign(b'.'.join(reversed(data.split(b'.')))))),
    ('signed: what the parts decode to', SIGNATURE,
     lambda f: f.whole(sign=lambda data: f.sign(text_of(f.header) + b'.' + text_of(f.claims)))),
    ('signed: with a dot behind', SIGNATURE, lambda f: f.whole(sign=lambda data: f.sign(data + b'.'))),
    ('signed: nothing', SIGNATURE, lambda f: f.whole(sign=lambda data: f.sign(b''))),
    ('signed: another payload', SIGNATURE, lambda f: '.'.join((f.parts()[0], encode(text_of({**f.claims, 'a': 1})),
                                                              f.parts()[2]))),
    ('signed: another header', SIGNATURE, lambda f: '.'.join((encode(text_of({**f.header, 'a': 1})), *f.parts()[1:]))),
    ('signed twice over', SIGNATURE, lambda f: f.with_signature(f.signature() * 2)),
    ('the signature is the payload', SIGNATURE, lambda f: '.'.join((*f.parts()[:2], f.parts()[1]))),
    ('the signature in hexadecimal', SIGNATURE, lambda f: f.with_signature(f.signature().hex().encode())),
    ('the signature in base64 twice', SIGNATURE, lambda f: f.with_signature(encode(f.signature()).encode())),
    ('the signature as ones', SIGNATURE, lambda f: f.with_signature(b'\xff' * len(f.signature()))),
    ('the signature behind a zero', SIGNATURE, lambda f: f.with_signature(b'\0' + f.signature())),
    ('one byte for a signature', SIGNATURE, lambda f: f.with_signature(b'\0')),
    ('a signature of 4 kB', SIGNATURE, lambda f: f.with_signature(f.signature() + b'\0' * 4096)),
    *rows_of('a bit turned in byte', SIGNATURE, (1, 7, 15, 16, 30), lambda f, at: f.with_signature(
        f.signature()[:at] + bytes([f.signature()[at] ^ 0x10]) + f.signature()[at + 1:])),
)
SECRETS = (
    ('the secret cut to 32 bytes', SIGNATURE, secret(lambda key: key[:32])),
    ('the secret cut to a block', SIGNATURE, secret(lambda key: key[:64])),
    ('the secret less its last byte', SIGNATURE, secret(lambda key: key[:-1])),
    ('the secret less its first byte', SIGNATURE, secret(lambda key: key[1:])),
    ('the secret and a newline', SIGNATURE, secret(lambda key: key + b'\n')),
    ('the secret and a NUL', SIGNATURE, secret(lambda key: key + b'\0')),
    ('the secret in capitals', SIGNATURE, secret(bytes.upper)),
    ('the secret taken for hexadecimal', SIGNATURE, secret(lambda key: bytes.fromhex(key.decode()))),
    ('the secret in base64', SIGNATURE, secret(lambda key: encode(key).encode())),
    ('the secret twice', SIGNATURE, secret(lambda key: key * 2)),
    ('a digest of secret and data', SIGNATURE,
     lambda f: f.whole(sign=lambda data: hashlib.sha256(f.keys.secret + data).digest())),
    ('a digest of the data', SIGNATURE, lambda f: f.whole(sign=lambda data: hashlib.sha256(data).digest())),
    ('a MAC of 16 bytes', SIGNATURE, lambda f: f.with_signature(f.signature()[:16])),
    ('HMAC with SHA-512, cut off', SIGNATURE,
     lambda f: f.whole(sign=lambda data: hmac.new(f.keys.secret, data, hashlib.sha512).digest()[:32])),
    ('HMAC with SHA-1', SIGNATURE,
     lambda f: f.whole(sign=lambda data: hmac.new(f.keys.secret, data, hashlib.sha1).digest())),
    ('HMAC with MD5 twice', SIGNATURE,
     lambda f: f.whole(sign=lambda data: hmac.new(f.keys.secret, data, hashlib.md5).digest() * 2)),
)


def rsa_sum(f):
    """s + n is the same residue: a signature of 256 bytes only when it fits."""
    total = int.from_bytes(f.signature(), 'big') + rsa_modulus(f)
    return f.with_signature(total.to_bytes(257 if total >> 2048 else 256, 'big'))


def rsa_constant(number):
    return lambda f: f.with_signature((number % rsa_modulus(f)).to_bytes(256, 'big'))


RSA_CONTROLS = (
    ('RSA by hand', lambda f: f.whole(sign=lambda data: rsa_raw(f, rsa_block(data, SHA256_INFO)))),
)
RSA = (
    ('RSA-PSS', SIGNATURE, lambda f: f.whole(sign=pss_sign(f.keys))),
    *rows_of('RSA with', SIGNATURE, ('-sha1', '-sha224', '-sha384', '-sha512', '-md5', '-sha3-256'),
             lambda f, digest: f.whole(sign=lambda data: f.keys.openssl('dgst', digest, '-sign',
                                                                        f.keys.path('rs1-private'), data=data))),
    ('RSA without the name of the digest', SIGNATURE,
     lambda f: f.whole(sign=lambda data: rsa_raw(f, rsa_block(data, b'')))),
    ('RSA with the digest and more behind', SIGNATURE,
     lambda f: f.whole(sign=lambda data: rsa_raw(f, rsa_block(data, SHA256_INFO, b'\0' * 64)))),
    ('RSA with little padding', SIGNATURE,
     lambda f: f.whole(sign=lambda data: rsa_raw(f, rsa_block(data, SHA256_INFO, b'x' * 190)))),
    ('RSA without padding', SIGNATURE,
     lambda f: f.whole(sign=lambda data: rsa_raw(f, hashlib.sha256(data).digest()))),
    ('RSA: s + n', SIGNATURE, rsa_sum),
    ('RSA: n - s', SIGNATURE, lambda f: f.with_signature(
        (rsa_modulus(f) - int.from_bytes(f.signature(), 'big')).to_bytes(256, 'big'))),
    ('RSA: 1', SIGNATURE, rsa_constant(1)),
    ('RSA: n - 1', SIGNATURE, rsa_constant(-1)),
    ('RSA: n', SIGNATURE, lambda f: f.with_signature(rsa_modulus(f).to_bytes(256, 'big'))),
    ('RSA: the block in the open', SIGNATURE, lambda f: f.whole(
        sign=lambda data: rsa_block(data, SHA256_INFO))),
)


def ec_pair(change):
    return lambda f: f.with_signature(pair(*change(*numbers(f.signature()))))


EC_CONTROLS = (
    ('ECDSA by hand', ec_pair(lambda r, s: (r, s))),
    # n - s verifies too, by ECDSA's nature. Nothing here takes a token's bytes for its name, so it does no harm.
    ('ECDSA: n - s', ec_pair(lambda r, s: (r, P256_ORDER - s))),
    ('ECDSA by a digest that is named', lambda f: f.whole(sign=ec_digest_sign(f.keys, '-sha256'))),
)
EC = (
    ('ECDSA: r and s changed about', SIGNATURE, ec_pair(lambda r, s: (s, r))),
    ('ECDSA: r = 0', SIGNATURE, ec_pair(lambda r, s: (0, s))),
    ('ECDSA: s = 0', SIGNATURE, ec_pair(lambda r, s: (r, 0))),
    ('ECDSA: r = n', SIGNATURE, ec_pair(lambda r, s: (P256_ORDER, s))),
    ('ECDSA: s = n', SIGNATURE, ec_pair(lambda r, s: (r, P256_ORDER))),
    ('ECDSA: r = s = 1', SIGNATURE, ec_pair(lambda r, s: (1, 1))),
    ('ECDSA: r = s = n - 1', SIGNATURE, ec_pair(lambda r, s: (P256_ORDER - 1, P256_ORDER - 1))),
    ('ECDSA: r = s', SIGNATURE, ec_pair(lambda r, s: (r, r))),
    ('ECDSA: n - r', SIGNATURE, ec_pair(lambda r, s: (P256_ORDER - r, s))),
    ('ECDSA: little-endian', SIGNATURE,
     lambda f: f.with_signature(f.signature()[:32][::-1] + f.signature()[32:][::-1])),
    ('ECDSA in DER', SIGNATURE, lambda f: f.whole(sign=der_of(f.keys, 'es1-private'))),
    ('ECDSA in 66 bytes', SIGNATURE,
     lambda f: f.with_signature(b'\0' + f.signature()[:32] + b'\0' + f.signature()[32:])),
    ('ECDSA by secp256k1', SIGNATURE, lambda f: f.whole(sign=ec_digest_sign(f.keys, '-sha256', 'es-koblitz'))),
    ('ECDSA by P-384', SIGNATURE, lambda f: f.whole(sign=der_of(f.keys, 'es-384'))),
    *rows_of('ECDSA with', SIGNATURE, ('-sha1', '-sha384', '-sha512'),
             lambda f, digest: f.whole(sign=ec_digest_sign(f.keys, digest))),
    ('ECDSA over a digest of a digest', SIGNATURE,
     lambda f: f.whole(sign=lambda data: f.sign(hashlib.sha256(data).digest()))),
)

# --- another form of the same; the signature is over what is sent


def in_header(change):
    return lambda f: f.join(change(f.parts()[0]), f.parts()[1])


def in_payload(change):
    return lambda f: f.join(f.parts()[0], change(encode(text_of({**f.claims, 'x': '???>>>~~~'}))))


def in_signature(change):
    return lambda f: '.'.join((*f.parts()[:2], change(f.parts()[2])))


def broken(at, what):
    return lambda text: text[:at] + what + text[at:]


def percent(text):
    return ''.join('%%%02X' % ord(letter) for letter in text)


ENCODINGS = (
    *((name + ' in the ' + part, MALFORMED, place(change))
      for part, place in (('header', in_header), ('payload', in_payload), ('signature', in_signature))
      for name, change in (
          ('padding', lambda text: text + '='), ('padding twice', lambda text: text + '=='),
          ('padding in front', lambda text: '=' + text), ('a blank', broken(4, ' ')), ('a tab', broken(8, '\t')),
          ('a percent sign', broken(4, '%3D')), ('a plus', broken(4, '+')), ('a slash', broken(4, '/')),
          ('percent-encoding', percent), ('a letter beyond ASCII', broken(4, '\u00e9')), ('a dot', broken(4, '.')),
          ('a tilde', broken(4, '~')), ('a star', lambda text: text[:-1] + '*'), ('a quote', broken(0, '"')),
          ('nothing', lambda text: ''))),
    ('unused bits in the header', MALFORMED,
     lambda f: f.join(encode_loosely(padded(f.header, 1)), f.parts()[1])),
    ('unused bits in the payload', MALFORMED,
     lambda f: f.join(f.parts()[0], encode_loosely(padded(f.claims, 2)))),
    ('unused bits in the signature', MALFORMED, lambda f: '.'.join((*f.parts()[:2], encode_loosely(f.signature())))),
    ('one letter too many', MALFORMED, lambda f: f.join(f.parts()[0], encode(padded(f.claims, 0)) + 'A')),
    ('the standard alphabet', MALFORMED, in_payload(lambda text: text.replace('-', '+').replace('_', '/'))),
    ('base64 twice', MALFORMED,
     lambda f: f.whole(encode(text_of(f.header)).encode(), encode(text_of(f.claims)).encode())),
    ('payload in hexadecimal', MALFORMED, in_payload(lambda text: text_of(text).hex())),
    ('payload in UTF-16', MALFORMED, lambda f: f.whole(body=json.dumps(f.claims).encode('utf-16'))),
    ('payload in UTF-16, big-endian', MALFORMED, lambda f: f.whole(body=json.dumps(f.claims).encode('utf-16-be'))),
    ('payload in UTF-32', MALFORMED, lambda f: f.whole(body=json.dumps(f.claims).encode('utf-32'))),
    ('payload behind a BOM', MALFORMED, lambda f: f.whole(body=b'\xef\xbb\xbf' + text_of(f.claims))),
    ('payload as a form', MALFORMED, lambda f: f.whole(body=b'iss=kstthc&aud=kstthc&roles=sync')),
    ('payload is a text of JSON', MALFORMED, lambda f: f.whole(body=text_of(text_of(f.claims).decode()))),
    ('payload with a comma too many', MALFORMED, lambda f: f.body_text('}', ',}')),
    ('payload with a comment', MALFORMED, lambda f: f.body_text('{', '{//\n')),
    ('payload twice', MALFORMED, lambda f: f.whole(body=text_of(f.claims) * 2)),
    ('payload deep as a well', MALFORMED, lambda f: f.body_text('{', '{"x":%s,' % ('[' * 2060 + ']' * 2060))),
    ('three dots', MALFORMED, lambda f: f.good().replace('.', '...', 1)),
    ('four parts', MALFORMED, lambda f: f.good() + '.' + f.parts()[2]),
    ('six parts', MALFORMED, lambda f: f.good() + '.' + f.good()),
    ('a dot in front and behind', MALFORMED, lambda f: '.%s.' % f.good()),
    ('header and signature', MALFORMED, lambda f: f.parts()[0] + '.' + f.parts()[2]),
    ('payload and signature', MALFORMED, lambda f: f.parts()[1] + '.' + f.parts()[2]),
    ('the header alone', MALFORMED, lambda f: f.parts()[0]),
    ('dots alone', MALFORMED, lambda f: '..'),
    ('commas for dots', MALFORMED, lambda f: f.good().replace('.', ',')),
    ('other dots', MALFORMED, lambda f: f.good().replace('.', '\u3002')),
    ('encoded dots', MALFORMED, lambda f: f.good().replace('.', '%2E')),
    ('in capitals', MALFORMED, lambda f: f.good().upper()),
    ('in quotes', MALFORMED, lambda f: '"%s"' % f.good()),
    ('in brackets', MALFORMED, lambda f: '<%s>' % f.good()),
    ('behind a BOM', MALFORMED, lambda f: '\ufeff' + f.good()),
    ('the scheme once more', MALFORMED, lambda f: 'Bearer ' + f.good()),
    ('two tokens', MALFORMED, lambda f: f.good() + ' ' + f.good()),
    ('two tokens, a comma', MALFORMED, lambda f: f.good() + ', ' + f.good()),
    ('a parameter', MALFORMED, lambda f: 'token=' + f.good()),
    ('JSON, flattened', MALFORMED, lambda f: f.serialized(general=False, encoded=False)),
    ('JSON, general', MALFORMED, lambda f: f.serialized(general=True, encoded=False)),
    ('JSON, flattened, in base64', MALFORMED, lambda f: f.serialized(general=False, encoded=True)),
    ('JSON, general, in base64', MALFORMED, lambda f: f.serialized(general=True, encoded=True)),
    ('the whole in base64', MALFORMED, lambda f: encode(f.good().encode())),
    ('one byte over the limit', MALFORMED, lambda f: f.sized(8193)),
    ('ten bytes over the limit', MALFORMED, lambda f: f.sized(8202)),
    ('12 kB', MALFORMED, lambda f: f.sized(12288)),
)
