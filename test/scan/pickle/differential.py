"""Random pickles and what CPython's own C unpickler looks up in them, one JSON object per line.

Arguments: how many streams, the seed, then files with real pickles to be mutated. Nothing is imported: `find_class` is
replaced by a recorder, and every object it gives takes whatever is done to it.
"""
import io
import json
import pickle
import random
import resource
import sys

resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
count, seed = int(sys.argv[1]), int(sys.argv[2])
draw = random.Random(seed)


class Anything:
    """Takes calls, items, states; a class, so that it can be made anew."""

    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return Anything()

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass


class Recorder(pickle.Unpickler):
    def __init__(self, source):
        super().__init__(source)
        self.seen = []

    def find_class(self, module, name):
        self.seen.append([module.encode('utf-16-le', 'surrogatepass').hex(), name.encode('utf-16-le', 'surrogatepass').hex()])
        if len(self.seen) > 200:
            raise ValueError
        return Anything

    def persistent_load(self, identity):
        return Anything()


NAMES = ['os', 'system', 'a.b', 'collections', 'OrderedDict', 'é', '\ud800', '', 'x' * 30, 'sys', '__builtin__', 'eval', 'n\\u0041', ' os', 'o\0s']


def short(text):
    data = text.encode('utf-8', 'surrogatepass')
    return b'\x8c' + bytes([len(data) % 256]) + data


def string():
    text = draw.choice(NAMES)
    data = text.encode('utf-8', 'surrogatepass')
    kind = draw.randrange(8)
    if kind == 0:
        return b'X' + len(data).to_bytes(4, 'little') + data
    if kind == 1:
        return b'\x8d' + len(data).to_bytes(8, 'little') + data
    if kind == 2:
        return b'V' + text.encode('raw-unicode-escape', 'replace').replace(b'\n', b'') + b'\n'
    if kind == 3:
        return b'S' + repr(text.encode('latin-1', 'replace'))[1:].encode() + b'\n'
    if kind == 4:
        return b'U' + bytes([len(data) % 256]) + data
    if kind == 5:
        return b'T' + len(data).to_bytes(4, 'little') + data
    return short(text)


def line():
    return draw.choice(NAMES).replace('\n', '').encode('utf-8', 'surrogatepass')


def index():
    return draw.choice([b'0', b'1', b'2', b'7', b'+1', b' 2', b'1_0', b'01', b'-1', b'', b'1L', b'0x1', b'\xd9\xa1'])


# Opcode, what it takes from the stack, what it leaves; `m` takes up to a mark.
PLAIN = [
    (lambda: b'N', 0, 1), (lambda: b'\x88', 0, 1), (lambda: b'K' + bytes([draw.randrange(256)]), 0, 1),
    (lambda: b'I' + draw.choice([b'01', b'00', b'7', b' 5', b'1_0', b'+3', b'']) + b'\n', 0, 1),
    (lambda: b'L' + draw.choice([b'1L', b'0x10', b'-5', b'']) + b'\n', 0, 1),
    (lambda: b'F' + draw.choice([b'1.5', b'nan', b'1_0', b'']) + b'\n', 0, 1),
    (lambda: b'\x8a\x01\x05', 0, 1), (lambda: b'J\1\2\3\4', 0, 1), (lambda: b'G' + b'\0' * 8, 0, 1),
    (lambda: b'C\x02ab', 0, 1), (lambda: b'\x96\1\0\0\0\0\0\0\0a', 0, 1),
    (lambda: b']', 0, 1), (lambda: b'}', 0, 1), (lambda: b')', 0, 1), (lambda: b'\x8f', 0, 1),
    (lambda: b'P' + line() + b'\n', 0, 1), (lambda: b'\x80' + bytes([draw.choice([0, 1, 2, 3, 4, 4, 4, 5, 6])]), 0, 0),
    (lambda: b'\x95' + draw.choice([0, 1, 3, 9, 40]).to_bytes(8, 'little'), 0, 0),
    (lambda: b'\x97', 0, 1), (lambda: b'\x82' + bytes([draw.randrange(3)]), 0, 1),
    (lambda: b'h' + bytes([draw.randrange(6)]), 0, 1), (lambda: b'g' + index() + b'\n', 0, 1),
    (lambda: b'j' + bytes([draw.randrange(6), 0, 0, 0]), 0, 1),
]
STRINGS = (string, 0, 1)
GLOBAL = (lambda: b'c' + line() + b'\n' + line() + b'\n', 0, 1)
TAKING = [
    (lambda: b'\x93', 2, 1), (lambda: b'R', 2, 1), (lambda: b'\x81', 2, 1), (lambda: b'\x92', 3, 1), (lambda: b'b', 2, 1),
    (lambda: b'a', 2, 1), (lambda: b's', 3, 1), (lambda: b'Q', 1, 1), (lambda: b'0', 1, 0), (lambda: b'2', 1, 2),
    (lambda: b'\x85', 1, 1), (lambda: b'\x86', 2, 1), (lambda: b'\x87', 3, 1), (lambda: b'\x94', 1, 1),
    (lambda: b'q' + bytes([draw.randrange(6)]), 1, 1), (lambda: b'p' + index() + b'\n', 1, 1),
    (lambda: b'r' + bytes([draw.randrange(6), 0, 0, 0]), 1, 1), (lambda: b'\x98', 1, 1),
]
MARKED = [b't', b'l', b'd', b'e', b'u', b'\x90', b'\x91', b'o', b'1']


def step(depth, marks):
    kind = draw.random()
    if kind < .22:
        return STRINGS
    if kind < .30:
        return GLOBAL
    if kind < .40:
        return (lambda: b'(', 0, 0)
    if kind < .55 and marks:
        return draw.choice([(lambda: draw.choice(MARKED), 'm', 1), (lambda: b'i' + line() + b'\n' + line() + b'\n', 'm', 1)])
    if kind < .80:
        fitting = [op for op in TAKING if op[1] <= depth] or PLAIN
        return draw.choice(fitting if draw.random() < .95 else TAKING)
    return draw.choice(PLAIN)


def stream():
    data, depth, marks = bytearray(), 0, []
    if draw.random() < .7:
        data += b'\x80' + bytes([draw.choice([0, 2, 3, 4, 5])])
    for _ in range(draw.randrange(2, 40)):
        make, takes, gives = step(depth, marks)
        piece = make()
        if piece == b'(':
            marks.append(depth)
        depth = (marks.pop() if marks else 0) if takes == 'm' else max(0, depth - takes)
        depth += gives
        data += piece
    return bytes(data) + (b'.' if draw.random() < .8 else b'')


def mutated(seeds):
    data = bytearray(draw.choice(seeds))
    for _ in range(draw.randrange(1, 5)):
        at = draw.randrange(len(data) + 1)
        piece = draw.choice([draw.choice(TAKING)[0], draw.choice(PLAIN)[0], string, GLOBAL[0], lambda: b'('])()
        data[at:at + draw.choice([0, 0, 1, len(piece)])] = piece if draw.random() < .8 else bytes([draw.randrange(256)])
    return bytes(data)


def case(data):
    result = {'data': data.hex()}
    # Objects with and without `peek` are read differently where frames are broken.
    for name, source in (('seen', io.BufferedReader(io.BytesIO(data))), ('seenWithoutPeek', io.BytesIO(data))):
        unpickler = Recorder(source)
        try:
            unpickler.load()
            result['outcome'] = 'loaded'
        except MemoryError:
            return None
        except Exception as error:
            result['outcome'] = type(error).__name__
        result[name] = unpickler.seen
    return result


seeds = [open(path, 'rb').read() for path in sys.argv[3:]]
for number in range(count):
    result = case(mutated(seeds) if seeds and number % 3 == 0 else stream())
    if result is not None:
        print(json.dumps(result))
