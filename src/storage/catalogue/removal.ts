import { StrongroomError } from '../../errors/index.ts';
import type { BlobId } from '../blob-store.ts';
import type { CatalogueRemoval } from '../catalogue.ts';
import type { ShredRow } from '../catalogue-rows.ts';
import { pagesOf } from './pages.ts';
import { addShreds } from './shreds.ts';
import type { Queries } from './tables.ts';

const PARTS_OF_VERSION = ['aliases', 'metrics', 'version_files', 'releases', 'signatures'] as const;

/** Removes a version with its aliases and metrics; blobs that no other version shares become pending shreds. */
export async function removeVersion(
  queries: Queries,
  at: { readonly model: string; readonly version: number },
  time: string,
): Promise<CatalogueRemoval> {
  const { model, version } = at;
  const found = await queries
    .selectFrom('versions')
    .select('number')
    .where('model', '=', model)
    .where('number', '=', version)
    .executeTakeFirst();
  if (found === undefined)
    throw new StrongroomError('VERSION_MISSING', `there is no version ${model}@${version}`);
  for (const table of PARTS_OF_VERSION) {
    await queries.deleteFrom(table).where('model', '=', model).where('version', '=', version).execute();
  }
  await queries.deleteFrom('versions').where('model', '=', model).where('number', '=', version).execute();
  return { versions: 1, shreds: await shredUnused(queries, model, time) };
}

/** Removes a model with everything in it. Its counter stays. */
export async function removeModel(queries: Queries, name: string, time: string): Promise<CatalogueRemoval> {
  const versions = await queries.selectFrom('versions').select('number').where('model', '=', name).execute();
  for (const table of [...PARTS_OF_VERSION, 'versions'] as const) {
    await queries.deleteFrom(table).where('model', '=', name).execute();
  }
  const shreds = await shredUnused(queries, name, time);
  const removed = await queries.deleteFrom('models').where('name', '=', name).executeTakeFirst();
  if (removed.numDeletedRows === 0n) {
    throw new StrongroomError('MODEL_MISSING', `there is no model ${name}`);
  }
  return { versions: versions.length, shreds };
}

/** Moves the blobs of a model that no version refers to from the blobs to the pending shreds. */
async function shredUnused(queries: Queries, model: string, time: string): Promise<readonly ShredRow[]> {
  const unused = await queries
    .selectFrom('blobs')
    .leftJoin('version_files', 'version_files.blob', 'blobs.id')
    .select(['blobs.id', 'blobs.stored_size'])
    .where('blobs.model', '=', model)
    .where('version_files.blob', 'is', null)
    .orderBy('blobs.id')
    .execute();
  const shreds = unused.map((row) => ({
    blob: row.id as BlobId,
    storedSize: row.stored_size,
    requestedAt: time,
  }));
  await addShreds(queries, shreds);
  for (const page of pagesOf(unused)) {
    await queries
      .deleteFrom('blobs')
      .where(
        'id',
        'in',
        page.map((row) => row.id),
      )
      .execute();
  }
  await forgetReports(queries, model);
  return shreds;
}

/** What was found in content goes with the content. */
async function forgetReports(queries: Queries, model: string): Promise<void> {
  await queries
    .deleteFrom('scan_reports')
    .where('model', '=', model)
    .where((expression) =>
      expression.not(
        expression.exists(
          expression
            .selectFrom('version_files')
            .select('version_files.version')
            .where('version_files.model', '=', model)
            .whereRef('version_files.sha256', '=', 'scan_reports.sha256')
            .whereRef('version_files.path', '=', 'scan_reports.path'),
        ),
      ),
    )
    .execute();
}
