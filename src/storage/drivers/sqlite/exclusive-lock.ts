import { DatabaseSync } from 'node:sqlite';
import type { ExclusiveLock } from '../../exclusive-lock.ts';
import { ensureDatabaseFile } from './database-file.ts';
import { isBusy, sqliteError } from './sqlite-error.ts';

/**
 * A lock on a file of its own (an empty SQLite database under an exclusive transaction, which is a POSIX record lock).
 * Within one process it must be opened once. Throws the `STORAGE_…` errors.
 */
export function openExclusiveLock(path: string): ExclusiveLock {
  ensureDatabaseFile(path);
  const connection = new DatabaseSync(path, { timeout: 0 });
  let isHeld = false;
  const tryTake = (): boolean => {
    if (isHeld) return false;
    try {
      connection.exec('begin exclusive');
      isHeld = true;
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw sqliteError(error);
    }
  };
  return {
    async tryWith(work) {
      if (!tryTake()) return undefined;
      try {
        return { result: await work() };
      } finally {
        connection.exec('rollback');
        isHeld = false;
      }
    },
    close: () => connection.close(),
  };
}
