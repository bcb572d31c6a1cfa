/**
 * Sums by key in memory that does not grow with the keys (count-min sketch: Cormode and Muthukrishnan, An Improved Data
 * Stream Summary, 2005). A sum is never less than what was added, so whoever is in it cannot win by being forgotten;
 * where many share it, it may be more.
 */
export class CountSketch {
  readonly #width: number;
  readonly #depth: number;
  readonly #sums: Float64Array;

  /** `width` counters in each of `depth` rows. */
  constructor(width = 1 << 16, depth = 4) {
    [this.#width, this.#depth] = [width, depth];
    this.#sums = new Float64Array(width * depth);
  }

  add(key: string, amount: number): void {
    for (const at of this.#cells(key)) this.#sums[at] = (this.#sums[at] ?? 0) + amount;
  }

  sum(key: string): number {
    return Math.min(...this.#cells(key).map((at) => this.#sums[at] ?? 0));
  }

  /** One cell in each row, by double hashing (Kirsch and Mitzenmacher 2006). */
  #cells(key: string): readonly number[] {
    const [first, second] = [hashOf(key, 0x811c_9dc5), hashOf(key, 0x5bd1_e995) | 1];
    return Array.from(
      { length: this.#depth },
      (_, row) => row * this.#width + (((first + Math.imul(row, second)) >>> 0) % this.#width),
    );
  }
}

/** FNV-1a with a finish; keys are names that an administrator gave, not what a caller chose. */
function hashOf(key: string, basis: number): number {
  let hash = basis;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x0100_0193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b_3c6d) >>> 0;
}
