// What a copy of a model is worth, by how many questions, under a policy, with detectors and without.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calibration } from '../../src/abuse/index.ts';
import { parseOutputPolicy } from '../../src/api/index.ts';
import {
  evaluateExtraction,
  plotExtraction,
  randomOf,
  STRATEGIES,
  type StrategyReport,
  watchedDefence,
} from '../../src/robustness/index.ts';
import { readCancer, splitOf } from '../kit/data-sets.ts';

const split = splitOf(readCancer(), 1);

async function evaluate(policy: string, names: readonly string[]): Promise<readonly StrategyReport[]> {
  const rows = split.reference.map((features) => ({ features, probabilities: split.predict(features) }));
  const calibration = await Calibration.learn(
    { rows },
    { random: randomOf(1), breathe: () => Promise.resolve() },
  );
  const held = { policy: parseOutputPolicy(policy), seed: 3 };
  return await evaluateExtraction({
    victim: { classes: 2, predict: (asked) => Promise.resolve(asked.map(split.predict)) },
    pool: split.traffic.slice(0, 120).map(({ features }) => features),
    holdout: split.traffic.slice(120).map(({ features }) => features),
    strategies: STRATEGIES.filter(({ name }) => names.includes(name)),
    budgets: [40, 400, 1600],
    steps: 120,
    seed: 3,
    policyAlone: () => Promise.resolve(watchedDefence(held)),
    defended: () => Promise.resolve(watchedDefence({ ...held, calibration })),
  });
}

test('a copy gets better with questions, and the detectors leave the attacker fewer answers', async () => {
  const [report] = await evaluate('round-3', ['random-normal']);
  assert.ok(report !== undefined && report.detectedAt !== undefined && report.detectedAt <= 1000);
  const [first, , last] = report.policyAlone;
  const held = report.defended[2];
  assert.ok(first !== undefined && last !== undefined && held !== undefined);
  assert.ok(last.best.fidelity > first.best.fidelity && last.best.fidelity > 0.9);
  assert.equal(last.answers, 1600);
  assert.ok(held.answers < last.answers, `${held.answers} answers`);
  assert.ok(held.best.distance >= last.best.distance, `${held.best.distance}`);
  assert.equal(report.atDetection?.questions, report.detectedAt);
});

test('the plot is a picture that stands by itself, with every strategy in its legend', async () => {
  const reports = await evaluate('label', ['passive-pool']);
  const svg = plotExtraction(reports, { title: 'Copies of <acme/churn>', subtitle: 'label & nothing else' });
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.ok(svg.includes('passive-pool (no alarm)') && svg.includes('&lt;acme/churn&gt;'));
  assert.ok(svg.includes('1,600') && !/NaN|undefined|Infinity/.test(svg));
  assert.equal(svg.match(/<polyline/g)?.length, 2);
});
