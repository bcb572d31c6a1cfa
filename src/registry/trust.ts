import { type HeldVersion, parseModelName } from '../api/index.ts';
import { fromBase64, toBase64, toHex } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { SignatureRow, SigningKeyRow } from '../storage/index.ts';
import type { Registry, RegistryParts, StoredSignature, StoredSigningKey } from './registry.ts';

type TrustVerbs = Pick<
  Registry,
  | 'findTrustPolicy'
  | 'setTrustPolicy'
  | 'listHeld'
  | 'setStanding'
  | 'listReleases'
  | 'putRelease'
  | 'listSignatures'
  | 'addSignature'
  | 'listSigningKeys'
  | 'putSigningKey'
>;

/** The verbs on what is trusted. What the texts say is for others to read; here they are kept and sealed. */
export function trustVerbs(parts: RegistryParts): TrustVerbs {
  const { catalogue, rows, now } = parts;
  return {
    async findTrustPolicy(namespace) {
      const row = await catalogue.findTrustPolicy(namespace);
      if (row === undefined) return undefined;
      assertOwn(row.namespace === namespace);
      return rows.openTrustPolicy(row).policy;
    },
    setTrustPolicy: (namespace, policy) =>
      catalogue.putTrustPolicy(rows.sealTrustPolicy({ namespace, policy, updatedAt: now() })),
    listHeld: () => listHeld(parts),
    async setStanding(of, standing) {
      const at = now();
      await catalogue.updateStanding(of, (row) => {
        const { mac: _mac, digest: _digest, standing: _standing, ...current } = rows.openVersion(row);
        return rows.sealVersion(
          standing === 'available' ? current : { ...current, standing: { ...standing, at } },
        );
      });
    },
    async listReleases({ model, version }) {
      const releases = await catalogue.listReleases(model, version);
      return releases.map((row) => rows.openRelease(row).words);
    },
    putRelease: ({ model, version }, number, words) =>
      catalogue.putRelease(rows.sealRelease({ model, version, number, words })),
    async listSignatures({ model, version }) {
      const signatures = await catalogue.listSignatures(model, version);
      return signatures.map((row) => openSignature(rows.openSignature(row)));
    },
    async addSignature(of, content, addedBy) {
      const row = rows.sealSignature(signatureRow(of, content, { addedAt: now(), addedBy }));
      await catalogue.addSignature(row);
      return openSignature(row);
    },
    async listSigningKeys() {
      const keys = await catalogue.listSigningKeys();
      return keys.map((row) => openSigningKey(rows.openSigningKey(row)));
    },
    putSigningKey: (key) => putSigningKey(parts, key),
  };
}

/** A signature file as a row that is still to be sealed. */
export function signatureRow(
  { model, version }: { readonly model: string; readonly version: number },
  content: Uint8Array,
  added: { readonly addedAt: string; readonly addedBy: string },
): Omit<SignatureRow, 'mac'> {
  return { model, version, id: toHex(sha256(content)), content: toBase64(content), ...added };
}

async function listHeld({ catalogue, rows }: RegistryParts): Promise<readonly HeldVersion[]> {
  const held: HeldVersion[] = [];
  for (const state of await catalogue.listHiddenVersions()) {
    const { model, version, standing } = rows.openVersion(state);
    if (standing !== undefined) held.push({ model: parseModelName(model), version, ...standing });
  }
  return held;
}

async function putSigningKey(
  { catalogue, rows, now }: RegistryParts,
  key: Omit<StoredSigningKey, 'createdAt'>,
): Promise<StoredSigningKey> {
  const known = (await catalogue.listSigningKeys()).find(({ id }) => id === key.id);
  const createdAt = known === undefined ? now() : rows.openSigningKey(known).createdAt;
  const { id, name, record, sealed } = key;
  const row = rows.sealSigningKey({
    id,
    name,
    record,
    createdAt,
    ...(sealed === undefined ? {} : { sealed }),
  });
  await catalogue.putSigningKey(row);
  return openSigningKey(row);
}

function openSignature({ id, content, addedAt, addedBy }: SignatureRow): StoredSignature {
  const bytes = fromBase64(content);
  assertOwn(bytes !== undefined);
  return { id, content: bytes, addedAt, addedBy };
}

function openSigningKey({ mac: _mac, ...key }: SigningKeyRow): StoredSigningKey {
  return key;
}

function assertOwn(isOwn: boolean): asserts isOwn {
  if (!isOwn)
    throw new StrongroomError('REGISTRY_TAMPERED', 'a row in the catalogue is not what strongroom wrote');
}
