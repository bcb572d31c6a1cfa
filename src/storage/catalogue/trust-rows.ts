import { StrongroomError } from '../../errors/index.ts';
import type { ReleaseRow, ScanReportRow, SignatureRow, SigningKeyRow } from '../catalogue-rows.ts';
import { hasVersion } from './has-version.ts';
import { pagesOf } from './pages.ts';
import type { Queries } from './tables.ts';

/** Adds reports or replaces them, as far as the model still holds their content. */
export async function putScanReports(queries: Queries, rows: readonly ScanReportRow[]): Promise<void> {
  for (const row of rows) {
    const held = await queries
      .selectFrom('version_files')
      .select('version')
      .where('model', '=', row.model)
      .where('sha256', '=', row.sha256)
      .where('path', '=', row.path)
      .limit(1)
      .executeTakeFirst();
    if (held === undefined) continue;
    const found = {
      verdict: row.verdict,
      status: row.status,
      rule_set: row.ruleSet,
      scanned_at: row.scannedAt,
      sealed: row.sealed,
    };
    await queries
      .insertInto('scan_reports')
      .values({ model: row.model, sha256: row.sha256, path: row.path, ...found })
      .onConflict((conflict) => conflict.columns(['model', 'sha256', 'path']).doUpdateSet(found))
      .execute();
  }
}

export async function readScanReports(
  queries: Queries,
  model: string,
  contents: readonly string[],
): Promise<readonly ScanReportRow[]> {
  const reports: ScanReportRow[] = [];
  for (const page of pagesOf(contents)) {
    const rows = await queries
      .selectFrom('scan_reports')
      .selectAll()
      .where('model', '=', model)
      .where('sha256', 'in', page)
      .orderBy('sha256')
      .orderBy('path')
      .execute();
    reports.push(
      ...rows.map(({ rule_set: ruleSet, scanned_at: scannedAt, ...row }) => ({ ...row, ruleSet, scannedAt })),
    );
  }
  return reports;
}

export async function putRelease(queries: Queries, row: ReleaseRow): Promise<void> {
  await assertVersion(queries, row);
  const { model, version, number, words, mac } = row;
  await queries
    .insertInto('releases')
    .values({ model, version, number, words, mac })
    .onConflict((conflict) => conflict.columns(['model', 'version', 'number']).doUpdateSet({ words, mac }))
    .execute();
}

export async function readSignatures(
  queries: Queries,
  model: string,
  version: number,
): Promise<readonly SignatureRow[]> {
  const rows = await queries
    .selectFrom('signatures')
    .selectAll()
    .where('model', '=', model)
    .where('version', '=', version)
    .orderBy('added_at')
    .orderBy('id')
    .execute();
  return rows.map(({ added_at: addedAt, added_by: addedBy, ...row }) => ({ ...row, addedAt, addedBy }));
}

export async function addSignature(queries: Queries, row: SignatureRow): Promise<void> {
  await assertVersion(queries, row);
  const { model, version, id, content, addedAt, addedBy, mac } = row;
  await queries
    .insertInto('signatures')
    .values({ model, version, id, content, added_at: addedAt, added_by: addedBy, mac })
    .onConflict((conflict) => conflict.columns(['model', 'version', 'id']).doNothing())
    .execute();
}

export async function readSigningKeys(queries: Queries): Promise<readonly SigningKeyRow[]> {
  const rows = await queries.selectFrom('signing_keys').selectAll().orderBy('id').execute();
  return rows.map(({ created_at: createdAt, sealed, ...row }) => ({
    ...row,
    createdAt,
    ...(sealed === null ? {} : { sealed }),
  }));
}

export async function putSigningKey(queries: Queries, row: SigningKeyRow): Promise<void> {
  const words = { name: row.name, record: row.record, sealed: row.sealed ?? null, mac: row.mac };
  await queries
    .insertInto('signing_keys')
    .values({ id: row.id, created_at: row.createdAt, ...words })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(words))
    .execute();
}

async function assertVersion(
  queries: Queries,
  { model, version }: { readonly model: string; readonly version: number },
): Promise<void> {
  if (await hasVersion(queries, model, version)) return;
  throw new StrongroomError('VERSION_MISSING', `there is no version ${model}@${version}`);
}
