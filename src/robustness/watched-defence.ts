import { type Calibration, Ladder, ModelWatch, measuresOf } from '../abuse/index.ts';
import { type OutputPolicy, strictestOutput } from '../api/index.ts';
import { policeScores } from '../inference/index.ts';
import type { Defence } from './extraction.ts';
import { type Random, randomOf } from './random.ts';

/** What a server would do, question by question. */
export interface WatchedDefenceOptions {
  readonly policy: OutputPolicy;
  readonly seed: number;
  /** Absent: nobody watches, the policy stands alone. */
  readonly calibration?: Calibration;
}

/**
 * The output policy with the detectors and the ladder behind it, as a server has them once an operator switched them on.
 * Epochs end by rows alone, since questions come without a pace; rationing lets one question of ten through.
 */
export function watchedDefence({ policy, seed, calibration }: WatchedDefenceOptions): Defence {
  const random = randomOf(seed);
  const watch = calibration && watchFrom(calibration, random);
  const ladder = new Ladder(random);
  let asked = 0;
  let detectedAt: number | undefined;
  return {
    get detectedAt() {
      return detectedAt;
    },
    answer: (features, probabilities) => {
      asked += 1;
      const measures = measuresOf(ladder.level);
      const [tighter] = measures.outputs;
      const windows = watch?.add(ATTACKER, { features, probabilities }, 0) ?? [];
      for (const { isAlarm, principal, rows } of windows) {
        if (principal === undefined) continue;
        if (isAlarm) detectedAt ??= asked;
        ladder.add({ isAlarm, rows }, 0);
      }
      if (random() >= measures.budgetShare) return Promise.resolve(undefined);
      const held = strictestOutput([policy, ...(tighter === undefined ? [] : [tighter])]);
      const noise = (): Random => randomOf(hashOf(features, seed));
      return Promise.resolve(policeScores(probabilities, { policy: held, isDistribution: true, noise }));
    },
  };
}

const ATTACKER = 'attacker';

function watchFrom(calibration: Calibration, random: Random): ModelWatch {
  const watch = new ModelWatch({
    random,
    breathe: () => Promise.resolve(),
    learningRows: 0,
    maxProfiles: 1,
  });
  watch.adopt(calibration);
  return watch;
}

/** The same for the same row: noise must not be averaged away. */
function hashOf(features: Float64Array, seed: number): number {
  let hash = seed ^ 0x811c_9dc5;
  for (const value of features) hash = Math.imul(hash ^ Math.round(value * 64), 0x0100_0193);
  return hash >>> 0;
}
