import { csvLine } from './csv.ts';
import type { Prediction } from './read-answer.ts';

/** Writes predictions as CSV: label, score, the probability of each class, and whatever else the model says. */
export class AnswerCsv {
  readonly #lineEnd: string;
  #columns: readonly Field[] | undefined;

  /** `lineEnd`: by default that of RFC 4180. */
  constructor(lineEnd = '\r\n') {
    this.#lineEnd = lineEnd;
  }

  /** The lines of these, the first ones under a line of names. */
  write(predictions: readonly Prediction[]): string {
    const [first] = predictions;
    if (first === undefined) return '';
    const header = this.#columns === undefined;
    const columns = (this.#columns ??= columnsOf(first));
    const line = (fields: readonly string[]): string => csvLine(fields, this.#lineEnd);
    const lines = predictions.map((prediction) => line(columns.map(({ of }) => textOf(of(prediction)))));
    return `${header ? line(columns.map(({ name }) => name)) : ''}${lines.join('')}`;
  }
}

interface Field {
  readonly name: string;
  readonly of: (prediction: Prediction) => unknown;
}

function columnsOf(first: Prediction): readonly Field[] {
  return [
    ...(first.label === undefined ? [] : [{ name: 'label', of: ({ label }: Prediction) => label }]),
    ...(first.score === undefined ? [] : [{ name: 'score', of: ({ score }: Prediction) => score }]),
    ...Object.keys(first.probabilities ?? {}).map((name) => ({
      name: `probability_${name}`,
      of: ({ probabilities }: Prediction) => probabilities?.[name],
    })),
    ...Object.keys(first.outputs ?? {}).map((name) => ({
      name,
      of: ({ outputs }: Prediction) => outputs?.[name],
    })),
  ];
}

/** A program that calculates must not take a text for a formula. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return JSON.stringify(value);
}
