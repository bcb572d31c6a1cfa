import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import test from 'node:test';
import { STEPS } from '../../src/cli/demo/steps.ts';
import { runCommand } from './transcript.ts';

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('strongroom-demo-'));

test('the demo proves every step on the real example models and leaves nothing behind', async () => {
  const before = leftovers();
  const shown = await runCommand('strongroom demo --json');
  const { steps } = JSON.parse(shown.join('\n')) as { steps: { name: string; proof: string; ms: number }[] };
  assert.deepEqual(
    steps.map(({ name }) => name),
    STEPS.map(({ name }) => name),
  );
  assert.ok(steps.every(({ proof, ms }) => proof !== '' && ms >= 0));
  assert.deepEqual(leftovers(), before);
});
