import type { NewRootSeal, RootSeal } from '../api/index.ts';
import { randomId, randomSecret } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { GenerationStore } from '../storage/index.ts';
import type { CreatedKeyring, Keyring, KeyringOptions, UnsealMaterial } from './keyring.ts';
import { openContent } from './keyring-box.ts';
import { type KeyringContent, MAC_KEY_BYTES, wipeContent } from './keyring-content.ts';
import { assertId, describeSeal } from './keyring-file.ts';
import { KeyringSession } from './keyring-session.ts';
import { assertNotOlder, publishKeyring, readKeyring, readStoreGeneration } from './keyring-store.ts';
import { generateRootKey } from './root-key.ts';
import { makeSeals, openRoot } from './root-seals.ts';
import { StoredKeyring } from './stored-keyring.ts';

export interface CreateKeyringOptions extends KeyringOptions {
  /** At least one. */
  readonly seals: readonly NewRootSeal[];
  /** Id of the strongroom, 16 bytes base64url; a fresh one by default. */
  readonly vault?: string;
}

export interface OpenKeyringOptions extends KeyringOptions {
  readonly unseal: readonly UnsealMaterial[];
  /** The newest generation that the caller knows of; an older one is refused. */
  readonly minGeneration?: number;
}

/** What a keyring says of itself before it is unsealed. Nobody vouches for it yet. */
export interface SealedKeyring {
  readonly vault: string;
  readonly generation: number;
  readonly seals: readonly RootSeal[];
}

/**
 * Makes the keyring of a new strongroom, without any keys, under a fresh root key.
 * Throws `KEYRING_EXISTS`, `INPUT_INVALID` for a seal that makes no sense.
 */
export async function createKeyring(options: CreateKeyringOptions): Promise<CreatedKeyring> {
  const { store, seals, vault = randomId() } = options;
  assertId(vault);
  const storeGeneration = await readStoreGeneration(store, false);
  const content = { macKey: randomSecret(MAC_KEY_BYTES), floor: 1, keys: [] };
  return publishFirst(options, { vault, generation: 1, content, seals, storeGeneration });
}

/** A keyring that gets a fresh root key. */
export interface FirstGeneration {
  readonly vault: string;
  readonly generation: number;
  readonly content: KeyringContent;
  readonly seals: readonly NewRootSeal[];
  readonly storeGeneration: number;
}

/**
 * Publishes a keyring under a fresh root key, for a new strongroom or a restored one. The content is the keyring's
 * from then on, or wiped. Throws `KEYRING_EXISTS` when another process was faster, `INPUT_INVALID`.
 */
export async function publishFirst(options: KeyringOptions, first: FirstGeneration): Promise<CreatedKeyring> {
  const now = clockOf(options);
  const { vault, storeGeneration } = first;
  const root = generateRootKey();
  try {
    const made = await makeSeals(first.seals, { vault, root, at: now() });
    const draft = { ...first, root, seals: made.map(({ entry }) => entry) };
    const state = await publishKeyring(options.store, draft, storeGeneration);
    const keyring = new StoredKeyring(new KeyringSession(options.store, state), now);
    return { keyring, added: made.map(({ added }) => added) };
  } catch (error) {
    root.wipe();
    wipeContent(first.content);
    if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
    throw new StrongroomError('KEYRING_EXISTS', 'another process made a keyring here', { cause: error });
  }
}

/**
 * Unseals the keyring. Throws `KEYRING_MISSING`, `KEY_REFUSED` when nothing given opens it (always the same, and a
 * passphrase always costs its derivation), `SHARE_MALFORMED`, `SHARE_FOREIGN`, `SHARES_TOO_FEW`, `KEYRING_MALFORMED`,
 * `KEYRING_TAMPERED`, `KEYRING_ROLLED_BACK`, `KEYRING_UNSUPPORTED`, `CONTAINER_LIMIT` for absurd KDF parameters.
 */
export async function openKeyring(options: OpenKeyringOptions): Promise<Keyring> {
  const { store, unseal, minGeneration = 0 } = options;
  const read = await readKeyring(store);
  if (read === undefined) throw new StrongroomError('KEYRING_MISSING', 'there is no keyring here');
  const { file, storeGeneration } = read;
  const root = await openRoot(file.head, unseal);
  try {
    const content = openContent(root, file);
    // Only now is it known that the generation is genuine, and that the caller may be told about it.
    if (file.head.generation < minGeneration) wipeContent(content);
    assertNotOlder(file.head, minGeneration);
    const session = new KeyringSession(store, { head: file.head, content, root, storeGeneration });
    return new StoredKeyring(session, clockOf(options));
  } catch (error) {
    root.wipe();
    throw error;
  }
}

/**
 * The vault and the seals of a keyring that nobody unsealed, to know what to ask for; `undefined` when there is none.
 * Throws `KEYRING_MALFORMED`, `KEYRING_UNSUPPORTED`, `CONTAINER_LIMIT`.
 */
export async function inspectKeyring(store: GenerationStore): Promise<SealedKeyring | undefined> {
  const read = await readKeyring(store);
  if (read === undefined) return undefined;
  const { vault, generation, seals } = read.file.head;
  return { vault, generation, seals: seals.map(describeSeal) };
}

function clockOf({ now = () => new Date() }: KeyringOptions): () => string {
  return () => now().toISOString();
}
