/**
 * Python source, part 1 of the fork server: how a process is cut off from the machine.
 *
 * Done with ctypes instead of `unshare`, `mount` and `prlimit`, for three reasons: no other program has to be
 * installed, each part can fail on its own and say why, and the interpreter never execs again, so that nothing of
 * the host has to be reachable once it runs.
 *
 * Every part writes `None` (in force) or the reason it is not into `report`.
 */
export const confinementSource = String.raw`
import ctypes, errno, os, resource, signal, socket, struct, sys

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_NOATIME, MS_NODIRATIME, MS_BIND = 32, 1024, 2048, 4096
MS_REC, MS_PRIVATE, MS_RELATIME = 16384, 1 << 18, 1 << 21
ST_RELATIME = 4096
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CAPABILITY_VERSION_3 = 0x20080522
PIVOT_ROOT = {'x86_64': 155, 'aarch64': 41, 'riscv64': 41}

# What a candidate sees itself as. Not 0, so that nothing grants it a capability; not 65534, which is how every
# file of an unmapped owner looks.
INNER_USER = 1000

try:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
except Exception as problem:
    libc = None


def called(result):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def unshare(flags):
    if libc is None or not hasattr(libc, 'unshare'):
        raise OSError(errno.ENOSYS, 'this system has no namespaces')
    called(libc.unshare(flags))


def mount(source, target, kind, flags, data=None):
    called(libc.mount(*[None if text is None else os.fsencode(text) for text in (source, target, kind)],
                      flags, None if data is None else data.encode()))


def die_with_parent():
    if libc is not None and hasattr(libc, 'prctl'):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def attempt(report, part, action):
    """Runs one part and notes what became of it: weak isolation goes on with what works."""
    try:
        action()
        report[part] = None
    except Exception as problem:
        report[part] = '%s: %s' % (type(problem).__name__, problem)


def write_file(path, text):
    with open(path, 'w') as file:
        file.write(text)


def enter_user_namespace():
    user, group = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER)
    write_file('/proc/self/setgroups', 'deny')
    write_file('/proc/self/uid_map', '%d %d 1' % (INNER_USER, user))
    write_file('/proc/self/gid_map', '%d %d 1' % (INNER_USER, group))


def forbid_nested_user_namespaces():
    # A nested user namespace would hand a candidate every capability again, mounting tmpfs of any size included.
    write_file('/proc/sys/user/max_user_namespaces', '0')


NAMESPACES = {'user namespace': 'user', 'mount namespace': 'mnt', 'network namespace': 'net',
              'ipc namespace': 'ipc', 'host name namespace': 'uts', 'pid namespace': 'pid'}


def namespaces_now():
    """The identity of each namespace this process is in."""
    found = {}
    for part, name in NAMESPACES.items():
        try:
            found[part] = os.readlink('/proc/self/ns/' + name)
        except OSError as problem:
            found[part] = None
    return found


def only_if_unprivileged():
    if os.getuid() == 0 or os.geteuid() == 0:
        raise PermissionError('still runs as root')


def mount_flags(path):
    """The flags a mount has: a remount inside a user namespace may add to them and must not take any away."""
    have = os.statvfs(path).f_flag
    flags = have & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)
    return flags | (MS_RELATIME if have & ST_RELATIME else 0)


def library_folders():
    """All that a running interpreter still opens: shared objects and modules. No programs, no /etc, no home."""
    wanted = ['/lib', '/lib32', '/lib64', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/local/lib',
              '/usr/share/zoneinfo']
    for prefix in (sys.base_prefix, sys.prefix, sys.base_exec_prefix, sys.exec_prefix):
        wanted.append(os.path.join(prefix, 'lib'))
    wanted.extend(path for path in sys.path if path)
    folders = []
    for path in wanted:
        path = os.path.normpath(path)
        if not os.path.isdir(path):
            continue
        if not any(path == known or path.startswith(known + '/') for known, _ in folders):
            folders.append((path, os.path.realpath(path)))
    return folders


def build_root():
    """
    Leaves a root that holds the interpreter's libraries, four devices and an empty /tmp, all of it read-only.
    The old root is pivoted away first and bound from there, so that a library below the folder used as mount
    point is still found.
    """
    folders = library_folders()
    links = [(path, os.readlink(path)) for path, _ in folders if os.path.islink(path)]
    base = next(path for path in ('/tmp', '/var/tmp', '/mnt', '/run') if os.path.isdir(path))
    mount(None, '/', None, MS_REC | MS_PRIVATE)
    mount('tmpfs', base, 'tmpfs', MS_NOSUID | MS_NODEV, 'size=1m,mode=755')
    os.mkdir(base + '/old')
    number = PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise OSError(errno.ENOSYS, 'pivot_root is not known for this processor')
    called(libc.syscall(number, os.fsencode(base), os.fsencode(base + '/old')))
    os.chdir('/')
    for path, target in links:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)
    linked = {path for path, _ in links}
    for path, real in folders:
        if path in linked:
            # A link that leads out of what is bound anyway gets its folder too.
            if any(real == known or real.startswith(known + '/') for known, _ in folders if known not in linked):
                continue
            path = real
        os.makedirs(path, exist_ok=True)
        mount('/old' + real, path, None, MS_BIND | MS_REC)
    with open('/old/proc/self/mountinfo') as mounts:
        points = [line.split(' ')[4].replace('\\040', ' ') for line in mounts]
    for point in points:
        if point != '/' and point != '/old' and not point.startswith('/old/'):
            mount(None, point, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | mount_flags(point))
    os.makedirs('/dev', exist_ok=True)
    for device in ('null', 'zero', 'urandom', 'random'):
        open('/dev/' + device, 'w').close()
        mount('/old/dev/' + device, '/dev/' + device, None, MS_BIND)
    os.makedirs('/tmp', exist_ok=True)
    called(libc.umount2(b'/old', MNT_DETACH))
    os.rmdir('/old')
    mount(None, '/', None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def fresh_scratch(megabytes):
    """A /tmp of this candidate alone; it goes with the candidate's mount namespace."""
    unshare(CLONE_NEWNS)
    mount('tmpfs', '/tmp', 'tmpfs', MS_NOSUID | MS_NODEV | MS_NOEXEC,
          'size=%dm,nr_inodes=512,mode=700' % megabytes)
    os.chdir('/tmp')


NO_CAPABILITIES = (struct.pack('=Ii', CAPABILITY_VERSION_3, 0), bytes(24))


def forbid_new_privileges():
    called(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def drop_capabilities():
    called(libc.capset(*NO_CAPABILITIES))


def limit(kind, amount):
    """Soft and hard, never above what is already the hard limit."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    resource.setrlimit(kind, (amount, amount))


def apply_limits(limits, beside):
    """The limits of a process; 'beside' is how many of its user's processes are ours."""
    megabyte = 1024 * 1024
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_AS, limits['memoryMegabytes'] * megabyte)
    if 'cpuSeconds' in limits:
        limit(resource.RLIMIT_CPU, limits['cpuSeconds'])
    limit(resource.RLIMIT_FSIZE, limits['fileMegabytes'] * megabyte)
    limit(resource.RLIMIT_NOFILE, limits['openFiles'])
    if hasattr(resource, 'RLIMIT_NPROC'):
        limit(resource.RLIMIT_NPROC, beside + limits['processes'])
    for name in ('RLIMIT_MSGQUEUE', 'RLIMIT_MEMLOCK'):
        if hasattr(resource, name):
            limit(getattr(resource, name), 0)


def keep_descriptors(*kept):
    """Closes every other descriptor above stderr: what a process does not hold it cannot forge bytes on."""
    last = 3
    for descriptor in sorted(kept):
        os.closerange(last, descriptor)
        last = descriptor + 1
    os.closerange(last, 4096)
`
