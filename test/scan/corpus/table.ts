import type { Finding } from '../../../src/scan/index.ts';
import type { Outcome } from './scan-corpus.ts';

/** What a run over the corpus comes to. */
export interface CorpusCounts {
  /** Malicious or malformed files. */
  readonly malicious: number;
  /** Of these, those that were judged as they must be. */
  readonly found: number;
  readonly benign: number;
  /** Of these, those that were called clean. */
  readonly passed: number;
}

/** Counts what was found and what passed. */
export function countOutcomes(outcomes: readonly Outcome[]): CorpusCounts {
  const benign = outcomes.filter(({ about }) => about.expected === 'clean');
  const malicious = outcomes.filter(({ about }) => about.expected !== 'clean');
  const good = (some: readonly Outcome[]): number => some.filter(({ isAsExpected }) => isAsExpected).length;
  return {
    malicious: malicious.length,
    found: good(malicious),
    benign: benign.length,
    passed: good(benign),
  };
}

/** The counts, and every miss and false positive by name with what was found. */
export function formatTable(outcomes: readonly Outcome[]): string {
  const counts = countOutcomes(outcomes);
  const ms = outcomes.reduce((sum, outcome) => sum + outcome.ms, 0);
  const wrong = outcomes.filter(({ isAsExpected }) => !isAsExpected);
  const misses = wrong.filter(({ about }) => about.expected !== 'clean');
  const alarms = wrong.filter(({ about }) => about.expected === 'clean');
  return [
    `malicious or malformed  ${counts.malicious}, found as they must be ${percent(counts.found, counts.malicious)}`,
    `benign                  ${counts.benign}, blocked ${percent(counts.benign - counts.passed, counts.benign)}`,
    `time                    ${(ms / Math.max(1, outcomes.length)).toFixed(1)} ms a file`,
    ...misses.flatMap((outcome) => describe('miss', outcome)),
    ...alarms.flatMap((outcome) => describe('false positive', outcome)),
  ].join('\n');
}

function percent(count: number, total: number): string {
  return total === 0 ? '-' : `${((100 * count) / total).toFixed(2)} % (${count})`;
}

function describe(what: string, { about, report }: Outcome): string[] {
  const said = `${report.verdict}/${report.status} as ${report.formats.join(',')}`;
  const trick = about.trick === undefined ? '' : ` [${about.trick}]`;
  return [
    `${what}: ${about.id} (${about.file})${trick}: must be ${about.expected}, is ${said}`,
    ...report.reasons.map((reason) => `    because ${reason}`),
    ...report.findings.slice(0, 4).map(describeFinding),
  ];
}

function describeFinding({ rule, severity, place, message, evidence }: Finding): string {
  const where = place.length === 0 ? '' : ` in ${place.join(' > ')}`;
  return `    ${severity} ${rule}${where}: ${message}${evidence === undefined ? '' : ` (${evidence})`}`;
}
