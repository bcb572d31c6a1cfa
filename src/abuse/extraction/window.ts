import { LOW_MARGIN, type Sureness } from './margins.ts';
import type { Novelty } from './near-duplicates.ts';
import { abnormalityOf, type GrowingSet } from './prada.ts';
import { regularityOf } from './regularity.ts';

/** Rows that are judged together. */
export const WINDOW_ROWS = 100;

/** What is looked at in every window; each has its own file, with its source. */
export const SIGNALS = [
  'near-duplicates',
  'outliers',
  'loners',
  'low-margins',
  'entropy',
  'abnormal-distances',
  'regularity',
] as const;

export type Signal = (typeof SIGNALS)[number];

/** The value of each signal over a window, higher where it is more suspicious; absent where it says nothing. */
export type WindowSignals = Readonly<Partial<Record<Signal, number>>>;

/** What is known of a row before anybody's window is. */
export interface RowFacts {
  /** The row in the few dimensions that are kept. */
  readonly projected: Float64Array;
  /** Far from the middle of the reference. */
  readonly isOutlier: boolean;
  /** Far from every row of the reference. */
  readonly isLoner: boolean;
  /** What it is to the rows before it, of all accounts. */
  readonly novelty: Novelty;
  /** How sure the model was; absent where it does not say. */
  readonly sureness?: Sureness;
}

/** Sums up the rows of one principal until there are enough to judge. */
export class Window {
  #rows = 0;
  #near = 0;
  #outliers = 0;
  #loners = 0;
  #judged = 0;
  #lowMargins = 0;
  #entropy = 0;
  #lastAt: number | undefined;
  readonly #distances: number[] = [];
  readonly #gapsMs: number[] = [];

  /** `at`: milliseconds since the epoch; absent where time says nothing. */
  add(
    { projected, isOutlier, isLoner, novelty, sureness }: RowFacts,
    growing: Pick<GrowingSet, 'add'>,
    at?: number,
  ): void {
    this.#rows += 1;
    if (isOutlier) this.#outliers += 1;
    if (isLoner) this.#loners += 1;
    if (novelty === 'near') this.#near += 1;
    // The very same again gives nothing away that was not given before.
    const distance = novelty === 'same' ? undefined : growing.add(projected);
    if (distance !== undefined) this.#distances.push(distance);
    if (sureness !== undefined) {
      this.#judged += 1;
      this.#entropy += sureness.entropy;
      if (sureness.margin < LOW_MARGIN) this.#lowMargins += 1;
    }
    if (at !== undefined) this.#pace(at);
  }

  /** Rows of one request arrive together, which is no pace. */
  #pace(at: number): void {
    if (at === this.#lastAt) return;
    if (this.#lastAt !== undefined) this.#gapsMs.push(at - this.#lastAt);
    this.#lastAt = at;
  }

  get isFull(): boolean {
    return this.#rows >= WINDOW_ROWS;
  }

  signals(): WindowSignals {
    const abnormality = abnormalityOf(this.#distances);
    const regularity = regularityOf(this.#gapsMs);
    return {
      'near-duplicates': this.#near / this.#rows,
      outliers: this.#outliers / this.#rows,
      loners: this.#loners / this.#rows,
      ...(this.#judged > 0 && {
        'low-margins': this.#lowMargins / this.#judged,
        entropy: this.#entropy / this.#judged,
      }),
      ...(abnormality !== undefined && { 'abnormal-distances': abnormality }),
      ...(regularity !== undefined && { regularity }),
    };
  }
}
