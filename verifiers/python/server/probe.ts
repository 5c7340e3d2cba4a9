/**
 * Python source: what isolation is worth, found by trying to break it from where a candidate would stand.
 * Each part maps to null (it held) or to what was possible.
 */
export const probeSource = String.raw`
def probe(limits, beside, scratch_megabytes):
    found = {}

    def held(part, action):
        try:
            found[part] = action()
        except BaseException as problem:
            found[part] = '%s: %s' % (type(problem).__name__, problem)

    def refused(action, *kinds):
        try:
            action()
        except kinds:
            return None
        return 'was allowed'

    def write_new(path, amount):
        with open(path, 'wb', buffering=0) as file:
            for _ in range(amount):
                if file.write(bytes(1 << 20)) != 1 << 20:
                    raise OSError(errno.ENOSPC, 'short write')

    def network():
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(('192.0.2.1', 9))

    def one_process_seen():
        return None if os.getpid() == 1 else 'sees itself as process %d' % os.getpid()

    def processes():
        children = []
        problem = 'more than %d processes were started' % limits['processes']
        for _ in range(limits['processes'] + 3):
            try:
                pid = os.fork()
            except OSError:
                problem = None
                break
            if pid == 0:
                signal.pause()
            children.append(pid)
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        return problem

    def processor():
        # One second is the smallest limit there is.
        pid = os.fork()
        if pid == 0:
            limit(resource.RLIMIT_CPU, 1)
            until = time.monotonic() + 3
            while time.monotonic() < until:
                pass
            os._exit(0)
        status = os.waitpid(pid, 0)[1]
        return None if os.WIFSIGNALED(status) else 'three seconds were used'

    def user():
        if 0 in (os.getuid(), os.geteuid()):
            return 'runs as root'
        return refused(lambda: os.setuid(0), OSError)

    def scratch():
        write_new('/tmp/one', 1)
        os.unlink('/tmp/one')
        def fill():
            for number in range(scratch_megabytes + 2):
                write_new('/tmp/%d' % number, 1)
        problem = refused(fill, OSError)
        for name in os.listdir('/tmp'):
            os.unlink('/tmp/' + name)
        return problem

    held('limits', lambda: apply_limits(limits, beside))
    held('unprivileged user', user)
    held('pid namespace', one_process_seen)
    held('network namespace', lambda: refused(network, OSError))
    held('no nested namespaces', lambda: refused(lambda: unshare(CLONE_NEWUSER), OSError))
    held('read-only root', lambda: refused(lambda: write_new('/written', 0), OSError))
    held('files of others', lambda: refused(lambda: open('/etc/passwd').close(), OSError))
    held('environment', lambda: None if not os.environ else 'has %d variables' % len(os.environ))
    held('scratch', scratch)
    held('memory limit', lambda: refused(lambda: bytearray((limits['memoryMegabytes'] + 1) << 20), MemoryError))
    held('file limit', lambda: refused(lambda: write_new('/tmp/big', limits['fileMegabytes'] + 1), OSError))
    held('process limit', processes)
    held('processor limit', processor)
    return found
`
