import { type FileHandle, open } from 'node:fs/promises';
import { READ_OFFSET } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { PayloadSource } from './blob-store.ts';
import { READ_FLAGS } from './open-flags.ts';
import { mapErrors, quotePath } from './storage-error.ts';

/** What tells that a file is the same and unchanged: device, inode, size, and both times in nanoseconds. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Whether two looks at a file saw the same bytes, as far as the file system can tell. */
export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return (
    a.dev === b.dev &&
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

/** Random access to a regular file through its descriptor: renaming or replacing the path changes nothing. */
export class FileSource implements PayloadSource {
  /** Size in bytes when it was opened. */
  readonly size: number;
  /** What the file looked like when it was opened. */
  readonly identity: FileIdentity;
  readonly #handle: FileHandle;
  readonly #doing: string;

  private constructor(handle: FileHandle, identity: FileIdentity, label: string) {
    this.#handle = handle;
    this.identity = identity;
    this.size = Number(identity.size);
    this.#doing = `read ${quotePath(label)}`;
  }

  /**
   * Opens a file by a path whose folders are trusted (a user's own words); inside a home use `Folder.openFile`.
   * Throws `STORAGE_MISSING`, `STORAGE_DENIED`, and `STORAGE_PATH_UNSAFE` for anything but a regular file.
   */
  static async open(path: string): Promise<FileSource> {
    const handle = await mapErrors(`open ${quotePath(path)}`, () => open(path, READ_FLAGS));
    return FileSource.over(handle, path);
  }

  /** Takes over a descriptor and closes it when it is no regular file. Throws `STORAGE_PATH_UNSAFE` then. */
  static async over(handle: FileHandle, label: string): Promise<FileSource> {
    try {
      const stat = await handle.stat({ bigint: true });
      if (!stat.isFile()) {
        throw new StrongroomError('STORAGE_PATH_UNSAFE', `${quotePath(label)} is not a regular file`);
      }
      return new FileSource(handle, stat, label);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Fresh bytes on every call. Throws `STORAGE_CHANGED` when the file was cut meanwhile. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const bytes = freshBytes(wanted);
    await this.fill(bytes, offset);
    return bytes;
  }

  /** Fills all of `target` from `offset`. Throws `STORAGE_CHANGED` when the file ends before. */
  async fill(target: Uint8Array, offset: number): Promise<void> {
    if ((await this.readInto(target, offset)) === target.length) return;
    throw new StrongroomError('STORAGE_CHANGED', `cannot ${this.#doing}: it became shorter`);
  }

  /**
   * Fills `target` (which may be backed by shared memory) from `offset`; returns how many bytes there were,
   * fewer than asked for only where the file ends.
   */
  async readInto(target: Uint8Array, offset: number): Promise<number> {
    return mapErrors(this.#doing, async () => {
      let filled = 0;
      while (filled < target.length) {
        const { bytesRead } = await this.#handle.read(
          target,
          filled,
          target.length - filled,
          offset + filled,
        );
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    });
  }

  /** Throws `STORAGE_CHANGED` unless the file still looks as it did in `expected` (default: when it was opened). */
  async assertUnchanged(expected: FileIdentity = this.identity): Promise<void> {
    const now = await this.look();
    if (!isSameFile(now, expected)) {
      throw new StrongroomError('STORAGE_CHANGED', `cannot ${this.#doing}: it changed meanwhile`);
    }
  }

  /** What the file looks like now. */
  async look(): Promise<FileIdentity> {
    return mapErrors(this.#doing, () => this.#handle.stat({ bigint: true }));
  }

  /** How many names the file has now; 0 when it was removed. */
  async countLinks(): Promise<number> {
    return (await mapErrors(this.#doing, () => this.#handle.stat())).nlink;
  }

  /** Whether group or others have a permission on it, or it has a second name. */
  async isShared(): Promise<boolean> {
    const { mode, nlink } = await mapErrors(this.#doing, () => this.#handle.stat());
    return (mode & 0o077) !== 0 || nlink > 1;
  }

  async close(): Promise<void> {
    await mapErrors(this.#doing, () => this.#handle.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Memory of its own behind `READ_OFFSET`, not cleared because it is filled at once. A plain array, not a Buffer: whoever copies it with
 * `slice` must get a copy.
 */
export function freshBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(READ_OFFSET + length).buffer, READ_OFFSET);
}
