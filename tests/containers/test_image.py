"""What of the image can be held against the program that was built."""

import os
import re
import subprocess

from client import check, equal
from service import program

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')


class World:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=ROOT).stdout


def test_the_image_has_the_libraries(_):
    """Each library the program names is of a package the image installs."""
    needed = set(re.findall(r'NEEDED.*\[(.*)\]', output('readelf', '-d', program())))
    check(len(needed) > 4, 'libraries: %s', needed)
    paths = dict(re.findall(r'(\S+) => (/\S+)', output('ldd', program())))
    listed = set(output('tools/packages', '--list', 'image').split())
    used = set()
    for name in needed:
        used.add(owner(paths[name]))
    lacking = used - listed - {'libc6'}
    equal(lacking, set(), 'add these to tools/packages.txt, purpose image: packages')
    equal(listed - used - {'ca-certificates'}, set(), 'packages of the image that the program does not use')


def owner(path):
    """The package of a library; its path may be one from before /lib became a link."""
    for known in (path, os.path.realpath(path), path.removeprefix('/usr')):
        done = subprocess.run(['dpkg', '-S', known], capture_output=True, text=True, check=False, timeout=60)
        if done.returncode == 0:
            return done.stdout.split(':')[0]
    return path
