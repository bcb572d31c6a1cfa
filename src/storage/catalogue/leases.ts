import { StrongroomError } from '../../errors/index.ts';
import type { BlobId } from '../blob-store.ts';
import type { CatalogueLeases } from '../catalogue.ts';
import type { LeaseJudge, LeaseRow, ShredRow } from '../catalogue-rows.ts';
import { keyColumns } from './key-columns.ts';
import { assertNotBlocked } from './keys.ts';
import { assertLeaseHolds, endLease, readLeases } from './lease-rows.ts';
import { pagesOf } from './pages.ts';
import type { CatalogueDatabase, Queries } from './tables.ts';
import { selectUnknown } from './unknown-blobs.ts';

export function leaseVerbs(database: CatalogueDatabase): CatalogueLeases {
  return {
    reserveLease: (lease, blobs) => database.write((queries) => reserveLease(queries, lease, blobs)),
    renewLease: (id, change) => database.write((queries) => renewLease(queries, id, change)),
    endLease: (id, at) => database.write((queries) => endLease(queries, id, at)),
    listLeases: () => database.read(readLeases),
    endDeadLeases: (isLive, at) => database.write((queries) => endDeadLeases(queries, isLive, at)),
  };
}

async function reserveLease(queries: Queries, lease: LeaseRow, blobs: readonly BlobId[]): Promise<void> {
  await assertNotBlocked(queries, lease.key);
  await queries
    .insertInto('leases')
    .values({
      id: lease.id,
      purpose: lease.purpose,
      host: lease.holder.host,
      pid: lease.holder.pid,
      started_at: lease.holder.startedAt,
      created_at: lease.createdAt,
      expires_at: lease.expiresAt,
      ...keyColumns(lease.key),
    })
    .execute();
  await addPending(queries, lease.id, blobs);
}

async function renewLease(
  queries: Queries,
  id: string,
  change: Parameters<CatalogueLeases['renewLease']>[1],
): Promise<void> {
  await assertLeaseHolds(queries, id, []);
  if (change.key !== undefined) {
    await assertNotBlocked(queries, change.key);
    await queries.updateTable('leases').set(keyColumns(change.key)).where('id', '=', id).execute();
  }
  if (change.expiresAt !== undefined) {
    await queries.updateTable('leases').set({ expires_at: change.expiresAt }).where('id', '=', id).execute();
  }
  await addPending(queries, id, change.blobs ?? []);
}

async function addPending(queries: Queries, lease: string, blobs: readonly BlobId[]): Promise<void> {
  if ((await selectUnknown(queries, blobs)).length < blobs.length) {
    throw new StrongroomError('STORAGE_CONFLICT', 'the id of a blob is in use already');
  }
  for (const page of pagesOf(blobs)) {
    await queries
      .insertInto('pending_blobs')
      .values(page.map((id) => ({ id, lease })))
      .execute();
  }
}

async function endDeadLeases(
  queries: Queries,
  isLive: LeaseJudge,
  at: string,
): Promise<{ leases: number; shreds: readonly ShredRow[] }> {
  const dead = (await readLeases(queries)).filter((lease) => !isLive(lease));
  const shreds: ShredRow[] = [];
  for (const lease of dead) shreds.push(...(await endLease(queries, lease.id, at)));
  return { leases: dead.length, shreds };
}
