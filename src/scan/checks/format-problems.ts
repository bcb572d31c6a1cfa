import type { FormatProblem } from '../../formats/index.ts';
import type { ScanContext, ScanTarget } from '../check.ts';
import type { RuleId } from '../rules/index.ts';

/** Which rules the problems of a reader are findings of. */
export interface ProblemRules {
  readonly error: RuleId;
  /** Missing: notices of this format are no findings. */
  readonly notice?: RuleId;
  /** Problems with a rule of their own, by code. */
  readonly codes?: Readonly<Record<string, RuleId>>;
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
    const own = rules.codes !== undefined && Object.hasOwn(rules.codes, code) ? rules.codes[code] : undefined;
    const rule = own ?? rules[severity];
    if (rule !== undefined) context.report({ rule, offset, message }, target);
  }
}
