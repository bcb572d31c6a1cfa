import type { Version } from '../api/index.ts';
import { utf8Bytes } from '../bytes/index.ts';
import { formatManifest } from '../manifest/index.ts';

/** What detached signatures of a version are over. */
export function manifestBytes(version: Version): Uint8Array {
  const { model, version: number, createdAt, files, metadata, derivedFrom } = version;
  return utf8Bytes(
    formatManifest({
      model,
      version: number,
      createdAt,
      files,
      metadata,
      ...(derivedFrom === undefined ? {} : { derivedFrom }),
    }),
  );
}
