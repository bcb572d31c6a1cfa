import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';

/** A metadata entry: its key, its type and the bytes of its value. */
export type BuiltEntry = readonly [key: string, type: number, value: Uint8Array];

/** A tensor: type and offset as given, whatever they are. */
export interface BuiltTensor {
  readonly name: string;
  readonly shape: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number | bigint;
}

/** What to make a GGUF file of; counts are those of the lists unless given. */
export interface BuiltGguf {
  readonly version?: number;
  readonly entries?: readonly BuiltEntry[];
  readonly tensors?: readonly BuiltTensor[];
  readonly entryCount?: bigint;
  readonly tensorCount?: bigint;
  readonly dataBytes?: number;
  readonly alignment?: number;
}

export function u32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function u64(value: number | bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  return bytes;
}

/** A counted string. */
export function ggufString(text: string): Uint8Array<ArrayBuffer> {
  const bytes = utf8Bytes(text);
  return concatBytes(u64(bytes.length), bytes);
}

/** The value of an array of strings. */
export function ggufStrings(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([u32(8), u64(texts.length), ...texts.map(ggufString)]));
}

/** A GGUF file. */
export function ggufFile(parts: BuiltGguf): Uint8Array<ArrayBuffer> {
  const { entries = [], tensors = [] } = parts;
  const header = concatBytes(
    utf8Bytes('GGUF'),
    u32(parts.version ?? 3),
    u64(parts.tensorCount ?? tensors.length),
    u64(parts.entryCount ?? entries.length),
    ...entries.map(([key, type, value]) => concatBytes(ggufString(key), u32(type), value)),
    ...tensors.map(({ name, shape, type, offset }) =>
      concatBytes(ggufString(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset)),
    ),
  );
  if (tensors.length === 0) return concatBytes(header, new Uint8Array(parts.dataBytes ?? 0));
  const alignment = parts.alignment ?? 32;
  const padding = (alignment - (header.length % alignment)) % alignment;
  return concatBytes(header, new Uint8Array(padding + (parts.dataBytes ?? 0)));
}
