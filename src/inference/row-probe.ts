import { ELEMENT_BYTES, type Tensor, type TensorSpec } from '../bytes/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import type { Runner } from '../runtime/index.ts';
import { joinInputs, splitOutputs } from './batch.ts';

/** How far two answers to the same row may lie apart: other sizes take other ways through the same sums. */
const TOLERANCE = { relative: 1e-3, absolute: 1e-5 };
/** Bytes of one row beyond which nothing is tried. */
const MAX_ROW_BYTES = 64 * 2 ** 20;

/** Whether a signature lets rows be put below each other: a free first dimension everywhere. */
function hasFreeRows({ inputs, outputs }: Pick<Runner, 'inputs' | 'outputs'>): boolean {
  return inputs.length > 0 && [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
}

/**
 * Computes two rows, each alone and both together. Answers whether each came out the same, which is what batches stand
 * on; it warms the model up besides. `false` too where it cannot compute with what was made up. Throws when the runner
 * has ended.
 */
export async function rowsAreIndependent(runner: Runner): Promise<boolean> {
  const outputs = runner.outputs.map(({ name }) => name);
  const small = madeUp(runner.inputs, (index) => ((index * 7) % 11) / 11);
  const large = madeUp(runner.inputs, (index) => 50 - ((index * 13) % 97));
  if (small === undefined || large === undefined || !hasFreeRows(runner)) return false;
  try {
    const alone = [
      await runner.run({ inputs: small, outputs }),
      await runner.run({ inputs: large, outputs }),
    ];
    const together = await runner.run({ inputs: joinInputs([small, large]), outputs });
    const parts = splitOutputs(together.tensors, [1, 1]);
    return parts !== undefined && parts.every((part, row) => areAlike(part, alone[row]?.tensors ?? []));
  } catch (error) {
    if (isStrongroomError(error, 'TENSOR_INVALID')) return false;
    throw error;
  }
}

/** One row for each input; every other free dimension is one. `undefined` where that is too much. */
function madeUp(specs: readonly TensorSpec[], valueAt: (index: number) => number): Tensor[] | undefined {
  const tensors: Tensor[] = [];
  for (const { name, datatype, shape: declared } of specs) {
    const shape = declared.map((dimension) => (dimension === -1 ? 1 : dimension));
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    if (count > MAX_ROW_BYTES / 8) return undefined;
    if (datatype === 'BYTES') {
      const strings = Array.from(
        { length: count },
        (_, index) => `word ${Math.abs(valueAt(index)).toFixed(0)}`,
      );
      tensors.push({ name, datatype, shape, strings });
      continue;
    }
    const data = new Uint8Array(count * ELEMENT_BYTES[datatype]);
    const write = WRITERS[datatype];
    const view = new DataView(data.buffer);
    for (let index = 0; index < count; index++) write(view, index, valueAt(index));
    tensors.push({ name, datatype, shape, data });
  }
  return tensors;
}

type Writer = (view: DataView, index: number, value: number) => void;

/** Whole numbers stay small: many are the number of a word or a class. */
const whole = (value: number): number => Math.abs(Math.trunc(value)) % 2;

const WRITERS: Record<keyof typeof ELEMENT_BYTES, Writer> = {
  // One that decides how long something goes on had better say no.
  BOOL: (view, index) => {
    view.setUint8(index, 0);
  },
  UINT8: (view, index, value) => {
    view.setUint8(index, whole(value));
  },
  INT8: (view, index, value) => {
    view.setInt8(index, whole(value));
  },
  UINT16: (view, index, value) => {
    view.setUint16(2 * index, whole(value), true);
  },
  INT16: (view, index, value) => {
    view.setInt16(2 * index, whole(value), true);
  },
  // 1.0 and 0: enough of a number for what has few.
  FP16: (view, index, value) => {
    view.setUint16(2 * index, whole(value) * 0x3c00, true);
  },
  BF16: (view, index, value) => {
    view.setUint16(2 * index, whole(value) * 0x3f80, true);
  },
  UINT32: (view, index, value) => {
    view.setUint32(4 * index, whole(value), true);
  },
  INT32: (view, index, value) => {
    view.setInt32(4 * index, whole(value), true);
  },
  FP32: (view, index, value) => {
    view.setFloat32(4 * index, value, true);
  },
  UINT64: (view, index, value) => {
    view.setBigUint64(8 * index, BigInt(whole(value)), true);
  },
  INT64: (view, index, value) => {
    view.setBigInt64(8 * index, BigInt(whole(value)), true);
  },
  FP64: (view, index, value) => {
    view.setFloat64(8 * index, value, true);
  },
};

function areAlike(one: readonly Tensor[], other: readonly Tensor[]): boolean {
  return one.length === other.length && one.every((tensor, index) => isAlike(tensor, other[index]));
}

function isAlike(one: Tensor, other: Tensor | undefined): boolean {
  if (other?.datatype !== one.datatype) return false;
  if (one.datatype === 'BYTES' || other.datatype === 'BYTES') {
    return JSON.stringify(one) === JSON.stringify(other);
  }
  if (one.datatype !== 'FP32' && one.datatype !== 'FP64') return Buffer.from(one.data).equals(other.data);
  const [left, right] = [numbersOf(one.datatype, one.data), numbersOf(one.datatype, other.data)];
  return (
    left.length === right.length && left.every((value, index) => isNear(value, right[index] ?? Number.NaN))
  );
}

function numbersOf(datatype: 'FP32' | 'FP64', data: Uint8Array): Float32Array | Float64Array {
  const { buffer } = data.slice();
  return datatype === 'FP32' ? new Float32Array(buffer) : new Float64Array(buffer);
}

function isNear(one: number, other: number): boolean {
  if (Object.is(one, other)) return true;
  return Math.abs(one - other) <= TOLERANCE.absolute + TOLERANCE.relative * Math.abs(other);
}
