import { CountSketch } from './count-sketch.ts';

interface Entry {
  /** Number of the period that `current` belongs to. */
  period: number;
  current: number;
  previous: number;
}

export interface SlidingSumOptions {
  readonly periodMs: number;
  /** Keys whose sums are exact; the others share a sketch that never forgets in their favour. */
  readonly maxKeys: number;
}

/** What the keys that are not kept came to, of the periods that are. */
interface Overflow {
  /** Number of the period that `current` belongs to. */
  period: number;
  current?: CountSketch;
  previous?: CountSketch;
}

/**
 * Sums by key over the last period: what fell into this one, and of the one before it the share that has not slid out
 * yet. So there is no turn of a day at which twice as much goes through.
 */
export class SlidingSum {
  readonly #options: SlidingSumOptions;
  /** The order is the order of use. */
  readonly #entries = new Map<string, Entry>();
  /** The key that was used last. */
  #newest: string | undefined;
  /** Made when the first key is let go: most never are. */
  readonly #overflow: Overflow = { period: 0 };

  constructor(options: SlidingSumOptions) {
    this.#options = options;
  }

  /** `now`: milliseconds since the epoch. */
  sum(key: string, now: number): number {
    const { current, previous, share } = this.#at(key, now);
    return current + previous * share;
  }

  add(key: string, amount: number, now: number): void {
    const { current, previous, period } = this.#at(key, now);
    // The newest is where it belongs already: tables that are deleted from all the time are made anew all the time.
    if (this.#newest !== key) this.#entries.delete(key);
    this.#newest = key;
    this.#entries.set(key, { period, current: current + amount, previous });
    if (this.#entries.size > this.#options.maxKeys) this.#evict(now);
  }

  /** How long until the sum has slid down to `target`, while nothing is added; in milliseconds. */
  waitFor(key: string, target: number, now: number): number {
    const { periodMs } = this.#options;
    const { current, previous, share } = this.#at(key, now);
    if (current + previous * share <= target) return 0;
    const untilNext = periodMs * share;
    // First what is left of the period before slides out, then this one does.
    if (previous > 0 && current <= target)
      return Math.ceil(untilNext - (periodMs * (target - current)) / previous);
    return Math.ceil(untilNext + periodMs * (1 - Math.max(0, target) / Math.max(current, 1e-9)));
  }

  /** Forgets what a key did. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** Every key that is kept exactly, with its sum. */
  *sums(now: number): Generator<readonly [string, number]> {
    for (const key of this.#entries.keys()) {
      const sum = this.sum(key, now);
      if (sum > 0) yield [key, sum];
    }
  }

  #at(key: string, now: number) {
    const { periodMs } = this.#options;
    const period = Math.floor(now / periodMs);
    const share = 1 - (now - period * periodMs) / periodMs;
    this.#turnOverflow(period);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      const { current, previous } = this.#overflow;
      return { period, share, current: current?.sum(key) ?? 0, previous: previous?.sum(key) ?? 0 };
    }
    const age = period - entry.period;
    return {
      ...{ period, share },
      current: age === 0 ? entry.current : 0,
      previous: age === 0 ? entry.previous : age === 1 ? entry.current : 0,
    };
  }

  #turnOverflow(period: number): void {
    const overflow = this.#overflow;
    if (overflow.period === period) return;
    const { current } = overflow;
    delete overflow.current;
    delete overflow.previous;
    if (current !== undefined && period - overflow.period === 1) overflow.previous = current;
    overflow.period = period;
  }

  #evict(now: number): void {
    const [oldest] = this.#entries.keys();
    if (oldest === undefined) return;
    const { current, previous } = this.#at(oldest, now);
    this.#entries.delete(oldest);
    const overflow = this.#overflow;
    if (current > 0) (overflow.current ??= new CountSketch()).add(oldest, current);
    if (previous > 0) (overflow.previous ??= new CountSketch()).add(oldest, previous);
  }
}
