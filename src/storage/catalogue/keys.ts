import { StrongroomError } from '../../errors/index.ts';
import type { CatalogueKeys } from '../catalogue.ts';
import type { KeyRef, KeyUsage, LeaseJudge } from '../catalogue-rows.ts';
import { keyField } from './key-columns.ts';
import { readLeases } from './lease-rows.ts';
import type { CatalogueDatabase, Queries } from './tables.ts';

export function keyVerbs(database: CatalogueDatabase): CatalogueKeys {
  return {
    keyUsage: (isLive) => database.read((queries) => readUsage(queries, isLive)),
    blockKeyVersion: (key, isLive) => database.write((queries) => blockKeyVersion(queries, key, isLive)),
    unblockKeyVersion: (key) =>
      database.write(async (queries) => {
        await queries
          .deleteFrom('blocked_keys')
          .where('name', '=', key.key)
          .where('version', '=', key.version)
          .execute();
      }),
  };
}

/** The first of these key versions that is blocked. */
export async function findBlockedKey(
  queries: Queries,
  keys: readonly (KeyRef | undefined)[],
): Promise<KeyRef | undefined> {
  const distinct = new Map(
    keys.filter((key) => key !== undefined).map((key) => [`${key.key}@${key.version}`, key]),
  );
  for (const key of distinct.values()) {
    const row = await queries
      .selectFrom('blocked_keys')
      .select('version')
      .where('name', '=', key.key)
      .where('version', '=', key.version)
      .executeTakeFirst();
    if (row !== undefined) return key;
  }
  return undefined;
}

/** Throws `KEY_VERSION_BLOCKED`. */
export async function assertNotBlocked(queries: Queries, key: KeyRef | undefined): Promise<void> {
  if ((await findBlockedKey(queries, [key])) === undefined) return;
  throw new StrongroomError('KEY_VERSION_BLOCKED', `version ${key?.version ?? 0} of the key is retired`);
}

async function readUsage(queries: Queries, isLive: LeaseJudge): Promise<readonly KeyUsage[]> {
  const usage = new Map<string, { key: string; version: number; blobs: number; leases: number }>();
  const usageOf = (key: KeyRef) => {
    const name = `${key.key}@${key.version}`;
    const known = usage.get(name) ?? { ...key, blobs: 0, leases: 0 };
    usage.set(name, known);
    return known;
  };
  const counts = await queries
    .selectFrom('blobs')
    .select(['key_name', 'key_version'])
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('key_name', 'is not', null)
    .groupBy(['key_name', 'key_version'])
    .orderBy('key_name')
    .orderBy('key_version')
    .execute();
  for (const row of counts) {
    const { key } = keyField(row);
    if (key !== undefined) usageOf(key).blobs = row.count;
  }
  for (const lease of (await readLeases(queries)).filter(isLive)) {
    if (lease.key !== undefined) usageOf(lease.key).leases += 1;
  }
  return [...usage.values()];
}

async function blockKeyVersion(queries: Queries, key: KeyRef, isLive: LeaseJudge): Promise<void> {
  const usage = (await readUsage(queries, isLive)).find(
    (row) => row.key === key.key && row.version === key.version,
  );
  if (usage !== undefined) {
    const message = `${usage.blobs} blobs and ${usage.leases} running writes use version ${key.version} of ${key.key}`;
    throw new StrongroomError('KEY_VERSION_IN_USE', message);
  }
  await queries
    .insertInto('blocked_keys')
    .values({ name: key.key, version: key.version })
    .onConflict((conflict) => conflict.columns(['name', 'version']).doNothing())
    .execute();
}
