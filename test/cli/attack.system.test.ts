// `attack extract`: copies of a model of one's own, through a policy.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StrategyReport } from '../../src/robustness/index.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { runCommand } from './transcript.ts';

const DIGITS = join(import.meta.dirname, '../../examples/digits');
const SAMPLE = `--sample ${join(DIGITS, 'holdout.csv')} --ignore label --divide 16`;

test('attack extract tells how faithful copies are, in words, as a document and as a picture', async (t) => {
  const before = process.cwd();
  process.chdir(await temporaryFolder(t));
  t.after(() => process.chdir(before));
  await runCommand('strongroom init');
  await runCommand(`strongroom put ${join(DIGITS, 'run-2/digits.onnx')} acme/digits`);
  const attack = `strongroom attack extract acme/digits ${SAMPLE} --budgets 40,240 --steps 80 --strategy random-normal`;
  const shown = await runCommand(`${attack} --policy label --plot copies.svg --json`);
  const { extraction } = JSON.parse(shown.join('\n')) as {
    extraction: { policy: string; rows: number; reports: readonly StrategyReport[] };
  };
  assert.deepEqual([extraction.policy, extraction.rows], ['label', 360]);
  const [report] = extraction.reports;
  const [first, last] = report?.policyAlone ?? [];
  assert.ok(first !== undefined && last !== undefined);
  assert.ok(last.best.fidelity > first.best.fidelity && last.best.fidelity > 0.5, `${last.best.fidelity}`);
  assert.equal(report?.detectedAt, 100);
  assert.match(await readFile('copies.svg', 'utf8'), /^<svg .*random-normal \(alarm at 100\)/s);
});

test('attack extract refuses what it cannot attack', async (t) => {
  const before = process.cwd();
  process.chdir(await temporaryFolder(t));
  t.after(() => process.chdir(before));
  await runCommand('strongroom init');
  await runCommand(`strongroom put ${join(DIGITS, 'run-1/digits.onnx')} acme/digits`);
  const said = async (rest: string) =>
    (await runCommand(`strongroom attack extract acme/digits ${rest}`)).join('\n');
  assert.match(await said(`--sample ${join(DIGITS, 'holdout.csv')}`), /65 numbers/);
  assert.match(await said(`${SAMPLE} --strategy magic`), /no strategy "magic"/);
  assert.match(await said(`${SAMPLE} --policy top-0`), /not an output policy/);
  await runCommand('write small.csv a,b');
  assert.match(await said('--sample small.csv'), /\[exit \d+\]/);
});
