import {
  type AccessCodeUnlocker,
  type ContainerHeader,
  type OpenedPayload,
  openPayload,
  parseHeader,
  type SegmentPool,
} from '../container/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { BlobId, BlobRow, BlobStore, Catalogue, PayloadSource } from '../storage/index.ts';
import type { KeyAccess } from './deps.ts';

export interface OpenBlobDeps {
  readonly catalogue: Pick<Catalogue, 'findBlob'>;
  readonly blobs: Pick<BlobStore, 'header' | 'open'>;
  readonly keyring: KeyAccess & { readonly vault: string };
  readonly pool: SegmentPool;
}

/** Which blob, and what the manifest says of it: that is what it must turn out to be. */
export interface BlobWanted {
  readonly blob: BlobId;
  readonly sha256: string;
  readonly size: number;
  readonly isEncrypted: boolean;
  readonly accessCode?: AccessCodeUnlocker | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A blob's header as stored, checked against what the catalogue knows of it. */
export interface CheckedHeader {
  readonly header: ContainerHeader;
  readonly row: BlobRow;
}

/**
 * The newest header of a blob. Throws `BLOB_MISSING`, `CONTAINER_ROLLED_BACK` for one older than the catalogue
 * knows, `CONTAINER_MISPLACED` for one of another blob, and what `parseHeader` throws.
 */
export async function readBlobHeader(
  deps: Pick<OpenBlobDeps, 'catalogue' | 'blobs'> & { readonly keyring: { readonly vault: string } },
  blob: BlobId,
): Promise<CheckedHeader> {
  const row = await deps.catalogue.findBlob(blob);
  const stored = await deps.blobs.header(blob);
  if (row === undefined || stored === undefined) throw missingBlob(blob);
  const header = parseHeader(stored.bytes);
  if (header.blob !== blob || header.vault !== deps.keyring.vault) {
    throw new StrongroomError('CONTAINER_MISPLACED', `the header of blob ${blob} belongs to another one`);
  }
  if (header.generation !== stored.generation || header.generation < row.headerGeneration) {
    const told = `the header of blob ${blob} is generation ${header.generation}, the catalogue knows ${row.headerGeneration}`;
    throw new StrongroomError('CONTAINER_ROLLED_BACK', told);
  }
  return { header, row };
}

/** An open blob; closing it forgets its key and closes its file. */
export interface OpenedBlob {
  readonly payload: OpenedPayload;
  /** The key that opened it, `acme@2`; absent where it is not encrypted. */
  readonly key?: string;
  close(): Promise<void>;
}

/**
 * Opens a blob and makes sure that it is the one the manifest means. Throws as `readBlobHeader`, `KEY_REFUSED`,
 * `ACCESS_CODE_REQUIRED`, and `CONTAINER_TAMPERED` when its content is not what the manifest says.
 */
export async function openBlob(deps: OpenBlobDeps, wanted: BlobWanted): Promise<OpenedBlob> {
  const { header, row } = await readBlobHeader(deps, wanted.blob);
  // A stored file that says of itself that it needs no key must not replace one that does.
  if (wanted.isEncrypted !== (header.suite !== 0)) {
    throw new StrongroomError(
      'CONTAINER_TAMPERED',
      `blob ${wanted.blob} is not encrypted as its version says`,
    );
  }
  const source = await openStored(deps.blobs, wanted.blob);
  try {
    const payload = await openMatching(deps, { wanted, header, source });
    return {
      payload,
      ...(row.key === undefined ? {} : { key: `${row.key.key}@${row.key.version}` }),
      async close() {
        await payload.close();
        await source.close();
      },
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

interface BlobInHand {
  readonly wanted: BlobWanted;
  readonly header: ContainerHeader;
  readonly source: PayloadSource;
}

async function openMatching(
  deps: OpenBlobDeps,
  { wanted, header, source }: BlobInHand,
): Promise<OpenedPayload> {
  const payload = await openPayload(
    {
      header,
      source,
      identities: [deps.keyring.identity()],
      accessCode: wanted.accessCode,
      signal: wanted.signal,
      allowPlain: !wanted.isEncrypted,
      expected: { vault: deps.keyring.vault, blob: wanted.blob },
    },
    { pool: deps.pool },
  );
  if (payload.sha256 === wanted.sha256 && payload.size === wanted.size) return payload;
  await payload.close();
  throw new StrongroomError(
    'CONTAINER_TAMPERED',
    `blob ${wanted.blob} holds other content than its version says`,
  );
}

/** The payload of a blob. Throws `BLOB_MISSING` where it is gone although its header is there. */
export async function openStored(blobs: Pick<BlobStore, 'open'>, blob: BlobId): Promise<PayloadSource> {
  try {
    return await blobs.open(blob);
  } catch (error) {
    throw isStrongroomError(error, 'STORAGE_MISSING') ? missingBlob(blob) : error;
  }
}

function missingBlob(blob: BlobId): StrongroomError {
  return new StrongroomError('BLOB_MISSING', `blob ${blob} is not in the store`);
}
