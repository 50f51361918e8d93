"""What is measured: each function is one round and returns (ratio, words)."""

import itertools
import json
import re
import statistics
import subprocess
import time

from measure import ROOT, TODAY, statement

TASK = "/v1/tasks/kstthc-2025.29"
CONNECTIONS = 16


def reads(bench):
    """One task over HTTP against pgbench with the same statement and as many connections."""
    served = bench.wrk(bench.front + TASK, CONNECTIONS)
    plain = bench.pgbench(statement("task_get"), ["kstthc-2025.29", "{public}"], CONNECTIONS)
    return served.rate / plain, f"{served.rate:.0f}/s over HTTP, {plain:.0f}/s pgbench"


def hello(bench):
    """The same against our own /livez: what the database and the row cost."""
    served = bench.wrk(bench.front + TASK, CONNECTIONS)
    bare = bench.wrk(bench.front + "/livez", CONNECTIONS)
    return served.rate / bare.rate, f"{served.rate:.0f}/s a task, {bare.rate:.0f}/s livez"


def routes(bench):
    """Instructions of a lookup in the whole table against one in a table of one route."""
    count = {}
    for kind in ("whole", "one"):
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no",
                               "--toggle-collect=router_find", bench.binary.replace("kstthc", "bench-routes"), kind],
                              capture_output=True, text=True, check=True)
        count[kind] = int(re.search(r"Collected : (\d+)", done.stderr)[1])
    return count["whole"] / count["one"], f"{count['whole']} instructions against {count['one']}"


def tokens(bench):
    """Reads with an RS256 token against the same without."""
    with_token = bench.wrk(bench.front + TASK, CONNECTIONS, token=bench.rs256)
    without = bench.wrk(bench.front + TASK, CONNECTIONS)
    return with_token.rate / without.rate, f"{with_token.rate:.0f}/s with, {without.rate:.0f}/s without"


def ledger(bench):
    """PATCH of tasks with the ledger's triggers and sequencer against the same without them."""
    recorded = bench.wrk(bench.front, CONNECTIONS, token=bench.office, script="patch.lua")
    with bench.without_ledger() as (front, office):
        bare = bench.wrk(front, CONNECTIONS, token=office, script="patch.lua")
    return recorded.rate / bare.rate, f"{recorded.rate:.0f}/s with, {bare.rate:.0f}/s without"


def memory(bench):
    """Resident megabytes with 1,000 idle keep-alive connections, each of which has made a request."""
    held = bench.hold(1000)
    resident = bench.resident_mb()
    for connection in held:
        connection.close()
    return resident, f"{resident:.1f} MB"


def doors(bench):
    """p99 of 400 task reads a second at the front while the back door stores plans, against the same in peace."""
    peace = bench.paced_p99(TASK, 400)
    with bench.storing_plans() as stored:
        busy = bench.paced_p99(TASK, 400)
    if not stored.value:
        raise RuntimeError("no plan was stored meanwhile")
    return busy / peace, f"p99 {busy:.2f} ms while {stored.value} plans were stored, {peace:.2f} ms in peace"


def newcomers():
    """Headers of clients that ask for the first time."""
    for number in itertools.count():
        yield {"X-Forwarded-For": f"198.18.{number // 250 % 250}.{number % 250}"}


def honest_and_flood(bench):
    """p99 of 400 reads a second, each of another address, in peace and beside a flood; MB that it took; refusals a second."""
    headers = newcomers().__next__
    with bench.limited() as service:
        for _ in range(2):
            peace = bench.paced_p99(TASK, 400, front=service.front, headers=headers)
        resident = bench.resident_mb(service)
        with bench.flooding(service, TASK) as refused:
            before, began = refused.value, time.monotonic()
            busy = bench.paced_p99(TASK, 400, front=service.front, headers=headers)
            rate = (refused.value - before) / (time.monotonic() - began)
        return peace, busy, bench.resident_mb(service) - resident, rate


def flood(bench):
    """p99 of 400 reads a second of honest clients while 10,000 addresses that are over their limits ask too."""
    peace, busy, _, rate = honest_and_flood(bench)
    return busy / peace, f"p99 {busy:.2f} ms with {rate:.0f}/s that are refused, {peace:.2f} ms in peace"


def flood_memory(bench):
    """Megabytes by which the service has grown after that."""
    _, _, grown, rate = honest_and_flood(bench)
    return grown, f"{grown:.1f} MB with {rate:.0f}/s that are refused"


def parse(bench):
    """Milliseconds to read the plan of 2025, with the start of the process."""
    times = []
    for _ in range(11):
        start = time.monotonic()
        subprocess.run([bench.binary, "plan", "parse", ROOT + "/db/seed/plan-2025.txt"], stdout=subprocess.DEVNULL,
                       env={}, check=True)
        times.append((time.monotonic() - start) * 1000)
    return statistics.median(times), f"{min(times):.1f} to {max(times):.1f} ms"


LISTS = ["", "plan=p1100", "plan=p1100&section=3", "agency=so-tu-phap", "agency=so-tu-phap&role=lead", "agency=cong-an-tinh",
         "agency=thue-tinh&role=appraise", "role=monitor", "role=lead", "timing=quarter", "timing=half_year", "q=ra+soat",
         "q=nhiem+vu+777123", "q=khong+co+gi", "q=r", "q=ra+soat&agency=cong-an-tinh",
         "q=ra+soat&agency=so-y-te&role=lead&timing=by_plan&plan=p1105"]


def million(bench):
    """The slowest page of any filtered list of 1,000,000 tasks, median of 7 reads, as a share of the read timeout."""
    with bench.with_tasks(1000000) as front:
        times = {query: bench.page_ms(f"{front}/v1/tasks?limit=200&{query}", 7) for query in LISTS}
    slowest = max(times, key=times.get)
    return times[slowest] / 1000, f"slowest {times[slowest]:.0f} ms for \"{slowest}\"; " + ", ".join(
        f"{query or 'all'} {ms:.0f}" for query, ms in times.items())


AGENCY = "so-tu-phap"
AGENDA = "/v1/agenda?agency=" + AGENCY
# What service/deadline.c has the office do.
OFFICE_MOVES = {"open": ["extend", "remind", "cancel"], "reported": ["verify", "return", "extend", "cancel"], "done": ["return"]}


def deadlines(bench):
    """A page of one agency's deadlines with 1,000,000 stored against the same with 3,000."""
    rates = []
    for count in (1000000, 3000):
        service = bench.with_deadlines(count)
        url = f"{service.front}/v1/deadlines?agency={AGENCY}&limit=50"
        rates.append(bench.wrk(url, CONNECTIONS, token=service.token("viewer")).rate)
    return rates[0] / rates[1], f"{rates[0]:.0f}/s with 1,000,000, {rates[1]:.0f}/s with 3,000"


def agenda(bench):
    """An agency's agenda over HTTP against pgbench with the same statement and as many connections."""
    service = bench.with_deadlines(3000)
    served = bench.wrk(service.front + AGENDA, CONNECTIONS, token=service.token("office"))
    plain = bench.pgbench(statement("agenda_list"), [json.dumps({"agency": AGENCY}), 50, None, TODAY, "{office}", None,
                                                     json.dumps(OFFICE_MOVES)],
                          CONNECTIONS, database=service.name, role="kstthc_service")
    return served.rate / plain, f"{served.rate:.0f}/s over HTTP, {plain:.0f}/s pgbench"


def agenda_304(bench):
    """The agenda asked for by those who have it against /livez of the same service."""
    service = bench.with_deadlines(3000)
    token = service.token("office")
    etag = service.read(AGENDA, token)[1]["ETag"]
    unchanged = bench.wrk(service.front + AGENDA, CONNECTIONS, token=token, headers=[f"If-None-Match: {etag}"])
    # Nobody has changed it since, so each was answered as this one; wrk takes a 304 for right.
    status = service.read(AGENDA, token, **{"If-None-Match": etag})[0]
    if status != 304:
        raise RuntimeError(f"an agenda that is known was answered {status}")
    bare = bench.wrk(service.front + "/livez", CONNECTIONS)
    return unchanged.rate / bare.rate, f"{unchanged.rate:.0f}/s unchanged agendas, {bare.rate:.0f}/s livez"


# Filters that find little or nothing in the order that an index gives, and deep pages.
DEADLINE_LISTS = ["", "sort=-due_on", "from=2028-06-30", "to=2028-06-30&sort=-due_on", "from=2040-01-01", "status=open", "status=reported",
                  "status=done", "status=done&sort=-due_on", "status=cancelled", "status=open&overdue=false", "status=done&overdue=true",
                  "overdue=true", "overdue=true&sort=-due_on", "overdue=false&from=2025-01-01&to=2026-12-31",
                  "overdue=false&sort=-due_on", "role=lead", "role=lead&status=done", "role=lead&status=reported&sort=-due_on",
                  "role=lead&period=2020-Q1", "role=lead&overdue=true&to=2020-01-31", "period=2099-01", "period=2030-Q4&status=done",
                  "period=2026-06&status=reported&role=lead", "plan=p13&status=open", "plan=p4&status=done", "plan=p4&period=2020-01",
                  "plan=khong-co&status=open", "task=p13.1", "task=p13.1&overdue=true", "agency=so-tu-phap", "agency=so-tu-phap&sort=-due_on",
                  "agency=so-tu-phap&status=cancelled&role=lead", "agency=so-tu-phap&status=done&from=2029-01-01",
                  "agency=thue-tinh&status=done", "agency=thue-tinh&period=2099-01", "agency=khong-co&status=open&overdue=true"]


def deadline_lists(bench):
    """The slowest page of any filtered list of 1,000,000 deadlines for any caller, median of 5, as a share of the read timeout."""
    service = bench.with_deadlines(1000000)
    callers = {"public": None, "viewer": service.token("viewer"), "agency": service.token("agency", "so-tu-phap"),
               "one that never reports": service.token("agency", "thue-tinh")}
    times = {f"{caller} \"{query}\"": bench.page_ms(f"{service.front}/v1/deadlines?limit=200&{query}", 5, token)
             for caller, token in callers.items() for query in DEADLINE_LISTS}
    slowest = sorted(times, key=times.get, reverse=True)[:8]
    return times[slowest[0]] / 1000, ", ".join(f"{times[name]:.0f} ms for {name}" for name in slowest)


# name: function, what, goal, whether more is better
ALL = {
    "reads": (reads, "reads of one task over HTTP / pgbench, same statement, 16 connections", 0.45, True),
    "hello": (hello, "reads of one task / livez of the same service", 0.2, True),
    "routes": (routes, "instructions of a route lookup, whole table / one route", 1.1, False),
    "tokens": (tokens, "reads with an RS256 token / without", 0.85, True),
    "ledger": (ledger, "writes with ledger and sequencer / without", 0.45, True),
    "memory": (memory, "MB resident with 1,000 idle keep-alive connections", 64, False),
    "doors": (doors, "p99 of reads while plans are stored / in peace", 2, False),
    "flood": (flood, "p99 of reads while 10,000 addresses are over their limits / in peace", 2, False),
    "flood_memory": (flood_memory, "MB by which that grows it: the table's 1.5 and what 16 connections take", 3, False),
    "parse": (parse, "ms to read the plan of 2025", 50, False),
    "deadlines": (deadlines, "an agency's deadlines with 1,000,000 stored / with 3,000: the same rate within 20 %", 0.8, True),
    "agenda": (agenda, "an agency's agenda over HTTP / pgbench, same statement, 16 connections", 0.4, True),
    "agenda_304": (agenda_304, "304 for an unchanged agenda / livez of the same service", 0.35, True),
    "deadline_lists": (deadline_lists, "slowest list of a million deadlines, any caller / the read timeout", 0.5, False),
    "million": (million, "slowest list of a million tasks / the read timeout", 0.5, False),
}
ONCE = {"routes", "memory", "flood_memory", "parse", "deadline_lists", "million"}
# Only when named: they take minutes.
LONG = {"deadline_lists", "million"}
