import { toHex } from '../bytes/index.ts';
import { type ErrorCode, isStrongroomError, StrongroomError } from '../errors/index.ts';
import { pause } from './deadline.ts';
import type { Download, DownloadDeps, DownloadRequest, RunningDigest } from './download.ts';
import { discard, type GuardedAnswer, guardedFetch, limitsOf } from './guarded-fetch.ts';
import type { NetworkPolicy, TransferLimits } from './policy.ts';
import { readBody } from './read-body.ts';
import {
  announcedLength,
  assertNotEncoded,
  assertWholeFile,
  isStillTheSame,
  readContentRange,
  statusError,
  strongValidator,
} from './whole-file.ts';

/** Progress that makes the tries to resume count anew, in bytes. */
const NOTEWORTHY_BYTES = 1 << 20;
/** Longest pause between two tries. */
const MAX_BACKOFF_MS = 15_000;

/** Failures that another try may not meet again. */
const RESUMABLE: ReadonlySet<ErrorCode> = new Set([
  'NETWORK_CUT',
  'NETWORK_STALLED',
  'NETWORK_UNREACHABLE',
  'NETWORK_TIMEOUT',
  'NETWORK_NAME_UNKNOWN',
  'NETWORK_BUSY',
]);

/** One download from its first answer to its last byte: counts, hashes, resumes. */
export class Transfer implements Download {
  readonly #request: DownloadRequest;
  readonly #policy: NetworkPolicy;
  readonly #deps: DownloadDeps;
  readonly #limits: TransferLimits;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #hasher: RunningDigest;
  #answer: GuardedAnswer | undefined;
  #validator: string | undefined;
  #total: number | undefined;
  #from = '';
  #received = 0;
  /** Bytes of the current answer that were had before. */
  #toSkip = 0;
  #attempts = 0;
  #receivedAtCut = 0;

  constructor(request: DownloadRequest, policy: NetworkPolicy, deps: DownloadDeps) {
    this.#request = request;
    this.#policy = policy;
    this.#deps = deps;
    this.#limits = limitsOf(policy);
    this.#hasher = deps.createHasher('sha256');
    const { totalTimeoutMs } = this.#limits;
    this.#signal = AbortSignal.any([this.#ending.signal, ...(request.signal ? [request.signal] : [])]);
    this.#timer = setTimeout(() => {
      this.#ending.abort(
        new StrongroomError('NETWORK_TIMEOUT', `the download takes longer than ${totalTimeoutMs} ms`),
      );
    }, totalTimeoutMs);
  }

  get size(): number | undefined {
    return this.#total;
  }

  get from(): string {
    return this.#from;
  }

  async begin(): Promise<void> {
    const answer = await this.#fetch();
    assertWholeFile(answer);
    this.#from = answer.from;
    this.#validator = strongValidator(answer.headers);
    this.#learnTotal(announcedLength(answer.headers));
  }

  async *read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        try {
          yield* this.#arriving();
          break;
        } catch (error) {
          await this.#resume(error);
        }
      }
      this.#verify();
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#answer !== undefined) discard(this.#answer.message);
    this.#answer = undefined;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #fetch(part?: { readonly from: number; readonly validator: string }): Promise<GuardedAnswer> {
    const { url, bearer } = this.#request;
    const asked = { url, signal: this.#signal, ...(bearer && { bearer }), ...(part && { part }) };
    this.#answer = await guardedFetch(asked, this.#policy, this.#deps);
    return this.#answer;
  }

  /** The rest of the current answer, counted and hashed. */
  async *#arriving(): AsyncGenerator<Uint8Array> {
    const answer = this.#answer;
    if (answer === undefined) throw new StrongroomError('INTERNAL', 'a download can be read only once');
    for await (const chunk of readBody(answer, { limits: this.#limits, signal: this.#signal })) {
      const fresh = chunk.subarray(Math.min(this.#toSkip, chunk.length));
      this.#toSkip -= chunk.length - fresh.length;
      if (fresh.length === 0) continue;
      this.#received += fresh.length;
      this.#assertWithinLimits(this.#received);
      this.#hasher.update(fresh);
      this.#request.onProgress?.(this.#received, this.#total);
      yield fresh;
    }
    if (this.#total !== undefined && this.#received < this.#total) {
      throw new StrongroomError('NETWORK_CUT', `${answer.host} sent less than it announced`);
    }
  }

  /** Leaves a fresh answer to read on from, or throws what makes that impossible. */
  async #resume(cut: unknown): Promise<void> {
    if (this.#received - this.#receivedAtCut >= NOTEWORTHY_BYTES) this.#attempts = 0;
    this.#receivedAtCut = this.#received;
    for (let reason = cut; ; ) {
      if (!isResumable(reason)) throw reason;
      const validator = this.#validator;
      if (validator === undefined) {
        throw new StrongroomError(
          reason.code,
          `${reason.message}, and nothing tells whether the file is the same`,
          {
            cause: reason,
          },
        );
      }
      if (this.#attempts >= this.#limits.maxResumes) throw reason;
      await pause(Math.min(MAX_BACKOFF_MS, this.#limits.backoffMs * 2 ** this.#attempts), this.#signal);
      this.#attempts += 1;
      this.#request.onResume?.({ at: this.#received, attempt: this.#attempts, reason: reason.message });
      try {
        await this.#continue(validator);
        return;
      } catch (error) {
        reason = error;
      }
    }
  }

  /** Asks for the bytes that are still missing, of the same file only. */
  async #continue(validator: string): Promise<void> {
    const answer = await this.#fetch({ from: this.#received, validator });
    if (answer.status === 412 || answer.status === 416) throw changed(answer);
    if (answer.status !== 200 && answer.status !== 206) throw statusError(answer);
    assertNotEncoded(answer);
    // A part may keep silent about what it is a part of (RFC 9110 §15.3.7): its host has compared for us.
    const mayBeSilent = answer.status === 206;
    if (!(isStillTheSame(answer.headers, validator) ?? mayBeSilent)) throw changed(answer);
    if (answer.status === 200) {
      // The same file from its start: a host that knows no ranges.
      this.#toSkip = this.#received;
      this.#learnTotal(announcedLength(answer.headers));
      return;
    }
    const { start, total } = readContentRange(answer);
    if (start !== this.#received) {
      throw new StrongroomError(
        'NETWORK_ANSWER_UNEXPECTED',
        `${answer.host} sends another part than was asked for`,
      );
    }
    this.#toSkip = 0;
    this.#learnTotal(total);
  }

  #learnTotal(total: number | undefined): void {
    if (total === undefined) return;
    if (this.#total !== undefined && this.#total !== total) {
      throw new StrongroomError('NETWORK_CHANGED', 'the file has another size than when the download began');
    }
    this.#assertWithinLimits(total);
    const { size } = this.#request;
    if (size !== undefined && total !== size) throw wrongSize(size, total);
    this.#total = total;
  }

  #assertWithinLimits(bytes: number): void {
    const { maxBytes } = this.#limits;
    const size = this.#request.size ?? this.#total;
    if (size !== undefined && bytes > size) throw wrongSize(size, bytes);
    if (bytes > maxBytes) {
      throw new StrongroomError('NETWORK_TOO_LARGE', `the file is larger than ${maxBytes} bytes`);
    }
  }

  #verify(): void {
    const { size, sha256 } = this.#request;
    if (size !== undefined && this.#received !== size) throw wrongSize(size, this.#received);
    const found = toHex(this.#hasher.digest());
    if (found !== sha256) {
      throw new StrongroomError('NETWORK_DIGEST_MISMATCH', `expected sha256 ${sha256}, got ${found}`);
    }
  }
}

function isResumable(error: unknown): error is StrongroomError {
  return isStrongroomError(error) && RESUMABLE.has(error.code);
}

function changed({ host }: GuardedAnswer): StrongroomError {
  return new StrongroomError(
    'NETWORK_CHANGED',
    `${host} has another file there than when the download began`,
  );
}

function wrongSize(expected: number, got: number): StrongroomError {
  return new StrongroomError('NETWORK_SIZE_MISMATCH', `expected ${expected} bytes, got ${got} or more`);
}
