import type { z } from 'zod';
import { DATATYPES } from '../../bytes/index.ts';
import type { requestDocument, TensorDocument } from './documents.ts';
import { MAX_RANK, MAX_TENSORS, MAX_TEXT_CHARS } from './limits.ts';

type RequestDocument = z.output<typeof requestDocument>;

const KNOWN_DATATYPES: ReadonlySet<unknown> = new Set(DATATYPES);

/**
 * A question of the plainest form, which nearly all have: an id or none, and tensors with their data in JSON. A schema
 * takes ten times as long to say so, which shows in every prediction. `undefined`: the schema has to look at it.
 */
export function plainRequest(value: unknown): RequestDocument | undefined {
  if (!isRecord(value)) return undefined;
  const { id, inputs } = value;
  if (id !== undefined && !isText(id)) return undefined;
  if (!Array.isArray(inputs) || inputs.length > MAX_TENSORS || !inputs.every(isPlainTensor)) return undefined;
  return Object.keys(value).length === (id === undefined ? 1 : 2) ? (value as RequestDocument) : undefined;
}

function isPlainTensor(value: unknown): value is TensorDocument {
  if (!isRecord(value)) return false;
  const { name, datatype, shape, data } = value;
  return (
    Object.keys(value).length === 4 &&
    data !== undefined &&
    isText(name) &&
    name !== '' &&
    KNOWN_DATATYPES.has(datatype) &&
    Array.isArray(shape) &&
    shape.length <= MAX_RANK &&
    shape.every(isDimension)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT_CHARS;
}

function isDimension(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
