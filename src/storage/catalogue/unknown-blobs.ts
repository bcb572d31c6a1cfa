import type { BlobId } from '../blob-store.ts';
import { pagesOf } from './pages.ts';
import type { Queries } from './tables.ts';

/** Those of the ids that stand in no table, each once, in their order. */
export async function selectUnknown(queries: Queries, ids: readonly BlobId[]): Promise<readonly BlobId[]> {
  const known = new Set<string>();
  for (const page of pagesOf(ids)) {
    const blobs = await queries.selectFrom('blobs').select('id').where('id', 'in', page).execute();
    const pending = await queries.selectFrom('pending_blobs').select('id').where('id', 'in', page).execute();
    const shreds = await queries
      .selectFrom('pending_shreds')
      .select('blob as id')
      .where('blob', 'in', page)
      .execute();
    for (const row of [...blobs, ...pending, ...shreds]) known.add(row.id);
  }
  return [...new Set(ids)].filter((id) => !known.has(id));
}
