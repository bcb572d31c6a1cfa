import { collectBytes, utf8Text } from '../bytes/index.ts';
import { CATALOGUE, type ErrorCode, isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { IncomingAnswer } from './transport.ts';

const MAX_PROBLEM_BYTES = 64 * 1024;
const MAX_SHOWN_CHARS = 1000;
/** Longest wait that a server may ask for, in seconds. */
const MAX_RETRY_AFTER_SECONDS = 24 * 3600;

/** What a problem document says (RFC 9457). */
export interface Problem {
  /** Absent when it has none that this version knows. */
  readonly code?: ErrorCode;
  readonly detail?: string;
  readonly hint?: string;
  readonly requestId?: string;
}

/** The status and headers that came with a problem. */
type ProblemHead = Pick<IncomingAnswer, 'status' | 'header'>;

/** The error that an answer tells of. Reads its body. */
export async function problemError(answer: IncomingAnswer): Promise<StrongroomError> {
  const type = answer.header('content-type') ?? '';
  if (type.startsWith('application/problem+json'))
    return toError(readProblem(await readBody(answer)), answer);
  answer.discard();
  return toError({}, answer);
}

/** The members of a problem document that are used. */
export function readProblem(document: Readonly<Record<string, unknown>>): Problem {
  const { code } = document;
  return {
    ...(isCode(code) && { code }),
    ...text('detail', document['detail']),
    ...text('hint', document['hint']),
    ...text('requestId', document['requestId']),
  };
}

/**
 * A problem as the error that was raised on the other side: the same code and kind. A code that this version does not
 * know, and an answer that is no problem document, become `INTERNAL` with the id of the request.
 */
export function toError({ code, detail, hint, requestId }: Problem, head: ProblemHead): StrongroomError {
  const retryAfterSeconds = retryAfter(head);
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (code !== undefined && code !== 'INTERNAL') {
    return new StrongroomError(code, detail ?? code, { ...options, ...(hint !== undefined && { hint }) });
  }
  const id = requestId ?? head.header('x-request-id');
  const known = id === undefined ? '' : ` (request ${shown(id)})`;
  const told = detail === undefined ? '' : `: ${detail}`;
  return new StrongroomError(codeOfStatus(head.status), `the server answered ${head.status}${told}${known}`, {
    ...options,
    hint: 'tell whoever runs the server the id of the request; the log there says more',
  });
}

/** Something between us and the server speaks for itself when it is overloaded; anything else is a fault. */
function codeOfStatus(status: number): ErrorCode {
  return [429, 502, 503, 504].includes(status) ? 'NETWORK_BUSY' : 'INTERNAL';
}

/** A problem that is too large, cut or no JSON tells nothing beyond its status. */
async function readBody(answer: IncomingAnswer): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(utf8Text(await collectBytes(answer.body, MAX_PROBLEM_BYTES)) ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    if (isStrongroomError(error, 'ABORTED')) throw error;
    return {};
  }
}

function isCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(CATALOGUE, value);
}

function text<Name extends string>(name: Name, value: unknown): Partial<Record<Name, string>> {
  if (typeof value !== 'string' || value === '') return {};
  return { [name]: shown(value) } as Partial<Record<Name, string>>;
}

function shown(value: string): string {
  return value.length > MAX_SHOWN_CHARS ? `${value.slice(0, MAX_SHOWN_CHARS)}…` : value;
}

/** Seconds of `Retry-After`, as a number or a date (RFC 9110 §10.2.3). */
function retryAfter(head: ProblemHead): number | undefined {
  const value = head.header('retry-after');
  if (value === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(0, Math.ceil(seconds)));
}
