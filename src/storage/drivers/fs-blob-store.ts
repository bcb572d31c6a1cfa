import { isStrongroomError, StrongroomError } from '../../errors/index.ts';
import type { BlobId, BlobStore, BlobWriter, PayloadSource, StoredHeader } from '../blob-store.ts';
import { TEMPORARY_PREFIX } from '../entry-name.ts';
import { Folder, type OpenFolderOptions } from '../folder.ts';
import { GenerationFiles, generationFileName, isGeneration } from '../generation-files.ts';
import { quotePath } from '../storage-error.ts';
import { isOlder, sweepTemporary } from '../sweep.ts';
import { FsBlobWriter, PAYLOAD_NAME } from './fs-blob-writer.ts';

/** Largest header in bytes (docs/spec/container.md); checked before one is read. */
const MAX_STORED_HEADER_BYTES = 64 * 1024;

/** The name of the headers in the folder of a blob. */
const HEADER_NAME = 'header';
const ID_PATTERN = /^[A-Za-z0-9_-]{22}$/;
const SHARD_PATTERN = /^[A-Za-z0-9_-]{2}$/;
/** How often removal starts over because somebody wrote a header in between. */
const MAX_REMOVE_TRIES = 16;

/**
 * Blobs in a folder: `<first two characters of the id>/<id>/payload` and `header.<generation>.json` beside it.
 * A blob is built in `.tmp-…` and appears by one rename; a header by one link(2), which fails for the second.
 */
export class FsBlobStore implements BlobStore {
  readonly #base: Folder;

  private constructor(base: Folder) {
    this.#base = base;
  }

  /** Opens (and with `create` makes) the folder at `path`. */
  static async open(path: string, options: OpenFolderOptions = {}): Promise<FsBlobStore> {
    return new FsBlobStore(await Folder.open(path, options));
  }

  async create(id: BlobId): Promise<BlobWriter> {
    assertBlobId(id);
    const temporary = await this.#base.withNewName((name) => this.#base.createFolder(name));
    return FsBlobWriter.start({
      workshop: this.#base,
      temporary,
      assertHeaderSize,
      headerName,
      publish: () => this.#publish(temporary, id),
    });
  }

  async open(id: BlobId): Promise<PayloadSource> {
    return this.#inBlob(id, async (folder) => folder.openFile(PAYLOAD_NAME));
  }

  async header(id: BlobId): Promise<StoredHeader | undefined> {
    try {
      return await this.#inBlob(id, (folder) => headersOf(folder).newest());
    } catch (error) {
      if (isStrongroomError(error, 'STORAGE_MISSING')) return undefined;
      throw error;
    }
  }

  async replaceHeader(id: BlobId, header: Uint8Array, expected: number): Promise<void> {
    if (expected < 1) throw new StrongroomError('INTERNAL', 'a first header is stored by commit only');
    await this.#inBlob(id, (folder) => headersOf(folder).publish(header, expected));
  }

  async pruneHeaders(id: BlobId): Promise<void> {
    await this.#inBlob(id, (folder) => headersOf(folder).prune(1));
  }

  async remove(id: BlobId): Promise<void> {
    try {
      await using shard = await this.#shard(id);
      await removeBlob(shard, id);
    } catch (error) {
      if (!isStrongroomError(error, 'STORAGE_MISSING')) throw error;
    }
  }

  async *list(): AsyncGenerator<BlobId> {
    for await (const { shard, id } of this.#folders()) {
      await using folder = await openIfThere(shard, id);
      if (folder !== undefined && (await headersOf(folder).list()).length > 0) yield id;
    }
  }

  async sweep(olderThanMs: number): Promise<number> {
    let removed = await sweepTemporary(this.#base, olderThanMs);
    for await (const { shard, id } of this.#folders()) removed += await sweepBlob(shard, id, olderThanMs);
    return removed;
  }

  async close(): Promise<void> {
    await this.#base.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #publish(temporary: string, id: BlobId): Promise<void> {
    await using shard = await this.#base.folder(shardOf(id), { create: true });
    await this.#base.rename(temporary, id, shard);
    await shard.sync();
    await this.#base.sync();
  }

  async #shard(id: BlobId): Promise<Folder> {
    assertBlobId(id);
    return this.#base.folder(shardOf(id));
  }

  async #inBlob<T>(id: BlobId, act: (folder: Folder) => Promise<T>): Promise<T> {
    await using shard = await this.#shard(id);
    await using folder = await shard.folder(id);
    return await act(folder);
  }

  /** Every folder that is named like a blob, half-removed ones too. */
  async *#folders(): AsyncGenerator<{ readonly shard: Folder; readonly id: BlobId }> {
    for (const { name, kind } of await this.#base.entries()) {
      if (kind !== 'folder' || !SHARD_PATTERN.test(name)) continue;
      await using shard = await this.#base.folder(name);
      for (const entry of await shard.entries()) {
        if (entry.kind === 'folder' && isBlobId(entry.name)) yield { shard, id: entry.name };
      }
    }
  }
}

function isBlobId(text: string): text is BlobId {
  return ID_PATTERN.test(text);
}

function assertBlobId(id: string): asserts id is BlobId {
  if (!isBlobId(id))
    throw new StrongroomError('STORAGE_PATH_UNSAFE', `not the id of a blob: ${quotePath(id)}`);
}

function shardOf(id: BlobId): string {
  return id.slice(0, 2);
}

function headersOf(folder: Folder): GenerationFiles {
  return new GenerationFiles(folder, HEADER_NAME, {
    maxBytes: MAX_STORED_HEADER_BYTES,
    tooLarge: 'CONTAINER_LIMIT',
  });
}

function headerName(generation: number): string {
  if (!isGeneration(generation)) throw new StrongroomError('INTERNAL', 'not a generation of a header');
  return generationFileName(HEADER_NAME, generation);
}

function assertHeaderSize(bytes: number): void {
  if (bytes <= MAX_STORED_HEADER_BYTES) return;
  const told = `the header has ${bytes} bytes, the limit is ${MAX_STORED_HEADER_BYTES}`;
  throw new StrongroomError('CONTAINER_LIMIT', told);
}

async function openIfThere(shard: Folder, id: BlobId): Promise<Folder | undefined> {
  try {
    return await shard.folder(id);
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_MISSING')) return undefined;
    throw error;
  }
}

/** Headers first: from then on no key opens the payload, whenever the process dies. */
async function removeBlob(shard: Folder, id: BlobId): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await emptyBlob(shard, id);
      await shard.removeFolder(id);
      await shard.sync();
      return;
    } catch (error) {
      // Not empty: a header was written after we had listed.
      if (attempt >= MAX_REMOVE_TRIES || !isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
    }
  }
}

async function emptyBlob(shard: Folder, id: BlobId): Promise<void> {
  await using folder = await shard.folder(id);
  const names = (await folder.entries()).map((entry) => entry.name);
  for (const name of names) if (name !== PAYLOAD_NAME) await folder.removeTree(name);
  await folder.sync();
  await folder.removeTree(PAYLOAD_NAME);
}

/** Finishes an interrupted removal (a folder without a header) and clears unfinished headers. */
async function sweepBlob(shard: Folder, id: BlobId, olderThanMs: number): Promise<number> {
  await using folder = await openIfThere(shard, id);
  if (folder === undefined) return 0;
  const entries = await folder.entries();
  if (
    !entries.some((entry) => entry.name.startsWith(`${HEADER_NAME}.`)) &&
    (await isOlder(shard, id, olderThanMs))
  ) {
    await removeBlob(shard, id);
    return 1;
  }
  const isClean = !entries.some((entry) => entry.name.startsWith(TEMPORARY_PREFIX));
  return isClean ? 0 : await sweepTemporary(folder, olderThanMs);
}
