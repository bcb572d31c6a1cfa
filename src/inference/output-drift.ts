import type { Tensor } from '../bytes/index.ts';
import { largestAt } from './output-policy-row.ts';
import { isFloat, isNumeric, readNumbers } from './score-tensor.ts';

/** Rows of the reference, and of every window that is held against it. */
const WINDOW_ROWS = 1000;
/** Parts that the numbers of the reference are cut into, the same share in each. */
const BINS = 10;
/** Different answers that are told apart; all others count as one. */
const MAX_ANSWERS = 100;
/** Rows of one answer that are looked at. */
const MAX_ROWS_AT_ONCE = 100;

/** What a row came to: the name of its class, or a number. */
type RowAnswer = string | number;

/**
 * Whether what a model answers is still spread as it was: the population stability index of the last thousand rows
 * against the first thousand, `Σ (p − q) ln(p / q)` over classes or tenths of numbers (below 0.1 nothing, above 0.25 much;
 * Siddiqi, Credit Risk Scorecards, 2006). Answers, because they are few numbers where inputs are many.
 */
export class OutputDrift {
  #binOf: ((answer: RowAnswer) => string) | undefined;
  #reference = new Map<string, number>();
  #rows: RowAnswer[] = [];
  #index: number | undefined;

  /** Of the last whole window; `undefined` before there is one. */
  get index(): number | undefined {
    return this.#index;
  }

  /** Takes in what was answered. */
  add(outputs: readonly Tensor[]): void {
    this.#rows.push(...rowAnswers(outputs));
    if (this.#rows.length < WINDOW_ROWS) return;
    const binOf = (this.#binOf ??= binsOf(this.#rows));
    const counts = countBy(this.#rows, binOf);
    this.#rows = [];
    if (this.#reference.size === 0) this.#reference = counts;
    else this.#index = stabilityIndex(this.#reference, counts);
  }
}

/** What each row came to: its label, the place of its largest score, or its number. Empty for any other answer. */
function rowAnswers(outputs: readonly Tensor[]): readonly RowAnswer[] {
  const rows = outputs[0]?.shape[0] ?? 0;
  const told = outputs.find((output) => !isFloat(output.datatype) && sizeOf(output) === rows) ?? outputs[0];
  if (told === undefined || rows === 0) return [];
  const count = Math.min(rows, MAX_ROWS_AT_ONCE);
  if (!isNumeric(told)) return told.strings.slice(0, count);
  const width = sizeOf(told) / rows;
  if (!Number.isInteger(width) || width === 0) return [];
  const numbers = readNumbers(told, { start: 0, end: count * width });
  return Array.from({ length: count }, (_, row) => {
    if (width > 1) return String(largestAt(numbers.subarray(row * width, (row + 1) * width)));
    const number = numbers[row] ?? 0;
    return isFloat(told.datatype) ? number : String(number);
  });
}

function sizeOf({ shape }: Tensor): number {
  return shape.reduce((product, each) => product * each, 1);
}

/** How rows are told apart from here on: by their answer, or by where their number lies among those of now. */
function binsOf(rows: readonly RowAnswer[]): (answer: RowAnswer) => string {
  const sorted = rows.filter((row) => typeof row === 'number').sort((one, other) => one - other);
  const edges = Array.from(
    { length: BINS - 1 },
    (_, bin) => sorted[Math.floor(((bin + 1) * sorted.length) / BINS)],
  );
  const answers = new Set([...new Set(rows)].slice(0, MAX_ANSWERS));
  return (answer) => {
    if (typeof answer === 'number')
      return String(edges.filter((edge) => edge !== undefined && answer >= edge).length);
    return answers.has(answer) ? `answer ${answer}` : 'other';
  };
}

function countBy(rows: readonly RowAnswer[], binOf: (answer: RowAnswer) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(binOf(row), (counts.get(binOf(row)) ?? 0) + 1);
  return counts;
}

/** An empty bin counts as half a row, so that the logarithm exists. */
function stabilityIndex(reference: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): number {
  const share = (counts: ReadonlyMap<string, number>, bin: string): number => {
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return (counts.get(bin) ?? 0.5) / total;
  };
  return [...new Set([...reference.keys(), ...now.keys()])].reduce((sum, bin) => {
    const [was, is] = [share(reference, bin), share(now, bin)];
    return sum + (is - was) * Math.log(is / was);
  }, 0);
}
