import type { Caller, SystemApi, SystemStatus } from '../api/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Catalogue } from '../storage/index.ts';
import type { Scanner } from './deps.ts';
import type { Gate } from './gate.ts';

const DEFAULT_RECORD_LIMIT = 50;
const MAX_RECORD_LIMIT = 10_000;

export interface SystemVerbsDeps {
  readonly gate: Gate;
  readonly catalogue: Pick<Catalogue, 'totals' | 'formatVersion' | 'listActs' | 'countStaleFiles'>;
  readonly registry: Pick<Registry, 'listNamespaces' | 'listHeld'>;
  readonly scanner: Pick<Scanner, 'ruleSet'>;
  readonly keyring: Pick<Keyring, 'vault' | 'seals'>;
  /** What is wrong with the home as it lies there: modes, a root key beside the data. */
  readonly warnings: () => Promise<readonly string[]>;
}

/** The verbs on the strongroom as a whole. */
export function systemVerbs(deps: SystemVerbsDeps, caller: Caller): SystemApi {
  return {
    status: () => deps.gate.pass(caller, { action: 'system:read', resource: 'system' }, () => status(deps)),
    record: (input = {}) =>
      deps.gate.pass(caller, { action: 'record:read', resource: 'record' }, () =>
        deps.catalogue.listActs(Math.min(input.limit ?? DEFAULT_RECORD_LIMIT, MAX_RECORD_LIMIT)),
      ),
  };
}

async function status(deps: SystemVerbsDeps): Promise<SystemStatus> {
  const { namespaces, models, versions, blobs, logicalBytes, storedBytes } = await deps.catalogue.totals();
  const switchedOff = (await deps.registry.listNamespaces()).filter((each) => each.encryption === 'off');
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
    warnings: [
      ...(await deps.warnings()),
      ...switchedOff.map((each) => `encryption is switched off for the namespace ${each.name}`),
      ...(await trustWarnings(deps)),
    ],
  };
}

async function trustWarnings({ catalogue, registry, scanner }: SystemVerbsDeps): Promise<readonly string[]> {
  const stale = await catalogue.countStaleFiles(scanner.ruleSet.digest);
  const held = (await registry.listHeld()).length;
  return [
    ...(stale === 0
      ? []
      : [`files that the rules in force have not scanned: ${stale} (strongroom scans rescan --all)`]),
    ...(held === 0 ? [] : [`versions that are held back: ${held} (strongroom quarantine ls)`]),
  ];
}
