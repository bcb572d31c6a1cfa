// Kills a process before each of its changes of the outside world, in every act that changes a home.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ACTS } from './acts.ts';
import { countSteps, killAndCheck, makeStart } from './kill-and-check.ts';

/** Every step with `npm run test:crash`; else every so many, so that a run stays short. */
const STRIDE = process.env['STRONGROOM_TEST_CRASH'] === 'all' ? 1 : 40;
/** Opening a home, checking it and starting a process each wait for the disk; two of each go well together. */
const AT_ONCE = Math.max(2, availableParallelism());

suite('a process that is killed', () => {
  let base: string;
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'strongroom-crash-'));
    await makeStart(base);
  });

  for (const act of ACTS) {
    test(`in the middle of ${act} loses nothing that was acknowledged`, async (t) => {
      const total = await countSteps(base, act);
      assert.ok(total > 5, `${act} changes the outside world ${total} times`);
      const steps = Array.from({ length: total }, (_, at) => at + 1).filter(
        (step) => step % STRIDE === total % STRIDE,
      );
      const queue = steps.values();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const step of queue) await killAndCheck(base, act, step);
        }),
      );
      t.diagnostic(`${act}: killed at ${steps.length} of ${total} steps`);
    });
  }

  after(() => rm(base, { recursive: true, force: true }));
});
