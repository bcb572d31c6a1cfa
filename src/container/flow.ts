import { StrongroomError, toStrongroomError } from '../errors/index.ts';

/**
 * Work that goes on at the same time and fails as one: the first failure, or a wish to stop, ends it all and is
 * what `assertRunning` throws.
 */
export class Flow {
  readonly #pending = new Set<Promise<unknown>>();
  readonly #onFailure: ((failure: Error) => void)[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.fail(stopped(this.#signal));
  #failure: Error | undefined;
  #interrupt: ((failure: Error) => void) | undefined;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  /** Lets a failure of `work` be everybody's failure; `settle` waits for it. */
  track(work: Promise<unknown>): void {
    this.#pending.add(work);
    const done = (): void => void this.#pending.delete(work);
    work.then(done, done);
    this.watch(work);
  }

  /** As `track`, for what may never come to an end, such as a write of somebody else's: nobody waits for it. */
  watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.fail(error));
  }

  /** Ends everything for this reason, unless it ended already. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    // Input, output and recipients are other people's code, which may throw anything.
    const failure = error instanceof Error ? error : toStrongroomError(error);
    this.#failure = failure;
    this.#interrupt?.(failure);
    for (const listener of this.#onFailure) listener(failure);
  }

  /** Calls back once when something fails. */
  onFailure(listener: (failure: Error) => void): void {
    this.#onFailure.push(listener);
  }

  /** Throws the first failure, if there was one. */
  assertRunning(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Waits for something that may never come, such as input; a failure elsewhere ends the wait. One at a time.
   * (A race against a long-lived promise would leave a reaction behind with every round.)
   */
  interruptible<Result>(wait: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
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
