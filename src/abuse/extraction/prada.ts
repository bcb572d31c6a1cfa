import type { RandomSource } from './asked-row.ts';
import { nearestDistance } from './projection.ts';
import { shapiroWilk } from './shapiro-wilk.ts';

/** Rows that one principal's growing set keeps, of all classes together. */
const MAX_KEPT = 128;

/**
 * PRADA (Juuti et al., PRADA: Protecting Against DNN Model Stealing Attacks, 2019): the distances of honest questions to
 * the nearest one before them look normal, those of questions that were computed from each other do not. It is blind to
 * random questions, which look more normal than honest ones. Ours keeps one set of at most 128 rows, a random choice of
 * all that were asked, so that its memory is bounded; distances are between projected rows.
 */
export class GrowingSet {
  readonly #random: RandomSource;
  readonly #kept: Float64Array[] = [];
  #seen = 0;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** The distance of a row to the nearest one before it, `undefined` for the first; then the row is one of them. */
  add(row: Float64Array): number | undefined {
    const distance = this.#kept.length === 0 ? undefined : nearestDistance(row, this.#kept);
    this.#seen += 1;
    const slot = this.#kept.length < MAX_KEPT ? this.#kept.length : Math.floor(this.#random() * this.#seen);
    if (slot < MAX_KEPT) this.#kept[slot] = row;
    return distance;
  }
}

/** How far distances are from looking normal: 1 − W without what lies three deviations off; `undefined` for too few. */
export function abnormalityOf(distances: readonly number[]): number | undefined {
  if (distances.length < MIN_DISTANCES) return undefined;
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  const deviation = Math.sqrt(
    distances.reduce((sum, distance) => sum + (distance - mean) ** 2, 0) / distances.length,
  );
  const w = shapiroWilk(distances.filter((distance) => Math.abs(distance - mean) <= 3 * deviation));
  // Distances that are all alike are as far from normal as can be.
  return w === undefined ? 1 : 1 - w;
}

const MIN_DISTANCES = 40;
