// The watch on a thread of its own: what goes over arrives whole, and what it says is what the watch of one thread says.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { packRows, unpackRows } from '../../../src/abuse/extraction/packed-rows.ts';
import type { Observation } from '../../../src/abuse/extraction/row-judge.ts';
import { ThreadedJudge } from '../../../src/abuse/extraction/threaded-judge.ts';
import { isStrongroomError } from '../../../src/errors/index.ts';
import { normalOf, randomOf } from '../../../src/robustness/random.ts';

const MODEL = 'acme/churn';
const BOUNDS = { learningRows: 200, maxModels: 2, maxProfiles: 10 };

test('rows are the same after they were packed', () => {
  const numbers = fc.float64Array({ maxLength: 8 });
  const observation = fc.record(
    {
      model: fc.string(),
      principal: fc.string(),
      rows: fc.array(
        fc.record(
          { features: numbers, probabilities: numbers },
          { requiredKeys: ['features'], noNullPrototype: true },
        ),
      ),
      at: fc.nat(),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(observation), (observations) => {
      const one = observations.flatMap(({ rows, ...rest }) => rows.map((row) => ({ ...rest, rows: [row] })));
      assert.deepEqual(unpackRows(packRows(observations)), one);
    }),
  );
});

function asked(principal: string, count: number, spread = 1): readonly Observation[] {
  const random = randomOf(count + spread);
  const rows = Array.from({ length: count }, () => {
    const features = Float64Array.from({ length: 6 }, () => spread * normalOf(random));
    const first = 1 / (1 + Math.exp(-3 * (features[0] ?? 0)));
    return { features, probabilities: Float64Array.of(first, 1 - first) };
  });
  return [{ model: MODEL, principal, rows, at: 0 }];
}

test('a model is learnt and watched on the thread, which says what it thinks of whom', async () => {
  const judge = new ThreadedJudge(BOUNDS);
  try {
    const { models, windows } = await judge.look(asked('user:ada', 200));
    assert.deepEqual(models, [{ model: MODEL, isCalibrated: true, learntRows: 200 }]);
    assert.deepEqual(windows, []);
    const judged = await judge.look(asked('user:eve', 300, 4));
    assert.ok(judged.windows.some(({ principal, isAlarm }) => principal === 'user:eve' && isAlarm));
    assert.deepEqual(judged.problems, []);
  } finally {
    await judge.close();
  }
});

test('a model is learnt anew from one principal only, also on a thread that starts after that was said', async () => {
  const judge = new ThreadedJudge(BOUNDS);
  try {
    judge.relearn(MODEL, 'user:ada');
    const learnt = async (principal: string) => {
      const { models } = await judge.look(asked(principal, 50));
      return models;
    };
    const anew = { model: MODEL, isCalibrated: false, learnsFrom: 'user:ada' };
    assert.deepEqual(await learnt('user:eve'), [{ ...anew, learntRows: 0 }]);
    assert.deepEqual(await learnt('user:ada'), [{ ...anew, learntRows: 50 }]);
    await judge.close();
    assert.deepEqual(await learnt('user:eve'), [{ ...anew, learntRows: 0 }]);
    judge.relearn(MODEL);
    assert.deepEqual(await learnt('user:eve'), [{ model: MODEL, isCalibrated: false, learntRows: 50 }]);
  } finally {
    await judge.close();
  }
});

test('closing gives up what is looked at', async () => {
  const judge = new ThreadedJudge(BOUNDS);
  const looking = assert.rejects(judge.look(asked('user:ada', 100)), (error) =>
    isStrongroomError(error, 'ABORTED'),
  );
  await judge.close();
  await looking;
});

test('a process that closes the watch while it looks, and has nothing else to do, ends as it should', () => {
  const judge = JSON.stringify(
    new URL('../../../src/abuse/extraction/threaded-judge.ts', import.meta.url).href,
  );
  const program = `
    const { ThreadedJudge } = await import(${judge});
    const judge = new ThreadedJudge(${JSON.stringify(BOUNDS)});
    const rows = [{ features: new Float64Array(3) }];
    const looking = judge.look([{ model: 'acme/churn', principal: 'user:ada', rows, at: 0 }]);
    looking.catch(() => undefined);
    await judge.close();
    console.log('closed');
  `;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stdout], [0, 'closed\n']);
});
