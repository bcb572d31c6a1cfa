import type { OutputPolicy } from '../../api/index.ts';
import { LOW_MARGIN, type Sureness } from './margins.ts';

/** What one answer is, for its price. */
export interface PricedAnswer {
  readonly policy: OutputPolicy;
  /** How many classes the model tells apart; 1 for a single number. */
  readonly classes: number;
  readonly sureness: Sureness | undefined;
  readonly isOutlier: boolean;
}

const FLOAT_DIGITS = 7;
const BITS_PER_DIGIT = Math.log2(10);
/** Price of an answer that tells nothing new, and what doubt, nearness to the boundary and strangeness add. */
const PRICE = { base: 0.2, entropy: 0.4, lowMargin: 0.4, outlier: 0.4 } as const;

/**
 * The most bits that one answer can carry under a policy: which class, or which classes in order, and the digits of their
 * scores. An upper bound of its form, not of what somebody learns from it.
 */
export function capacityBits(policy: OutputPolicy, classes: number): number {
  if (classes <= 1) return (policy.digits ?? FLOAT_DIGITS) * BITS_PER_DIGIT;
  if (policy.isLabelOnly === true) return Math.log2(classes);
  const shown = Math.min(policy.classes ?? classes, classes);
  const digits = (policy.digits ?? FLOAT_DIGITS) * BITS_PER_DIGIT;
  let order = 0;
  if (shown < classes) for (let rank = 0; rank < shown; rank++) order += Math.log2(classes - rank);
  // Probabilities sum to one, so the last of all tells nothing.
  return order + Math.min(shown, classes - 1) * digits;
}

/**
 * What an answer costs of the budget of information, in bits: its capacity, weighted by how much a copy learns from it.
 * Questions near a boundary and away from honest traffic cost up to seven times as much as sure ones (after Dziedzic et
 * al., Increasing the Cost of Model Extraction with Calibrated Proof of Work, 2022).
 */
export function priceOf({ policy, classes, sureness, isOutlier }: PricedAnswer): number {
  const weight =
    PRICE.base +
    PRICE.entropy * (sureness?.entropy ?? 1) +
    (sureness === undefined || sureness.margin < LOW_MARGIN ? PRICE.lowMargin : 0) +
    (isOutlier ? PRICE.outlier : 0);
  return weight * capacityBits(policy, classes);
}
