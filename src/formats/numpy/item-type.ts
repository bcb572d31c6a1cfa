import type { Literal } from './literal.ts';

/** What one item of an array takes, as its `descr` says. */
export interface ItemType {
  readonly bytes: bigint;
  /** Whether it holds references to Python objects anywhere, so that the data is a pickle. */
  readonly hasObjects: boolean;
}

/** `numpy.dtype.str`: byte order, kind, size; dates with their unit. */
const SIMPLE = /^[<>|=]?([biufcSUVmMa?O])(\d{0,9})(?:\[\d{0,9}[A-Za-zμ]{1,3}(?:\/\d{1,9})?\])?$/;

/**
 * The type that a `descr` literal describes: text, or a list of fields `(name, descr[, shape])`, or `(descr, shape)`.
 * `undefined` when it is none that NumPy writes.
 */
export function itemTypeOf(descr: Literal, maxDepth: number): ItemType | undefined {
  if (maxDepth <= 0) return undefined;
  if (typeof descr === 'string') return simpleType(descr);
  if (descr === null || typeof descr !== 'object') return undefined;
  if (descr.kind === 'list') return recordType(descr.items, maxDepth);
  if (descr.kind !== 'tuple' || descr.items.length !== 2) return undefined;
  const [inner, shape] = descr.items;
  return inner === undefined || shape === undefined ? undefined : repeated(inner, shape, maxDepth);
}

function simpleType(text: string): ItemType | undefined {
  const [, kind, digits] = SIMPLE.exec(text) ?? [];
  if (kind === undefined || digits === undefined) return undefined;
  if (kind === 'O') return { bytes: 8n, hasObjects: true };
  if (kind === '?') return { bytes: 1n, hasObjects: false };
  if (digits === '') return undefined;
  return { bytes: BigInt(digits) * (kind === 'U' ? 4n : 1n), hasObjects: false };
}

function recordType(fields: readonly Literal[], maxDepth: number): ItemType | undefined {
  let bytes = 0n;
  let hasObjects = false;
  for (const field of fields) {
    const parts = field !== null && typeof field === 'object' && field.kind === 'tuple' ? field.items : [];
    const [name, descr, shape, ...more] = parts;
    if (!isFieldName(name) || descr === undefined || more.length > 0) return undefined;
    const type = shape === undefined ? itemTypeOf(descr, maxDepth - 1) : repeated(descr, shape, maxDepth);
    if (type === undefined) return undefined;
    bytes += type.bytes;
    hasObjects ||= type.hasObjects;
  }
  return fields.length === 0 ? undefined : { bytes, hasObjects };
}

/** A name, or a pair of a title and a name. */
function isFieldName(name: Literal | undefined): boolean {
  if (typeof name === 'string') return true;
  return (
    name !== null &&
    typeof name === 'object' &&
    name.kind === 'tuple' &&
    name.items.length === 2 &&
    name.items.every((part) => typeof part === 'string')
  );
}

function repeated(descr: Literal, shape: Literal, maxDepth: number): ItemType | undefined {
  const type = itemTypeOf(descr, maxDepth - 1);
  const sides = typeof shape === 'bigint' ? [shape] : shapeOf(shape);
  if (type === undefined || sides === undefined) return undefined;
  return { bytes: sides.reduce((product, side) => product * side, type.bytes), hasObjects: type.hasObjects };
}

/** The sides of a shape; `undefined` when it is no tuple of whole numbers. */
export function shapeOf(shape: Literal | undefined): readonly bigint[] | undefined {
  if (shape === null || typeof shape !== 'object' || shape.kind !== 'tuple') return undefined;
  const sides = shape.items.filter((side): side is bigint => typeof side === 'bigint' && side >= 0n);
  return sides.length === shape.items.length ? sides : undefined;
}
