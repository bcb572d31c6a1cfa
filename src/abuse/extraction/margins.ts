/** How sure a model was of a row. */
export interface Sureness {
  /** Between the two likeliest classes: 0 on the boundary, 1 where there is no doubt. */
  readonly margin: number;
  /** Shannon entropy, over 0 to 1: 1 where all classes are as likely. */
  readonly entropy: number;
}

/**
 * Whoever copies a model with few questions asks where it is unsure: margin and entropy sampling (Settles, Active
 * Learning Literature Survey, 2009; Chandrasekaran et al., Exploring Connections Between Active Learning and Model
 * Extraction, 2020). `undefined` for what is no distribution of two classes or more.
 */
export function surenessOf(probabilities: Float64Array | undefined): Sureness | undefined {
  if (probabilities === undefined || probabilities.length < 2) return undefined;
  let [first, second, entropy] = [0, 0, 0];
  for (const probability of probabilities) {
    if (!(probability >= 0)) return undefined;
    if (probability > first) [first, second] = [probability, first];
    else if (probability > second) second = probability;
    if (probability > 0) entropy -= probability * Math.log(probability);
  }
  return { margin: first - second, entropy: Math.max(0, entropy) / Math.log(probabilities.length) };
}

/** Below it a row counts as one near the boundary. */
export const LOW_MARGIN = 0.2;
