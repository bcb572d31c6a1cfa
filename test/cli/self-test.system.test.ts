import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import test from 'node:test';
import { runSelfTest, TRIALS } from '../../src/cli/self-test/run-self-test.ts';

const by = { signal: new AbortController().signal, now: () => performance.now() };

function leftovers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('strongroom-self-test-'));
}

test('the software keeps what it promises, and the self-test leaves nothing behind', async () => {
  const before = leftovers();
  const shown: string[] = [];
  // eslint-disable-next-line @typescript-eslint/require-await -- told while it runs
  const lines = await runSelfTest(by, async ({ name }) => void shown.push(name));
  assert.deepEqual(
    lines.filter(({ standing }) => standing === 'fail'),
    [],
  );
  assert.deepEqual(
    shown,
    TRIALS.map(({ name }) => name),
  );
  assert.deepEqual(leftovers(), before);
});
