import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import { readGguf } from '../../../src/formats/index.ts';
import { type BuiltGguf, ggufFile, ggufString, ggufStrings, u32, u64 } from '../build/gguf.ts';
import { mutate, mutations } from '../build/mutations.ts';

const codesOf = async (parts: BuiltGguf | Uint8Array): Promise<string[]> => {
  const file = parts instanceof Uint8Array ? parts : ggufFile(parts);
  return (await readGguf(memorySource(file))).problems.map(({ code }) => code);
};
const tensor = (change: object = {}) => ({ name: 't', shape: [4], type: 0, offset: 0, ...change });
const GOOD: BuiltGguf = {
  entries: [
    ['general.architecture', 8, ggufString('llama')],
    ['general.alignment', 4, u32(32)],
    ['tokenizer.ggml.tokens', 9, ggufStrings(['a', 'b'])],
    ['some.floats', 9, concatBytes(u32(6), u64(2), new Uint8Array(8))],
    ['some.bool', 7, Uint8Array.of(1)],
    ['some.long', 11, u64(-1n)],
  ],
  tensors: [tensor(), tensor({ name: 'u', shape: [64, 2], type: 8, offset: 32 })],
  dataBytes: 32 + 160 - 24,
};

test('accepts a good file with values and tensors', async () => {
  const document = await readGguf(memorySource(ggufFile(GOOD)));
  assert.deepEqual(document.problems, []);
  assert.deepEqual(
    document.entries.map(({ value }) => (typeof value === 'object' ? 0 : value)),
    [0, 32, 0, 0, true, -1n],
  );
  assert.deepEqual(
    document.tensors.map(({ dataBytes }) => dataBytes),
    [16n, 136n],
  );
});

test('refuses every break of the format by its name', async () => {
  const cases: readonly (readonly [string, BuiltGguf | Uint8Array, string])[] = [
    ['another magic', utf8Bytes('GGUX\x03\0\0\0'), 'GGUF_MAGIC'],
    ['version 1', { version: 1 }, 'GGUF_VERSION'],
    ['version 4', { version: 4 }, 'GGUF_VERSION'],
    ['big-endian', { version: 0x03000000 }, 'GGUF_VERSION'],
    ['cut', utf8Bytes('GGUF'), 'GGUF_TRUNCATED'],
    ['GHSA-vgg9-87g3-85w8: more entries than bytes', { entryCount: 1n << 60n }, 'GGUF_COUNT'],
    ['GHSA-96jg-mvhq-q7q7: more tensors than bytes', { tensorCount: 1n << 60n }, 'GGUF_COUNT'],
    ['negative count', { tensorCount: -1n }, 'GGUF_COUNT'],
    ['empty key', { entries: [['', 4, u32(1)]] }, 'GGUF_KEY'],
    ['long key', { entries: [['k'.repeat(70_000), 4, u32(1)]] }, 'GGUF_KEY'],
    [
      'duplicate key',
      {
        entries: [
          ['a', 4, u32(1)],
          ['a', 4, u32(2)],
        ],
      },
      'GGUF_DUPLICATE_KEY',
    ],
    ['unknown type', { entries: [['a', 13, u32(1)]] }, 'GGUF_TYPE'],
    ['nested array', { entries: [['a', 9, concatBytes(u32(9), u64(1))]] }, 'GGUF_ARRAY_NESTED'],
    [
      'CVE-2025-53630: array count overflow',
      { entries: [['a', 9, concatBytes(u32(10), u64(1n << 61n))]] },
      'GGUF_ARRAY_COUNT',
    ],
    ['array beyond the file', { entries: [['a', 9, concatBytes(u32(0), u64(1000))]] }, 'GGUF_ARRAY_COUNT'],
    [
      'string beyond the file',
      { entries: [['a', 8, concatBytes(u64(1n << 62n), new Uint8Array(9))]] },
      'GGUF_STRING_LENGTH',
    ],
    [
      'alignment of another type',
      { entries: [['general.alignment', 8, ggufString('32')]] },
      'GGUF_ALIGNMENT',
    ],
    ['alignment 0', { entries: [['general.alignment', 4, u32(0)]] }, 'GGUF_ALIGNMENT'],
    ['alignment 24', { entries: [['general.alignment', 4, u32(24)]] }, 'GGUF_ALIGNMENT'],
    [
      'boolean of 2',
      {
        entries: [
          ['a', 7, Uint8Array.of(2)],
          ['b', 4, u32(1)],
        ],
      },
      'GGUF_BOOL',
    ],
    ['long tensor name', { tensors: [tensor({ name: 'n'.repeat(64) })] }, 'GGUF_TENSOR_NAME'],
    ['five dimensions', { tensors: [tensor({ shape: [1, 1, 1, 1, 1] })] }, 'GGUF_DIMENSIONS'],
    ['negative side', { tensors: [tensor({ shape: [-1n] })] }, 'GGUF_SHAPE'],
    ['product overflow', { tensors: [tensor({ shape: [1n << 32n, 1n << 32n] })] }, 'GGUF_SHAPE'],
    ['removed type', { tensors: [tensor({ type: 4 })] }, 'GGUF_TENSOR_TYPE'],
    ['absurd type', { tensors: [tensor({ type: 9999 })] }, 'GGUF_TENSOR_TYPE'],
    ['half a block', { tensors: [tensor({ type: 8, shape: [33] })] }, 'GGUF_BLOCK'],
    ['wrong offset', { tensors: [tensor({ offset: 32 })], dataBytes: 64 }, 'GGUF_TENSOR_OFFSET'],
    ['overlap', { tensors: [tensor(), tensor({ name: 'u' })], dataBytes: 64 }, 'GGUF_TENSOR_OFFSET'],
    ['duplicate tensor', { tensors: [tensor(), tensor({ offset: 32 })], dataBytes: 64 }, 'GGUF_TENSOR_TWICE'],
    ['data cut', { tensors: [tensor()], dataBytes: 15 }, 'GGUF_TRUNCATED'],
    ['trailing bytes', { tensors: [tensor()], dataBytes: 33 }, 'GGUF_TRAILING'],
  ];
  for (const [name, parts, code] of cases) assert.equal((await codesOf(parts))[0], code, name);
});

test('a type that is newer than this reader is a limit, not an error', async () => {
  const file = ggufFile({ tensors: [tensor({ type: 60 })], dataBytes: 32 });
  const { problems } = await readGguf(memorySource(file));
  assert.deepEqual(
    problems.map(({ severity }) => severity),
    ['limit'],
  );
});

test('keeps what stood before a broken place', async () => {
  const entries: BuiltGguf['entries'] = [
    ['tokenizer.chat_template', 8, ggufString('{{ x }}')],
    ['bad', 99, u32(0)],
  ];
  const { entries: read, problems } = await readGguf(memorySource(ggufFile({ entries })));
  assert.equal(read[0]?.key, 'tokenizer.chat_template');
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['GGUF_TYPE'],
  );
});

test('walks a vocabulary of 130 000 tokens', async () => {
  const tokens = Array.from({ length: 130_000 }, (_, index) => `token${index}`);
  const { problems, entries } = await readGguf(
    memorySource(ggufFile({ entries: [['v', 9, ggufStrings(tokens)]] })),
  );
  assert.deepEqual(problems, []);
  assert.ok(
    typeof entries[0]?.value === 'object' &&
      'count' in entries[0].value &&
      entries[0].value.count === 130_000,
  );
});

test('changed files never throw', async () => {
  const good = ggufFile(GOOD);
  const property = fc.asyncProperty(mutations, async (changes) => {
    const { problems } = await readGguf(memorySource(mutate(good, changes)));
    assert.ok(problems.length <= 201);
  });
  await fc.assert(property, { numRuns: 500 });
});
