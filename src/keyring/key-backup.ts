import type { NewRootSeal } from '../api/index.ts';
import type { Passphrase } from '../bytes/index.ts';
import { openKeyBackup } from './key-backup-file.ts';
import type { CreatedKeyring, KeyringOptions } from './keyring.ts';
import { readStoreGeneration } from './keyring-store.ts';
import { publishFirst } from './open-keyring.ts';

export interface RestoreBackupOptions extends KeyringOptions {
  /** What `exportBackup` returned. */
  readonly backup: Uint8Array;
  readonly passphrase: Passphrase;
  /** The seals of the fresh root key; at least one. */
  readonly seals: readonly NewRootSeal[];
  /** The newest generation that the caller knows of; the restored keyring is newer. */
  readonly minGeneration?: number;
  /** Replaces a keyring that is there, be it damaged; without it that is refused. */
  readonly replace?: boolean;
}

/**
 * Makes a keyring out of a backup: same vault, same keys, a new root key under new seals.
 * Throws `KEY_REFUSED` for a wrong passphrase, `KEY_BACKUP_MALFORMED`, `KEYRING_EXISTS`, `INPUT_INVALID`.
 */
export async function restoreBackup(options: RestoreBackupOptions): Promise<CreatedKeyring> {
  const { store, backup, passphrase, seals, minGeneration = 0, replace = false } = options;
  const storeGeneration = await readStoreGeneration(store, replace);
  const { vault, generation, content } = await openKeyBackup(backup, passphrase);
  const next = Math.max(generation, minGeneration) + 1;
  return publishFirst(options, { vault, generation: next, content, seals, storeGeneration });
}
