/** Brings features to a common scale: how many standard deviations each is from the mean of the reference. */
export class Standardiser {
  readonly #means: Float64Array;
  readonly #scales: Float64Array;

  constructor(reference: readonly Float64Array[]) {
    const size = reference[0]?.length ?? 0;
    this.#means = new Float64Array(size);
    this.#scales = new Float64Array(size);
    for (let at = 0; at < size; at++) {
      const values = reference.map((row) => row[at] ?? 0);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      this.#means[at] = mean;
      this.#scales[at] = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
      );
    }
    // A feature that never varied has no scale of its own: a change of it counts as one of the others would.
    const usual = medianOf(this.#scales.filter((scale) => scale > 0)) || 1;
    for (const [at, scale] of this.#scales.entries()) if (!(scale > 0)) this.#scales[at] = usual;
  }

  /** How many features a row has. */
  get size(): number {
    return this.#means.length;
  }

  /** What is not finite becomes far away. */
  apply(row: Float64Array): Float64Array {
    const standard = new Float64Array(row.length);
    for (let at = 0; at < row.length; at++) {
      const value = ((row[at] ?? 0) - (this.#means[at] ?? 0)) / (this.#scales[at] ?? 1);
      standard[at] = Number.isFinite(value) ? Math.max(-FAR, Math.min(FAR, value)) : FAR;
    }
    return standard;
  }
}

const FAR = 1e6;

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted[sorted.length >> 1] ?? 0;
}
