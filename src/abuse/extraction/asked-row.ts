/** One row that a model was asked, and what it said before any output policy. */
export interface AskedRow {
  /** Numbers of all its inputs, one after the other; always as many for one model. */
  readonly features: Float64Array;
  /** Probabilities of the classes; absent where a model gives none. */
  readonly probabilities?: Float64Array;
}

/** A number over 0 to below 1, from whatever source is wanted. */
export type RandomSource = () => number;

/** A standard normal number (Box and Muller 1958). */
export function normalFrom(random: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
