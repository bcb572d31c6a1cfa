import { StrongroomError } from '../../errors/index.ts';
import type { CatalogueTrust, StaleFile, StaleQuery } from '../catalogue.ts';
import type { TrustPolicyRow, VersionRow, VersionState } from '../catalogue-rows.ts';
import { toBlobRow } from './blob-rows.ts';
import type { CatalogueDatabase, Queries } from './tables.ts';
import {
  addSignature,
  putRelease,
  putScanReports,
  putSigningKey,
  readScanReports,
  readSignatures,
  readSigningKeys,
} from './trust-rows.ts';
import { putStanding, readVersions } from './version-rows.ts';

export function trustVerbs(database: CatalogueDatabase): CatalogueTrust {
  return {
    findTrustPolicy: (namespace) => database.read((queries) => findPolicy(queries, namespace)),
    putTrustPolicy: (row) => database.write((queries) => putPolicy(queries, row)),
    updateStanding: (at, change) => database.write((queries) => updateStanding(queries, at, change)),
    listHiddenVersions: (model) => database.read((queries) => readHidden(queries, model)),
    findScanReports: (model, contents) =>
      database.read((queries) => readScanReports(queries, model, contents)),
    putScanReports: (rows) => database.write((queries) => putScanReports(queries, rows)),
    listStaleFiles: (query) => database.read((queries) => readStale(queries, query)),
    countStale: (ruleSet) => database.read((queries) => countStale(queries, ruleSet)),
    listReleases: (model, version) =>
      database.read((queries) =>
        queries
          .selectFrom('releases')
          .selectAll()
          .where('model', '=', model)
          .where('version', '=', version)
          .orderBy('number')
          .execute(),
      ),
    putRelease: (row) => database.write((queries) => putRelease(queries, row)),
    listSignatures: (model, version) => database.read((queries) => readSignatures(queries, model, version)),
    addSignature: (row) => database.write((queries) => addSignature(queries, row)),
    listSigningKeys: () => database.read(readSigningKeys),
    putSigningKey: (row) => database.write((queries) => putSigningKey(queries, row)),
  };
}

async function findPolicy(queries: Queries, namespace: string): Promise<TrustPolicyRow | undefined> {
  const row = await queries
    .selectFrom('trust_policies')
    .selectAll()
    .where('namespace', '=', namespace)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { namespace, policy: row.policy, updatedAt: row.updated_at, mac: row.mac };
}

async function putPolicy(queries: Queries, row: TrustPolicyRow): Promise<void> {
  const words = { policy: row.policy, updated_at: row.updatedAt, mac: row.mac };
  await queries
    .insertInto('trust_policies')
    .values({ namespace: row.namespace, ...words })
    .onConflict((conflict) => conflict.column('namespace').doUpdateSet(words))
    .execute();
}

async function updateStanding(
  queries: Queries,
  { model, version }: { readonly model: string; readonly version: number },
  change: (state: VersionState) => VersionRow,
): Promise<void> {
  const [state] = await readVersions(queries, model, version);
  if (state === undefined)
    throw new StrongroomError('VERSION_MISSING', `there is no version ${model}@${version}`);
  await putStanding(queries, change(state));
}

async function readHidden(queries: Queries, model?: string): Promise<readonly VersionState[]> {
  let query = queries
    .selectFrom('versions')
    .select(['model', 'number'])
    .where('state', '!=', 'available')
    .orderBy('model')
    .orderBy('number');
  if (model !== undefined) query = query.where('model', '=', model);
  const hidden: VersionState[] = [];
  for (const row of await query.execute())
    hidden.push(...(await readVersions(queries, row.model, row.number)));
  return hidden;
}

async function readStale(queries: Queries, query: StaleQuery): Promise<readonly StaleFile[]> {
  let select = selectStale(queries, query.ruleSet)
    .selectAll('blobs')
    .select('version_files.path')
    .distinct()
    .orderBy('blobs.id')
    .orderBy('version_files.path')
    .limit(query.limit);
  if (query.model !== undefined) select = select.where('blobs.model', '=', query.model);
  const { after } = query;
  if (after !== undefined) {
    select = select.where((expression) =>
      expression.or([
        expression('blobs.id', '>', after.blob),
        expression.and([
          expression('blobs.id', '=', after.blob),
          expression('version_files.path', '>', after.path),
        ]),
      ]),
    );
  }
  return (await select.execute()).map(({ path, ...row }) => ({ path, blob: toBlobRow(row) }));
}

async function countStale(queries: Queries, ruleSet: string) {
  const stale = selectStale(queries, ruleSet);
  const files = await queries
    .selectFrom(stale.select(['blobs.id', 'version_files.path']).distinct().as('stale'))
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const versions = await queries
    .selectFrom(stale.select(['version_files.model', 'version_files.version']).distinct().as('stale'))
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return { files: files.count, versions: versions.count };
}

function selectStale(queries: Queries, ruleSet: string) {
  return queries
    .selectFrom('version_files')
    .innerJoin('blobs', 'blobs.id', 'version_files.blob')
    .leftJoin('scan_reports', (join) =>
      join
        .onRef('scan_reports.model', '=', 'version_files.model')
        .onRef('scan_reports.sha256', '=', 'version_files.sha256')
        .onRef('scan_reports.path', '=', 'version_files.path')
        .on('scan_reports.rule_set', '=', ruleSet),
    )
    .where('scan_reports.sha256', 'is', null);
}
