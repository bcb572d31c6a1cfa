import { type ErrorCode, StrongroomError } from '../../../errors/index.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html) that mean something to us. */
const SQLITE = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  PROTOCOL: 15,
  CONSTRAINT: 19,
  AUTH: 23,
  NOTADB: 26,
} as const;

/** Extended code: no space for the shared memory of the write-ahead log. */
const SQLITE_IOERR_SHMSIZE = 4874;

const MEANINGS: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map<number, [ErrorCode, string]>([
  [SQLITE.PERM, ['STORAGE_DENIED', 'no permission for the catalogue']],
  [SQLITE.BUSY, ['CATALOGUE_BUSY', 'the catalogue is in use by another process']],
  [SQLITE.LOCKED, ['CATALOGUE_BUSY', 'the catalogue is in use by another process']],
  [SQLITE.PROTOCOL, ['CATALOGUE_BUSY', 'the catalogue is in use by another process']],
  [SQLITE.READONLY, ['STORAGE_DENIED', 'the catalogue cannot be written']],
  [SQLITE.CANTOPEN, ['STORAGE_DENIED', 'the catalogue cannot be opened']],
  [SQLITE.AUTH, ['STORAGE_DENIED', 'no permission for the catalogue']],
  [SQLITE.FULL, ['STORAGE_FULL', 'no space is left for the catalogue']],
  [SQLITE_IOERR_SHMSIZE, ['STORAGE_FULL', 'no space is left for the catalogue']],
  [SQLITE.IOERR, ['CATALOGUE_UNAVAILABLE', 'the catalogue cannot be read or written']],
  [SQLITE.CORRUPT, ['CATALOGUE_DAMAGED', 'the catalogue is damaged']],
  [SQLITE.NOTADB, ['CATALOGUE_DAMAGED', 'the catalogue is not a database']],
  // Every rule is checked before its row is written, so a constraint only breaks on rows that were changed from outside.
  [SQLITE.CONSTRAINT, ['CATALOGUE_DAMAGED', 'the rows of the catalogue contradict each other']],
]);

/** What SQLite threw, as an error of ours; everything else as it is. */
export function sqliteError(error: unknown): unknown {
  const code = resultCode(error);
  if (code === undefined) return error;
  const meaning = MEANINGS.get(code) ?? MEANINGS.get(code & 0xff);
  return meaning === undefined ? error : new StrongroomError(meaning[0], meaning[1], { cause: error });
}

/** Whether another connection was in the way, so that trying again makes sense. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  if (code === undefined) return false;
  const primary = code & 0xff;
  return primary === SQLITE.BUSY || primary === SQLITE.LOCKED || primary === SQLITE.PROTOCOL;
}

/** The extended result code of an error that node:sqlite threw. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
