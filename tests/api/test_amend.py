"""An issued plan is replaced by an amended one in August, with half of the work reported."""

from amend import EXTENDED, NEW, OTHER, TITLES, Case, mine, numbers, pairs, shape
from client import check, equal
from fixtures import assignment, move, part, store_agency


def texts(case, deadline):
    return [one['text'] for one in case.history(deadline)]


def of_task(deadlines, number):
    """The one deadline that there is of a task, by its number or, dropped, by that it had."""
    found = [one for one in deadlines.values() if (one['task'] or one['former_task']).endswith('.%d' % number)]
    equal(len(found), 1, 'deadlines of task %d' % number)
    return found[0]


def on(due_on, **more):
    return part(timings=[{'kind': 'on_date', 'text': 'Hạn', 'due_on': due_on}], assignments=[assignment()], **more)


def test_nothing_changes(api):
    case = Case(api)
    before = case.deadlines(), case.tasks()
    diff = case.apply(case.draft())
    equal((shape(diff), diff['members']), ((6, [], [], [], []), []), 'diff')
    equal((case.deadlines(), case.tasks()), before, 'deadlines and tasks')


def test_a_task_in_the_middle(api):
    case = Case(api)
    before = case.deadlines()
    bodies = case.bodies()
    diff = case.apply(case.draft(bodies[:2] + [mine(NEW)] + bodies[2:]))
    equal(shape(diff), (2, [], [(3, 4), (4, 5), (5, 6), (6, 7)], [3], []), 'diff')
    equal({one['given'] for one in diff['renumbered']}, {False}, 'given')
    equal(diff['added'], [{'number': 3, 'title': NEW}], 'added')
    after = case.deadlines()
    for deadline, was in before.items():
        now = after.pop(deadline)
        moved = now['task'] != was['task']
        equal(now, {**was, 'task': now['task'], 'version': was['version'] + moved}, 'deadline of %s' % was['task'])
        equal(len(case.history(deadline)), 2 + (was['task'][-1:] == '3') + moved, 'story of %s' % was['task'])
    equal([(one['task'], one['status'], one['percent']) for one in after.values()], [(case.code + '.3', 'open', 0)], 'new')
    extended = of_task(case.deadlines(), 5)
    equal((extended['due_on'], extended['original_due_on']), (EXTENDED, '2025-09-30'), 'the extended one')
    equal(texts(case, extended['id'])[-1],
          'Nhiệm vụ %s.4 nay là %s.5, hạn vẫn là 12/12/2025 do kế hoạch thay đổi.' % (case.code, case.code), 'story')
    own = api.ok('GET', '/v1/deadlines/%s' % extended['id'], role='agency').json
    equal((own['task'], own['title']), (case.code + '.5', TITLES[3]), 'what its agency sees')


def test_a_task_is_removed(api):
    for number, status in enumerate(('cancelled', 'reported', 'done', 'cancelled', 'cancelled', 'cancelled'), 1):
        case = Case(api)
        bodies = case.bodies()
        del bodies[number - 1]
        deadline = of_task(case.deadlines(), number)['id']
        diff = case.apply(case.draft(bodies))
        equal(shape(diff), (number - 1, [], [(n + 1, n) for n in range(number, 6)], [], [number]), 'diff')
        equal(diff['dropped'], [{'number': number, 'title': TITLES[number - 1]}], 'dropped')
        now = case.deadlines()[deadline]
        equal((now['status'], now['title'], now['former_task']), (status, TITLES[number - 1], '%s.%d' % (case.code, number)),
              'of the dropped one')
        wanted = ('Hủy vì không còn thuộc kế hoạch.' if number in (1, 4, 5) else
                  'Nhiệm vụ %s.%d không còn, hạn vẫn là 30/09/2025 do kế hoạch thay đổi.' % (case.code, number))
        equal(texts(case, deadline)[-1], wanted, 'story of the dropped one')
        agenda = api.all_pages('/v1/agenda', as_role='agency')
        check(deadline not in [one['id'] for one in agenda], 'it is still in the agenda')
        if status == 'reported':
            equal(move(api, deadline, 'verify').json['status'], 'done', 'what was reported of it, verified')


def test_two_change_places(api):
    case = Case(api)
    bodies = case.bodies()
    bodies[0], bodies[2] = bodies[2], bodies[0]
    before = case.deadlines()
    diff = case.apply(case.draft(bodies))
    equal(shape(diff), (4, [], [(1, 3), (3, 1)], [], []), 'diff')
    equal([of_task(case.deadlines(), n)['id'] for n in (3, 1)], [of_task(before, n)['id'] for n in (1, 3)], 'ids')
    equal([of_task(case.deadlines(), n)['status'] for n in (3, 1)], ['open', 'done'], 'status')


def test_a_task_is_reworded(api):
    case = Case(api)
    bodies = case.bodies()
    bodies[0]['title'] = 'Rà soát và đơn giản hóa quy trình nội bộ, điện tử.'
    etag = api.ok('GET', '/v1/agenda', role='agency').etag
    diff = case.apply(case.draft(bodies))
    equal(shape(diff), (5, [1], [], [], []), 'diff')
    equal(diff['changed'], [{'number': 1, 'old_title': TITLES[0], 'title': bodies[0]['title'], 'members': ['title']}], 'changed')
    equal(of_task(case.deadlines(), 1)['title'], bodies[0]['title'], 'title of its deadline')
    equal(api.call('GET', '/v1/agenda', role='agency', headers={'If-None-Match': etag}).status, 200, 'the agenda as it was')
    check(bodies[0]['title'] in [one['title'] for one in api.all_pages('/v1/agenda', as_role='agency')], 'agenda')


def test_reworded_and_renumbered(api):
    case = Case(api)
    bodies = case.bodies()
    bodies[2]['title'] = 'Tập huấn nghiệp vụ cho công chức, viên chức bộ phận một cửa.'
    diff = case.apply(case.draft([mine(NEW)] + bodies))
    equal(shape(diff), (0, [4], [(n, n + 1) for n in range(1, 7)], [1], []), 'diff')
    equal(diff['renumbered'][2]['new_title'], bodies[2]['title'], 'new title')


def test_the_like_goes_before_the_number(api):
    """A new task, much like the one whose number it has, does not take what was reported on that."""
    bodies = [mine(NEW), mine('Rà soát, đánh giá thủ tục lĩnh vực đất đai.')]
    case = Case(api, bodies)
    added = mine('Rà soát, đánh giá thủ tục lĩnh vực xây dựng.')
    moved = mine('Rà soát, đánh giá các thủ tục lĩnh vực đất đai.')
    diff = case.apply(case.draft([bodies[0], added, moved]))
    equal(shape(diff), (1, [3], [(2, 3)], [2], []), 'diff')


def test_one_becomes_two(api):
    case = Case(api)
    bodies = case.bodies()
    halves = [mine('Số hóa giấy tờ lĩnh vực đất đai, đợt một.'), mine('Số hóa giấy tờ lĩnh vực đất đai, đợt hai.')]
    diff = case.apply(case.draft(bodies[:4] + halves + bodies[5:]))
    equal(shape(diff), (4, [5], [(6, 7)], [6], []), 'diff')


def test_two_become_one(api):
    case = Case(api)
    bodies = case.bodies()
    one = mine('Tập huấn nghiệp vụ cho công chức bộ phận một cửa. Khảo sát mức độ hài lòng.')
    draft = case.draft(bodies[:2] + [one] + bodies[4:])
    equal(shape(case.compare(draft)), (2, [3], [(5, 4), (6, 5)], [], [4]), 'diff')
    given = case.apply(draft, renumbered=[{'from': 4, 'to': 3}])
    equal(shape(given), (2, [3], [(4, 3), (5, 4), (6, 5)], [], [3]), 'diff as given')
    equal([one['given'] for one in given['renumbered']], [True, False, False], 'given')
    equal(of_task({key: one for key, one in case.deadlines().items() if one['task']}, 3)['due_on'], EXTENDED, 'the given one')


def test_the_same_number_with_another_text(api):
    case = Case(api)
    bodies = case.bodies()
    bodies[0]['title'] = OTHER
    draft = case.draft(bodies)
    diff = case.compare(draft)
    equal(shape(diff), (5, [], [], [1], [1]), 'diff')
    equal((diff['added'][0]['title'], diff['dropped'][0]['title']), (OTHER, TITLES[0]), 'titles')
    named = case.compare(draft, renumbered=[{'from': 1, 'to': 1}])
    equal(shape(named), (5, [1], [], [], []), 'named')
    case.apply(draft)
    got = {(one['task'], one['former_task']): (one['status'], one['percent']) for one in case.deadlines().values()
           if '.1' in (one['task'] or one['former_task'])}
    equal(got, {(case.code + '.1', None): ('open', 0), (None, case.code + '.1'): ('cancelled', 40)}, 'its deadlines')


def test_named_with_another_text(api):
    case = Case(api)
    bodies = case.bodies()
    bodies[0]['title'] = OTHER
    case.apply(case.draft(bodies), renumbered=[{'from': 1, 'to': 1}])
    now = of_task(case.deadlines(), 1)
    equal((now['status'], now['percent'], now['title']), ('open', 40, OTHER), 'its deadline')


def test_of_no_likeness_to_speak_of(api):
    """Less than two fifths of the words are not enough for the number, less than three fifths not for another."""
    words = 'an ba ca da ga ha ka la ma na'.split()
    old = mine(' '.join(words[:5]))
    for shared, others, place, wanted in (
            (2, 0, 1, (1, [1], [], [], [])), (2, 1, 1, (1, [], [], [1], [1])), (3, 0, 2, (0, [2], [(1, 2), (2, 3)], [1], [])),
            (3, 1, 2, (0, [], [(2, 3)], [1, 2], [1])), (2, 0, 2, (0, [], [(2, 3)], [1, 2], [1]))):
        case = Case(api, [old, mine(NEW)], work=False)
        like = mine(' '.join(words[:shared] + words[5:5 + others]))
        bodies = [like, mine(NEW)] if place == 1 else [mine(OTHER), like, mine(NEW)]
        equal(shape(case.compare(case.draft(bodies))), wanted, '%d of %d words' % (shared, 5 + others))


def test_what_could_be_one_or_another_is_neither(api):
    case = Case(api, [mine('an ba ca da', parts=[on('2025-11-01')]), mine(NEW)])
    draft = case.draft([mine(OTHER), mine('an ba ca da'), mine('an ba ca da'), mine(NEW)])
    equal(shape(case.compare(draft)), (0, [], [(2, 4)], [1, 2, 3], [1]), 'diff')
    case.apply(draft, renumbered=[{'from': 1, 'to': 3}])


def test_the_same_title_twice(api):
    first, second = mine('Báo cáo.', parts=[on('2025-10-01')]), mine('Báo cáo.', parts=[on('2025-11-01')])
    for bodies, given, wanted in (
            ([mine(NEW), first, second, mine(OTHER)], {}, (0, [], [(1, 2), (2, 3), (3, 4)], [1], [])),
            ([second, first, mine(OTHER)], {}, (1, [], [(1, 2), (2, 1)], [], [])),
            ([second, mine(OTHER)], {}, (0, [], [(2, 1), (3, 2)], [], [1])),
            ([first, mine(OTHER)], {}, (1, [], [(3, 2)], [], [2])),
            ([mine(NEW), first, mine('BÁO   CÁO', parts=[on('2025-11-08')]), mine(OTHER)], {},
             (0, [3], [(1, 2), (2, 3), (3, 4)], [1], [])),
            ([mine('Báo cáo.', parts=[on('2025-12-08')]), mine(OTHER)], {}, (0, [1], [(3, 2)], [], [2])),
            ([mine('Báo cáo.', parts=[on('2025-12-08')]), mine(OTHER)], {'renumbered': [{'from': 2, 'to': 1}]},
             (0, [1], [(2, 1), (3, 2)], [], [1]))):
        case = Case(api, [first, second, mine(OTHER)])
        equal(shape(case.apply(case.draft(bodies), **given)), wanted, 'diff')


def test_twins_keep_their_order(api):
    twin = mine('Báo cáo.')
    case = Case(api, [twin, twin])
    diff = case.apply(case.draft([mine(NEW), twin, twin]))
    equal(shape(diff), (0, [], [(1, 2), (2, 3)], [1], []), 'diff')
    equal([of_task(case.deadlines(), n)['status'] for n in (2, 3)], ['open', 'reported'], 'status')
    diff = case.apply(case.draft([mine(NEW), mine(OTHER), twin]))
    equal(shape(diff), (2, [], [], [2], [2]), 'one of two')
    case = Case(api, [twin, twin], work=False)
    equal(shape(case.compare(case.draft([twin, twin, twin]))), (2, [], [], [3], []), 'one more')


def test_sections(api):
    case = Case(api)
    first, second = case.body['sections']
    renamed = [first, {**second, 'title': 'Rà soát, đánh giá TTHC'}]
    bodies = case.bodies()
    bodies[0]['section'] = 2
    case.apply(case.draft(bodies))
    diff = case.apply(case.draft(bodies, sections=renamed))
    equal((diff['members'], shape(diff)), (['sections'], (5, [1], [], [], [])), 'renamed')
    equal(diff['changed'][0]['members'], ['section'], 'members')
    new = {'ordinal': 1, 'label': 'A', 'title': 'Chỉ đạo, điều hành', 'ancestors': []}
    moved = [new, {**first, 'ordinal': 2, 'label': 'B'}, {**renamed[1], 'ordinal': 3}]
    for body in bodies:
        body['section'] = body.get('section', 1) + 1
    diff = case.apply(case.draft(bodies, sections=moved))
    equal((diff['members'], shape(diff)), (['sections'], (0, [1, 2, 3, 4, 5, 6], [], [], [])), 'renumbered')
    equal({tuple(one['members']) for one in diff['changed']}, {('section',)}, 'members')
    for body in bodies:
        body['section'] = 2
    diff = case.apply(case.draft(bodies, sections=moved[:2]))
    equal((diff['members'], shape(diff)), (['sections'], (5, [1], [], [], [])), 'a section less')


def test_the_plans_own_members(api):
    case = Case(api)
    indicators = [{**case.body['indicators'][0], 'target': {'comparison': 'ge', 'value': 99}}]
    for more, members in (({'indicators': indicators}, ['indicators']), ({'title': 'Kế hoạch sửa đổi'}, ['title']),
                          ({'target_rule': {'text': 'Quy tắc khác'}}, ['target_rule']), ({'target_rule': None}, ['target_rule']),
                          ({'indicators': [], 'title': 'Khác nữa'}, ['title', 'indicators'])):
        diff = case.apply(case.draft(**more))
        equal((diff['members'], shape(diff)), (members, (6, [], [], [], [])), 'diff of %s' % members)


def test_time_and_number_change(api):
    case = Case(api)
    bodies = case.bodies()
    for body in bodies:
        body['parts'] = [on('2025-11-28')]
    before = case.deadlines()
    diff = case.apply(case.draft([mine(NEW)] + bodies))
    equal(shape(diff), (0, [2, 3, 4, 5, 6, 7], [(n, n + 1) for n in range(1, 7)], [1], []), 'diff')
    got = [(of_task(case.deadlines(), n)['due_on'], of_task(case.deadlines(), n)['percent']) for n in range(2, 7)]
    equal(got, [('2025-11-28', 40), ('2025-11-28', 100), ('2025-09-30', 100), (EXTENDED, 0), ('2025-11-28', 0)],
          'due dates and percent')
    last = {(one['due_on'], one['status']) for one in case.deadlines().values() if one['task'] == case.code + '.7'}
    equal(last, {('2025-09-30', 'cancelled'), ('2025-11-28', 'open')}, 'what the office cancelled, and the plan names anew')
    equal(texts(case, of_task(before, 1)['id'])[-2:],
          ['Nhiệm vụ %s.1 nay là %s.2, hạn vẫn là 30/09/2025 do kế hoạch thay đổi.' % (case.code, case.code),
           'Hạn chuyển từ 30/09/2025 sang 28/11/2025 do kế hoạch thay đổi.'], 'story')


def test_people_change(api):
    case = Case(api)
    other = store_agency(api)
    bodies = case.bodies()
    for body in bodies[:3]:
        body['parts'] = [part(assignments=[assignment(agency=other)])]
    before = case.deadlines()
    equal(shape(case.apply(case.draft(bodies))), (3, [1, 2, 3], [], [], []), 'diff')
    after = case.deadlines()
    equal([after[of_task(before, n)['id']]['status'] for n in (1, 2, 3)], ['cancelled', 'reported', 'done'], 'of before')
    new = [one for key, one in after.items() if key not in before]
    equal({(one['agency'], one['task'], one['status']) for one in new},
          {(other, '%s.%d' % (case.code, n), 'open') for n in (1, 2, 3)}, 'new ones')


def test_parts_change(api):
    case = Case(api)
    bodies = case.bodies()
    bodies[0]['parts'] = [on('2025-09-30', label='a'), on('2025-12-01', label='b')]
    equal(shape(case.apply(case.draft(bodies))), (5, [1], [], [], []), 'diff')
    got = sorted((one['part_label'], one['due_on'], one['percent']) for one in case.deadlines().values()
                 if one['task'] == case.code + '.1')
    equal(got, [('a', '2025-09-30', 40), ('b', '2025-12-01', 0)], 'deadlines of the parts')


def test_what_is_given_goes_before_the_text(api):
    case = Case(api)
    bodies = case.bodies()
    draft = case.draft(bodies)
    diff = case.apply(draft, renumbered=[{'from': 1, 'to': 2}, {'from': 2, 'to': 1}], dropped=[5])
    equal(shape(diff), (3, [1, 2], [(1, 2), (2, 1)], [5], [5]), 'diff')
    equal([of_task(case.deadlines(), n)['status'] for n in (1, 2)], ['reported', 'open'], 'status')
    diff = case.apply(case.draft(bodies), renumbered=[{'from': 3, 'to': 4}])
    equal((shape(diff), [one['given'] for one in diff['renumbered']]), ((4, [4], [(3, 4)], [3], [4]), [True]), 'one way')


def test_dropped_frees_its_text(api):
    """What is given up is not what has its text elsewhere either."""
    case = Case(api)
    bodies = case.bodies()
    diff = case.apply(case.draft([mine(NEW)] + bodies[:2]), dropped=[2])
    equal((pairs(diff), numbers(diff['added']), numbers(diff['dropped'])), ([(1, 2)], [1, 3], [2, 3, 4, 5, 6]), 'diff')
