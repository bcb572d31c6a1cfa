import { type NamespaceTrust, namespaceOf, type Version } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Catalogue } from '../storage/index.ts';
import {
  type Accepted,
  acceptedBy,
  type FileOutcomes,
  outcomesOf,
  parseRelease,
  refusedOutcomes,
  type StoredRelease,
  UNSCANNED,
  type Use,
} from '../trust/index.ts';
import { tellMissing } from './admit-version.ts';
import type { Clock } from './deps.ts';
import { manifestBytes } from './manifest-bytes.ts';
import { namespaceTrust } from './namespace-trust.ts';
import { findReports, reportKey } from './scan-files.ts';
import type { ReportKeys, StoredReport } from './scan-reports.ts';
import { decideSignatures, type SignatureDecision } from './signature-trust.ts';
import { reportsTogether } from './version-findings.ts';

export interface VersionTrustDeps {
  readonly registry: Pick<
    Registry,
    'findTrustPolicy' | 'listReleases' | 'listSignatures' | 'listSigningKeys'
  >;
  readonly catalogue: Pick<Catalogue, 'findScanReports'>;
  readonly keyring: ReportKeys;
  readonly clock: Clock;
}

/** A file of a version and what a scan says of it. */
export interface ReportedOutcomes extends FileOutcomes {
  readonly sha256: string;
  readonly report?: StoredReport;
}

/** Everything that is known for a decision over a version that is stored. */
export interface VersionStanding {
  readonly policy: NamespaceTrust;
  readonly files: readonly ReportedOutcomes[];
  readonly releases: readonly StoredRelease[];
  /** What releases in force let through. */
  readonly accepted: Accepted;
  /** How many of the trusted signers have signed it, and whether that is enough. */
  readonly signed: number;
  readonly isSigned: boolean;
}

/** Gathers what a decision over a version needs. Throws `REGISTRY_TAMPERED`. */
export async function standingOf(deps: VersionTrustDeps, version: Version): Promise<VersionStanding> {
  const policy = await namespaceTrust(deps, namespaceOf(version.model));
  const files = await reportedOutcomes(deps, version);
  const releases = (await deps.registry.listReleases(version)).map(parseRelease);
  const { isEnough, signers } = await countSignatures(deps, version, policy);
  return {
    policy,
    files,
    releases,
    accepted: acceptedBy(releases, { digest: version.digest, now: deps.clock.now() }),
    signed: signers.length,
    isSigned: isEnough,
  };
}

/** Nothing is verified where nothing is asked for: an open must not cost a signature for each that there is. */
async function countSignatures(
  deps: VersionTrustDeps,
  version: Version,
  policy: NamespaceTrust,
): Promise<Pick<SignatureDecision, 'isEnough' | 'signers'>> {
  if (policy.requiredSignatures === 0) return { isEnough: true, signers: [] };
  return decideSignatures({
    policy,
    keys: await deps.registry.listSigningKeys(),
    files: version.files,
    manifest: manifestBytes(version),
    signatures: await deps.registry.listSignatures(version),
  });
}

/** What scans say of the files of a version. */
export async function reportedOutcomes(
  deps: Pick<VersionTrustDeps, 'catalogue' | 'keyring'>,
  version: Version,
): Promise<readonly ReportedOutcomes[]> {
  const known = await findReports(deps, version.model, version.files);
  const together = reportsTogether(
    version.files.map(({ path, sha256 }) => ({ path, report: known.get(reportKey({ path, sha256 })) })),
  );
  return version.files.map(({ path, sha256 }) => {
    const report = together.get(path);
    return report === undefined
      ? { path, sha256, outcomes: UNSCANNED }
      : { path, sha256, outcomes: outcomesOf(report), report };
  });
}

/**
 * Throws `TRUST_REFUSED` or `TRUST_UNSIGNED` unless a version may be used in this way now: the policy may have become
 * stricter, a release may have ended, a key may have been revoked since it came in.
 */
export async function assertUsable(deps: VersionTrustDeps, version: Version, use: Use): Promise<void> {
  const { policy, files, accepted, isSigned, signed } = await standingOf(deps, version);
  const named = `${version.model}@${version.version}`;
  const [worst] = refusedOutcomes(policy, use, { files, accepted: accepted.outcomes });
  if (worst !== undefined) {
    const blamed = files.find(({ outcomes }) => outcomes.includes(worst));
    const isUnscanned = blamed?.report === undefined;
    throw new StrongroomError(
      'TRUST_REFUSED',
      `${named} may not be ${use === 'fetch' ? 'fetched' : 'served'}: ${blamed?.path ?? 'a file'} ${isUnscanned ? 'was never scanned' : `is ${worst}`}`,
      isUnscanned ? { hint: `scan it with: strongroom scans rescan ${named}` } : {},
    );
  }
  if (isSigned || accepted.unsigned) return;
  throw new StrongroomError('TRUST_UNSIGNED', `${named}: ${tellMissing(policy, signed)}`);
}
