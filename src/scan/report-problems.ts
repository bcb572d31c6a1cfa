import type { FormatProblem } from '../formats/index.ts';
import type { ScanContext, ScanTarget } from './check.ts';
import { RULES, type RuleId } from './rules/index.ts';

/**
 * Reports what a reader noted: under the rule of the same name where there is one, else under `otherwise`. Limits
 * make the scan inconclusive.
 */
export function reportProblems(
  problems: readonly FormatProblem[],
  target: ScanTarget,
  { context, otherwise }: { readonly context: ScanContext; readonly otherwise: RuleId },
): void {
  for (const { severity, code, offset, message } of problems) {
    if (severity === 'limit') {
      context.report({ rule: 'SCAN_LIMIT', offset, message }, target);
      context.inconclusive(message);
      continue;
    }
    const rule = isRule(code) ? code : otherwise;
    context.report({ rule, offset, message }, target);
  }
}

function isRule(code: string): code is RuleId {
  return Object.hasOwn(RULES, code);
}
