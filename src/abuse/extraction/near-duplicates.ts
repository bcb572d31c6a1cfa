import type { RandomSource } from './asked-row.ts';
import { squaredDistance } from './projection.ts';

/** Rows that are remembered; older ones go, half of them at a time. */
const MAX_ROWS = 50_000;
const BANDS = 8;
const PER_BAND = 4;

/** What a row is to those before it: `same` is asked again, `near` all but the same. */
export type Novelty = 'new' | 'near' | 'same';

export interface NearDuplicatesInput {
  /** Dimensions of the projected rows; at least 32. */
  readonly size: number;
  /** Rows nearer than this count as near-duplicates. */
  readonly radius: number;
  readonly random: RandomSource;
  readonly maxRows?: number;
}

/**
 * Remembers what a model was asked, by all accounts together, and finds questions that are all but the same as an
 * earlier one: searches along a line, steps towards a boundary, adversarial examples in the making. The idea is
 * Blacklight's (Li et al., Blacklight: Scalable Defense for Neural Networks against Query-Based Black-Box Attacks,
 * 2022); the index is locality-sensitive hashing of cells of projections (Datar et al., Locality-Sensitive Hashing
 * Scheme Based on p-Stable Distributions, 2004). Splitting an attack over accounts does not help it.
 */
export class NearDuplicates {
  readonly #input: NearDuplicatesInput;
  readonly #shifts: Float64Array;
  #recent = new Map<number, Float64Array>();
  #older = new Map<number, Float64Array>();

  constructor(input: NearDuplicatesInput) {
    this.#input = input;
    this.#shifts = Float64Array.from({ length: BANDS * PER_BAND }, () => input.random());
  }

  /** What a projected row is to the rows before it; then it is one of them. */
  add(row: Float64Array): Novelty {
    const keys = this.#keysOf(row);
    const squared = this.#input.radius ** 2;
    let found: Novelty = 'new';
    for (const key of keys) {
      const other = this.#recent.get(key) ?? this.#older.get(key);
      if (other === undefined) continue;
      const distance = squaredDistance(row, other);
      if (distance <= SAME * squared) return 'same';
      if (distance <= squared) found = 'near';
    }
    for (const key of keys) this.#recent.set(key, row);
    if (this.#recent.size >= ((this.#input.maxRows ?? MAX_ROWS) * BANDS) / 2) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    return found;
  }

  /** One key for each band: a hash of the cells that four of the projections fall into. */
  #keysOf(row: Float64Array): readonly number[] {
    const width = this.#input.radius * CELL_WIDTH;
    return Array.from({ length: BANDS }, (_, band) => {
      let key = band + 1;
      for (let each = 0; each < PER_BAND; each++) {
        const at = band * PER_BAND + each;
        const cell = Math.floor(
          ((row[at] ?? 0) * Math.sqrt(this.#input.size)) / width + (this.#shifts[at] ?? 0),
        );
        key = mix(key, cell);
      }
      return key;
    });
  }
}

/** Squared share of the radius within which rows are one question asked again. */
const SAME = 1e-8;
/** Width of a cell in radii. */
const CELL_WIDTH = 3;

/** A hash of 53 bits, so that it stays an exact number; collisions are caught by the distance. */
function mix(key: number, cell: number): number {
  const low = Math.imul((key ^ cell) >>> 0, 0x9e37_79b1) >>> 0;
  const high = Math.imul((Math.floor(key / 2 ** 21) + cell) >>> 0, 0x85eb_ca6b) >>> 0;
  return ((high ^ (low >>> 15)) >>> 11) * 2 ** 32 + ((low ^ (high << 7)) >>> 0);
}
