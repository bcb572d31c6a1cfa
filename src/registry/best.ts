import type { MetricDirection } from '../api/index.ts';

/** A version with its value of the metric in question. */
export interface BestCandidate {
  readonly version: number;
  /** Finite. */
  readonly value: number;
}

/** The candidate with the best value; among equals the newest version. `undefined` when there is none. */
export function bestOf<Candidate extends BestCandidate>(
  candidates: readonly Candidate[],
  direction: MetricDirection,
): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (best === undefined || isBetter(candidate, best, direction)) best = candidate;
  }
  return best;
}

function isBetter(a: BestCandidate, b: BestCandidate, direction: MetricDirection): boolean {
  if (a.value === b.value) return a.version > b.version;
  return direction === 'higher' ? a.value > b.value : a.value < b.value;
}
