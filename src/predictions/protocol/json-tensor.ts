import {
  countElements,
  elementCodec,
  floatsInPlace,
  type NumericDatatype,
  type NumericTensor,
  packFloats,
  type Tensor,
  tensorView,
} from '../../bytes/index.ts';

import { MAX_ELEMENTS, MAX_RANK } from './limits.ts';
import { refuseTensor, type TensorWords } from './refuse-tensor.ts';

/**
 * A tensor whose `data` stands in the JSON, flat or nested as its shape is. Nothing is allocated before the data is
 * seen to be as long as the shape says. Throws `TENSOR_INVALID`.
 */
export function readJsonTensor(words: TensorWords, data: unknown): Tensor {
  const count = assertedCount(words);
  if (!Array.isArray(data)) throw refuseTensor(words, 'its data is no array');
  const values = flatten(words, data as readonly unknown[], count);
  const { name, datatype, shape } = words;
  if (datatype !== 'BYTES') {
    return { name, datatype, shape, data: numbersOf({ ...words, datatype }, values) };
  }
  const other = values.findIndex((value) => typeof value !== 'string');
  if (other >= 0) throw refuseTensor(words, `element ${other} is no text, and BYTES in JSON is text`);
  return { name, datatype, shape, strings: values as readonly string[] };
}

/** How many elements the shape of a tensor has. Throws `TENSOR_INVALID`, also for more than any request can hold. */
export function assertedCount(words: TensorWords): number {
  const { shape } = words;
  if (shape.length > MAX_RANK) throw refuseTensor(words, `it has more than ${MAX_RANK} dimensions`);
  const count = countElements(shape, MAX_ELEMENTS);
  if (count === undefined)
    throw refuseTensor(words, `its shape has a negative dimension, or more than ${MAX_ELEMENTS} elements`);
  return count;
}

function flatten(words: TensorWords, data: readonly unknown[], count: number): readonly unknown[] {
  // An array among plain elements is no element of any datatype, and is refused as such.
  if (!Array.isArray(data[0])) {
    if (data.length !== count)
      throw refuseTensor(words, `its shape has ${count} elements, its data ${data.length}`);
    return data;
  }
  const values: unknown[] = [];
  gather(words, { data, depth: 0 }, values);
  return values;
}

interface Level {
  readonly data: unknown;
  readonly depth: number;
}

/** Puts the elements of nested data behind one another. */
function gather(words: TensorWords, { data, depth }: Level, into: unknown[]): void {
  const { shape } = words;
  if (depth === shape.length) {
    if (Array.isArray(data)) throw refuseTensor(words, 'its data is nested deeper than its shape');
    into.push(data);
    return;
  }
  if (!Array.isArray(data) || data.length !== shape[depth])
    throw refuseTensor(words, `its data is not as long as its shape in dimension ${depth}`);
  for (const inner of data) gather(words, { data: inner, depth: depth + 1 }, into);
}

function numbersOf(
  words: TensorWords & { readonly datatype: NumericDatatype },
  values: readonly unknown[],
): Uint8Array {
  const floats = packFloats(words.datatype, values);
  if (floats !== undefined) return floats;
  const codec = elementCodec(words.datatype);
  const data = new Uint8Array(values.length * codec.size);
  const view = new DataView(data.buffer);
  for (let at = 0; at < values.length; at++) {
    if (!codec.write(view, at * codec.size, values[at]))
      throw refuseTensor(words, `element ${at} is no ${words.datatype}`);
  }
  return data;
}

/**
 * The elements of a tensor as JSON, flat. What is no finite number becomes `NaN`, `Infinity` or `-Infinity`, as
 * Triton's and Python's writers have it; a reader of strict JSON has to ask for binary.
 */
export function writeJsonData(tensor: Tensor): string {
  if (tensor.datatype === 'BYTES') return JSON.stringify(tensor.strings);
  return `[${valuesOf(tensor).map(String).join(',')}]`;
}

/** The elements of a numeric tensor, 64-bit integers as `bigint`, `BOOL` as booleans. */
export function valuesOf(tensor: NumericTensor): readonly (number | bigint | boolean)[] {
  const floats = floatsInPlace(tensor);
  if (floats !== undefined) return plainArray(floats);
  const { size, read } = elementCodec(tensor.datatype);
  const view = tensorView(tensor);
  return Array.from({ length: view.byteLength / size }, (_none, at) => read(view, at * size));
}

function plainArray(floats: Float32Array | Float64Array): readonly number[] {
  const numbers: number[] = [];
  for (const float of floats) numbers.push(float);
  return numbers;
}
