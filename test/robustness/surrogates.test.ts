import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomOf } from '../../src/robustness/index.ts';
import { trainNetwork } from '../../src/robustness/surrogates/network.ts';
import { trainStumps } from '../../src/robustness/surrogates/stumps.ts';

test('the gradient of a network is what finite differences give', () => {
  const random = randomOf(4);
  const rows = Array.from({ length: 60 }, () => {
    const features = Float64Array.from({ length: 4 }, random);
    const isFirst = (features[0] ?? 0) + (features[1] ?? 0) > 1;
    return { features, answer: isFirst ? Float64Array.of(1, 0) : Float64Array.of(0, 1) };
  });
  const network = trainNetwork(rows, { name: 'n', hidden: [8], steps: 200, random });
  const at = Float64Array.of(0.3, 0.6, 0.1, 0.9);
  const gradient = network.gradient(at, 1);
  for (const feature of at.keys()) {
    const moved = (by: number) =>
      Math.log(network.predict(at.map((value, each) => value + (each === feature ? by : 0)))[1] ?? 0);
    const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
    assert.ok(Math.abs((gradient[feature] ?? 0) - difference) < 1e-4);
  }
});

test('stumps learn what a threshold tells', () => {
  const random = randomOf(5);
  const rows = Array.from({ length: 200 }, () => {
    const features = Float64Array.from({ length: 3 }, random);
    return { features, answer: (features[2] ?? 0) > 0.5 ? Float64Array.of(1, 0) : Float64Array.of(0, 1) };
  });
  const stumps = trainStumps(rows);
  const right = rows.filter(
    ({ features, answer }) => (stumps.predict(features)[0] ?? 0) > 0.5 === (answer[0] === 1),
  ).length;
  assert.ok(right > 190, `${right} of 200`);
});
