"""Starts what compose says without an engine: namespaces, a read-only root, one user, no capability."""

import os
import signal
import subprocess
import time

# Run as root in new namespaces; ends as the container's program, its process 1.
SETUP = r'''
root=$1 mounts=$2 mode=$3
shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount -o "remount,bind,$mode" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755,nosuid,size=1m tmpfs "$root/dev"
for device in null zero full random urandom; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mkdir "$root/dev/shm"
while read -r kind options source target; do
    case $kind in
    tmpfs) mount -t tmpfs -o "nosuid,nodev,noexec,$options" tmpfs "$root$target" ;;
    bind)
        mount --bind "$source" "$root$target"
        mount -o "remount,bind,nosuid,nodev,$options" "$root$target"
        ;;
    esac
done <"$mounts"
read -r network
exec chroot "$root" "$@" </dev/null
'''


def run(*command, wait=30, **more):
    return subprocess.run(command, check=True, timeout=wait, **more)


def hardware(address):
    """From the address, as engines do it: who comes again is known to his neighbours."""
    return '02:42:%02x:%02x:%02x:%02x' % tuple(int(part) for part in address.split('.'))


class Network:
    """A bridge, with an address of the machine's own on it unless it is internal."""

    def __init__(self, name, subnet, internal):
        self.name, self.prefix, self.bits = name, subnet.rpartition('.')[0], subnet.rpartition('/')[2]
        self.next = 100
        run('ip', 'link', 'add', 'br-' + name, 'address', hardware(self.prefix + '.1'), 'type', 'bridge')
        run('ip', 'link', 'set', 'br-' + name, 'up')
        if not internal:
            run('ip', 'address', 'add', '%s.1/%s' % (self.prefix, self.bits), 'dev', 'br-' + name)

    def address(self, wanted=None):
        self.next += 1
        return wanted or '%s.%d' % (self.prefix, self.next)

    def join(self, pid, address):
        outside, inside = 'v%d%s' % (pid, self.name[:2]), 'eth-' + self.name
        run('ip', 'link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', str(pid))
        run('ip', 'link', 'set', outside, 'master', 'br-' + self.name, 'up')
        for command in (['link', 'set', 'lo', 'up'], ['link', 'set', inside, 'address', hardware(address)], ['address', 'add', '%s/%s' % (address, self.bits), 'dev', inside],
                        ['link', 'set', inside, 'up']):
            run('nsenter', '--target', str(pid), '--net', 'ip', *command)


class Container:
    """
    root: the image's tree; user: "uid:gid"; service: what compose says of it;
    mounts: (kind, options, source, target); addresses: [(network, address)]
    """

    def __init__(self, name, root, user, service, environment, command, mounts, addresses, folder):
        self.name, self.environment = name, environment
        self.user, self.group = user.split(':')
        self.rights = ['setpriv', '--reuid=' + self.user, '--regid=' + self.group, '--clear-groups']
        if service.get('cap_drop') == ['ALL']:
            self.rights += ['--inh-caps=-all', '--bounding-set=-all']
        if 'no-new-privileges:true' in service.get('security_opt', []):
            self.rights.append('--no-new-privs')
        self.path = os.path.join(folder, name)
        for kind, _, source, target in mounts:
            make_place(root + target, kind == 'bind' and not os.path.isdir(source))
        with open(self.path + '.mounts', 'w', encoding='utf-8') as file:
            file.writelines(' '.join(mount) + '\n' for mount in mounts)
        self.log = open(self.path + '.log', 'wb')
        os.chown(self.path + '.log', int(self.user), int(self.group))
        self.process = subprocess.Popen(
            ['unshare', '--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '--kill-child', 'sh', '-euc', SETUP, 'sh',
             root, self.path + '.mounts', 'ro' if service.get('read_only') else 'rw', *self.rights, 'env', '-i',
             *self.variables(), *command],
            stdin=subprocess.PIPE, stdout=self.log, stderr=self.log)
        self.pid = self.child()
        for network, address in addresses:
            network.join(self.pid, address)
        self.process.stdin.write(b'network\n')
        self.process.stdin.close()

    def variables(self):
        return ['%s=%s' % pair for pair in self.environment.items()]

    def child(self):
        """Process 1 of the container, as this machine numbers it."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and self.process.poll() is None:
            with open('/proc/%d/task/%d/children' % (self.process.pid, self.process.pid), encoding='ascii') as file:
                pids = file.read().split()
            if pids:
                return int(pids[0])
            time.sleep(0.01)
        raise SystemExit('%s did not start: %s' % (self.name, self.said()))

    def said(self):
        with open(self.path + '.log', encoding='utf-8', errors='replace') as file:
            return file.read()[-3000:]

    def execute(self, *command, root=False, wait=30):
        """A command inside, as its user (or as root, with all that root can)."""
        return subprocess.run(['nsenter', '--target', str(self.pid), '--mount', '--pid', '--net', '--root', '--wd',
                               *([] if root else self.rights), 'env', '-i', *self.variables(), *command], capture_output=True, text=True, check=False,
                              timeout=wait, stdin=subprocess.DEVNULL)

    def wait_healthy(self, command, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if self.execute(*command).returncode == 0:
                return
            time.sleep(0.2)
        raise SystemExit('%s is not healthy: %s' % (self.name, self.said()))

    def wait(self, seconds):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def stop(self, number, seconds):
        """The exit status after a signal; None when it had to be killed."""
        os.kill(self.pid, number)
        return self.wait(seconds)

    def kill(self):
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.process.wait(10)

    def processes(self):
        """/proc/PID/status, as a dictionary, of each process inside."""
        namespace = os.readlink('/proc/%d/ns/pid' % self.pid)
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                if os.readlink('/proc/%s/ns/pid' % pid) == namespace:
                    with open('/proc/%s/status' % pid, encoding='utf-8') as file:
                        yield dict(line.rstrip('\n').split(':\t', 1) for line in file if ':\t' in line)
            except (FileNotFoundError, PermissionError):
                continue


def make_place(path, is_file):
    """What is mounted over must be there."""
    if os.path.lexists(path):
        return
    os.makedirs(os.path.dirname(path) if is_file else path, exist_ok=True)
    if is_file:
        with open(path, 'x', encoding='ascii'):
            pass
