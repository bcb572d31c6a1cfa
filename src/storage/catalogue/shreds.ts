import type { BlobId } from '../blob-store.ts';
import type { ShredRow } from '../catalogue-rows.ts';
import { pagesOf } from './pages.ts';
import type { Queries } from './tables.ts';

/** Notes that the files of these blobs must go; after a crash the list is still there. */
export async function addShreds(queries: Queries, shreds: readonly ShredRow[]): Promise<void> {
  for (const page of pagesOf(shreds)) {
    await queries
      .insertInto('pending_shreds')
      .values(
        page.map((shred) => ({
          blob: shred.blob,
          stored_size: shred.storedSize,
          requested_at: shred.requestedAt,
        })),
      )
      .onConflict((conflict) => conflict.column('blob').doNothing())
      .execute();
  }
}

/** Oldest first. */
export async function listShreds(queries: Queries, limit?: number): Promise<readonly ShredRow[]> {
  let query = queries.selectFrom('pending_shreds').selectAll().orderBy('requested_at').orderBy('blob');
  if (limit !== undefined) query = query.limit(limit);
  const rows = await query.execute();
  return rows.map((row) => ({
    blob: row.blob as BlobId,
    storedSize: row.stored_size,
    requestedAt: row.requested_at,
  }));
}

export async function finishShreds(queries: Queries, blobs: readonly BlobId[]): Promise<void> {
  for (const page of pagesOf(blobs)) {
    await queries.deleteFrom('pending_shreds').where('blob', 'in', page).execute();
  }
}
