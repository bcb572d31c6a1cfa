import { StrongroomError } from '../errors/index.ts';

/**
 * Work that goes on at the same time and fails as one: the first failure, or a wish to stop, ends it all and is
 * what `assertRunning` throws.
 */
export class Flow {
  readonly #pending = new Set<Promise<unknown>>();
  readonly #onFailure: ((error: unknown) => void)[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.fail(stopped(this.#signal));
  #failure: { readonly error: unknown } | undefined;
  #interrupt: ((error: unknown) => void) | undefined;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  /** Lets a failure of `work` be everybody's failure; `settle` waits for it. */
  track<Result>(work: Promise<Result>): Promise<Result> {
    this.#pending.add(work);
    const done = (): void => void this.#pending.delete(work);
    work.then(done, done);
    return this.watch(work);
  }

  /** As `track`, for what may never come to an end, such as a write of somebody else's: nobody waits for it. */
  watch<Result>(work: Promise<Result>): Promise<Result> {
    work.catch((error: unknown) => this.fail(error));
    return work;
  }

  /** Ends everything for this reason, unless it ended already. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#interrupt?.(error);
    for (const listener of this.#onFailure) listener(error);
  }

  /** Calls back once when something fails. */
  onFailure(listener: (error: unknown) => void): void {
    this.#onFailure.push(listener);
  }

  /** Throws the first failure, if there was one. */
  assertRunning(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /**
   * Waits for something that may never come, such as input; a failure elsewhere ends the wait. One at a time.
   * (A race against a long-lived promise would leave a reaction behind with every round.)
   */
  interruptible<Result>(wait: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure.error as Error);
        return;
      }
      this.#interrupt = reject;
      wait()
        .then(resolve, reject)
        .finally(() => {
          this.#interrupt = undefined;
        });
    });
  }

  /** Waits for what is under way, failed or not, and stops listening to the signal. */
  async settle(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    await Promise.allSettled(this.#pending);
  }
}

function stopped(signal: AbortSignal | undefined): StrongroomError {
  return new StrongroomError('ABORTED', 'stopped on request', { cause: signal?.reason });
}
