import type { EntryRule, NamespaceTrust, ScanOutcome, UseRule } from '../api/index.ts';
import { worstFirst } from './outcome.ts';

/** What a scan came to for one file of a version. */
export interface FileOutcomes {
  readonly path: string;
  readonly outcomes: readonly ScanOutcome[];
}

/** What happens to a version, and which files are to blame. */
export interface EntryDecision {
  readonly rule: EntryRule;
  readonly because: readonly FileOutcomes[];
}

const STRICTEST: readonly EntryRule[] = ['refuse', 'quarantine', 'allow'];

/**
 * Whether a version may come in: the strictest rule that any outcome of any of its files meets. `accepted` are the
 * outcomes that a release in force lets through.
 */
export function decideEntry(
  policy: NamespaceTrust,
  files: readonly FileOutcomes[],
  accepted: readonly ScanOutcome[] = [],
): EntryDecision {
  for (const rule of STRICTEST) {
    const because = files.flatMap(({ path, outcomes }) => {
      const met = outcomes.filter((outcome) => policy.enter[outcome] === rule && !accepted.includes(outcome));
      return met.length === 0 ? [] : [{ path, outcomes: met }];
    });
    if (rule !== 'allow' && because.length > 0) return { rule, because };
  }
  return { rule: 'allow', because: [] };
}

/** How a version is to be used. */
export type Use = 'fetch' | 'serve';

/** The rule in force for a use: what was said, else what the rule of entry implies. */
export function useRule(policy: NamespaceTrust, use: Use, outcome: ScanOutcome): UseRule {
  return policy[use][outcome] ?? (policy.enter[outcome] === 'allow' ? 'allow' : 'refuse');
}

/**
 * The outcomes that stand in the way of a use, worst first; none when it is allowed. `accepted` are those that a
 * release in force lets through.
 */
export function refusedOutcomes(
  policy: NamespaceTrust,
  use: Use,
  found: { readonly files: readonly FileOutcomes[]; readonly accepted: readonly ScanOutcome[] },
): readonly ScanOutcome[] {
  const outcomes = found.files.flatMap((file) => file.outcomes);
  return worstFirst(outcomes).filter(
    (outcome) => !found.accepted.includes(outcome) && useRule(policy, use, outcome) === 'refuse',
  );
}
