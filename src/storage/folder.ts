import { lstatSync } from 'node:fs';
import { link, lstat, mkdir, open, readdir, realpath, rename, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { AppendFile } from './append-file.ts';
import { assertEntryName, temporaryName } from './entry-name.ts';
import { type EntryStatus, entryStatus, type FolderEntry, kindOf } from './entry-status.ts';
import { FileSink } from './file-sink.ts';
import { FileSource } from './file-source.ts';
import { createPath, FOLDER_MODE, FolderDescriptor, type Sandbox } from './folder-descriptor.ts';
import { CREATE_FLAGS, DURABLE_WRITES_FLAG, READ_FLAGS } from './open-flags.ts';
import { mapErrors, quotePath } from './storage-error.ts';

const FILE_MODE = 0o600;
/** How often a taken temporary name is answered with another one. */
const MAX_NAME_TRIES = 16;

export interface OpenFolderOptions {
  /** Creates it (and missing parents) with mode 0700. */
  readonly create?: boolean;
  /** How messages name it; default: its path. */
  readonly label?: string;
  /** Forces the weaker sandbox, as on systems without `/proc`. */
  readonly sandbox?: Sandbox;
}

/**
 * A folder that no operation leaves: every name is one component, looked up below an open descriptor (openat by
 * way of `/proc/self/fd`, see `Sandbox` for other systems), symbolic links are refused, files are created
 * exclusively with mode 0600 and folders with 0700. Every method throws the `STORAGE_…` errors of
 * `storageError`; nothing else does file operations for the stores.
 */
export class Folder {
  /** How messages name it. */
  readonly label: string;
  readonly #held: FolderDescriptor;

  private constructor(held: FolderDescriptor, label: string) {
    this.#held = held;
    this.label = label;
  }

  /**
   * Opens a base folder. Its parents are trusted and may be symbolic links; the folder itself may not.
   * Throws `STORAGE_MISSING`, `STORAGE_PATH_UNSAFE`, `STORAGE_DENIED`.
   */
  static async open(path: string, options: OpenFolderOptions = {}): Promise<Folder> {
    const label = options.label ?? path;
    return mapErrors(`open the folder ${quotePath(label)}`, async () => {
      const full = resolve(path);
      if (options.create === true) await createPath(full);
      const parent = await realpath(dirname(full));
      const real = join(parent, basename(full));
      return new Folder(await FolderDescriptor.open(real, real, options.sandbox), label);
    });
  }

  /** Which protection this system gives. */
  get sandbox(): Sandbox {
    return this.#held.sandbox;
  }

  /** Opens a folder in this one, creating it where asked. */
  async folder(name: string, options: { readonly create?: boolean } = {}): Promise<Folder> {
    if (options.create === true) await this.#createFolderIfMissing(name);
    return this.#at('open the folder', name, async (path, realPath) => {
      const held = await FolderDescriptor.open(path, realPath, this.#held.sandbox);
      return new Folder(held, this.labelOf(name));
    });
  }

  /** Creates a folder that must not be there. Throws `STORAGE_CONFLICT`. */
  async createFolder(name: string): Promise<void> {
    await this.#at('create the folder', name, (path) => mkdir(path, { mode: FOLDER_MODE }));
  }

  /** Opens a regular file for reading. Throws `STORAGE_MISSING`, `STORAGE_PATH_UNSAFE`. */
  async openFile(name: string): Promise<FileSource> {
    const handle = await this.#at('open', name, (path) => open(path, READ_FLAGS));
    return FileSource.over(handle, this.labelOf(name));
  }

  /** The whole of a small file; its size is checked before it is read. Throws `STORAGE_TOO_LARGE`. */
  async readFile(name: string, maxBytes: number): Promise<Uint8Array> {
    await using file = await this.openFile(name);
    if (file.size > maxBytes) {
      const told = `${quotePath(this.labelOf(name))} has ${file.size} bytes, the limit is ${maxBytes}`;
      throw new StrongroomError('STORAGE_TOO_LARGE', told);
    }
    return await file.read(0, file.size);
  }

  /** Starts a file that must not be there, mode 0600. Throws `STORAGE_CONFLICT`. */
  async createFile(name: string): Promise<FileSink> {
    const handle = await this.#at('create', name, (path) => open(path, CREATE_FLAGS, FILE_MODE));
    return new FileSink(handle, this.labelOf(name));
  }

  /** Starts a file that only grows and must not be there, mode 0600. Throws `STORAGE_CONFLICT`. */
  async createAppendFile(name: string): Promise<AppendFile> {
    const flags = CREATE_FLAGS | DURABLE_WRITES_FLAG;
    const handle = await this.#at('create', name, (path) => open(path, flags, FILE_MODE));
    return new AppendFile(handle, this.labelOf(name), { flushes: DURABLE_WRITES_FLAG === 0 });
  }

  /** Creates a small file and makes its content durable; its name is durable after `sync`. Leaves nothing on failure. */
  async writeFile(name: string, bytes: Uint8Array): Promise<void> {
    const file = await this.createFile(name);
    try {
      await using _closing = { [Symbol.asyncDispose]: () => file.close() };
      await file.write(bytes);
      await file.sync();
    } catch (error) {
      await this.removeFile(name);
      throw error;
    }
  }

  /**
   * Replaces a small file as a whole, durably: a reader sees the old bytes or the new ones. For many of them at a time
   * the name can be made durable later, by `sync`.
   */
  async replaceFile(
    name: string,
    bytes: Uint8Array,
    { isNameDurable = true }: { readonly isNameDurable?: boolean } = {},
  ): Promise<void> {
    const temporary = await this.withNewName((fresh) => this.writeFile(fresh, bytes));
    try {
      await this.rename(temporary, name);
    } catch (error) {
      await this.removeFile(temporary);
      throw error;
    }
    if (isNameDurable) await this.sync();
  }

  /** Finds a free temporary name by trying to use it; returns the name that worked. */
  async withNewName(use: (name: string) => Promise<void>, prefix?: string): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const name = temporaryName(prefix);
      try {
        await use(name);
        return name;
      } catch (error) {
        if (attempt >= MAX_NAME_TRIES || !isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
      }
    }
  }

  /** Renames, replacing what has the new name (a folder only when it is empty, else `STORAGE_CONFLICT`). */
  async rename(from: string, to: string, target: Folder = this): Promise<void> {
    await this.#at('rename', from, (source) =>
      target.#at('create', to, (destination) => rename(source, destination)),
    );
  }

  /** Gives a file a second name that must be free: the atomic way to publish. Throws `STORAGE_CONFLICT`. */
  async link(from: string, to: string, target: Folder = this): Promise<void> {
    await this.#at('link', from, (source) =>
      target.#at('create', to, (destination) => link(source, destination)),
    );
  }

  /** Removes a file or a symbolic link; not there is fine. */
  async removeFile(name: string): Promise<void> {
    await unlessMissing(this.#at('remove', name, (path) => unlink(path)));
  }

  /** Removes an empty folder; not there is fine. Throws `STORAGE_CONFLICT` when it is not empty. */
  async removeFolder(name: string): Promise<void> {
    await unlessMissing(this.#at('remove', name, (path) => rmdir(path)));
  }

  /** Removes a file, or a folder with all it holds; symbolic links are removed, not followed. Not there is fine. */
  async removeTree(name: string): Promise<void> {
    const status = await this.status(name);
    if (status === undefined) return;
    if (status.kind !== 'folder') return this.removeFile(name);
    {
      await using inner = await this.folder(name);
      for (const entry of await inner.entries()) await inner.removeTree(entry.name);
    }
    await this.removeFolder(name);
  }

  /** What is in it, sorted by name. */
  async entries(): Promise<FolderEntry[]> {
    const entries = await mapErrors(`list ${quotePath(this.label)}`, () =>
      this.#held.at('', (path) => readdir(path, { withFileTypes: true })),
    );
    return entries
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Describes an entry; `undefined` when it is not there. */
  async status(name: string): Promise<EntryStatus | undefined> {
    return unlessMissing(
      this.#at('look at', name, async (path) => entryStatus(await lstat(path, { bigint: true }))),
    );
  }

  /** As `status`, without a turn of the event loop: for an entry that is in use, whose description is at hand. */
  async statusAtOnce(name: string): Promise<EntryStatus | undefined> {
    const look = (path: string) => Promise.resolve(entryStatus(lstatSync(path, { bigint: true })));
    return unlessMissing(this.#at('look at', name, look));
  }

  /** Makes created, renamed and removed names survive a power cut. */
  async sync(): Promise<void> {
    await mapErrors(`write the folder ${quotePath(this.label)}`, () => this.#held.sync());
  }

  async close(): Promise<void> {
    await this.#held.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** How messages name an entry. */
  labelOf(name: string): string {
    return `${this.label}/${name}`;
  }

  async #createFolderIfMissing(name: string): Promise<void> {
    try {
      await this.createFolder(name);
    } catch (error) {
      if (isStrongroomError(error, 'STORAGE_CONFLICT')) return;
      throw error;
    }
    await this.sync();
  }

  async #at<T>(verb: string, name: string, step: (path: string, realPath: string) => Promise<T>): Promise<T> {
    assertEntryName(name);
    return mapErrors(`${verb} ${quotePath(this.labelOf(name))}`, () => this.#held.at(name, step));
  }
}

async function unlessMissing<T>(step: Promise<T>): Promise<T | undefined> {
  try {
    return await step;
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_MISSING')) return undefined;
    throw error;
  }
}
