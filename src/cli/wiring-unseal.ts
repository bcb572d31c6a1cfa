import type { RootSeal } from '../api/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import type { UnsealMaterial } from '../keyring/index.ts';
import type { UnsealSource } from '../open/index.ts';
import type { Unseal } from './unseal-with.ts';

/** Opens with what is at hand; asks a person only where a passphrase could help and nothing at hand did. */
export async function withUnseal<T>(unseal: Unseal, open: (source: UnsealSource) => Promise<T>): Promise<T> {
  const { materials, askPassphrase } = unseal;
  if (askPassphrase === undefined) return await open(materials);
  const told = { canAsk: false };
  const gather = async (seals: readonly RootSeal[]): Promise<readonly UnsealMaterial[]> => {
    const hasPassphrase = seals.some((seal) => seal.kind === 'passphrase');
    const hasFitting = materials.some((material) => couldOpen(material, seals));
    told.canAsk = hasPassphrase && hasFitting;
    if (!hasPassphrase || hasFitting) return materials;
    return [...materials, { kind: 'passphrase', passphrase: await askPassphrase() }];
  };
  try {
    return await open(gather);
  } catch (error) {
    if (!isStrongroomError(error, 'KEY_REFUSED') || !told.canAsk) throw error;
    return await open([{ kind: 'passphrase', passphrase: await askPassphrase() }]);
  }
}

function couldOpen(material: UnsealMaterial, seals: readonly RootSeal[]): boolean {
  const kinds: readonly RootSeal['kind'][] =
    material.kind === 'key' ? ['key-file', 'key-env'] : [material.kind];
  return seals.some((seal) => kinds.includes(seal.kind));
}
