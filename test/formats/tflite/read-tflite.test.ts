import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource } from '../../../src/bytes/index.ts';
import { readTflite } from '../../../src/formats/index.ts';
import { mutate, mutations } from '../build/mutations.ts';
import { type BuiltTflite, tfliteFile } from '../build/tflite.ts';

const read = (parts: BuiltTflite) => readTflite(memorySource(tfliteFile(parts)));

test('reads a good model: version, custom operators, files of weights', async () => {
  const document = await read({ customNames: ['FlexWriteFile', 'MyOp'], externalFile: 'w.bin' });
  assert.deepEqual(document.problems, []);
  assert.equal(document.version, 3);
  assert.deepEqual(
    document.customOperators.map(({ name }) => name),
    ['FlexWriteFile', 'MyOp'],
  );
  assert.deepEqual(
    document.externalFiles.map(({ name }) => name),
    ['w.bin'],
  );
});

test('holds every offset and index against its bounds', async () => {
  const cases: readonly (readonly [BuiltTflite, readonly string[]])[] = [
    [{ tensorBuffer: 2 }, ['TFLITE_INDEX']],
    [{ codeIndex: 1 }, ['TFLITE_INDEX']],
    [{ bufferOffset: 1n << 40n, bufferSize: 4n }, ['TFLITE_BUFFER_RANGE']],
    [{ bufferOffset: 8n, bufferSize: (1n << 64n) - 1n }, ['TFLITE_BUFFER_RANGE']],
    [{ bufferOffset: 8n, bufferSize: 4n }, []],
    [{ version: 7 }, ['TFLITE_VERSION']],
  ];
  for (const [parts, codes] of cases)
    assert.deepEqual(
      (await read(parts)).problems.map(({ code }) => code),
      codes,
    );
});

test('changed and cut models never throw, and end within their limit', async () => {
  const good = tfliteFile({ customNames: ['a', 'b'], externalFile: 'x' });
  const property = fc.asyncProperty(mutations, async (changes) => {
    await readTflite(memorySource(mutate(good, changes)), { maxReads: 10_000 });
  });
  await fc.assert(property, { numRuns: 1000 });
});
