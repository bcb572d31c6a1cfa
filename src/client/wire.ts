import type { Method, RouteWords, WrittenRequest } from '../api/index.ts';
import { collectBytes, type SecretBytes, toBase64Url, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { randomBytes } from '../crypto/index.ts';
import { type ErrorCode, isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { TokenSource } from './access-tokens.ts';
import { problemError } from './problem.ts';
import { withRetries } from './retry.ts';
import type { IncomingAnswer, OutgoingRequest, Transport } from './transport.ts';

/** Largest answer that is no file. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const IDEMPOTENCY_KEY_BYTES = 18;
/** Tells the server that this machine logged in as the user before. */
const DEVICE_HEADER = 'strongroom-device';

export interface WireDeps {
  readonly transport: Transport;
  /** Absent: requests carry no credential. */
  readonly tokens?: TokenSource | undefined;
  /** How this program calls itself. */
  readonly userAgent: string;
  /** Known-device token that goes with log-ins. */
  readonly device?: string | undefined;
}

/** A request as a call makes it. */
export interface WireRequest {
  readonly method: Method;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: OutgoingRequest['body'];
  readonly signal?: AbortSignal | undefined;
  /** `safe`: it may be sent again whatever became of it. `unsent`: only where it cannot have arrived. */
  readonly repeat: 'safe' | 'unsent';
}

/** Failures after which the server cannot have seen the request, or has turned it away unread. */
const UNSENT: ReadonlySet<ErrorCode> = new Set([
  'NETWORK_UNREACHABLE',
  'NETWORK_NAME_UNKNOWN',
  'SERVER_BUSY',
]);

/** Sends requests with credentials, once more where that is safe, and turns refusals into errors. */
export class Wire {
  readonly #deps: WireDeps;

  constructor(deps: WireDeps) {
    this.#deps = deps;
  }

  /** Sends a request and reads its answer, whole, within each try. Throws what the problem tells, `NETWORK_…`, `ABORTED`. */
  async ask<T>(request: WireRequest, read: (answer: IncomingAnswer) => Promise<T>): Promise<T> {
    const attempt = async (): Promise<T> => read(await this.send(request));
    const { signal } = request;
    const isRepeated = (error: unknown): boolean =>
      request.repeat === 'safe' || (isStrongroomError(error) && UNSENT.has(error.code));
    return await withRetries(attempt, { signal, chance, isRepeated });
  }

  /** One try. A success is answered with its body unread. */
  async send(request: WireRequest): Promise<IncomingAnswer> {
    const { tokens } = this.#deps;
    const token = await tokens?.current();
    let answer = await this.#exchange(request, token);
    const isReplayable = request.body === undefined || request.body instanceof Uint8Array;
    if (
      answer.status === 401 &&
      token !== undefined &&
      isReplayable &&
      (await tokens?.refused(token)) === true
    ) {
      answer.discard();
      answer = await this.#exchange(request, await tokens?.current());
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    if (answer.status >= 300 && answer.status < 400) {
      answer.discard();
      throw new StrongroomError('NETWORK_REDIRECT_REFUSED', 'the server sends us elsewhere', {
        hint: 'use the address that the server itself is reached at',
      });
    }
    throw await problemError(answer);
  }

  #exchange(request: WireRequest, token: SecretBytes | undefined): Promise<IncomingAnswer> {
    const { method, target, headers, body, signal } = request;
    const { transport, userAgent, device } = this.#deps;
    return transport.send({
      method,
      target,
      headers: {
        accept: 'application/json, application/problem+json',
        'user-agent': userAgent,
        ...(device !== undefined && { [DEVICE_HEADER]: device }),
        ...(token && { authorization: `Bearer ${utf8Text(token.expose()) ?? ''}` }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
  }
}

/** A request of a row of the table: JSON, and a key that makes repeating it harmless. */
export function requestOf(words: RouteWords, written: WrittenRequest, signal?: AbortSignal): WireRequest {
  const isSafe = words.method === 'GET' || words.method === 'HEAD';
  return {
    method: words.method,
    target: targetOf(written),
    headers: {
      ...(!isSafe && { 'idempotency-key': newIdempotencyKey() }),
      ...(written.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(written.body !== undefined && { body: utf8Bytes(JSON.stringify(written.body)) }),
    signal,
    // What shows a secret once is not kept for a second try, and a log-in counts as an attempt.
    repeat: words.givesSecret === true || words.isOpen === true ? 'unsent' : 'safe',
  };
}

/** Path and query, escaped. */
export function targetOf({ path, query }: Pick<WrittenRequest, 'path' | 'query'>): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** The document of an answer; `undefined` for none. Throws `NETWORK_ANSWER_UNEXPECTED`. */
export async function readDocument(answer: IncomingAnswer): Promise<unknown> {
  const bytes = await collectBytes(answer.body, MAX_ANSWER_BYTES);
  return bytes.length === 0 ? undefined : parseDocument(utf8Text(bytes));
}

/** A JSON text of the server. Throws `NETWORK_ANSWER_UNEXPECTED`. */
export function parseDocument(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (cause) {
    throw unexpectedAnswer(cause);
  }
}

/** The error for an answer that cannot be made sense of. */
export function unexpectedAnswer(cause: unknown): StrongroomError {
  return new StrongroomError('NETWORK_ANSWER_UNEXPECTED', 'the answer is not one of a strongroom server', {
    cause,
    hint: 'check the address; where it is right, server and client are of different versions: upgrade the older one',
  });
}

function newIdempotencyKey(): string {
  // A string of structured fields (RFC 8941 §3.3.3), as the draft of the header has it.
  return `"${toBase64Url(randomBytes(IDEMPOTENCY_KEY_BYTES))}"`;
}

/** A number from 0 to 1. */
export function chance(): number {
  const [byte = 0] = randomBytes(1);
  return byte / 255;
}
