import { type FileHandle, lstat, mkdir, open, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StrongroomError } from '../errors/index.ts';
import { CAN_OPEN_FOLDERS, FOLDER_FLAGS } from './open-flags.ts';
import { errnoOf, quotePath } from './storage-error.ts';

/**
 * How a folder keeps its operations inside itself. `descriptor`: every name is looked up below an open
 * descriptor, so a folder that is swapped for another changes nothing (Linux). `identity`: device and inode of
 * the path are compared before and after each operation; weaker, because a swap and swap back in between goes
 * unseen.
 */
export type Sandbox = 'descriptor' | 'identity';

/** Mode of folders of ours: nobody else even sees the names. */
export const FOLDER_MODE = 0o700;

interface Inode {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Where the kernel shows an open descriptor as a path. */
function descriptorPath(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

/** A folder held open: what stands behind a `Folder`. */
export class FolderDescriptor {
  readonly sandbox: Sandbox;
  readonly #path: string;
  readonly #handle: FileHandle | undefined;
  readonly #identity: Inode;

  private constructor(
    path: string,
    handle: FileHandle | undefined,
    kept: { sandbox: Sandbox; inode: Inode },
  ) {
    this.#path = path;
    this.#handle = handle;
    this.sandbox = kept.sandbox;
    this.#identity = kept.inode;
  }

  /**
   * Opens the folder at `path`, whose last part must not be a symbolic link; `realPath` is where it stands when
   * `path` leads through a descriptor.
   */
  static async open(path: string, realPath: string, sandbox: Sandbox | undefined): Promise<FolderDescriptor> {
    const before = await lstat(path, { bigint: true });
    if (!before.isDirectory()) {
      throw new StrongroomError('STORAGE_PATH_UNSAFE', `${quotePath(realPath)} is not a plain folder`);
    }
    const handle = await openFolder(path);
    try {
      const identity = handle === undefined ? before : await handle.stat({ bigint: true });
      const kind = sandbox ?? ((await isShownInProc(handle, identity)) ? 'descriptor' : 'identity');
      const { dev, ino } = identity;
      return new FolderDescriptor(realPath, handle, { sandbox: kind, inode: { dev, ino } });
    } catch (error) {
      await handle?.close();
      throw error;
    }
  }

  /** Runs a step with a path of an entry that cannot leave this folder (see `Sandbox`). */
  async at<T>(name: string, step: (path: string, realPath: string) => Promise<T>): Promise<T> {
    const realPath = join(this.#path, name);
    if (this.sandbox === 'descriptor' && this.#handle !== undefined) {
      if (this.#handle.fd < 0) throw new Error('the folder was closed before');
      return step(join(descriptorPath(this.#handle), name), realPath);
    }
    await this.#assertInPlace();
    const result = await step(realPath, realPath);
    await this.#assertInPlace();
    return result;
  }

  /** Makes created, renamed and removed names survive a power cut. */
  async sync(): Promise<void> {
    await this.#handle?.sync();
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  async #assertInPlace(): Promise<void> {
    const now = await lstat(this.#path, { bigint: true });
    if (!now.isDirectory() || now.dev !== this.#identity.dev || now.ino !== this.#identity.ino) {
      throw new StrongroomError('STORAGE_PATH_UNSAFE', `${quotePath(this.#path)} was replaced meanwhile`);
    }
  }
}

/** `undefined` where folders cannot be opened at all (Windows). */
async function openFolder(path: string): Promise<FileHandle | undefined> {
  if (CAN_OPEN_FOLDERS) return open(path, FOLDER_FLAGS);
  try {
    return await open(path, FOLDER_FLAGS);
  } catch (error) {
    if (errnoOf(error) === 'EISDIR' || errnoOf(error) === 'EPERM') return undefined;
    throw error;
  }
}

async function isShownInProc(handle: FileHandle | undefined, identity: Inode): Promise<boolean> {
  if (handle === undefined) return false;
  try {
    const shown = await stat(descriptorPath(handle), { bigint: true });
    return shown.dev === identity.dev && shown.ino === identity.ino;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** Creates a folder with its missing parents, mode 0700, and makes each durable in the one above it. */
export async function createPath(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncFolderAt(dirname(at));
}

async function syncFolderAt(path: string): Promise<void> {
  const handle = await openFolder(await realpath(path));
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}
