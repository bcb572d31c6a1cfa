import { assertNotAborted, streamSource, toHex } from '../bytes/index.ts';
import { type ContainerHeader, parseHeader } from '../container/index.ts';
import { createDamageCheck } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { BlobId, BlobStore, BlobWriter, PayloadSource, StoredHeader } from '../storage/index.ts';

/** From which store to which. */
export interface CopyRoute {
  readonly from: Pick<BlobStore, 'header' | 'open'>;
  readonly to: Pick<BlobStore, 'create'>;
}

/**
 * Copies a blob as it is stored, newest header only, and checks on the way that the payload is what its header
 * says; no key is needed. Returns the payload's size in bytes. Throws `BLOB_MISSING`, `CONTAINER_MISPLACED`,
 * `CONTAINER_TAMPERED`, `CONTAINER_TRUNCATED`, `ABORTED`, `STORAGE_CONFLICT` when the target has it.
 */
export async function copyBlob(route: CopyRoute, blob: BlobId, signal?: AbortSignal): Promise<number> {
  const stored = await route.from.header(blob);
  if (stored === undefined) throw new StrongroomError('BLOB_MISSING', `blob ${blob} is not in the store`);
  const header = parseHeader(stored.bytes);
  if (header.blob !== blob) {
    throw new StrongroomError('CONTAINER_MISPLACED', `the header of blob ${blob} belongs to another one`);
  }
  const source = await route.from.open(blob);
  try {
    return await copyPayload({ header, stored, source, signal }, await route.to.create(blob));
  } finally {
    await source.close();
  }
}

interface PayloadCopy {
  readonly header: ContainerHeader;
  readonly stored: StoredHeader;
  readonly source: PayloadSource;
  readonly signal: AbortSignal | undefined;
}

async function copyPayload(
  { header, stored, source, signal }: PayloadCopy,
  writer: BlobWriter,
): Promise<number> {
  const { blob } = header;
  try {
    if (source.size !== header.payloadSize) {
      throw new StrongroomError(
        'CONTAINER_TRUNCATED',
        `blob ${blob} has not the size that its header states`,
      );
    }
    const check = createDamageCheck();
    for await (const chunk of streamSource(source)) {
      assertNotAborted(signal);
      check.update(chunk);
      await writer.write(chunk);
    }
    if (toHex(check.digest()) !== header.payloadCheck) {
      throw new StrongroomError('CONTAINER_TAMPERED', `blob ${blob} is not what was stored`);
    }
    await writer.commit(stored.bytes, stored.generation);
    return source.size;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
