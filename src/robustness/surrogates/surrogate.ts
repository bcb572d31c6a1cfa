/** Rows that were asked, and what came back for each. */
export interface LabelledRow {
  readonly features: Float64Array;
  /** The answer as the policy let it out: a distribution over the classes, one-hot where only labels come out. */
  readonly answer: Float64Array;
}

/** A copy of a model, as an attacker would train one. */
export interface Surrogate {
  readonly name: string;
  /** A distribution over the classes. */
  predict(features: Float64Array): Float64Array;
}

/** Turns scores into a distribution in place; shifts them first, so that none overflows. */
export function softmaxInPlace(scores: Float64Array): Float64Array {
  let largest = -Infinity;
  for (const score of scores) largest = Math.max(largest, score);
  let sum = 0;
  for (let at = 0; at < scores.length; at++) {
    const value = Math.exp((scores[at] ?? 0) - largest);
    scores[at] = value;
    sum += value;
  }
  for (let at = 0; at < scores.length; at++) scores[at] = (scores[at] ?? 0) / sum;
  return scores;
}
