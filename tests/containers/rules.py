"""The rules for the images and for what runs them. Each yields (file, line, what is wrong)."""

import re
import subprocess

import yaml

import dockerfile

DOCKERFILE, COMPOSE, COMPOSE_TLS = 'docker/Dockerfile', 'docker-compose.yml', 'docker/compose.tls.yml'
SECRET_NAME = re.compile(r'PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|_KEY$', re.IGNORECASE)
SECRET_VALUE = re.compile(r'\b(password|passwd|pwd)\s*=|://[^/\s:@]+:[^/\s@]+@|-----BEGIN', re.IGNORECASE)


class Tree:
    """texts by path, what is in them, and the program's settings with their defaults."""

    def __init__(self, files, settings):
        self.files, self.settings = files, settings
        self.stages = dockerfile.stages(files[DOCKERFILE])
        self.compose = yaml.safe_load(files[COMPOSE])
        self.tls = yaml.safe_load(files[COMPOSE_TLS])
        self.services = self.compose['services']

    def images(self):
        """The stages that are run: those compose builds, and the last."""
        targets = {service['build'].get('target') for service in self.services.values() if 'build' in service}
        return [stage for stage in self.stages if stage.name in targets or stage is self.stages[-1]]

    def stage_of(self, service):
        target = service.get('build', {}).get('target')
        return next((stage for stage in self.stages if stage.name == target), None)

    def one_shots(self):
        return {name for name, service in self.services.items() if service.get('restart') == 'no'}

    def line(self, path, text):
        at = self.files[path].find(text)
        return self.files[path].count('\n', 0, at) + 1 if at >= 0 else 1

    def at(self, name):
        return COMPOSE, self.line(COMPOSE, '\n  %s:' % name) + 1

    def setting(self, service, name):
        return str(service.get('environment', {}).get(name) or self.settings[name])


def pinned(reference):
    """A tag that names a version: at least two numbers, or a date."""
    tag = reference.rpartition('/')[2].partition(':')[2].partition('@')[0]
    return bool(re.search(r'\d+[.]\d|\d{8}', tag)) or '@sha256:' in reference


def rule_from(tree):
    """what an image is built from has a version"""
    earlier = set()
    for stage in tree.stages:
        if stage.base not in earlier and not pinned(stage.base):
            yield DOCKERFILE, stage.line, 'FROM %s: name a version' % stage.base
        earlier.add(stage.name)
    for name, service in tree.services.items():
        if 'build' not in service and not pinned(service['image']):
            yield *tree.at(name), 'image %s: name a version' % service['image']


def rule_user(tree):
    """nothing runs as root, and who it runs as has a number of its own"""
    for stage in tree.images():
        user = stage.last('USER')
        if not user or not re.fullmatch(r'[1-9]\d{3,}:[1-9]\d{3,}', user.text):
            yield DOCKERFILE, user.line if user else stage.line, 'stage %s must end as USER uid:gid' % stage.name
        elif [one for one in stage.all('RUN') if one.line > user.line]:
            yield DOCKERFILE, user.line, 'RUN after USER'
    for name, service in tree.services.items():
        user = service.get('user')
        if (user is None and not tree.stage_of(service)) or str(user).split(':')[0] in ('0', 'root'):
            yield *tree.at(name), 'it runs as root'


def rule_image(tree):
    """each image says how it is started, stopped and asked for its health, without a shell"""
    for stage in tree.images():
        for name in ('HEALTHCHECK', 'STOPSIGNAL', 'ENTRYPOINT'):
            if not stage.last(name):
                yield DOCKERFILE, stage.line, 'stage %s has no %s' % (stage.name, name)
        for one in stage.all('HEALTHCHECK') + stage.all('ENTRYPOINT') + stage.all('CMD'):
            if not one.exec_form:
                yield DOCKERFILE, one.line, '%s runs a shell: write it as a list' % one.name


def rule_copy(tree):
    """no ADD; an image that is run gets named files, not the whole context"""
    for stage in tree.stages:
        for one in stage.all('ADD'):
            yield DOCKERFILE, one.line, 'COPY says what it does, ADD does not'
        for one in stage.all('COPY'):
            if stage in tree.images() and '.' in one.words[:-1]:
                yield DOCKERFILE, one.line, 'the sources are not for stage %s' % stage.name


def rule_context(tree):
    """the context is a list of what goes in; no secret, no history"""
    lines = [line for line in tree.files['.dockerignore'].split('\n') if line and not line.startswith('#')]
    if lines[:1] != ['*']:
        yield '.dockerignore', 1, 'it must begin with *: nothing goes in but what is named'
    for line in lines[1:]:
        if not line.startswith('!') or re.match(r'!/?(docker/?$|docker/secrets|[*.]|build)', line):
            yield '.dockerignore', tree.line('.dockerignore', line), line


def rule_run(tree):
    """apt leaves no lists and takes no recommendations; what is fetched comes from apt"""
    for stage in tree.stages:
        for one in stage.all('RUN'):
            text = one.text
            if 'apt-get update' in text and 'rm -rf' not in text.split('apt-get')[-1]:
                yield DOCKERFILE, one.line, 'the package lists stay in the layer'
            if re.search(r'apt-get (?:-\S+ )*install(?!.*--no-install-recommends)', text):
                yield DOCKERFILE, one.line, 'apt-get install without --no-install-recommends'
            if re.search(r'\bapt-get (?!.*-y)(install|upgrade)|\bapt (install|update)', text):
                yield DOCKERFILE, one.line, 'apt-get would ask'
            if re.search(r'\b(curl|wget|git clone|pip|npm|sudo)\b', text):
                yield DOCKERFILE, one.line, 'only apt-get fetches, and nothing needs sudo'


def rule_shell(tree):
    """what RUN runs, as shellcheck sees it"""
    for stage in tree.stages:
        for one in stage.all('RUN'):
            if not one.exec_form:
                done = subprocess.run(['shellcheck', '--shell=sh', '--format=gcc', '-'], input=one.text, text=True,
                                      capture_output=True, check=False, timeout=60)
                if done.returncode:
                    yield DOCKERFILE, one.line, done.stdout.strip()


def environments(tree):
    """(file, line, name, value) of each variable that is set, by the images or by compose."""
    for stage in tree.stages:
        for one in stage.all('ENV') + stage.all('ARG'):
            for name, value in one.pairs:
                yield DOCKERFILE, one.line, name, value
    for name, service in tree.services.items():
        given = service.get('environment', {})
        if isinstance(given, list):
            given = dict(one.split('=', 1) for one in given)
        for variable, value in given.items():
            yield *tree.at(name), variable, str(value)


def rule_secret(tree):
    """no secret in a variable, an argument or the files: files of docker/secrets only"""
    for path, line, name, value in environments(tree):
        if (SECRET_NAME.search(name) and not name.endswith('_FILE') and name not in tree.settings) or SECRET_VALUE.search(value):
            yield path, line, '%s looks like a secret' % name
    for path in (DOCKERFILE, COMPOSE, COMPOSE_TLS):
        for found in SECRET_VALUE.finditer(tree.files[path]):
            yield path, tree.files[path].count('\n', 0, found.start()) + 1, 'this looks like a secret'
    for path, compose in ((COMPOSE, tree.compose), (COMPOSE_TLS, tree.tls)):
        for name, secret in compose.get('secrets', {}).items():
            if not str(secret.get('file')).startswith('./docker/secrets/'):
                yield path, tree.line(path, '\n  %s:' % name) + 1, 'secrets are files of docker/secrets'


def rule_setting(tree):
    """each setting of the service is one the program knows"""
    for path, line, name, _ in environments(tree):
        if name.startswith('KSTTHC_') and name not in tree.settings:
            yield path, line, 'kstthc config does not print %s' % name


def rule_confined(tree):
    """each container has a read-only root, no capability and no way to a new one"""
    for name, service in tree.services.items():
        at = tree.at(name)
        if service.get('read_only') is not True:
            yield *at, 'read_only'
        if service.get('cap_drop') != ['ALL'] or service.get('cap_add'):
            yield *at, 'cap_drop: [ALL], and none added'
        if 'no-new-privileges:true' not in service.get('security_opt', []):
            yield *at, 'no-new-privileges'
        for member in ('privileged', 'network_mode', 'pid', 'ipc', 'devices', 'userns_mode', 'cgroup_parent'):
            if service.get(member):
                yield *at, member
        if any('docker.sock' in str(volume) for volume in service.get('volumes', [])):
            yield *at, 'the engine itself'


def rule_bounded(tree):
    """memory, processes, log and scratch space have bounds"""
    for name, service in tree.services.items():
        for member in ('mem_limit', 'pids_limit'):
            if not service.get(member):
                yield *tree.at(name), member
        if not service.get('logging', {}).get('options', {}).get('max-size'):
            yield *tree.at(name), 'a log without a bound'
        for mount in service.get('tmpfs', []):
            if 'size=' not in mount:
                yield *tree.at(name), 'tmpfs %s without a size' % mount


def rule_lives(tree):
    """what runs on comes back and tells its health; what runs once is waited for"""
    awaited = {name for service in tree.services.values() for name, how in service.get('depends_on', {}).items()
               if how['condition'] == 'service_completed_successfully'}
    for name, service in tree.services.items():
        if name in tree.one_shots():
            if name not in awaited:
                yield *tree.at(name), 'it runs once and nobody waits for it'
            continue
        stage = tree.stage_of(service)
        check = service.get('healthcheck', {})
        if service.get('restart') != 'unless-stopped':
            yield *tree.at(name), 'it does not come back: restart'
        if check.get('disable') or not (check.get('test') or (stage and stage.last('HEALTHCHECK'))):
            yield *tree.at(name), 'nobody knows how it is: healthcheck'


def rule_reach(tree):
    """only the proxy is reached from outside, only the proxy reaches the service, only the service the database"""
    networks = {name: set(service.get('networks', ())) for name, service in tree.services.items()}
    for name, service in tree.services.items():
        if name != 'proxy' and service.get('ports'):
            yield *tree.at(name), 'only the proxy has ports'
        if not networks[name]:
            yield *tree.at(name), 'it is in the default network'
    if networks['proxy'] & networks['database']:
        yield *tree.at('proxy'), 'it reaches the database'
    for network in networks['database']:
        if not (tree.compose['networks'][network] or {}).get('internal'):
            yield COMPOSE, tree.line(COMPOSE, '\nnetworks:') + 1, 'the database reaches the outside by %s' % network
    for name in set(networks) - {'proxy', 'service-1', 'service-2'}:
        if networks[name] & networks['proxy']:
            yield *tree.at(name), 'it shares a network with the proxy'


def rule_addresses(tree):
    """the copies' addresses are those the proxy knows, and its own is the one the copies trust"""
    def address(name):
        return tree.services[name]['networks']['doors']['ipv4_address']

    copies = {name for name in tree.services if name.startswith('service-')}
    known = set(re.findall(r'server ([\d.]+):', tree.files['docker/proxy/copies.conf']))
    if {address(name) for name in copies} != known:
        yield COMPOSE, tree.line(COMPOSE, 'ipv4_address'), 'docker/proxy/copies.conf has %s' % sorted(known)
    for name in copies:
        if tree.services[name]['environment'].get('KSTTHC_TRUSTED_PROXIES') != address('proxy') + '/32':
            yield *tree.at(name), 'KSTTHC_TRUSTED_PROXIES is the proxy, and it alone'
        if tree.services[name]['environment'].get('KSTTHC_FORWARDED_HEADER') != 'x-forwarded-for':
            yield *tree.at(name), 'x-forwarded-for is what the proxy sets'


def seconds(text):
    return int(text[:-1]) * {'s': 1, 'm': 60}[text[-1]]


def options(service):
    return dict(word.split('=', 1) for word in service['command'] if '=' in word)


def rule_fit(tree):
    """what one part expects of another"""
    database = options(tree.services['database'])
    wanted = 0
    for name, service in tree.services.items():
        if not name.startswith('service-'):
            continue
        if seconds(service['stop_grace_period']) <= int(tree.setting(service, 'KSTTHC_STOP_SECONDS')):
            yield *tree.at(name), 'it is killed before KSTTHC_STOP_SECONDS are over'
        if int(database['deadlock_timeout'].removesuffix('ms')) >= int(tree.setting(service, 'KSTTHC_LOCK_TIMEOUT_MS')):
            yield *tree.at('database'), 'deadlock_timeout must be below KSTTHC_LOCK_TIMEOUT_MS'
        most = re.search(r'max_conns=(\d+)', tree.files['docker/proxy/copies.conf'])
        if int(most.group(1)) >= int(tree.setting(service, 'KSTTHC_BULK_CONNECTIONS')):
            yield *tree.at(name), 'the proxy opens more than KSTTHC_BULK_CONNECTIONS'
        wanted += int(tree.setting(service, 'KSTTHC_WORKERS')) + int(tree.setting(service, 'KSTTHC_BULK_WORKERS')) + 4
    # 3 are kept for its administrator; health check and one-shots come beside.
    if wanted + 3 + 5 > int(database['max_connections']):
        yield *tree.at('database'), 'the copies open %d connections' % wanted
    if database.get('log_min_error_statement') != 'panic' or database.get('log_error_verbosity') != 'terse':
        yield *tree.at('database'), 'its log may hold what clients sent'


RULES = {name[5:]: rule for name, rule in list(globals().items()) if name.startswith('rule_')}
