/**
 * Element types of tensors, by their names in the Open Inference Protocol v2 (BF16 as Triton has it). `BYTES` is text.
 */
export const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'BF16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

export type Datatype = (typeof DATATYPES)[number];
/** Every type of a fixed size. */
export type NumericDatatype = Exclude<Datatype, 'BYTES'>;

/** Bytes of one element. */
export const ELEMENT_BYTES = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
} as const satisfies Record<NumericDatatype, number>;

/** Numbers: little-endian, row-major, without padding; `data.length` is elements × size. It may start at any offset. */
export interface NumericTensor {
  readonly name: string;
  readonly datatype: NumericDatatype;
  /** Dimensions, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Texts, row-major. */
export interface StringTensor {
  readonly name: string;
  readonly datatype: 'BYTES';
  readonly shape: readonly number[];
  readonly strings: readonly string[];
}

/** What goes into a model and comes out of it. */
export type Tensor = NumericTensor | StringTensor;

/** What a model says of a tensor that it takes or gives. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** -1 where a dimension is free. */
  readonly shape: readonly number[];
}

export function isDatatype(text: string): text is Datatype {
  return (DATATYPES as readonly string[]).includes(text);
}

/**
 * How many elements a shape has; `undefined` where a dimension is no whole number from zero on, or where there are more
 * than `max`. The product never leaves the range of exact numbers, whatever the dimensions and their order.
 */
export function countElements(shape: readonly number[], max: number): number | undefined {
  if (shape.some((dimension) => !Number.isSafeInteger(dimension) || dimension < 0)) return undefined;
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const dimension of shape) {
    if (dimension > max / count) return undefined;
    count *= dimension;
  }
  return count <= max ? count : undefined;
}
