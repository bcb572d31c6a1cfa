/**
 * How likely honest traffic is to give a value as high as one that was seen, learnt from values of honest windows: as
 * often as it happened among them, and beyond what they show by an exponential tail over their upper tenth (peaks over
 * threshold: Pickands 1975, with shape zero).
 */
export class Tail {
  readonly #sorted: Float64Array;
  readonly #threshold: number;
  readonly #excess: number;

  /** `leastScale`: how much a value must at least rise for its likelihood to fall by the factor e. */
  constructor(honest: readonly number[], leastScale: number) {
    this.#sorted = Float64Array.from(honest).sort();
    const start = Math.min(this.#sorted.length - 1, Math.ceil(this.#sorted.length * (1 - TAIL_SHARE)));
    this.#threshold = this.#sorted[start] ?? 0;
    const over = this.#sorted.subarray(start);
    const mean = over.reduce((sum, value) => sum + (value - this.#threshold), 0) / over.length;
    this.#excess = Math.max(mean, leastScale);
  }

  /** Over 1e-12 to 1. */
  likelihood(value: number): number {
    const atLeast = this.#sorted.length - this.#firstNotBelow(value);
    const counted = (atLeast + 1) / (this.#sorted.length + 1);
    if (value <= this.#threshold) return counted;
    const extrapolated = TAIL_SHARE * Math.exp(-(value - this.#threshold) / this.#excess);
    // What was seen often enough is known; what was not is guessed.
    return Math.max(LEAST, atLeast >= ENOUGH ? counted : extrapolated);
  }

  /** The value that honest traffic reaches as rarely as that. */
  valueAt(likelihood: number): number {
    return this.#threshold + this.#excess * Math.log(TAIL_SHARE / likelihood);
  }

  #firstNotBelow(value: number): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const TAIL_SHARE = 0.1;
const LEAST = 1e-12;
const ENOUGH = 10;
