import { join } from 'node:path';
import type { BackupReport, LongRunning } from '../api/index.ts';
import {
  type AuditLog,
  parseVkey,
  readArchiveNotes,
  readCheckpoint,
  TileStore,
  verifyLog,
} from '../audit/index.ts';
import { toHex, utf8Bytes } from '../bytes/index.ts';
import { createHasher } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { restrictUmask } from '../runtime/index.ts';
import {
  type Catalogue,
  copyTree,
  createWholeFolder,
  Folder,
  FsBlobStore,
  openSqliteCatalogue,
  readSmallFile,
} from '../storage/index.ts';
import {
  type BackupSource,
  type BackupTarget,
  formatHomeNote,
  MAX_BACKUP_NOTE_BYTES,
  type RestoreTarget,
  restoreHome,
} from '../vault/index.ts';
import {
  AUDIT_FOLDER,
  BACKUP_NOTE,
  BLOBS_FOLDER,
  builder,
  CATALOGUE_FILE,
  HOME_NOTE,
  KEYS_FOLDER,
} from './home-layout.ts';

/** Where a home lies, and where its copy goes. */
export interface BackupGround {
  readonly home: string;
  readonly path: string;
  readonly blobs: FsBlobStore;
  readonly catalogue: Catalogue;
  readonly audit: Pick<AuditLog, 'copyTo'>;
}

/** A folder as the ground that a backup goes to. */
export function backupTarget({ home, path, blobs, catalogue, audit }: BackupGround): BackupTarget {
  const snapshot = join(path, CATALOGUE_FILE);
  return {
    blobs,
    snapshotCatalogue: async () => {
      await using folder = await Folder.open(path);
      await folder.removeFile(CATALOGUE_FILE);
      await catalogue.snapshot(snapshot);
    },
    digestSnapshot: async () => {
      await using folder = await Folder.open(path);
      return await digestOf(folder, CATALOGUE_FILE);
    },
    openSnapshot: () => openSqliteCatalogue({ path: snapshot }),
    copyKeys: async () => {
      await using folder = await Folder.open(path);
      await folder.removeTree(KEYS_FOLDER);
      return await copyFolder(join(home, KEYS_FOLDER), join(path, KEYS_FOLDER));
    },
    copyAudit: async (checkpoint) => {
      await using folder = await Folder.open(join(path, AUDIT_FOLDER), { create: true });
      await audit.copyTo(folder, checkpoint);
    },
    writeNote: (note) => writeInto(path, BACKUP_NOTE, note),
  };
}

export interface RestoreStrongroomOptions extends LongRunning {
  /** What `backup` wrote. */
  readonly source: string;
  /** Where the home will be; it must not be there, or be empty. */
  readonly home: string;
}

/** Makes a home out of a backup, whole or not at all. It needs no key. Throws as `restoreHome`. */
export async function restoreStrongroom(options: RestoreStrongroomOptions): Promise<BackupReport> {
  restrictUmask();
  const { source, home, ...running } = options;
  const note = () => readSmallFile(join(source, BACKUP_NOTE), MAX_BACKUP_NOTE_BYTES);
  if ((await note()) === undefined)
    throw new StrongroomError('BACKUP_MISSING', `there is no backup at ${source}`);
  await using stored = await FsBlobStore.open(join(source, BLOBS_FOLDER));
  const from: BackupSource = { blobs: stored, readNote: note };
  return await createWholeFolder({
    path: home,
    builder: builder(),
    fill: async (path) => {
      await using blobs = await FsBlobStore.open(join(path, BLOBS_FOLDER), { create: true });
      return await restoreHome({ source: from, target: restoreTarget(source, path, blobs), ...running });
    },
  });
}

function restoreTarget(source: string, path: string, blobs: FsBlobStore): RestoreTarget {
  return {
    blobs,
    copyCatalogue: async () => {
      await using from = await Folder.open(source);
      await using to = await Folder.open(path);
      await copyTree(from, to, { include: (name) => name === CATALOGUE_FILE });
      return await digestOf(to, CATALOGUE_FILE);
    },
    copyKeys: () => copyFolder(join(source, KEYS_FOLDER), join(path, KEYS_FOLDER)),
    copyAudit: async (key) => {
      await using from = await Folder.open(join(source, AUDIT_FOLDER));
      await using to = await Folder.open(join(path, AUDIT_FOLDER), { create: true });
      await copyTree(from, to);
      const { isSound } = await verifyLog({
        tiles: new TileStore(to),
        checkpoint: await readCheckpoint(to),
        key: parseVkey(key),
        archiveNotes: await readArchiveNotes(to),
      });
      if (!isSound)
        throw new StrongroomError(
          'BACKUP_MALFORMED',
          'the audit log in the backup is not the one that was saved',
        );
    },
    writeHomeNote: (vault) => writeInto(path, HOME_NOTE, formatHomeNote({ vault })),
  };
}

/** Copies a flat folder; answers with a digest over the names and the content of its files. */
async function copyFolder(fromPath: string, toPath: string): Promise<string> {
  await using from = await Folder.open(fromPath);
  await using to = await Folder.open(toPath, { create: true });
  await copyTree(from, to);
  const hasher = createHasher('sha256');
  for (const { name } of await to.entries()) {
    hasher.update(utf8Bytes(`${name} ${await digestOf(to, name)}\n`));
  }
  return toHex(hasher.digest());
}

async function writeInto(path: string, name: string, bytes: Uint8Array): Promise<void> {
  await using folder = await Folder.open(path);
  await folder.writeFile(name, bytes);
  await folder.sync();
}

async function digestOf(folder: Folder, name: string): Promise<string> {
  await using file = await folder.openFile(name);
  const hasher = createHasher('sha256');
  for (let offset = 0; offset < file.size; offset += 1 << 20) hasher.update(await file.read(offset, 1 << 20));
  return toHex(hasher.digest());
}
