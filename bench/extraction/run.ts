// How the extraction defence does on two real data sets: after how many questions each attack is noticed, how often
// honest traffic is, and what a copy is worth by how many questions, with the detectors and without.
//
//   npm run bench:extraction [-- --out FOLDER] [-- --only detection|fidelity]
//
// Prints JSON; --out also writes it, with a plot for each data set. Everything follows from the seeds.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Calibration } from '../../src/abuse/index.ts';
import { formatOutputPolicy, type OutputPolicy, parseOutputPolicy } from '../../src/api/index.ts';
import {
  evaluateExtraction,
  plotExtraction,
  randomOf,
  STRATEGIES,
  watchedDefence,
} from '../../src/robustness/index.ts';
import {
  calibrationOf,
  honestWindows,
  questionsUntilAlarm,
  watchWith,
} from '../../test/abuse/extraction/traffic.ts';
import { type DataSet, readCancer, readDigits, splitOf } from '../../test/kit/data-sets.ts';

const SEEDS = [1, 2, 3, 4, 5];
const QUESTIONS = 1000;
const HONEST_CLIENTS = { digits: 120, cancer: 400 } as const;
const BUDGETS = [100, 300, 1000, 3000];
const POLICIES = ['round-3', 'top-1+round-2', 'label', 'round-2+perturb-0.3'];
/** The policy whose whole report and plot are written. */
const SHOWN_POLICY = 'round-3';

async function detection(data: DataSet) {
  const questions: Record<string, number[]> = {};
  let [windows, alarms, highest] = [0, 0, 0];
  for (const seed of SEEDS) {
    const split = splitOf(data, seed);
    const calibration = await calibrationOf(split, seed);
    for (const strategy of STRATEGIES) {
      const watch = watchWith(calibration, seed);
      const asked = questionsUntilAlarm(watch, split, { strategy, questions: QUESTIONS, seed });
      (questions[strategy.name] ??= []).push(asked);
    }
    const honest = honestWindows(watchWith(calibration, seed), split, {
      clients: HONEST_CLIENTS[data.name],
      seed,
    });
    windows += honest.length;
    alarms += honest.filter(({ isAlarm }) => isAlarm).length;
    highest = Math.max(highest, ...honest.map(({ score }) => score));
  }
  return {
    seeds: SEEDS.length,
    // JSON has no infinity: null is never within the questions.
    questionsUntilAlarm: questions,
    honest: { windows, alarms, share: alarms / windows, highestScore: highest },
  };
}

async function fidelity(data: DataSet, policy: OutputPolicy) {
  const seed = 1;
  const split = splitOf(data, seed);
  const rows = split.reference.map((features) => ({ features, probabilities: split.predict(features) }));
  const calibration = await Calibration.learn(
    { rows },
    { random: randomOf(seed), breathe: () => Promise.resolve() },
  );
  const half = Math.floor(split.traffic.length / 2);
  return await evaluateExtraction({
    victim: { classes: split.classes, predict: (asked) => Promise.resolve(asked.map(split.predict)) },
    pool: split.traffic.slice(0, half).map(({ features }) => features),
    holdout: split.traffic.slice(half).map(({ features }) => features),
    strategies: STRATEGIES,
    budgets: BUDGETS,
    seed,
    policyAlone: () => Promise.resolve(watchedDefence({ policy, seed })),
    defended: () => Promise.resolve(watchedDefence({ policy, seed, calibration })),
    onProgress: (strategy) => console.error(`${data.name} ${formatOutputPolicy(policy)} ${strategy}`),
  });
}

async function fidelities(data: DataSet, out: string | undefined) {
  const table: Record<string, unknown> = {};
  for (const words of POLICIES) {
    const reports = await fidelity(data, parseOutputPolicy(words));
    table[words] =
      words === SHOWN_POLICY
        ? reports
        : reports.map(({ strategy, policyAlone, defended, detectedAt }) => ({
            strategy,
            detectedAt,
            policyAlone: policyAlone.map(({ best }) => best.fidelity),
            defended: defended.map(({ best }) => best.fidelity),
          }));
    if (out === undefined || words !== SHOWN_POLICY) continue;
    const plot = plotExtraction(reports, {
      title: `Copies of a classifier of ${data.name}`,
      subtitle: `output policy ${words}; fidelity on rows that nobody saw, best of three kinds of copy`,
    });
    writeFileSync(join(out, `extraction-${data.name}.svg`), plot);
  }
  return table;
}

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } });
if (values.out !== undefined) mkdirSync(values.out, { recursive: true });
const result: Record<string, unknown> = { node: process.version, questions: QUESTIONS, budgets: BUDGETS };
for (const data of [readDigits(), readCancer()]) {
  result[data.name] = {
    ...(values.only !== 'fidelity' && { detection: await detection(data) }),
    ...(values.only !== 'detection' && { fidelity: await fidelities(data, values.out) }),
  };
}
const json = `${JSON.stringify(result, undefined, 2)}\n`;
if (values.out !== undefined) writeFileSync(join(values.out, 'extraction.json'), json);
process.stdout.write(json);
