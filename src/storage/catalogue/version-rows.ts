import type { Selectable } from 'kysely';
import type { BlobId } from '../blob-store.ts';
import type {
  AliasRow,
  MetricRow,
  StandingRow,
  StoredFileRow,
  VersionRow,
  VersionState,
} from '../catalogue-rows.ts';
import { groupBy } from './group-by.ts';
import { parseStringRecord } from './json-columns.ts';
import { toAliasRow } from './models.ts';
import { pagesOf } from './pages.ts';
import type { Queries, Tables } from './tables.ts';

/** All versions of a model, or one of them, ascending by number, each with what belongs to it. */
export async function readVersions(
  queries: Queries,
  model: string,
  number?: number,
): Promise<readonly VersionState[]> {
  let versions = queries.selectFrom('versions').selectAll().where('model', '=', model).orderBy('number');
  if (number !== undefined) versions = versions.where('number', '=', number);
  const rows = await versions.execute();
  if (rows.length === 0) return [];
  const files = groupBy(await readFiles(queries, model, number), (file) => file.version);
  const aliases = groupBy(await readAliases(queries, model, number), (alias) => alias.version);
  const metrics = groupBy(
    await readMetrics(queries, { model, ...(number === undefined ? {} : { number }) }),
    (metric) => metric.version,
  );
  return rows.map((row) => ({
    ...toVersionRow(row),
    files: (files.get(row.number) ?? []).map((file) => file.row),
    aliases: aliases.get(row.number) ?? [],
    metrics: metrics.get(row.number) ?? [],
  }));
}

/** Metrics of a model, ascending by version and name; of one version, of one name where given. */
export async function readMetrics(
  queries: Queries,
  filter: {
    readonly model: string;
    readonly number?: number;
    readonly name?: string;
    /** Leaves out those of versions that are not available. */
    readonly isVisible?: boolean;
  },
): Promise<readonly MetricRow[]> {
  let metrics = queries
    .selectFrom('metrics')
    .selectAll('metrics')
    .where('metrics.model', '=', filter.model)
    .orderBy('metrics.version')
    .orderBy('metrics.name');
  if (filter.number !== undefined) metrics = metrics.where('metrics.version', '=', filter.number);
  if (filter.name !== undefined) metrics = metrics.where('metrics.name', '=', filter.name);
  if (filter.isVisible === true) {
    metrics = metrics
      .innerJoin('versions', (join) =>
        join.onRef('versions.model', '=', 'metrics.model').onRef('versions.number', '=', 'metrics.version'),
      )
      .where('versions.state', '=', 'available');
  }
  return (await metrics.execute()).map((row) => ({
    model: row.model,
    version: row.version,
    name: row.name,
    value: row.value,
    mac: row.mac,
  }));
}

/** Adds metrics or replaces their values. */
export async function putMetrics(queries: Queries, rows: readonly MetricRow[]): Promise<void> {
  for (const row of rows) {
    const { model, version, name, value, mac } = row;
    await queries
      .insertInto('metrics')
      .values({ model, version, name, value, mac })
      .onConflict((conflict) => conflict.columns(['model', 'version', 'name']).doUpdateSet({ value, mac }))
      .execute();
  }
}

/** Sets or moves an alias. */
export async function putAlias(queries: Queries, row: AliasRow): Promise<void> {
  const moved = { version: row.version, set_at: row.setAt, mac: row.mac };
  await queries
    .insertInto('aliases')
    .values({ model: row.model, alias: row.alias, ...moved })
    .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet(moved))
    .execute();
}

export async function insertVersion(queries: Queries, row: VersionRow): Promise<void> {
  await queries
    .insertInto('versions')
    .values({
      model: row.model,
      number: row.version,
      created_at: row.createdAt,
      created_by: row.createdBy,
      digest: row.digest,
      metadata: JSON.stringify(row.metadata),
      derived_model: row.derivedFrom?.model ?? null,
      derived_version: row.derivedFrom?.version ?? null,
      derived_relation: row.derivedFrom?.relation ?? null,
      has_access_code: row.hasAccessCode ? 1 : 0,
      is_encrypted: row.isEncrypted ? 1 : 0,
      ...standingColumns(row.standing),
      mac: row.mac,
    })
    .execute();
  for (const page of pagesOf(row.files)) {
    await queries
      .insertInto('version_files')
      .values(
        page.map((file) => ({
          model: row.model,
          version: row.version,
          path: file.path,
          size: file.size,
          sha256: file.sha256,
          sha512: file.sha512 ?? null,
          blob: file.blob,
        })),
      )
      .execute();
  }
}

/** Writes where a version stands, and the MAC that covers it. */
export async function putStanding(queries: Queries, row: VersionRow): Promise<void> {
  await queries
    .updateTable('versions')
    .set({ ...standingColumns(row.standing), mac: row.mac })
    .where('model', '=', row.model)
    .where('number', '=', row.version)
    .execute();
}

function standingColumns(
  standing: StandingRow | undefined,
): Pick<Tables['versions'], 'state' | 'state_reason' | 'state_at' | 'state_by'> {
  return {
    state: standing?.state ?? 'available',
    state_reason: standing?.reason ?? null,
    state_at: standing?.at ?? null,
    state_by: standing?.by ?? null,
  };
}

function standingField(row: Selectable<Tables['versions']>): Pick<VersionRow, 'standing'> {
  const { state, state_reason: reason, state_at: at, state_by: by } = row;
  if (state === 'available') return {};
  return { standing: { state, reason: reason ?? '', at: at ?? '', by: by ?? '' } };
}

async function readFiles(
  queries: Queries,
  model: string,
  number?: number,
): Promise<readonly { version: number; row: StoredFileRow }[]> {
  let files = queries
    .selectFrom('version_files')
    .innerJoin('blobs', 'blobs.id', 'version_files.blob')
    .selectAll('version_files')
    .select('blobs.stored_size')
    .where('version_files.model', '=', model)
    .orderBy('version_files.path');
  if (number !== undefined) files = files.where('version_files.version', '=', number);
  return (await files.execute()).map((row) => ({
    version: row.version,
    row: {
      path: row.path,
      size: row.size,
      sha256: row.sha256,
      ...(row.sha512 === null ? {} : { sha512: row.sha512 }),
      blob: row.blob as BlobId,
      storedSize: row.stored_size,
    },
  }));
}

async function readAliases(queries: Queries, model: string, number?: number): Promise<readonly AliasRow[]> {
  let aliases = queries.selectFrom('aliases').selectAll().where('model', '=', model).orderBy('alias');
  if (number !== undefined) aliases = aliases.where('version', '=', number);
  return (await aliases.execute()).map(toAliasRow);
}

function toVersionRow(row: Selectable<Tables['versions']>): Omit<VersionRow, 'files'> {
  const { derived_model: model, derived_version: version, derived_relation: relation } = row;
  return {
    model: row.model,
    version: row.number,
    createdAt: row.created_at,
    createdBy: row.created_by,
    digest: row.digest,
    metadata: parseStringRecord(row.metadata),
    ...(model === null || version === null || relation === null
      ? {}
      : { derivedFrom: { model, version: version, relation } }),
    hasAccessCode: row.has_access_code === 1,
    isEncrypted: row.is_encrypted === 1,
    ...standingField(row),
    mac: row.mac,
  };
}
