"""Runs the rules over docker/Dockerfile and docker-compose.yml, and each rule over what it must find."""

import os
import subprocess
import tempfile

import rules
from samples import SAMPLES

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
FILES = ['docker/Dockerfile', 'docker-compose.yml', 'docker/compose.tls.yml', '.dockerignore', 'docker/proxy/copies.conf']


def program():
    return os.environ.get('KSTTHC_BIN') or os.path.join(ROOT, 'build', 'kstthc')


def settings():
    """{name: value} that kstthc config prints with nothing set."""
    done = subprocess.run([program(), 'config'], capture_output=True, text=True, check=True, timeout=30,
                          env={'PATH': '/usr/bin:/bin'})
    return dict(line.split('  # ')[0].split('=', 1) for line in done.stdout.splitlines())


def read():
    files = {}
    for name in FILES:
        with open(os.path.join(ROOT, name), encoding='utf-8') as file:
            files[name] = file.read()
    return files


def edited(files, name, old, new):
    if old not in files[name]:
        raise SystemExit('lint: the sample looks for %r, which is not in %s' % (old, name))
    return {**files, name: files[name].replace(old, new)}


def self_test(files, defaults):
    """Each rule finds its samples, which are what stands here with one thing changed."""
    passed = failed = 0
    for name, rule in rules.RULES.items():
        if not SAMPLES.get(name):
            print('FAIL rule %s has no sample' % name)
            failed += 1
        for sample in SAMPLES.get(name, []):
            if list(rule(rules.Tree(edited(files, *sample), defaults))):
                passed += 1
            else:
                print('FAIL rule %s misses %r' % (name, sample))
                failed += 1
    return passed, failed


def schema(files):
    """What docker-compose itself thinks of the files, alone and together."""
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, 'docker'))
        for name in ('docker-compose.yml', 'docker/compose.tls.yml'):
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                file.write(files[name])
        for arguments in (['-f', 'docker-compose.yml'], ['-f', 'docker-compose.yml', '-f', 'docker/compose.tls.yml']):
            done = subprocess.run(['docker-compose', *arguments, 'config', '--quiet'], cwd=folder, capture_output=True,
                                  text=True, check=False, timeout=60)
            if done.returncode or done.stderr:
                yield ' '.join(arguments), 0, done.stderr.strip()


def main():
    files, defaults = read(), settings()
    passed, failed = self_test(files, defaults)
    if list(schema(edited(files, 'docker-compose.yml', '    shm_size:', '    shm_sized:'))):
        passed += 1
    else:
        print('FAIL docker-compose takes a member that does not exist')
        failed += 1
    tree = rules.Tree(files, defaults)
    for name, rule in [*rules.RULES.items(), ('schema', lambda tree: schema(tree.files))]:
        said = list(rule(tree))
        for path, line, text in said:
            print('FAIL %s:%s: %s [%s]' % (path, line, text, name))
        failed += bool(said)
        passed += not said
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0
