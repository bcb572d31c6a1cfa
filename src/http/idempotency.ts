import { StrongroomError } from '../errors/index.ts';

/** What is answered again. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Entry =
  | { readonly state: 'running'; readonly fingerprint: string; readonly at: number }
  | { readonly state: 'done'; readonly fingerprint: string; readonly at: number; readonly answer: KeptAnswer }
  /** Done, and the answer held a secret, which is not kept. */
  | { readonly state: 'secret'; readonly fingerprint: string; readonly at: number };

/** What one request claims. */
export interface IdempotentRequest {
  /** Of whom, for which route, and their key. */
  readonly key: string;
  /** Of everything that the request asks for. */
  readonly fingerprint: string;
}

/** The right to do it: exactly one of its methods is to be called. */
export interface Claim {
  keep(answer: KeptAnswer): void;
  keepNothing(): void;
  /** It failed: the next with the same key may try. */
  release(): void;
}

const KEEP_MS = 24 * 3_600_000;
const MAX_ENTRIES = 10_000;
const MAX_BODY_CHARS = 64 * 1024;

/**
 * Does a thing once, however often it is asked for (draft-ietf-httpapi-idempotency-key-header-07). Kept in memory, for a
 * day, and at most so many: a restart forgets. Failures are not kept, because nothing was done.
 */
export class IdempotencyStore {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * The answer that was given, or the right to give one. Throws `IDEMPOTENCY_IN_FLIGHT`, `IDEMPOTENCY_MISMATCH`,
   * `IDEMPOTENCY_SECRET`.
   */
  begin(request: IdempotentRequest): KeptAnswer | Claim {
    this.#forgetOld();
    const known = this.#entries.get(request.key);
    if (known === undefined) return this.#claim(request);
    if (known.fingerprint !== request.fingerprint) {
      throw new StrongroomError('IDEMPOTENCY_MISMATCH', 'the Idempotency-Key was used for another request');
    }
    if (known.state === 'running') {
      throw new StrongroomError('IDEMPOTENCY_IN_FLIGHT', 'a request with this Idempotency-Key is running', {
        retryAfterSeconds: 1,
      });
    }
    if (known.state === 'secret') {
      throw new StrongroomError('IDEMPOTENCY_SECRET', 'this was done before, and its answer is not kept');
    }
    return known.answer;
  }

  #claim({ key, fingerprint }: IdempotentRequest): Claim {
    if (this.#entries.size >= MAX_ENTRIES) this.#forgetFirstDone();
    this.#entries.set(key, { state: 'running', fingerprint, at: this.#now() });
    return {
      keep: (answer) => {
        const entry = { fingerprint, at: this.#now() };
        if (answer.body.length > MAX_BODY_CHARS) this.#entries.set(key, { state: 'secret', ...entry });
        else this.#entries.set(key, { state: 'done', ...entry, answer });
      },
      keepNothing: () => this.#entries.set(key, { state: 'secret', fingerprint, at: this.#now() }),
      release: () => this.#entries.delete(key),
    };
  }

  #forgetOld(): void {
    const before = this.#now() - KEEP_MS;
    // In the order of their making, so that the first that is young enough ends it.
    for (const [key, { at, state }] of this.#entries) {
      if (at > before) return;
      if (state !== 'running') this.#entries.delete(key);
    }
  }

  #forgetFirstDone(): void {
    for (const [key, { state }] of this.#entries) {
      if (state === 'running') continue;
      this.#entries.delete(key);
      return;
    }
    throw new StrongroomError('SERVER_BUSY', 'too many requests with an Idempotency-Key are running');
  }
}

/** The key of a header: a structured string, or the bare characters of one. Throws `REQUEST_MALFORMED`. */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key =
    typeof header === 'string'
      ? /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([A-Za-z0-9._:~-]{1,255}))$/.exec(header)
      : null;
  const text = key?.[1] ?? key?.[2];
  if (text === undefined)
    throw new StrongroomError('REQUEST_MALFORMED', 'the Idempotency-Key is not well-formed');
  return text;
}
