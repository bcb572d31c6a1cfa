import type { Selectable } from 'kysely';
import { StrongroomError } from '../../errors/index.ts';
import type { CatalogueNamespaces } from '../catalogue.ts';
import type { NamespaceRow, NamespaceState } from '../catalogue-rows.ts';
import type { RememberingDatabase } from './read-memo.ts';
import type { Queries, Tables } from './tables.ts';

export function namespaceVerbs(database: RememberingDatabase): CatalogueNamespaces {
  return {
    createNamespace: (row) =>
      database.write(async (queries) => {
        if ((await findNamespaceRow(queries, row.name)) !== undefined) {
          throw new StrongroomError('NAMESPACE_EXISTS', `the namespace ${row.name} exists already`);
        }
        await insertNamespace(queries, row);
      }),
    findNamespace: (name) =>
      database.readKept(`namespace ${name}`, async (queries) => (await readStates(queries, name))[0]),
    listNamespaces: () => database.read((queries) => readStates(queries)),
    updateNamespace: (name, change) =>
      database.write(async (queries) => {
        const next = change(await getNamespaceRow(queries, name));
        await queries
          .updateTable('namespaces')
          .set({ encryption: next.encryption, key_scope: next.keyScope, mac: next.mac })
          .where('name', '=', name)
          .execute();
      }),
    removeNamespace: (name) => database.write((queries) => removeNamespace(queries, name)),
  };
}

/** The row of a namespace, inside a transaction of the caller. */
export async function findNamespaceRow(queries: Queries, name: string): Promise<NamespaceRow | undefined> {
  const row = await queries.selectFrom('namespaces').selectAll().where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : toNamespaceRow(row);
}

/** Writes a namespace that is not there yet, inside a transaction of the caller. */
export async function insertNamespace(queries: Queries, row: NamespaceRow): Promise<void> {
  await queries
    .insertInto('namespaces')
    .values({
      name: row.name,
      created_at: row.createdAt,
      encryption: row.encryption,
      key_scope: row.keyScope,
      mac: row.mac,
    })
    .execute();
}

async function getNamespaceRow(queries: Queries, name: string): Promise<NamespaceRow> {
  const row = await findNamespaceRow(queries, name);
  if (row === undefined) throw new StrongroomError('NAMESPACE_MISSING', `there is no namespace ${name}`);
  return row;
}

async function removeNamespace(queries: Queries, name: string): Promise<void> {
  await getNamespaceRow(queries, name);
  const models = await countModels(queries, name);
  if (models > 0) {
    throw new StrongroomError('NAMESPACE_NOT_EMPTY', `the namespace ${name} holds ${models} models`);
  }
  await queries.deleteFrom('trust_policies').where('namespace', '=', name).execute();
  await queries.deleteFrom('namespaces').where('name', '=', name).execute();
}

async function countModels(queries: Queries, namespace: string): Promise<number> {
  const row = await queries
    .selectFrom('models')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('namespace', '=', namespace)
    .executeTakeFirstOrThrow();
  return row.count;
}

async function readStates(queries: Queries, name?: string): Promise<readonly NamespaceState[]> {
  let query = queries
    .selectFrom('namespaces')
    .leftJoin('models', 'models.namespace', 'namespaces.name')
    .selectAll('namespaces')
    .select((expression) => expression.fn.count<number>('models.name').as('model_count'))
    .groupBy('namespaces.name')
    .orderBy('namespaces.name');
  if (name !== undefined) query = query.where('namespaces.name', '=', name);
  const rows = await query.execute();
  return rows.map((row) => ({ ...toNamespaceRow(row), modelCount: row.model_count }));
}

function toNamespaceRow(row: Selectable<Tables['namespaces']>): NamespaceRow {
  return {
    name: row.name,
    createdAt: row.created_at,
    encryption: row.encryption,
    keyScope: row.key_scope,
    mac: row.mac,
  };
}
