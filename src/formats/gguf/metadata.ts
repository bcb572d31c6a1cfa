import { viewOf } from '../source-window.ts';
import type { GgufCursor, GgufString } from './cursor.ts';
import { GGUF_ARRAY, GGUF_BOOL, GGUF_STRING, GGUF_VALUE_SIZES } from './type-table.ts';

/** An array of the metadata: what it holds, and the strings where they are few. */
export interface GgufArray {
  readonly elementType: number;
  readonly count: number;
  readonly strings: readonly GgufString[];
}

/** One entry of the metadata. */
export interface GgufEntry {
  readonly key: string;
  readonly type: number;
  readonly value: number | bigint | boolean | GgufString | GgufArray;
  readonly offset: number;
}

/** gguf.cpp: `GGUF_MAX_ARRAY_ELEMENTS`. */
const MAX_ARRAY_ELEMENTS = 1n << 30n;
const MAX_KEY_BYTES = 65_535;
/** Arrays of names have a handful; vocabularies have thousands, which nobody looks at. */
const MAX_KEPT_STRINGS = 256;

/** The next entry of the metadata. */
export async function readEntry(cursor: GgufCursor): Promise<GgufEntry> {
  const offset = cursor.position;
  const { text: key, length } = await cursor.string(true);
  if (length === 0 || length > MAX_KEY_BYTES) cursor.fail('GGUF_KEY', offset, `a key of ${length} bytes`);
  if (key === undefined) cursor.stop(offset, 'too many long strings');
  const type = await cursor.uint32();
  if (type === GGUF_ARRAY) return { key, type, value: await readArray(cursor), offset };
  return { key, type, value: await readScalar(cursor, type), offset };
}

async function readScalar(cursor: GgufCursor, type: number): Promise<number | bigint | boolean | GgufString> {
  if (type === GGUF_STRING) return cursor.string(true);
  const at = cursor.position;
  const bytes = await cursor.take(sizeOf(cursor, type));
  const view = viewOf(bytes);
  const first = bytes[0] ?? 0;
  if (type !== GGUF_BOOL) return numberOf(view, type);
  // A byte of 2 is undefined behaviour in C++ (GHSA notes on bool), so it is no ordinary file.
  if (first > 1) cursor.log.error('GGUF_BOOL', at, `a boolean of ${first}`);
  return first === 1;
}

function numberOf(view: DataView, type: number): number | bigint {
  const readers = [
    () => view.getUint8(0),
    () => view.getInt8(0),
    () => view.getUint16(0, true),
    () => view.getInt16(0, true),
    () => view.getUint32(0, true),
    () => view.getInt32(0, true),
    () => view.getFloat32(0, true),
    undefined,
    undefined,
    undefined,
    () => view.getBigUint64(0, true),
    () => view.getBigInt64(0, true),
    () => view.getFloat64(0, true),
  ];
  return readers[type]?.() ?? 0;
}

async function readArray(cursor: GgufCursor): Promise<GgufArray> {
  const offset = cursor.position;
  const elementType = await cursor.uint32();
  if (elementType === GGUF_ARRAY) cursor.fail('GGUF_ARRAY_NESTED', offset, 'an array of arrays');
  const size = elementType === GGUF_STRING ? 8 : sizeOf(cursor, elementType);
  const count = await cursor.uint64();
  if (count > MAX_ARRAY_ELEMENTS || count * BigInt(size) > BigInt(cursor.remaining)) {
    cursor.fail('GGUF_ARRAY_COUNT', offset, `an array of ${count} elements does not fit into the file`);
  }
  const strings: GgufString[] = [];
  if (elementType !== GGUF_STRING) cursor.skip(Number(count) * size);
  else {
    for (let index = 0; index < count; index++) {
      const string = await cursor.string(count <= MAX_KEPT_STRINGS);
      if (count <= MAX_KEPT_STRINGS) strings.push(string);
    }
  }
  return { elementType, count: Number(count), strings };
}

function sizeOf(cursor: GgufCursor, type: number): number {
  const size = GGUF_VALUE_SIZES[type];
  if (size === undefined || size === 0)
    return cursor.fail('GGUF_TYPE', cursor.position, `the value type ${type}`);
  return size;
}
