import { StrongroomError } from '../errors/index.ts';

/** Deepest nesting of a canonical text; ours go four deep, and the serialiser is recursive. */
export const MAX_CANONICAL_JSON_DEPTH = 32;

export interface CanonicalJsonOptions {
  /** `integer` (default): safe integers only, so that every language agrees on the text. `finite`: any finite number. */
  readonly numbers?: 'integer' | 'finite';
}

/**
 * The one JSON text of a value, for digests and MACs: members sorted by UTF-16 code units, no whitespace, numbers
 * and strings as RFC 8785 writes them, absent (`undefined`) members left out, no final line feed. Throws
 * `INPUT_INVALID` for what has no such text: lone surrogates, non-finite or (by default) fractional numbers,
 * functions, class instances, nesting beyond `MAX_CANONICAL_JSON_DEPTH`.
 */
export function formatCanonicalJson(value: unknown, options: CanonicalJsonOptions = {}): string {
  return formatValue(value, options.numbers ?? 'integer', 0);
}

/**
 * The value of a canonical text; `undefined` when the text is not exactly what `formatCanonicalJson` would write:
 * not JSON, duplicate or unsorted members, whitespace, other number spellings, too deep. Cap its size before.
 */
export function parseCanonicalJson(text: string, options: CanonicalJsonOptions = {}): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return formatCanonicalJson(value, options) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

type Numbers = 'integer' | 'finite';

function formatValue(value: unknown, numbers: Numbers, depth: number): string {
  if (typeof value === 'string') return formatString(value);
  if (typeof value === 'number') return formatNumber(value, numbers);
  if (value === null || typeof value === 'boolean') return String(value);
  if (depth >= MAX_CANONICAL_JSON_DEPTH) throw unrepresentable('nesting too deep');
  if (Array.isArray(value))
    return `[${Array.from(value, (item) => formatValue(item, numbers, depth + 1)).join(',')}]`;
  if (isPlainObject(value)) return formatObject(value, numbers, depth + 1);
  throw unrepresentable(typeof value);
}

function formatObject(object: Readonly<Record<string, unknown>>, numbers: Numbers, depth: number): string {
  let text = '';
  // The default order of sort() is by UTF-16 code units, as RFC 8785 §3.2.3 asks.
  for (const key of Object.keys(object).sort()) {
    const value = object[key];
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${formatString(key)}:${formatValue(value, numbers, depth)}`;
  }
  return `{${text}}`;
}

function formatString(text: string): string {
  if (!text.isWellFormed()) throw unrepresentable('a lone surrogate');
  return JSON.stringify(text);
}

function formatNumber(value: number, numbers: Numbers): string {
  const isAllowed = numbers === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!isAllowed) throw unrepresentable(`the number ${value}`);
  // JSON.stringify writes numbers as ECMAScript does, which is what RFC 8785 §3.2.2.3 prescribes; -0 becomes 0.
  return JSON.stringify(value);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function unrepresentable(what: string): StrongroomError {
  return new StrongroomError('INPUT_INVALID', `not representable as canonical json: ${what}`);
}
