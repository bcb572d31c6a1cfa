/** Features on a common scale, and back. */
export interface Scaling {
  apply(features: Float64Array): Float64Array;
  undo(features: Float64Array): Float64Array;
}

/** Standard deviations from the mean of some rows; a feature that never varies stays as wide as it is. */
export function scalingOf(rows: readonly Float64Array[]): Scaling {
  const size = rows[0]?.length ?? 0;
  const means = Float64Array.from({ length: size }, (_, at) => meanOf(rows.map((row) => row[at] ?? 0)));
  const scales = means.map(
    (mean, at) => Math.sqrt(meanOf(rows.map((row) => ((row[at] ?? 0) - mean) ** 2))) || 1,
  );
  return {
    apply: (features) => features.map((value, at) => (value - (means[at] ?? 0)) / (scales[at] ?? 1)),
    undo: (features) => features.map((value, at) => value * (scales[at] ?? 1) + (means[at] ?? 0)),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
