import type { Selectable } from 'kysely';
import { StrongroomError } from '../../errors/index.ts';
import type { CatalogueDocuments, DocumentQuery, DocumentRow } from '../documents.ts';
import type { CatalogueDatabase, Queries, Tables } from './tables.ts';

export function documentVerbs(plain: CatalogueDatabase): CatalogueDocuments {
  let ownWrites = 0;
  // Changes of collections, as they were counted after so many writes of this object and of others.
  const counted = { own: 0, foreign: -1, changes: new WeakMap<readonly string[], Promise<number>>() };
  const database: Pick<CatalogueDatabase, 'read' | 'write'> = {
    read: (work) => plain.read(work),
    // Counted before and after: whoever asks in between asks the database, which lets them wait for the end.
    write: async (work) => {
      ownWrites++;
      try {
        return await plain.write(work);
      } finally {
        ownWrites++;
      }
    },
  };
  return {
    insertDocument: (row) => database.write((queries) => insert(queries, row)),
    findDocument: (collection, id) =>
      database.read(async (queries) => {
        const row = await selectFrom(queries, collection).where('id', '=', id).executeTakeFirst();
        return row && toDocument(row);
      }),
    findDocumentByLookup: (collection, lookup) =>
      database.read(async (queries) => {
        const row = await selectFrom(queries, collection).where('lookup', '=', lookup).executeTakeFirst();
        return row && toDocument(row);
      }),
    listDocuments: (query) => database.read((queries) => list(queries, query)),
    replaceDocument: (row) => database.write((queries) => replace(queries, row)),
    removeDocument: (collection, id, generation) =>
      database.write((queries) => remove(queries, { collection, id, generation })),
    removeExpiredDocuments: (at) => database.write((queries) => removeExpired(queries, at)),
    // Asked at every call of a server: without a query while nobody has written a document here or anything elsewhere.
    collectionChanges: (collections) => {
      const count = (): Promise<number> => database.read((queries) => countChanges(queries, collections));
      const foreign = plain.foreignVersion();
      if (foreign === undefined) return count();
      if (counted.own !== ownWrites || counted.foreign !== foreign) {
        Object.assign(counted, { own: ownWrites, foreign, changes: new WeakMap() });
      }
      const { changes } = counted;
      const known = changes.get(collections);
      if (known !== undefined) return known;
      const fresh = count();
      changes.set(collections, fresh);
      fresh.catch(() => changes.delete(collections));
      return fresh;
    },
  };
}

async function insert(queries: Queries, row: DocumentRow): Promise<void> {
  const inserted = await queries
    .insertInto('documents')
    .values({ collection: row.collection, id: row.id, ...columnsOf(row) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) throw taken(row);
  await noteChange(queries, row.collection);
}

async function replace(queries: Queries, row: DocumentRow): Promise<void> {
  await assertLookupFree(queries, row);
  const updated = await queries
    .updateTable('documents')
    .set(columnsOf(row))
    .where('collection', '=', row.collection)
    .where('id', '=', row.id)
    .where('generation', '=', row.generation - 1)
    .executeTakeFirst();
  if (updated.numUpdatedRows !== 1n) throw changed(row.collection);
  await noteChange(queries, row.collection);
}

async function remove(
  queries: Queries,
  which: { readonly collection: string; readonly id: string; readonly generation: number | undefined },
): Promise<void> {
  const { collection, id, generation } = which;
  const row = await selectFrom(queries, collection).where('id', '=', id).executeTakeFirst();
  if (row === undefined) return;
  if (generation !== undefined && row.generation !== generation) throw changed(collection);
  await queries.deleteFrom('documents').where('collection', '=', collection).where('id', '=', id).execute();
  await noteChange(queries, collection);
}

async function list(queries: Queries, query: DocumentQuery): Promise<readonly DocumentRow[]> {
  let select = selectFrom(queries, query.collection).orderBy('id').limit(query.limit);
  if (query.owner !== undefined) select = select.where('owner', '=', query.owner);
  if (query.after !== undefined) select = select.where('id', '>', query.after);
  return (await select.execute()).map(toDocument);
}

async function removeExpired(queries: Queries, at: string): Promise<number> {
  const collections = await queries
    .selectFrom('documents')
    .select('collection')
    .distinct()
    .where('expires_at', '<=', at)
    .execute();
  if (collections.length === 0) return 0;
  const removed = await queries.deleteFrom('documents').where('expires_at', '<=', at).executeTakeFirst();
  for (const { collection } of collections) await noteChange(queries, collection);
  return Number(removed.numDeletedRows);
}

/** A counter of its own, for a removal leaves nothing behind that one could count. */
async function noteChange(queries: Queries, collection: string): Promise<void> {
  await queries
    .insertInto('document_changes')
    .values({ collection, changes: 1 })
    .onConflict((conflict) =>
      conflict
        .column('collection')
        .doUpdateSet((expression) => ({ changes: expression('document_changes.changes', '+', 1) })),
    )
    .execute();
}

async function countChanges(queries: Queries, collections: readonly string[]): Promise<number> {
  if (collections.length === 0) return 0;
  const rows = await queries
    .selectFrom('document_changes')
    .select('changes')
    .where('collection', 'in', collections)
    .execute();
  return rows.reduce((sum, { changes }) => sum + changes, 0);
}

/** Checked before the row is written: a broken constraint would end the transaction on some databases. */
async function assertLookupFree(queries: Queries, row: DocumentRow): Promise<void> {
  if (row.lookup === undefined) return;
  const holder = await selectFrom(queries, row.collection)
    .where('lookup', '=', row.lookup)
    .where('id', '!=', row.id)
    .executeTakeFirst();
  if (holder !== undefined) throw taken(row);
}

const selectFrom = (queries: Queries, collection: string) =>
  queries.selectFrom('documents').selectAll().where('collection', '=', collection);

function columnsOf(row: DocumentRow): Omit<Tables['documents'], 'collection' | 'id'> {
  return {
    owner: row.owner ?? null,
    lookup: row.lookup ?? null,
    generation: row.generation,
    content: row.content,
    expires_at: row.expiresAt ?? null,
    mac: row.mac,
  };
}

function toDocument(row: Selectable<Tables['documents']>): DocumentRow {
  const { collection, id, owner, lookup, generation, content, expires_at: expiresAt, mac } = row;
  return {
    collection,
    id,
    ...(owner === null ? {} : { owner }),
    ...(lookup === null ? {} : { lookup }),
    generation,
    content,
    ...(expiresAt === null ? {} : { expiresAt }),
    mac,
  };
}

function taken({ collection }: DocumentRow): StrongroomError {
  return new StrongroomError('STORAGE_CONFLICT', `the name is taken in ${collection}`);
}

function changed(collection: string): StrongroomError {
  return new StrongroomError('STORAGE_CONFLICT', `a document of ${collection} changed meanwhile`);
}
