/**
 * Bytes from one who has them to one who wants them, chunk by chunk: the giver waits until a chunk was taken, so that
 * nothing piles up. Either end may fail, which the other then gets as its error.
 */
export class BytePipe {
  #chunk: { readonly bytes: Uint8Array; readonly taken: PromiseWithResolvers<undefined> } | undefined;
  #waiting: PromiseWithResolvers<Uint8Array | undefined> | undefined;
  #ended = false;
  readonly #firstTake = Promise.withResolvers<undefined>();
  #failure: { readonly error: unknown } | undefined;

  /** Resolves when the other end took it. Throws what the other end failed with. */
  async give(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#chunk !== undefined || this.#ended)
      throw new Error('one chunk at a time, and none after the end');
    if (this.#waiting !== undefined) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting.resolve(bytes);
      return;
    }
    const taken = Promise.withResolvers<undefined>();
    this.#chunk = { bytes, taken };
    await taken.promise;
  }

  /** Resolves when the taker asks for the first time: it has begun. */
  get wanted(): Promise<undefined> {
    return this.#firstTake.promise;
  }

  /** No more will come. */
  end(): void {
    this.#ended = true;
    this.#waiting?.resolve(undefined);
    this.#waiting = undefined;
  }

  /** The next chunk, or `undefined` at the end. Throws what the giver failed with. */
  take(): Promise<Uint8Array | undefined> {
    this.#firstTake.resolve(undefined);
    if (this.#failure !== undefined) return Promise.reject(asError(this.#failure.error));
    if (this.#chunk !== undefined) {
      const { bytes, taken } = this.#chunk;
      this.#chunk = undefined;
      taken.resolve(undefined);
      return Promise.resolve(bytes);
    }
    if (this.#ended) return Promise.resolve(undefined);
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** From either end: whoever waits, and whoever comes, gets this error. The first one counts. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#chunk?.taken.reject(error);
    this.#chunk = undefined;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the other end failed', { cause: error });
}
