import { createKyselyCatalogue } from '../../catalogue/kysely-catalogue.ts';
import { migrate } from '../../catalogue/migrations.ts';
import type { Catalogue } from '../../catalogue.ts';
import { assertPlainFile, ensureDatabaseFile } from './database-file.ts';
import { DEFAULT_BUSY_MS, SqliteDatabase } from './sqlite-database.ts';

export interface SqliteCatalogueOptions {
  /** The database file; made with mode 0600 when it is not there. Its folder must exist. */
  readonly path: string;
  /** How long to wait for other processes before `CATALOGUE_BUSY`, in milliseconds; default 10,000. */
  readonly busyMs?: number;
  /**
   * Runs something at the end of a turn of the event loop. Given, other processes are asked for changes once in a turn
   * and once in two milliseconds, not once per question: what they change counts here that much later.
   */
  readonly afterThisTurn?: (work: () => void) => void;
}

/**
 * Opens the catalogue in an SQLite file (write-ahead log, foreign keys, durable commits) and brings it to the newest
 * form. Throws `HOME_NEWER`, `STORAGE_PATH_UNSAFE` for a link in its place, and as every verb of `Catalogue`.
 */
export async function openSqliteCatalogue(options: SqliteCatalogueOptions): Promise<Catalogue> {
  ensureDatabaseFile(options.path);
  const database = await SqliteDatabase.open({
    path: options.path,
    busyMs: options.busyMs ?? DEFAULT_BUSY_MS,
    ...(options.afterThisTurn && { afterThisTurn: options.afterThisTurn }),
  });
  try {
    // Once more: whoever swapped the file for a link between the first look and the opening is found out.
    assertPlainFile(options.path);
    await database.write(migrate);
  } catch (error) {
    await database.close();
    throw error;
  }
  return createKyselyCatalogue(database);
}
