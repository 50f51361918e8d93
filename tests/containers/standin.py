"""An upstream that says what it was sent, or goes away without a word."""

import http.server
import json
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def parse_request(self):
        with self.server.owner.lock:
            self.server.owner.begun += 1
        return super().parse_request()

    def answer(self):
        length = int(self.headers.get('Content-Length') or 0)
        body = self.rfile.read(length)
        seen = {'method': self.command, 'target': self.path, 'headers': [[n.lower(), v] for n, v in self.headers.items()],
                'body_length': len(body), 'port': self.server.server_address[1]}
        with self.server.owner.lock:
            self.server.owner.seen.append(seen)
        if self.server.owner.mute:
            self.close_connection = True
            return
        reply = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(reply)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def log_message(self, *_):
        pass


class StandIn:
    """Two doors of one made-up copy; what came in whole at either is in seen, what began to is counted."""

    def __init__(self):
        self.seen, self.begun, self.mute = [], 0, False
        self.lock = threading.Lock()
        self.servers = []
        for _ in range(2):
            server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
            server.daemon_threads = True
            server.owner = self
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            self.servers.append(server)

    @property
    def ports(self):
        return tuple(server.server_address[1] for server in self.servers)

    def stop(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()
