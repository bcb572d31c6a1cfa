import type { z } from 'zod';
import { parseStrictJson } from '../../bytes/index.ts';
import { MAX_DOCUMENT_DEPTH } from './limits.ts';
import { refuseDocument } from './refuse-tensor.ts';

/** Names that would reach into the prototype of an object. */
const REFUSED_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** A body in its two parts: the document, and the binary data behind it. */
export interface DividedBody {
  readonly document: Uint8Array;
  readonly binary: Uint8Array;
}

/**
 * Cuts a body where `Inference-Header-Content-Length` says that its JSON ends; without it all of it is JSON. Throws
 * `REQUEST_MALFORMED`.
 */
export function divideBody(body: Uint8Array, headerLength: string | undefined): DividedBody {
  if (headerLength === undefined) return { document: body, binary: body.subarray(body.length) };
  if (!/^\d{1,15}$/.test(headerLength)) throw refuseDocument('Inference-Header-Content-Length is no number');
  const length = Number(headerLength);
  if (length > body.length) {
    throw refuseDocument(
      `Inference-Header-Content-Length says ${length} bytes, and the body has ${body.length}`,
    );
  }
  return { document: body.subarray(0, length), binary: body.subarray(length) };
}

/**
 * A document by its schema, its 64-bit integers whole; `plain` takes those that need no schema to be seen as right.
 * Throws `REQUEST_MALFORMED`, naming the field.
 */
export function readDocument<Schema extends z.ZodType>(
  bytes: Uint8Array,
  schema: Schema,
  plain: (value: unknown) => z.output<Schema> | undefined = () => undefined,
): z.output<Schema> {
  const value = parseStrictJson(bytes, {
    maxDepth: MAX_DOCUMENT_DEPTH,
    // No value takes less than a byte, so the size of the body is the limit.
    maxValues: bytes.length + 1,
    refusedNames: REFUSED_NAMES,
    hasBigIntegers: true,
    hasNonFinite: true,
    malformed: (what) => refuseDocument(`the body is not what is taken here: ${what}`),
  });
  const document = plain(value);
  if (document !== undefined) return document;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join('/') ?? '';
  throw refuseDocument(`/${place}: ${issue?.message ?? 'wrong'}`);
}
