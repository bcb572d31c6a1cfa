import type { ByteSource } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { type ScanBudget, ScanStopped } from './check.ts';
import type { ScanLimits } from './limits.ts';

/** Progress is told once per so many bytes. */
const PROGRESS_BYTES = 1 << 22;

/** What is left of the limits of one scan. */
export class Budget implements ScanBudget {
  /** When the scan ends, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  readonly #limits: ScanLimits;
  readonly #signal: AbortSignal | undefined;
  #operations = 0;
  #members = 0;
  #bytes = 0;

  constructor(limits: ScanLimits, signal?: AbortSignal) {
    this.#limits = limits;
    this.#signal = signal;
    this.deadline = performance.now() + limits.maxMs;
  }

  get operations(): number {
    return this.#operations;
  }

  get operationsLeft(): number {
    return Math.max(0, this.#limits.maxOperations - this.#operations);
  }

  get bytesLeft(): number {
    return Math.max(0, this.#limits.maxBytes - this.#bytes);
  }

  spendOperations(count: number): void {
    this.#operations += count;
    if (this.#operations > this.#limits.maxOperations)
      throw new ScanStopped(`more than ${this.#limits.maxOperations} operations`);
    this.checkTime();
  }

  spendMembers(count: number): void {
    this.#members += count;
    if (this.#members > this.#limits.maxMembers)
      throw new ScanStopped(`more than ${this.#limits.maxMembers} members`);
    this.checkTime();
  }

  spendBytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes > this.#limits.maxBytes)
      throw new ScanStopped(`more than ${this.#limits.maxBytes} bytes`);
    this.checkTime();
  }

  /** Throws `ScanStopped` when time is up, `ABORTED` when nobody waits for the report any more. */
  checkTime(): void {
    if (this.#signal?.aborted === true) throw new StrongroomError('ABORTED', 'the scan was given up');
    if (performance.now() > this.deadline) throw new ScanStopped(`more than ${this.#limits.maxMs} ms`);
  }
}

/** A source whose reads are counted against a budget, and whose failures are told from bad bytes. */
export class MeteredSource implements ByteSource {
  readonly size: number;
  /** Bytes read so far, repeated reads counted again. */
  bytesRead = 0;
  /** What the source itself threw: the file could not be read, so there is no report on it. */
  failure: { readonly error: unknown } | undefined;
  readonly #source: ByteSource;
  readonly #budget: Budget;
  readonly #onProgress: ((bytesRead: number) => void) | undefined;
  #toldBytes = 0;

  constructor(source: ByteSource, budget: Budget, onProgress?: (bytesRead: number) => void) {
    this.size = source.size;
    this.#source = source;
    this.#budget = budget;
    this.#onProgress = onProgress;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    // A hostile offset may lie anywhere; what is asked beyond the end is nothing.
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    if (wanted === 0 || offset < 0) return new Uint8Array(0);
    this.#budget.spendBytes(wanted);
    const bytes = await this.#readBelow(offset, wanted);
    this.bytesRead += bytes.length;
    if (this.bytesRead - this.#toldBytes >= PROGRESS_BYTES) {
      this.#toldBytes = this.bytesRead;
      this.#onProgress?.(this.bytesRead);
    }
    return bytes;
  }

  async #readBelow(offset: number, length: number): Promise<Uint8Array> {
    try {
      return await this.#source.read(offset, length);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}
