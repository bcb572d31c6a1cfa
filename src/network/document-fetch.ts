import type { OutgoingHttpHeaders } from 'node:http';
import { collectBytes, utf8Bytes } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { assertAllowed, discard, type GuardedAnswer, limitsOf, send } from './guarded-fetch.ts';
import type { ConnectionDeps } from './open-connection.ts';
import type { NetworkPolicy, TransferLimits } from './policy.ts';
import { readBody } from './read-body.ts';
import { hostHeader, parseTarget, type Target } from './target.ts';
import { announcedLength, assertNotEncoded } from './whole-file.ts';

/** Documents are small and come at once: discovery, key sets and tokens stay below 100 KiB. */
const DOCUMENT_LIMITS: Partial<TransferLimits> = {
  maxBytes: 512 * 1024,
  connectTimeoutMs: 5_000,
  headerTimeoutMs: 10_000,
  idleTimeoutMs: 5_000,
  totalTimeoutMs: 15_000,
};

/** Headers that are ours to say: by them a caller could change where the request ends or leads. */
const OURS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'expect',
  'upgrade',
  'user-agent',
]);

/** A request for a document, in the words of `fetch` that the libraries of OpenID Connect use. */
export interface DocumentRequest {
  readonly method?: string;
  readonly headers?: Headers | Readonly<Record<string, string>>;
  /** Text, a form, or bytes. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
}

/** Asks for one small document; the answer is complete when it resolves. */
export type DocumentFetch = (url: string | URL, request?: DocumentRequest) => Promise<Response>;

/**
 * A `fetch` for small documents (discovery, key sets, tokens) that goes only where the policy allows: scheme, host, port
 * and address are checked as for downloads, redirects refused, size and time limited, nothing cached and no cookie kept.
 * Rejects as `guardedFetch`, with `NETWORK_REDIRECT_REFUSED`, `NETWORK_TOO_LARGE`, `NETWORK_ENCODED`, `INPUT_INVALID` for
 * another method than GET and POST, and as `readBody`.
 */
export function createDocumentFetch(policy: NetworkPolicy, deps: ConnectionDeps = {}): DocumentFetch {
  const held: NetworkPolicy = { ...policy, limits: { ...DOCUMENT_LIMITS, ...policy.limits } };
  return async (url, request = {}) => {
    const { totalTimeoutMs } = limitsOf(held);
    const target = parseTarget(String(url));
    const late = AbortSignal.timeout(totalTimeoutMs);
    const signal = request.signal ? AbortSignal.any([late, request.signal]) : late;
    try {
      return await fetchDocument(target, { request, signal }, { ...deps, policy: held });
    } catch (error) {
      if (!late.aborted || !isStrongroomError(error, 'ABORTED')) throw error;
      throw new StrongroomError('NETWORK_TIMEOUT', `${target.host} took longer than ${totalTimeoutMs} ms`);
    }
  };
}

async function fetchDocument(
  target: Target,
  { request, signal }: { readonly request: DocumentRequest; readonly signal: AbortSignal },
  by: ConnectionDeps & { readonly policy: NetworkPolicy },
): Promise<Response> {
  assertAllowed(target, by.policy);
  const method = methodOf(request);
  const body = bodyOf(request.body);
  const headers = headersOf(target, request, body);
  const { status, message } = await send(target, { method, headers, signal, ...(body && { body }) }, by);
  const answer = { status, headers: message.headers, from: target.shown, host: target.host, message };
  try {
    assertPlain(answer, limitsOf(by.policy).maxBytes);
  } catch (error) {
    discard(message);
    throw error;
  }
  return await readDocument(answer, by.policy, signal);
}

async function readDocument(
  answer: GuardedAnswer,
  policy: NetworkPolicy,
  signal: AbortSignal,
): Promise<Response> {
  const limits = limitsOf(policy);
  const bytes = await collectWithin(readBody(answer, { limits, signal }), limits.maxBytes, answer.host);
  const type = answer.headers['content-type'];
  // RFC 9110 §6.4.1: these have no body, and Response refuses one.
  const isEmpty = answer.status === 204 || answer.status === 205;
  return new Response(isEmpty ? null : bytes, {
    status: answer.status,
    headers: {
      ...(type !== undefined && { 'content-type': type }),
      ...challengeOf(answer),
    },
  });
}

function challengeOf({ headers }: GuardedAnswer): Record<string, string> {
  const challenge = headers['www-authenticate'];
  return challenge === undefined ? {} : { 'www-authenticate': challenge };
}

async function collectWithin(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  host: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await collectBytes(chunks, maxBytes);
  } catch (error) {
    if (isStrongroomError(error, 'INPUT_TOO_LARGE')) throw tooLarge(host, maxBytes);
    throw error;
  }
}

/** Refuses what is no document of the host itself: redirects, other codings, and too much. */
function assertPlain(answer: GuardedAnswer, maxBytes: number): void {
  const { status, host } = answer;
  if (status < 200 || status > 599)
    throw new StrongroomError('NETWORK_ANSWER_UNEXPECTED', `${host} answered ${status}`);
  if (status >= 300 && status < 400)
    throw new StrongroomError('NETWORK_REDIRECT_REFUSED', `${host} redirects where it must answer itself`);
  assertNotEncoded(answer);
  if ((announcedLength(answer.headers) ?? 0) > maxBytes) throw tooLarge(host, maxBytes);
}

function methodOf({ method = 'GET' }: DocumentRequest): 'GET' | 'POST' {
  if (method === 'GET' || method === 'POST') return method;
  throw new StrongroomError('INPUT_INVALID', 'a document is asked for with GET or POST');
}

function bodyOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return utf8Bytes(body);
  if (body instanceof URLSearchParams) return utf8Bytes(body.toString());
  throw new StrongroomError('INPUT_INVALID', 'the body of a request is text, a form or bytes');
}

function headersOf(
  target: Target,
  { headers = {} }: DocumentRequest,
  body: Uint8Array | undefined,
): OutgoingHttpHeaders {
  const given = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return {
    ...Object.fromEntries(
      given.map(([name, value]) => [name.toLowerCase(), value] as const).filter(([name]) => !OURS.has(name)),
    ),
    host: hostHeader(target),
    'user-agent': 'strongroom',
    'accept-encoding': 'identity',
    connection: 'close',
    ...(body && { 'content-length': body.length }),
  };
}

function tooLarge(host: string, maxBytes: number): StrongroomError {
  return new StrongroomError('NETWORK_TOO_LARGE', `${host} sends more than ${maxBytes} bytes`);
}
