import { z } from 'zod';
import { parseStrictJson } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** A row of rows of values, an object of named ones: nothing nests deeper. */
const MAX_DEPTH = 4;
/** Names that would reach into the prototype of an object. */
const REFUSED_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** A plain question: rows, and whether one row was asked about by itself. */
export interface RowsQuestion {
  /** Each an array of features or an object of named ones. */
  readonly rows: readonly unknown[];
  readonly isOne: boolean;
  /** The version that the caller means. */
  readonly version?: number;
}

const question = z
  .strictObject({
    features: z.unknown().optional(),
    rows: z.array(z.unknown()).optional(),
    version: z.int().min(1).max(999_999_999).optional(),
  })
  .refine((all) => (all.features === undefined) !== (all.rows === undefined), 'expected features or rows');

/**
 * Reads `{"features": [1, 2]}`, `{"features": [[1, 2], [3, 4]]}`, `{"features": {"age": 31, …}}` or
 * `{"rows": [{"age": 31, …}]}`, each with `"version": 3` where one is meant. Throws `REQUEST_MALFORMED`.
 */
export function readQuestion(body: Uint8Array): RowsQuestion {
  const parsed = question.safeParse(readRowJson(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(`/${issue?.path.map(String).join('/') ?? ''}: ${issue?.message ?? 'wrong'}`);
  }
  const { features, rows, version } = parsed.data;
  const isOne = rows === undefined && !isList(features);
  return {
    rows: rows ?? (isList(features) ? features : [features]),
    isOne,
    ...(version !== undefined && { version }),
  };
}

/** JSON as rows are written in it. Throws `REQUEST_MALFORMED`. */
export function readRowJson(bytes: Uint8Array): unknown {
  return parseStrictJson(bytes, {
    maxDepth: MAX_DEPTH,
    // No value takes less than a byte, so the size of the body is the limit.
    maxValues: bytes.length + 1,
    refusedNames: REFUSED_NAMES,
    hasBigIntegers: true,
    hasNonFinite: true,
    malformed: (what) => refuse(`the body is not what is taken here: ${what}`),
  });
}

/** Rows and not one row: its first element is a row itself. */
function isList(features: unknown): features is readonly unknown[] {
  return Array.isArray(features) && typeof features[0] === 'object' && features[0] !== null;
}

function refuse(what: string): StrongroomError {
  return new StrongroomError('REQUEST_MALFORMED', what, {
    hint: 'send {"features": [1, 2, 3]}, or {"rows": [{"age": 31}]} with the names of the model’s features',
  });
}
