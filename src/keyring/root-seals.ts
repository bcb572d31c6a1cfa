import type { AddedRootSeal, NewRootSeal } from '../api/index.ts';
import {
  concatBytes,
  fromBase64Url,
  type Passphrase,
  SecretBytes,
  toBase64Url,
  utf8Bytes,
} from '../bytes/index.ts';
import { unwrapSecret, wrapSecret } from '../container/index.ts';
import { derivePasswordKey, hkdfExpand, ID_BYTES, newKdf, randomId, randomSecret } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { deriveSecret } from './derive.ts';
import type { UnsealMaterial } from './keyring.ts';
import {
  describeSeal,
  type KeyringHead,
  MAX_LABEL_CHARS,
  MAX_ROOT_SEALS,
  type RootSealEntry,
} from './keyring-file.ts';
import { keyRefused } from './refusal.ts';
import { ROOT_KEY_BYTES } from './root-key.ts';
import { assertShareCount, combineShares, SHARED_SECRET_BYTES, splitSecret } from './shares.ts';

/** The root key, and what every seal of it says. */
export interface SealingContext {
  readonly vault: string;
  readonly root: SecretBytes;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A seal as it is stored, and as it is told to whoever made it. */
export interface MadeSeal {
  readonly entry: RootSealEntry;
  readonly added: AddedRootSeal;
}

type SealFields = Pick<RootSealEntry, 'id' | 'createdAt' | 'label'>;

/** Seals a root key in several ways. Throws `INPUT_INVALID` for none or for one that makes no sense. */
export async function makeSeals(
  seals: readonly NewRootSeal[],
  context: SealingContext,
): Promise<readonly MadeSeal[]> {
  if (seals.length === 0) throw new StrongroomError('INPUT_INVALID', 'a root key needs at least one seal');
  assertSealCount(seals.length);
  const made: MadeSeal[] = [];
  // One after the other: each passphrase takes its memory.
  for (const seal of seals) made.push(await makeSeal(seal, context));
  return made;
}

/** Throws `INPUT_TOO_LARGE` beyond the limit. */
export function assertSealCount(count: number): void {
  if (count > MAX_ROOT_SEALS) {
    throw new StrongroomError('INPUT_TOO_LARGE', `a root key has at most ${MAX_ROOT_SEALS} seals`);
  }
}

/** Seals a root key in one way. Throws `INPUT_INVALID`. */
export async function makeSeal(seal: NewRootSeal, context: SealingContext): Promise<MadeSeal> {
  const label = seal.label ?? '';
  if (label.length > MAX_LABEL_CHARS || !/^[^\p{Cc}\p{Cs}]*$/u.test(label)) {
    throw new StrongroomError(
      'INPUT_INVALID',
      `the label of a root seal is at most ${MAX_LABEL_CHARS} printable characters`,
    );
  }
  const fields = { id: randomId(), createdAt: context.at, label };
  switch (seal.kind) {
    case 'key-file':
    case 'key-env':
      return makeKeySeal(seal, fields, context);
    case 'passphrase':
      return makePassphraseSeal(seal, fields, context);
    case 'shares':
      return makeSharesSeal(seal, fields, context);
  }
}

function makeKeySeal(
  seal: Extract<NewRootSeal, { key: Uint8Array }>,
  fields: SealFields,
  context: SealingContext,
): MadeSeal {
  if (seal.key.length !== ROOT_KEY_BYTES) {
    throw new StrongroomError('INPUT_INVALID', `a key for a root seal has ${ROOT_KEY_BYTES} bytes`);
  }
  using key = SecretBytes.copyOf(seal.key);
  using kek = keySealKek(key);
  const wrapped = wrapRoot(kek, { ...fields, kind: seal.kind }, context);
  return told({ ...fields, kind: seal.kind, keyId: keyIdOf(key), wrapped });
}

async function makePassphraseSeal(
  seal: Extract<NewRootSeal, { kind: 'passphrase' }>,
  fields: SealFields,
  context: SealingContext,
): Promise<MadeSeal> {
  if (seal.passphrase.length === 0) throw new StrongroomError('INPUT_INVALID', 'the passphrase is empty');
  const kdf = newKdf(seal.kdf);
  using kek = await derivePasswordKey(seal.passphrase, kdf);
  const wrapped = wrapRoot(kek, { ...fields, kind: seal.kind }, context);
  return told({ ...fields, kind: seal.kind, kdf, wrapped });
}

async function makeSharesSeal(
  seal: Extract<NewRootSeal, { kind: 'shares' }>,
  fields: SealFields,
  context: SealingContext,
): Promise<MadeSeal> {
  const count = { total: seal.total, threshold: seal.threshold };
  assertShareCount(count);
  using secret = randomSecret(SHARED_SECRET_BYTES);
  using kek = sharesKek(secret);
  const wrapped = wrapRoot(kek, { ...fields, kind: seal.kind }, context);
  const shares = await splitSecret(secret, count, { vault: context.vault, seal: fields.id });
  return told({ ...fields, kind: seal.kind, shares: count, wrapped }, shares);
}

function told(entry: RootSealEntry, shares?: readonly string[]): MadeSeal {
  const seal = describeSeal(entry);
  return { entry, added: shares === undefined ? { seal } : { seal, shares } };
}

/**
 * The root key, by whatever of the material opens a seal. Throws `KEY_REFUSED` when nothing does, or what is wrong
 * with the shares when shares were given. A passphrase always costs a derivation, also where no seal wants one.
 */
export async function openRoot(head: KeyringHead, unseal: readonly UnsealMaterial[]): Promise<SecretBytes> {
  let shareProblem: StrongroomError | undefined;
  for (const material of unseal) {
    try {
      const root = await openWith(head, material);
      if (root !== undefined) return root;
    } catch (error) {
      // Another piece of the material may still open it; if none does, this is the better answer.
      if (material.kind !== 'shares' || !isStrongroomError(error)) throw error;
      shareProblem ??= error;
    }
  }
  throw shareProblem ?? keyRefused();
}

async function openWith(head: KeyringHead, material: UnsealMaterial): Promise<SecretBytes | undefined> {
  switch (material.kind) {
    case 'key':
      return openWithKey(head, material.key);
    case 'passphrase':
      return await openWithPassphrase(head, material.passphrase);
    case 'shares':
      return await openWithShares(head, material.shares);
  }
}

function openWithKey(head: KeyringHead, key: SecretBytes): SecretBytes | undefined {
  const keyId = keyIdOf(key);
  using kek = keySealKek(key);
  for (const seal of head.seals) {
    const isMine = (seal.kind === 'key-file' || seal.kind === 'key-env') && seal.keyId === keyId;
    const root = isMine ? unwrapRoot(kek, seal, head.vault) : undefined;
    if (root !== undefined) return root;
  }
  return undefined;
}

async function openWithPassphrase(
  head: KeyringHead,
  passphrase: Passphrase,
): Promise<SecretBytes | undefined> {
  const seals = head.seals.filter((seal) => seal.kind === 'passphrase');
  for (const seal of seals) {
    using kek = await derivePasswordKey(passphrase, seal.kdf);
    const root = unwrapRoot(kek, seal, head.vault);
    if (root !== undefined) return root;
  }
  if (seals.length === 0) (await derivePasswordKey(passphrase, newKdf())).wipe();
  return undefined;
}

async function openWithShares(head: KeyringHead, texts: readonly string[]): Promise<SecretBytes | undefined> {
  const seals = head.seals.filter((seal) => seal.kind === 'shares');
  const sets = seals.map(({ id, shares }) => ({ vault: head.vault, seal: id, threshold: shares.threshold }));
  const combined = await combineShares(texts, sets);
  using secret = combined.secret;
  using kek = sharesKek(secret);
  const seal = seals.find(({ id }) => id === combined.seal);
  return seal === undefined ? undefined : unwrapRoot(kek, seal, head.vault);
}

/** Which key a seal wants, made from the key's material; it says nothing about the key. */
function keyIdOf(key: SecretBytes): string {
  const info = utf8Bytes('strongroom/1 root seal key id');
  return toBase64Url(hkdfExpand('sha384', key, { info, length: ID_BYTES }));
}

function keySealKek(key: SecretBytes): SecretBytes {
  return deriveSecret(key, 'strongroom/1 root seal key');
}

function sharesKek(secret: SecretBytes): SecretBytes {
  return deriveSecret(secret, 'strongroom/1 root seal shares');
}

type SealIdentity = Pick<RootSealEntry, 'id' | 'kind'>;

function wrapRoot(kek: SecretBytes, seal: SealIdentity, context: SealingContext): string {
  return toBase64Url(wrapSecret(kek, context.root.expose(), sealAad(seal, context.vault)));
}

function unwrapRoot(kek: SecretBytes, seal: RootSealEntry, vault: string): SecretBytes | undefined {
  const wrapped = fromBase64Url(seal.wrapped) ?? new Uint8Array(0);
  const root = unwrapSecret(kek, wrapped, sealAad(seal, vault));
  return root?.length === ROOT_KEY_BYTES ? SecretBytes.take(root) : undefined;
}

function sealAad(seal: SealIdentity, vault: string): Uint8Array {
  return concatBytes(
    utf8Bytes('strongroom/1\0root seal\0'),
    fromBase64Url(vault) ?? new Uint8Array(0),
    fromBase64Url(seal.id) ?? new Uint8Array(0),
    utf8Bytes(seal.kind),
  );
}
