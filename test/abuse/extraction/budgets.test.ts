// Budgets of rows and information, per principal and model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CountSketch } from '../../../src/abuse/extraction/count-sketch.ts';
import { PredictionBudgets } from '../../../src/abuse/extraction/prediction-budgets.ts';
import { capacityBits, priceOf } from '../../../src/abuse/extraction/released-bits.ts';
import { SlidingSum } from '../../../src/abuse/extraction/sliding-sum.ts';
import { parseOutputPolicy } from '../../../src/api/index.ts';
import { StrongroomError } from '../../../src/errors/index.ts';

const DAY_MS = 86_400_000;
const KEY = { principal: 'service-account:shop', model: 'acme/churn' };

function budgetsOf(
  limits: { rowsPerDay?: number; rowsPerMonth?: number; bitsPerDay?: number },
  maxKeys = 100,
) {
  const clock = { now: 1000 * DAY_MS };
  const budgets = new PredictionBudgets({
    ...{ rowsPerDay: 0, rowsPerMonth: 0, bitsPerDay: 0, ...limits },
    maxKeys,
    now: () => clock.now,
  });
  return { budgets, clock };
}

function waitOf(take: () => void): number {
  try {
    take();
    return 0;
  } catch (error) {
    assert.ok(error instanceof StrongroomError && error.code === 'PREDICTION_BUDGET');
    assert.ok(error.retryAfterSeconds !== undefined);
    return error.retryAfterSeconds;
  }
}

test('rows are taken all or none, and the wait that is told is long enough', () => {
  const { budgets, clock } = budgetsOf({ rowsPerDay: 100 });
  budgets.take(KEY, 60);
  assert.ok(waitOf(() => budgets.take(KEY, 41)) > 0);
  budgets.take(KEY, 40);
  const wait = waitOf(() => budgets.take(KEY, 1));
  clock.now += wait * 1000;
  assert.equal(
    waitOf(() => budgets.take(KEY, 1)),
    0,
  );
  assert.deepEqual(budgets.use(KEY).rowsThisMonth, 101);
});

test('there is no turn of the day at which twice as much goes through', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 50, maxLength: 150 }), (hours) => {
      const { budgets, clock } = budgetsOf({ rowsPerDay: 50 });
      const passed: number[] = [];
      for (const gap of hours) {
        clock.now += gap * 3_600_000;
        if (waitOf(() => budgets.take(KEY, 10)) === 0) passed.push(clock.now);
      }
      for (const start of passed) {
        const within = passed.filter((at) => at >= start && at < start + DAY_MS).length * 10;
        // The sum of the day before is taken to be evenly spread, so it is right within that.
        assert.ok(within <= 75, `${within} rows within a day`);
      }
    }),
    { numRuns: 30 },
  );
});

test('principals and models have budgets of their own', () => {
  const { budgets } = budgetsOf({ rowsPerDay: 10 });
  budgets.take(KEY, 10);
  budgets.take({ ...KEY, model: 'acme/other' }, 10);
  budgets.take({ ...KEY, principal: 'user:ada' }, 10);
  assert.ok(waitOf(() => budgets.take(KEY, 1)) > 0);
  budgets.forget(KEY);
  budgets.take(KEY, 10);
});

test('rows of a question that was not answered come back', () => {
  const { budgets } = budgetsOf({ rowsPerDay: 10 });
  budgets.take(KEY, 10);
  budgets.giveBack(KEY, 10);
  budgets.take(KEY, 10);
});

test('information that was given away counts from the next question on', () => {
  const { budgets, clock } = budgetsOf({ bitsPerDay: 1000 });
  budgets.take(KEY, 1);
  budgets.charge(KEY, 999);
  budgets.take(KEY, 1);
  budgets.charge(KEY, 1);
  const wait = waitOf(() => budgets.take(KEY, 1));
  assert.ok(wait > 0);
  clock.now += 2 * DAY_MS;
  budgets.take(KEY, 1);
});

test('a smaller share is used up sooner, and none at all lets nothing through', () => {
  const { budgets } = budgetsOf({ rowsPerDay: 100 });
  budgets.take(KEY, 10);
  assert.ok(waitOf(() => budgets.take(KEY, 1, 0.1)) > 0);
  budgets.take(KEY, 1);
  assert.ok(waitOf(() => budgetsOf({}).budgets.take(KEY, 1, 0)) > 0);
});

test('who is pushed out of memory by millions of others does not get a fresh budget', () => {
  const { budgets } = budgetsOf({ rowsPerDay: 10 }, 5);
  budgets.take(KEY, 10);
  for (let other = 0; other < 1000; other++) budgets.take({ ...KEY, principal: `user:${other}` }, 1);
  assert.ok(waitOf(() => budgets.take(KEY, 1)) > 0);
});

test('a sketch never undercounts', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.nat(100))), (added) => {
      const sketch = new CountSketch(16, 3);
      const sums = new Map<string, number>();
      for (const [key, amount] of added) {
        sketch.add(key, amount);
        sums.set(key, (sums.get(key) ?? 0) + amount);
      }
      for (const [key, sum] of sums) assert.ok(sketch.sum(key) >= sum);
    }),
  );
});

test('a sliding sum waits exactly until enough has slid out', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(1500), fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 200 }),
      (added, target) => {
        const sums = new SlidingSum({ periodMs: 1000, maxKeys: 10 });
        let now = 10_000;
        for (const [gap, amount] of added) {
          now += gap;
          sums.add('k', amount, now);
        }
        const wait = sums.waitFor('k', target, now);
        assert.ok(sums.sum('k', now + wait) <= target + 1e-6);
        if (wait > 1) assert.ok(sums.sum('k', now + wait - 2) > target - 1e-6);
      },
    ),
  );
});

test('the less a policy lets out, the fewer bits an answer can carry', () => {
  const bits = (policy: string) => capacityBits(parseOutputPolicy(policy), 10);
  const falling = ['full', 'round-3', 'top-3+round-3', 'top-1+round-2', 'top-1+round-1', 'label'].map(bits);
  assert.deepEqual(
    falling,
    [...falling].sort((a, b) => b - a),
  );
  assert.equal(bits('label'), Math.log2(10));
  assert.ok(capacityBits({}, 1) > 20);
});

test('questions near the boundary or far off cost more', () => {
  const policy = parseOutputPolicy('label');
  const price = (entropy: number, margin: number, isOutlier: boolean) =>
    priceOf({ policy, classes: 2, sureness: { entropy, margin }, isOutlier });
  assert.ok(Math.abs(price(0, 1, false) - 0.2) < 1e-12);
  assert.ok(Math.abs(price(1, 0, true) - 1.4) < 1e-12);
  assert.ok(priceOf({ policy, classes: 2, sureness: undefined, isOutlier: false }) > price(0, 1, false));
});
