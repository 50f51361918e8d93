"""Carries out a Dockerfile without an engine: stages are Debian trees, RUN is a chroot."""

import os
import shutil
import subprocess

import dockerfile

PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
RUN_SECONDS = 1200
# Of the machine, not of the image: how apt gets its packages here.
SOURCES, SETTINGS, AUTHORITIES = 'etc/apt/sources.list', 'etc/apt/apt.conf.d/90machine', 'etc/apt/machine.crt'
COPIED = {'etc/resolv.conf': '/etc/resolv.conf', 'etc/hosts': '/etc/hosts', AUTHORITIES: '/etc/ssl/certs/ca-certificates.crt'}


def call(*command, **more):
    return subprocess.run(command, check=True, timeout=RUN_SECONDS, **more)


def output(*command):
    return call(*command, stdout=subprocess.PIPE, text=True).stdout


class Image:
    """What a stage says about how it is run."""

    def __init__(self, stage):
        def last(name):
            one = stage.last(name)
            return one.exec_form if one else None

        self.name = stage.name
        self.entrypoint, self.command, self.healthcheck = last('ENTRYPOINT') or [], last('CMD') or [], last('HEALTHCHECK')
        self.user = stage.last('USER').text if stage.last('USER') else '0:0'
        self.stop_signal = stage.last('STOPSIGNAL').text if stage.last('STOPSIGNAL') else 'SIGTERM'
        self.environment = {'PATH': PATH}
        for one in stage.all('ENV'):
            self.environment.update(one.pairs)


class Builder:
    """Trees of stages in folder/trees; folder/base and folder/archives are kept for the next time."""

    def __init__(self, folder, context):
        self.folder, self.context = folder, context
        self.archives = os.path.join(folder, 'archives')
        self.base = os.path.join(folder, 'base')
        os.makedirs(os.path.join(self.archives, 'partial'), exist_ok=True)
        os.makedirs(os.path.join(folder, 'trees'), exist_ok=True)
        if not os.path.isdir(self.base):
            self.make_base()

    @staticmethod
    def sources():
        """"address suite component" of each Debian 12 source that apt has here."""
        lines = output('apt-get', 'indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)',
                       'Created-By: Packages').splitlines()
        return sorted({line for line in lines if line.split()[1].startswith('bookworm') and line.endswith(' main')})

    def make_base(self):
        mirror = next(line.split()[0] for line in self.sources() if line.split()[1] == 'bookworm')
        shutil.rmtree(self.base + '.new', ignore_errors=True)
        with open(os.path.join(self.folder, 'debootstrap.log'), 'w', encoding='utf-8') as log:
            call('debootstrap', '--variant=minbase', 'bookworm', self.base + '.new', mirror, stdout=log, stderr=log)
        os.rename(self.base + '.new', self.base)

    def tree(self, name):
        return os.path.join(self.folder, 'trees', name)

    def prepare(self, tree):
        """As Debian's image, which starts no services, and with this machine's way to its packages."""
        with open(os.path.join(tree, 'usr/sbin/policy-rc.d'), 'w', encoding='utf-8') as file:
            file.write('#!/bin/sh\nexit 101\n')
        os.chmod(os.path.join(tree, 'usr/sbin/policy-rc.d'), 0o755)
        self.saved = [os.path.join(tree, name) for name in (SOURCES, SETTINGS, *COPIED)]
        for path in self.saved:
            if os.path.lexists(path):
                os.rename(path, path + '.image')
        for name, source in COPIED.items():
            if os.path.exists(source):
                shutil.copy(source, os.path.join(tree, name))
        with open(os.path.join(tree, SOURCES), 'w', encoding='utf-8') as file:
            file.writelines('deb %s\n' % line for line in self.sources())
        with open(os.path.join(tree, SETTINGS), 'w', encoding='utf-8') as file:
            file.write('Acquire::https::CAInfo "/%s";\n' % AUTHORITIES)
            file.writelines(line + '\n' for line in output('apt-config', 'dump').splitlines()
                            if line.lower().startswith(('acquire::http', 'acquire::retries', 'acquire::check'))
                            and 'cainfo' not in line.lower())

    def restore(self):
        for path in self.saved:
            if os.path.lexists(path):
                os.remove(path)
            if os.path.lexists(path + '.image'):
                os.rename(path + '.image', path)

    def run(self, tree, text, environment, folder):
        setup = ('mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; mount --bind "$2" "$1/var/cache/apt/archives"; '
                 'tree=$1; shift 2; exec chroot "$tree" env -i "$@"')
        proxies = ['%s=%s' % (name, os.environ[name]) for name in ('http_proxy', 'https_proxy', 'no_proxy') if name in os.environ]
        with open(os.path.join(self.folder, 'build.log'), 'a', encoding='utf-8') as log:
            print('--- RUN %s' % text, file=log, flush=True)
            done = subprocess.run(
                ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-euc', setup, 'sh', tree, self.archives,
                 *proxies, *('%s=%s' % pair for pair in environment.items()), 'sh', '-c', 'cd "$0" && exec /bin/sh -c "$1"',
                 folder, text], stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, timeout=RUN_SECONDS)
        if done.returncode:
            raise SystemExit('RUN ended with %d, see %s:\n%s' % (done.returncode, log.name, text))

    def copy(self, tree, words, folder):
        source = self.context
        if words[0].startswith('--from='):
            source = self.tree(words.pop(0).removeprefix('--from='))
        *names, target = words
        to = os.path.join(tree, os.path.join(folder, target).lstrip('/'))
        for name in names:
            path = os.path.join(source, name.lstrip('/'))
            if os.path.isdir(path):
                shutil.copytree(path, to, dirs_exist_ok=True)
            else:
                into = target.endswith('/') or len(names) > 1
                os.makedirs(to if into else os.path.dirname(to), exist_ok=True)
                shutil.copy(path, to)

    def build(self, stage):
        tree = self.tree(stage.name)
        shutil.rmtree(tree, ignore_errors=True)
        call('cp', '-a', self.base if not os.path.isdir(self.tree(stage.base)) else self.tree(stage.base), tree)
        self.prepare(tree)
        environment, folder = {'PATH': PATH}, '/'
        for one in stage.instructions:
            if one.name == 'RUN':
                self.run(tree, one.text, environment, folder)
            elif one.name in ('ENV', 'ARG'):
                environment.update(one.pairs)
            elif one.name == 'WORKDIR':
                folder = one.text
                os.makedirs(os.path.join(tree, folder.lstrip('/')), exist_ok=True)
            elif one.name == 'COPY':
                self.copy(tree, one.words, folder)
            elif one.name not in ('USER', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'):
                raise SystemExit('line %d: %s is not carried out here' % (one.line, one.name))
        self.restore()
        return Image(stage)


def make_context(repository, folder):
    """What git has at HEAD and .dockerignore lets in."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(repository, '.dockerignore'), encoding='utf-8') as file:
        allowed = [line.strip()[1:].rstrip('/') for line in file if line.startswith('!')]
    archive = call('git', '-C', repository, 'archive', 'HEAD', *allowed, stdout=subprocess.PIPE).stdout
    call('tar', '-x', '-C', folder, input=archive)


def stages_of(path):
    with open(path, encoding='utf-8') as file:
        return dockerfile.stages(file.read())
