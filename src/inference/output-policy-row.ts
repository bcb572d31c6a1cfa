import type { OutputPolicy } from '../api/index.ts';
import { roundDistribution, roundToDigits } from './output-policy-round.ts';

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
  if (policy.classes !== undefined) policed = keepLargest(policed, policy.classes);
  if (policy.digits === undefined) return policed;
  return isDistribution
    ? roundDistribution(policed, { decimals: policy.digits, winner: largestAt(scores) })
    : policed.map((score) => roundToDigits(score, policy.digits ?? 0));
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

/** The `count` largest stay as they are; the others share their sum evenly, which tells nothing that was not known. */
function keepLargest(scores: Float64Array, count: number): Float64Array {
  if (count >= scores.length) return scores;
  const order = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const rest = order.slice(count);
  const share = rest.reduce((sum, at) => sum + (scores[at] ?? 0), 0) / rest.length;
  const kept = scores.slice();
  for (const at of rest) kept[at] = share;
  return kept;
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
