import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';

/** A field of a protocol buffer: its number, and a number, a text or bytes. */
export type BuiltField = readonly [number: number, value: number | bigint | string | Uint8Array];

/** The bytes of a message with these fields, in this order. */
export function protobufMessage(...fields: readonly BuiltField[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...fields.map(([number, value]) => protobufField(number, value)));
}

/** The bytes of one field. */
export function protobufField(number: number, value: BuiltField[1]): Uint8Array<ArrayBuffer> {
  if (typeof value === 'number' || typeof value === 'bigint')
    return concatBytes(varint(number * 8), varint(value));
  const bytes = typeof value === 'string' ? utf8Bytes(value) : value;
  return concatBytes(varint(number * 8 + 2), varint(bytes.length), bytes);
}

/** A number as protocol buffers encode it. */
export function varint(value: number | bigint): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
