import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { OPCODE_OF_BYTE, readPickleBytes } from '../../../src/formats/index.ts';
import { judgePickle } from '../../../src/scan/checks/pickle/judge-pickle.ts';
import { assemble, PAYLOAD } from './assemble.ts';
import { scanBytes, shown } from './scan-pickle.ts';

const ORDINARY = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/ordinary.json'), 'utf8'),
) as Record<string, string>;
const FILES = Object.values(ORDINARY).map((content) => new Uint8Array(Buffer.from(content, 'base64')));
const PICKLES = Object.entries(ORDINARY)
  .filter(([name]) => / protocol /.test(name))
  .map(([, content]) => new Uint8Array(Buffer.from(content, 'base64')));
const CODES = OPCODE_OF_BYTE.flatMap((opcode, byte) => (opcode === undefined ? [] : [byte]));

/** A fixed seed in continuous integration; another one by the environment. */
const SEED = Number(process.env['STRONGROOM_FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['STRONGROOM_FUZZ_RUNS'] ?? 400);

test('no mutation of a real file makes the scan fail', async () => {
  const change = fc.record({
    at: fc.nat(),
    byte: fc.oneof(fc.constantFrom(...CODES), fc.nat(255)),
    remove: fc.nat(4),
  });
  const mutated = fc.tuple(fc.constantFrom(...FILES), fc.array(change, { minLength: 1, maxLength: 8 }));
  const property = fc.asyncProperty(mutated, async ([file, changes]) => {
    let bytes = file;
    for (const { at, byte, remove } of changes) {
      const place = at % (bytes.length + 1);
      bytes = Uint8Array.from([...bytes.subarray(0, place), byte, ...bytes.subarray(place + remove)]);
    }
    const report = await scanBytes(bytes, '');
    assert.notEqual(report.status, 'error', shown(report));
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
});

test('no sequence of opcodes makes the policy fail', () => {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...CODES).map((code) => String.fromCharCode(code)) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'N',
        'K\x01',
        ']',
        '}',
        ')',
        '(',
        'Va\n',
        '\x85',
        'q\x01',
        'h\x01',
        'R',
        'b',
        '\x8c\x03int',
        '\x93',
        'cbuiltins\ngetattr\n',
        'cfunctools\npartial\n',
        'ccollections\nOrderedDict\n',
        'ccopyreg\n_reconstructor\n',
        'cnumpy\ndtype\n',
        'ctorch._tensor\n_rebuild_from_type_v2\n',
        'ctorch.storage\n_load_from_bytes\n',
        'ccloudpickle.cloudpickle\n_builtin_type\n',
        'cscipy.stats._continuous_distns\nnorm_gen\n',
      ),
    },
  );
  const program = fc.array(piece, { maxLength: 80 }).map((pieces) => assemble(...pieces, '.'));
  fc.assert(
    fc.property(program, (bytes) => {
      const verdict = judgePickle(readPickleBytes(bytes));
      assert.ok(verdict.judgements.length <= 100);
    }),
    { numRuns: RUNS * 5, seed: SEED },
  );
});

test('a payload before the end of any real pickle is found', async () => {
  for (const file of PICKLES) {
    // Its outcome is thrown away, so the pickle loads as it did.
    const bytes = assemble(Buffer.from(file.subarray(0, -1)).toString('latin1'), PAYLOAD, '0.');
    const report = await scanBytes(bytes, '');
    assert.equal(report.verdict, 'malicious', shown(report));
  }
});
