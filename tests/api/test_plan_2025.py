"""The deadlines of the plan of 2025 against the table written by reading the document."""

import collections
import datetime

from client import Failure, check, equal
from plan_2025 import (PLAN, TASKS, TOTAL, TOTAL_OF_A_COMMUNE, TOTAL_OF_A_DEPARTMENT, TOTALS, accountable, agencies,
                       beginnings, owed)
from service import TODAY

Got = collections.namedtuple('Got', 'task part agency role period due_on')
WITHIN = datetime.timedelta(days=7)


def deadlines(api, **query):
    return api.all_pages('/v1/deadlines', as_role='viewer', plan=PLAN, limit=200, **query)


def seen(item):
    plan, _, number = item['task'].rpartition('.')
    equal((item['plan'], plan), (PLAN, PLAN), 'plan of %r' % item)
    return Got(int(number), item['part'], item['agency'], item['role'], item['period'], item['due_on'])


def of_known_agencies(items):
    """Other tests' agencies may have joined a group."""
    known = agencies()
    return [one for one in map(seen, items) if one.agency in known]


def differences(found):
    """Raises with all lines at once: a table is put right in one go."""
    if found:
        raise Failure('%d differences:\n%s' % (len(found), '\n'.join(found[:80])))


def test_the_table_itself(api):
    del api
    equal(sorted(TASKS), list(range(1, 56)), 'tasks of the table')
    equal([number for number, parts in TASKS.items() if len(parts) != 1], [1], 'tasks with parts')
    for number, parts in TASKS.items():
        for piece in parts:
            dated = set(piece.kinds) & {'on_date', 'quarter', 'half_year', 'year', 'recurring'}
            check(bool(dated) == bool(piece.due) or number == 54, 'kinds and dates of task %d', number)
            check(not piece.due or piece.lead or piece.implement, 'nobody owes task %d', number)
    found = owed()
    equal(sum(map(len, found.values())), TOTAL, 'sum of the table')
    for agency, mine in found.items():
        groups = agencies()[agency]
        wanted = TOTALS.get(agency, TOTAL_OF_A_COMMUNE if 'ubnd-cap-xa' in groups else TOTAL_OF_A_DEPARTMENT)
        equal(len(mine), wanted, 'sum of %s in the table' % agency)
        for one in mine:
            equal(datetime.date.fromisoformat(one.due_on).year, 2025, 'year of %r' % (one,))


def test_kinds_of_the_timings(api):
    tasks = {item['number']: item for item in api.all_pages('/v1/tasks', as_role='viewer', plan=PLAN, limit=200)}
    equal(sorted(tasks), sorted(TASKS), 'tasks')
    found = []
    for number, parts in TASKS.items():
        got = [sorted(timing['kind'] for timing in piece['timings']) for piece in tasks[number]['parts']]
        wanted = [sorted(piece.kinds) for piece in parts]
        if got != wanted:
            found.append('task %d: got %r, wanted %r' % (number, got, wanted))
    differences(found)


def test_dates_of_each_task(api):
    """How many, which, who and as what, for each part of each of the 55 tasks, the undated ones included."""
    everybody = agencies()
    by_part = collections.defaultdict(list)
    for one in of_known_agencies(deadlines(api)):
        by_part[one.task, one.part].append(one)
    found = []
    for number, parts in TASKS.items():
        for position, piece in enumerate(parts, 1):
            got = by_part.pop((number, position), [])
            where = 'task %d part %d: ' % (number, position)
            people = accountable(piece, everybody) if piece.due else {}
            found += [where + line for line in compare_people(got, people)]
            found += [where + line for line in compare_dates(got, piece, people)]
    found += ['task %d part %d: %d deadlines of no such part' % (*where, len(got)) for where, got in by_part.items()]
    differences(found)


def compare_people(got, people):
    roles = collections.defaultdict(set)
    for one in got:
        roles[one.agency].add(one.role)
    for agency in sorted(set(roles) | set(people)):
        wanted = {people[agency]} if agency in people else set()
        if roles[agency] != wanted:
            yield '%s: got %s, wanted %s' % (agency, sorted(roles[agency]), sorted(wanted))


def compare_dates(got, piece, people):
    since = beginnings()
    for agency in sorted(people):
        mine = [one for one in got if one.agency == agency]
        due = [(due_on, period) for due_on, period in piece.due if due_on >= since.get(agency, '')]
        dates = collections.Counter(one.due_on for one in mine)
        wanted = collections.Counter(due_on for due_on, _ in due)
        if dates != wanted:
            yield '%s: %d dates %s, wanted %d %s' % (agency, len(mine), sorted(dates.elements()), len(due),
                                                    sorted(wanted.elements()))
        if len({one.period for one in mine}) != len(mine):
            yield '%s: a period twice: %s' % (agency, [one.period for one in mine])
        for due_on, period in due:
            if period and (due_on, period) not in {(one.due_on, one.period) for one in mine}:
                yield '%s: no period %s ending %s' % (agency, period, due_on)


def test_each_deadline_follows_from_its_words(api):
    tasks = {item['code']: item for item in api.all_pages('/v1/tasks', as_role='viewer', plan=PLAN, limit=200)}
    ids = set()
    for item in deadlines(api):
        task = tasks[item['task']]
        timings = [(one['kind'], one['text']) for one in task['parts'][item['part'] - 1]['timings']]
        check((item['timing']['kind'], item['timing']['text']) in timings, 'timing of %r', item)
        equal(item['title'], task['title'], 'title of %s' % item['task'])
        of_period = item['timing']['kind'] in ('recurring', 'quarter', 'half_year', 'year')
        equal(item['basis'], 'calendar' if of_period else None, 'basis of %r' % item)
        if item['period_from'] and item['period_to']:
            check(item['period_from'] <= item['period_to'], 'period of %r', item)
        ids.add(item['id'])
    equal(len(ids), len(deadlines(api)), 'ids')


def test_sum_of_each_agency(api):
    wanted = {agency: len(mine) for agency, mine in owed().items()}
    everything = collections.Counter(one.agency for one in of_known_agencies(deadlines(api)))
    found = []
    for agency, count in wanted.items():
        mine = [seen(item) for item in deadlines(api, agency=agency)]
        check({one.agency for one in mine} <= {agency}, '?agency=%s gives others', agency)
        if (len(mine), everything[agency]) != (count, count):
            found.append('%s: %d by agency, %d of all, wanted %d' % (agency, len(mine), everything[agency], count))
    differences(found)
    equal(sum(everything.values()), TOTAL, 'sum')


def test_summary_of_each_agency(api):
    today = datetime.date.fromisoformat(TODAY)
    found = []
    for agency, mine in owed().items():
        got = api.ok('GET', '/v1/deadlines/summary', role='viewer', query={'agency': agency, 'plan': PLAN}).json
        dates = [datetime.date.fromisoformat(one.due_on) for one in mine]
        wanted = {'agency': agency, 'plan': PLAN, 'on': TODAY, 'open': len(dates),
                  'due_within_7_days': sum(today <= day <= today + WITHIN for day in dates),
                  'late': sum(day < today for day in dates), 'reported': 0, 'done_in_time': 0, 'done_late': 0}
        if got != wanted:
            found.append('%s: got %r, wanted %r' % (agency, got, wanted))
    differences(found)
