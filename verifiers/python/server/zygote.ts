/**
 * Python source, part 3 of the fork server: the zygote and the processes that run candidates.
 *
 * The zygote is forked from the supervisor before the first request is read, and it reads no program and no test
 * itself. So a candidate's memory, which is a copy of the zygote's, holds nothing to find: not the tests, not what
 * they expect, not another candidate.
 *
 * A candidate process: `spare` (forked ahead, waiting) → `loading` (it got its program, limits are set) →
 * `serving` calls → killed. It is pid 1 of its own pid namespace, so killing it kills every thread and daemon that
 * the candidate left, whatever signals they ignore. It never decides anything: it only says what a call returned.
 */
export const zygoteSource = String.raw`
import ast, builtins, random, select, time
import abc, bisect, copy, dataclasses, datetime, enum, functools, hashlib, heapq, io, math, operator, re
import statistics, string, types, typing

PROGRAM_BYTES = 32 * 1024 * 1024


def defined_names(tree):
    """Names that the top level of a program binds, whichever branch it takes."""
    names = set()
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).split('.')[0] for alias in node.names)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names.update(part.id for part in ast.walk(target) if isinstance(part, ast.Name))
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            waiting.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt,
                                                                                              ast.ExceptHandler)))
        elif isinstance(node, ast.ExceptHandler):
            waiting.extend(node.body)
    return names


def choose_program(programs, entry):
    """The first of the ways to read the candidate that compiles and defines the entry point."""
    fallback, problem = None, None
    for index, program in enumerate(programs):
        try:
            tree = ast.parse(program, 'candidate.py')
            code = compile(tree, 'candidate.py', 'exec', dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
            problem = problem or error
            continue
        if entry is None or entry in defined_names(tree):
            return index, code, None
        fallback = fallback or (index, code, None)
    return fallback or (0, None, problem)


def describe_error(error):
    """Type names, nearest first, and the message: all that a checker learns about an exception."""
    try:
        names = [kind.__name__[:100] for kind in type(error).__mro__][:12]
    except BaseException:
        names = ['Exception']
    try:
        message = shorten(str(error))
    except BaseException:
        message = ''
    line = None
    try:
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == 'candidate.py':
                line = trace.tb_lineno
            trace = trace.tb_next
    except BaseException:
        line = None
    return {'names': names, 'message': message, 'line': line}


def what_is_left(namespace, wanted):
    """Which of the names that the tests use are functions, and which are plain data."""
    found = {}
    for name in wanted:
        if name in namespace:
            value = namespace[name]
            found[name] = {'callable': True} if callable(value) else {'value': encode(value, False)}
    return found


def serve_candidate(connection):
    job = receive_program(connection)
    index, code, problem = choose_program(job['programs'], job['entry'])
    if code is None:
        send_message(connection, {'index': index, 'syntax': describe_error(problem),
                                  'at': getattr(problem, 'lineno', None)})
        return
    send_message(connection, {'index': index})
    module = types.ModuleType('candidate')
    sys.modules['candidate'] = module
    namespace = module.__dict__
    printed = sys.stdout
    random.seed(0)
    try:
        exec(code, namespace)
        if job['entry'] is not None and job['entry'] not in namespace:
            raise NameError("name '%s' is not defined" % job['entry'])
        found = what_is_left(namespace, job['wanted'])
    except BaseException as error:
        send_message(connection, {'error': describe_error(error)})
        return
    send_message(connection, {'found': found})
    while True:
        call = receive_message(connection)
        reply = {'id': call['id']}
        try:
            arguments = decode(call['arguments'])
            keywords = {name: decode(value) for name, value in call['keywords']}
            value = namespace[call['name']](*arguments, **keywords)
            reply['value'] = encode(value, False)
            left = encode(arguments, False)
            if left != call['arguments']:
                reply['arguments'] = left
        except BaseException as error:
            reply = {'id': call['id'], 'error': describe_error(error)}
        try:
            printed.flush()
            send_message(connection, reply)
        except (NotPlain, ValueError, RecursionError, MemoryError, UnicodeError) as error:
            send_message(connection, {'id': call['id'], 'error': describe_error(error)})


def receive_program(connection):
    job = receive_message(connection, PROGRAM_BYTES)
    if 'probe' in job:
        send_message(connection, probe(job['limits'], job['beside'], job['scratchMegabytes']))
        os._exit(0)
    apply_limits(job['limits'], job['beside'])
    return job


def run_candidate(connection, output, scratch_megabytes, confined):
    """All that happens in a candidate process; never returns."""
    try:
        die_with_parent()
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        keep_descriptors(connection.fileno())
        if confined['scratch']:
            fresh_scratch(scratch_megabytes)
        if confined['capabilities']:
            drop_capabilities()
        serve_candidate(connection)
    except BaseException:
        # Whoever waits for an answer sees the connection end.
        os._exit(1)
    os._exit(0)


def prepare_streams():
    """Made once for all candidates: only what the descriptors lead to differs."""
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), 'utf-8', 'replace')
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, 'w', closefd=False)), 'utf-8', 'replace')
    sys.stderr = io.TextIOWrapper(io.BufferedWriter(io.FileIO(2, 'w', closefd=False)), 'utf-8', 'replace',
                                  line_buffering=True)
    sys.argv = ['candidate.py']


def enter_pid_namespace(home):
    """The next fork of this process becomes pid 1 of a new namespace."""
    if home is not None:
        unshare(CLONE_NEWPID)


def leave_pid_namespace(home):
    """Back to our own, without which no second namespace may be asked for."""
    if home is not None:
        called(libc.setns(home, CLONE_NEWPID))


def fork_in_pid_namespace(home):
    """The pid of a child that is pid 1 of its own namespace; 0 in that child."""
    enter_pid_namespace(home)
    try:
        pid = os.fork()
    except BaseException:
        leave_pid_namespace(home)
        raise
    if pid > 0:
        leave_pid_namespace(home)
    return pid


# A process that ends closes its sockets a moment before it can be reaped.
ENDING_SECONDS = 0.1


def end_process(pid, isolated, patience=0):
    """Kills and reaps; says how it had ended if it had: ['exit', code] or ['signal', number], else None."""
    until = time.monotonic() + patience
    ended, status = os.waitpid(pid, os.WNOHANG)
    while ended == 0 and time.monotonic() < until:
        time.sleep(0.001)
        ended, status = os.waitpid(pid, os.WNOHANG)
    if ended == 0:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            status = 0
    if not isolated:
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            status = status
    if ended == 0:
        os.waitpid(pid, 0)
        return None
    return ['signal', os.WTERMSIG(status)] if os.WIFSIGNALED(status) else ['exit', os.WEXITSTATUS(status)]


def run_zygote(control, home, settings, confined):
    """
    Forks candidates on request: N for the next one; K kills the present one, W lets it end by itself first, since it
    has gone. Ends with its supervisor.
    """
    prepare_streams()
    gc.freeze()
    pid = None
    while True:
        try:
            command = control.recv(1)
        except OSError:
            # The supervisor ended before it read our last message.
            command = b''
        if command == b'N':
            ours, theirs = socket.socketpair()
            output, output_theirs = os.pipe()
            pid = fork_in_pid_namespace(home)
            if pid == 0:
                run_candidate(theirs, output_theirs, settings['scratchMegabytes'], confined)
            theirs.close()
            os.close(output_theirs)
            socket.send_fds(control, [b'N'], [ours.fileno(), output])
            ours.close()
            os.close(output)
        elif command in (b'K', b'W') and pid is not None:
            patience = ENDING_SECONDS if command == b'W' else 0
            control.sendall(json.dumps(end_process(pid, home is not None, patience)).encode() + b'\n')
            pid = None
        elif command == b'':
            os._exit(0)
`
