import { decideRate, type Rate, type RateDecision } from './gcra.ts';

/**
 * Buckets by key, in memory of this process, at most `maxKeys`. When it is full the bucket that was used longest ago
 * goes, which is the fullest of the idle ones: a flood of new keys costs memory nobody anything.
 */
export class RateTable {
  readonly #rate: Rate;
  readonly #maxKeys: number;
  /** Key → when its bucket is empty again; the order is the order of use. */
  readonly #emptyAt = new Map<string, number>();
  /** The key that was used last. */
  #newest: string | undefined;

  constructor(rate: Rate, maxKeys: number) {
    this.#rate = rate;
    this.#maxKeys = maxKeys;
  }

  /** Takes one from the bucket of the key, in one step: parallel callers cannot slip past each other. */
  take(key: string, now: number, cost = 1): RateDecision {
    const decision = decideRate(this.#rate, now, { emptyAt: this.#emptyAt.get(key), cost });
    // The newest is where it belongs already: tables that are deleted from all the time are made anew all the time.
    if (this.#newest !== key) this.#emptyAt.delete(key);
    this.#newest = key;
    this.#emptyAt.set(key, decision.emptyAt);
    if (this.#emptyAt.size > this.#maxKeys) this.#evict(now);
    return decision;
  }

  /** What `take` would decide, without taking. */
  peek(key: string, now: number): RateDecision {
    return decideRate(this.#rate, now, { emptyAt: this.#emptyAt.get(key), cost: 1 });
  }

  /** Takes back what one `take` counted. */
  giveBack(key: string): void {
    const emptyAt = this.#emptyAt.get(key);
    if (emptyAt !== undefined) this.#emptyAt.set(key, emptyAt - this.#rate.periodMs / this.#rate.limit);
  }

  /** Buckets that are kept now. */
  get size(): number {
    return this.#emptyAt.size;
  }

  /** Empties the bucket of a key. */
  forget(key: string): void {
    this.#emptyAt.delete(key);
  }

  #evict(now: number): void {
    for (const [key, emptyAt] of this.#emptyAt) {
      if (emptyAt <= now || this.#emptyAt.size > this.#maxKeys) this.#emptyAt.delete(key);
      else return;
    }
  }
}
