import type { NumericTensor, StringTensor } from '../../bytes/index.ts';
import { valuesOf } from './json-tensor.ts';
import { refuseTensor } from './refuse-tensor.ts';

/**
 * The greatest `classes` elements of each row as texts `value:index` or `value:index:label`, greatest first (Triton's
 * classification extension). A row is everything behind the first dimension; a vector is one row. Throws
 * `TENSOR_INVALID` for a scalar.
 */
export function classify(tensor: NumericTensor, classes: number, labels?: readonly string[]): StringTensor {
  const { name, shape } = tensor;
  const values = valuesOf(tensor).map(Number);
  const [rows = 0] = shape.length === 1 ? [1] : shape;
  if (shape.length === 0) throw refuseTensor(tensor, 'a single number has no classification');
  const width = rows === 0 ? 0 : values.length / rows;
  const count = Math.min(classes, width);
  const strings = Array.from({ length: rows }, (_none, row) =>
    greatest(values.slice(row * width, (row + 1) * width), count),
  ).flat();
  const texts = strings.map(({ value, index }) => textOf(value, index, labels?.[index]));
  return { name, datatype: 'BYTES', shape: shape.length === 1 ? [count] : [rows, count], strings: texts };
}

interface Ranked {
  readonly value: number;
  readonly index: number;
}

/** What is no number comes last. */
function greatest(values: readonly number[], count: number): readonly Ranked[] {
  return values
    .map((value, index) => ({ value, index }))
    .sort((a, b) => rank(b.value) - rank(a.value) || a.index - b.index)
    .slice(0, count);
}

function rank(value: number): number {
  return Number.isNaN(value)
    ? -Number.MAX_VALUE
    : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

function textOf(value: number, index: number, label: string | undefined): string {
  const number = Number.isFinite(value) ? value.toFixed(6) : String(value);
  return label === undefined ? `${number}:${index}` : `${number}:${index}:${label}`;
}
