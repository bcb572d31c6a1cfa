import { StrongroomError } from '../../errors/index.ts';
import type { CatalogueVersions, VersionSelector } from '../catalogue.ts';
import type { VersionState } from '../catalogue-rows.ts';
import { hasVersion } from './has-version.ts';
import { getModelRow, putModel } from './models.ts';
import { publishVersion } from './publish.ts';
import type { RememberingDatabase } from './read-memo.ts';
import { removeVersion } from './removal.ts';
import type { Queries } from './tables.ts';
import { putAlias, putMetrics, readMetrics, readVersions } from './version-rows.ts';

export function versionVerbs(database: RememberingDatabase): CatalogueVersions {
  return {
    publishVersion: (request, decide) =>
      database.write((queries) => publishVersion(queries, request, decide)),
    findVersion: (model, which) =>
      database.readKept(`version ${model} ${JSON.stringify(which)}`, (queries) =>
        findVersion(queries, model, which),
      ),
    listVersions: (model) => database.read((queries) => readVersions(queries, model)),
    listMetrics: (model, name) =>
      database.read((queries) => readMetrics(queries, { model, name, isVisible: true })),
    addMetrics: (at, decide) =>
      database.write(async (queries) => {
        await assertVersion(queries, at.model, at.version);
        const decision = decide(await getModelRow(queries, at.model));
        await putModel(queries, decision.model);
        await putMetrics(queries, decision.metrics);
      }),
    removeVersion: (model, version, at) =>
      database.write((queries) => removeVersion(queries, { model, version }, at)),
    setAlias: (row) =>
      database.write(async (queries) => {
        await assertVersion(queries, row.model, row.version);
        await putAlias(queries, row);
      }),
    removeAlias: (model, alias) =>
      database.write(async (queries) => {
        const removed = await queries
          .deleteFrom('aliases')
          .where('model', '=', model)
          .where('alias', '=', alias)
          .executeTakeFirst();
        if (removed.numDeletedRows === 0n) {
          throw new StrongroomError('ALIAS_MISSING', `${model} has no alias ${alias}`);
        }
      }),
  };
}

async function findVersion(
  queries: Queries,
  model: string,
  which: VersionSelector,
): Promise<VersionState | undefined> {
  const number = await findNumber(queries, model, which);
  return number === undefined ? undefined : (await readVersions(queries, model, number))[0];
}

async function findNumber(
  queries: Queries,
  model: string,
  which: VersionSelector,
): Promise<number | undefined> {
  if (which === 'newest') {
    const row = await queries
      .selectFrom('versions')
      .select('number')
      .where('model', '=', model)
      .where('state', '=', 'available')
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? undefined : row.number;
  }
  if ('version' in which) return which.version;
  const row = await queries
    .selectFrom('aliases')
    .select('version')
    .where('model', '=', model)
    .where('alias', '=', which.alias)
    .executeTakeFirst();
  return row === undefined ? undefined : row.version;
}

async function assertVersion(queries: Queries, model: string, version: number): Promise<void> {
  if (await hasVersion(queries, model, version)) return;
  throw new StrongroomError('VERSION_MISSING', `there is no version ${model}@${version}`);
}
