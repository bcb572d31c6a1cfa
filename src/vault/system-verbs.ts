import type { BackgroundRescanStatus, Caller, ScansStatus, SystemApi, SystemStatus } from '../api/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Catalogue } from '../storage/index.ts';
import { onEverything } from './act.ts';
import type { Scanner } from './deps.ts';
import type { Gate } from './gate.ts';

export interface SystemVerbsDeps {
  readonly gate: Gate;
  readonly catalogue: Pick<Catalogue, 'totals' | 'formatVersion' | 'countStale'>;
  readonly registry: Pick<Registry, 'listNamespaces' | 'listHeld'>;
  readonly scanner: Pick<Scanner, 'ruleSet'>;
  readonly keyring: Pick<Keyring, 'vault' | 'seals'>;
  /** How the rescan in the background stands; `undefined`: there is none. */
  readonly rescan?: () => BackgroundRescanStatus | undefined;
  /** What is wrong with the home as it lies there: modes, a root key beside the data. */
  readonly warnings: () => Promise<readonly string[]>;
}

/** The verbs on the strongroom as a whole. */
export function systemVerbs(deps: SystemVerbsDeps, caller: Caller): SystemApi {
  return {
    status: () => deps.gate.pass(caller, onEverything('system:read', 'system'), () => status(deps)),
  };
}

/** Passes the gate for reading the metrics. Throws `ACCESS_DENIED`. */
export async function mayMeasure(gate: Gate, caller: Caller): Promise<void> {
  await gate.pass(caller, onEverything('metrics:read', 'metrics'), () => Promise.resolve());
}

/** Gathers evidence behind the gate. Throws `ACCESS_DENIED`, and what `work` throws. */
export async function gatherEvidence<T>(gate: Gate, caller: Caller, work: () => Promise<T>): Promise<T> {
  return await gate.pass(caller, onEverything('evidence:export', 'evidence'), work);
}

async function status(deps: SystemVerbsDeps): Promise<SystemStatus> {
  const { namespaces, models, versions, blobs, logicalBytes, storedBytes } = await deps.catalogue.totals();
  const switchedOff = (await deps.registry.listNamespaces()).filter((each) => each.encryption === 'off');
  const scans = await scansStatus(deps);
  return {
    formatVersion: deps.catalogue.formatVersion(),
    vault: deps.keyring.vault,
    namespaces,
    models,
    versions,
    blobs,
    logicalBytes,
    storedBytes,
    rootSeals: deps.keyring.seals(),
    scans,
    warnings: [
      ...(await deps.warnings()),
      ...switchedOff.map((each) => `encryption is switched off for the namespace ${each.name}`),
      ...scanWarnings(scans),
      ...(await heldWarnings(deps)),
    ],
  };
}

async function scansStatus({ catalogue, scanner, rescan }: SystemVerbsDeps): Promise<ScansStatus> {
  const ruleSet = scanner.ruleSet.digest;
  const { files, versions } = await catalogue.countStale(ruleSet);
  const running = rescan?.();
  return {
    ruleSet,
    staleFiles: files,
    staleVersions: versions,
    ...(running !== undefined && { rescan: running }),
  };
}

function scanWarnings({ staleFiles, staleVersions, rescan }: ScansStatus): readonly string[] {
  const failed = rescan?.state === 'failed' ? [`the rescan failed: ${rescan.code ?? 'INTERNAL'}`] : [];
  if (staleFiles === 0) return failed;
  const isComing = rescan?.state === 'running' || rescan?.state === 'waiting';
  const todo = isComing ? 'being scanned now' : 'strongroom scans rescan --all';
  return [
    ...failed,
    `files that the rules in force have not scanned: ${staleFiles} in ${staleVersions} versions (${todo})`,
  ];
}

async function heldWarnings({ registry }: SystemVerbsDeps): Promise<readonly string[]> {
  const held = (await registry.listHeld()).length;
  return held === 0 ? [] : [`versions that are held back: ${held} (strongroom quarantine ls)`];
}
