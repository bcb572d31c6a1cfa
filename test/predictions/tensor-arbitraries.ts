// Tensors of every datatype, for tests of laws.
import fc from 'fast-check';
import {
  countElements,
  DATATYPES,
  type Datatype,
  ELEMENT_BYTES,
  type NumericDatatype,
  type Tensor,
} from '../../src/bytes/index.ts';

const shapes = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });
const names = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });

/** A tensor with any bytes that its datatype takes, at any offset in memory. */
export const tensors: fc.Arbitrary<Tensor> = fc
  .record({
    name: names,
    datatype: fc.constantFrom<Datatype>(...DATATYPES),
    shape: shapes,
    offset: fc.nat(7),
  })
  .chain(({ name, datatype, shape, offset }) => {
    const count = countElements(shape, 1000) ?? 0;
    if (datatype === 'BYTES') {
      return fc
        .array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: count, maxLength: count })
        .map((strings): Tensor => ({ name, datatype, shape, strings }));
    }
    return bytesOf(datatype, count).map((bytes): Tensor => {
      const memory = new Uint8Array(bytes.length + offset);
      memory.set(bytes, offset);
      return { name, datatype, shape, data: memory.subarray(offset) };
    });
  });

function bytesOf(datatype: NumericDatatype, count: number): fc.Arbitrary<Uint8Array> {
  const size = count * ELEMENT_BYTES[datatype];
  return fc.uint8Array({
    minLength: size,
    maxLength: size,
    ...(datatype === 'BOOL' && { max: 1 }),
  });
}

/** What two tensors are compared by: `NaN` may have come back with other bits. */
export function comparable(tensor: Tensor): unknown {
  if (tensor.datatype === 'BYTES') return { ...tensor };
  const bytes = Buffer.from(tensor.data);
  return { ...tensor, data: [...elementsOf(tensor.datatype, bytes)] };
}

function elementsOf(datatype: NumericDatatype, bytes: Buffer): readonly unknown[] {
  const size = ELEMENT_BYTES[datatype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / size }, (_none, at) => {
    const place = at * size;
    if (datatype === 'FP16') return view.getFloat16(place, true);
    if (datatype === 'FP32') return view.getFloat32(place, true);
    if (datatype === 'FP64') return view.getFloat64(place, true);
    if (datatype === 'BF16') {
      const bits = view.getUint16(place, true);
      return (bits & 0x7fff) > 0x7f80 ? Number.NaN : bits;
    }
    return bytes.subarray(place, place + size).toString('hex');
  });
}
