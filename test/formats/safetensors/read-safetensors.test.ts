import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import { isShardIndex, parseShardIndex, readJson, readSafetensors } from '../../../src/formats/index.ts';
import { mutate, mutations } from '../build/mutations.ts';
import { safetensorsFile, tensorEntry } from '../build/safetensors.ts';

const codesOf = async (file: Uint8Array): Promise<string[]> =>
  (await readSafetensors(memorySource(file))).problems.map(({ code }) => code);

const GOOD = safetensorsFile(
  {
    __metadata__: { format: 'pt' },
    a: tensorEntry('F32', [2, 3], [0, 24]),
    b: tensorEntry('BF16', [2], [24, 28]),
  },
  28,
);

test('accepts a good file, with its tensors and metadata', async () => {
  const { tensors, metadata, problems } = await readSafetensors(memorySource(GOOD));
  assert.deepEqual(problems, []);
  assert.deepEqual(
    tensors.map(({ name, dtype, shape, start, end }) => [name, dtype, shape, start, end]),
    [
      ['a', 'F32', [2n, 3n], 0n, 24n],
      ['b', 'BF16', [2n], 24n, 28n],
    ],
  );
  assert.deepEqual(
    metadata.map(({ key, value }) => [key, value]),
    [['format', 'pt']],
  );
});

test('accepts no tensors, scalars, empty tensors, spaces behind the header, and types of less than a byte', async () => {
  const files = [
    safetensorsFile('{}'),
    safetensorsFile('{}      '),
    safetensorsFile({ s: tensorEntry('I64', [], [0, 8]) }, 8),
    safetensorsFile({ e: tensorEntry('F32', [0, 7], [0, 0]), f: tensorEntry('U8', [1], [0, 1]) }, 1),
    safetensorsFile({ q: tensorEntry('F4', [4], [0, 2]), r: tensorEntry('F6_E2M3', [4], [2, 5]) }, 5),
  ];
  for (const file of files) assert.deepEqual(await codesOf(file), []);
});

test('refuses every break of the format by its name', async () => {
  const entry = tensorEntry('U8', [4], [0, 4]);
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['shorter than its length', Uint8Array.of(1, 2, 3), 'SAFETENSORS_TRUNCATED'],
    [
      'header beyond the file',
      concatBytes(Uint8Array.of(99, 0, 0, 0, 0, 0, 0, 0), utf8Bytes('{}')),
      'SAFETENSORS_TRUNCATED',
    ],
    [
      'header beyond 100 MB',
      concatBytes(new Uint8Array(8).fill(0xff), utf8Bytes('{}')),
      'SAFETENSORS_HEADER_LENGTH',
    ],
    ['space before the brace', safetensorsFile(' {}'), 'SAFETENSORS_HEADER_START'],
    ['array', safetensorsFile('[]'), 'SAFETENSORS_HEADER_START'],
    ['text behind the object', safetensorsFile('{}x'), 'SAFETENSORS_HEADER_PADDING'],
    ['NUL behind the object', safetensorsFile('{}\0'), 'SAFETENSORS_HEADER_PADDING'],
    [
      'duplicate tensor',
      safetensorsFile(`{"a":${JSON.stringify(entry)},"a":${JSON.stringify(entry)}}`, 4),
      'JSON_DUPLICATE_KEY',
    ],
    [
      'duplicate member',
      safetensorsFile('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"dtype":"I8"}}', 4),
      'JSON_DUPLICATE_KEY',
    ],
    ['metadata that is no string', safetensorsFile({ __metadata__: { a: 1 } }), 'SAFETENSORS_METADATA'],
    ['metadata that is no object', safetensorsFile({ __metadata__: 'a' }), 'SAFETENSORS_METADATA'],
    ['unknown dtype', safetensorsFile({ a: tensorEntry('F128', [1], [0, 16]) }, 16), 'SAFETENSORS_TENSOR'],
    [
      'dtype of a prototype',
      safetensorsFile({ a: tensorEntry('constructor', [1], [0, 1]) }, 1),
      'SAFETENSORS_TENSOR',
    ],
    ['extra member', safetensorsFile({ a: { ...entry, x: 1 } }, 4), 'SAFETENSORS_TENSOR'],
    [
      'negative shape',
      safetensorsFile('{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}', 4),
      'SAFETENSORS_TENSOR',
    ],
    [
      'fraction',
      safetensorsFile('{"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}', 4),
      'SAFETENSORS_TENSOR',
    ],
    [
      'product overflow',
      safetensorsFile('{"a":{"dtype":"U8","shape":[4294967296,4294967296,16],"data_offsets":[0,0]}}'),
      'SAFETENSORS_TENSOR',
    ],
    [
      'bits overflow',
      safetensorsFile('{"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,0]}}'),
      'SAFETENSORS_TENSOR',
    ],
    [
      'wrong size for BF16',
      safetensorsFile({ a: tensorEntry('BF16', [4], [0, 4]) }, 4),
      'SAFETENSORS_TENSOR',
    ],
    [
      'wrong size for F8',
      safetensorsFile({ a: tensorEntry('F8_E4M3', [4], [0, 8]) }, 8),
      'SAFETENSORS_TENSOR',
    ],
    ['half a byte of F4', safetensorsFile({ a: tensorEntry('F4', [3], [0, 2]) }, 2), 'SAFETENSORS_TENSOR'],
    ['end before start', safetensorsFile({ a: tensorEntry('U8', [0], [4, 0]) }, 4), 'SAFETENSORS_TENSOR'],
    ['hole at the start', safetensorsFile({ a: tensorEntry('U8', [4], [4, 8]) }, 8), 'SAFETENSORS_HOLE'],
    ['hole inside', safetensorsFile({ a: entry, b: tensorEntry('U8', [1], [5, 6]) }, 6), 'SAFETENSORS_HOLE'],
    ['overlap', safetensorsFile({ a: entry, b: tensorEntry('U8', [4], [2, 6]) }, 6), 'SAFETENSORS_OVERLAP'],
    ['trailing bytes', safetensorsFile({ a: entry }, 5), 'SAFETENSORS_TRAILING'],
    [
      'zip at the tail',
      safetensorsFile({ a: entry }, concatBytes(new Uint8Array(4), utf8Bytes('PK\x05\x06'))),
      'SAFETENSORS_TRAILING',
    ],
    ['data cut', safetensorsFile({ a: entry }, 3), 'SAFETENSORS_TRUNCATED'],
    ['not finite', safetensorsFile('{"a":NaN}'), 'JSON_NUMBER_NOT_FINITE'],
  ];
  for (const [name, file, code] of cases) assert.equal((await codesOf(file))[0], code, name);
});

test('places of findings are places in the file', async () => {
  const file = safetensorsFile('{"a":{},"bb":{}}');
  const { problems } = await readSafetensors(memorySource(file));
  assert.deepEqual(
    problems.map(({ offset }) => offset),
    [9, 16],
  );
});

test('reads no tensor of a file of a terabyte', async () => {
  const head = safetensorsFile({ a: tensorEntry('U8', [2 ** 40], [0, 2 ** 40]) });
  let read = 0;
  const source = {
    size: head.length + 2 ** 40,
    read: (offset: number, length: number) => {
      read += length;
      return Promise.resolve(
        offset >= head.length ? new Uint8Array(length) : head.subarray(offset, offset + length),
      );
    },
  };
  assert.deepEqual((await readSafetensors(source)).problems, []);
  assert.ok(read < 100_000);
});

test('an index names plain files only', async () => {
  const text = JSON.stringify({
    weight_map: { a: '1.safetensors', b: '../2.safetensors', c: '/etc/3', d: 'C:\\4', e: 'x/y' },
  });
  const { value } = await readJson(memorySource(utf8Bytes(text)));
  assert.ok(isShardIndex(value));
  assert.deepEqual(
    parseShardIndex(value).problems.map(({ code }) => code),
    Array<string>(4).fill('SHARD_INDEX_PATH'),
  );
});

test('changed files never throw, and never pass with other bytes than their tensors', async () => {
  const property = fc.asyncProperty(mutations, async (changes) => {
    const file = mutate(GOOD, changes);
    const { problems, tensors, headerBytes } = await readSafetensors(memorySource(file));
    if (problems.length > 0) return;
    const data = tensors.reduce((sum, { start, end }) => sum + (end - start), 0n);
    assert.equal(8 + headerBytes + Number(data), file.length);
  });
  await fc.assert(property, { numRuns: 500 });
});
