import type { Tensor } from '../bytes/index.ts';
import { largestAt } from './output-policy-row.ts';
import { isFloat, isNumeric, readNumbers } from './score-tensor.ts';

/** How alike two answers to the same question are. */
export interface Likeness {
  readonly rows: number;
  /** Rows with the same label, or the same largest score where there are no labels. */
  readonly agreed: number;
  /** Scores that both have, their distances together, and the largest of them. */
  readonly scores: number;
  readonly distance: number;
  readonly maxDistance: number;
}

/** How far two numbers may lie apart that are all there is of a row, in parts of the first. */
const NUMBER_TOLERANCE = 1e-3;

/** The same output of both answers. */
type Pair = readonly [Tensor, Tensor];

/**
 * Compares two answers: labels (texts or integers, one a row) decide whether a row agrees, otherwise the place of the
 * largest score; a single number a row agrees within a thousandth of it. `undefined` where they have not the same form,
 * or nothing tells which row is which.
 */
export function compareOutputs(one: readonly Tensor[], other: readonly Tensor[]): Likeness | undefined {
  const rows = one[0]?.shape[0] ?? 0;
  const pairs = one.flatMap((left): Pair[] => {
    const right = other.find(({ name }) => name === left.name);
    return right !== undefined && haveSameForm(left, right) ? [[left, right]] : [];
  });
  const labels = pairs.find(([left]) => areLabels(left, rows));
  const scores = pairs.filter(([left]) => isFloat(left.datatype)).map(numbersOf);
  const [first] = scores;
  if (rows === 0 || pairs.length < one.length || (labels ?? first) === undefined) return undefined;
  const agreed = labels === undefined ? agreedByScores(first, rows) : agreedByLabels(labels, rows);
  return { rows, agreed, ...distancesOf(scores) };
}

function haveSameForm(one: Tensor, other: Tensor): boolean {
  return other.datatype === one.datatype && JSON.stringify(other.shape) === JSON.stringify(one.shape);
}

function areLabels({ datatype, shape }: Tensor, rows: number): boolean {
  return !isFloat(datatype) && shape.reduce((product, each) => product * each, 1) === rows;
}

function numbersOf([one, other]: Pair): readonly [Float64Array, Float64Array] {
  return [scoresOf(one), scoresOf(other)];
}

function scoresOf(tensor: Tensor): Float64Array {
  if (!isNumeric(tensor)) return new Float64Array();
  return readNumbers(tensor, { start: 0, end: tensor.shape.reduce((product, each) => product * each, 1) });
}

function agreedByLabels([one, other]: Pair, rows: number): number {
  if (isNumeric(one) && isNumeric(other)) {
    const width = one.data.length / rows;
    return countRows(rows, width, (from, to) =>
      Buffer.from(one.data.subarray(from, to)).equals(other.data.subarray(from, to)),
    );
  }
  if (isNumeric(one) || isNumeric(other)) return 0;
  return one.strings.filter((text, at) => text === other.strings[at]).length;
}

function agreedByScores(scores: readonly [Float64Array, Float64Array] | undefined, rows: number): number {
  if (scores === undefined) return 0;
  const [one, other] = scores;
  return countRows(rows, one.length / rows, (from, to) => {
    if (to - from > 1) return largestAt(one.subarray(from, to)) === largestAt(other.subarray(from, to));
    const [left = 0, right = 0] = [one[from], other[from]];
    return Math.abs(left - right) <= NUMBER_TOLERANCE * Math.abs(left);
  });
}

function countRows(rows: number, width: number, agrees: (from: number, to: number) => boolean): number {
  let agreed = 0;
  for (let row = 0; row < rows; row++) if (agrees(row * width, (row + 1) * width)) agreed += 1;
  return agreed;
}

function distancesOf(
  pairs: readonly (readonly [Float64Array, Float64Array])[],
): Pick<Likeness, 'scores' | 'distance' | 'maxDistance'> {
  let [scores, distance, maxDistance] = [0, 0, 0];
  for (const [one, other] of pairs) {
    for (const [at, value] of one.entries()) {
      const apart = Math.abs(value - (other[at] ?? 0));
      if (!Number.isFinite(apart)) continue;
      scores += 1;
      distance += apart;
      maxDistance = Math.max(maxDistance, apart);
    }
  }
  return { scores, distance, maxDistance };
}
