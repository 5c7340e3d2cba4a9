/**
 * Python source, part 4 of the fork server: where the verdict is decided.
 *
 * The tests run here, in a process that never executes a byte of the candidate. `candidate` is a stand-in that sends
 * the arguments to the candidate's process and decodes the plain data that comes back; every comparison is made on
 * that data by this process. What a candidate patches, prints, overrides or forges stays on its side.
 *
 * Each `assert` of the tests is rewritten so that it is counted and the run goes on: that is what partial credit
 * counts. An assert inside a `try` whose handlers would catch it keeps raising, because there the tests themselves
 * look at it. An assert of a constant checks nothing and is not counted.
 */
export const checkerSource = String.raw`
COUNTED, GONE_ON = '__outthink_counted__', '__outthink_error__'
FEEDBACK_CHARACTERS = 240
# Its own amount of memory: what it takes to decode the largest answer does not depend on the candidate's.
CHECKER_LIMITS = {'memoryMegabytes': 1024, 'fileMegabytes': 8, 'openFiles': 64, 'processes': 16}
BUILTIN_NAMES = frozenset(dir(builtins))
CATCHES_ASSERTIONS = frozenset(['AssertionError', 'Exception', 'BaseException'])


class CandidateGone(BaseException):
    """The candidate's process ended or sent something else than an answer; no test may catch this."""


class Unsupported(BaseException):
    """The tests ask for something that cannot be sent to another process."""


class CandidateError(Exception):
    """An exception of the candidate whose type is not a built-in one."""


class CandidateExit(CandidateError):
    """The candidate asked its process to end (SystemExit, KeyboardInterrupt)."""


def catches_assertions(handler):
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, 'id', None) in CATCHES_ASSERTIONS for kind in kinds)


class CountAsserts(ast.NodeTransformer):
    """Rewrites the asserts of a test source; 'texts' are their sources by number."""

    def __init__(self, source):
        self.source = source
        self.texts = []
        self.caught = 0

    def visit_Try(self, node):
        catching = any(catches_assertions(handler) for handler in node.handlers)
        self.caught += catching
        node.body = [self.visit(child) for child in node.body]
        self.caught -= catching
        for part in ('handlers', 'orelse', 'finalbody'):
            setattr(node, part, [self.visit(child) for child in getattr(node, part)])
        return node

    def visit_Assert(self, node):
        test = node.test
        if isinstance(test, ast.Constant) and test.value:
            return node
        number = len(self.texts)
        self.texts.append(' '.join((ast.get_source_segment(self.source, node) or 'assert').split()))
        arguments = [ast.Constant(number)]
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            # Both sides apart, so that the feedback can say what was returned instead.
            arguments += [test.left, test.comparators[0]]
        else:
            arguments += [test]
        counted = ast.Expr(ast.Call(ast.Name(COUNTED, ast.Load()), arguments, [
            ast.keyword('raises', ast.Constant(self.caught > 0))]))
        if self.caught > 0:
            return self.placed(counted, node)
        failed = ast.Expr(ast.Call(ast.Name(GONE_ON, ast.Load()), [
            ast.Constant(number), ast.Name('__outthink_problem__', ast.Load())], []))
        return self.placed(ast.Try([counted], [ast.ExceptHandler(ast.Name('Exception', ast.Load()),
                                                                 '__outthink_problem__', [failed])], [], []), node)

    @staticmethod
    def placed(made, node):
        return ast.fix_missing_locations(ast.copy_location(made, node))


class Tests:
    """A test source made ready once for all candidates of its prompt."""

    def __init__(self, source, preamble):
        tree = ast.parse(source, 'tests.py')
        bound, loaded = set(), set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                (loaded if isinstance(node.ctx, ast.Load) else bound).add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                bound.add(node.name)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                bound.update((alias.asname or alias.name).split('.')[0] for alias in node.names)
        self.top = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        rewriting = CountAsserts(source)
        self.code = compile(rewriting.visit(tree), 'tests.py', 'exec', dont_inherit=True)
        self.texts = rewriting.texts
        # What the prompt itself defines is taken from the prompt: a candidate that redefines a helper of the
        # tests changes its own copy only. A built-in name is never taken from the candidate.
        self.preamble, given = None, set()
        if preamble:
            try:
                given_tree = ast.parse(preamble, 'prompt.py')
                self.preamble = compile(given_tree, 'prompt.py', 'exec', dont_inherit=True)
                given = defined_names(given_tree)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                given = set()
        self.wanted = sorted(loaded - bound - BUILTIN_NAMES - given)
        self.given = given


class Channel:
    """The checker's end of the line to the candidate's process."""

    def __init__(self, connection):
        self.connection = connection
        self.count = 0
        self.gone = None
        self.unsupported = None

    def receive(self):
        if self.gone is not None:
            raise CandidateGone(self.gone)
        try:
            message = receive_message(self.connection)
            if type(message) is not dict:
                raise Malformed('no object')
            return message
        except (EOFError, OSError):
            self.lose('its process ended')
        except Malformed:
            self.lose('it sent something that is no answer')

    def lose(self, reason):
        self.gone = reason
        raise CandidateGone(reason)

    def refuse(self, reason):
        # Kept, because a bare except in the tests may swallow what is raised here.
        self.unsupported = reason
        raise Unsupported(reason)

    def send(self, message, most=MESSAGE_BYTES):
        if self.gone is not None:
            raise CandidateGone(self.gone)
        try:
            send_message(self.connection, message, most)
        except OSError:
            self.lose('its process ended')
        except NotPlain as problem:
            self.refuse('The tests pass %s to the candidate.' % problem)

    def call(self, name, arguments, keywords):
        try:
            sent = encode(arguments, True)
            named = [[key, encode(value, True)] for key, value in keywords.items()]
        except NotPlain as problem:
            self.refuse('The tests pass a value of type %s, which is not plain data.' % problem)
        self.count += 1
        report_progress()
        self.send({'id': self.count, 'name': name, 'arguments': sent, 'keywords': named})
        reply = self.receive()
        if reply.get('id') != self.count or type(reply.get('id')) is not int:
            self.lose('it sent something that is no answer')
        if 'error' in reply:
            raise candidate_exception(reply['error'])
        try:
            if 'arguments' in reply:
                mirror(arguments, decode(reply['arguments']))
            return decode(reply['value'])
        except (Malformed, ValueError, TypeError, KeyError, ArithmeticError, RecursionError, MemoryError):
            self.lose('it sent something that is no answer')


class Proxy:
    """Stands for one function of the candidate."""

    def __init__(self, channel, name):
        self.__dict__.update(_channel=channel, __name__=name, __qualname__=name)

    def __call__(self, *arguments, **keywords):
        return self._channel.call(self.__name__, arguments, keywords)

    def __repr__(self):
        return '<function %s>' % self.__name__


def mirror(held, left):
    """Makes the tests' own arguments look as the candidate left its copies."""
    if type(held) is not type(left) or isinstance(held, (str, bytes)) or held is left:
        return False
    if type(held) is list or type(held) is tuple:
        if len(held) == len(left):
            for index, item in enumerate(left):
                if not mirror(held[index], item) and type(held) is list:
                    held[index] = item
        elif type(held) is list:
            held[:] = left
    elif type(held) is dict:
        for key in [key for key in held if key not in left]:
            del held[key]
        for key, item in left.items():
            if key not in held or not mirror(held[key], item):
                held[key] = item
    elif type(held) is set:
        held.clear()
        held.update(left)
    elif type(held) is bytearray:
        held[:] = left
    else:
        return False
    return type(held) is not tuple


def read_error(error):
    """The names and the message of a described error, whatever was really sent."""
    if type(error) is not dict:
        return ['Exception'], '', None
    names = error.get('names')
    if type(names) is not list or not names or not all(type(name) is str for name in names):
        names = ['Exception']
    message = error.get('message')
    line = error.get('line')
    return [name[:100] for name in names[:12]], message if type(message) is str else '', \
        line if type(line) is int else None


def candidate_exception(error):
    names, message, _ = read_error(error)
    if 'MemoryError' in names:
        tally.tell('M')
    for name in names:
        kind = getattr(builtins, name, None)
        if name in ('SystemExit', 'KeyboardInterrupt', 'GeneratorExit'):
            return CandidateExit('%s: %s' % (name, message))
        if isinstance(kind, type) and issubclass(kind, Exception) and kind is not Exception:
            try:
                return kind(message)
            except Exception:
                return CandidateError('%s: %s' % (names[0], message))
    return CandidateError('%s: %s' % (names[0], message))


def show(value, length=80):
    """A short text of plain data; a huge value is not even written out."""
    if isinstance(value, (str, bytes)):
        return shorten(repr(value[:length]), length)
    if isinstance(value, (list, tuple, set, frozenset, dict)) and len(value) > length:
        return '%s of %d items' % (type(value).__name__, len(value))
    try:
        return shorten(repr(value), length)
    except Exception:
        return type(value).__name__


class Tally:
    """What the tests found so far, told to the supervisor before anything may block."""

    def __init__(self):
        self.passed = self.failed = 0
        self.untold = 0
        self.reached = set()
        self.feedback = None
        self.write = None

    def tell(self, kind, value=None):
        body = kind.encode() + json.dumps(value).encode() + b'\n'
        while body:
            body = body[os.write(self.write, body):]

    def count(self, number, good):
        self.reached.add(number)
        if good:
            self.passed += 1
            self.untold += 1
        else:
            self.failed += 1

    def explain(self, number, reason):
        if self.feedback is None:
            text = self.texts[number]
            room = FEEDBACK_CHARACTERS - min(len(reason), FEEDBACK_CHARACTERS // 2)
            self.feedback = '%s: %s' % (shorten(text, room), shorten(reason, FEEDBACK_CHARACTERS // 2))
            self.tell('F', self.feedback)
        else:
            self.tell('F')


tally = Tally()


def report_progress():
    if tally.untold > 0:
        tally.tell('P', [tally.untold, len(tally.reached)])
        tally.untold = 0


def counted(number, left, *right, raises):
    """One assertion: its only value, or the two sides of its only ==."""
    if right:
        equal = left == right[0]
        good = bool(equal)
    else:
        good = bool(left)
    if raises:
        if not good:
            raise AssertionError(tally.texts[number])
        tally.count(number, True)
        return
    tally.count(number, good)
    if not good:
        tally.explain(number, 'got %s' % show(left) if right else 'it does not hold')


def counted_error(number, problem):
    tally.count(number, False)
    text = str(problem)
    if not isinstance(problem, CandidateError):
        text = '%s: %s' % (type(problem).__name__, text) if text else type(problem).__name__
    tally.explain(number, 'raised ' + shorten(text))


def load_candidate(channel, job, wanted):
    """Sends the program; what it defines of the wanted names, or None when it could not be loaded."""
    channel.send({'programs': job['programs'], 'entry': job['entry'], 'wanted': wanted, 'limits': job['limits'],
                  'beside': job['beside']}, PROGRAM_BYTES)
    chosen = channel.receive()
    index = chosen.get('index')
    tally.tell('I', index if type(index) is int else 0)
    if 'syntax' in chosen:
        names, message, _ = read_error(chosen['syntax'])
        return None, 'The program does not compile: %s: %s' % (names[0], message)
    loaded = channel.receive()
    if 'found' not in loaded or type(loaded['found']) is not dict:
        names, message, line = read_error(loaded.get('error'))
        if 'MemoryError' in names:
            tally.tell('M')
        where = '' if line is None else ' (line %d of the program)' % line
        return None, 'The program stops before any test: %s: %s%s' % (names[0], message, where)
    return loaded['found'], None


def run_tests(channel, job, tests):
    """All tests against one candidate. 'complete' means that the tests came to their own end."""
    tally.texts = tests.texts
    entry = job['entry']
    wanted = [name for name in tests.wanted if name != entry]
    found, problem = load_candidate(channel, job, wanted)
    if problem is not None:
        return {'complete': False, 'feedback': problem}
    namespace = {'__name__': 'tests', '__builtins__': builtins}
    random.seed(0)
    if tests.preamble is not None:
        try:
            exec(tests.preamble, namespace)
        except Exception as error:
            raise Unsupported('The prompt\'s own code does not run: %s: %s' % (type(error).__name__, error))
    for name in wanted:
        what = found.get(name)
        if type(what) is dict and what.get('callable') is True:
            namespace[name] = Proxy(channel, name)
        elif type(what) is dict and 'value' in what:
            try:
                namespace[name] = decode(what['value'])
            except (Malformed, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError):
                channel.lose('it sent something that is no answer')
    if entry is not None:
        namespace[entry] = Proxy(channel, entry)
        namespace.setdefault('candidate', namespace[entry])
    namespace[COUNTED], namespace[GONE_ON] = counted, counted_error
    try:
        exec(tests.code, namespace)
        for name in tests.top:
            if name == 'check' and entry is not None:
                namespace['check'](namespace[entry])
            elif name.startswith('test'):
                namespace[name]()
    except Exception as error:
        text = 'The tests stopped: %s: %s' % (type(error).__name__, shorten(str(error)))
        return {'complete': False, 'feedback': text}
    return {'complete': True, 'feedback': None}


def json_form(value, depth=0):
    """The value as JSON would carry it; NotPlain when it would not."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind is list or kind is tuple:
        return [json_form(item) for item in value]
    if kind is dict:
        form = {}
        for key, item in value.items():
            if type(key) is bool or key is None:
                key = json.dumps(key)
            elif type(key) in (int, float):
                key = repr(key)
            elif type(key) is not str:
                raise NotPlain(type(key).__name__)
            form[key] = json_form(item)
        return form
    raise NotPlain(value.kind if kind is Opaque else kind.__name__)


def same_json(found, expected, tolerance):
    number = (int, float)
    if type(found) in number and type(expected) in number:
        if found == expected:
            return True
        if type(found) is int and type(expected) is int and tolerance == 0:
            return False
        try:
            return abs(found - expected) <= tolerance * max(1.0, abs(float(expected)))
        except OverflowError:
            return False
    if type(found) is not type(expected):
        return False
    if type(found) is list:
        return len(found) == len(expected) and all(
            same_json(one, other, tolerance) for one, other in zip(found, expected))
    if type(found) is dict:
        return found.keys() == expected.keys() and all(
            same_json(found[key], expected[key], tolerance) for key in expected)
    return found == expected


def run_cases(channel, job):
    """Every case is one call and one comparison of JSON values."""
    cases = job['cases']
    entry = job['entry']
    tally.texts = ['%s(%s)' % (entry, shorten(', '.join(
        [show(value) for value in case['args']] + ['%s=%s' % (key, show(value)) for key, value in
                                                   case['kwargs'].items()]), 160)) for case in cases]
    _, problem = load_candidate(channel, job, [])
    if problem is not None:
        return {'complete': False, 'feedback': problem}
    for number, case in enumerate(cases):
        try:
            value = channel.call(entry, tuple(case['args']), case['kwargs'])
        except Exception as error:
            counted_error(number, error)
            continue
        try:
            good = same_json(json_form(value), case['expected'], job['tolerance'])
        except (NotPlain, RecursionError):
            good = False
        tally.count(number, good)
        if not good:
            tally.explain(number, 'expected %s, got %s' % (show(case['expected']), show(value)))
    return {'complete': True, 'feedback': None}


def check_one(connection, job, tests):
    """One candidate; the last line told is the outcome."""
    channel = Channel(connection)
    try:
        outcome = run_cases(channel, job) if tests is None else run_tests(channel, job, tests)
    except CandidateGone as gone:
        outcome = {'complete': False, 'feedback': 'The candidate gave no answer: %s' % gone}
    except Unsupported as problem:
        outcome = {'complete': False, 'unsupported': str(problem)}
    report_progress()
    outcome.update(unreached=len(tally.texts) - len(tally.reached), total=len(tally.texts), gone=channel.gone)
    if channel.gone is not None:
        outcome['complete'] = False
    if channel.unsupported is not None:
        outcome['unsupported'] = channel.unsupported
    tally.tell('D', outcome)


def run_checker(control, progress, tests, beside, confined):
    """All that happens in a checker process; never returns. It checks candidates of one test source, in turn."""
    global tally
    try:
        die_with_parent()
        os.setsid()
        for stream in (0, 1, 2):
            os.dup2(NULL_DEVICE, stream)
        keep_descriptors(control.fileno(), progress)
        if confined['capabilities']:
            drop_capabilities()
        apply_limits(CHECKER_LIMITS, beside)
        while True:
            tally = Tally()
            tally.write = progress
            length, descriptors, _, _ = socket.recv_fds(control, 4, 1)
            if len(length) < 4 or len(descriptors) != 1:
                os._exit(0)
            with socket.socket(fileno=descriptors[0]) as connection:
                job = json.loads(receive_exactly(control, struct.unpack('>I', length)[0]))
                check_one(connection, job, tests)
    except BaseException as error:
        tally.tell('X', '%s: %s' % (type(error).__name__, error))
        os._exit(1)
`
