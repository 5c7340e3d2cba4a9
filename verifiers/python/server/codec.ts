/**
 * Python source, part 2 of the fork server: the only language that candidate and checker have in common.
 *
 * Plain data and nothing else. Decoding builds values out of a fixed list of built-in types and never looks up a
 * name, so that whatever bytes a candidate sends, the checker holds plain data or an error. A value outside of the
 * list arrives as an `Opaque`, which is equal to nothing.
 *
 * Subclasses travel as their base (a `Counter` as a dict, a named tuple as a tuple), as they compare in Python;
 * iterators travel as the items they would give, up to a cap.
 */
export const codecSource = String.raw`
import collections, decimal, fractions, itertools, json

# One message between candidate and checker. A longer result is refused: comparing it is no test of a program.
MESSAGE_BYTES = 4 * 1024 * 1024
# Items taken from an iterator, which may be endless.
ITERATOR_ITEMS = 10000
# Python's parser of decimal integers is quadratic; beyond this many bits integers travel as hexadecimal.
PLAIN_INTEGER = 1 << 62
SCALARS = frozenset([type(None), bool, float, str])
TEXT_CHARACTERS = 1000


class NotPlain(Exception):
    """A value that cannot be sent."""


class Malformed(Exception):
    """Bytes that are no message."""


class Opaque:
    """Stands for a value that was not plain data: equal to nothing but itself."""

    def __init__(self, kind):
        self.kind = kind

    def __repr__(self):
        return '<%s object>' % self.kind

    __hash__ = object.__hash__


def is_scalar(value):
    kind = type(value)
    return kind in SCALARS or kind is int and -PLAIN_INTEGER < value < PLAIN_INTEGER


def encode(value, strict):
    """Plain data as JSON. With strict, a value outside of the codec raises; otherwise it becomes opaque."""
    kind = type(value)
    if kind in SCALARS:
        return value
    if kind is int:
        return value if -PLAIN_INTEGER < value < PLAIN_INTEGER else ['i', hex(value)]
    if kind is list or kind is tuple:
        if all(map(is_scalar, value)):
            return ['L' if kind is list else 'T', list(value)]
        return ['l' if kind is list else 't', [encode(item, strict) for item in value]]
    if kind is dict:
        return ['d', [[encode(key, strict), encode(item, strict)] for key, item in value.items()]]
    if kind is set or kind is frozenset:
        return ['s' if kind is set else 'z', [encode(item, strict) for item in value]]
    if kind is bytes:
        return ['b', value.hex()]
    if kind is bytearray:
        return ['B', value.hex()]
    if kind is complex:
        return ['c', value.real, value.imag]
    if kind is range:
        return ['r', [encode(value.start, strict), encode(value.stop, strict), encode(value.step, strict)]]
    if kind is fractions.Fraction:
        return ['F', [encode(value.numerator, strict), encode(value.denominator, strict)]]
    if kind is decimal.Decimal:
        return ['D', str(value)]
    if kind is type({}.keys()):
        return ['k', [encode(key, strict) for key in value]]
    for base, plain in ((bool, bool), (int, int.__int__), (float, float.__float__), (str, str.__str__),
                        (list, list), (tuple, tuple), (dict, lambda held: dict(dict.items(held))), (set, set),
                        (frozenset, frozenset), (bytes, bytes)):
        if isinstance(value, base):
            copied = plain(value)
            if type(copied) is base:
                return encode(copied, strict)
    if not strict and hasattr(kind, '__next__'):
        return ['I', [encode(item, strict) for item in itertools.islice(value, ITERATOR_ITEMS)]]
    if strict:
        raise NotPlain(kind.__name__)
    return ['?', str(kind.__name__)[:100]]


def decode(data):
    kind = type(data)
    if kind in SCALARS or kind is int:
        return data
    if kind is not list or not data or type(data[0]) is not str:
        raise Malformed('no tag')
    tag = data[0]
    if tag == 'c' and len(data) == 3 and type(data[1]) is float and type(data[2]) is float:
        return complex(data[1], data[2])
    if len(data) != 2:
        raise Malformed('wrong length')
    body = data[1]
    if type(body) is str:
        if tag == 'i':
            return int(body, 16)
        if tag == 'b':
            return bytes.fromhex(body)
        if tag == 'B':
            return bytearray.fromhex(body)
        if tag == 'D' and len(body) < 10000:
            return decimal.Decimal(body)
        if tag == '?':
            return Opaque(body)
        raise Malformed('wrong body')
    if type(body) is not list:
        raise Malformed('wrong body')
    if tag == 'L' or tag == 'T':
        if not all(type(item) in SCALARS or type(item) is int for item in body):
            raise Malformed('not scalar')
        return body if tag == 'L' else tuple(body)
    if tag == 'd':
        return {decode(key): decode(item) for key, item in body}
    items = [decode(item) for item in body]
    if tag == 'l':
        return items
    if tag == 't':
        return tuple(items)
    if tag == 's':
        return set(items)
    if tag == 'z':
        return frozenset(items)
    if tag == 'k':
        return dict.fromkeys(items).keys()
    if tag == 'I':
        return iter(items)
    if tag == 'r' or tag == 'F':
        if not all(type(item) is int for item in items):
            raise Malformed('not integers')
        return range(*items) if tag == 'r' else fractions.Fraction(*items)
    raise Malformed('unknown tag')


def send_message(connection, message, most=MESSAGE_BYTES):
    body = json.dumps(message).encode()
    if len(body) > most:
        raise NotPlain('a value of more than %d bytes' % most)
    connection.sendall(struct.pack('>I', len(body)) + body)


def receive_exactly(connection, length):
    chunks = []
    while length > 0:
        chunk = connection.recv(min(length, 1 << 20))
        if not chunk:
            raise EOFError
        chunks.append(chunk)
        length -= len(chunk)
    return b''.join(chunks)


def receive_message(connection, most=MESSAGE_BYTES):
    """The next message; EOFError when the other side has gone, Malformed when it sent something else."""
    length = struct.unpack('>I', receive_exactly(connection, 4))[0]
    if length > most:
        raise Malformed('too long')
    try:
        return json.loads(receive_exactly(connection, length))
    except (ValueError, RecursionError, MemoryError) as problem:
        raise Malformed(type(problem).__name__)


def shorten(text, length=TEXT_CHARACTERS):
    return text if len(text) <= length else text[:length - 1] + '…'
`
