import { type ModelName, type NamespaceTrust, namespaceOf } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import type { NewFile, ScanReportRow } from '../storage/index.ts';
import { decideEntry, type EntryDecision, outcomesOf } from '../trust/index.ts';
import { stamp } from './deps.ts';
import { type NamespaceTrustDeps, namespaceTrust } from './namespace-trust.ts';
import { type ScanFilesDeps, type ScanFilesInput, type ScannedFile, scanFiles } from './scan-files.ts';
import { decideSignatures } from './signature-trust.ts';
import { reportsTogether } from './version-findings.ts';

/** Files and findings that a message names; the rest is in the report. */
const MAX_SHOWN = 3;

export interface AdmitVersionDeps extends ScanFilesDeps, NamespaceTrustDeps {
  readonly registry: NamespaceTrustDeps['registry'] & Pick<Registry, 'listSigningKeys'>;
}

export interface AdmitVersionInput extends ScanFilesInput {
  readonly model: ModelName;
  /** Signature files that come with it. */
  readonly signatures?: readonly Uint8Array[];
}

/** What the publication is to say of it. */
export interface Admission {
  readonly reports: readonly ScanReportRow[];
  /** Why it is not to be seen yet. */
  readonly quarantine?: string;
}

/**
 * Scans what was sealed and decides by the policy of its namespace whether it comes in, waits, or is refused. Throws
 * `TRUST_REFUSED` with what was found, and the error of a signature that does not hold.
 */
export async function admitVersion(deps: AdmitVersionDeps, input: AdmitVersionInput): Promise<Admission> {
  const policy = await namespaceTrust(deps, namespaceOf(input.model));
  const scanned = scannedTogether(await scanFiles(deps, input));
  const decision = decideEntry(
    policy,
    scanned.map(({ path, report }) => ({ path, outcomes: outcomesOf(report) })),
  );
  if (decision.rule === 'refuse') throw refusal(decision, scanned);
  const unsigned = await checkSignatures(deps, policy, input);
  const reasons = [...(decision.rule === 'quarantine' ? [tellDecision(decision)] : []), ...unsigned];
  return {
    reports: scanned.flatMap(({ row }) => (row === undefined ? [] : [row])),
    ...(reasons.length === 0 ? {} : { quarantine: reasons.join('; ') }),
  };
}

/** With what only the files together show. */
function scannedTogether(files: readonly ScannedFile[]): readonly ScannedFile[] {
  const together = reportsTogether(files);
  return files.map((file) => ({ ...file, report: together.get(file.path) ?? file.report }));
}

/** What the policy still misses. A signature that came along and does not count is refused rather than kept. */
async function checkSignatures(
  deps: AdmitVersionDeps,
  policy: NamespaceTrust,
  input: AdmitVersionInput,
): Promise<readonly string[]> {
  const given = input.signatures ?? [];
  if (given.length === 0 && policy.requiredSignatures === 0) return [];
  const decision = decideSignatures({
    policy,
    keys: await deps.registry.listSigningKeys(),
    files: input.files.map(digestOf),
    signatures: given.map((content, at) => ({
      id: `signature ${at + 1}`,
      content,
      addedAt: stamp(deps.clock),
    })),
  });
  const [bad] = decision.reasons;
  if (bad !== undefined) throw new StrongroomError(bad.code, `${bad.signature ?? ''}: ${bad.message}`);
  return decision.isEnough ? [] : [tellMissing(policy, decision.signers.length)];
}

/** How many signatures are there, and how many must be. */
export function tellMissing({ requiredSignatures }: NamespaceTrust, signed: number): string {
  return `${requiredSignatures} of the trusted signers must have signed it, ${signed} have`;
}

function digestOf({ path, blob }: NewFile) {
  return { path, size: blob.size, sha256: blob.sha256 };
}

/** `model.bin is unknown, evil.pkl is suspicious, and 2 more`. */
export function tellDecision({ because }: EntryDecision): string {
  const shown = because
    .slice(0, MAX_SHOWN)
    .map(({ path, outcomes }) => `${path} is ${outcomes.join(' and ')}`)
    .join(', ');
  const more = because.length - MAX_SHOWN;
  return more > 0 ? `${shown}, and ${more} more` : shown;
}

function refusal(decision: EntryDecision, scanned: readonly ScannedFile[]): StrongroomError {
  const blamed = new Set(decision.because.map(({ path }) => path));
  const findings = scanned
    .filter(({ path }) => blamed.has(path))
    .flatMap(({ report }) => report.findings)
    .slice(0, MAX_SHOWN)
    .map(({ rule, message, offset }) => `${rule}${offset === undefined ? '' : ` at ${offset}`}: ${message}`);
  return new StrongroomError('TRUST_REFUSED', [tellDecision(decision), ...findings].join('; '));
}
