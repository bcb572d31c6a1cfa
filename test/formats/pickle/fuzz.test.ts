import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource } from '../../../src/bytes/index.ts';
import { isStrongroomError } from '../../../src/errors/index.ts';
import {
  joblibDataAfter,
  OPCODE_OF_BYTE,
  readPickle,
  readPickleBytes,
  readPickles,
  readPlainPickle,
} from '../../../src/formats/index.ts';

const FOLDER = join(import.meta.dirname, '../../../vectors/legacy');
const SEEDS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.pkl'))
  .map((name) => new Uint8Array(readFileSync(join(FOLDER, name))));
const LIMITS = {
  maxOperations: 5000,
  maxStack: 500,
  maxMarks: 50,
  maxMemo: 500,
  maxEffects: 500,
  maxFindings: 20,
};
const CODES = OPCODE_OF_BYTE.flatMap((opcode, byte) => (opcode === undefined ? [] : [byte]));

/** Reads in every way; nothing may throw but the plain reader, and that only errors of ours. */
async function survives(bytes: Uint8Array): Promise<void> {
  const options = { limits: LIMITS, dataAfter: joblibDataAfter };
  const inMemory = readPickleBytes(bytes, options);
  assert.ok(inMemory.end <= bytes.length);
  assert.ok(inMemory.operations <= 2 * LIMITS.maxOperations + 1);
  assert.ok(inMemory.effects.length <= 2 * LIMITS.maxEffects);
  assert.ok(inMemory.findings.length <= LIMITS.maxFindings);
  assert.ok(inMemory.isComplete || inMemory.findings.length > 0, 'an end without a reason');
  const fromSource = await readPickle(memorySource(bytes), options);
  assert.deepEqual(fromSource.findings, inMemory.findings);
  assert.equal(fromSource.end, inMemory.end);
  assert.equal(fromSource.effects.length, inMemory.effects.length);
  await readPickles(memorySource(bytes), options);
  try {
    readPlainPickle(bytes, LIMITS);
  } catch (error) {
    assert.ok(isStrongroomError(error), String(error));
  }
}

test('no bytes at all crash or detain the reader', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), survives), { numRuns: 400 });
});

test('no sequence of opcodes crashes or detains the reader', async () => {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...CODES).map((code) => [code]) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom('N', 'K\x01', ']', '}', ')', '(', 'Va\n', 'ca\nb\n', '\x85', 'q\x01', 'h\x01')
        .map((text) => [...Buffer.from(text, 'latin1')]),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((bytes) => [...bytes]) },
  );
  const program = fc
    .array(piece, { maxLength: 60 })
    .map((pieces) => Uint8Array.from([...pieces.flat(), 0x2e]));
  await fc.assert(fc.asyncProperty(program, survives), { numRuns: 600 });
});

test('no mutation of a real pickle crashes or detains the reader', async () => {
  const change = fc.record({
    at: fc.nat(),
    byte: fc.oneof(fc.constantFrom(...CODES), fc.nat(255)),
    remove: fc.nat(3),
  });
  const mutated = fc.tuple(fc.constantFrom(...SEEDS), fc.array(change, { minLength: 1, maxLength: 6 }));
  const property = fc.asyncProperty(mutated, async ([seed, changes]) => {
    let bytes = seed;
    for (const { at, byte, remove } of changes) {
      const place = at % (bytes.length + 1);
      bytes = Uint8Array.from([...bytes.subarray(0, place), byte, ...bytes.subarray(place + remove)]);
    }
    await survives(bytes);
  });
  await fc.assert(property, { numRuns: 400 });
});
