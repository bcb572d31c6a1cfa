import { normalFrom, type RandomSource } from './asked-row.ts';

/**
 * A random linear map that keeps distances about as they are (Johnson and Lindenstrauss 1984), so that what is kept of
 * a row is small whatever its size. Drawn anew in every process: nobody outside can tell what falls together.
 */
export class Projection {
  readonly #from: number;
  readonly #to: number;
  /** Row by row: one row a dimension. */
  readonly #directions: Float64Array;

  constructor({ from, to }: { readonly from: number; readonly to: number }, random: RandomSource) {
    [this.#from, this.#to] = [from, to];
    this.#directions = Float64Array.from({ length: from * to }, () => normalFrom(random) / Math.sqrt(to));
  }

  apply(row: Float64Array): Float64Array {
    const [from, to, directions] = [this.#from, this.#to, this.#directions];
    const projected = new Float64Array(to);
    for (let into = 0, at = 0; into < to; into++) {
      let sum = 0;
      for (let each = 0; each < from; each++, at++) sum += (directions[at] ?? 0) * (row[each] ?? 0);
      projected[into] = sum;
    }
    return projected;
  }
}

/** Euclidean distance, squared; whatever is over `bound` may come out as any number over it. */
export function squaredDistance(a: Float64Array, b: Float64Array, bound = Infinity): number {
  let sum = 0;
  for (let at = 0; at < a.length && sum <= bound; ) {
    for (const end = Math.min(at + STRIDE, a.length); at < end; at++) {
      const difference = (a[at] ?? 0) - (b[at] ?? 0);
      sum += difference * difference;
    }
  }
  return sum;
}

const STRIDE = 8;

/** Distance to the nearest of some rows but one; infinite where there are none. */
export function nearestDistance(
  row: Float64Array,
  others: readonly Float64Array[],
  except?: Float64Array,
): number {
  let least = Infinity;
  for (const other of others) {
    if (other !== except) least = Math.min(least, squaredDistance(row, other, least));
  }
  return Math.sqrt(least);
}

/** Whether any of some rows is as near. */
export function isWithin(row: Float64Array, others: readonly Float64Array[], distance: number): boolean {
  const squared = distance * distance;
  return others.some((other) => squaredDistance(row, other, squared) <= squared);
}
