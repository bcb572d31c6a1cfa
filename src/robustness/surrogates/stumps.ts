import { type LabelledRow, type Surrogate, softmaxInPlace } from './surrogate.ts';

const ROUNDS = 60;
const RATE = 0.3;
/** Values of each feature that are tried as a threshold. */
const THRESHOLDS = 12;
const SMOOTHING = 1;

interface Stump {
  readonly feature: number;
  readonly threshold: number;
  /** What each class's score gains at or below the threshold, and above it. */
  readonly below: Float64Array;
  readonly above: Float64Array;
}

/**
 * Gradient-boosted stumps under softmax (Friedman, Greedy Function Approximation, 2001, with the Newton steps of Chen and
 * Guestrin, XGBoost, 2016): each round one split for all classes together.
 */
export function trainStumps(rows: readonly LabelledRow[]): Surrogate {
  const classes = rows[0]?.answer.length ?? 0;
  const scores = rows.map(() => new Float64Array(classes));
  const splits = splitsOf(rows);
  const stumps: Stump[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const slopes = rows.map((row, at) => slopesOf(row, scores[at] ?? row.answer));
    const stump = bestStump(splits, slopes, classes);
    if (stump === undefined) break;
    stumps.push(stump);
    for (const [at, row] of rows.entries()) addTo(scores[at], sideOf(stump, row.features));
  }
  return {
    name: 'boosted-stumps',
    predict: (features) => {
      const sum = new Float64Array(classes);
      for (const stump of stumps) addTo(sum, sideOf(stump, features));
      return softmaxInPlace(sum);
    },
  };
}

/** One way to cut the rows in two: which of them lie above. */
interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly isAbove: Uint8Array;
}

function splitsOf(rows: readonly LabelledRow[]): readonly Split[] {
  const size = rows[0]?.features.length ?? 0;
  return Array.from({ length: size }, (_, feature) => {
    const values = Float64Array.from(rows, ({ features }) => features[feature] ?? 0);
    const sorted = values.slice().sort();
    const thresholds = Array.from(
      { length: THRESHOLDS },
      (_empty, step) => sorted[Math.floor(((step + 0.5) / THRESHOLDS) * sorted.length)] ?? 0,
    );
    return [...new Set(thresholds)].map((threshold) => ({
      ...{ feature, threshold },
      isAbove: Uint8Array.from(values, (value) => (value > threshold ? 1 : 0)),
    }));
  }).flat();
}

/** How far each class's probability is from the answer, and how much it would give way. */
interface Slopes {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

function slopesOf({ answer }: LabelledRow, scores: Float64Array): Slopes {
  const predicted = softmaxInPlace(scores.slice());
  return {
    first: predicted.map((probability, at) => (answer[at] ?? 0) - probability),
    second: predicted.map((probability) => probability * (1 - probability)),
  };
}

function bestStump(splits: readonly Split[], slopes: readonly Slopes[], classes: number): Stump | undefined {
  const total = sumSlopes(slopes, classes, undefined);
  let best: { readonly gain: number; readonly split: Split; readonly above: Slopes } | undefined;
  for (const split of splits) {
    const above = sumSlopes(slopes, classes, split.isAbove);
    const gain = gainOf(total, above);
    if (gain > (best?.gain ?? 1e-9)) best = { gain, split, above };
  }
  if (best === undefined) return undefined;
  const { split, above } = best;
  const step = (first: number, second: number): number => (RATE * first) / (second + SMOOTHING);
  return {
    feature: split.feature,
    threshold: split.threshold,
    above: above.first.map((first, at) => step(first, above.second[at] ?? 0)),
    below: above.first.map((first, at) =>
      step((total.first[at] ?? 0) - first, (total.second[at] ?? 0) - (above.second[at] ?? 0)),
    ),
  };
}

function sumSlopes(slopes: readonly Slopes[], classes: number, isAbove: Uint8Array | undefined): Slopes {
  const [first, second] = [new Float64Array(classes), new Float64Array(classes)];
  for (const [at, slope] of slopes.entries()) {
    if (isAbove !== undefined && isAbove[at] === 0) continue;
    for (let each = 0; each < classes; each++) {
      first[each] = (first[each] ?? 0) + (slope.first[each] ?? 0);
      second[each] = (second[each] ?? 0) + (slope.second[each] ?? 0);
    }
  }
  return { first, second };
}

function gainOf(total: Slopes, above: Slopes): number {
  let gain = 0;
  for (let at = 0; at < total.first.length; at++) {
    const [first, second] = [total.first[at] ?? 0, total.second[at] ?? 0];
    const [up, upSecond] = [above.first[at] ?? 0, above.second[at] ?? 0];
    gain += up ** 2 / (upSecond + SMOOTHING) - first ** 2 / (second + SMOOTHING);
    gain += (first - up) ** 2 / (second - upSecond + SMOOTHING);
  }
  return gain;
}

function sideOf({ feature, threshold, above, below }: Stump, features: Float64Array): Float64Array {
  return (features[feature] ?? 0) > threshold ? above : below;
}

function addTo(sum: Float64Array | undefined, gains: Float64Array): void {
  if (sum === undefined) return;
  for (const [at, gain] of gains.entries()) sum[at] = (sum[at] ?? 0) + gain;
}
