import type { FilePath, ModelName } from '../api/index.ts';
import type { Manifest } from '../manifest/index.ts';
import type { VersionRow } from '../storage/index.ts';

/** The manifest of a version's row. Its names are narrowed by whoever formats it. */
export function manifestOf(row: Omit<VersionRow, 'mac' | 'digest'>): Manifest {
  const { derivedFrom } = row;
  return {
    model: row.model as ModelName,
    version: row.version,
    createdAt: row.createdAt,
    files: row.files.map(({ path, size, sha256, sha512 }) => ({
      path: path as FilePath,
      size,
      sha256,
      ...(sha512 === undefined ? {} : { sha512 }),
    })),
    metadata: row.metadata,
    ...(derivedFrom === undefined
      ? {}
      : { derivedFrom: { ...derivedFrom, model: derivedFrom.model as ModelName } }),
  };
}
