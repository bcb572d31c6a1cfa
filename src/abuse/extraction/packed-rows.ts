import type { AskedRow } from './asked-row.ts';
import type { Observation } from './row-judge.ts';

/**
 * Observations as one piece of memory that moves to another thread: for each row five numbers (model, principal, time,
 * count of features, count of probabilities or `NONE`), its features and its probabilities. Models and principals are
 * places in `names`.
 */
export interface PackedRows {
  readonly names: readonly string[];
  readonly numbers: Float64Array<ArrayBuffer>;
}

const HEAD = 5;
const NONE = -1;

export function packRows(observations: readonly Observation[]): PackedRows {
  const places = new Map<string, number>();
  const placeOf = (name: string): number => {
    const place = places.get(name) ?? places.size;
    if (place === places.size) places.set(name, place);
    return place;
  };
  const length = observations.reduce((sum, { rows }) => sum + rows.reduce(addLength, 0), 0);
  const numbers = new Float64Array(length);
  let at = 0;
  for (const { model, principal, rows, at: time } of observations) {
    for (const { features, probabilities } of rows) {
      numbers.set(
        [placeOf(model), placeOf(principal), time, features.length, probabilities?.length ?? NONE],
        at,
      );
      numbers.set(features, at + HEAD);
      if (probabilities !== undefined) numbers.set(probabilities, at + HEAD + features.length);
      at += HEAD + features.length + (probabilities?.length ?? 0);
    }
  }
  return { names: [...places.keys()], numbers };
}

/** What was packed, a row at a time, each in memory of its own. */
export function unpackRows({ names, numbers }: PackedRows): readonly Observation[] {
  const observations: Observation[] = [];
  for (let at = 0; at < numbers.length; ) {
    const [model = 0, principal = 0, time = 0, width = 0, classes = NONE] = numbers.subarray(at, at + HEAD);
    const end = at + HEAD + width;
    const row: AskedRow = {
      features: numbers.slice(at + HEAD, end),
      ...(classes !== NONE && { probabilities: numbers.slice(end, end + classes) }),
    };
    observations.push({
      ...{ model: names[model] ?? '', principal: names[principal] ?? '' },
      ...{ rows: [row], at: time },
    });
    at = end + Math.max(0, classes);
  }
  return observations;
}

function addLength(sum: number, { features, probabilities }: AskedRow): number {
  return sum + HEAD + features.length + (probabilities?.length ?? 0);
}
