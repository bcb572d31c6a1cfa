import type { ScanOutcome } from '../api/index.ts';
import type { ScanReport } from '../scan/index.ts';

/** Outcomes from the least to the most worrying. */
const WORSE: readonly ScanOutcome[] = ['clean', 'unknown', 'inconclusive', 'suspicious', 'malicious'];

/**
 * What a scan came to, for a policy to decide over. Both axes count: a scan that did not get to the end is
 * `inconclusive` whatever it found until then, and what it found counts too.
 */
export function outcomesOf({
  verdict,
  status,
}: Pick<ScanReport, 'verdict' | 'status'>): readonly ScanOutcome[] {
  if (status === 'complete') return [verdict];
  return verdict === 'suspicious' || verdict === 'malicious' ? [verdict, 'inconclusive'] : ['inconclusive'];
}

/** What is said of content that nobody has looked at. */
export const UNSCANNED: readonly ScanOutcome[] = ['inconclusive'];

/** Outcomes, each once, the most worrying first. */
export function worstFirst(outcomes: Iterable<ScanOutcome>): readonly ScanOutcome[] {
  return [...new Set(outcomes)].sort((a, b) => WORSE.indexOf(b) - WORSE.indexOf(a));
}
