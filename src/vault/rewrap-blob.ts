import { formatHeader, parseHeader, rewrapHeader } from '../container/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { BlobId, BlobStore, HeaderNote } from '../storage/index.ts';
import type { KeyAccess, KeyGiver } from './deps.ts';
import { keyOf } from './seal-blob.ts';

/** How often another process may be faster before we give up on a header. */
const MAX_TRIES = 5;

export interface RewrapBlobDeps {
  readonly blobs: Pick<BlobStore, 'header' | 'replaceHeader'>;
  readonly keyring: KeyAccess & KeyGiver;
}

/**
 * Wraps a blob's data key with the active version of a key; the payload stays as it is. Returns what the catalogue
 * should note. Throws `BLOB_MISSING`, `KEY_REFUSED`, and `STORAGE_CONFLICT` when others were faster again and again.
 */
export async function rewrapBlob(deps: RewrapBlobDeps, blob: BlobId, keyName: string): Promise<HeaderNote> {
  for (let attempt = 1; ; attempt++) {
    const stored = await deps.blobs.header(blob);
    if (stored === undefined) throw new StrongroomError('BLOB_MISSING', `blob ${blob} is not in the store`);
    const next = await rewrapHeader(parseHeader(stored.bytes), {
      identities: [deps.keyring.identity()],
      recipients: [deps.keyring.recipient(keyName)],
    });
    try {
      await deps.blobs.replaceHeader(blob, formatHeader(next), stored.generation);
    } catch (error) {
      if (!isStrongroomError(error, 'STORAGE_CONFLICT') || attempt >= MAX_TRIES) throw error;
      continue;
    }
    const key = keyOf(next);
    return {
      blob,
      headerGeneration: next.generation,
      ...(key === undefined ? {} : { key }),
    };
  }
}
