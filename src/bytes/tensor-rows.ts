import type { TensorSpec } from './tensor.ts';

/** A tensor as rows: how many, and how many elements each has. */
export interface RowForm {
  readonly rows: number;
  readonly width: number;
}

/**
 * What the rows of a tensor are: its first dimension counts them, and the rest is a row. A vector of a declared length
 * is one row, a scalar one row of one element.
 */
export function rowForm({ shape: declared }: Pick<TensorSpec, 'shape'>, shape: readonly number[]): RowForm {
  const elements = (dimensions: readonly number[]): number =>
    dimensions.reduce((product, dimension) => product * dimension, 1);
  if (isOneRow(declared)) return { rows: 1, width: elements(shape) };
  const [rows = 1, ...row] = shape;
  return { rows, width: elements(row) };
}

/** Whether what is declared so has no dimension that counts rows. */
export function isOneRow(declared: readonly number[]): boolean {
  return declared.length === 0 || (declared.length === 1 && declared[0] !== -1);
}
