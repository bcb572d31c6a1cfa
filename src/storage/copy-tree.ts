import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { TEMPORARY_PREFIX } from './entry-name.ts';
import type { FileSource } from './file-source.ts';
import type { Folder } from './folder.ts';
import { quotePath } from './storage-error.ts';

/** Bytes of one chunk of a copy. */
const CHUNK_BYTES = 1 << 20;
/** How often a folder is looked at again because something in it vanished while it was copied. */
const MAX_ROUNDS = 16;

export interface CopyTreeOptions {
  /** Links files instead of copying them where one file system holds both; only for files that never change. */
  readonly link?: boolean;
  /** Which files and folders are copied, by their path from the top; default all but temporary ones. */
  readonly include?: (path: string) => boolean;
  /** Sees every chunk of every file, for a digest; asking for it makes linked files be read as well. */
  readonly onChunk?: (path: string, chunk: Uint8Array) => void;
  /** Told after each file: it is complete and durable. */
  readonly onFile?: (path: string, size: number) => void;
  readonly signal?: AbortSignal;
}

export interface CopyTreeReport {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies what is in a folder into another, durably, for backup and restore; nothing is overwritten
 * (`STORAGE_CONFLICT`), unfinished files of ours are left out. The source may be in use: a file that vanishes
 * meanwhile makes its folder be looked at again until a round saw it whole, so a header is never lost to a
 * concurrent rotation. Throws `STORAGE_CHANGED` when a file is written to, `STORAGE_PATH_UNSAFE` for links and
 * devices, `ABORTED`. On an error the target holds a part; remove it.
 */
export async function copyTree(
  from: Folder,
  to: Folder,
  options: CopyTreeOptions = {},
): Promise<CopyTreeReport> {
  const copy = new TreeCopy(options);
  await copy.folder({ from, to, prefix: '' });
  return { files: copy.files, bytes: copy.bytes };
}

interface FolderPair {
  readonly from: Folder;
  readonly to: Folder;
  readonly prefix: string;
}

class TreeCopy {
  files = 0;
  bytes = 0;
  readonly #options: CopyTreeOptions;

  constructor(options: CopyTreeOptions) {
    this.#options = options;
  }

  async folder(pair: FolderPair): Promise<void> {
    const done = new Set<string>();
    for (let round = 1; !(await this.#round(pair, done)); round++) {
      if (round < MAX_ROUNDS) continue;
      throw new StrongroomError('STORAGE_CHANGED', `${quotePath(pair.from.label)} keeps changing`);
    }
    await pair.to.sync();
  }

  /** Copies what is not copied yet; whether nothing vanished while it did. */
  async #round(pair: FolderPair, done: Set<string>): Promise<boolean> {
    let isWhole = true;
    for (const { name, kind } of await pair.from.entries()) {
      const path = `${pair.prefix}${name}`;
      if (done.has(name) || !this.#isIncluded(name, path)) continue;
      if (this.#options.signal?.aborted === true)
        throw new StrongroomError('ABORTED', 'the copy was stopped');
      try {
        await (kind === 'folder' ? this.#inner(pair, name) : this.#file(pair, name));
        done.add(name);
      } catch (error) {
        if (!isStrongroomError(error, 'STORAGE_MISSING')) throw error;
        isWhole = false;
      }
    }
    return isWhole;
  }

  async #inner(pair: FolderPair, name: string): Promise<void> {
    await using from = await pair.from.folder(name);
    await using to = await pair.to.folder(name, { create: true });
    await this.folder({ from, to, prefix: `${pair.prefix}${name}/` });
  }

  async #file(pair: FolderPair, name: string): Promise<void> {
    const path = `${pair.prefix}${name}`;
    await using source = await pair.from.openFile(name);
    if (await this.#isLinked(pair, name)) {
      if (this.#options.onChunk !== undefined) await this.#read(source, path, undefined);
    } else {
      await this.#copy(pair, name, source);
    }
    this.files++;
    this.bytes += source.size;
    this.#options.onFile?.(path, source.size);
  }

  async #isLinked(pair: FolderPair, name: string): Promise<boolean> {
    if (this.#options.link !== true) return false;
    try {
      await pair.from.link(name, name, pair.to);
      return true;
    } catch (error) {
      // Another file system, or one without hard links.
      if (isStrongroomError(error, 'STORAGE_FAILED') || isStrongroomError(error, 'STORAGE_DENIED'))
        return false;
      throw error;
    }
  }

  async #copy(pair: FolderPair, name: string, source: FileSource): Promise<void> {
    const target = await pair.to.createFile(name);
    try {
      await this.#read(source, `${pair.prefix}${name}`, (chunk) => target.write(chunk));
      await target.sync();
    } finally {
      await target.close();
    }
    await assertNotWritten(source);
  }

  async #read(
    source: FileSource,
    path: string,
    write: ((chunk: Uint8Array) => Promise<void>) | undefined,
  ): Promise<void> {
    for (let offset = 0; offset < source.size; ) {
      const chunk = await source.read(offset, CHUNK_BYTES);
      offset += chunk.length;
      this.#options.onChunk?.(path, chunk);
      await write?.(chunk);
    }
  }

  #isIncluded(name: string, path: string): boolean {
    return !name.startsWith(TEMPORARY_PREFIX) && this.#options.include?.(path) !== false;
  }
}

/** Losing a name (a pruned header) is no change of the bytes, though it moves the time of the inode. */
async function assertNotWritten(source: FileSource): Promise<void> {
  const now = await source.look();
  if (now.size === source.identity.size && now.mtimeNs === source.identity.mtimeNs) return;
  throw new StrongroomError('STORAGE_CHANGED', 'a file was written to while it was copied');
}
