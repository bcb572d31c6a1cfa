import type { Caller, Key, KeysApi } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Keyring, KeyringKey } from '../keyring/index.ts';
import type { Catalogue, KeyRef, KeyUsage } from '../storage/index.ts';
import { listing, onEverything, onKey, placeOfKey } from './act.ts';
import type { Leaseholder, VaultLimits } from './deps.ts';
import { type Clock } from './deps.ts';
import type { Gate, Permit } from './gate.ts';
import { type RewrapBelowDeps, rewrapBelow } from './rotate-keys.ts';
import { type SecondPersonDeps, takeApproval } from './second-person.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface KeyVerbsDeps extends RewrapBelowDeps, SecondPersonDeps {
  readonly gate: Gate;
  readonly keyring: Keyring;
  readonly catalogue: RewrapBelowDeps['catalogue'] &
    Pick<Catalogue, 'keyUsage' | 'blockKeyVersion' | 'unblockKeyVersion' | 'noteKeyringGeneration'>;
  readonly leaseholder: Leaseholder;
  readonly limits: Pick<VaultLimits, 'destroyGraceDays'>;
  readonly clock: Clock;
}

/** The verbs on keys, apart from rotation. */
export function keyVerbs(deps: KeyVerbsDeps, caller: Caller): Omit<KeysApi, 'rotate'> {
  const { gate, keyring } = deps;
  return {
    list: () =>
      gate.pass(caller, listing('key:read'), async ({ rights }) => {
        await keyring.refresh();
        const usage = await deps.catalogue.keyUsage(deps.leaseholder.isLive);
        const seen = keyring.list().filter(({ name }) => rights.holds('key:read', placeOfKey(name)));
        return seen.map((key) => withUsage(key, usage));
      }),
    retire: ({ name, version }) =>
      gate.pass(caller, onKey('key:retire', name, version), () => retireKey(deps, { key: name, version })),
    destroy: ({ name, version, now }) =>
      gate.pass(caller, onKey('key:destroy', name, version), (permit) =>
        destroyKey(deps, permit, { key: name, version, isNow: now ?? false }),
      ),
    backup: ({ passphrase }) =>
      gate.pass(caller, onEverything('key:backup'), () => keyring.exportBackup(passphrase)),
  };
}

/**
 * Takes an old key version out of use: blobs that a rotation has left under it are wrapped anew, then the catalogue
 * refuses it to new writers, and only then is it disabled. A live writer that holds it makes it throw
 * `KEY_VERSION_IN_USE`; try again when the writer is done.
 */
async function retireKey(deps: KeyVerbsDeps, ref: KeyRef): Promise<Key> {
  // Another process may have rotated since this one read the keyring.
  await deps.keyring.refresh();
  const active = deps.keyring.get(ref.key).versions.at(-1)?.version ?? 0;
  if (ref.version === active) {
    throw new StrongroomError('KEY_STATE', `version ${ref.version} of ${ref.key} is active; rotate first`);
  }
  await rewrapBelow(deps, { name: ref.key, version: active });
  await deps.catalogue.blockKeyVersion(ref, deps.leaseholder.isLive);
  try {
    await deps.keyring.disable(ref.key, ref.version);
  } catch (error) {
    await deps.catalogue.unblockKeyVersion(ref);
    throw error;
  }
  return afterChange(deps, ref.key);
}

async function destroyKey(
  deps: KeyVerbsDeps,
  permit: Permit,
  { isNow, ...ref }: KeyRef & { readonly isNow: boolean },
): Promise<Key> {
  await deps.keyring.refresh();
  const version = deps.keyring.get(ref.key).versions.find((each) => each.version === ref.version);
  const { disabledAt } = version ?? {};
  if (version?.state === 'disabled' && disabledAt !== undefined && !isNow) {
    const dueAt = new Date(Date.parse(disabledAt) + deps.limits.destroyGraceDays * DAY_MS);
    if (deps.clock.now() < dueAt) {
      const told = `version ${ref.version} of ${ref.key} may be destroyed from ${dueAt.toISOString().slice(0, 10)}`;
      throw new StrongroomError('KEY_STATE', told, {
        hint: 'wait, or destroy it at once with --now; it cannot be undone',
      });
    }
  }
  const { action, on, resource } = onKey('key:destroy', ref.key, ref.version);
  if (version?.state === 'disabled') await takeApproval(deps, permit, { action, on, resource });
  await deps.keyring.destroy(ref.key, ref.version);
  return afterChange(deps, ref.key);
}

async function afterChange(deps: KeyVerbsDeps, name: string): Promise<Key> {
  await deps.catalogue.noteKeyringGeneration(deps.keyring.generation);
  return withUsage(deps.keyring.get(name), await deps.catalogue.keyUsage(deps.leaseholder.isLive));
}

function withUsage(key: KeyringKey, usage: readonly KeyUsage[]): Key {
  const blobsOf = (version: number) =>
    usage.find((each) => each.key === key.name && each.version === version)?.blobs ?? 0;
  return {
    name: key.name,
    versions: key.versions.map((version) => ({ ...version, blobCount: blobsOf(version.version) })),
  };
}
