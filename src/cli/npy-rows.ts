import { elementCodec, memorySource, type NumericDatatype } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { readNpy } from '../formats/index.ts';

const DATATYPES: Readonly<Record<string, NumericDatatype>> = {
  '|b1': 'BOOL',
  '|u1': 'UINT8',
  '<u2': 'UINT16',
  '<u4': 'UINT32',
  '<u8': 'UINT64',
  '|i1': 'INT8',
  '<i2': 'INT16',
  '<i4': 'INT32',
  '<i8': 'INT64',
  '<f2': 'FP16',
  '<f4': 'FP32',
  '<f8': 'FP64',
};

/**
 * The rows of a NumPy array: its first dimension counts them, and a vector is one row. Throws `FEATURE_INVALID` for what
 * is no plain array of numbers.
 */
export async function npyRows(bytes: Uint8Array): Promise<readonly (readonly unknown[])[]> {
  const { array, data, problems } = await readNpy(memorySource(bytes));
  const datatype = array?.type === undefined ? undefined : DATATYPES[array.type];
  const isSound = problems.every(({ severity }) => severity === 'notice');
  if (array === undefined || datatype === undefined || !isSound) {
    throw refuse('no whole NumPy array of numbers, little-endian');
  }
  if (array.isFortranOrder && array.shape.length > 1) throw refuse('a NumPy array in Fortran order');
  const { size, read } = elementCodec(datatype);
  const view = new DataView(bytes.buffer, bytes.byteOffset + data.start, data.end - data.start);
  const values = Array.from({ length: view.byteLength / size }, (_none, at) => read(view, at * size));
  const rows = array.shape.length < 2 ? 1 : Number(array.shape[0]);
  const width = rows === 0 ? 0 : values.length / rows;
  return Array.from({ length: rows }, (_none, row) => values.slice(row * width, (row + 1) * width));
}

function refuse(what: string): StrongroomError {
  return new StrongroomError('FEATURE_INVALID', `the input is ${what}`, {
    hint: 'save it with numpy.save(path, numpy.ascontiguousarray(array))',
  });
}
