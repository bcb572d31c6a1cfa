import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromHex } from '../../../src/bytes/index.ts';
import { type GlobalValue, readPickleBytes } from '../../../src/formats/index.ts';

/** How many streams; a longer run by `STRONGROOM_DIFFERENTIAL_STREAMS` and another seed. */
const STREAMS = Number(process.env['STRONGROOM_DIFFERENTIAL_STREAMS'] ?? 12_000);
const SEED = Number(process.env['STRONGROOM_DIFFERENTIAL_SEED'] ?? 1);
/** Streams of one child. */
const BATCH = 20_000;
const HERE = import.meta.dirname;

interface Case {
  readonly data: string;
  /** What the C unpickler looked up, module and name, as UTF-16 in hexadecimal. */
  readonly seen: readonly (readonly [string, string])[];
  /** The same, reading from an object that cannot look ahead. */
  readonly seenWithoutPeek: readonly (readonly [string, string])[];
  readonly outcome: string;
}

function casesOfPython(count: number, seed: number, seeds: readonly string[]): readonly Case[] | undefined {
  const { status, stdout } = spawnSync(
    'python3',
    ['-W', 'ignore', join(HERE, 'differential.py'), String(count), String(seed), ...seeds],
    { encoding: 'utf8', maxBuffer: 1 << 29, timeout: 300_000 },
  );
  if (status !== 0) return undefined;
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Case]));
}

function hexOf(text: string | undefined): string {
  return text === undefined ? 'hidden' : Buffer.from(text, 'utf16le').toString('hex');
}

/** What our reader says is looked up, in its order. */
function importsOf(bytes: Uint8Array, dropsFrames: boolean): string[] {
  return readPickleBytes(bytes, { dropsFrames })
    .effects.filter((effect): effect is typeof effect & { target: GlobalValue } => effect.kind === 'import')
    .map(({ target }) => `${hexOf(target.module)} ${hexOf(target.name)}`);
}

test('whatever CPython would import, we report, in thousands of random and mutated pickles', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-differential-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ordinary = JSON.parse(readFileSync(join(HERE, 'fixtures/ordinary.json'), 'utf8')) as Record<
    string,
    string
  >;
  const seeds = Object.entries(ordinary)
    .filter(([name]) => /protocol|p[024]\.pkl/.test(name))
    .map(([, content], index) => {
      const path = join(folder, String(index));
      writeFileSync(path, Buffer.from(content, 'base64'));
      return path;
    });
  let imports = 0;
  let loaded = 0;
  for (let done = 0; done < STREAMS; done += BATCH) {
    const cases = casesOfPython(Math.min(BATCH, STREAMS - done), SEED + done, seeds);
    if (cases === undefined) {
      t.skip('python3 is not there');
      return;
    }
    for (const { data, seen, seenWithoutPeek, outcome } of cases) {
      const bytes = fromHex(data)!;
      for (const [theirs, dropsFrames] of [
        [seen, false],
        [seenWithoutPeek, true],
      ] as const) {
        const expected = theirs.map(([module, name]) => `${module} ${name}`);
        const ours = importsOf(bytes, dropsFrames);
        assert.deepEqual(ours.slice(0, expected.length), expected, `${outcome} ${dropsFrames}: ${data}`);
      }
      imports += seen.length;
      if (outcome === 'loaded') loaded++;
    }
  }
  // The test would mean nothing if hardly any stream got anywhere.
  assert.ok(imports > STREAMS / 4, `${imports} imports`);
  assert.ok(loaded > STREAMS / 50, `${loaded} loaded`);
});
