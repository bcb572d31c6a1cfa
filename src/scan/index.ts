export type { Finding } from './finding.ts';
export type { FormatName } from './format-name.ts';
export type { ScanLimits } from './limits.ts';
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
  type Severity,
} from './rules/index.ts';
export { type ScanOptions, scanSource } from './scan.ts';
export { ScanWorker, scanInWorker } from './scan-in-worker.ts';
export { type FolderFile, findShardMismatches, withFindings } from './shards.ts';
