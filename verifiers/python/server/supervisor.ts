/**
 * Python source, part 5 of the fork server: the process that owns all the others.
 *
 * launcher (waits, so that the namespaces can be entered by forking) → supervisor (pid 1 inside: when it ends,
 * everything ends) → zygote → candidate, one at a time, forked ahead
 *                  → checkers, one per test source lately used
 *
 * A request: `read` → the spare candidate's socket is handed to the checker of its tests → `watching` (progress,
 * output, deadline) → the candidate is killed and reaped → `answered` → the next spare is asked for. A request is
 * answered only after nothing of its candidate is left running.
 *
 * A checker lives on for the next candidate of the same tests, because forking it costs as much as all of its work.
 * It runs nothing but those tests, so there is nobody to protect from it but itself; it is ended when anything was
 * out of the ordinary, and after a number of candidates.
 */
export const supervisorSource = String.raw`
PREPARED_TESTS = 64
CHECKERS = 8
CANDIDATES_PER_CHECKER = 500
# Processes of one user that live beside a candidate, without checkers: launcher, supervisor, zygote, candidate.
BESIDE = 4
READ_BYTES = 65536


def read_request():
    header = read_all(0, 4)
    if header is None:
        return None
    body = read_all(0, struct.unpack('>I', header)[0])
    return None if body is None else json.loads(body)


def read_all(descriptor, length):
    chunks = []
    while length > 0:
        chunk = os.read(descriptor, min(length, 1 << 20))
        if not chunk:
            return None
        chunks.append(chunk)
        length -= len(chunk)
    return b''.join(chunks)


def answer(message):
    body = json.dumps(message).encode()
    body = struct.pack('>I', len(body)) + body
    while body:
        body = body[os.write(1, body):]


class Supervisor:
    def __init__(self, control, home, settings, confined):
        self.control, self.home = control, home
        self.settings, self.confined = settings, confined
        self.prepared = collections.OrderedDict()
        self.checkers = collections.OrderedDict()
        self.asked = False

    def ask_for_spare(self):
        if not self.asked:
            self.control.sendall(b'N')
            self.asked = True

    def take_spare(self):
        self.ask_for_spare()
        _, descriptors, _, _ = socket.recv_fds(self.control, 1, 2)
        self.asked = False
        if len(descriptors) != 2:
            # Without a zygote nothing can be verified; the client starts a new server.
            os._exit(3)
        return socket.socket(fileno=descriptors[0]), descriptors[1]

    def end_candidate(self, gone=False):
        self.control.sendall(b'W' if gone else b'K')
        line = b''
        while not line.endswith(b'\n'):
            part = self.control.recv(4096)
            if not part:
                os._exit(3)
            line += part
        return json.loads(line)

    def prepare(self, job):
        key = (job['tests'], job.get('preamble'))
        tests = self.prepared.get(key)
        if tests is None:
            tests = self.prepared[key] = Tests(*key)
            if len(self.prepared) > PREPARED_TESTS:
                self.prepared.popitem(last=False)
        else:
            self.prepared.move_to_end(key)
        return tests

    def checker_of(self, job):
        """The checker of the job's tests, forked if there is none. Cases are data: one checker serves all."""
        key = None if job['kind'] == 'cases' else (job['tests'], job.get('preamble'))
        checker = self.checkers.get(key)
        if checker is None:
            tests = None if key is None else self.prepare(job)
            if len(self.checkers) >= CHECKERS:
                self.checkers.popitem(last=False)[1].end(self.home)
            checker = self.checkers[key] = Checker(self, key, tests)
        self.checkers.move_to_end(key)
        return checker

    def probe(self, job):
        connection, output = self.take_spare()
        send_message(connection, {'probe': True, 'limits': job['limits'], 'beside': BESIDE + len(self.checkers),
                                  'scratchMegabytes': self.settings['scratchMegabytes']})
        connection.settimeout(job['deadlineMs'] / 1000)
        try:
            found = receive_message(connection)
        except (EOFError, OSError, Malformed):
            found = {}
        connection.close()
        os.close(output)
        self.end_candidate()
        return {'found': found}

    def verify(self, job):
        started = time.monotonic()
        try:
            checker = self.checker_of(job)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
            return {'unsupported': 'The tests do not compile: %s' % problem}
        connection, output = self.take_spare()
        watch = Watch(checker.progress, output, started + job['deadlineMs'] / 1000)
        checker.give(connection, dict({name: value for name, value in job.items() if name != 'tests'},
                                      beside=BESIDE + len(self.checkers)))
        connection.close()
        watch.run()
        gone = watch.outcome is not None and watch.outcome['gone'] is not None
        if watch.outcome is None or gone or checker.used >= CANDIDATES_PER_CHECKER:
            del self.checkers[checker.key]
            checker.kill(self.home)
        ended = self.end_candidate(gone)
        watch.drain()
        if checker.pid is None:
            checker.close()
        os.close(output)
        texts = job['cases'] if checker.tests is None else checker.tests.texts
        return {'passed': watch.passed, 'failed': watch.failed, 'memory': watch.memory, 'chosen': watch.chosen,
                'late': watch.late, 'feedback': watch.feedback, 'outcome': watch.outcome, 'problem': watch.problem,
                'ended': ended, 'unreached': len(texts) - watch.reached,
                'printed': watch.printed.decode('utf-8', 'replace'),
                'milliseconds': (time.monotonic() - started) * 1000}


class Checker:
    """The supervisor's handle of a checker process."""

    def __init__(self, supervisor, key, tests):
        self.key, self.tests, self.used = key, tests, 0
        self.control, theirs = socket.socketpair()
        self.progress, progress_theirs = os.pipe()
        self.pid = fork_in_pid_namespace(supervisor.home)
        if self.pid == 0:
            run_checker(theirs, progress_theirs, tests, BESIDE + CHECKERS, supervisor.confined)
        theirs.close()
        os.close(progress_theirs)

    def give(self, connection, job):
        self.used += 1
        body = json.dumps(job).encode()
        socket.send_fds(self.control, [struct.pack('>I', len(body))], [connection.fileno()])
        self.control.sendall(body)

    def kill(self, home):
        end_process(self.pid, home is not None)
        self.pid = None

    def close(self):
        self.control.close()
        os.close(self.progress)

    def end(self, home):
        self.kill(home)
        self.close()


class Watch:
    """Reads what a checker tells and what a candidate prints, until the outcome or the deadline."""

    def __init__(self, progress, output, deadline):
        self.progress, self.output, self.deadline = progress, output, deadline
        self.passed = self.failed = self.reached = self.memory = 0
        self.chosen = self.feedback = self.outcome = self.problem = None
        self.late = False
        self.printed = b''
        self.partial = b''

    def run(self):
        open_ends = [self.progress, self.output, 0]
        while self.outcome is None and self.problem is None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                self.late = True
                return
            ready, _, _ = select.select(open_ends, [], [], left)
            if 0 in ready:
                # Requests come one at a time, so this is the client going away.
                os._exit(0)
            if self.output in ready and not self.read_output():
                open_ends.remove(self.output)
            if self.progress in ready and not self.read_progress():
                return

    def drain(self):
        # Both writers are dead: what the pipes hold is all there will be.
        if self.outcome is None:
            while self.read_progress():
                pass
        while len(self.printed) < OUTPUT_BYTES and self.read_output():
            pass

    def read_output(self):
        chunk = os.read(self.output, READ_BYTES)
        self.printed = (self.printed + chunk)[:OUTPUT_BYTES]
        return len(chunk) > 0

    def read_progress(self):
        chunk = os.read(self.progress, READ_BYTES)
        *lines, self.partial = (self.partial + chunk).split(b'\n')
        for line in lines:
            kind, value = line[:1], json.loads(line[1:])
            if kind == b'P':
                self.passed += value[0]
                self.reached = value[1]
            elif kind == b'F':
                self.failed += 1
                self.feedback = self.feedback or value
            elif kind == b'M':
                self.memory += 1
            elif kind == b'I':
                self.chosen = value
            elif kind == b'D':
                self.outcome = value
            elif kind == b'X':
                self.problem = value
        return len(chunk) > 0


def supervise(settings, report, before):
    """Inside the namespaces, as pid 1 of them."""
    global NULL_DEVICE
    die_with_parent()
    home = None
    for part, identity in namespaces_now().items():
        if report[part] is None and (identity is None or identity == before[part]):
            report[part] = 'still the one of the host'
    if report['pid namespace'] is None:
        try:
            home = os.open('/proc/self/ns/pid', os.O_RDONLY)
        except OSError as problem:
            report['pid namespace'] = str(problem)
    attempt(report, 'no nested namespaces', forbid_nested_user_namespaces)
    if report['mount namespace'] is None:
        attempt(report, 'read-only root', build_root)
    else:
        report['read-only root'] = 'needs the mount namespace'
    attempt(report, 'unprivileged user', only_if_unprivileged)
    report['scratch'] = None if report['read-only root'] is None else 'needs the read-only root'
    report['capabilities'] = None if report['user namespace'] is None else 'needs the user namespace'
    confined = {'scratch': report['scratch'] is None, 'capabilities': report['capabilities'] is None}
    attempt(report, 'no new privileges', forbid_new_privileges)
    NULL_DEVICE = os.open('/dev/null', os.O_RDWR)
    os.environ.clear()
    ours, theirs = socket.socketpair()
    gc.freeze()
    zygote = os.fork()
    if zygote == 0:
        die_with_parent()
        for stream in (0, 1):
            os.dup2(NULL_DEVICE, stream)
        ours.close()
        keep_descriptors(theirs.fileno(), *([] if home is None else [home]))
        run_zygote(theirs, home, settings, confined)
    theirs.close()
    supervisor = Supervisor(ours, home, settings, confined)
    supervisor.ask_for_spare()
    answer({'report': report, 'executable': sys.executable, 'version': sys.version.split(' ')[0]})
    while True:
        job = read_request()
        if job is None:
            os._exit(0)
        answer(supervisor.probe(job) if job['kind'] == 'probe' else supervisor.verify(job))
        supervisor.ask_for_spare()


def launch():
    settings = json.loads(sys.argv[1])
    sys.setswitchinterval(0.005)
    report = {}
    before = namespaces_now()
    attempt(report, 'user namespace', enter_user_namespace)
    attempt(report, 'mount namespace', lambda: unshare(CLONE_NEWNS))
    attempt(report, 'network namespace', lambda: unshare(CLONE_NEWNET))
    attempt(report, 'ipc namespace', lambda: unshare(CLONE_NEWIPC))
    attempt(report, 'host name namespace', lambda: unshare(CLONE_NEWUTS))
    attempt(report, 'pid namespace', lambda: unshare(CLONE_NEWPID))
    die_with_parent()
    pid = os.fork()
    if pid == 0:
        try:
            supervise(settings, report, before)
        except BaseException as problem:
            sys.stderr.write('%s: %s' % (type(problem).__name__, problem))
            sys.stderr.flush()
            os._exit(4)
    # The supervisor alone talks to the client: when it dies, the client must see the pipes end.
    for stream in (0, 1, 2):
        os.close(stream)
    os.waitpid(pid, 0)
    os._exit(0)


launch()
`
