import { join, resolve } from 'node:path';
import type { AddedRootSeal, NewRootSeal } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { createKeyring, formatRootKey, generateRootKey } from '../keyring/index.ts';
import { restrictUmask } from '../runtime/index.ts';
import {
  createWholeFolder,
  Folder,
  FsBlobStore,
  FsGenerationStore,
  openSqliteCatalogue,
  readSmallFile,
} from '../storage/index.ts';
import { formatHomeNote, MAX_HOME_NOTE_BYTES } from '../vault/index.ts';
import {
  BLOBS_FOLDER,
  builder,
  CATALOGUE_FILE,
  defaultRootKeyFile,
  HOME_NOTE,
  KEYS_FOLDER,
  ROOT_KEY_FILE,
} from './home-layout.ts';

export interface InitHomeOptions {
  /** The folder; it must not be there, or be empty. */
  readonly home: string;
  /** What protects the root key. Absent: a key file inside the home, which production should replace. */
  readonly seals?: readonly NewRootSeal[];
}

export interface InitializedHome {
  readonly vault: string;
  readonly seals: readonly AddedRootSeal[];
  /** Where the root key lies, when nobody said where it should be kept. */
  readonly rootKeyFile?: string;
}

/** Whether there is a home at a place. Throws the `STORAGE_…` errors where that cannot be told. */
export async function homeExists(home: string): Promise<boolean> {
  return (await readSmallFile(join(resolve(home), HOME_NOTE), MAX_HOME_NOTE_BYTES)) !== undefined;
}

/**
 * Makes a home, whole or not at all. Throws `HOME_EXISTS`, `INPUT_INVALID` for a seal that makes no sense, and the
 * `STORAGE_…` errors.
 */
export async function initHome(options: InitHomeOptions): Promise<InitializedHome> {
  restrictUmask();
  const home = resolve(options.home);
  if (await homeExists(home)) {
    throw new StrongroomError('HOME_EXISTS', `there is a home at ${options.home} already`);
  }
  return await createWholeFolder({ path: home, builder: builder(), fill: (path) => fillHome(path, options) });
}

async function fillHome(path: string, options: InitHomeOptions): Promise<InitializedHome> {
  await using folder = await Folder.open(path);
  const chosen = options.seals ?? [];
  using rootKey = generateRootKey();
  const isChosen = chosen.length > 0;
  if (!isChosen) await folder.writeFile(ROOT_KEY_FILE, formatRootKey(rootKey));
  await using keys = await FsGenerationStore.open(join(path, KEYS_FOLDER), { create: true });
  await using _blobs = await FsBlobStore.open(join(path, BLOBS_FOLDER), { create: true });
  const seals: readonly NewRootSeal[] = isChosen
    ? chosen
    : [{ kind: 'key-file', key: rootKey.expose(), label: 'made by init, inside the home' }];
  const { keyring, added } = await createKeyring({ store: keys, seals });
  using _keyring = keyring;
  const catalogue = await openSqliteCatalogue({ path: join(path, CATALOGUE_FILE) });
  try {
    await catalogue.claim(keyring.vault);
    await catalogue.noteKeyringGeneration(keyring.generation);
  } finally {
    await catalogue.close();
  }
  await folder.writeFile(HOME_NOTE, formatHomeNote({ vault: keyring.vault }));
  await folder.sync();
  return {
    vault: keyring.vault,
    seals: added,
    ...(isChosen ? {} : { rootKeyFile: defaultRootKeyFile(options.home) }),
  };
}
