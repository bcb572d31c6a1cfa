import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource } from '../../../src/bytes/index.ts';
import { type NpyDocument, readNpy } from '../../../src/formats/index.ts';

/** A file with this header and so many bytes of data. */
function npy(header: string, dataBytes: number, version: 1 | 2 | 3 = 1): Uint8Array {
  const text = Buffer.from(header, version === 3 ? 'utf8' : 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from('\x93NUMPY', 'latin1'),
      Buffer.from([version, 0]),
      length,
      text,
      Buffer.alloc(dataBytes),
    ]),
  );
}

function header(descr: string, shape: string, order = 'False'): string {
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }  \n`;
}

async function read(bytes: Uint8Array): Promise<NpyDocument> {
  return await readNpy(memorySource(bytes));
}

async function codes(bytes: Uint8Array): Promise<string[]> {
  return (await read(bytes)).problems.map(({ code }) => code);
}

test('knows the size of every type that NumPy writes', async () => {
  const cases: readonly [string, string, number][] = [
    ["'<f8'", '(2, 3)', 48],
    ["'|b1'", '()', 1],
    ["'>i2'", '(5,)', 10],
    ["'<U7'", '(2,)', 56],
    ["'|S3'", '(2,)', 6],
    ["'|V16'", '(1,)', 16],
    ["'<M8[ns]'", '(2,)', 16],
    ["'<c16'", '(1, 0, 4)', 0],
    ["[('a', '<i4'), ('b', '<f8', (2,))]", '(3,)', 60],
    ["[(('title', 'a'), '<i4'), ('b', [('c', '|u1')])]", '(1,)', 5],
    ["('<f4', (2, 2))", '(1,)', 16],
  ];
  for (const [descr, shape, bytes] of cases) {
    const { content, data, problems } = await read(npy(header(descr, shape), bytes));
    assert.deepEqual(problems, [], descr);
    assert.equal(content, 'items');
    assert.equal(data.end - data.start, bytes, descr);
  }
  assert.deepEqual(await codes(npy(header("'<f4'", '(1L,)', 'True'), 4, 2)), []);
  assert.deepEqual(await codes(npy(header("[('é', '<f4')]", '(1,)'), 4, 3)), []);
});

test('finds references to objects at any depth of a type', async () => {
  for (const descr of [
    "'|O'",
    "'O8'",
    "[('a', '<i4'), ('b', '|O')]",
    "[('a', [('b', [('c', '|O', (2,))])])]",
  ]) {
    const { content, data } = await read(npy(header(descr, '(1,)'), 10));
    assert.equal(content, 'pickle', descr);
    assert.equal(data.end - data.start, 10);
  }
});

test('refuses every header that is not the literal that NumPy writes', async () => {
  const bad = [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}\n",
    "{'descr': '<f4', 'fortran_order': False}\n",
    "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}\n",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}\n",
    "{'descr': '<f4', 'fortran_order': False, 'shape': [1]}\n",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}\n",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}\n",
    "{'descr': 'float32', 'fortran_order': False, 'shape': (1,)}\n",
    "{'descr': open('x'), 'fortran_order': False, 'shape': (1,)}\n",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + 1\n",
    "dict(descr='<f4', fortran_order=False, shape=(1,))\n",
    `${'['.repeat(5000)}\n`,
  ];
  for (const text of bad) assert.deepEqual(await codes(npy(text, 4)), ['NUMPY_HEADER_INVALID'], text);
});

test('says what does not fit', async () => {
  const good = npy(header("'<f4'", '(4,)'), 16);
  assert.deepEqual(await codes(good.subarray(0, -1)), ['NUMPY_TRUNCATED']);
  assert.deepEqual(await codes(npy(header("'<f4'", '(4,)'), 17)), ['NUMPY_TRAILING_DATA']);
  assert.deepEqual(await codes(npy(header("'<f4'", `(${'9'.repeat(18)}, ${'9'.repeat(18)})`), 16)), [
    'NUMPY_TRUNCATED',
  ]);
  assert.deepEqual(await codes(good.subarray(0, 30)), ['NUMPY_TRUNCATED']);
  assert.deepEqual(await codes(good.subarray(0, 8)), ['NUMPY_MAGIC']);
  assert.deepEqual(await codes(Uint8Array.from([...good.subarray(0, 6), 4, 0, ...good.subarray(8)])), [
    'NUMPY_VERSION',
  ]);
  assert.deepEqual(await codes(npy(header("'<f4'", '(1,)').padEnd(11_000), 4, 2)), [
    'NUMPY_HEADER_LONG',
    'NUMPY_HEADER_ODD',
  ]);
});

test('no bytes at all crash or detain the reader', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "{'descr': ",
      "'|O'",
      "'<f4'",
      ", 'fortran_order': False",
      ", 'shape': (",
      '3,',
      ')',
      '}',
      '[',
      '\\x41',
      '\n',
    ),
    fc.string({ maxLength: 4 }),
  );
  const property = fc.asyncProperty(
    fc.array(piece, { maxLength: 30 }),
    fc.constantFrom(1, 2, 3),
    async (pieces, version) => {
      const { data, problems, content } = await read(npy(pieces.join(''), 8, version));
      assert.ok(data.start <= data.end);
      assert.ok(content !== undefined || problems.length > 0);
    },
  );
  await fc.assert(property, { numRuns: 500 });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      await read(bytes);
    }),
    { numRuns: 300 },
  );
});
