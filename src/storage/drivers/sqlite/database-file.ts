import { closeSync, constants, fsyncSync, lstatSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { StrongroomError } from '../../../errors/index.ts';
import { storageError } from '../../storage-error.ts';

/**
 * Sees to it that a plain file stands at the path, making an empty one with mode 0600 when there is none. Throws
 * `STORAGE_PATH_UNSAFE` for a symbolic link or anything else that is no plain file, and what the disk throws.
 */
export function ensureDatabaseFile(path: string): void {
  try {
    createEmptyFile(path);
  } catch (error) {
    if (!(error instanceof StrongroomError && error.code === 'STORAGE_CONFLICT')) throw error;
  }
  assertPlainFile(path);
}

/** Throws `STORAGE_PATH_UNSAFE` unless a plain file stands at the path: SQLite itself would follow a link. */
export function assertPlainFile(path: string): void {
  const stat = onDisk('look at the catalogue', () => lstatSync(path));
  if (!stat.isFile()) throw new StrongroomError('STORAGE_PATH_UNSAFE', 'the catalogue is not a plain file');
}

/** Throws `STORAGE_CONFLICT` when something is there already, be it a dangling link. */
export function createEmptyFile(path: string): void {
  onDisk('create the catalogue file', () => {
    // The other files of SQLite (-wal, -shm) take over this mode.
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW;
    closeSync(openSync(path, flags, 0o600));
    syncPath(dirname(path));
  });
}

/** Makes content and name durable. */
export function syncFile(path: string): void {
  onDisk('flush the catalogue', () => {
    syncPath(path);
    syncPath(dirname(path));
  });
}

export function removeFile(path: string): void {
  onDisk('remove an unfinished file', () => {
    rmSync(path, { force: true });
  });
}

function syncPath(path: string): void {
  const handle = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function onDisk<T>(doing: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw storageError(error, doing);
  }
}
