import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ByteSource, memorySource } from '../../../src/bytes/index.ts';
import {
  type PickleLimits,
  type PickleStream,
  readPickle,
  readPickleBytes,
  readPickles,
} from '../../../src/formats/index.ts';

/** A pickle as text, each character a byte. */
function raw(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function read(text: string, limits: Partial<PickleLimits> = {}): PickleStream {
  return readPickleBytes(raw(text), { limits });
}

/** Findings as `severity code`. */
function findings(stream: PickleStream): string[] {
  return stream.findings.map(({ severity, code }) => `${severity} ${code}`);
}

/** Effects as `kind what`. */
function effects(stream: PickleStream): string[] {
  return stream.effects.map(({ kind, target }) => {
    const subject = target.kind === 'call' ? target.callee : target;
    const name = subject.kind === 'global' ? `${subject.module}.${subject.name}` : subject.kind;
    return `${kind} ${name}`;
  });
}

test('knows every value of CPython that an opcode makes', () => {
  const cases: readonly [string, object][] = [
    ['N.', { kind: 'none' }],
    ['I01\n.', { kind: 'bool', value: true }],
    ['I00\n.', { kind: 'bool', value: false }],
    ['I 1\n.', { kind: 'bool', value: true }],
    ['I007\n.', { kind: 'int', value: 7 }],
    ['I0x10\n.', { kind: 'int', value: 16 }],
    ['I\0\n.', { kind: 'int', value: 0 }],
    ['I5 \n.', { kind: 'int', value: 5 }],
    ['L-12L\n.', { kind: 'int', value: -12 }],
    ['L0x1fL\n.', { kind: 'int', value: 31 }],
    ['J\xff\xff\xff\xff.', { kind: 'int', value: -1 }],
    ['\x8a\x00.', { kind: 'int', value: 0 }],
    ['\x8a\x09\0\0\0\0\0\0\0\0\x01.', { kind: 'int', value: 1n << 64n }],
    ['F1.\n.', { kind: 'float', value: 1 }],
    ['Finfinity\n.', { kind: 'float', value: Number.POSITIVE_INFINITY }],
    ["S'a\\x41\\101\\n\\q'\n.", { kind: 'str', text: 'aAA\n\\q' }],
    ['Va\\u0042\\\\u0043\n.', { kind: 'str', text: 'aB\\\\u0043' }],
    ['\x8c\x03\xed\xa0\x80.', { kind: 'str', text: '\ud800' }],
  ];
  for (const [text, value] of cases) {
    const stream = read(text);
    assert.deepEqual(stream.value, value, JSON.stringify(text));
    assert.deepEqual(stream.findings, []);
  }
});

test('refuses what CPython refuses', () => {
  const cases: readonly [string, string][] = [
    ['', 'stream-truncated'],
    ['\xff', 'opcode-unknown'],
    ['.', 'stack-underflow'],
    ['0.', 'stack-underflow'],
    ['1.', 'mark-missing'],
    ['(.', 'stack-underflow'],
    ['N(.', 'stack-underflow'],
    ['(]a.', 'stack-underflow'],
    [']]s.', 'stack-underflow'],
    ['](o.', 'stack-underflow'],
    ['N(NR.', 'stack-underflow'],
    ['Nh\x05.', 'memo-missing'],
    ['g5\n.', 'memo-missing'],
    ['Np-1\n.', 'number-invalid'],
    ['Np\n.', 'number-invalid'],
    ['I\n.', 'line-empty'],
    ['I1_\n.', 'number-invalid'],
    ['F 1.0\n.', 'number-invalid'],
    ['F1_0\n.', 'number-invalid'],
    ['F1e999\n.', 'number-invalid'],
    ["S'a\n.", 'text-invalid'],
    ["S'\\x4'\n.", 'text-invalid'],
    ["S'a", 'line-unended'],
    ['V\\u12\n.', 'text-invalid'],
    ['\x8c\x02\xff\xff.', 'text-invalid'],
    ['X\xff\xff\xff\xff', 'length-beyond-end'],
    ['\x8d\xff\xff\xff\xff\xff\xff\xff\xff', 'length-beyond-end'],
    ['\x8b\xff\xff\xff\xff', 'integer-invalid'],
    ['\x80\x06N.', 'protocol-unsupported'],
    ['\x95\xff\x00\x00\x00\x00\x00\x00\x00N.', 'frame-beyond-end'],
    ['\x82\x00.', 'extension-invalid'],
    ['}](K\x01u.', 'items-odd'],
    ['}]Ns.', 'key-unhashable'],
    ['NNa.', 'type-mismatch'],
    ['(K\x01NK\x02d.', 'items-odd'],
    ['NK\x01\x93.', 'type-mismatch'],
    ['N)R.', 'type-mismatch'],
  ];
  for (const [text, code] of cases) {
    const stream = read(text);
    assert.equal(stream.value, undefined, JSON.stringify(text));
    assert.ok(
      stream.findings.some((finding) => finding.severity === 'error' && finding.code === code),
      `${JSON.stringify(text)}: ${findings(stream).join()}`,
    );
  }
});

test('never resolves what a pickle imports and calls, however it is spelt', () => {
  const called = ['import os.system', 'call os.system'];
  const cases: readonly [string, string[]][] = [
    ["cos\nsystem\n(S'id'\ntR.", called],
    ["(S'id'\nios\nsystem\n.", called],
    ["(cos\nsystem\nS'id'\no.", called],
    ['\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.', called],
    ['\x80\x04\x8c\x06system\x94\x8c\x02os\x940h\x01h\x00\x93)R.', called],
    ['\x80\x02cos\nsystem\n)\x81.', called],
    ['\x80\x04\x8c\x02os\x8c\x06system\x93)}\x92.', called],
    ["cos\nsystem\n(S'id'\ntR0N.", called],
    ['cos\nsystem\n0N.', ['import os.system']],
    ["cos\nsystem\n}S'a'\nNsb.", ['import os.system', 'build os.system']],
    ['cos\nsystem\n]N\x86R(K\x01e.', ['import os.system', 'call os.system', 'append os.system']],
    ['cos\nsystem\n)RK\x01K\x02s.', ['import os.system', 'call os.system', 'assign os.system']],
    ['Pid\n.', ['persistent persistent']],
    ['K\x01Q.', ['persistent persistent']],
    ['\x82\x01.', ['extension extension']],
    ['\x97\x98.', ['buffer buffer']],
  ];
  for (const [text, expected] of cases) {
    const stream = read(text);
    assert.deepEqual(effects(stream), expected, JSON.stringify(text));
    assert.ok(stream.isComplete, findings(stream).join());
  }
});

test('a name that only a call could tell is a hidden name, not an error', () => {
  const stream = read('\x80\x04cbase64\nb64decode\n)R\x8c\x06system\x93.');
  const last = stream.effects.at(-1)!;
  assert.ok(last.target.kind === 'global');
  assert.equal(last.target.module, undefined);
  assert.equal(last.target.name, 'system');
  assert.ok(stream.isComplete);
});

test('what happens before the stream breaks is still told', () => {
  for (const broken of ['', '\xff', 'h\x09', '0000', 'X\xff\xff\xff\xff']) {
    const stream = read(`cos\nsystem\n(S'id'\ntR${broken}`);
    assert.deepEqual(effects(stream), ['import os.system', 'call os.system']);
    assert.equal(stream.value, undefined);
  }
});

test('goes on after errors that another loader may forgive', () => {
  const stream = read("h\x05cos\nsystem\n(S'id'\ntR.");
  assert.deepEqual(findings(stream), ['error memo-missing']);
  assert.deepEqual(effects(stream), ['import os.system', 'call os.system']);
});

test('notes what no pickler writes', () => {
  assert.deepEqual(findings(read('N\x80\x04.')), ['notice protocol-misplaced']);
  const crossed = read('\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00\x8c\x03abc.');
  assert.deepEqual(findings(crossed), ['notice frame-crossed']);
  assert.deepEqual(crossed.value, { kind: 'str', text: 'abc' });
});

test('builds containers that contain themselves', () => {
  const { value } = read(']q\0h\0a.');
  assert.ok(value?.kind === 'list');
  assert.equal(value.items[0], value);
});

test('every limit ends the reading with a finding', () => {
  const cases: readonly [string, Partial<PickleLimits>][] = [
    ['N0N0N.', { maxOperations: 4 }],
    ['NNN.', { maxStack: 2 }],
    ['(((N.', { maxMarks: 2 }],
    ['Nq\0q\x01q\x02.', { maxMemo: 2 }],
    ['ca\nb\n0ca\nb\n0N.', { maxEffects: 1 }],
    ["S'aaaaaaaa'\n.", { maxLineBytes: 4 }],
    ['L1234567890\n.', { maxIntegerBytes: 4 }],
    ['\x8a\x05\x01\x01\x01\x01\x01.', { maxIntegerBytes: 4 }],
  ];
  for (const [text, limits] of cases) {
    const stream = read(text, limits);
    assert.deepEqual(findings(stream), ['limit reader-limit'], JSON.stringify(text));
    assert.equal(stream.value, undefined);
    assert.ok(read(text).value, JSON.stringify(text));
  }
});

test('reads from a source what it reads from memory, whatever memory the source reuses', async () => {
  const long = 'x'.repeat(150_000);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(long.length);
  const texts = [
    `(S'${long}'\nX${length.toString('latin1')}${long}B${length.toString('latin1')}${long}C\x02hil.`,
  ];
  texts.push('(' + 'K\x01U\x03abc'.repeat(40_000) + 'C\x01xl.');
  for (const text of texts) {
    const bytes = raw(text);
    const memory = new Uint8Array(bytes.length);
    const source: ByteSource = {
      size: bytes.length,
      read: (offset, count) => {
        memory.fill(0);
        memory.set(bytes.subarray(offset, offset + count));
        return Promise.resolve(memory.subarray(0, Math.min(count, bytes.length - offset)));
      },
    };
    assert.deepEqual((await readPickle(source)).value, offsetsAside(readPickleBytes(bytes)).value);
  }
});

function offsetsAside(stream: PickleStream): PickleStream {
  // deepEqual compares the bytes of views by content, so nothing differs but the memory they lie in.
  return structuredClone(stream);
}

test('passes over what is too long to be held, and knows where it is', async () => {
  const bytes = raw(`(C\x08abcdefghU\x08ijklmnopB\x08\0\0\0qrstuvwxt.`);
  const stream = await readPickle(memorySource(bytes), { limits: { maxHeldBytes: 4 } });
  assert.ok(stream.value?.kind === 'tuple');
  const [first, second, third] = stream.value.items;
  assert.deepEqual(first, { kind: 'bytes', bytes: undefined, offset: 3, length: 8 });
  assert.deepEqual(second, { kind: 'str', text: undefined });
  assert.deepEqual(third, { kind: 'bytes', bytes: undefined, offset: 26, length: 8 });
  const total = await readPickle(memorySource(bytes), { limits: { maxHeldBytesTotal: 10 } });
  assert.ok(total.value?.kind === 'tuple');
  assert.ok(total.value.items[0]?.kind === 'bytes' && total.value.items[0].bytes !== undefined);
  assert.deepEqual(total.value.items[1], { kind: 'str', text: undefined });
});

test('a source that gives less than its size ends the reading', async () => {
  const source: ByteSource = { size: 1000, read: () => Promise.resolve(raw('(NN')) };
  assert.deepEqual(findings(await readPickle(source)), ['error stream-truncated']);
});

test('reads several streams in a row, to the first that is broken', async () => {
  const streams = await readPickles(memorySource(raw("N.K\x05.cos\nsystem\n(S'id'\ntR.\0\0")));
  assert.deepEqual(
    streams.map(({ start, end, isComplete }) => [start, end, isComplete]),
    [
      [0, 2, true],
      [2, 5, true],
      [5, 26, true],
      [26, 26, false],
    ],
  );
  assert.deepEqual(effects(streams[2]!), ['import os.system', 'call os.system']);
  const many = await readPickles(memorySource(raw('N.'.repeat(50))), { limits: { maxStreams: 10 } });
  assert.equal(many.length, 10);
});

test('skips the data that a loader reads between the operations', () => {
  const build = 'cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}b';
  const dataAfter = (_: unknown, next: number | undefined) => (next === 0x23 ? 4 : undefined);
  assert.ok(readPickleBytes(raw(`${build}####.`), { dataAfter }).isComplete);
  assert.deepEqual(findings(readPickleBytes(raw(`${build}##`), { dataAfter })), ['error stream-truncated']);
  assert.deepEqual(findings(readPickleBytes(raw(`${build}!!!!.`), { dataAfter })), ['limit reader-limit']);
  const nested = readPickleBytes(raw(`${build}cos\nsystem\n.0N.`), { dataAfter: () => 'pickle' });
  assert.deepEqual(nested.value, { kind: 'none' });
  assert.equal(effects(nested).at(-1), 'import os.system');
  const broken = readPickleBytes(raw(`${build}\xff`), { dataAfter: () => 'pickle' });
  assert.deepEqual(findings(broken), ['error opcode-unknown']);
});
