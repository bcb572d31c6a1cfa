// What keeps a connection and a server alive that have much to do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Progress } from '../../src/api/index.ts';
import { lastingPressure } from '../../src/http/lasting-pressure.ts';
import { linesOf } from '../../src/http/progress-stream.ts';

const text = (chunk: IteratorResult<Uint8Array>) => Buffer.from(chunk.value ?? []).toString();

test('a call that says nothing for long sends an empty line now and then, and its result at the end', async () => {
  const work = Promise.withResolvers<string>();
  const lines = linesOf(
    () => work.promise,
    () => ({}),
    0,
  );
  assert.equal(text(await lines.next()), '\n');
  assert.equal(text(await lines.next()), '\n');
  work.resolve('done');
  let last = text(await lines.next());
  while (last === '\n') last = text(await lines.next());
  assert.deepEqual(JSON.parse(last), { result: 'done' });
  assert.equal((await lines.next()).done, true);
});

test('progress is told as it comes, and a failure is the last line', async () => {
  const work = Promise.withResolvers<never>();
  const progress: Progress = { phase: 'verify', done: 1, total: 2, unit: 'items' };
  const lines = linesOf(
    (onProgress) => {
      onProgress(progress);
      return work.promise;
    },
    (error) => ({ code: (error as Error).message }),
    60_000,
  );
  assert.deepEqual(JSON.parse(text(await lines.next())), { progress });
  work.reject(new Error('STORAGE_FULL'));
  assert.deepEqual(JSON.parse(text(await lines.next())), { problem: { code: 'STORAGE_FULL' } });
});

test('load is shed when the event loop was late for three samples, not for one, and not where nobody measured', () => {
  const clock = { now: 0 };
  const press = lastingPressure(500, () => clock.now);
  const at = (now: number, value: number | undefined) => {
    clock.now = now;
    press(value);
  };
  for (let now = 10_000; now < 20_000; now += 100) {
    at(now, Number.POSITIVE_INFINITY);
    at(now, undefined);
  }
  at(30_000, 900);
  at(30_500, 900);
  at(31_000, 900);
  assert.throws(() => at(31_500, 900), { code: 'SERVER_BUSY', retryAfterSeconds: 5 });
  at(40_000, 900);
});
