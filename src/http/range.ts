import type { ByteRange } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

/**
 * The one range of a `Range` header (RFC 9110 §14.1.2); `undefined` for several, for other units and for what is not
 * well-formed, which all mean the whole file. Throws `RANGE_UNSATISFIABLE` for bytes that the file does not have.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] =
    /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(' ', '') ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return suffix(Number(last), size);
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw unsatisfiable(size);
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) };
}

function suffix(length: number, size: number): ByteRange {
  if (length === 0 || size === 0) throw unsatisfiable(size);
  return { start: Math.max(0, size - length), end: size };
}

function unsatisfiable(size: number): StrongroomError {
  return new StrongroomError('RANGE_UNSATISFIABLE', `the file has ${size} bytes`);
}
