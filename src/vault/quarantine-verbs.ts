import type { Caller, HeldVersion, QuarantineApi, RemovalReport } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry, VersionNumber } from '../registry/index.ts';
import { parseRelease } from '../trust/index.ts';
import { listing, onModel } from './act.ts';
import type { Scanner } from './deps.ts';
import type { Gate } from './gate.ts';
import { type ReleaseVersionDeps, releaseVersion } from './release-version.ts';
import { versionScan } from './scan-verbs.ts';
import { type ShredBlobsDeps, shredBlobs } from './shred-blobs.ts';

export interface QuarantineVerbsDeps extends ReleaseVersionDeps, ShredBlobsDeps {
  readonly gate: Gate;
  readonly registry: ReleaseVersionDeps['registry'] & Pick<Registry, 'listHeld' | 'removeVersion'>;
  readonly catalogue: ReleaseVersionDeps['catalogue'] & ShredBlobsDeps['catalogue'];
  readonly scanner: Pick<Scanner, 'ruleSet'>;
}

/** The verbs on versions that readers do not see. */
export function quarantineVerbs(deps: QuarantineVerbsDeps, caller: Caller): QuarantineApi {
  return {
    list: () =>
      deps.gate.pass(caller, listing('quarantine:read'), async ({ rights }) =>
        (await deps.registry.listHeld()).filter(({ model }) => rights.holds('quarantine:read', model)),
      ),
    get: (of) => deps.gate.pass(caller, onModel('quarantine:read', of), () => get(deps, of)),
    release: (input) => releaseVersion(deps, caller, input),
    remove: (of) => deps.gate.pass(caller, onModel('quarantine:delete', of), () => remove(deps, of)),
  };
}

async function get(deps: QuarantineVerbsDeps, of: VersionNumber) {
  const held = await getHeld(deps, of);
  const scan = await versionScan(deps, await deps.registry.getAnyVersion(of));
  const releases = (await deps.registry.listReleases(of)).map((text) => {
    const { digest: _digest, ...release } = parseRelease(text);
    return release;
  });
  return { held, scan, releases };
}

async function remove(deps: QuarantineVerbsDeps, of: VersionNumber): Promise<RemovalReport> {
  await getHeld(deps, of);
  const { versions, shreds } = await deps.registry.removeVersion(of);
  const freedBytes = await shredBlobs(deps, shreds);
  return { versions, shreddedBlobs: shreds.length, freedBytes };
}

async function getHeld(deps: QuarantineVerbsDeps, of: VersionNumber): Promise<HeldVersion> {
  const held = await deps.registry.listHeld();
  const found = held.find(({ model, version }) => model === of.model && version === of.version);
  if (found !== undefined) return found;
  await deps.registry.getAnyVersion(of);
  throw new StrongroomError('TRUST_NOT_HELD', `${named(of)} is available: nobody holds it back`);
}

function named({ model, version }: VersionNumber): string {
  return `${model}@${version}`;
}
