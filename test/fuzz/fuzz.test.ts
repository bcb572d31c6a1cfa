import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileOfCase } from '../../fuzz/file-of-case.ts';
import { fuzzReader } from '../../fuzz/fuzz-reader.ts';
import { FUZZERS_FOLDER, fuzzerNames, loadFuzzer } from '../../fuzz/load-fuzzers.ts';

const FORMATS = join(import.meta.dirname, '../../src/formats');
const BROKEN = join(import.meta.dirname, 'children');
const NAMES = fuzzerNames(FUZZERS_FOLDER);

test('every folder of readers has its fuzzer, and every fuzzer a folder', () => {
  const folders = readdirSync(FORMATS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(NAMES, [...folders.map(({ name }) => name), 'scan'].sort());
});

test('every reader that src/formats exports is called by a fuzzer', () => {
  const sources = ['..', '.'].flatMap((folder) => {
    const path = join(FUZZERS_FOLDER, folder);
    return readdirSync(path)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(path, name), 'utf8'));
  });
  const fuzzed = sources.join('\n');
  const index = readFileSync(join(FORMATS, 'index.ts'), 'utf8');
  const readers = [
    ...index.matchAll(/\b((?:read|scan|parse|open|is|compare|unsafe|complete)[A-Z]\w*|DECODERS)\b/g),
  ]
    .map(([name]) => name)
    .filter((name) => name !== 'isPlainDict');
  assert.ok(readers.length > 25, 'the names of readers were not found');
  const missed = readers.filter((name) => !new RegExp(`\\b${name}\\(|\\b${name}\\[`).test(fuzzed));
  assert.deepEqual(missed, []);
});

for (const [reader, message] of [
  ['throws', /a reader that throws/],
  ['hangs', /not read within/],
  ['believes-lengths', /1073741824 bytes of memory asked for at once/],
  ['fills-the-heap', /the process ended/],
] as const) {
  test(`a reader that ${reader.replaceAll('-', ' ')} is found, with its file`, async () => {
    const order = { folder: BROKEN, reader, seed: 1, runs: 1000, seconds: 20 };
    // A hang is killed, not waited for.
    const { failure } = await fuzzReader(order, { caseMs: reader === 'hangs' ? 2000 : 30_000 });
    assert.match(failure?.message ?? '', message);
    const file = fileOfCase(await loadFuzzer(BROKEN, reader), { seed: 1, index: failure?.index ?? -1 });
    assert.equal(file[0], 7);
  });
}
