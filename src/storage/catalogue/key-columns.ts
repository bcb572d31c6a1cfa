import type { KeyRef } from '../catalogue-rows.ts';

/** A key as its two columns. */
export function keyColumns(key: KeyRef | undefined): { key_name: string | null; key_version: number | null } {
  return { key_name: key?.key ?? null, key_version: key?.version ?? null };
}

/** The inverse of `keyColumns`, to be spread into a row. */
export function keyField(row: { key_name: string | null; key_version: number | null }): { key?: KeyRef } {
  if (row.key_name === null || row.key_version === null) return {};
  return { key: { key: row.key_name, version: row.key_version } };
}
