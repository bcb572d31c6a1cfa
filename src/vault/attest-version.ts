import { type Caller, type Version, type VersionRef } from '../api/index.ts';
import {
  type AttestedScans,
  billOfMaterials,
  provenanceStatement,
  rootDigest,
  type Statement,
  type Subject,
  scanStatement,
  testResultStatement,
} from '../attestation/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import { worstFirst } from '../trust/index.ts';
import { onModel } from './act.ts';
import type { Gate } from './gate.ts';
import { shownTo } from './shown-to.ts';
import { reportedOutcomes, type VersionTrustDeps } from './version-trust.ts';

export interface AttestVersionDeps extends Pick<VersionTrustDeps, 'catalogue'> {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'getVersion' | 'getAnyVersion'>;
  readonly keyring: VersionTrustDeps['keyring'] & { readonly vault: string };
}

/** The program that attests. */
export interface AttestingTool {
  readonly name: string;
  readonly version: string;
}

/** Everything that can be said of a version to somebody who was not there. */
export interface Attestations {
  readonly subject: Subject;
  readonly scan: Statement;
  readonly testResult: Statement;
  readonly bom: object;
  /** Only of a version that was made out of another. */
  readonly provenance?: Statement;
}

/** The attestations of a version that is available. */
export function attestVersion(
  deps: AttestVersionDeps,
  caller: Caller,
  input: { readonly ref: VersionRef; readonly tool: AttestingTool },
): Promise<Attestations> {
  return deps.gate.pass(caller, onModel('scan:read', input.ref), async (permit) =>
    attestationsOf(deps, shownTo(permit, await deps.registry.getVersion(input.ref)), input.tool),
  );
}

/** As `attestVersion`, of a version in hand. */
export async function attestationsOf(
  deps: Omit<AttestVersionDeps, 'gate'>,
  version: Version,
  tool: AttestingTool,
): Promise<Attestations> {
  const subject = subjectOf(version);
  const scans = await attestedScans(deps, version, tool);
  const parent = await parentOf(deps, version);
  const { model, createdAt, createdBy, digest, files, metrics, metadata, derivedFrom } = version;
  return {
    subject,
    scan: scanStatement(subject, scans),
    testResult: testResultStatement(subject, scans),
    bom: billOfMaterials({
      subject,
      model,
      version: version.version,
      createdAt,
      createdBy,
      digest,
      files,
      metrics,
      metadata,
      scanOutcome: scans.outcome,
      tool,
      ...(parent && derivedFrom && { parent: { ...parent, relation: derivedFrom.relation } }),
    }),
    ...(parent &&
      derivedFrom && {
        provenance: provenanceStatement(subject, {
          relation: derivedFrom.relation,
          parent,
          vault: deps.keyring.vault,
          createdAt,
        }),
      }),
  };
}

function subjectOf({ model, version, files }: Version): Subject {
  return { name: `${model}@${version}`, root: rootDigest(files) };
}

async function attestedScans(
  deps: Omit<AttestVersionDeps, 'gate'>,
  version: Version,
  engine: AttestingTool,
): Promise<AttestedScans> {
  const files = await reportedOutcomes(deps, version);
  const [worst] = worstFirst(files.flatMap(({ outcomes }) => outcomes));
  return {
    engine: { name: engine.name, version: engine.version },
    outcome: worst ?? 'inconclusive',
    files: files.flatMap(({ path, sha256, report }) => {
      if (report === undefined) return [];
      const { verdict, status, ruleSet, scannedAt, findings } = report;
      const rules = [...new Set(findings.map(({ rule }) => rule))].sort();
      return [{ path, sha256, verdict, status, ruleSet, scannedAt, rules }];
    }),
  };
}

/** The version that it was made out of, with its digest unless it was removed since. */
async function parentOf(
  { registry }: Pick<AttestVersionDeps, 'registry'>,
  { derivedFrom }: Version,
): Promise<{ readonly name: string; readonly root?: string } | undefined> {
  if (derivedFrom === undefined) return undefined;
  const { model, version } = derivedFrom;
  const name = `${model}@${version}`;
  try {
    return { name, root: rootDigest((await registry.getAnyVersion({ model, version })).files) };
  } catch (error) {
    if (isStrongroomError(error) && error.kind === 'missing') return { name };
    throw error;
  }
}
