export type { Finding } from './finding.ts';
export { FORMAT_NAMES, type FormatName } from './format-name.ts';
export type {
  LoaderProfile,
  ProfileVerdict,
  ScanReport,
  ScanStatus,
  ScanVerdict,
} from './report.ts';
export {
  RULE_SET,
  RULES,
  type Rule,
  type RuleId,
  type RuleSet,
  ruleOf,
  type Severity,
} from './rules/index.ts';
