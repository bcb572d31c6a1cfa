// A sample of what `crash.system.test.ts` does at many more steps of every act.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { countSteps, killAndCheck, makeStart } from './kill-and-check.ts';

test('a put that is killed in its middle or at its end loses nothing that was acknowledged', async (t) => {
  const base = await temporaryFolder(t);
  await makeStart(base);
  const total = await countSteps(base, 'put');
  assert.ok(total > 5, `a put changes the outside world ${total} times`);
  for (const part of [0.4, 1]) await killAndCheck(base, 'put', Math.round(total * part));
});
