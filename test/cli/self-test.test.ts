import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import test from 'node:test';
import { runSelfTest, TRIALS, type Trial } from '../../src/cli/self-test/run-self-test.ts';
import { StrongroomError } from '../../src/errors/index.ts';

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

test('a promise that is not kept is a failed line, and the others are tried all the same', async () => {
  const broken: Trial = {
    area: 'encryption',
    name: 'broken',
    run: () => Promise.reject(new StrongroomError('CONTAINER_TAMPERED', 'it was changed')),
  };
  const fine: Trial = { area: 'encryption', name: 'fine', run: () => Promise.resolve('as it should be') };
  const lines = await runSelfTest({ ...by, trials: [broken, fine] }, () => Promise.resolve());
  assert.deepEqual(
    lines.map(({ name, standing, found }) => [name, standing, found]),
    [
      ['broken', 'fail', 'CONTAINER_TAMPERED: it was changed'],
      ['fine', 'pass', 'as it should be'],
    ],
  );
});
