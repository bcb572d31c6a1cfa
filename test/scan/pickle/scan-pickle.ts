import { memorySource } from '../../../src/bytes/index.ts';
import type { ScanReport } from '../../../src/scan/index.ts';
import type { RuleId } from '../../../src/scan/rules/index.ts';
import { scanSource } from '../../../src/scan/scan.ts';

/** Scans bytes as a file. */
export async function scanBytes(bytes: Uint8Array, name = 'model.pkl'): Promise<ScanReport> {
  return await scanSource(memorySource(bytes), { name });
}

/** A file and what the scan must say of it. */
export interface TrickCase {
  /** The trick, and its advisory where it has one. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly file?: string;
  readonly verdict: ScanReport['verdict'];
  /** Rules that must be among the findings. */
  readonly rules?: readonly RuleId[];
  readonly status?: ScanReport['status'];
}

/** What a report says, for messages of failing tests. */
export function shown(report: ScanReport): string {
  const findings = report.findings.map(
    ({ rule, message, evidence, place }) => `${rule} ${message} [${evidence ?? ''}] ${place.join('/')}`,
  );
  return [`${report.verdict} ${report.status}`, ...report.reasons, ...findings].join('\n  ');
}
