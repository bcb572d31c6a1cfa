import type { ByteSource } from '../bytes/index.ts';
import { Budget, MeteredSource } from './budget.ts';
import { ScanStopped } from './check.ts';
import { DEFAULT_SCAN_LIMITS, type ScanLimits } from './limits.ts';
import type { ScanReport, ScanVerdict } from './report.ts';
import { RULE_SET } from './rules/index.ts';
import { type Found, ScanRun } from './scan-run.ts';

/** How to scan. */
export interface ScanOptions {
  /** What the file is called: shown, and compared with what it is; never believed. */
  readonly name: string;
  readonly limits?: Partial<ScanLimits>;
  /** Ends the scan with `ABORTED`. */
  readonly signal?: AbortSignal;
  /** Told now and then how many bytes were read. */
  readonly onProgress?: (bytesRead: number) => void;
  /** Told what is found as it is found, before the report has it. */
  readonly onFound?: (found: Found) => void;
}

/**
 * Scans one file: detects what it is by content, looks into containers, and reports what loading it could do. Nothing
 * of it is executed. Bad bytes are findings and limits make the report inconclusive; throws only what the source
 * throws, and `ABORTED`. Prefer `scanInWorker` for hostile files: there a scan can be killed.
 */
export async function scanSource(source: ByteSource, options: ScanOptions): Promise<ScanReport> {
  const limits = { ...DEFAULT_SCAN_LIMITS, ...options.limits };
  const budget = new Budget(limits, options.signal);
  const metered = new MeteredSource(source, budget, options.onProgress);
  const run = new ScanRun(limits, budget, options.onFound);
  try {
    await run.scan(metered, { name: options.name, place: [] });
  } catch (error) {
    if (!(error instanceof ScanStopped)) throw error;
    run.report({ rule: 'SCAN_LIMIT', message: error.reason }, { place: [] });
    run.inconclusive(error.reason);
  }
  // A check may have taken the failure of the source for its own.
  if (metered.failure !== undefined) throw metered.failure.error;
  return reportOf(run, metered);
}

function reportOf(run: ScanRun, source: MeteredSource): ScanReport {
  const status = run.hasFailed ? 'error' : run.isInconclusive ? 'inconclusive' : 'complete';
  return {
    verdict: verdictOf(run, status === 'complete'),
    status,
    findings: run.findings.sorted(),
    findingsDropped: run.findings.dropped,
    reasons: [...run.reasons],
    formats: run.formats,
    ...(run.profiles.size > 0 && { profiles: Object.fromEntries(run.profiles) }),
    ...(run.content !== undefined && { content: run.content }),
    ruleSet: RULE_SET,
    bytesRead: source.bytesRead,
    bytesTotal: source.size,
    operations: run.budget.operations,
  };
}

function verdictOf(run: ScanRun, isComplete: boolean): ScanVerdict {
  return run.findings.worst() ?? (isComplete && !run.isUnknown ? 'clean' : 'unknown');
}
