// What follows from what is noticed: late, silently, and step by step.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AskedRow } from '../../../src/abuse/extraction/asked-row.ts';
import { type ExtractionNotice, ExtractionWatch } from '../../../src/abuse/extraction/extraction-watch.ts';
import { Ladder, LEVELS, measuresOf } from '../../../src/abuse/extraction/ladder.ts';
import { ModelWatches } from '../../../src/abuse/extraction/model-watches.ts';
import { formatOutputPolicy, strictestOutput } from '../../../src/api/index.ts';
import { normalOf, randomOf } from '../../../src/robustness/random.ts';

const BOUNDS = { ms: [1000, 5000], rows: [300, 900] } as const;

test('nothing happens before an epoch has ended, and when that is nobody can foresee', () => {
  const steps = Array.from({ length: 20 }, (_, seed) => {
    const ladder = new Ladder(randomOf(seed), BOUNDS);
    let windows = 1;
    while (!ladder.add({ isAlarm: true, rows: 100 }, 0)) windows += 1;
    return windows;
  });
  assert.ok(Math.min(...steps) >= 3 && Math.max(...steps) <= 9);
  assert.ok(new Set(steps).size >= 4, `ends after ${steps.join(', ')}`);
});

test('one alarm among honest windows changes nothing, and quiet brings a step down after the other', () => {
  const ladder = new Ladder(randomOf(1), BOUNDS);
  const epochs = (isAlarm: (window: number) => boolean, windows: number) => {
    const levels = [ladder.level];
    for (let window = 0; window < windows; window++) {
      if (ladder.add({ isAlarm: isAlarm(window), rows: 100 }, 0)) levels.push(ladder.level);
    }
    return levels;
  };
  assert.deepEqual(
    epochs((window) => window === 0, 30),
    ['observed'],
  );
  assert.deepEqual(
    epochs((window) => window % 3 !== 0, 60),
    [...LEVELS],
  );
  assert.deepEqual(
    epochs(() => false, 60),
    [...LEVELS].reverse(),
  );
});

test('an epoch of alarms and nothing else goes up two steps', () => {
  const ladder = new Ladder(randomOf(4), { ms: [1000, 1000], rows: [500, 501] });
  while (!ladder.add({ isAlarm: true, rows: 100 }, 0));
  assert.equal(ladder.level, LEVELS[2]);
});

test('time alone ends an epoch, so that nobody stays suspended for ever', () => {
  const ladder = new Ladder(randomOf(2), BOUNDS);
  while (ladder.level !== 'suspended') ladder.add({ isAlarm: true, rows: 100 }, 0);
  let now = 0;
  for (let waited = 0; waited < 4; waited++) {
    now += 5000;
    ladder.pass(now);
  }
  assert.equal(ladder.level, 'observed');
});

test('every level takes away at least what the one before it does', () => {
  const levels = LEVELS.map(measuresOf);
  for (const [at, next] of levels.slice(1).entries()) {
    const before = levels[at] ?? next;
    const both = strictestOutput([before.outputs[0] ?? {}, next.outputs[0] ?? {}]);
    assert.equal(formatOutputPolicy(both), formatOutputPolicy(next.outputs[0] ?? {}));
    assert.ok(next.maxDelayMs >= before.maxDelayMs && next.budgetShare <= before.budgetShare);
  }
  assert.equal(levels.at(-1)?.budgetShare, 0);
});

function watchOf({ learningRows = 400, maxModels = 2 } = {}) {
  const notices: ExtractionNotice[] = [];
  const clock = { now: 1_000_000 };
  const errors: unknown[] = [];
  const watch = new ExtractionWatch({
    random: randomOf(3),
    now: () => clock.now,
    judge: new ModelWatches({
      ...{ random: randomOf(5), learningRows, maxModels, maxProfiles: 10 },
      breathe: () => Promise.resolve(),
    }),
    onNotice: (notice) => notices.push(notice),
    onError: (error) => errors.push(error),
    epochs: { ms: [1000, 2000], rows: [200, 400] },
  });
  return { watch, notices, clock, errors };
}

function rowsOf(count: number, seed: number, spread = 1): readonly AskedRow[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => {
    const features = Float64Array.from({ length: 6 }, () => spread * normalOf(random));
    const first = 1 / (1 + Math.exp(-3 * (features[0] ?? 0)));
    return { features, probabilities: Float64Array.of(first, 1 - first) };
  });
}

async function ask(
  { watch }: ReturnType<typeof watchOf>,
  principal: string,
  rows: readonly AskedRow[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += 50) {
    watch.observe({ model: 'acme/churn', principal, rows: rows.slice(start, start + 50), at: start });
    await watch.settled();
  }
}

test('learns from the first traffic, then tells honest callers from others', async () => {
  const watched = watchOf();
  const { watch, notices, errors } = watched;
  await ask(watched, 'user:ada', rowsOf(400, 1));
  assert.deepEqual(watch.models(), [{ model: 'acme/churn', isCalibrated: true, learntRows: 400 }]);
  await ask(watched, 'user:ada', rowsOf(1000, 2));
  assert.equal(notices.length, 0);
  await ask(watched, 'user:eve', rowsOf(1000, 3, 4));
  const [first] = notices.filter(({ standing }) => standing.principal === 'user:eve');
  assert.ok(first !== undefined && first.kind === 'alarm');
  assert.ok((first.standing.surprises.outliers ?? 0) > 3);
  const levels = notices.filter(({ kind }) => kind === 'level').map(({ standing }) => standing);
  assert.ok(levels.length >= 2 && levels.every(({ principal }) => principal === 'user:eve'));
  assert.deepEqual(watch.measures({ model: 'acme/churn', principal: 'user:ada' }), measuresOf('observed'));
  assert.notDeepEqual(watch.measures({ model: 'acme/churn', principal: 'user:eve' }), measuresOf('observed'));
  assert.deepEqual(errors, []);
});

test('an attack that is spread over accounts too small to judge shows in everybody together', async () => {
  const watched = watchOf();
  await ask(watched, 'user:ada', rowsOf(400, 1));
  for (const [account, row] of rowsOf(300, 3, 4).entries())
    await ask(watched, `user:eve-${account % 10}`, [row]);
  assert.ok(watched.notices.some(({ standing }) => standing.principal === undefined));
});

test('a caller who floods fills only their share of the queue, and what is left out is counted', async () => {
  const { watch } = watchOf();
  for (let sent = 0; sent < 100; sent++) {
    watch.observe({ model: 'acme/churn', principal: 'user:eve', rows: rowsOf(100, sent), at: 0 });
  }
  watch.observe({ model: 'acme/churn', principal: 'user:ada', rows: rowsOf(100, 1), at: 0 });
  assert.equal(watch.dropped, 9000);
  await watch.settled();
  assert.equal(watch.models()[0]?.learntRows, 400);
});

test('forgetting gives somebody a clean sheet, and a model is learnt anew', async () => {
  const watched = watchOf();
  const { watch } = watched;
  await ask(watched, 'user:ada', rowsOf(400, 1));
  await ask(watched, 'user:eve', rowsOf(600, 3, 4));
  assert.ok(watch.standings().some(({ principal, alarms }) => principal === 'user:eve' && alarms > 0));
  watch.forget({ model: 'acme/churn', principal: 'user:eve' });
  assert.ok(!watch.standings().some(({ principal }) => principal === 'user:eve'));
  watch.relearn('acme/churn');
  assert.deepEqual(watch.models(), [{ model: 'acme/churn', isCalibrated: false, learntRows: 0 }]);
  assert.deepEqual(watch.standings(), []);
});

test('rows of another size change nothing', async () => {
  const watched = watchOf();
  const { watch, errors } = watched;
  await ask(watched, 'user:ada', rowsOf(400, 1));
  await ask(watched, 'user:eve', [{ features: new Float64Array(99) }]);
  assert.deepEqual([watch.standings(), errors], [[], []]);
});

test('what is judged while a model is learnt anew counts no more', async () => {
  const watched = watchOf();
  const { watch } = watched;
  await ask(watched, 'user:ada', rowsOf(400, 1));
  watch.observe({ model: 'acme/churn', principal: 'user:eve', rows: rowsOf(600, 3, 4), at: 0 });
  const settled = watch.settled();
  // The judge has its rows by now, and has not said yet what it thinks of them.
  await Promise.resolve();
  watch.relearn('acme/churn', 'user:ada');
  await settled;
  assert.deepEqual(watch.standings(), []);
  const anew = { model: 'acme/churn', isCalibrated: false, learntRows: 0, learnsFrom: 'user:ada' };
  assert.deepEqual(watch.models(), [anew]);
});

test('of more models than there is room for the one asked longest ago is forgotten', async () => {
  const { watch } = watchOf({ maxModels: 2 });
  for (const model of ['acme/a', 'acme/b', 'acme/a', 'acme/c']) {
    watch.observe({ model, principal: 'user:ada', rows: rowsOf(1, 1), at: 0 });
    await watch.settled();
  }
  assert.deepEqual(
    watch.models().map(({ model, learntRows }) => [model, learntRows]),
    [
      ['acme/a', 2],
      ['acme/c', 1],
    ],
  );
});

test('a model that was forgotten and asked again before anybody looked is known as it is now', async () => {
  const { watch } = watchOf({ maxModels: 2 });
  for (const model of ['acme/a', 'acme/b', 'acme/c', 'acme/a'])
    watch.observe({ model, principal: 'user:ada', rows: rowsOf(1, 1), at: 0 });
  await watch.settled();
  assert.deepEqual(
    watch.models().map(({ model, learntRows }) => [model, learntRows]),
    [
      ['acme/c', 1],
      ['acme/a', 1],
    ],
  );
});
