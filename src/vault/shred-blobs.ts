import type { BlobStore, Catalogue, ShredRow } from '../storage/index.ts';

export interface ShredBlobsDeps {
  readonly catalogue: Pick<Catalogue, 'finishShreds'>;
  readonly blobs: Pick<BlobStore, 'remove'>;
}

/**
 * Removes blobs that the catalogue no longer refers to: the headers with their wrapped keys first, then the
 * payloads. The catalogue forgets them last, so that an interrupted removal is finished at the next opening.
 * Returns the bytes given back.
 */
export async function shredBlobs(deps: ShredBlobsDeps, shreds: readonly ShredRow[]): Promise<number> {
  let freedBytes = 0;
  for (const shred of shreds) {
    await deps.blobs.remove(shred.blob);
    freedBytes += shred.storedSize;
  }
  if (shreds.length > 0) await deps.catalogue.finishShreds(shreds.map((shred) => shred.blob));
  return freedBytes;
}
