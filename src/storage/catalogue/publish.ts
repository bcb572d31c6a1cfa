import { StrongroomError } from '../../errors/index.ts';
import type { BlobId } from '../blob-store.ts';
import type { NewFile, PublishDecision, PublishRequest, PublishResult, PublishState } from '../catalogue.ts';
import type { BlobRow, FileRow } from '../catalogue-rows.ts';
import { insertBlobs, toBlobRow } from './blob-rows.ts';
import { hasVersion } from './has-version.ts';
import { findBlockedKey } from './keys.ts';
import { assertLeaseHolds, endLease, settlePending } from './lease-rows.ts';
import { findModelRow, putModel } from './models.ts';
import { findNamespaceRow, insertNamespace } from './namespaces.ts';
import { pagesOf } from './pages.ts';
import type { Queries } from './tables.ts';
import { addSignature, putScanReports } from './trust-rows.ts';
import { insertVersion, putAlias, putMetrics, readVersions } from './version-rows.ts';

/** Makes a version visible with all that belongs to it; see `CatalogueVersions`. */
export async function publishVersion(
  queries: Queries,
  request: PublishRequest,
  decide: (state: PublishState) => PublishDecision,
): Promise<PublishResult> {
  const offered = request.files.map((file) => file.blob.id);
  await assertLeaseHolds(queries, request.lease, offered);
  const blocked = await findBlockedKey(
    queries,
    request.files.map((file) => file.blob.key),
  );
  if (blocked !== undefined) return { outcome: 'key-blocked', key: blocked };
  await assertParent(queries, request.parent);

  const files = await shareBlobs(queries, request);
  const version = (await lastNumber(queries, request.model)) + 1;
  const decision = decide(await readState(queries, request.model, { version, files }));
  await writeDecision(queries, decision, keptBlobs(request, files));
  await noteNumber(queries, request.model, version);
  await putScanReports(queries, request.reports ?? []);

  await settlePending(
    queries,
    files.map((file) => file.blob),
  );
  const superfluous = await endLease(queries, request.lease, request.at);
  const [published] = await readVersions(queries, request.model, version);
  if (published === undefined) throw new Error('a version that was just written is not there');
  return { outcome: 'published', version: published, superfluous };
}

async function assertParent(queries: Queries, parent: PublishRequest['parent']): Promise<void> {
  if (parent === undefined || (await hasVersion(queries, parent.model, parent.version))) return;
  throw new StrongroomError('LINEAGE_MISSING', `there is no version ${parent.model}@${parent.version}`);
}

async function readState(
  queries: Queries,
  model: string,
  next: { readonly version: number; readonly files: readonly FileRow[] },
): Promise<PublishState> {
  const namespace = await findNamespaceRow(queries, model.slice(0, model.indexOf('/')));
  const row = await findModelRow(queries, model);
  return {
    ...next,
    ...(namespace === undefined ? {} : { namespace }),
    ...(row === undefined ? {} : { model: row }),
  };
}

async function writeDecision(
  queries: Queries,
  decision: PublishDecision,
  blobs: readonly BlobRow[],
): Promise<void> {
  if ((await findNamespaceRow(queries, decision.namespace.name)) === undefined) {
    await insertNamespace(queries, decision.namespace);
  }
  await putModel(queries, decision.model);
  await insertBlobs(queries, blobs);
  await insertVersion(queries, decision.version);
  for (const alias of decision.aliases) await putAlias(queries, alias);
  await putMetrics(queries, decision.metrics);
  for (const signature of decision.signatures ?? []) await addSignature(queries, signature);
}

/** Finds for each file the blob that will hold it: one that the model or this version has already, or its own. */
async function shareBlobs(queries: Queries, request: PublishRequest): Promise<readonly FileRow[]> {
  const unfit = new Set(request.unfitTwins);
  const twins = new Map<string, BlobId>();
  for (const row of await readTwins(queries, request)) {
    if (!unfit.has(row.id) && !twins.has(likeness(row))) twins.set(likeness(row), row.id);
  }
  return request.files.map(({ path, sha512, blob }) => {
    const shared = twins.get(likeness(blob)) ?? blob.id;
    twins.set(likeness(blob), shared);
    return {
      path,
      size: blob.size,
      sha256: blob.sha256,
      ...(sha512 === undefined ? {} : { sha512 }),
      blob: shared,
    };
  });
}

/** Blobs of equal likeness can stand for each other: same bytes, same key, same lock. */
function likeness(blob: Omit<BlobRow, 'model'>): string {
  return JSON.stringify([blob.sha256, blob.size, blob.key?.key ?? null, blob.codeLock ?? null]);
}

async function readTwins(queries: Queries, request: PublishRequest): Promise<readonly BlobRow[]> {
  const twins: BlobRow[] = [];
  for (const page of pagesOf(request.files)) {
    const hashes = page.map((file) => file.blob.sha256);
    const rows = await queries
      .selectFrom('blobs')
      .selectAll()
      .where('model', '=', request.model)
      .where('sha256', 'in', hashes)
      .orderBy('id')
      .execute();
    twins.push(...rows.map(toBlobRow));
  }
  return twins;
}

function keptBlobs(request: PublishRequest, files: readonly FileRow[]): readonly BlobRow[] {
  const kept = new Set(files.map((file) => file.blob));
  return request.files
    .filter((file: NewFile) => kept.has(file.blob.id))
    .map((file) => ({ ...file.blob, model: request.model }));
}

async function lastNumber(queries: Queries, model: string): Promise<number> {
  const row = await queries
    .selectFrom('model_counters')
    .select('last_version')
    .where('model', '=', model)
    .executeTakeFirst();
  return row?.last_version ?? 0;
}

async function noteNumber(queries: Queries, model: string, version: number): Promise<void> {
  await queries
    .insertInto('model_counters')
    .values({ model, last_version: version })
    .onConflict((conflict) => conflict.column('model').doUpdateSet({ last_version: version }))
    .execute();
}
