import { redactText } from './redact-text.ts';
import { isPersonalName, isSecretName, PERSONAL, SECRET } from './secret-patterns.ts';

const MAX_DEPTH = 6;
const MAX_ENTRIES = 64;

/** A value of a log line after redaction: JSON, no more. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/**
 * The fields of a line without secrets: texts as `redactText`, fields with secret or personal names replaced, errors with
 * their causes as their names, codes, messages and stacks. Bytes are told by their length only. Deep and long ones are
 * cut.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, Plain>> {
  const told: Record<string, Plain> = {};
  let left = MAX_ENTRIES;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value === undefined) continue;
    if (left-- === 0) break;
    told[redactText(name)] =
      hiddenBy(name) ?? (typeof value === 'string' ? redactText(value) : redactWithin(fields, value));
  }
  return told;
}

function redactWithin(whole: object, part: unknown): Plain {
  return plain(part, { depth: MAX_DEPTH - 1, seen: new Set([whole]) });
}

interface Walk {
  readonly depth: number;
  readonly seen: ReadonlySet<object>;
}

function plain(value: unknown, walk: Walk): Plain {
  switch (typeof value) {
    case 'string':
      return redactText(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : plainObject(value, walk);
    case 'undefined':
      return null;
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
  }
}

function plainObject(value: object, { depth, seen }: Walk): Plain {
  if (seen.has(value)) return '[seen above]';
  if (depth === 0) return '[deeper]';
  const inside = { depth: depth - 1, seen: new Set([...seen, value]) };
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (value instanceof Error) return plainError(value, inside);
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((each) => plain(each, inside));
  if (value instanceof Map)
    return fields(
      [...value].map(([name, each]) => [String(name), each]),
      inside,
    );
  if (value instanceof Set) return [...value].slice(0, MAX_ENTRIES).map((each) => plain(each, inside));
  return fields(Object.entries(value), inside);
}

function plainError(error: Error, walk: Walk): Plain {
  const own = Object.entries(error).filter(([name]) => name !== 'message' && name !== 'stack');
  const causes = error instanceof AggregateError ? [['errors', error.errors] as const] : [];
  return fields(
    [
      ['name', error.name],
      ['message', error.message],
      ['stack', error.stack ?? ''],
      ...own,
      ...causes,
      ...(error.cause === undefined ? [] : [['cause', error.cause] as const]),
    ],
    walk,
  );
}

function fields(
  entries: readonly (readonly [string, unknown])[],
  walk: Walk,
): Readonly<Record<string, Plain>> {
  const told: [string, Plain][] = [];
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    if (told.length === MAX_ENTRIES) break;
    told.push([redactText(name), plainField(name, value, walk)]);
  }
  return Object.fromEntries(told);
}

function plainField(name: string, value: unknown, walk: Walk): Plain {
  return hiddenBy(name) ?? plain(value, walk);
}

/** Names that were looked at, and what stands in the place of their values; few, for they are mostly our own. */
const looked = new Map<string, string | undefined>();
const MAX_REMEMBERED = 1024;
const MAX_REMEMBERED_LENGTH = 64;

function hiddenBy(name: string): string | undefined {
  if (looked.has(name)) return looked.get(name);
  const by = isSecretName(name) ? SECRET : isPersonalName(name) ? PERSONAL : undefined;
  if (name.length > MAX_REMEMBERED_LENGTH) return by;
  if (looked.size >= MAX_REMEMBERED) looked.clear();
  looked.set(name, by);
  return by;
}
