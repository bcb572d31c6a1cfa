import type { ByteSource } from '../../bytes/index.ts';
import { SourceWindow } from '../source-window.ts';

/** What a protocol buffer without a magic number is, by the fields of its outermost message. */
export type ProtobufKind =
  | 'onnx'
  | 'tf-saved-model'
  | 'tf-meta-graph'
  | 'tf-graph'
  | 'keras-metadata'
  | 'coreml';

const LENGTH = 2;
const VARINT = 0;
/** Fields of the outermost message that are looked at; a graph of TensorFlow has one per node. */
const MAX_FIELDS = 64;
/** CoreML's kinds of model have these numbers (Model.proto, `oneof Type`). */
const COREML_MODEL_FIELDS = { first: 200, last: 3000 };

interface Field {
  readonly number: number;
  readonly wire: number;
  readonly start: number;
  readonly length: number;
}

/**
 * Tells by its structure what a protocol buffer is; `undefined` when it is none of the known ones. Reads a few fields
 * and never their data.
 */
export async function protobufKind(source: ByteSource): Promise<ProtobufKind | undefined> {
  const window = new SourceWindow(source);
  const fields = await fieldsOf(window, 0, source.size);
  if (fields === undefined || fields.length === 0) return undefined;
  if (isOnnx(fields) && (await holds(window, fields, [7, isGraphProto]))) return 'onnx';
  if (isCoreml(fields)) return 'coreml';
  if (isOnly(fields, { 1: VARINT, 2: LENGTH }) && (await holds(window, fields, [2, isMetaGraph])))
    return 'tf-saved-model';
  if (isMetaGraph(fields) && (await holds(window, fields, [2, isGraphDef]))) return 'tf-meta-graph';
  if (isGraphDef(fields) && (await holds(window, fields, [1, isNodeDef]))) return 'tf-graph';
  if (isOnly(fields, { 1: LENGTH }) && (await holds(window, fields, [1, isSavedObject])))
    return 'keras-metadata';
  return undefined;
}

function isOnnx(fields: readonly Field[]): boolean {
  const known = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26]);
  const graph = fields.some(({ number, wire }) => number === 7 && wire === LENGTH);
  const version = fields.some(({ number, wire }) => number === 1 && wire === VARINT);
  // Unknown fields are tolerated like readers tolerate them; wrong wire types of known ones are not.
  const isTyped = fields.every(
    ({ number, wire }) => !known.has(number) || (wire === VARINT) === (number === 1 || number === 5),
  );
  return graph && isTyped && (version || fields.some(({ number }) => number === 8));
}

function isCoreml(fields: readonly Field[]): boolean {
  const [first] = fields;
  const { first: low, last: high } = COREML_MODEL_FIELDS;
  return (
    first?.number === 1 &&
    first.wire === VARINT &&
    fields.some(({ number, wire }) => wire === LENGTH && number >= low && number <= high)
  );
}

function isGraphProto(fields: readonly Field[]): boolean {
  const known = new Set([1, 2, 5, 10, 11, 12, 13, 14, 15, 16]);
  return (
    fields.some(({ number }) => known.has(number)) &&
    fields.every(({ wire, number }) => wire === LENGTH || !known.has(number))
  );
}

function isMetaGraph(fields: readonly Field[]): boolean {
  return (
    fields.some(({ number }) => number === 2) &&
    fields.every(({ number, wire }) => number <= 7 && wire === LENGTH)
  );
}

function isGraphDef(fields: readonly Field[]): boolean {
  return isOnly(fields, { 1: LENGTH, 2: LENGTH, 3: VARINT, 4: LENGTH, 5: LENGTH });
}

function isNodeDef(fields: readonly Field[]): boolean {
  return (
    fields.some(({ number }) => number === 2) &&
    fields.every(({ number, wire }) => number <= 7 && wire === LENGTH)
  );
}

function isSavedObject(fields: readonly Field[]): boolean {
  return (
    fields.some(({ number }) => number === 5) &&
    isOnly(fields, { 2: VARINT, 3: LENGTH, 4: LENGTH, 5: LENGTH, 6: LENGTH })
  );
}

function isOnly(fields: readonly Field[], wires: Readonly<Record<number, number>>): boolean {
  return fields.every(({ number, wire }) => wires[number] === wire);
}

/** Whether the first field of a number holds a message of a kind. */
async function holds(
  window: SourceWindow,
  fields: readonly Field[],
  [number, isKind]: readonly [number, (fields: readonly Field[]) => boolean],
): Promise<boolean> {
  const field = fields.find((each) => each.number === number && each.wire === LENGTH);
  if (field === undefined) return false;
  const inner = await fieldsOf(window, field.start, field.start + field.length);
  return inner !== undefined && isKind(inner);
}

/** The first fields of a message; `undefined` when it is none. */
async function fieldsOf(window: SourceWindow, start: number, end: number): Promise<Field[] | undefined> {
  const fields: Field[] = [];
  for (let at = start; at < end && fields.length < MAX_FIELDS; ) {
    const tag = await varintAt(window, at, end);
    if (tag === undefined) return undefined;
    const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8];
    const value = await valueAt(window, wire, { at: tag.end, end });
    if (value === undefined || number === 0) return undefined;
    fields.push({ number, wire, ...value });
    at = value.start + value.length;
  }
  return fields;
}

async function valueAt(
  window: SourceWindow,
  wire: number,
  { at, end }: { at: number; end: number },
): Promise<{ start: number; length: number } | undefined> {
  const fixed = wire === 1 ? 8 : wire === 5 ? 4 : undefined;
  if (fixed !== undefined) return at + fixed <= end ? { start: at, length: fixed } : undefined;
  if (wire !== VARINT && wire !== LENGTH) return undefined;
  const number = await varintAt(window, at, end);
  if (number === undefined) return undefined;
  if (wire === VARINT) return { start: at, length: number.end - at };
  return number.value <= end - number.end ? { start: number.end, length: number.value } : undefined;
}

async function varintAt(
  window: SourceWindow,
  at: number,
  end: number,
): Promise<{ value: number; end: number } | undefined> {
  const bytes = await window.bytes(at, Math.min(10, end - at));
  let value = 0;
  for (const [index, byte] of (bytes ?? []).entries()) {
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return undefined;
}
