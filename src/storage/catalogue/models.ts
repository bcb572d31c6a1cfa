import type { Insertable, Selectable } from 'kysely';
import { StrongroomError } from '../../errors/index.ts';
import type { CatalogueModels } from '../catalogue.ts';
import type { AliasRow, ModelRow, ModelState } from '../catalogue-rows.ts';
import { groupBy } from './group-by.ts';
import { parseDirections } from './json-columns.ts';
import type { RememberingDatabase } from './read-memo.ts';
import { removeModel } from './removal.ts';
import type { Queries, Tables } from './tables.ts';

export function modelVerbs(database: RememberingDatabase): CatalogueModels {
  return {
    findModel: (name) =>
      database.readKept(`model ${name}`, async (queries) => (await readStates(queries, { name }))[0]),
    listModels: (namespace) =>
      database.read((queries) => readStates(queries, namespace === undefined ? {} : { namespace })),
    updateModel: (name, change) =>
      database.write(async (queries) => putModel(queries, change(await getModelRow(queries, name)))),
    removeModel: (name, at) => database.write((queries) => removeModel(queries, name, at)),
  };
}

export async function findModelRow(queries: Queries, name: string): Promise<ModelRow | undefined> {
  const row = await queries.selectFrom('models').selectAll().where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : toModelRow(row);
}

/** Throws `MODEL_MISSING`. */
export async function getModelRow(queries: Queries, name: string): Promise<ModelRow> {
  const row = await findModelRow(queries, name);
  if (row === undefined) throw new StrongroomError('MODEL_MISSING', `there is no model ${name}`);
  return row;
}

/** Inserts a model, or updates the one of that name. */
export async function putModel(queries: Queries, row: ModelRow): Promise<void> {
  const settings = {
    description: row.description,
    protection: row.protection,
    primary_metric: row.primaryMetric ?? null,
    metric_directions: JSON.stringify(row.metricDirections),
    mac: row.mac,
  };
  const values: Insertable<Tables['models']> = {
    name: row.name,
    namespace: row.name.slice(0, row.name.indexOf('/')),
    created_at: row.createdAt,
    ...settings,
  };
  await queries
    .insertInto('models')
    .values(values)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(settings))
    .execute();
}

export function toAliasRow(row: Selectable<Tables['aliases']>): AliasRow {
  return {
    model: row.model,
    alias: row.alias,
    version: row.version,
    setAt: row.set_at,
    mac: row.mac,
  };
}

interface ModelFilter {
  readonly name?: string;
  readonly namespace?: string;
}

async function readStates(queries: Queries, filter: ModelFilter): Promise<readonly ModelState[]> {
  let models = queries
    .selectFrom('models')
    .leftJoin('versions', (join) =>
      join.onRef('versions.model', '=', 'models.name').on('versions.state', '=', 'available'),
    )
    .selectAll('models')
    .select((expression) => [
      expression.fn.count<number>('versions.number').as('version_count'),
      expression.fn.max('versions.number').as('latest_version'),
    ])
    .groupBy('models.name')
    .orderBy('models.name');
  let aliases = queries
    .selectFrom('aliases')
    .innerJoin('models', 'models.name', 'aliases.model')
    .innerJoin('versions', (join) =>
      join.onRef('versions.model', '=', 'aliases.model').onRef('versions.number', '=', 'aliases.version'),
    )
    .where('versions.state', '=', 'available')
    .selectAll('aliases')
    .orderBy('aliases.alias');
  if (filter.name !== undefined) {
    models = models.where('models.name', '=', filter.name);
    aliases = aliases.where('models.name', '=', filter.name);
  }
  if (filter.namespace !== undefined) {
    models = models.where('models.namespace', '=', filter.namespace);
    aliases = aliases.where('models.namespace', '=', filter.namespace);
  }
  const aliasesOf = groupBy(await aliases.execute(), (row) => row.model);
  const rows = await models.execute();
  return rows.map((row) => ({
    ...toModelRow(row),
    aliases: (aliasesOf.get(row.name) ?? []).map(toAliasRow),
    versionCount: row.version_count,
    ...(row.latest_version === null ? {} : { latestVersion: row.latest_version }),
  }));
}

function toModelRow(row: Selectable<Tables['models']>): ModelRow {
  return {
    name: row.name,
    createdAt: row.created_at,
    description: row.description,
    protection: row.protection,
    ...(row.primary_metric === null ? {} : { primaryMetric: row.primary_metric }),
    metricDirections: parseDirections(row.metric_directions),
    mac: row.mac,
  };
}
