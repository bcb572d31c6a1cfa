import assert from 'node:assert/strict';
import test from 'node:test';
import { runSelfTest, type Trial } from '../../src/cli/self-test/run-self-test.ts';
import { StrongroomError } from '../../src/errors/index.ts';

const by = { signal: new AbortController().signal, now: () => performance.now() };

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
