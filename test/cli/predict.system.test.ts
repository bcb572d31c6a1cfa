// `strongroom predict` with the real digits, from every kind of file and into every kind.
import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { runCommand, type Shown } from './transcript.ts';

const DIGITS = join(import.meta.dirname, '../../examples/digits');

interface Said {
  readonly label: number;
  readonly score: number;
  readonly probabilities: Readonly<Record<string, number>>;
}

interface Held {
  readonly labels: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

/** A folder with a home that holds the digits, and held-back images. */
async function digits(t: TestContext): Promise<Held> {
  const before = process.cwd();
  process.chdir(await temporaryFolder(t));
  t.after(() => process.chdir(before));
  await copyFile(join(DIGITS, 'run-2/digits.onnx'), 'digits.onnx');
  await runCommand('strongroom init --quiet');
  assert.deepEqual(await runCommand('strongroom put digits.onnx acme/digits --quiet'), []);
  const [, ...lines] = (await readFile(join(DIGITS, 'holdout.csv'), 'utf8')).trimEnd().split('\n');
  const held = lines.slice(0, 300).map((line) => line.split(',').map(Number));
  return {
    labels: held.map(([label = -1]) => label),
    rows: held.map(([, ...pixels]) => pixels.map((pixel) => pixel / 16)),
  };
}

/** A NumPy array of float64, version 1. */
function npy(rows: readonly (readonly number[])[]): Buffer {
  const words = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows.length}, ${rows[0]?.length ?? 0}), }`;
  const text = `${words.padEnd(117)}\n`;
  const length = Buffer.from(Uint16Array.of(text.length).buffer);
  const data = Buffer.from(new Float64Array(rows.flat()).buffer);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(text), data]);
}

function labelsOf(shown: Shown): readonly number[] {
  return shown.slice(1).map((line) => Number(line.split(',')[0]));
}

test('strongroom predict', async (t) => {
  const { labels, rows } = await digits(t);
  const csv = rows.map((row) => row.join(',')).join('\n');

  await t.test('answers CSV without names by position', async () => {
    await writeFile('rows.csv', csv);
    const shown = await runCommand('strongroom predict acme/digits --input rows.csv --no-header');
    assert.equal(
      shown[0],
      `label,score,${labels
        .slice(0, 10)
        .map((_none, at) => `probability_${at}`)
        .join(',')}`,
    );
    const right = labelsOf(shown).filter((label, at) => label === labels[at]).length;
    assert.ok(right > 290, `${right} of 300 digits are read`);
  });

  await t.test('refuses CSV whose first line names other features', async () => {
    const shown = await runCommand('strongroom predict acme/digits --input rows.csv');
    assert.match(shown.join('\n'), /in the first line\n.*--no-header/);
    assert.equal(shown.at(-1), '[exit 2]');
  });

  await t.test('answers CSV with the names of the schema, in any order', async () => {
    const header = rows[0]?.map((_none, at) => `p${at}`).join(',') ?? '';
    await writeFile('train.csv', `${header}\n${csv}\n`);
    await runCommand('strongroom schema learn acme/digits train.csv');
    const turned = [header, ...csv.split('\n').slice(0, 9)].map((line) =>
      line.split(',').reverse().join(','),
    );
    await writeFile('turned.csv', turned.join('\r\n'));
    const shown = await runCommand('strongroom predict acme/digits --input turned.csv');
    assert.deepEqual(labelsOf(shown), labels.slice(0, 9));
  });

  await t.test(
    'says the same of JSON, lines of JSON and NumPy arrays, and writes what is asked for',
    async () => {
      await writeFile('rows.json', JSON.stringify({ features: rows }));
      await writeFile('rows.ndjson', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      await writeFile('rows.npy', npy(rows));
      const printed = await runCommand('strongroom predict acme/digits --input rows.json --json');
      const { predictions } = JSON.parse(printed.join('\n')) as { readonly predictions: readonly Said[] };
      assert.deepEqual(
        predictions.map(({ label }) => label).filter((label, at) => label !== labels[at]).length < 10,
        true,
      );
      const shown = await runCommand('strongroom predict acme/digits -i rows.ndjson -o out.json');
      assert.deepEqual(shown, ['wrote 300 predictions of acme/digits@1 to out.json']);
      assert.deepEqual(JSON.parse(await readFile('out.json', 'utf8')), predictions);
      await runCommand('strongroom predict acme/digits -i rows.npy -o out.ndjson');
      const lines = (await readFile('out.ndjson', 'utf8')).trimEnd().split('\n');
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as Said),
        predictions,
      );
      const again = await runCommand('strongroom predict acme/digits -i rows.npy -o out.ndjson');
      assert.match(again.join('\n'), /out\.ndjson.*\n(?:.*\n)*\[exit 6\]$/);
    },
  );

  await t.test('names the feature and the row that are refused', async () => {
    await writeFile('bad.json', JSON.stringify({ features: [rows[0], rows[1]?.with(2, 250)] }));
    const shown = await runCommand('strongroom predict acme/digits -i bad.json');
    assert.match(shown.join('\n'), /feature "p2", row 1: 250 is above/);
    await writeFile('other.npy', npy([[1, 2, 3]]));
    assert.match(
      (await runCommand('strongroom predict acme/digits -i other.npy')).join('\n'),
      /row 0 has 3 features/,
    );
    await writeFile('broken.npy', npy(rows).subarray(0, 500));
    assert.match(
      (await runCommand('strongroom predict acme/digits -i broken.npy')).join('\n'),
      /no whole NumPy array/,
    );
  });
});
