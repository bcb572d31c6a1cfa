import { modelVerbs } from './models.ts';
import { namespaceVerbs } from './namespaces.ts';
import { publishVerbs } from './publish.ts';
import type { Registry, RegistryDeps, RegistryParts } from './registry.ts';
import { SealedRows } from './sealed-rows.ts';
import { trustVerbs } from './trust.ts';
import { versionVerbs } from './versions.ts';

/** The registry over a catalogue, sealed by the keyring. */
export function createRegistry(deps: RegistryDeps): Registry {
  const parts: RegistryParts = {
    catalogue: deps.catalogue,
    rows: new SealedRows(deps.seal),
    now: deps.now,
  };
  return {
    ...namespaceVerbs(parts),
    ...modelVerbs(parts),
    ...versionVerbs(parts),
    ...publishVerbs(parts),
    ...trustVerbs(parts),
  };
}
