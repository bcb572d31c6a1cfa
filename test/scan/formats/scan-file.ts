import { memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import type { ScanReport } from '../../../src/scan/index.ts';
import { scanSource } from '../../../src/scan/scan.ts';

/** The report on a file in memory. */
export function scanFile(name: string, content: string | Uint8Array): Promise<ScanReport> {
  return scanSource(memorySource(typeof content === 'string' ? utf8Bytes(content) : content), { name });
}

/** The rules of a report's findings, each once, in the order of the report. */
export function rulesOf(report: ScanReport): string[] {
  return [...new Set(report.findings.map(({ rule }) => rule))];
}
