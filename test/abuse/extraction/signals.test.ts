// The signals one by one, against known values and on what they are for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Mahalanobis } from '../../../src/abuse/extraction/mahalanobis.ts';
import { surenessOf } from '../../../src/abuse/extraction/margins.ts';
import { NearDuplicates } from '../../../src/abuse/extraction/near-duplicates.ts';
import { abnormalityOf, GrowingSet } from '../../../src/abuse/extraction/prada.ts';
import { Projection, squaredDistance } from '../../../src/abuse/extraction/projection.ts';
import { regularityOf } from '../../../src/abuse/extraction/regularity.ts';
import { normalQuantile, shapiroWilk } from '../../../src/abuse/extraction/shapiro-wilk.ts';
import { Standardiser } from '../../../src/abuse/extraction/standardiser.ts';
import { Tail } from '../../../src/abuse/extraction/tail.ts';
import { normalOf, randomOf } from '../../../src/robustness/random.ts';

function near(actual: number | undefined, expected: number, tolerance: number): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
}

function normals(count: number, seed: number): readonly number[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => normalOf(random));
}

test('W of Shapiro and Wilk is what scipy 1.17.1 gives', () => {
  near(shapiroWilk([148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236]), 0.788_814_7, 1e-5);
  near(shapiroWilk(Array.from({ length: 60 }, (_, at) => ((at + 1) * (at + 1)) % 101)), 0.928_646_8, 1e-5);
  near(shapiroWilk([1, 2, 3, 4, 10]), 0.835_788_3, 1e-3);
  near(shapiroWilk(Array.from({ length: 200 }, (_, at) => Math.exp((at % 50) / 10))), 0.761_161_1, 1e-5);
  assert.equal(shapiroWilk([1, 2, 3]), undefined);
  assert.equal(shapiroWilk([2, 2, 2, 2, 2]), undefined);
});

test('quantiles of the normal distribution are what scipy 1.17.1 gives', () => {
  for (const [p, quantile] of [
    [1e-4, -3.719_016_49],
    [0.02, -2.053_748_91],
    [0.3, -0.524_400_51],
    [0.9, 1.281_551_57],
  ] as const) {
    near(normalQuantile(p), quantile, 1e-7);
  }
});

test('distances of a line search look less normal than those of honest rows', () => {
  const projection = new Projection({ from: 8, to: 32 }, randomOf(1));
  const distancesOf = (rows: readonly Float64Array[]) => {
    const growing = new GrowingSet(randomOf(2));
    return rows.flatMap((row) => growing.add(projection.apply(row)) ?? []);
  };
  const values = normals(8 * 200, 3);
  const rows = Array.from({ length: 200 }, (_, at) => Float64Array.from(values.slice(at * 8, at * 8 + 8)));
  const honest = abnormalityOf(distancesOf(rows)) ?? 1;
  const lines = rows
    .slice(0, 20)
    .flatMap((row) =>
      Array.from({ length: 10 }, (_, halving) => row.map((value) => value * (1 - 0.5 ** halving))),
    );
  assert.ok((abnormalityOf(distancesOf(lines)) ?? 0) > 2 * honest);
  assert.equal(abnormalityOf([1, 2, 3]), undefined);
  assert.equal(abnormalityOf(Array.from({ length: 50 }, () => 4)), 1);
});

test('a near-duplicate is found by whoever asks it, the same again is told apart, and others are new', () => {
  const random = randomOf(4);
  const index = new NearDuplicates({ size: 32, radius: 1, random });
  const rows = Array.from({ length: 300 }, () =>
    Float64Array.from({ length: 32 }, () => 3 * normalOf(random)),
  );
  assert.ok(rows.every((row) => index.add(row) === 'new'));
  assert.ok(rows.every((row) => index.add(row) === 'same'));
  const step = 0.5 / Math.sqrt(32);
  const found = rows.filter((row) => index.add(row.map((value) => value + step)) === 'near');
  assert.ok(found.length > 0.8 * rows.length, `${found.length} of ${rows.length}`);
  const far = rows.filter((row) => index.add(row.map((value) => value + 8 * step)) !== 'new');
  assert.equal(far.length, 0);
});

test('the index of near-duplicates forgets the oldest rows, and never holds more than it may', () => {
  const random = randomOf(5);
  const index = new NearDuplicates({ size: 32, radius: 1, random, maxRows: 100 });
  const row = () => Float64Array.from({ length: 32 }, () => 10 * normalOf(random));
  const first = row();
  index.add(first);
  assert.equal(index.add(first), 'same');
  for (let added = 0; added < 200; added++) index.add(row());
  assert.equal(index.add(first), 'new');
});

test('a projection keeps distances about as they are', () => {
  const random = randomOf(6);
  const projection = new Projection({ from: 200, to: 32 }, random);
  const rows = Array.from({ length: 30 }, () => Float64Array.from({ length: 200 }, () => normalOf(random)));
  const ratios = rows.slice(1).map((row, at) => {
    const other = rows[at] ?? row;
    return squaredDistance(projection.apply(row), projection.apply(other)) / squaredDistance(row, other);
  });
  near(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length, 1, 0.15);
});

test('the Mahalanobis distance counts in units of the spread, and sees combinations that never occur', () => {
  const random = randomOf(7);
  const rows = Array.from({ length: 2000 }, () => {
    const first = normalOf(random);
    return Float64Array.of(first, first + 0.1 * normalOf(random));
  });
  const distance = new Mahalanobis(rows);
  const [together, apart] = [
    distance.distance(Float64Array.of(1, 1)),
    distance.distance(Float64Array.of(1, -1)),
  ];
  assert.ok(together < 1.2 && apart > 3 * together, `${together} ${apart}`);
});

test('a feature that never varied counts as the others do, and what is not finite is far away', () => {
  const standardiser = new Standardiser([Float64Array.of(5, 1), Float64Array.of(5, 3)]);
  assert.deepEqual([...standardiser.apply(Float64Array.of(5, 2))], [0, 0]);
  assert.deepEqual([...standardiser.apply(Float64Array.of(6, 4))], [1, 2]);
  assert.deepEqual([...standardiser.apply(Float64Array.of(Number.NaN, Infinity))], [1e6, 1e6]);
});

test('margin and entropy tell doubt from certainty', () => {
  assert.deepEqual(surenessOf(Float64Array.of(0.5, 0.5)), { margin: 0, entropy: 1 });
  assert.deepEqual(surenessOf(Float64Array.of(0, 1, 0)), { margin: 1, entropy: 0 });
  near(surenessOf(Float64Array.of(0.7, 0.2, 0.1))?.margin, 0.5, 1e-12);
  assert.equal(surenessOf(Float64Array.of(3)), undefined);
  assert.equal(surenessOf(Float64Array.of(-1, 2)), undefined);
  assert.equal(surenessOf(undefined), undefined);
});

test('a clock is regular, people are not', () => {
  const random = randomOf(8);
  const people = Array.from({ length: 500 }, () => -1000 * Math.log(1 - random()));
  const clock = Array.from({ length: 500 }, () => 1000 + 10 * random());
  assert.ok((regularityOf(people) ?? 1) < 0.1 && (regularityOf(clock) ?? 0) > 0.9);
  assert.equal(regularityOf([1, 2, 3]), undefined);
  assert.equal(regularityOf(Array.from({ length: 20 }, () => 0)), undefined);
});

test('the likelihood of a value falls with it, and is what was counted where enough was', () => {
  const tail = new Tail(
    Array.from({ length: 1000 }, (_, at) => -Math.log(1 - (at + 0.5) / 1000)),
    0.01,
  );
  near(tail.likelihood(Math.LN2), 0.5, 0.01);
  near(Math.log10(tail.likelihood(Math.log(1e4))), -4, 0.5);
  near(tail.likelihood(tail.valueAt(1e-6)), 1e-6, 1e-8);
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 40, noNaN: true }),
      fc.double({ min: 0, max: 40, noNaN: true }),
      (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        assert.ok(tail.likelihood(low) >= 0.5 * tail.likelihood(high));
        assert.ok(tail.likelihood(high) >= 1e-12);
      },
    ),
  );
});
