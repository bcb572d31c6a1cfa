import type { Caller, FileScan, ScansApi, Version, VersionScan } from '../api/index.ts';
import type { Registry } from '../registry/index.ts';
import { onModel } from './act.ts';
import type { Scanner } from './deps.ts';
import type { Gate } from './gate.ts';
import { type RescanVersionsDeps, rescanVersions } from './rescan-versions.ts';
import { type ReportedOutcomes, reportedOutcomes, type VersionTrustDeps } from './version-trust.ts';

export interface ScanVerbsDeps extends RescanVersionsDeps {
  readonly gate: Gate;
  readonly registry: RescanVersionsDeps['registry'] & Pick<Registry, 'getAnyVersion'>;
}

/** The verbs on what scans found. */
export function scanVerbs(deps: ScanVerbsDeps, caller: Caller): ScansApi {
  return {
    get: (ref) =>
      deps.gate.pass(caller, onModel('scan:read', ref), async () =>
        versionScan(deps, await deps.registry.getAnyVersion(ref)),
      ),
    rescan: (input = {}) => rescanVersions(deps, caller, input),
  };
}

/** What scans say of a version, whatever its state. */
export async function versionScan(
  deps: Pick<VersionTrustDeps, 'catalogue' | 'keyring'> & { readonly scanner: Pick<Scanner, 'ruleSet'> },
  version: Version,
): Promise<VersionScan> {
  const files = await reportedOutcomes(deps, version);
  return {
    model: version.model,
    version: version.version,
    state: version.state,
    files: files.map((file) => fileScan(file, deps.scanner.ruleSet.digest)),
  };
}

function fileScan({ path, outcomes, report }: ReportedOutcomes, ruleSet: string): FileScan {
  if (report === undefined) return { path, outcomes, isStale: true };
  const findings = report.findings.map(({ offset, evidence, ...finding }) => ({
    ...finding,
    ...(offset === undefined ? {} : { offset }),
    ...(evidence === undefined ? {} : { evidence }),
  }));
  return { path, outcomes, report: { ...report, findings }, isStale: report.ruleSet !== ruleSet };
}
