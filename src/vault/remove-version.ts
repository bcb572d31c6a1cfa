import type { Access } from '../access/index.ts';
import type { Caller, ModelName, NamespaceName, RemovalReport, VersionRef } from '../api/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Catalogue, CatalogueRemoval } from '../storage/index.ts';
import { onModel, onNamespace } from './act.ts';
import type { Leaseholder } from './deps.ts';
import type { Gate } from './gate.ts';
import type { InputSchemas } from './input-schemas.ts';
import type { Rollouts } from './rollouts.ts';
import { type ShredBlobsDeps, shredBlobs } from './shred-blobs.ts';

export interface RemoveVersionDeps extends ShredBlobsDeps {
  readonly gate: Gate;
  readonly access: Pick<Access, 'change'> & { readonly grants: Pick<Access['grants'], 'removeAt'> };
  readonly registry: Pick<
    Registry,
    'getModel' | 'getVersion' | 'removeVersion' | 'removeModel' | 'removeNamespace'
  >;
  readonly catalogue: ShredBlobsDeps['catalogue'] &
    Pick<Catalogue, 'noteKeyringGeneration' | 'blockKeyVersion' | 'unblockKeyVersion'>;
  readonly keyring: Pick<Keyring, 'removeKey' | 'generation' | 'list' | 'refresh'>;
  readonly leaseholder: Pick<Leaseholder, 'isLive'>;
  readonly schemas: Pick<InputSchemas, 'forget' | 'remove'>;
  readonly rollouts: Pick<Rollouts, 'forget'>;
}

/** Removes one version and shreds the blobs that no other version of the model shares. */
export function removeVersion(
  deps: RemoveVersionDeps,
  caller: Caller,
  input: VersionRef,
): Promise<RemovalReport> {
  return deps.gate.pass(caller, onModel('version:delete', input), async () => {
    const { version } = await deps.registry.getVersion(input);
    const report = await finishRemoval(
      deps,
      await deps.registry.removeVersion({ model: input.model, version }),
    );
    await deps.schemas.remove({ model: input.model, version });
    return report;
  });
}

/** Removes a model with all its versions, their blobs, and its own key where it has one. */
export function removeModel(
  deps: RemoveVersionDeps,
  caller: Caller,
  input: { readonly model: ModelName },
): Promise<RemovalReport> {
  return deps.gate.pass(caller, onModel('model:delete', input), async () => {
    await deps.registry.getModel(input.model);
    // First: grants must not outlive the model, for another one may get its name.
    await deps.access.change(() => deps.access.grants.removeAt(input.model));
    // So with what was said of its inputs.
    await deps.schemas.forget(input.model);
    await deps.rollouts.forget(input.model);
    const report = await finishRemoval(deps, await deps.registry.removeModel(input.model));
    await destroyKey(deps, input.model);
    return report;
  });
}

/** Removes an empty namespace and destroys its keys. */
export function removeNamespace(
  deps: RemoveVersionDeps,
  caller: Caller,
  input: { readonly name: NamespaceName },
): Promise<void> {
  return deps.gate.pass(caller, onNamespace('namespace:delete', input.name), async () => {
    await deps.registry.removeNamespace(input.name);
    await deps.access.change(() => deps.access.grants.removeAt(input.name));
    await destroyKey(deps, input.name);
  });
}

async function finishRemoval(deps: RemoveVersionDeps, removal: CatalogueRemoval): Promise<RemovalReport> {
  const freedBytes = await shredBlobs(deps, removal.shreds);
  return { versions: removal.versions, shreddedBlobs: removal.shreds.length, freedBytes };
}

/** A writer that is still at work under the key keeps it: what it publishes must open. */
async function destroyKey(deps: RemoveVersionDeps, name: string): Promise<void> {
  // Another process may have made or rotated it; a version that is not known here would not be destroyed.
  await deps.keyring.refresh();
  const key = deps.keyring.list().find((each) => each.name === name);
  if (key === undefined) return;
  try {
    for (const { version } of key.versions) {
      await deps.catalogue.blockKeyVersion({ key: name, version }, deps.leaseholder.isLive);
    }
  } catch (error) {
    if (isStrongroomError(error, 'KEY_VERSION_IN_USE')) return;
    throw error;
  }
  await deps.keyring.removeKey(name);
  // A key of this name may be made again, with new material under the same numbers.
  for (const { version } of key.versions) await deps.catalogue.unblockKeyVersion({ key: name, version });
  await deps.catalogue.noteKeyringGeneration(deps.keyring.generation);
}
