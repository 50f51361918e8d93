"""A stand-in for a province's identity provider on 127.0.0.1; it speaks as Keycloak does.

Keys are made with openssl. A rotation makes a new key that signs at once; the
one before stays in the set, passive, until it is dropped. Behaviour can be
made bad in between: see Issuer.mode.
"""

import http.server
import json
import os
import ssl
import tempfile
import threading
import time

from jwt import ec_sign, encode, rsa_sign, token
from service import Keys

KEY_PATH = '/realms/%s/protocol/openid-connect/certs'
DISCOVERY = '/realms/%s/.well-known/openid-configuration'


class Files(Keys):
    """A folder for keys, with nothing in it yet."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='kstthc-issuer-')


class SigningKey:
    def __init__(self, keys, kid, alg, use='sig'):
        self.kid, self.alg, self.use = kid, alg, use
        self.name = 'issuer-%s' % kid
        if alg == 'ES256':
            keys.openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', keys.path(self.name))
            point = keys.openssl('ec', '-in', keys.path(self.name), '-pubout', '-outform', 'DER')[-64:]
            self.jwk = {'kty': 'EC', 'crv': 'P-256', 'x': encode(point[:32]), 'y': encode(point[32:])}
            self.sign = ec_sign(keys, self.name)
        else:
            keys.openssl('genrsa', '-out', keys.path(self.name), '2048')
            text = keys.openssl('rsa', '-in', keys.path(self.name), '-noout', '-modulus').decode()
            self.jwk = {'kty': 'RSA', 'n': encode(bytes.fromhex(text.strip().split('=')[1])), 'e': 'AQAB'}
            self.sign = rsa_sign(keys, self.name)
        self.jwk = {'kid': kid, 'alg': alg, 'use': use, 'x5c': ['MIIBkeycloakhasone'], 'x5t': 'thumb', **self.jwk}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def do_GET(self):
        issuer = self.server.issuer
        what = {issuer.discovery_path: 'discovery', issuer.key_path: 'keys'}.get(self.path)
        with issuer.lock:
            issuer.fetches.append((what or self.path, time.monotonic()))
            mode = issuer.mode
        if mode == 'silent':
            issuer.released.wait(10)
            self.close_connection = True
            return
        if mode in ('slow', 'turning'):
            time.sleep(issuer.delay)
        self.answer(*self.reply(issuer, mode, what))

    def reply(self, issuer, mode, what):
        if what is None:
            return 404, b'{}'
        if mode == 'redirect':
            return 302, b''
        if mode == 'huge':
            return 200, b'{"keys":[' + b' ' * 300000 + b']}'
        if mode == 'junk':
            return 200, b'<html>bao tri</html>'
        status = 500 if mode == 'broken' else 200
        return status, json.dumps(issuer.discovery() if what == 'discovery' else issuer.jwks()).encode()

    def answer(self, status, body):
        try:
            self.send_response(status)
            self.send_header('Content-Type', 'application/json')
            self.send_header('Content-Length', str(len(body)))
            if status == 302:
                self.send_header('Location', 'http://127.0.0.1:%d/elsewhere' % self.server.server_port)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):
        pass


class Issuer:
    """mode: 'good', or 'slow' (by delay seconds), 'turning' (slow, and each time one other of its keys), 'silent',
    'broken', 'redirect', 'huge', 'junk'."""

    def __init__(self, realm='tinh', encryption=True, certified=None):
        """certified: the host that its certificate names, which is then its own authority; None: plain HTTP."""
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.files = Files()
        self.realm, self.number = realm, 0
        self.mode, self.delay, self.turn = 'good', 0.3, 0
        self.fetches = []
        self.said = self.elsewhere = None
        self.key_path, self.discovery_path = KEY_PATH % realm, DISCOVERY % realm
        self.server = None
        self.port = 0
        self.context, self.scheme = None, 'http'
        if certified:
            self.certify(certified)
        self.start()
        self.url = '%s://127.0.0.1:%d/realms/%s' % (self.scheme, self.port, realm)
        self.keys = [SigningKey(self.files, 'k-enc', 'RSA-OAEP', 'enc')] if encryption else []
        self.keys.append(self.make_key())

    def certify(self, host):
        key, self.authority = self.files.path('tls-key'), self.files.path('tls')
        self.files.openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
                           '-keyout', key, '-out', self.authority, '-days', '2', '-subj', '/CN=kstthc test',
                           '-addext', 'subjectAltName=' + host)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.authority, key)
        self.scheme = 'https'

    def start(self):
        self.server = Server(('127.0.0.1', self.port), Handler)
        if self.context:
            self.server.socket = self.context.wrap_socket(self.server.socket, server_side=True)
        self.server.issuer = self
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={'poll_interval': 0.02}, daemon=True).start()

    def stop(self):
        self.released.set()
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def close(self):
        self.stop()
        self.files.remove()

    def make_key(self, alg=None):
        self.number += 1
        return SigningKey(self.files, 'k-%d' % self.number, alg or ('RS256', 'ES256')[self.number % 2])

    def rotate(self, key=None):
        """The new key signs at once; the one before stays in the set."""
        key = key or self.make_key()
        with self.lock:
            self.keys.append(key)
        return key

    def drop_passive(self):
        with self.lock:
            self.keys = [key for key in self.keys if key.use == 'enc'] + self.keys[-1:]

    def discovery(self):
        return {'issuer': self.said or self.url, 'token_endpoint': self.url + '/token',
                'jwks_uri': self.elsewhere or '%s://127.0.0.1:%d%s' % (self.scheme, self.port, self.key_path)}

    def jwks(self):
        with self.lock:
            keys = self.keys
            if self.mode == 'turning':
                self.turn += 1
                keys = [keys[self.turn % len(keys)]]
            return {'keys': [key.jwk for key in keys]}

    def count(self, what='keys', since=0.0):
        with self.lock:
            return sum(name == what and when >= since for name, when in self.fetches)

    def claims(self, **more):
        now = int(time.time())
        body = {'exp': now + 300, 'iat': now, 'jti': 'x', 'iss': self.url, 'aud': ['kstthc', 'account'],
                'sub': 'f1a2-can-bo', 'typ': 'Bearer', 'azp': 'cong-thong-tin', 'realm_access': {'roles': ['can-bo']},
                'groups': ['/don-vi/STP', '/khac'], **more}
        return {name: value for name, value in body.items() if value is not None}

    def token(self, key=None, kid=None, **more):
        key = key or self.keys[-1]
        return token({'alg': key.alg, 'typ': 'JWT', 'kid': kid or key.kid}, self.claims(**more), key.sign)

    def entry(self, name='sso', **more):
        """What KSTTHC_ISSUERS says of it."""
        entry = {'name': name, 'issuer': self.url, 'audience': 'kstthc',
                 'roles': {'claim': ['realm_access', 'roles'],
                           'map': {'can-bo': 'office', 'xem': 'viewer', 'don-vi': 'agency', 'dong-bo': 'sync'}},
                 'agency': {'claim': ['groups'], 'prefix': '/don-vi/', 'map': {'STP': 'so-tu-phap'}},
                 'require': {'typ': 'Bearer'}, **more}
        return {member: value for member, value in entry.items() if value is not None}


class IssuersFile:
    """The file of KSTTHC_ISSUERS."""

    def __init__(self, *entries):
        self.folder = tempfile.TemporaryDirectory(prefix='kstthc-issuers-')
        self.path = os.path.join(self.folder.name, 'issuers.json')
        self.write(list(entries))

    def write(self, entries):
        """Whole or not at all, as who edits it by hand should do."""
        with open(self.path + '.new', 'w', encoding='utf-8') as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(entries if isinstance(entries, str) else json.dumps(entries))
        os.replace(self.path + '.new', self.path)

    def remove(self):
        self.folder.cleanup()
