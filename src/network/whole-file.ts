import type { IncomingHttpHeaders } from 'node:http';
import { StrongroomError } from '../errors/index.ts';
import type { GuardedAnswer } from './guarded-fetch.ts';

/** A modification time younger than this, seen from its own answer, may stand for two contents (RFC 9110 §8.8.2.2). */
const STRONG_AGE_MS = 60_000;
/** An entity tag as RFC 9110 §8.8.3 has it, without the weak ones, and of a size that makes sense. */
const STRONG_TAG = /^"[\x21\x23-\x7e]{0,512}"$/;
const LENGTH = /^\d{1,15}$/;
const CONTENT_RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(?:(\d{1,15})|\*)$/;

/** Size of the body in bytes as it was announced; `undefined` when it was not. */
export function announcedLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && LENGTH.test(text) ? Number(text) : undefined;
}

/** What tells for sure whether a file is still the same; `undefined` when the host names nothing of the kind. */
export function strongValidator(headers: IncomingHttpHeaders): string | undefined {
  const { etag, date } = headers;
  if (etag !== undefined) return STRONG_TAG.test(etag) ? etag : undefined;
  const modified = headers['last-modified'];
  if (modified === undefined || date === undefined) return undefined;
  return Date.parse(date) - Date.parse(modified) >= STRONG_AGE_MS ? modified : undefined;
}

/** Whether an answer is of the file that a validator names; `undefined` when it does not say. */
export function isStillTheSame(headers: IncomingHttpHeaders, validator: string): boolean | undefined {
  const said = validator.startsWith('"') ? headers.etag : headers['last-modified'];
  return said === undefined ? undefined : said === validator;
}

/** Refuses an answer that is not the whole file as it is stored. Throws by status, and `NETWORK_ENCODED`. */
export function assertWholeFile(answer: GuardedAnswer): void {
  if (answer.status !== 200) throw statusError(answer);
  assertNotEncoded(answer);
}

/** Refuses what was packed on its way: neither size nor digest would be those of the file. */
export function assertNotEncoded({ headers, host }: GuardedAnswer): void {
  const content = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const transfer = headers['transfer-encoding']?.trim().toLowerCase() ?? 'chunked';
  if (content !== 'identity' || transfer !== 'chunked') {
    throw new StrongroomError(
      'NETWORK_ENCODED',
      `${host} sends the file in another coding than it is stored in`,
    );
  }
}

/** Where a part begins and how large the whole file is. Throws `NETWORK_ANSWER_UNEXPECTED` when it does not say. */
export function readContentRange({ headers, host }: GuardedAnswer): {
  readonly start: number;
  readonly total?: number;
} {
  const match = CONTENT_RANGE.exec(headers['content-range'] ?? '');
  if (match === null) {
    throw new StrongroomError('NETWORK_ANSWER_UNEXPECTED', `${host} sends a part without saying which`);
  }
  return { start: Number(match[1]), ...(match[3] !== undefined && { total: Number(match[3]) }) };
}

/** An answer other than the file, in our words. */
export function statusError({ status, host }: GuardedAnswer): StrongroomError {
  const said = `${host} answered ${status}`;
  if (status === 404 || status === 410) return new StrongroomError('NETWORK_NOT_FOUND', said);
  if (status === 401 || status === 403) return new StrongroomError('NETWORK_ACCESS_REFUSED', said);
  if (status === 408 || status === 429 || status >= 500) return new StrongroomError('NETWORK_BUSY', said);
  return new StrongroomError('NETWORK_ANSWER_UNEXPECTED', said);
}
