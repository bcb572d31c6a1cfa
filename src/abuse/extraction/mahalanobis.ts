/**
 * Distance from the middle of the reference in units of how it spreads (Mahalanobis 1936), for rows out of the
 * distribution: Lee et al., A Simple Unified Framework for Detecting Out-of-Distribution Samples, 2018. Right
 * marginals are not enough to be near: columns that were shuffled apart lie far off.
 */
export class Mahalanobis {
  readonly #mean: Float64Array;
  /** Lower triangle L with L·Lᵀ the covariance, row by row. */
  readonly #factor: readonly Float64Array[];

  constructor(rows: readonly Float64Array[]) {
    const size = rows[0]?.length ?? 0;
    this.#mean = Float64Array.from(
      { length: size },
      (_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length,
    );
    this.#factor = choleskyOf(shrunkCovariance(rows, this.#mean));
  }

  distance(row: Float64Array): number {
    const solved = new Float64Array(this.#mean.length);
    let sum = 0;
    let at = 0;
    for (const factorRow of this.#factor) {
      let rest = (row[at] ?? 0) - (this.#mean[at] ?? 0);
      for (let before = 0; before < at; before++) rest -= (factorRow[before] ?? 0) * (solved[before] ?? 0);
      const value = rest / (factorRow[at] ?? 1);
      solved[at++] = value;
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}

/** Share of the covariance that is replaced by its mean variance, so that few rows and constant features are fine. */
const SHRINKAGE = 0.1;

function shrunkCovariance(rows: readonly Float64Array[], mean: Float64Array): readonly Float64Array[] {
  const size = mean.length;
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  for (const row of rows) {
    for (let i = 0; i < size; i++) {
      const target = covariance[i] ?? row;
      const deviation = ((row[i] ?? 0) - (mean[i] ?? 0)) / rows.length;
      for (let j = 0; j <= i; j++)
        target[j] = (target[j] ?? 0) + deviation * ((row[j] ?? 0) - (mean[j] ?? 0));
    }
  }
  const meanVariance = covariance.reduce((sum, row, at) => sum + (row[at] ?? 0), 0) / size || 1;
  for (const [at, row] of covariance.entries()) {
    for (let j = 0; j <= at; j++) row[j] = (row[j] ?? 0) * (1 - SHRINKAGE);
    row[at] = (row[at] ?? 0) + SHRINKAGE * meanVariance;
  }
  return covariance;
}

/** Cholesky factor of the lower triangle of a positive definite matrix, in place. */
function choleskyOf(matrix: readonly Float64Array[]): readonly Float64Array[] {
  for (const [i, row] of matrix.entries()) {
    for (let j = 0; j <= i; j++) {
      const other = matrix[j] ?? row;
      let sum = row[j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      row[j] = i === j ? Math.sqrt(Math.max(sum, Number.EPSILON)) : sum / (other[j] ?? 1);
    }
  }
  return matrix;
}
