"""The contract's own examples against a running service, in their order; each reply held against its schema."""

import http.client
import json
import re
import urllib.parse

import document
from document import at, filled, follow, violations


class Live:
    def __init__(self, doc, urls, token_of):
        self.doc = document.closed(doc)
        self.urls = urls
        self.token_of = token_of
        self.results = []
        self.kept = {}

    def note(self, name, wrong):
        self.results.append((name, wrong))

    def send(self, door, method, path, body=None, headers=None, role=None):
        sent = dict(headers or {})
        if role:
            sent['Authorization'] = 'Bearer ' + self.token_of(role)
        url = urllib.parse.urlsplit(self.urls[door])
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        try:
            connection.request(method.upper(), url.path.rstrip('/') + path, body=body, headers=sent)
            response = connection.getresponse()
            return response.status, {n.lower(): v for n, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    def judge(self, operation, status, headers, body, method):
        """What in a reply is not as the contract has it."""
        responses = operation['responses']
        response = follow(self.doc, responses.get(str(status), responses['default']))
        wrong = []
        for name, header in response.get('headers', {}).items():
            header = follow(self.doc, header)
            value = headers.get(name.lower())
            if value is not None:
                wrong += ['header %s: %s' % (name, w) for w in violations(self.doc, header['schema'], value)]
            elif header.get('required'):
                wrong.append('no header %s' % name)
        if status == 405 and not headers.get('allow'):
            wrong.append('no header Allow')
        content = response.get('content')
        if not content:
            return wrong + (['a body: %r' % body[:80]] if body else [])
        media = next(iter(content))
        if (headers.get('content-type') or '').replace(' ', '').lower() not in (
                media.replace(' ', ''), media.split(';')[0]):
            wrong.append('Content-Type is %s, not %s' % (headers.get('content-type'), media))
        if method == 'head':
            return wrong
        value = body.decode()
        if 'json' in media:
            value = json.loads(value)
        return wrong + violations(self.doc, content[media]['schema'], value)

    def examples(self):
        for _, path, method, operation, parameters, example in document.calls(self.doc):
            name = '%s %s' % (operation['operationId'], example['name'])
            target, headers, body = self.build(path, operation, parameters, example)
            reply = self.send(operation['x-door'], method, target, body, headers, example.get('role'))
            wrong = self.judge(operation, *reply, method)
            if reply[0] != example['status']:
                wrong.insert(0, 'status %d, not %d: %s' % (reply[0], example['status'], reply[2][:300]))
            wrong += self.keep(example, reply)
            self.note(name, wrong)
            if method == 'get':
                self.follow_get(name, operation, target, headers, example, reply)
            elif reply[1].get('etag'):
                self.follow_write(name, path, method, operation, target, headers, body, example, reply)
            self.refusals(name, method, operation, target, headers, body, example)

    def build(self, path, operation, parameters, example):
        return build(path, operation, parameters, example, self.kept)

    def keep(self, example, reply):
        """What later examples need of this reply: nobody knows beforehand what id a new resource gets."""
        for name, where in example.get('keep', {}).items():
            try:
                self.kept[name] = at(json.loads(reply[2]), where)
            except (KeyError, ValueError):
                return ['the reply has no %s' % where]
        return []

    def follow_get(self, name, operation, target, headers, example, reply):
        door, role = operation['x-door'], example.get('role')
        status, got, body = self.send(door, 'head', target, None, headers, role)
        self.note(name + ', HEAD', self.judge(operation, status, got, body, 'head')
                  + ([] if status == reply[0] and not body else ['status %d' % status]))
        etag = reply[1].get('etag')
        if not etag or reply[0] != 200:
            return
        for value, wanted in ((etag, 304), ('"x", W/%s' % etag, 304), ('*', 304), ('"0"', 200)):
            again = self.send(door, 'get', target, None, {**headers, 'If-None-Match': value}, role)
            wrong = self.judge(operation, *again, 'get')
            if again[0] != wanted:
                wrong.append('status %d, not %d' % (again[0], wanted))
            if again[1].get('etag') != etag:
                wrong.append('ETag %s, not %s' % (again[1].get('etag'), etag))
            self.note('%s, If-None-Match: %s' % (name, value), wrong)

    def follow_write(self, name, path, method, operation, target, headers, body, example, reply):
        """What Location or the path gives is what the writer was told; the old ETag is stale by now."""
        where = reply[1].get('location', target)
        item = self.resource(where)
        if item:
            got = self.send('front', 'get', where, None, {}, example.get('role'))
            wrong = self.judge(item['get'], *got, 'get')
            known = follow(self.doc, item['get']['responses']['200']['content']['application/json']['schema'])['properties']
            told = {name: value for name, value in json.loads(reply[2]).items() if name in known}
            if got[0] != 200 or json.loads(got[2]) != told:
                wrong.append('%s gives %d and something else' % (where, got[0]))
            if got[1].get('etag') != reply[1]['etag']:
                wrong.append('ETag %s, was told %s' % (got[1].get('etag'), reply[1]['etag']))
            self.note(name + ', read again', wrong)
        if headers.get('If-Match', '*') != '*':
            stale = self.send(operation['x-door'], method, target, body, headers, example['role'])
            wrong = self.judge(operation, *stale, method)
            self.note(name + ', stale by now', wrong + ([] if stale[0] == 412 else ['status %d' % stale[0]]))

    def resource(self, where):
        """The path item of one resource, read as JSON, that a path without variables left fits."""
        for path, item in self.doc['paths'].items():
            if 'application/json' not in item.get('get', {'responses': {}})['responses'].get('200', {}).get('content', {}):
                continue
            if path.endswith('}') and re.fullmatch(re.sub(r'\{\w+\}', '[^/]+', path), where):
                return item
        return None

    def refusals(self, name, method, operation, target, headers, body, example):
        """Problem documents of the common refusals."""
        door, role = operation['x-door'], example.get('role')
        tries = [('invalid token', 401, headers, target, body, 'invalid'),
                 ('unknown parameter', 400, headers, target + ('&' if '?' in target else '?') + 'la=1', body, role),
                 ('other door', 421, headers, target, body, role)]
        if 'public' not in operation['x-roles']:
            tries.append(('no token', 401, headers, target, body, None))
        if not {'public', 'viewer'} & set(operation['x-roles']):
            tries.append(('wrong role', 403, headers, target, body, 'viewer'))
        if example['status'] != 204:
            tries.append(('not acceptable', 406, {**headers, 'Accept': 'image/png'}, target, body, role))
        if body is not None:
            tries.append(('wrong type', 415, {**headers, 'Content-Type': 'image/png'}, target, body, role))
        if body is not None and 'json' in headers['Content-Type']:
            tries += [('unknown member', 422, headers, target, b'{"la":1}', role),
                      ('not JSON', 400, headers, target, b'{', role)]
        if 'If-Match' in headers and method != 'post':
            without = {n: v for n, v in headers.items() if n != 'If-Match'}
            tries.append(('no If-Match', 428, without, target, body, role))
        for what, wanted, sent, where, data, who in tries:
            at = {'front': 'back', 'back': 'front'}[door] if what == 'other door' else door
            reply = self.send(at, method, where, data, sent, who)
            wrong = self.judge(operation, *reply, method)
            if reply[0] != wanted:
                wrong.append('status %d, not %d: %s' % (reply[0], wanted, reply[2][:200]))
            self.note('%s, %s' % (name, what), wrong)


def build(path, operation, parameters, example, kept):
    """Target, headers and body of an example request."""
    query, headers = [], {}
    for parameter in parameters:
        value = filled(example.get('parameters', {}).get(parameter['name']), kept)
        if value is None:
            continue
        if isinstance(value, bool):
            value = str(value).lower()
        if parameter['in'] == 'path':
            path = path.replace('{%s}' % parameter['name'], urllib.parse.quote(str(value), safe=''))
        elif parameter['in'] == 'query':
            query.append((parameter['name'], value))
        else:
            headers[parameter['name']] = str(value)
    body = None
    for media, content in operation.get('requestBody', {}).get('content', {}).items():
        body = content['examples'][example['name']]['value']
        headers['Content-Type'] = media
        if 'body' in example:
            body = {**body, **{member: filled(one, kept) for member, one in example['body'].items()}}
        if 'json' in media:
            body = json.dumps(body, ensure_ascii=False)
        elif isinstance(body, dict):
            body = urllib.parse.urlencode(body)
        body = body.encode()
    return path + ('?' + urllib.parse.urlencode(query) if query else ''), headers, body
