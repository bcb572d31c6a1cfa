import { type Datatype, floatsInPlace, type NumericTensor, type Tensor } from '../bytes/index.ts';

/** Whether a tensor holds numbers. */
export function isNumeric(tensor: Tensor): tensor is NumericTensor {
  return tensor.datatype !== 'BYTES';
}

/** Whether elements have digits after the point. */
export function isFloat(datatype: Datatype): boolean {
  return datatype in FLOATS;
}

interface ElementForm {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

interface FloatForm extends ElementForm {
  readonly write: (view: DataView, at: number, value: number) => void;
}

const FLOATS: Readonly<Partial<Record<Datatype, FloatForm>>> = {
  FP16: {
    bytes: 2,
    read: (view, at) => view.getFloat16(at, true),
    write: (view, at, value) => view.setFloat16(at, value, true),
  },
  BF16: { bytes: 2, read: readBfloat, write: writeBfloat },
  FP32: {
    bytes: 4,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, value, true),
  },
  FP64: {
    bytes: 8,
    read: (view, at) => view.getFloat64(at, true),
    write: (view, at, value) => view.setFloat64(at, value, true),
  },
};

const INTEGERS: Readonly<Partial<Record<Datatype, ElementForm>>> = {
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) },
  UINT8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  UINT16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  UINT32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  UINT64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  INT8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  INT16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  INT32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  INT64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/** Elements `start` to before `end` as numbers; 64-bit integers lose what does not fit 53 bits. */
export function readNumbers(
  tensor: NumericTensor,
  { start, end }: { readonly start: number; readonly end: number },
): Float64Array {
  const floats = floatsInPlace(tensor);
  // Copying one typed array into another is native; `from` goes through an iterator.
  if (floats !== undefined) return new Float64Array(floats.subarray(start, end));
  const { datatype, data } = tensor;
  const form = FLOATS[datatype] ?? INTEGERS[datatype];
  const numbers = new Float64Array(form === undefined ? 0 : end - start);
  if (form === undefined) return numbers;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = start; at < end; at++) numbers[at - start] = form.read(view, at * form.bytes);
  return numbers;
}

/** A tensor of floats with other numbers in it, of the same type and shape. */
export function withNumbers(tensor: NumericTensor, numbers: Float64Array): NumericTensor {
  const form = FLOATS[tensor.datatype];
  if (form === undefined) throw new TypeError(`${tensor.datatype} holds no floats`);
  const data = new Uint8Array(numbers.length * form.bytes);
  const view = new DataView(data.buffer);
  for (let at = 0; at < numbers.length; at++) form.write(view, at * form.bytes, numbers[at] ?? 0);
  return { ...tensor, data };
}

/** A bfloat16 is the upper half of a float32. */
function readBfloat(view: DataView, at: number): number {
  scratch.setUint32(0, view.getUint16(at, true) << 16);
  return scratch.getFloat32(0);
}

function writeBfloat(view: DataView, at: number, value: number): void {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  // Rounds to nearest, ties to even; a NaN must not round into infinity.
  const rounded = Number.isNaN(value) ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  view.setUint16(at, rounded, true);
}

const scratch = new DataView(new ArrayBuffer(4));
