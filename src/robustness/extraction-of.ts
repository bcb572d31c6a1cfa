import { Calibration } from '../abuse/index.ts';
import type { OutputPolicy } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { type ExtractionInput, evaluateExtraction, type StrategyReport, type Victim } from './extraction.ts';
import { randomOf, shuffle } from './random.ts';
import { watchedDefence } from './watched-defence.ts';

export interface ExtractionOptions
  extends Pick<ExtractionInput, 'budgets' | 'seed' | 'strategies' | 'steps' | 'onProgress'> {
  readonly policy: OutputPolicy;
}

/** Fewest rows that the detectors learn from, that the attacker has, and that copies are measured on. */
const LEAST = { reference: 200, pool: 40, holdout: 40 } as const;
/** Share of a sample that the detectors learn from; most of the rest is the attacker's. */
const REFERENCE_SHARE = 0.4;
const POOL_SHARE = 0.6;
const MAX_REFERENCE = 1000;

/**
 * Attacks a model with the help of one sample of honest rows, cut into three parts that share no row: what the detectors
 * learn from, what the attacker has, and what copies are measured on. Throws `ATTACK_UNFIT` for too few rows.
 */
export async function extractionOf(
  victim: Victim,
  sample: readonly Float64Array[],
  options: ExtractionOptions,
): Promise<readonly StrategyReport[]> {
  const { policy, seed } = options;
  const rows = shuffle(sample, randomOf(seed));
  const referred = Math.min(
    MAX_REFERENCE,
    Math.max(LEAST.reference, Math.floor(rows.length * REFERENCE_SHARE)),
  );
  const pooled = referred + Math.floor((rows.length - referred) * POOL_SHARE);
  const [reference, pool, holdout] = [
    rows.slice(0, referred),
    rows.slice(referred, pooled),
    rows.slice(pooled),
  ];
  if (reference.length < LEAST.reference || pool.length < LEAST.pool || holdout.length < LEAST.holdout) {
    throw new StrongroomError('ATTACK_UNFIT', `a sample of ${sample.length} rows is too small`, {
      hint: 'give 300 honest rows or more',
    });
  }
  const answers = await victim.predict(reference);
  const calibration = await Calibration.learn(
    { rows: reference.map((features, at) => withAnswer(features, answers[at])) },
    { random: randomOf(seed), breathe: () => Promise.resolve() },
  );
  return await evaluateExtraction({
    ...options,
    ...{ victim, pool, holdout },
    policyAlone: () => Promise.resolve(watchedDefence({ policy, seed })),
    defended: () => Promise.resolve(watchedDefence({ policy, seed, calibration })),
  });
}

function withAnswer(features: Float64Array, probabilities: Float64Array | undefined) {
  return { features, ...(probabilities !== undefined && { probabilities }) };
}
