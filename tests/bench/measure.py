"""Servers, load and figures for the benches."""

import contextlib
import http.client
import itertools
import json
import multiprocessing
import os
import re
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections import namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
Load = namedtuple("Load", "rate p99")
# The day of what deadlines.sql stores.
TODAY = "2026-06-30"


def statement(name):
    with open(f"{ROOT}/db/sql/{name}.sql", encoding="utf-8") as file:
        return "\n".join(line for line in file.read().splitlines() if not line.lstrip().startswith("--"))


def free_port():
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


class Service:
    """A copy on a database of its own."""

    def __init__(self, bench, name, prepare="", **settings):
        self.bench, self.name, self.tokens = bench, name, {}
        self.log = open(f"{bench.directory.name}/{name}.log", "w+", encoding="utf-8")
        bench.sql("postgres", f"drop database if exists {name} with (force)")
        bench.sql("postgres", f"create database {name} owner kstthc_owner")
        self.environment = {**bench.environment, "KSTTHC_DATABASE_URL": bench.url("kstthc_service", name),
                            "KSTTHC_MIGRATE_URL": bench.url("kstthc_owner", name), **settings}
        self.run("migrate")
        self.run("seed")
        if prepare:
            bench.sql(name, prepare)
        bench.sql(name, "vacuum analyze")
        # Not earlier: others may take what is free while a database is filled.
        port = free_port()
        self.front, self.back = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
        bench.services.append(self)
        self.environment["KSTTHC_LISTEN"] = f"127.0.0.1:{port}"
        self.process = subprocess.Popen([bench.binary, "serve"], env=self.environment, stderr=self.log)
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(self.front + "/readyz").read()
                self.warm_up()
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"the service does not answer: {self.complaints()}")

    def warm_up(self):
        """Each worker opens its connection at its first request; pgbench does not count that either."""
        subprocess.run(["wrk", "-t", "2", "-c", "64", "-d", "2s", "--timeout", "30s", self.front + "/v1/tasks/kstthc-2025.1"],
                       stdout=subprocess.DEVNULL, check=True)

    def run(self, *arguments):
        done = subprocess.run([self.bench.binary, *arguments], env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def token(self, role, agency=None):
        if (role, agency) not in self.tokens:
            arguments = ["--agency", agency] if agency else []
            self.tokens[role, agency] = self.run("token", "--role", role, *arguments)
        return self.tokens[role, agency]

    def read(self, path, token=None, **headers):
        """(status, headers, body) of one GET."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        host, port = self.front.removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()

    def complaints(self):
        """The last lines of the log that are not of requests that went well."""
        with open(self.log.name, encoding="utf-8") as log:
            return "".join([line for line in log if not re.search(r" status=(200|201|304) ", line)][-10:])

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.bench.sql("postgres", f"drop database {self.name}")


class Bench:
    def __init__(self, binary, super_url, seconds):
        self.binary, self.super_url, self.seconds = os.path.abspath(binary), super_url, seconds
        self.filled, self.services = {}, []
        self.directory = tempfile.TemporaryDirectory()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("KSTTHC_")}
        # So high that nothing is refused, not off: what counting costs is measured too.
        for name in ("PUBLIC", "READ", "WRITE", "BULK", "LOGIN", "REFUSED"):
            self.environment[f"KSTTHC_LIMIT_{name}"] = "1000000000/1"

    def __enter__(self):
        key = self.directory.name + "/rsa.pem"
        subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key], check=True)
        os.chmod(key, 0o600)
        self.environment["KSTTHC_TOKEN_KEYS"] = f"bench=RS256:{key}"
        self.service = Service(self, "bench")
        self.front = self.service.front
        self.office = self.service.run("token", "--role", "office")
        self.rs256 = self.sign(key)
        return self

    def __exit__(self, *_):
        for service in (self.service, *self.filled.values()):
            service.stop()
        self.directory.cleanup()

    def sign(self, key):
        import base64

        def encode(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")

        head = encode(json.dumps({"alg": "RS256", "typ": "JWT", "kid": "bench"}).encode())
        claims = encode(json.dumps({"iss": "kstthc", "aud": "kstthc", "sub": "bench", "roles": ["viewer"],
                                    "exp": int(time.time()) + 36000}).encode())
        signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=head + b"." + claims,
                                capture_output=True, check=True)
        return (head + b"." + claims + b"." + encode(signed.stdout)).decode()

    def url(self, user, database):
        text = re.sub(r"\buser=\S+", f"user={user}", self.super_url)
        return re.sub(r"\bdbname=\S+", f"dbname={database}", text)

    def sql(self, database, text):
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", self.url("postgres", database), "-c", text],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wrk(self, url, connections, token=None, script="report.lua", headers=()):
        command = ["wrk", "-t", "2", "-c", str(connections), "-d", f"{self.seconds}s", "--timeout", "10s", "-s", f"{HERE}/{script}", url]
        if token:
            headers = (*headers, f"Authorization: Bearer {token}")
        for header in headers:
            command += ["-H", header]
        environment = {**os.environ, "KSTTHC_BENCH_REPORT": HERE + "/report.lua"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        requests, microseconds, wrong, p99 = re.search(r"figures (\d+) (\d+) (\d+) ([\d.]+)", done.stdout).groups()
        if int(wrong):
            asked = next(service for service in self.services if url.startswith(service.front))
            raise RuntimeError(f"{wrong} of {requests} requests to {url} failed: {done.stdout}{asked.complaints()}")
        return Load(int(requests) / int(microseconds) * 1e6, float(p99))

    def pgbench(self, text, values, connections, database="bench", role="kstthc_public"):
        """The statement's $1, $2 become pgbench variables, which in prepared mode are parameters again; pgbench has
        none that is null, so None becomes the word."""
        path = self.directory.name + "/statement.sql"
        for number, value in reversed(list(enumerate(values, 1))):
            text = text.replace(f"${number}", "null" if value is None else f":p{number}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + ";\n")
        command = ["pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j", "2", "-T", str(int(self.seconds)), "-f", path]
        for number, value in enumerate(values, 1):
            command += [] if value is None else ["-D", f"p{number}={value}"]
        url = self.url("postgres", database) + f" options='-c search_path=kstthc,pg_temp -c role={role}'"
        done = subprocess.run(command + [url], capture_output=True, text=True, check=True)
        return float(re.search(r"tps = ([\d.]+)", done.stdout)[1])

    def paced_p99(self, path, rate, threads=4, front=None, headers=lambda: {}):
        """Milliseconds of the 99th percentile of reads that are sent at a rate, whatever the last one took."""
        host, port = (front or self.front).removeprefix("http://").split(":")
        taken, wrong = [], []

        def read(number):
            connection = http.client.HTTPConnection(host, int(port))
            start = time.monotonic() + number / rate
            for step in range(int(rate / threads * self.seconds)):
                due = start + step * threads / rate
                time.sleep(max(0, due - time.monotonic()))
                connection.request("GET", path, headers=headers())
                reply = connection.getresponse()
                reply.read()
                if reply.status != 200:
                    wrong.append(reply.status)
                taken.append((time.monotonic() - due) * 1000)

        readers = [threading.Thread(target=read, args=(number,)) for number in range(threads)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        if wrong:
            raise RuntimeError(f"{len(wrong)} of {len(taken)} reads were answered {wrong[0]}")
        return sorted(taken)[int(len(taken) * 0.99)]

    @contextlib.contextmanager
    def without_ledger(self):
        service = Service(self, "bench_bare", "alter table kstthc.task disable trigger task_ledger")
        try:
            yield service.front, service.run("token", "--role", "office")
        finally:
            service.stop()

    @contextlib.contextmanager
    def with_tasks(self, count):
        with open(HERE + "/million.sql", encoding="utf-8") as file:
            service = Service(self, "bench_million", file.read().replace(":count", str(count)))
        try:
            yield service.front
        finally:
            service.stop()

    def with_deadlines(self, count):
        """A service with so many of them, the same one for all who ask."""
        if count not in self.filled:
            with open(HERE + "/deadlines.sql", encoding="utf-8") as file:
                prepare = file.read().replace(":count", str(count)).replace(":today", TODAY)
            self.filled[count] = Service(self, f"bench_deadlines_{count}", prepare, KSTTHC_TODAY=TODAY)
        return self.filled[count]

    @staticmethod
    def page_ms(url, times, token=None):
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
        taken = []
        for _ in range(times):
            start = time.monotonic()
            urllib.request.urlopen(request).read()
            taken.append((time.monotonic() - start) * 1000)
        return statistics.median(taken)

    def hold(self, count):
        host, port = self.front.removeprefix("http://").split(":")
        held = []
        for _ in range(count):
            connection = socket.create_connection((host, int(port)))
            connection.sendall(b"GET /v1/tasks/kstthc-2025.29 HTTP/1.1\r\nHost: bench\r\n\r\n")
            while b"HTTP/1.1 200" not in connection.recv(65536):
                pass
            held.append(connection)
        return held

    def resident_mb(self, service=None):
        with open(f"/proc/{(service or self.service).process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024

    @contextlib.contextmanager
    def limited(self):
        """A service behind a proxy, here, that grants each address one read a minute."""
        service = Service(self, "bench_limited", KSTTHC_TRUSTED_PROXIES="127.0.0.1", KSTTHC_LIMIT_PUBLIC="1/60")
        try:
            yield service
        finally:
            service.stop()

    @staticmethod
    @contextlib.contextmanager
    def flooding(service, path):
        """10,000 addresses behind the proxy ask as fast as one process can, over 16 connections.

        Yields the count of those that were refused. In a process of its own, as storing_plans()."""
        host, port = service.front.removeprefix("http://").split(":")
        refused, stop = multiprocessing.Value("i", 0), multiprocessing.Event()

        def ask():
            asked = [f"GET {path} HTTP/1.1\r\nHost: bench\r\nX-Forwarded-For: 10.7.{number // 100}.{number % 100}\r\n\r\n".encode()
                     for number in range(10000)]
            peers = [socket.create_connection((host, int(port)), timeout=30) for _ in range(16)]
            for start in itertools.count(0, len(peers)):
                if stop.is_set():
                    return
                for number, peer in enumerate(peers, start):
                    peer.sendall(asked[number % len(asked)])
                for peer in peers:
                    refused.value += peer.recv(65536).startswith(b"HTTP/1.1 429 ")

        process = multiprocessing.Process(target=ask)
        process.start()
        try:
            for _ in range(600):
                if refused.value >= 10000:
                    break
                time.sleep(0.05)
            else:
                raise RuntimeError(f"only {refused.value} of the flood were refused within 30 s")
            yield refused
        finally:
            stop.set()
            process.join()

    @contextlib.contextmanager
    def storing_plans(self):
        """One client after another stores a plan of 55 tasks at the back door, each with a code of its own.

        In a process of its own: threads of one interpreter wait for each other."""
        with open(ROOT + "/db/seed/plan-2025.json", encoding="utf-8") as file:
            plan = json.load(file)
        count, stop = multiprocessing.Value("i", 0), multiprocessing.Event()

        def store():
            while not stop.is_set():
                plan["code"] = f"bench-{time.monotonic_ns()}"
                request = urllib.request.Request(self.service.back + "/v1/plans", json.dumps(plan).encode(), {
                    "Authorization": f"Bearer {self.office}", "Content-Type": "application/json"})
                urllib.request.urlopen(request).read()
                count.value += 1

        process = multiprocessing.Process(target=store)
        process.start()
        try:
            yield count
        finally:
            stop.set()
            process.join()
