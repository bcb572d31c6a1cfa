import { join } from 'node:path';
import type { AddedRootSeal, NewRootSeal } from '../api/index.ts';
import type { Passphrase } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { restoreBackup } from '../keyring/index.ts';
import { restrictUmask } from '../runtime/index.ts';
import { FsGenerationStore, readSmallFile } from '../storage/index.ts';
import { MAX_HOME_NOTE_BYTES, parseHomeNote } from '../vault/index.ts';
import { openCatalogue } from './catalogue-of.ts';
import { HOME_NOTE, KEYS_FOLDER } from './home-layout.ts';

export interface RestoreKeysOptions {
  readonly home: string;
  /** What `keys.backup` gave. */
  readonly backup: Uint8Array;
  readonly passphrase: Passphrase;
  /** What protects the fresh root key. */
  readonly seals: readonly NewRootSeal[];
  /** Replaces a keyring that is there. */
  readonly replace?: boolean;
}

/**
 * Gives a home its keys back from their backup, under a fresh root key. Throws `HOME_MISSING`, `HOME_MALFORMED` when
 * the keys are of another home, and what `restoreBackup` throws.
 */
export async function restoreKeys(
  options: RestoreKeysOptions,
): Promise<{ readonly vault: string; readonly seals: readonly AddedRootSeal[] }> {
  restrictUmask();
  const { home, ...rest } = options;
  const bytes = await readSmallFile(join(home, HOME_NOTE), MAX_HOME_NOTE_BYTES);
  if (bytes === undefined)
    throw new StrongroomError('HOME_MISSING', `there is no home of strongroom at ${home}`);
  const note = parseHomeNote(bytes);
  const catalogue = await openCatalogue(home);
  try {
    await using store = await FsGenerationStore.open(join(home, KEYS_FOLDER), { create: true });
    const minGeneration = await catalogue.keyringGeneration();
    const { keyring, added } = await restoreBackup({ store, vault: note.vault, minGeneration, ...rest });
    using _keyring = keyring;
    await catalogue.noteKeyringGeneration(keyring.generation);
    return { vault: keyring.vault, seals: added };
  } finally {
    await catalogue.close();
  }
}
