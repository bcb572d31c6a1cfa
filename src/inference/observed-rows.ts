import type { Tensor } from '../bytes/index.ts';
import { isFloat, isNumeric, readNumbers } from './score-tensor.ts';

/** One row of a question with what the model said, in numbers. */
export interface ObservedRow {
  readonly features: Float64Array;
  readonly probabilities?: Float64Array;
}

/** What of an answer is looked at. */
export interface Observed {
  readonly rows: readonly ObservedRow[];
  /** How many rows there were; more than are looked at where there were many. */
  readonly rowCount: number;
  /** Classes that the model tells apart; 1 where it gives a number. */
  readonly classes: number;
}

/** Rows of one question that are looked at, and numbers of all of them; of more, evenly as many. */
const MAX_ROWS = 500;
const MAX_NUMBERS = 65_536;
/** Numbers of a row that are looked at; of more, evenly as many. */
const MAX_FEATURES = 1024;
/** Numbers that a text becomes. */
const TEXT_FEATURES = 64;
const TEXT_CHARS = 4096;
const SHINGLE = 3;

/**
 * A question and its answer as the defence against copying sees them: each row's numbers of all inputs, one after the
 * other, texts as counts of their shingles (the hashing trick: Weinberger et al. 2009), and the probabilities where an
 * output has them.
 */
export function observe(inputs: readonly Tensor[], outputs: readonly Tensor[]): Observed {
  const rowCount = inputs[0]?.shape[0] ?? 0;
  const scores = outputs.find(
    (output) =>
      isNumeric(output) &&
      isFloat(output.datatype) &&
      output.shape.length === 2 &&
      output.shape[0] === rowCount &&
      (output.shape[1] ?? 0) > 1,
  );
  const classes = scores?.shape[1] ?? 1;
  const width = inputs.reduce((sum, tensor) => sum + widthOf(tensor, rowCount), 0);
  const wanted = Math.min(MAX_ROWS, Math.ceil(MAX_NUMBERS / Math.min(MAX_FEATURES, Math.max(1, width))));
  const rows = evenly(rowCount, wanted).map((row): ObservedRow => {
    const features = featuresOf(inputs, row, rowCount);
    const probabilities =
      scores !== undefined && isNumeric(scores)
        ? distributionOf(readNumbers(scores, { start: row * classes, end: (row + 1) * classes }))
        : undefined;
    return { features, ...(probabilities !== undefined && { probabilities }) };
  });
  return { rows, rowCount, classes };
}

/** Scores as they are where they are a distribution, else through softmax. */
function distributionOf(scores: Float64Array): Float64Array | undefined {
  let [sum, least] = [0, 0];
  for (const score of scores) {
    if (!Number.isFinite(score)) return undefined;
    sum += score;
    least = Math.min(least, score);
  }
  if (Math.abs(sum - 1) < 0.01 && least >= 0) return scores;
  const largest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / total);
}

/** Elements of one row. */
function widthOf({ shape }: Tensor, rowCount: number): number {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  return shape[0] === rowCount && rowCount > 0 ? count / rowCount : count;
}

function featuresOf(inputs: readonly Tensor[], row: number, rowCount: number): Float64Array {
  const perInput = Math.max(1, Math.floor(MAX_FEATURES / Math.max(1, inputs.length)));
  const parts = inputs.map((tensor) => {
    const each = widthOf(tensor, rowCount);
    const start = tensor.shape[0] === rowCount ? row * each : 0;
    return isNumeric(tensor)
      ? thinned(readNumbers(tensor, { start, end: start + each }), perInput)
      : textFeatures(tensor.strings.slice(start, start + each));
  });
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const features = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    features.set(part, at);
    at += part.length;
  }
  return features;
}

function thinned(values: Float64Array, most: number): Float64Array {
  return values.length <= most
    ? values
    : Float64Array.from(evenly(values.length, most), (at) => values[at] ?? 0);
}

/** At most `most` of so many indices, evenly over them. */
function evenly(count: number, most: number): readonly number[] {
  const wanted = Math.min(count, most);
  const indices: number[] = [];
  for (let at = 0; at < wanted; at++) indices.push(Math.floor((at * count) / wanted));
  return indices;
}

function textFeatures(texts: readonly string[]): Float64Array {
  const counts = new Float64Array(TEXT_FEATURES);
  const text = texts.join('\n').slice(0, TEXT_CHARS).toLowerCase();
  for (let at = 0; at + SHINGLE <= text.length; at++) {
    let hash = 0x811c_9dc5;
    for (let each = at; each < at + SHINGLE; each++)
      hash = Math.imul(hash ^ text.charCodeAt(each), 0x0100_0193);
    const slot = (hash >>> 8) % TEXT_FEATURES;
    // A sign from the hash keeps collisions from adding up.
    counts[slot] = (counts[slot] ?? 0) + ((hash & 1) === 0 ? 1 : -1);
  }
  return counts.map((value) => value / Math.sqrt(Math.max(1, text.length)));
}
