import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../../src/bytes/index.ts';
import {
  joblibDataAfter,
  type PickleConstant,
  type PickleStream,
  type ReadPickleOptions,
  readPickle,
  readPickleBytes,
} from '../../../src/formats/index.ts';

function raw(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function names(stream: PickleStream): string[] {
  return stream.effects.flatMap(({ kind, target }) =>
    kind === 'import' ? [`${target.module}.${target.name}`] : [],
  );
}

test('tells which opcodes were used, also inside the data between operations', () => {
  const stream = readPickleBytes(raw('\x80\x02]K\x01a.'));
  assert.deepEqual([...stream.opcodes].sort(), ['APPEND', 'BININT1', 'EMPTY_LIST', 'PROTO', 'STOP']);
});

test('tells of strings and bytes as they are read, thrown away or not', () => {
  const constants: PickleConstant[] = [];
  const options = {
    constants: (constant: PickleConstant) => void constants.push(constant),
    limits: { minConstantBytes: 5 },
  };
  readPickleBytes(raw("\x8c\x03abc0C\x04wxyz0S'text'\n0K\x01."), options);
  assert.deepEqual(
    constants.map(({ value, start, length }) => [value.kind, start, length]),
    [
      ['str', 1, 4],
      ['bytes', 7, 5],
      ['str', 14, 7],
    ],
  );
});

/** Each read of the frames with both kinds of source, in one window and in many. */
async function bothWays(text: string, options: ReadPickleOptions): Promise<string[]> {
  const whole = readPickleBytes(raw(text), options);
  const source = memorySource(raw(text));
  const pieces = await readPickle(
    { size: source.size, read: (offset, length) => source.read(offset, length) },
    options,
  );
  assert.deepEqual(names(pieces), names(whole));
  return names(whole);
}

test('what reaches out of a frame is read on, or with the rest of the frame dropped (cpython #154848)', async () => {
  const cases: readonly [string, string[], string[]][] = [
    // A line, the second line, a counted string, its length.
    ['\x95\x05\0\0\0\0\0\0\0ctorcos\nsystem\n.', ['torcos.system'], ['os.system']],
    ['\x95\x06\0\0\0\0\0\0\0cos\nabsystem\n.', ['os.absystem'], ['os.system']],
    ['\x95\x03\0\0\0\0\0\0\0\x8c\x02Xos\x8c\x06system\x93.', [], ['os.system']],
    ['\x95\x03\0\0\0\0\0\0\0C\x03abccos\nsystem\n.', ['os.system'], ['os.system']],
  ];
  for (const [text, read, dropped] of cases) {
    const plain = await bothWays(text, {});
    if (read.length > 0) assert.deepEqual(plain, read, JSON.stringify(text));
    assert.deepEqual(
      (await bothWays(text, { dropsFrames: true })).slice(0, 1),
      dropped.slice(0, 1),
      JSON.stringify(text),
    );
    assert.ok(readPickleBytes(raw(text)).findings.some(({ code }) => code === 'frame-crossed'));
  }
});

const FIELDS = (flags: string): string =>
  [
    'cnumpy\ndtype\n(\x8c\x03V12\x89\x88tR',
    '(K\x03\x8c\x01|N',
    '(\x8c\x01a\x8c\x01bt}',
    '(\x8c\x01a(cnumpy\ndtype\n(\x8c\x02i4\x89\x88tRK\0t\x8c\x01b(cnumpy\ndtype\n(\x8c\x02f8\x89\x88tRK\x04tu',
    `K\x0cK\x01K${flags}tb`,
  ].join('');

function wrapper(dtype: string): string {
  return `cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(\x8c\x05shapeK\x02\x85\x8c\x05dtype${dtype}ub`;
}

test("joblib's arrays of records are passed by the size of a record", () => {
  const options = { dataAfter: joblibDataAfter };
  const stream = readPickleBytes(raw(`\x80\x04${wrapper(FIELDS('\0'))}${'\xff'.repeat(24)}.`), options);
  assert.ok(stream.isComplete, JSON.stringify(stream.findings));
  assert.equal(stream.dataBytes, 24);
});

test('a record type whose parts contradict one another is not followed', () => {
  const options = { dataAfter: joblibDataAfter };
  const flagged = readPickleBytes(raw(`\x80\x04${wrapper(FIELDS('\x01'))}${'\xff'.repeat(24)}.`), options);
  assert.equal(flagged.findings.at(-1)?.severity, 'limit');
});
