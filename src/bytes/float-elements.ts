import type { NumericTensor } from './tensor.ts';

// The two types that nearly all tensors have, many elements at a time: one at a time takes ten times as long.

/** Whether this machine keeps numbers as tensors have them. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The elements of a tensor of FP32 or FP64 as this machine's own numbers, in place. `undefined` for other types, and
 * where they do not lie as this machine needs them.
 */
export function floatsInPlace({
  datatype,
  data: { buffer, byteOffset, byteLength },
}: NumericTensor): Float32Array | Float64Array | undefined {
  if (!IS_LITTLE_ENDIAN) return undefined;
  if (datatype === 'FP32' && (byteOffset | byteLength) % 4 === 0)
    return new Float32Array(buffer, byteOffset, byteLength / 4);
  if (datatype === 'FP64' && (byteOffset | byteLength) % 8 === 0)
    return new Float64Array(buffer, byteOffset, byteLength / 8);
  return undefined;
}

/**
 * Numbers as elements of FP32 or FP64. `undefined` for other types, for what is no number, and for numbers that would
 * become infinite by it: one element after the other says which one it is.
 */
export function packFloats(
  datatype: NumericTensor['datatype'],
  values: readonly unknown[],
): Uint8Array | undefined {
  if (!IS_LITTLE_ENDIAN || (datatype !== 'FP32' && datatype !== 'FP64')) return undefined;
  const floats = datatype === 'FP32' ? new Float32Array(values.length) : new Float64Array(values.length);
  for (let at = 0; at < floats.length; at++) {
    const value = values[at];
    if (typeof value !== 'number') return undefined;
    floats[at] = value;
    if (!Number.isFinite(floats[at]) && Number.isFinite(value)) return undefined;
  }
  return new Uint8Array(floats.buffer);
}
