"""What the plan of 2025 asks for, written by reading the document (db/seed/plan-2025.txt), not by reading what the
service makes of it.

Accountable is who the column of agencies says leads (chủ trì) or carries out (thực hiện, or no word at all). Who
cooperates (phối hợp), watches and urges (theo dõi, đôn đốc, hướng dẫn) is not, nor is who the words leave open
("các cơ quan, đơn vị được giao chủ trì"). Due dates are those of the whole year 2025 by calendar periods.
"""

import collections
import json
import os

SEED = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'db', 'seed')
PLAN = 'kstthc-2025'
SO = 'so-ban-nganh'
XA = 'ubnd-cap-xa'
TT_XA = 'tt-pvhcc-cap-xa'
GROUPS = (SO, XA, TT_XA)
VP = 'vp-ubnd'
KHCN = 'so-khcn'

# Due dates with the code of the period each ends; None where the document's words leave room for more than one.
QUARTERS = (('2025-03-31', '2025-Q1'), ('2025-06-30', '2025-Q2'), ('2025-09-30', '2025-Q3'), ('2025-12-31', '2025-Q4'))
YEAR = (('2025-12-31', '2025'),)
MONTHS = (
    ('2025-01-31', '2025-01'), ('2025-02-28', '2025-02'), ('2025-03-31', '2025-03'), ('2025-04-30', '2025-04'),
    ('2025-05-31', '2025-05'), ('2025-06-30', '2025-06'), ('2025-07-31', '2025-07'), ('2025-08-31', '2025-08'),
    ('2025-09-30', '2025-09'), ('2025-10-31', '2025-10'), ('2025-11-30', '2025-11'), ('2025-12-31', '2025-12'))
# "Cuối năm" may be the report of the last half-year or of the year.
HALF_YEAR_AND_END = (('2025-06-30', '2025-H1'), ('2025-12-31', None))
QUARTER_3 = (('2025-09-30', '2025-Q3'),)
QUARTER_4 = (('2025-12-31', '2025-Q4'),)
AUGUST_15 = (('2025-08-15', None),)

Part = collections.namedtuple('Part', 'kinds due lead implement')
Owed = collections.namedtuple('Owed', 'task part due_on period role')


def part(*kinds, due=(), lead=(), implement=()):
    return Part(kinds, due, lead, implement)


TASKS = {
    # a) and b) are parts: plans in quarter III, the officers' network in quarter IV.
    1: [part('quarter', due=QUARTER_3, lead=[VP]), part('quarter', due=QUARTER_4, lead=[VP])],
    2: [part('quarter', due=QUARTER_4, lead=[VP])],
    3: [part('on_date', due=AUGUST_15, implement=[SO, XA])],
    # To give an opinion is the whole task here and its result the office's paper, so "(có ý kiến)" is carrying it
    # out. The departments are named without a word for what they do; "chủ trì" is about the drafting.
    4: [part('continuous', implement=[VP, SO])],
    5: [part('continuous', implement=[SO])],
    # The same: appraising is the task, the report on it its result.
    6: [part('continuous', implement=['so-tu-phap'])],
    # Who leads, the chairman's own plan says.
    7: [part('by_plan')],
    8: [part('by_plan', lead=[VP])],
    9: [part('by_plan', lead=[VP])],
    10: [part('on_request', lead=[VP])],
    # One cell of agencies and one of time for 11 and 12.
    11: [part('by_plan')],
    12: [part('by_plan')],
    13: [part('on_request')],
    14: [part('by_plan', implement=[SO])],
    15: [part('by_plan', implement=[SO])],
    16: [part('continuous', lead=[SO])],
    17: [part('continuous', lead=[VP])],
    18: [part('continuous', lead=[SO])],
    # The results name the provincial service centre as well; the column of agencies does not.
    19: [part('continuous', implement=[VP, SO, XA])],
    # "Các cơ quan, đơn vị được giao chủ trì": nobody by name.
    20: [part('continuous')],
    21: [part('continuous', lead=[SO, KHCN])],
    22: [part('continuous', lead=[SO, XA])],
    # "A phối hợp với B chủ trì": both lead. The service centre in brackets is where the office does it.
    23: [part('continuous', lead=[KHCN, VP])],
    24: [part('continuous', lead=[SO])],
    25: [part('continuous', implement=['thue-tinh', SO, XA, VP])],
    26: [part('continuous', lead=[SO, XA])],
    27: [part('continuous', lead=[SO, XA])],
    28: [part('continuous', lead=[KHCN])],
    # Each quarter and each year. "A phối hợp B tổng hợp kết quả, báo cáo" is as in 23 what both do: the report to the
    # Government's office, which the results name, is nobody else's. That they are to cooperate can be read in it too.
    29: [part('recurring', 'recurring', due=QUARTERS + YEAR, implement=['tt-pvhcc-tinh', TT_XA, VP, KHCN])],
    30: [part('continuous', implement=[VP])],
    31: [part('by_plan', implement=[SO, XA])],
    # "Theo Nghị quyết": when the resolution says.
    32: [part('by_plan', lead=[VP, 'so-noi-vu'])],
    33: [part('continuous', implement=[SO, XA])],
    34: [part('continuous', lead=[SO, XA])],
    35: [part('continuous', lead=[SO])],
    36: [part('continuous', lead=[SO, XA])],
    # "Phối hợp và thực hiện" is more than to cooperate. The office and the department of science only cooperate by
    # name; the latter carries it out as one of the departments all the same.
    37: [part('continuous', lead=['so-tu-phap'], implement=[SO, XA])],
    38: [part('continuous', lead=[KHCN])],
    39: [part('continuous', lead=[KHCN], implement=[SO, XA])],
    # Whoever is competent to receive: nobody by name.
    40: [part('continuous')],
    # The others "phối hợp xử lý, trả lời": the word is to cooperate, though an answer is theirs to give.
    41: [part('continuous', implement=[VP])],
    42: [part('continuous', lead=[VP])],
    43: [part('quarter', due=QUARTER_3, lead=[VP])],
    44: [part('by_plan', lead=[VP])],
    45: [part('by_plan', lead=[VP])],
    46: [part('continuous', implement=[VP, SO, XA])],
    47: [part('by_plan', implement=[VP, SO, XA, 'bao-ptth'])],
    48: [part('continuous', lead=[SO, XA, KHCN], implement=['so-vhttdl'])],
    # The office watches and sums up. As one of the departments its own head answers for it too.
    49: [part('recurring', due=HALF_YEAR_AND_END, implement=[SO, XA])],
    50: [part('continuous', lead=['cong-an-tinh'])],
    # Continuous by its column of time; the result is to be published "định kỳ hàng tháng". "A phối hợp B chủ trì":
    # both lead, as in 23.
    51: [part('continuous', 'recurring', due=MONTHS, lead=[VP, KHCN])],
    52: [part('year', due=YEAR, lead=[VP])],
    53: [part('continuous', lead=[SO, XA])],
    # "Định kỳ theo quy định" says that it recurs, not when; the office only watches and urges.
    54: [part('recurring', 'on_request', implement=[SO, XA])],
    # The office leads the summing up; that it is one of the departments as well does not make it owe the report twice.
    55: [part('recurring', 'on_request', due=QUARTERS, lead=[VP], implement=[SO, XA])],
}

# Counted by hand from the table: how many due dates an agency has in the year.
TOTALS = {VP: 29, KHCN: 24, 'tt-pvhcc-tinh': 5, 'thue-tinh': 0, 'cong-an-tinh': 0, 'bao-ptth': 0}
TOTAL_OF_A_DEPARTMENT = 7
# They began on 1 July 2025: what fell due before was not theirs.
TOTAL_OF_A_COMMUNE = 7
TOTAL = 821


def agencies():
    """{code: codes of its groups} as the province's list has them."""
    with open(os.path.join(SEED, 'agencies.json'), encoding='utf-8') as file:
        return {one['code']: one.get('groups', []) for one in json.load(file)['agencies']}


def beginnings():
    """{code: first day} of the agencies that began within the year."""
    with open(os.path.join(SEED, 'agencies.json'), encoding='utf-8') as file:
        return {one['code']: one['valid_from'] for one in json.load(file)['agencies'] if one.get('valid_from')}


def members(party, everybody):
    """The agencies that a name in the table stands for."""
    if party in GROUPS:
        return [code for code, groups in everybody.items() if party in groups]
    if party not in everybody:
        raise ValueError(party)
    return [party]


def accountable(piece, everybody):
    """{agency: role} of a part; one that leads by name does not also implement as one of a group."""
    found = {}
    for role, parties in (('implement', piece.implement), ('lead', piece.lead)):
        for party in parties:
            for agency in members(party, everybody):
                found[agency] = role
    return found


def owed():
    """{agency: [Owed]} of every agency, also of those that owe nothing dated."""
    everybody = agencies()
    since = beginnings()
    found = {agency: [] for agency in everybody}
    for number, parts in TASKS.items():
        for position, piece in enumerate(parts, 1):
            for agency, role in accountable(piece, everybody).items():
                found[agency] += [Owed(number, position, due_on, period, role) for due_on, period in piece.due
                                  if due_on >= since.get(agency, '')]
    return found
