import { StrongroomError } from '../../errors/index.ts';
import type { BlobId } from '../blob-store.ts';
import type { LeaseRow, ShredRow } from '../catalogue-rows.ts';
import { keyField } from './key-columns.ts';
import { pagesOf } from './pages.ts';
import { addShreds } from './shreds.ts';
import type { Queries } from './tables.ts';

export async function readLeases(queries: Queries): Promise<readonly LeaseRow[]> {
  const rows = await queries.selectFrom('leases').selectAll().orderBy('created_at').orderBy('id').execute();
  return rows.map((row) => ({
    id: row.id,
    purpose: row.purpose,
    holder: { host: row.host, pid: row.pid, startedAt: row.started_at },
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...keyField(row),
  }));
}

/** Throws `LEASE_LOST` unless the lease is there and holds these blobs. */
export async function assertLeaseHolds(
  queries: Queries,
  lease: string,
  blobs: readonly BlobId[],
): Promise<void> {
  const held = new Set<string>();
  for (const row of await readPending(queries, lease)) held.add(row);
  const isThere = await queries.selectFrom('leases').select('id').where('id', '=', lease).executeTakeFirst();
  if (isThere === undefined || !blobs.every((blob) => held.has(blob))) {
    throw new StrongroomError('LEASE_LOST', 'the write lost its place in the catalogue');
  }
}

/** These blobs are a version's now, no longer the lease's. */
export async function settlePending(queries: Queries, blobs: readonly BlobId[]): Promise<void> {
  for (const page of pagesOf(blobs)) {
    await queries.deleteFrom('pending_blobs').where('id', 'in', page).execute();
  }
}

/** Ends a lease; what it still holds becomes pending shreds. */
export async function endLease(queries: Queries, lease: string, at: string): Promise<readonly ShredRow[]> {
  const shreds = (await readPending(queries, lease)).map((blob) => ({
    blob,
    storedSize: 0,
    requestedAt: at,
  }));
  await addShreds(queries, shreds);
  await queries.deleteFrom('pending_blobs').where('lease', '=', lease).execute();
  await queries.deleteFrom('leases').where('id', '=', lease).execute();
  return shreds;
}

async function readPending(queries: Queries, lease: string): Promise<readonly BlobId[]> {
  const rows = await queries
    .selectFrom('pending_blobs')
    .select('id')
    .where('lease', '=', lease)
    .orderBy('id')
    .execute();
  return rows.map((row) => row.id as BlobId);
}
