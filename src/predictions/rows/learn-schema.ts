import { type Feature, type InputSchema } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** Different texts that still are categories. */
const MAX_CATEGORIES = 64;
/** A text that hardly repeats is none of few categories. */
const LEAST_REPEATS = 4;

/** Significant digits of a bound that was widened. */
const BOUND_DIGITS = 6;

/** What is learnt of one column of a sample. */
interface Learnt {
  readonly name: string;
  min: number;
  max: number;
  areIntegers: boolean;
  texts: Set<string> | undefined;
}

/** How a sample is generalised. */
export interface LearningRules {
  /** How much wider than the sample a range becomes at either end, as a part of its own width. */
  readonly margin: number;
}

/**
 * Learns a schema from a reference sample: the range of every column of numbers, the categories of a column of few
 * texts. Empty fields count as missing. Throws `FEATURE_INVALID` for a sample without rows.
 */
export async function learnSchema(
  records: AsyncIterable<readonly string[]>,
  { margin }: LearningRules,
): Promise<InputSchema> {
  let columns: readonly Learnt[] | undefined;
  let rows = 0;
  for await (const record of records) {
    if (columns === undefined) {
      columns = record.map((name) => ({
        name: name.trim(),
        min: Number.POSITIVE_INFINITY,
        max: Number.NEGATIVE_INFINITY,
        areIntegers: true,
        texts: undefined,
      }));
      continue;
    }
    if (record.length !== columns.length)
      throw new StrongroomError(
        'FEATURE_INVALID',
        `row ${rows} has ${record.length} fields, and not ${columns.length}`,
      );
    for (const [at, column] of columns.entries()) learn(column, record[at] ?? '');
    rows++;
  }
  if (columns === undefined || rows === 0)
    throw new StrongroomError('FEATURE_INVALID', 'the sample has no rows');
  return { features: columns.map((column) => featureOf(column, margin, rows)) };
}

function learn(column: Learnt, field: string): void {
  const text = field.trim();
  if (text === '') return;
  const number = Number(text);
  if (!Number.isFinite(number)) {
    column.texts ??= new Set();
    if (column.texts.size <= MAX_CATEGORIES) column.texts.add(field);
    return;
  }
  column.min = Math.min(column.min, number);
  column.max = Math.max(column.max, number);
  column.areIntegers &&= Number.isInteger(number);
}

function featureOf({ name, min, max, areIntegers, texts }: Learnt, margin: number, rows: number): Feature {
  if (texts !== undefined) {
    const areFew = texts.size <= MAX_CATEGORIES && texts.size * LEAST_REPEATS <= rows;
    return { name, type: 'text', ...(areFew && { categories: [...texts].sort() }) };
  }
  if (min > max) return { name };
  const more = (max - min) * margin;
  // Whether whole numbers are all that it takes, a sample cannot say; whole bounds read better all the same.
  return areIntegers
    ? { name, min: Math.floor(min - more), max: Math.ceil(max + more) }
    : { name, min: bound(min - more, more), max: bound(max + more, more) };
}

/** A bound that was widened need not be exact, only readable; one of the sample itself stays as it is. */
function bound(value: number, more: number): number {
  return more === 0 ? value : Number(value.toPrecision(BOUND_DIGITS));
}
