import type { FormatProblem } from '../../formats/index.ts';
import type { ScanContext, ScanTarget } from '../check.ts';
import { RULES, type RuleId } from '../rules/index.ts';

/** Which rules the problems of a reader are findings of. */
export interface ProblemRules {
  readonly error: RuleId;
  /** Missing: notices of this format are no findings. */
  readonly notice?: RuleId;
  /** Problems with a rule of their own, by code; `own-names`: a code that is the name of a rule is of that rule. */
  readonly codes?: Readonly<Record<string, RuleId>> | 'own-names';
}

/** Turns what a reader noted into findings; a limit that it reached makes the scan inconclusive. */
export function reportFormatProblems(
  problems: readonly FormatProblem[],
  rules: ProblemRules,
  { target, context }: { target: ScanTarget; context: ScanContext },
): void {
  for (const { severity, code, offset, message } of problems) {
    if (severity === 'limit') {
      context.report({ rule: 'SCAN_LIMIT', offset, message }, target);
      context.inconclusive(message);
      continue;
    }
    const rule = ownRule(code, rules.codes) ?? rules[severity];
    if (rule !== undefined) context.report({ rule, offset, message }, target);
  }
}

function ownRule(code: string, codes: ProblemRules['codes']): RuleId | undefined {
  if (codes === 'own-names') return Object.hasOwn(RULES, code) ? (code as RuleId) : undefined;
  return codes !== undefined && Object.hasOwn(codes, code) ? codes[code] : undefined;
}
