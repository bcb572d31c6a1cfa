import type { NewRootSeal } from '../api/index.ts';
import type { Passphrase } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { openKeyBackup } from './key-backup-file.ts';
import type { CreatedKeyring, KeyringOptions } from './keyring.ts';
import { wipeContent } from './keyring-content.ts';
import { readStoreGeneration } from './keyring-store.ts';
import { publishFirst } from './open-keyring.ts';

export interface RestoreBackupOptions extends KeyringOptions {
  /** What `exportBackup` returned. */
  readonly backup: Uint8Array;
  readonly passphrase: Passphrase;
  /** The strongroom that the backup must be of; any when absent. */
  readonly vault?: string;
  /** The seals of the fresh root key; at least one. */
  readonly seals: readonly NewRootSeal[];
  /** The newest generation that the caller knows of; the restored keyring is newer. */
  readonly minGeneration?: number;
  /** Replaces a keyring that is there, be it damaged; without it that is refused. */
  readonly replace?: boolean;
}

/**
 * Makes a keyring out of a backup: same vault, same keys, a new root key under new seals.
 * Throws `KEY_REFUSED` for a wrong passphrase, `KEY_BACKUP_MALFORMED`, `KEY_BACKUP_FOREIGN`, `KEYRING_EXISTS`, `INPUT_INVALID`.
 */
export async function restoreBackup(options: RestoreBackupOptions): Promise<CreatedKeyring> {
  const { store, backup, passphrase, seals, minGeneration = 0, replace = false } = options;
  const storeGeneration = await readStoreGeneration(store, replace);
  const { vault, generation, content } = await openKeyBackup(backup, passphrase);
  if (options.vault !== undefined && options.vault !== vault) {
    wipeContent(content);
    throw new StrongroomError('KEY_BACKUP_FOREIGN', 'these keys are of another strongroom');
  }
  const next = Math.max(generation, minGeneration) + 1;
  return publishFirst(options, { vault, generation: next, content, seals, storeGeneration });
}
