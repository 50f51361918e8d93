"""An issued plan with work done on it, and what an amendment must leave of that."""

from client import check, equal
from fixtures import assignment, document, issue_plan, move, part, plan, report, task, unique

TITLES = [
    'Rà soát, đơn giản hóa quy trình nội bộ.',
    'Công khai kết quả giải quyết hồ sơ trên cổng dịch vụ công.',
    'Tập huấn nghiệp vụ cho công chức bộ phận một cửa.',
    'Khảo sát mức độ hài lòng của người dân, doanh nghiệp.',
    'Số hóa giấy tờ lĩnh vực đất đai.',
    'Kiểm tra đột xuất tại Ủy ban nhân dân cấp xã.',
]
NEW = 'Thuê đơn vị độc lập đánh giá hạ tầng mạng.'
OTHER = 'Bồi dưỡng ngoại ngữ dành riêng lãnh đạo.'
EXTENDED = '2025-12-12'
amended = []


def mine(title, **more):
    """A task's body but for its number: owed by Sở Tư pháp on 30 September."""
    return {'title': title, 'parts': [part(assignments=[assignment()])], **more}


def numbered(bodies):
    return [{**task(number), **body} for number, body in enumerate(bodies, 1)]


class Case:
    """A plan in force whose tasks are, in turn: reported at 40 %, reported as done, done, extended, reminded of,
    cancelled by the office; further ones untouched."""

    def __init__(self, api, bodies=None, work=True, **more):
        self.api = api
        self.code = unique('sua')
        self.body = plan(self.code, **more)
        self.body['tasks'] = numbered(bodies or [mine(title) for title in TITLES])
        self.drafts = 0
        api.ok('POST', '/v1/plans', self.body, role='office', door='back', status=201)
        issue_plan(api, self.code)
        if work:
            self.work({item['task'].rpartition('.')[2]: item['id'] for item in self.deadlines().values()})

    def work(self, of_task):
        for number, deadline in of_task.items():
            if number == '1':
                report(self.api, deadline, percent=40, note='Đã làm được một phần')
            elif number in '23':
                report(self.api, deadline, percent=100, done=True, documents=[document()])
                if number == '3':
                    move(self.api, deadline, 'verify')
            elif number == '4':
                move(self.api, deadline, 'extend', due_on=EXTENDED, reason='Bão lũ', document=document())
            elif number == '5':
                move(self.api, deadline, 'remind', message='Khẩn trương thực hiện')
            elif number == '6':
                move(self.api, deadline, 'cancel', reason='Không còn cần')

    def deadlines(self):
        return {item['id']: item for item in self.api.all_pages('/v1/deadlines', plan=self.code, limit=200,
                                                                as_role='office')}

    def tasks(self):
        return {item['number']: item for item in self.api.all_pages('/v1/tasks', plan=self.code, limit=200,
                                                                    as_role='office')}

    def get(self):
        return self.api.ok('GET', '/v1/plans/' + self.code, role='office').json

    def history(self, deadline):
        return self.api.all_pages('/v1/deadlines/%s/history' % deadline, as_role='office', limit=200)

    def bodies(self):
        """The tasks as they are, to be changed and stored as a draft."""
        return [{key: value for key, value in one.items() if key != 'number'} for one in self.body['tasks']]

    def draft(self, bodies=None, tasks=None, **more):
        self.drafts += 1
        body = {**self.body, 'code': '%s-%d' % (self.code, self.drafts), **more}
        body['tasks'] = tasks or numbered(bodies or self.bodies())
        self.api.ok('POST', '/v1/plans', body, role='office', door='back', status=201)
        self.wanted = body
        return body['code']

    def amend(self, draft, headers=None, **more):
        return self.api.call('POST', '/v1/plans/%s/amend' % self.code, {'draft': draft, **more}, role='office',
                             headers=headers)

    def compare(self, draft, **more):
        reply = self.amend(draft, **more)
        equal(reply.status, 200, 'diff: %r' % reply)
        diff = reply.json
        equal((diff['plan'], diff['draft'], diff['applied']), (self.code, draft, False), 'head of the diff')
        return diff

    def apply(self, draft, **more):
        """The diff that was carried out; whatever it is, nothing that was reported is lost."""
        diff = self.compare(draft, **more)
        before, tasks, stored = self.deadlines(), self.tasks(), self.get()
        stories = {deadline: self.history(deadline) for deadline in list(before)[:8]}
        reply = self.amend(draft, confirm=diff['confirm'], **more)
        equal(reply.status, 200, 'amend: %r' % reply)
        equal(reply.json, {**diff, 'applied': True}, 'what was done')
        amended.append(self.code)
        self.verify_tasks(diff, tasks)
        self.verify_plan(stored, draft, more)
        self.verify_kept(diff, before)
        for deadline, story in stories.items():
            equal(self.history(deadline)[:len(story)], story, 'the story so far of %s' % deadline)
        self.body = {**self.wanted, 'code': self.code}
        return diff

    def verify_tasks(self, diff, old):
        new = self.tasks()
        bare = [{key: one[key] for key in ('number', 'label', 'title', 'parts')} | {'section': one['section']['ordinal']}
                for one in new.values()]
        equal(bare, [{'label': None, **one} for one in self.wanted['tasks']], 'tasks')
        renumbered = {one['from']: one['to'] for one in diff['renumbered']}
        dropped = {one['number'] for one in diff['dropped']}
        changed = {one['number'] for one in diff['changed']}
        added = {one['number'] for one in diff['added']}
        stay = set(old) - set(renumbered) - dropped
        kept = stay - changed
        equal(diff['kept'], len(kept), 'kept')
        equal(sorted([*stay, *renumbered.values(), *added]), sorted(new), 'numbers that the diff tells')
        for number in kept:
            equal(new[number], old[number], 'task %d, which is kept' % number)
        for number in stay & changed:
            check(new[number]['version'] > old[number]['version'], 'task %d is told as changed and is not', number)
        for one in diff['renumbered']:
            equal((one['title'], one['new_title']), (old[one['from']]['title'], new[one['to']]['title']), 'titles')
        back = {to: number for number, to in renumbered.items()}
        for one in diff['changed']:
            equal((one['old_title'], one['title']),
                  (old[back.get(one['number'], one['number'])]['title'], new[one['number']]['title']), 'titles')
        for number in set(old) - set(new):
            self.api.call('GET', '/v1/tasks/%s.%d' % (self.code, number)).is_problem(404, 'not_found')
        self.becomes = {number: renumbered.get(number, number) for number in old if number not in dropped}
        self.titles = {number: one['title'] for number, one in old.items()}

    def verify_plan(self, stored, draft, more):
        new = self.get()
        for member in ('title', 'sections', 'target_rule', 'indicators'):
            got = [{'ancestors': [], **one} for one in new[member]] if member == 'sections' else new[member]
            if member == 'target_rule' and got and not set(got) - set(self.wanted[member] or {}):
                got = {key: got[key] for key in self.wanted[member]}
            equal(got, self.wanted[member], member)
        for member in ('code', 'year', 'status', 'decision', 'issued_on', 'publish_progress'):
            equal(new[member], stored[member], member)
        decision = self.wanted['decision']
        entry = {'number': more.get('number', decision['number']), 'date': more.get('date', decision['date']),
                 'on': '2025-08-15'}
        equal(new['amendments'], stored['amendments'] + [entry], 'amendments')
        check(new['version'] > stored['version'], 'version of the plan')
        self.api.call('GET', '/v1/plans/' + draft, role='office').is_problem(404, 'not_found')
        equal(self.api.all_pages('/v1/tasks', plan=draft, as_role='office'), [], 'tasks of the draft')

    def verify_kept(self, diff, before):
        """Each obligation that was there still is, with what was reported; of dropped tasks it says which."""
        after = self.deadlines()
        check(set(before) <= set(after), 'deadlines are gone: %s', set(before) - set(after))
        for deadline, was in before.items():
            now = after[deadline]
            equal((now['percent'], now['done_on'], now['original_due_on'], now['fixed']),
                  (was['percent'], was['done_on'], was['original_due_on'], was['fixed']), 'what is known of %s' % deadline)
            if was['status'] in ('reported', 'done') or was['task'] is None:
                equal(now['status'], was['status'], 'status of %s' % deadline)
            if was['status'] == 'done' or was['fixed']:
                equal(now['due_on'], was['due_on'], 'due date of %s' % deadline)
            if was['task'] is None:
                equal(now, was, 'of a task that was dropped before')
                continue
            number = int(was['task'].rpartition('.')[2])
            to = self.becomes.get(number)
            if to:
                equal((now['task'], now['former_task']), ('%s.%d' % (self.code, to), None), 'task of %s' % deadline)
            else:
                equal((now['task'], now['former_task'], now['title']), (None, was['task'], self.titles[number]),
                      'task of %s' % deadline)
                check(now['status'] != 'open', '%s of a dropped task is open', deadline)


def pairs(diff):
    return [(one['from'], one['to']) for one in diff['renumbered']]


def numbers(items):
    return [one['number'] for one in items]


def shape(diff):
    """(kept, changed numbers, renumbered pairs, added, dropped)"""
    return (diff['kept'], numbers(diff['changed']), pairs(diff), numbers(diff['added']), numbers(diff['dropped']))
