import { verifySealed } from '../container/index.ts';
import { toStrongroomError } from '../errors/index.ts';
import type { BlobId, BlobRow, Catalogue, NewFile } from '../storage/index.ts';
import { type OpenBlobDeps, openBlob, openStored, readBlobHeader } from './open-blob.ts';

/** Blobs read from the catalogue at a time. */
const PAGE = 500;

export interface FindUnfitTwinsDeps extends OpenBlobDeps {
  readonly catalogue: OpenBlobDeps['catalogue'] & Pick<Catalogue, 'listBlobs'>;
}

/** Whose twins are looked for. */
export interface TwinsWanted {
  readonly model: string;
  readonly files: readonly NewFile[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * The blobs of a model that should hold the same bytes as these files and were damaged: what is put now must not be
 * thrown away for one of them. Reads every blob that would be shared once. Throws `ABORTED`.
 */
export async function findUnfitTwins(
  deps: FindUnfitTwinsDeps,
  wanted: TwinsWanted,
): Promise<readonly BlobId[]> {
  // Under an access code every version has a lock of its own, so nothing is shared.
  const open = wanted.files.filter((file) => file.blob.codeLock === undefined);
  const digests = new Set(open.map((file) => file.blob.sha256));
  const unfit: BlobId[] = [];
  for await (const row of blobsOf(deps, wanted.model)) {
    if (row.codeLock !== undefined || !digests.has(row.sha256)) continue;
    if (!(await isSound(deps, row, wanted.signal))) unfit.push(row.id);
  }
  return unfit;
}

async function* blobsOf(deps: FindUnfitTwinsDeps, model: string): AsyncGenerator<BlobRow> {
  let after: BlobId | undefined;
  for (;;) {
    const from = after === undefined ? {} : { after };
    const page = await deps.catalogue.listBlobs({ model, limit: PAGE, ...from });
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < PAGE) return;
  }
}

async function isSound(
  deps: FindUnfitTwinsDeps,
  row: BlobRow,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { id: blob, sha256, size } = row;
  try {
    const opened = await openBlob(deps, { blob, sha256, size, isEncrypted: row.key !== undefined, signal });
    await opened.close();
    const { header } = await readBlobHeader(deps, blob);
    const source = await openStored(deps.blobs, blob);
    try {
      await verifySealed({ header, source, signal });
    } finally {
      await source.close();
    }
    return true;
  } catch (error) {
    const { kind } = toStrongroomError(error);
    // A fault of ours or of the machine says nothing about what is stored.
    if (kind === 'internal' || kind === 'unavailable') throw error;
    return false;
  }
}
