// Compiled, never run: names and ids are checked before they are used, and never mixed up.
import { type AliasName, type ModelName, namespaceOf, parseModelName } from '../../src/api/index.ts';
import type { ErrorCode, ErrorKind } from '../../src/errors/index.ts';
import type { BlobId } from '../../src/storage/index.ts';
import type { Assert, Equals } from './equals.ts';

const model = parseModelName('acme/churn');
export const modelAsText: string = model;
// @ts-expect-error -- unchecked text is not a model name
export const unchecked: ModelName = 'acme/churn';
// @ts-expect-error -- one kind of name is not another
export const alias: AliasName = model;
// @ts-expect-error -- a namespace is not a model
export const namespaceAsModel: ModelName = namespaceOf(model);
// @ts-expect-error -- text is not the id of a blob
export const blob: BlobId = 'AAAAAAAAAAAAAAAAAAAAAA';
// @ts-expect-error -- codes are a closed set
export const code: ErrorCode = 'SOMETHING_ELSE';

export type KindsAreClosed = Assert<
  Equals<
    ErrorKind,
    | 'invalid'
    | 'unauthenticated'
    | 'forbidden'
    | 'missing'
    | 'conflict'
    | 'damaged'
    | 'unsafe'
    | 'limited'
    | 'unavailable'
    | 'internal'
  >
>;
