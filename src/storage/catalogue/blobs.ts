import { StrongroomError } from '../../errors/index.ts';
import type { BlobId } from '../blob-store.ts';
import type { BlobQuery, CatalogueBlobs, HeaderNote } from '../catalogue.ts';
import type { BlobRow } from '../catalogue-rows.ts';
import { findBlobRow, insertBlobs, toBlobRow } from './blob-rows.ts';
import { keyColumns } from './key-columns.ts';
import { findBlockedKey } from './keys.ts';
import { assertLeaseHolds, settlePending } from './lease-rows.ts';
import { addShreds, finishShreds, listShreds } from './shreds.ts';
import type { CatalogueDatabase, Queries } from './tables.ts';
import { selectUnknown } from './unknown-blobs.ts';

export function blobVerbs(database: CatalogueDatabase): CatalogueBlobs {
  return {
    findBlob: (id) => database.read((queries) => findBlobRow(queries, id)),
    listBlobs: (query) => database.read((queries) => listBlobs(queries, query)),
    listHolders: (id) => database.read((queries) => listHolders(queries, id)),
    noteHeaders: (notes) =>
      database.write(async (queries) => {
        for (const note of notes) await noteHeader(queries, note);
      }),
    replaceBlob: (request) => database.write((queries) => replaceBlob(queries, request)),
    unknownBlobs: (ids) => database.read((queries) => selectUnknown(queries, ids)),
    listShreds: (limit) => database.read((queries) => listShreds(queries, limit)),
    finishShreds: (blobs) => database.write((queries) => finishShreds(queries, blobs)),
  };
}

async function listBlobs(queries: Queries, query: BlobQuery): Promise<readonly BlobRow[]> {
  let select = queries.selectFrom('blobs').selectAll().orderBy('id').limit(query.limit);
  if (query.model !== undefined) select = select.where('model', '=', query.model);
  if (query.key !== undefined) select = select.where('key_name', '=', query.key);
  if (query.keyVersion !== undefined) select = select.where('key_version', '=', query.keyVersion);
  if (query.belowKeyVersion !== undefined) select = select.where('key_version', '<', query.belowKeyVersion);
  if (query.after !== undefined) select = select.where('id', '>', query.after);
  return (await select.execute()).map(toBlobRow);
}

async function listHolders(
  queries: Queries,
  id: BlobId,
): Promise<readonly { model: string; version: number; path: string }[]> {
  const rows = await queries
    .selectFrom('version_files')
    .select(['model', 'version', 'path'])
    .where('blob', '=', id)
    .orderBy('version')
    .orderBy('path')
    .execute();
  return rows.map((row) => ({ model: row.model, version: row.version, path: row.path }));
}

async function noteHeader(queries: Queries, note: HeaderNote): Promise<void> {
  await queries
    .updateTable('blobs')
    .set({
      header_generation: note.headerGeneration,
      ...(note.key === undefined ? {} : keyColumns(note.key)),
    })
    .where('id', '=', note.blob)
    .where('header_generation', '<', note.headerGeneration)
    .execute();
}

async function replaceBlob(
  queries: Queries,
  request: Parameters<CatalogueBlobs['replaceBlob']>[0],
): Promise<'replaced' | 'gone' | 'key-blocked'> {
  const { next } = request;
  await assertLeaseHolds(queries, request.lease, [next.id]);
  const old = await findBlobRow(queries, request.old);
  if (old === undefined) {
    await settlePending(queries, [next.id]);
    await addShreds(queries, [{ blob: next.id, storedSize: next.storedSize, requestedAt: request.at }]);
    return 'gone';
  }
  if (old.size !== next.size || old.sha256 !== next.sha256) {
    throw new StrongroomError('INTERNAL', `blob ${next.id} does not hold the bytes of blob ${old.id}`);
  }
  if ((await findBlockedKey(queries, [next.key])) !== undefined) return 'key-blocked';
  await insertBlobs(queries, [{ ...next, model: old.model }]);
  await settlePending(queries, [next.id]);
  await queries.updateTable('version_files').set({ blob: next.id }).where('blob', '=', old.id).execute();
  await queries.deleteFrom('blobs').where('id', '=', old.id).execute();
  await addShreds(queries, [{ blob: old.id, storedSize: old.storedSize, requestedAt: request.at }]);
  return 'replaced';
}
