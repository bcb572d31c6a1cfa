import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fromHex, toHex } from '../../../src/bytes/index.ts';
import { type PlainValue, readPickleBytes, readPlainPickle } from '../../../src/formats/index.ts';

// Python makes pickles of random data in all protocols, and broken ones by changing single bytes; for each it says what
// it reads itself. A pickle that calls anything but the harmless constructors is left out on its side.
const SCRIPT = `
import collections, datetime, io, json, pickle, pickletools, random, sys
draw = random.Random(7)

def value(depth):
    kind = draw.randrange(14 if depth else 9)
    if kind == 0: return None
    if kind == 1: return draw.random() < .5
    if kind == 2: return draw.choice([0, 1, -1, 255, 256, 65535, 65536, -2**31, 2**31, 2**63, -2**64, 10**40, draw.getrandbits(2100)])
    if kind == 3: return draw.choice([0.0, -0.5, 1e300, float('inf'), float('-inf'), draw.random()])
    if kind in (4, 5): return ''.join(chr(draw.choice([10, 92, 39, 65, 233, 8364, 0x1f600, 0xd800])) for _ in range(draw.randrange(300 if kind == 4 else 6)))
    if kind == 6: return bytes(draw.randrange(256) for _ in range(draw.randrange(300)))
    if kind == 7: return bytearray(b'abc' * draw.randrange(3))
    if kind == 8: return datetime.datetime(2000 + draw.randrange(99), 2, 3, 4, 5, 6, draw.randrange(10**6))
    size = draw.randrange(5)
    if kind in (9, 10): return [value(depth - 1) for _ in range(size)]
    if kind == 11: return tuple(value(depth - 1) for _ in range(size))
    if kind == 12: return {draw.choice([None, 7, 'a', 'b' * 9, -3, 2**70]): value(depth - 1) for _ in range(size)}
    return draw.choice([set, frozenset])(range(size))

def shown(v, depth=0):
    if depth > 60: raise ValueError
    if v is None or isinstance(v, bool): return v
    if isinstance(v, int): return {'int': str(v)}
    if isinstance(v, float): return {'float': v.hex() if v == v else 'nan'}
    if isinstance(v, str): return {'str': v.encode('utf-16-le', 'surrogatepass').hex()}
    if isinstance(v, (bytes, bytearray)): return {'bytes': bytes(v).hex()}
    if isinstance(v, datetime.datetime): return {'time': v.isoformat(timespec='microseconds')}
    if isinstance(v, (list, tuple)): return {'list': [shown(x, depth + 1) for x in v]}
    if isinstance(v, (set, frozenset)): return {'set': sorted(json.dumps(shown(x, depth + 1)) for x in v)}
    if isinstance(v, dict): return {'dict': [[shown(k, depth + 1), shown(x, depth + 1)] for k, x in v.items()]}
    raise TypeError

class Plain(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) in [('datetime', 'datetime'), ('_codecs', 'encode'), ('builtins', 'set'), ('builtins', 'frozenset'), ('builtins', 'bytearray'), ('builtins', 'bytes'), ('collections', 'OrderedDict')]:
            return super().find_class(module, name)
        raise ImportError

def case(data):
    entry = {'data': data.hex()}
    try: entry['operations'] = [[op.name, at] for op, arg, at in pickletools.genops(data)]
    except Exception: pass
    stream = io.BytesIO(data)
    try: entry['value'] = shown(Plain(stream).load())
    except Exception as error: entry['error'] = type(error).__name__
    return entry

for n in range(180):
    data = pickle.dumps(value(4), protocol=n % 6)
    print(json.dumps({'intact': True, **case(data)}))
    for _ in range(6):
        broken = bytearray(data)
        for _ in range(draw.randrange(1, 3)):
            broken[draw.randrange(len(broken))] = draw.choice([draw.randrange(256)] + list(b'.(0125aesu}]tlp') )
        print(json.dumps({'intact': False, **case(bytes(broken))}))
`;

interface Case {
  readonly intact: boolean;
  readonly data: string;
  readonly operations?: readonly [string, number][];
  readonly value?: unknown;
  readonly error?: string;
}

/** CPython's own account of the cases; `undefined` without a Python 3.9 or newer. */
function casesOfPython(): readonly Case[] | undefined {
  const { status, stdout } = spawnSync('python3', ['-W', 'ignore', '-c', SCRIPT], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  return status === 0
    ? stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Case)
    : undefined;
}

function floatHex(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

/** Python's account with floats by their bits, since both sides spell them differently. */
function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(canonical);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, canonical(inner)]));
}

function shown(value: PlainValue): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isInteger(value) && !Object.is(value, -0))
  )
    return { number: String(value) };
  if (typeof value === 'number') return { number: floatHex(value) };
  if (typeof value === 'string') return { str: Buffer.from(value, 'utf16le').toString('hex') };
  if (value instanceof Uint8Array) return { bytes: toHex(value) };
  if (value instanceof Set)
    return { set: [...value].map((item) => JSON.stringify(shown(item as PlainValue))).sort() };
  if (value instanceof Map)
    return { dict: [...value].map(([key, item]) => [shown(key as PlainValue), shown(item as PlainValue)]) };
  if (Array.isArray(value)) return { list: value.map((item) => shown(item as PlainValue)) };
  return { time: (value as { text: string }).text };
}

/** Python's hexadecimal floats and integers in the form of `shown`. */
function fromPython(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromPython);
  const [[kind, inner] = ['', undefined]] = Object.entries(value);
  if (kind === 'int') return { number: inner as string };
  if (kind === 'float') return shown(parseHexFloat(inner as string));
  if (kind === 'set')
    return { set: (inner as string[]).map((item) => JSON.stringify(fromPython(JSON.parse(item)))).sort() };
  return { [kind]: fromPython(inner) };
}

function parseHexFloat(text: string): number {
  const match = /^(-?)0x([01])\.([0-9a-f]+)p([+-]\d+)$/.exec(text);
  if (match === null) return text === 'nan' ? Number.NaN : Number(text.replace('inf', 'Infinity'));
  const [, sign, head, digits, exponent] = match;
  const fraction = Number.parseInt(`${head}${digits}`, 16) / 16 ** digits!.length;
  return (sign === '-' ? -1 : 1) * fraction * 2 ** Number(exponent);
}

const cases = casesOfPython();

test('builds the values that CPython builds, and refuses what it refuses', (t) => {
  if (cases === undefined) {
    t.skip('python3 is not there');
    return;
  }
  let compared = 0;
  for (const { intact, data, value, error } of cases) {
    const bytes = fromHex(data)!;
    const stream = readPickleBytes(bytes);
    if (error !== undefined) {
      // What only the arguments of a call decide is not for this reader to know.
      const isOfCall = stream.effects.length > 0;
      assert.ok(stream.value === undefined || isOfCall, `${error}, but read: ${data}`);
      continue;
    }
    assert.ok(stream.value, `read by CPython, refused here (${JSON.stringify(stream.findings)}): ${data}`);
    if (!intact && stream.end !== bytes.length) continue;
    const ours = tryPlain(bytes);
    if (ours === undefined && !intact) continue;
    assert.deepEqual(shown(ours!), canonical(fromPython(value)), data);
    compared++;
  }
  assert.ok(compared > 180);
});

/** The plain value; `undefined` where we are stricter than Python on purpose. */
function tryPlain(bytes: Uint8Array): PlainValue | undefined {
  try {
    return readPlainPickle(bytes);
  } catch {
    return undefined;
  }
}

test('decodes the same operations as pickletools', (t) => {
  if (cases === undefined) {
    t.skip('python3 is not there');
    return;
  }
  for (const { intact, data, operations } of cases) {
    if (!intact || operations === undefined) continue;
    const bytes = fromHex(data)!;
    const stream = readPickleBytes(bytes);
    assert.equal(stream.operations, operations.length);
    assert.equal(stream.end, operations.at(-1)![1] + 1);
  }
});
