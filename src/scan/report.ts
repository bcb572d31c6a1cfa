import type { FileContent } from './file-content.ts';
import type { Finding } from './finding.ts';
import type { FormatName } from './format-name.ts';
import type { RuleSet } from './rules/index.ts';

/** What the scan says of the file. `clean` is only ever said by a complete scan. */
export type ScanVerdict = 'clean' | 'suspicious' | 'malicious' | 'unknown';

/** How far the scan got. `inconclusive`: a limit, a kill or an unreadable part; `error`: the scanner itself failed. */
export type ScanStatus = 'complete' | 'inconclusive' | 'error';

/** A loader with its own, stricter rules. */
export type LoaderProfile = 'torch-weights-only';

/** Whether that loader would take the file. */
export type ProfileVerdict = 'allowed' | 'refused';

/** The result of one scan of one file. */
export interface ScanReport {
  readonly verdict: ScanVerdict;
  readonly status: ScanStatus;
  /** Worst first, then by place and offset. */
  readonly findings: readonly Finding[];
  /** Findings beyond the limit on findings, which are not listed. */
  readonly findingsDropped: number;
  /** Why the status is not `complete`; lower case, no full stop. */
  readonly reasons: readonly string[];
  /** Every format that was met, the file's own first. */
  readonly formats: readonly FormatName[];
  readonly profiles?: Readonly<Partial<Record<LoaderProfile, ProfileVerdict>>>;
  readonly content?: FileContent;
  readonly ruleSet: RuleSet;
  /** Bytes that were read of the file itself; what was skipped is data that cannot execute. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly operations: number;
}
