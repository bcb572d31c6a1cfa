/**
 * Lets only so many derivations run at once and makes the others wait in order: each may take up to 1 GiB of memory
 * and occupies a thread of the runtime's pool, which files need as well.
 */
export class DerivationLimiter {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** `concurrent`: how many may run at once, at least 1. */
  constructor(concurrent: number) {
    if (!Number.isSafeInteger(concurrent) || concurrent < 1)
      throw new RangeError('at least one must be able to run');
    this.#free = concurrent;
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs the task as soon as there is room; passes on its result or error. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    // The place goes straight to the next in line, so nobody who comes later can slip in between.
    if (next === undefined) this.#free++;
    else next();
  }
}
