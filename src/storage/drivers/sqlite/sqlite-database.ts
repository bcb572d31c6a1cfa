import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import type { CatalogueDatabase, Queries, Tables } from '../../catalogue/tables.ts';
import { createEmptyFile, removeFile, syncFile } from './database-file.ts';
import { NodeSqliteDialect } from './node-sqlite-dialect.ts';
import { isBusy, sqliteError } from './sqlite-error.ts';

/** How long SQLite itself waits for a lock. Short, because it blocks the event loop; beyond it we wait aside. */
const BLOCKING_WAIT_MS = 20;

/** How long a verb tries to get the lock by default. */
export const DEFAULT_BUSY_MS = 10_000;

export interface SqliteDatabaseOptions {
  readonly path: string;
  readonly busyMs: number;
  readonly afterThisTurn?: ((work: () => void) => void) | undefined;
}

/** How long the answer of one turn of the event loop counts, should the turn be a long one. */
const TURN_MS = 2;

/** Counts beginnings and ends of writes of this process: its connections are foreign to each other. */
const ours = { writes: 0 };

/** One connection to a database file that exists already. */
export class SqliteDatabase implements CatalogueDatabase {
  readonly #connection: DatabaseSync;
  readonly #kysely: Kysely<Tables>;
  readonly #busyMs: number;
  readonly #foreignVersion: StatementSync;
  readonly #afterThisTurn: SqliteDatabaseOptions['afterThisTurn'];
  #asked: { readonly version: number; readonly writes: number; readonly atMs: number } | undefined;

  private constructor(connection: DatabaseSync, { busyMs, afterThisTurn }: SqliteDatabaseOptions) {
    this.#afterThisTurn = afterThisTurn;
    this.#connection = connection;
    this.#kysely = new Kysely<Tables>({ dialect: new NodeSqliteDialect(connection) });
    this.#busyMs = busyMs;
    this.#foreignVersion = connection.prepare('pragma data_version');
  }

  /** Opens and sets it up for several processes. Throws as `Catalogue` says. */
  static async open(options: SqliteDatabaseOptions): Promise<SqliteDatabase> {
    try {
      const connection = new DatabaseSync(options.path, {
        timeout: BLOCKING_WAIT_MS,
        enableForeignKeyConstraints: true,
        defensive: true,
      });
      try {
        await retryWhileBusy(options.busyMs, () => {
          configure(connection);
          return Promise.resolve();
        });
        return new SqliteDatabase(connection, options);
      } catch (error) {
        connection.close();
        throw error;
      }
    } catch (error) {
      throw sqliteError(error);
    }
  }

  read<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#run(() => this.#kysely.transaction().setAccessMode('read only').execute(work));
  }

  async write<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    ours.writes++;
    try {
      return await this.#run(() => this.#kysely.transaction().execute(work));
    } finally {
      ours.writes++;
    }
  }

  /** SQLite counts what other connections have committed (sqlite.org/pragma.html#pragma_data_version). */
  foreignVersion(): number | undefined {
    if (!this.#connection.isOpen) return undefined;
    const nowMs = performance.now();
    const asked = this.#asked;
    if (asked?.writes === ours.writes && nowMs - asked.atMs < TURN_MS) return asked.version;
    const version = this.#foreignVersion.get()?.['data_version'];
    if (typeof version !== 'number') return undefined;
    this.#rememberForThisTurn(version, nowMs);
    return version;
  }

  #rememberForThisTurn(version: number, atMs: number): void {
    if (this.#afterThisTurn === undefined) return;
    if (this.#asked === undefined) this.#afterThisTurn(() => (this.#asked = undefined));
    this.#asked = { version, writes: ours.writes, atMs };
  }

  async snapshot(path: string): Promise<void> {
    // VACUUM INTO takes an empty file that exists, and keeps its mode.
    createEmptyFile(path);
    try {
      await this.#run(() =>
        this.#kysely.connection().execute((queries) => sql`vacuum into ${path}`.execute(queries)),
      );
      syncFile(path);
    } catch (error) {
      removeFile(path);
      throw error;
    }
  }

  async check(): Promise<readonly string[]> {
    return this.read(async (queries) => {
      const structure = await sql<{ integrity_check: string }>`pragma integrity_check(20)`.execute(queries);
      const references = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(
        queries,
      );
      return [
        ...structure.rows.map((row) => row.integrity_check).filter((line) => line !== 'ok'),
        ...references.rows.map(
          (row) => `a row of ${row.table} refers to a row of ${row.parent} that is not there`,
        ),
      ];
    });
  }

  async close(): Promise<void> {
    await this.#kysely.destroy();
    // Kysely closes only what it has used.
    if (this.#connection.isOpen) this.#connection.close();
  }

  async #run<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await retryWhileBusy(this.#busyMs, step);
    } catch (error) {
      throw sqliteError(error);
    }
  }
}

function configure(connection: DatabaseSync): void {
  // Content of deleted rows is overwritten: what a removed model was called does not linger in free pages.
  connection.exec('pragma secure_delete = on');
  // An acknowledged version survives a power cut; NORMAL would not promise that in WAL mode.
  connection.exec('pragma synchronous = full');
  // The file is untrusted: no functions or virtual tables out of its schema, and every cell is measured.
  connection.exec('pragma trusted_schema = off');
  connection.exec('pragma cell_size_check = on');
  const mode = connection.prepare('pragma journal_mode').get();
  if (mode?.['journal_mode'] !== 'wal') connection.exec('pragma journal_mode = wal');
}

async function retryWhileBusy<T>(busyMs: number, step: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (!isBusy(error) || performance.now() - startMs >= busyMs) throw error;
    }
    // Spread, so that two processes do not knock in step.
    await delay(2 + Math.random() * 18);
  }
}
