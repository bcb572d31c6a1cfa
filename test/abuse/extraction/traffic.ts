// Honest traffic and attacks on real models, and what a watch makes of them.
import type { AskedRow } from '../../../src/abuse/extraction/asked-row.ts';
import { Calibration } from '../../../src/abuse/extraction/calibration.ts';
import { type JudgedWindow, ModelWatch } from '../../../src/abuse/extraction/model-watch.ts';
import { randomOf, shuffle } from '../../../src/robustness/random.ts';
import { scalingOf } from '../../../src/robustness/scaling.ts';
import type { Strategy } from '../../../src/robustness/strategies/strategy.ts';
import type { Split } from '../../kit/data-sets.ts';

/** What the reference of a split teaches. */
export async function calibrationOf(split: Split, seed: number): Promise<Calibration> {
  const rows = split.reference.map((features) => askedRow(split, features));
  return await Calibration.learn({ rows }, { random: randomOf(seed), breathe: () => Promise.resolve() });
}

/** A watch that knows what is normal, and has seen nobody. */
export function watchWith(calibration: Calibration, seed: number): ModelWatch {
  const watch = new ModelWatch({
    random: randomOf(seed),
    breathe: () => Promise.resolve(),
    learningRows: 1000,
    maxProfiles: 1000,
  });
  watch.adopt(calibration);
  return watch;
}

function askedRow({ predict }: Split, features: Float64Array): AskedRow {
  return { features, probabilities: predict(features) };
}

/** Windows of many honest clients, each of whom asks about every row once, in an order of its own. */
export function honestWindows(
  watch: ModelWatch,
  split: Split,
  { clients, seed }: { readonly clients: number; readonly seed: number },
): readonly JudgedWindow[] {
  const random = randomOf(seed);
  const rows = split.traffic.map(({ features }) => askedRow(split, features));
  return Array.from({ length: clients }, (_, client) =>
    shuffle(rows, random).flatMap((row) => watch.add(`honest ${client}`, row, 0)),
  )
    .flat()
    .filter(({ principal }) => principal !== undefined);
}

export interface Attack {
  readonly strategy: Strategy;
  readonly questions: number;
  readonly seed: number;
  /** Accounts that it is spread over; by default one. */
  readonly accounts?: number;
}

/** After how many questions an attack raised its first alarm; infinite if it never did. */
export function questionsUntilAlarm(
  watch: ModelWatch,
  split: Split,
  { strategy, questions, seed, accounts = 1 }: Attack,
): number {
  const scaling = scalingOf(split.traffic.map(({ features }) => features));
  const asking = strategy.ask({
    pool: split.traffic.map(({ features }) => scaling.apply(features)),
    classes: split.classes,
    random: randomOf(seed),
  });
  let next = asking.next().value;
  for (let question = 1; question <= questions; question++) {
    const row = askedRow(split, scaling.undo(next));
    const windows = watch.add(`account ${question % accounts}`, row, 0);
    if (windows.some(({ isAlarm, principal }) => isAlarm && principal !== undefined)) return question;
    next = asking.next(row.probabilities ?? new Float64Array()).value;
  }
  return Infinity;
}
