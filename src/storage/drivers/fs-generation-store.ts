import { StrongroomError } from '../../errors/index.ts';
import { Folder, type OpenFolderOptions } from '../folder.ts';
import { GenerationFiles } from '../generation-files.ts';
import type { Generation, GenerationStore } from '../generation-store.ts';
import { quotePath } from '../storage-error.ts';
import { sweepTemporary } from '../sweep.ts';

/** Largest file of a generation store in bytes: a keyring of ten thousands of keys stays below. */
const MAX_GENERATION_BYTES = 16 * 1024 * 1024;

const NAME_PATTERN = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/** A `GenerationStore` in a folder: `<name>.<generation>.json`, published by link(2), which fails for the second. */
export class FsGenerationStore implements GenerationStore {
  readonly #folder: Folder;

  private constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** Opens (and with `create` makes) the folder at `path`. */
  static async open(path: string, options: OpenFolderOptions = {}): Promise<FsGenerationStore> {
    return new FsGenerationStore(await Folder.open(path, options));
  }

  async latest(name: string): Promise<Generation | undefined> {
    return this.#files(name).newest();
  }

  async publish(name: string, bytes: Uint8Array, expected: number): Promise<void> {
    await this.#files(name).publish(bytes, expected);
  }

  async prune(name: string, keep: number): Promise<void> {
    await this.#files(name).prune(Math.max(1, keep));
  }

  /** Removes what interrupted writers left behind, older than `olderThanMs`; returns how many. */
  async sweep(olderThanMs: number): Promise<number> {
    return sweepTemporary(this.#folder, olderThanMs);
  }

  async close(): Promise<void> {
    await this.#folder.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #files(name: string): GenerationFiles {
    if (!NAME_PATTERN.test(name)) {
      throw new StrongroomError('STORAGE_PATH_UNSAFE', `not the name of a stored file: ${quotePath(name)}`);
    }
    return new GenerationFiles(this.#folder, name, {
      maxBytes: MAX_GENERATION_BYTES,
      tooLarge: 'STORAGE_TOO_LARGE',
    });
  }
}
