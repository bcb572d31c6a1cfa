import { memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import { type ScanLimits, type ScanReport, scanSource } from '../../../src/scan/index.ts';

/** A pickle of protocol 0 that runs a command when it is loaded; nothing here loads it. */
export const PAYLOAD = utf8Bytes("cos\nsystem\n(S'echo executed'\ntR.");

/** A pickle that is only data. */
export const HARMLESS = Uint8Array.of(0x80, 4, 0x5d, 0x28, 0x4b, 1, 0x4b, 2, 0x65, 0x2e);

/** Scans bytes in memory. */
export function scanBytes(
  bytes: Uint8Array | string,
  name: string = 'file',
  limits: Partial<ScanLimits> = {},
): Promise<ScanReport> {
  return scanSource(memorySource(typeof bytes === 'string' ? utf8Bytes(bytes) : bytes), { name, limits });
}

/** The rules of a report's findings, each once. */
export function rulesOf(report: ScanReport): string[] {
  return [...new Set(report.findings.map(({ rule }) => rule))].sort();
}
