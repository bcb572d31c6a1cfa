import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';

/** A safetensors file with this header text (padded by nothing) and so many bytes of data. */
export function safetensorsFile(
  header: string | object,
  data: number | Uint8Array = 0,
): Uint8Array<ArrayBuffer> {
  const json = utf8Bytes(typeof header === 'string' ? header : JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return concatBytes(length, json, typeof data === 'number' ? new Uint8Array(data) : data);
}

/** An entry of a header. */
export function tensorEntry(
  dtype: string,
  shape: readonly number[],
  data_offsets: readonly [start: number, end: number],
): object {
  return { dtype, shape, data_offsets };
}
