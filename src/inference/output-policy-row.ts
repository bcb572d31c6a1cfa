import type { OutputPolicy } from '../api/index.ts';
import { roundDistribution, roundKept, roundToDigits } from './output-policy-round.ts';

/** Numbers over 0 to below 1, each fresh; the same for the same input of a model. */
export type NoiseStream = () => number;

/** What is needed besides the scores of one row. */
export interface RowPolicing {
  readonly policy: OutputPolicy;
  /** Whether the scores are probabilities that sum to one. */
  readonly isDistribution: boolean;
  /** Only asked for by a policy that perturbs. */
  readonly noise: () => NoiseStream;
}

/**
 * The scores of one row, finite, as a policy lets them out: a row of the same length whose likeliest class is the same,
 * and which is still a distribution where it was one. Noise comes first, then classes are merged, then digits go.
 */
export function policeScores(
  scores: Float64Array,
  { policy, isDistribution, noise }: RowPolicing,
): Float64Array {
  if (policy.isLabelOnly === true) return oneHot(scores);
  let policed = scores;
  if (policy.perturbation !== undefined) policed = perturb(policed, policy.perturbation, noise());
  const { classes = scores.length, digits } = policy;
  const rounding = { decimals: digits ?? 0, winner: largestAt(scores) };
  if (classes < scores.length) {
    const kept = rankOf(policed).slice(0, classes);
    if (digits !== undefined && isDistribution) return roundKept(policed, { ...rounding, kept });
    policed = keepOnly(policed, kept);
  }
  if (digits === undefined) return policed;
  if (isDistribution) return roundDistribution(policed, rounding);
  return policed.map((score) => roundToDigits(score, digits));
}

/** Index of the largest score; the first of several. */
export function largestAt(scores: Float64Array): number {
  let best = 0;
  for (let at = 1; at < scores.length; at++) {
    if ((scores[at] ?? 0) > (scores[best] ?? 0)) best = at;
  }
  return best;
}

function oneHot(scores: Float64Array): Float64Array {
  const hot = new Float64Array(scores.length);
  hot[largestAt(scores)] = 1;
  return hot;
}

/** Indices from the largest score down. */
function rankOf(scores: Float64Array): readonly number[] {
  return [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
}

/** Some scores stay as they are; the others share their sum evenly, which tells nothing that was not known. */
function keepOnly(scores: Float64Array, kept: readonly number[]): Float64Array {
  const all = scores.reduce((sum, score) => sum + score, 0);
  const shown = kept.reduce((sum, at) => sum + (scores[at] ?? 0), 0);
  const shared = new Float64Array(scores.length).fill((all - shown) / (scores.length - kept.length));
  for (const at of kept) shared[at] = scores[at] ?? 0;
  return shared;
}

/**
 * Mixes a distribution with a random one, drawn evenly from all there are (Dirichlet(1, …, 1)), whose largest part is
 * moved onto the likeliest class: so that one stays the likeliest by construction, near a boundary too, where a smaller
 * noise would give the boundary away. No probability moves by more than `share`, nor does the total variation.
 */
function perturb(probabilities: Float64Array, share: number, next: NoiseStream): Float64Array {
  const random = probabilities.map(() => -Math.log(1 - next()));
  const sum = random.reduce((total, part) => total + part, 0);
  const winner = largestAt(probabilities);
  const largest = largestAt(random);
  const moved = random[winner] ?? 0;
  random[winner] = random[largest] ?? 0;
  if (largest !== winner) random[largest] = moved;
  return probabilities.map(
    (probability, at) => (1 - share) * probability + (share * (random[at] ?? 0)) / sum,
  );
}
