"""The tours of README.md and README.vi.md run as they are printed.

A line <!-- tour --> or <!-- tour: TEXT --> marks the block after it; with TEXT,
the block's output must contain it. Only the two addresses are other ones here.
"""

import os
import re
import subprocess

from client import check, equal
from service import program

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MARK = 'tour-ends-here'


def blocks(name):
    with open(os.path.join(ROOT, name), encoding='utf-8') as file:
        text = file.read()
    return re.findall(r'^<!-- tour(?:: (.*?))? -->\n```sh\n(.*?)^```$', text, re.M | re.S)


def tour(api, name):
    steps = blocks(name)
    check(len(steps) >= 10, '%s has only %d steps', name, len(steps))
    script = []
    for _, text in steps:
        text = text.replace('127.0.0.1:8080', '127.0.0.1:%d' % api.ports['front'])
        text = text.replace('127.0.0.1:8081', '127.0.0.1:%d' % api.ports['back'])
        script.append('%s\necho\necho %s' % (text, MARK))
    done = subprocess.run(['bash', '-euo', 'pipefail', '-c', '\n'.join(script)], cwd=ROOT, capture_output=True, text=True,
                          env={**api.environment, 'OUT': os.path.dirname(program()), 'MAKEFLAGS': ''}, timeout=60,
                          check=False)
    equal(done.returncode, 0, 'exit of the tour of %s: %s' % (name, done.stderr))
    outputs = done.stdout.split(MARK + '\n')
    for (wanted, text), output in zip(steps, outputs):
        check(not wanted or wanted in output, '%s: %s\nprinted %s\nwithout %s', name, text, output[:800], wanted)


def test_english(api):
    tour(api, 'README.md')


def test_vietnamese(api):
    tour(api, 'README.vi.md')


def test_same_steps(api):
    del api
    steps = [[re.sub(r'so-[a-z-]+|Sở [^"]+|0255 3822 74.|"S.."| -H .Accept-Language: en.', '', text) for _, text in blocks(name)]
             for name in ('README.md', 'README.vi.md')]
    equal(steps[0], steps[1], 'the steps of the two tours')
