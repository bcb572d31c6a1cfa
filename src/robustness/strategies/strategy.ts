import type { Random } from '../random.ts';

/** What an attacker has before the first question. */
export interface AttackerKnowledge {
  /** Rows like those that the model is for, without labels; at least two. */
  readonly pool: readonly Float64Array[];
  readonly classes: number;
  readonly random: Random;
}

/** Questions one by one; each gets the answer to the one before it, as the policy let it out. It never ends by itself. */
export type Questions = Generator<Float64Array, never, Float64Array>;

/** A way to choose questions. */
export interface Strategy {
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  ask(knowledge: AttackerKnowledge): Questions;
}

/** Middle and spread of every feature of some rows. */
export function featureRanges(rows: readonly Float64Array[]) {
  const size = rows[0]?.length ?? 0;
  const columns = Array.from({ length: size }, (_, at) => rows.map((row) => row[at] ?? 0));
  return columns.map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return {
      mean,
      deviation: Math.sqrt(variance),
      low: values.reduce((least, value) => Math.min(least, value), Infinity),
      high: values.reduce((most, value) => Math.max(most, value), -Infinity),
    };
  });
}

/** The row that lies a share of the way from one to another. */
export function between(a: Float64Array, b: Float64Array, share: number): Float64Array {
  return a.map((value, at) => (1 - share) * value + share * (b[at] ?? 0));
}
