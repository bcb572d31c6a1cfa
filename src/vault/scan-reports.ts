import { z } from 'zod';
import { formatCanonicalJson, fromBase64Url, toBase64Url, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { unwrapSecret, wrapSecret } from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { Finding, ScanReport } from '../scan/index.ts';
import type { ScanReportRow } from '../storage/index.ts';

/** Longest text of a report that is kept; beyond it findings are counted only. */
const MAX_REPORT_BYTES = 256 * 1024;

const finding = z.strictObject({
  rule: z.string(),
  severity: z.enum(['critical', 'high', 'medium', 'low', 'info']),
  place: z.array(z.string()),
  offset: z.number().optional(),
  message: z.string(),
  evidence: z.string().optional(),
  advice: z.string(),
});

const tensorSet = { count: z.int(), digest: z.string() };
const content = z.strictObject({
  tensors: z.strictObject(tensorSet).optional(),
  shards: z.array(z.strictObject({ file: z.string(), ...tensorSet })).optional(),
});

const schema = z.strictObject({
  verdict: z.enum(['clean', 'suspicious', 'malicious', 'unknown']),
  status: z.enum(['complete', 'inconclusive', 'error']),
  findings: z.array(finding),
  findingsDropped: z.int(),
  reasons: z.array(z.string()),
  formats: z.array(z.string()),
  content: content.optional(),
});

/** What is kept of a scan. */
export interface StoredReport extends z.output<typeof schema> {
  /** Digest of the rule set. */
  readonly ruleSet: string;
  readonly scannedAt: string;
}

/** Which file of which model. */
export interface ReportedFile {
  readonly model: string;
  readonly path: string;
  readonly sha256: string;
}

export type ReportKeys = Pick<Keyring, 'deriveKey'>;

/**
 * A report as a row of the catalogue. Its findings quote the file, so that they are sealed as the file is; the seal
 * vouches for the columns that can be read without it.
 */
export function sealReport(
  keys: ReportKeys,
  file: ReportedFile,
  { report, scannedAt }: { readonly report: ScanReport; readonly scannedAt: string },
): ScanReportRow {
  const words = {
    ...file,
    verdict: report.verdict,
    status: report.status,
    ruleSet: report.ruleSet.digest,
    scannedAt,
  };
  using key = keys.deriveKey('scan reports');
  return { ...words, sealed: toBase64Url(wrapSecret(key, formatReport(report), boundTo(words))) };
}

/** The inverse. Throws `REGISTRY_TAMPERED`. */
export function openReport(keys: ReportKeys, row: ScanReportRow): StoredReport {
  const { sealed, ...words } = row;
  using key = keys.deriveKey('scan reports');
  const bytes = fromBase64Url(sealed);
  const opened = bytes && unwrapSecret(key, bytes, boundTo(words));
  const text = opened && utf8Text(opened);
  const parsed = schema.safeParse(text === undefined ? undefined : JSON.parse(text));
  if (!parsed.success)
    throw new StrongroomError('REGISTRY_TAMPERED', 'a scan report is not what strongroom wrote');
  return { ...parsed.data, ruleSet: row.ruleSet, scannedAt: row.scannedAt };
}

function boundTo(words: Omit<ScanReportRow, 'sealed'>): Uint8Array {
  return utf8Bytes(`strongroom/1\0scan report\0${formatCanonicalJson(words)}`);
}

function formatReport(report: ScanReport): Uint8Array {
  const { verdict, status, reasons, formats, content } = report;
  let findings: readonly Finding[] = report.findings;
  for (;;) {
    const findingsDropped = report.findingsDropped + report.findings.length - findings.length;
    // Not canonical: the name of a member may hold what has no canonical text.
    const text = JSON.stringify({ verdict, status, findings, findingsDropped, reasons, formats, content });
    const bytes = utf8Bytes(text);
    if (bytes.length <= MAX_REPORT_BYTES || findings.length === 0) return bytes;
    findings = findings.slice(0, Math.floor(findings.length / 2));
  }
}
