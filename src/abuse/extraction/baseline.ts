import type { AskedRow, RandomSource } from './asked-row.ts';
import { Mahalanobis } from './mahalanobis.ts';
import { isWithin, nearestDistance, Projection } from './projection.ts';
import { Standardiser } from './standardiser.ts';
import type { RowFacts } from './window.ts';

/** Dimensions that rows are kept in. */
export const PROJECTED_SIZE = 32;
/** Above so many features the projection stands in for them in the covariance too. */
const MAX_COVARIANCE_SIZE = 128;
/** Rows of the reference that a row is compared with. */
const MAX_NEIGHBOURS = 512;
const FOLDS = 5;
/** Share of honest rows that counts as far. */
const FAR_SHARE = 0.02;
/** A near-duplicate lies within this share of how near honest rows come to each other. */
const NEAR_SHARE = 0.5;
/** Where honest rows lie on each other. */
const SMALLEST_RADIUS = 1e-9;

/** What was learnt of where honest rows lie. */
interface BaselineParts {
  readonly standardiser: Standardiser;
  readonly projection: Projection;
  readonly mahalanobis: Mahalanobis;
  readonly neighbours: readonly Float64Array[];
  readonly farFromMiddle: number;
  readonly farFromAll: number;
}

/** A row's place, before it is compared with other questions. */
export type RowPlace = Pick<RowFacts, 'projected' | 'isOutlier' | 'isLoner'>;

/** Where honest rows lie, learnt from a reference sample. */
export class Baseline {
  /** Rows nearer than this are near-duplicates. */
  readonly nearRadius: number;
  /** The rows of the reference, each measured without itself, as a stranger would be. */
  readonly reference: readonly RowPlace[];
  readonly #parts: BaselineParts;

  /** How many features a row has. */
  get features(): number {
    return this.#parts.standardiser.size;
  }

  private constructor(parts: BaselineParts, reference: readonly RowPlace[], nearRadius: number) {
    this.#parts = parts;
    this.reference = reference;
    this.nearRadius = nearRadius;
  }

  static async learn(
    rows: readonly AskedRow[],
    { random, breathe }: { readonly random: RandomSource; readonly breathe: () => Promise<void> },
  ): Promise<Baseline> {
    const standardiser = new Standardiser(rows.map(({ features }) => features));
    const standard = rows.map(({ features }) => standardiser.apply(features));
    const projection = new Projection({ from: standard[0]?.length ?? 0, to: PROJECTED_SIZE }, random);
    const projected = standard.map((row) => projection.apply(row));
    await breathe();
    const spread = standard.map((row, at) => spreadOf(row, projected[at] ?? row));
    const fromMiddle = await distancesAcrossFolds(spread, breathe);
    const neighbours = projected.slice(0, MAX_NEIGHBOURS);
    const fromAll = await distancesToOthers(projected, neighbours, breathe);
    const farFromMiddle = quantileOf(fromMiddle, 1 - FAR_SHARE);
    const farFromAll = quantileOf(fromAll, 1 - FAR_SHARE);
    const apart = quantileOf(
      fromAll.filter((distance) => distance > 0),
      0.05,
    );
    const mahalanobis = new Mahalanobis(spread);
    return new Baseline(
      { standardiser, projection, mahalanobis, neighbours, farFromMiddle, farFromAll },
      projected.map((row, at) => ({
        projected: row,
        isOutlier: (fromMiddle[at] ?? 0) > farFromMiddle,
        isLoner: (fromAll[at] ?? 0) > farFromAll,
      })),
      NEAR_SHARE * apart || SMALLEST_RADIUS,
    );
  }

  /** Where a row lies. */
  place({ features }: Pick<AskedRow, 'features'>): RowPlace {
    const { standardiser, projection, mahalanobis, neighbours, farFromMiddle, farFromAll } = this.#parts;
    const standard = standardiser.apply(features);
    const projected = projection.apply(standard);
    return {
      projected,
      isOutlier: mahalanobis.distance(spreadOf(standard, projected)) > farFromMiddle,
      isLoner: !isWithin(projected, neighbours, farFromAll),
    };
  }
}

function spreadOf(standard: Float64Array, projected: Float64Array): Float64Array {
  return standard.length <= MAX_COVARIANCE_SIZE ? standard : projected;
}

/** Distances of each fifth of some rows by what the other four fifths say: a row must not vouch for itself. */
async function distancesAcrossFolds(
  rows: readonly Float64Array[],
  breathe: () => Promise<void>,
): Promise<readonly number[]> {
  const models: Mahalanobis[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    models.push(new Mahalanobis(rows.filter((_row, at) => at % FOLDS !== fold)));
    await breathe();
  }
  return rows.map((row, at) => models[at % FOLDS]?.distance(row) ?? 0);
}

/** Distances to the nearest of the neighbours, of which a row that is one of them is not its own. */
async function distancesToOthers(
  rows: readonly Float64Array[],
  neighbours: readonly Float64Array[],
  breathe: () => Promise<void>,
): Promise<readonly number[]> {
  const distances: number[] = [];
  for (const row of rows) {
    distances.push(nearestDistance(row, neighbours, row));
    if (distances.length % 100 === 0) await breathe();
  }
  return distances;
}

function quantileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
