import { fromHex } from '../../src/bytes/index.ts';

/** Bytes of a published vector; spaces may group its digits. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  const bytes = fromHex(digits.replaceAll(' ', ''));
  if (bytes === undefined) throw new TypeError('not hexadecimal');
  return bytes;
}

/** The bytes `first`, `first + 1` … `last`. */
export function countUp(first: number, last: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
