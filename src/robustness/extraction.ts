import { largestAt } from '../inference/index.ts';
import { type Random, randomOf } from './random.ts';
import { scalingOf } from './scaling.ts';
import type { Strategy } from './strategies/strategy.ts';
import { trainNetwork } from './surrogates/network.ts';
import { trainStumps } from './surrogates/stumps.ts';
import type { LabelledRow, Surrogate } from './surrogates/surrogate.ts';

/** A model under attack. All answers are distributions over its classes. */
export interface Victim {
  readonly classes: number;
  /** What it says of rows, without any policy: to measure by, not for the attacker. */
  predict(rows: readonly Float64Array[]): Promise<readonly Float64Array[]>;
}

/** Stands between the attacker and the model, as a server does. */
export interface Defence {
  /** What gets out of an answer, and what follows from the question; `undefined` where there is no answer any more. */
  answer(features: Float64Array, probabilities: Float64Array): Promise<Float64Array | undefined>;
  /** After how many questions the first alarm came. */
  readonly detectedAt: number | undefined;
}

export interface ExtractionInput {
  readonly victim: Victim;
  /** What the attacker has: rows like honest ones, without labels. */
  readonly pool: readonly Float64Array[];
  /** Rows that neither attacker nor defence saw: fidelity is measured on them. */
  readonly holdout: readonly Float64Array[];
  readonly strategies: readonly Strategy[];
  /** Numbers of questions, ascending, at which copies are trained. */
  readonly budgets: readonly number[];
  readonly seed: number;
  /** Without the detectors: the output policy alone. */
  readonly policyAlone: () => Promise<Defence>;
  readonly defended: () => Promise<Defence>;
  /** Steps of training of each network; by default 1,200. */
  readonly steps?: number;
  readonly onProgress?: (words: string) => void;
}

/** How good a copy is. */
export interface Copy {
  readonly surrogate: string;
  /** Share of the holdout on which copy and model name the same class. */
  readonly fidelity: number;
  /** The same on rows evenly out of the range of each feature. */
  readonly boxFidelity: number;
  /** Mean total variation between their distributions on the holdout: 0 is the same, 1 apart. */
  readonly distance: number;
}

/** The best copy after so many questions. */
export interface ExtractionPoint {
  readonly questions: number;
  /** How many of them were answered. */
  readonly answers: number;
  readonly best: Copy;
  readonly copies: readonly Copy[];
}

/** One way to attack, without detectors and with them. */
export interface StrategyReport {
  readonly strategy: string;
  readonly summary: string;
  readonly policyAlone: readonly ExtractionPoint[];
  readonly defended: readonly ExtractionPoint[];
  /** After how many questions the alarm came; absent: never. */
  readonly detectedAt?: number;
  /** The best copy that the attacker had by then. */
  readonly atDetection?: ExtractionPoint;
  /** Fewest questions of the budgets after which a copy agrees on nine of ten; absent: never. */
  readonly questionsTo90?: { readonly policyAlone?: number; readonly defended?: number };
}

/** Attacks a model in each way, trains copies on what came out, and measures how faithful they are. */
export async function evaluateExtraction(input: ExtractionInput): Promise<readonly StrategyReport[]> {
  const training = { steps: input.steps ?? STEPS, measure: await createMeasure(input) };
  const pointsOf = (answers: Answers) =>
    input.budgets.map((questions) => pointAt(answers, questions, training));
  const reports: StrategyReport[] = [];
  for (const strategy of input.strategies) {
    const alone = await attack(input, strategy, await input.policyAlone());
    const defence = await input.defended();
    const held = await attack(input, strategy, defence);
    const [policyAlone, defended] = [pointsOf(alone), pointsOf(held)];
    const { detectedAt } = defence;
    reports.push({
      strategy: strategy.name,
      summary: strategy.summary,
      ...{ policyAlone, defended },
      ...(detectedAt !== undefined && {
        detectedAt,
        atDetection: pointAt(held, detectedAt, training),
      }),
      questionsTo90: { ...firstAt90('policyAlone', policyAlone), ...firstAt90('defended', defended) },
    });
    input.onProgress?.(strategy.name);
  }
  return reports;
}

function firstAt90(name: string, points: readonly ExtractionPoint[]) {
  const questions = points.find(({ best }) => best.fidelity >= 0.9)?.questions;
  return questions === undefined ? {} : { [name]: questions };
}

/** What each question brought; absent where it brought nothing. */
type Answers = readonly (LabelledRow | undefined)[];

/** Asks as many questions as the largest budget, on the attacker's own scale. */
async function attack(input: ExtractionInput, strategy: Strategy, defence: Defence): Promise<Answers> {
  const scaling = scalingOf(input.pool);
  const { classes } = input.victim;
  const asking = strategy.ask({
    pool: input.pool.map((row) => scaling.apply(row)),
    classes,
    random: randomOf(input.seed),
  });
  const answers: (LabelledRow | undefined)[] = [];
  let question = asking.next().value;
  while (answers.length < (input.budgets.at(-1) ?? 0)) {
    const features = scaling.undo(question);
    const [probabilities = new Float64Array(classes)] = await input.victim.predict([features]);
    const answer = await defence.answer(features, probabilities);
    answers.push(answer && { features: question, answer });
    // Without an answer a strategy goes on with what tells it nothing.
    question = asking.next(answer ?? new Float64Array(classes).fill(1 / classes)).value;
  }
  return answers;
}

/** Judges a copy that was trained on the attacker's scale. */
type Measure = (copy: Surrogate) => Copy;

async function createMeasure({ victim, pool, holdout, seed }: ExtractionInput): Promise<Measure> {
  const scaling = scalingOf(pool);
  const box = boxOf(pool, BOX_ROWS, randomOf(seed));
  const onHoldout = await judged(victim, holdout);
  const onBox = await judged(victim, box);
  return (copy) => {
    const agreement = (rows: readonly Judged[]) =>
      meanOf(rows, ({ features, said }) =>
        largestAt(copy.predict(scaling.apply(features))) === largestAt(said) ? 1 : 0,
      );
    return {
      surrogate: copy.name,
      fidelity: agreement(onHoldout),
      boxFidelity: agreement(onBox),
      distance: meanOf(onHoldout, ({ features, said }) =>
        variation(copy.predict(scaling.apply(features)), said),
      ),
    };
  };
}

const BOX_ROWS = 300;

interface Judged {
  readonly features: Float64Array;
  readonly said: Float64Array;
}

async function judged(victim: Victim, rows: readonly Float64Array[]): Promise<readonly Judged[]> {
  const answers = await victim.predict(rows);
  return rows.map((features, at) => ({ features, said: answers[at] ?? new Float64Array(victim.classes) }));
}

function boxOf(rows: readonly Float64Array[], count: number, random: Random): readonly Float64Array[] {
  const size = rows[0]?.length ?? 0;
  const ranges = Array.from({ length: size }, (_, at) => {
    const values = rows.map((row) => row[at] ?? 0);
    return { low: Math.min(...values), high: Math.max(...values) };
  });
  return Array.from({ length: count }, () =>
    Float64Array.from(ranges, ({ low, high }) => low + (high - low) * random()),
  );
}

interface Training {
  readonly steps: number;
  readonly measure: Measure;
}

function pointAt(answers: Answers, questions: number, { steps, measure }: Training): ExtractionPoint {
  const learnt = answers.slice(0, questions).filter((row) => row !== undefined);
  const copies = surrogatesOf(learnt, steps).map(measure);
  const [best = NO_COPY] = [...copies].sort((a, b) => b.fidelity - a.fidelity);
  return { questions, answers: learnt.length, best, copies };
}

const NO_COPY: Copy = { surrogate: 'none', fidelity: 0, boxFidelity: 0, distance: 1 };
const STEPS = 1200;

/** The families of copies; each attacker would take whichever comes out best. */
function surrogatesOf(rows: readonly LabelledRow[], steps: number): readonly Surrogate[] {
  if (rows.length === 0) return [];
  const train = (name: string, hidden: readonly number[]) =>
    trainNetwork(rows, { name, hidden, steps, random: randomOf(rows.length) });
  return [train('softmax-regression', []), train('network-2x64', [64, 64]), trainStumps(rows)];
}

function variation(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / 2;
}

function meanOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0) / Math.max(1, items.length);
}
