import type { FileScan, HeldVersion, Release, ScanFinding, VersionScan } from '../api/index.ts';
import { type Cell, formatTable } from './table.ts';
import { escapeText, paint, type Terminal } from './terminal.ts';
import { formatInstant } from './units.ts';

/** Findings of a file that are told; the document of `--json` has all. */
const MAX_FINDINGS = 20;

/** What scans found in the files of a version. */
export function formatVersionScan(terminal: Terminal, scan: VersionScan): string {
  return scan.files.map((file) => formatFileScan(terminal, file)).join('\n');
}

function formatFileScan(terminal: Terminal, file: FileScan): string {
  const isFine = file.outcomes.every((outcome) => outcome === 'clean');
  const head = `${paint(terminal, isFine ? 'good' : 'warning', file.outcomes.join(', '))}  ${escapeText(file.path)}`;
  if (file.report === undefined) return `${head}  (never scanned)`;
  const { findings, findingsDropped, reasons, scannedAt, formats } = file.report;
  const told = `  ${formats.join(', ')}; scanned ${formatInstant(scannedAt)}${file.isStale ? ', by older rules' : ''}`;
  const hidden = findingsDropped + Math.max(0, findings.length - MAX_FINDINGS);
  return [
    head,
    told,
    ...reasons.map((reason) => `  not looked at wholly: ${escapeText(reason)}`),
    ...findings.slice(0, MAX_FINDINGS).flatMap((finding) => formatFinding(terminal, finding)),
    ...(hidden === 0 ? [] : [`  and ${hidden} more`]),
  ].join('\n');
}

function formatFinding(terminal: Terminal, finding: ScanFinding): readonly string[] {
  const { severity, rule, message, place, offset, evidence, advice } = finding;
  const where = [
    ...place.map((part) => escapeText(part)),
    ...(offset === undefined ? [] : [`byte ${offset}`]),
  ];
  const tone = severity === 'critical' || severity === 'high' ? 'warning' : 'plain';
  return [
    `  ${paint(terminal, tone, severity)}  ${rule}: ${escapeText(message)}${where.length === 0 ? '' : ` (${where.join(' > ')})`}`,
    ...(evidence === undefined ? [] : [`    seen: ${escapeText(evidence)}`]),
    `    do:   ${escapeText(advice)}`,
  ];
}

/** Versions that readers do not see. */
export function formatHeld(terminal: Terminal, held: readonly HeldVersion[]): string {
  if (held.length === 0) return 'no version is held back';
  return formatTable(
    terminal,
    [
      { heading: 'version' },
      { heading: 'state' },
      { heading: 'since (UTC)' },
      { heading: 'by' },
      { heading: 'why', isFlexible: true },
    ],
    held.map((each): Cell[] => [
      `${each.model}@${each.version}`,
      { text: each.state, tone: 'warning' },
      formatInstant(each.at),
      each.by,
      each.reason,
    ]),
  );
}

/** A wish to release a version, or its release. */
export function formatRelease(release: Release): string {
  const { requestedBy, requestedAt, reason, approvedBy, approvedAt, approvalReason, expiresAt } = release;
  const asked = `${escapeText(requestedBy)} asked on ${formatInstant(requestedAt)}: ${escapeText(reason)}`;
  const agreed =
    approvedBy === undefined
      ? 'nobody has agreed yet'
      : `${escapeText(approvedBy)} agreed on ${formatInstant(approvedAt ?? '')}: ${escapeText(approvalReason ?? '')}`;
  const until = expiresAt === undefined ? '' : `; it ends ${formatInstant(expiresAt)}`;
  return `release: ${asked}; ${agreed}${until}`;
}
