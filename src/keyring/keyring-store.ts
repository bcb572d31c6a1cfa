import type { SecretBytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { GenerationStore } from '../storage/index.ts';
import { rootIdOf, sealContent } from './keyring-box.ts';
import type { KeyringContent } from './keyring-content.ts';
import {
  formatKeyringFile,
  type KeyringFile,
  type KeyringHead,
  parseKeyringFile,
  type RootSealEntry,
} from './keyring-file.ts';

/** The name of the keyring in its store. */
const KEYRING_FILE = 'keyring';
/** Stores keep about this many generations as the backup before overwriting; ours ask for fewer or not at all. */
const KEPT_GENERATIONS = 3;

/** A keyring as it is held in memory while it is unsealed. */
export interface KeyringState {
  readonly head: KeyringHead;
  readonly content: KeyringContent;
  readonly root: SecretBytes;
  /** The store's own count, for its compare-and-swap; it starts anew where a backup was restored. */
  readonly storeGeneration: number;
}

/** The newest keyring file, and the store's count of it; `undefined` when there is none. */
export async function readKeyring(
  store: GenerationStore,
): Promise<{ readonly file: KeyringFile; readonly storeGeneration: number } | undefined> {
  const latest = await store.latest(KEYRING_FILE);
  return latest === undefined
    ? undefined
    : { file: parseKeyringFile(latest.bytes), storeGeneration: latest.generation };
}

/** What the next generation of a keyring consists of. */
export interface KeyringDraft {
  readonly vault: string;
  readonly generation: number;
  readonly seals: readonly RootSealEntry[];
  readonly content: KeyringContent;
  readonly root: SecretBytes;
}

/**
 * Seals and publishes a generation, in one step that happens wholly or not at all.
 * Throws `STORAGE_CONFLICT` when `storeGeneration` is not the newest any more.
 */
export async function publishKeyring(
  store: GenerationStore,
  draft: KeyringDraft,
  storeGeneration: number,
): Promise<KeyringState> {
  const { vault, generation, seals, content, root } = draft;
  const head = { vault, generation, seals, root: rootIdOf(root) };
  const bytes = formatKeyringFile(sealContent(root, head, content));
  await store.publish(KEYRING_FILE, bytes, storeGeneration);
  return { head, content, root, storeGeneration: storeGeneration + 1 };
}

/** Removes the generations that hold what ended; others stay as the backup before overwriting. */
export async function pruneKeyring(store: GenerationStore, { head, content }: KeyringState): Promise<void> {
  const allowed = head.generation - content.floor + 1;
  if (allowed < KEPT_GENERATIONS) await store.prune(KEYRING_FILE, Math.max(1, allowed));
}

/** Throws `KEYRING_ROLLED_BACK` when a keyring is older than is known to exist. */
export function assertNotOlder(head: KeyringHead, minGeneration: number): void {
  if (head.generation >= minGeneration) return;
  throw new StrongroomError(
    'KEYRING_ROLLED_BACK',
    `the keyring is of generation ${head.generation}, but generation ${minGeneration} is known`,
  );
}

/** The store's count of what is there, 0 for nothing. Throws `KEYRING_EXISTS` when it may not be replaced. */
export async function readStoreGeneration(store: GenerationStore, mayReplace: boolean): Promise<number> {
  const latest = await store.latest(KEYRING_FILE);
  if (latest !== undefined && !mayReplace) {
    throw new StrongroomError('KEYRING_EXISTS', 'there is a keyring here already');
  }
  return latest?.generation ?? 0;
}
