import { StrongroomError } from '../../errors/index.ts';
import type { CatalogueHome } from '../catalogue.ts';
import type { AuditNote, CatalogueTotals } from '../catalogue-rows.ts';
import { CATALOGUE_FORMAT_VERSION } from './migrations.ts';
import type { RememberingDatabase } from './read-memo.ts';
import type { Queries, Tables } from './tables.ts';

/** The verbs about the catalogue as a whole. */
export function homeVerbs(database: RememberingDatabase): CatalogueHome {
  return {
    claim: (vault) =>
      database.write(async (queries) => {
        const current = await readMeta(queries, 'vault');
        if (current !== undefined) return current;
        await writeMeta(queries, 'vault', vault);
        return vault;
      }),
    findVault: () => database.read((queries) => readMeta(queries, 'vault')),
    formatVersion: () => CATALOGUE_FORMAT_VERSION,
    keyringGeneration: () => database.read(readKeyringGeneration),
    changeMark: () => database.changeMark(),
    noteKeyringGeneration: (generation) =>
      database.write(async (queries) => {
        if (generation <= (await readKeyringGeneration(queries))) return;
        await writeMeta(queries, 'keyring_generation', String(generation));
      }),
    notedAudit: () => database.read(readAuditNote),
    noteAudit: (note) =>
      database.write(async (queries) => {
        const noted = await readAuditNote(queries);
        if (noted !== undefined && note.size <= noted.size) return;
        await writeMeta(queries, 'audit', `${note.size} ${note.root} ${note.mac}`);
      }),
    totals: () => database.read(readTotals),
    snapshot: (path) => database.snapshot(path),
    check: () => database.check(),
    close: () => database.close(),
  };
}

async function readMeta(queries: Queries, name: string): Promise<string | undefined> {
  const row = await queries.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
}

async function writeMeta(queries: Queries, name: string, value: string): Promise<void> {
  await queries
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

async function readKeyringGeneration(queries: Queries): Promise<number> {
  const text = await readMeta(queries, 'keyring_generation');
  const generation = Number(text ?? '0');
  if (!Number.isSafeInteger(generation) || generation < 0) {
    throw new StrongroomError('CATALOGUE_DAMAGED', 'the catalogue names no keyring generation');
  }
  return generation;
}

async function readAuditNote(queries: Queries): Promise<AuditNote | undefined> {
  const text = await readMeta(queries, 'audit');
  if (text === undefined) return undefined;
  const [, size, root, mac] = /^(\d{1,15}) ([A-Za-z0-9_-]{43}) ([A-Za-z0-9_-]{43})$/.exec(text) ?? [];
  if (size === undefined || root === undefined || mac === undefined)
    throw new StrongroomError('CATALOGUE_DAMAGED', 'what the catalogue notes of the audit log is damaged');
  return { size: Number(size), root, mac };
}

async function readTotals(queries: Queries): Promise<CatalogueTotals> {
  const count = async (table: keyof Tables): Promise<number> => {
    const row = await queries
      .selectFrom(table)
      .select((expression) => expression.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return row.count;
  };
  const logical = await queries
    .selectFrom('version_files')
    .select((expression) => expression.fn.sum<number | null>('size').as('bytes'))
    .executeTakeFirstOrThrow();
  const stored = await queries
    .selectFrom('blobs')
    .select((expression) => expression.fn.sum<number | null>('stored_size').as('bytes'))
    .executeTakeFirstOrThrow();
  return {
    namespaces: await count('namespaces'),
    models: await count('models'),
    versions: await count('versions'),
    blobs: await count('blobs'),
    logicalBytes: logical.bytes ?? 0,
    storedBytes: stored.bytes ?? 0,
    pendingShreds: await count('pending_shreds'),
    leases: await count('leases'),
  };
}
