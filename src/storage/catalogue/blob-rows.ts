import type { Selectable } from 'kysely';
import type { BlobId } from '../blob-store.ts';
import type { BlobRow } from '../catalogue-rows.ts';
import { keyColumns, keyField } from './key-columns.ts';
import { pagesOf } from './pages.ts';
import type { Queries, Tables } from './tables.ts';

export async function insertBlobs(queries: Queries, rows: readonly BlobRow[]): Promise<void> {
  for (const page of pagesOf(rows)) {
    await queries.insertInto('blobs').values(page.map(fromBlobRow)).execute();
  }
}

export async function findBlobRow(queries: Queries, id: BlobId): Promise<BlobRow | undefined> {
  const row = await queries.selectFrom('blobs').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toBlobRow(row);
}

export function toBlobRow(row: Selectable<Tables['blobs']>): BlobRow {
  return {
    id: row.id as BlobId,
    model: row.model,
    size: row.size,
    storedSize: row.stored_size,
    sha256: row.sha256,
    headerGeneration: row.header_generation,
    ...keyField(row),
    ...(row.code_lock === null ? {} : { codeLock: row.code_lock }),
  };
}

function fromBlobRow(row: BlobRow): Tables['blobs'] {
  return {
    id: row.id,
    model: row.model,
    size: row.size,
    stored_size: row.storedSize,
    sha256: row.sha256,
    header_generation: row.headerGeneration,
    ...keyColumns(row.key),
    code_lock: row.codeLock ?? null,
  };
}
